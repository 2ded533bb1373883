import { Code } from '@mantine/core';
import { useWords } from '../words/index.ts';

/** The next step, with commands set apart. */
export function Hint({ code, hint }: { readonly code: string; readonly hint: string }) {
  const here: Readonly<Record<string, string>> = useWords().common.hints;
  const parts = (here[code] ?? hint).split('`');
  return (
    <>
      {parts.map((part, at) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
        at % 2 === 0 ? part : <Code key={at}>{part}</Code>,
      )}
    </>
  );
}
