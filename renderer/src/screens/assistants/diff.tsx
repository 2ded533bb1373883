import { useWords } from '../../words/index.ts';
import { type Side, sideBySide } from './side-by-side.ts';
import './assistants.css';

/** What changes in a file, before beside after; the sign tells it as well as the colour. */
export function Diff({ text }: { readonly text: string }) {
  const { change } = useWords().assistants;
  if (text === '') return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="code beside" aria-label={change.title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>{change.before}</th>
            <th>{change.after}</th>
          </tr>
        </thead>
        <tbody>
          {sideBySide(text).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one text never change places
            <tr key={at}>
              {row === undefined ? (
                <td colSpan={2}>…</td>
              ) : (
                <>
                  <Half side={row.left} />
                  <Half side={row.right} />
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Half({ side }: { readonly side: Side | undefined }) {
  return side === undefined ? <td /> : <td data-sign={side.sign}>{`${side.sign} ${side.text}`}</td>;
}
