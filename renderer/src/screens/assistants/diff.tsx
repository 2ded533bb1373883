/** A unified diff, line by line; the sign tells it as well as the colour. */
export function Diff({ text }: { readonly text: string }) {
  if (text === '') return null;
  const lines = text.split('\n').filter(line => !/^(Index:|===|---|\+\+\+|\\ No newline)/.test(line));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="code diff" aria-label="The change" tabIndex={0}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one text never change places
        <div key={at} data-sign={line[0]}>
          {line === '' ? ' ' : line}
        </div>
      ))}
    </section>
  );
}
