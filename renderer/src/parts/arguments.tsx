import { Button } from '@mantine/core';
import { useState } from 'react';

const FOLD_AT = 600;

/** A call's arguments for reading; secret ones came masked as •••. Long ones are folded. */
export function Arguments({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [whole, setWhole] = useState(false);
  const text = JSON.stringify(value ?? {}, null, 2);
  const long = text.length > FOLD_AT;
  if (text === '{}') return null;
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section aria-label={label} className="code" tabIndex={0}>
        {long && !whole ? `${text.slice(0, FOLD_AT)} …` : text}
      </section>
      {long && (
        <Button variant="subtle" size="compact-xs" mt={4} aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`}
        </Button>
      )}
    </div>
  );
}
