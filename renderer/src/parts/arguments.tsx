import { Button, Code, ScrollArea } from '@mantine/core';
import { useState } from 'react';

const FOLD_AT = 600;

/** A call's arguments for reading; secret ones came masked. Long ones are folded. */
export function Arguments({ value }: { readonly value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = JSON.stringify(value ?? {}, null, 2);
  const long = text.length > FOLD_AT;
  return (
    <>
      <ScrollArea.Autosize mah={320}>
        <Code block>{long && !whole ? `${text.slice(0, FOLD_AT)} …` : text}</Code>
      </ScrollArea.Autosize>
      {long && (
        <Button variant="subtle" size="compact-xs" onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${text.length} characters`}
        </Button>
      )}
    </>
  );
}
