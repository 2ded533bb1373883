import { Badge } from '@mantine/core';
import { useRef } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { actionOf, Demo, timeOf, useNameOf } from '../../parts/words.tsx';
import { kindOf, resultOf } from './kinds.ts';
import { ROW, useVisible } from './visible.ts';

interface EntriesProps {
  readonly entries: readonly EntryView[];
  readonly onOpen: (entry: EntryView) => void;
}

/** The list as a table of which only what can be seen is drawn. */
export function Entries({ entries, onOpen }: EntriesProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [first, end] = useVisible(body, entries.length);
  return (
    <table className="entries" aria-label="Entries" aria-rowcount={entries.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <th className="when">Time</th>
          <th>What</th>
          <th>Who and where</th>
          <th className="how">Result</th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Gap rows={first} />
        {entries.slice(first, end).map((entry, at) => (
          <Row key={entry.seq} entry={entry} index={first + at + 2} onOpen={() => onOpen(entry)} />
        ))}
        <Gap rows={entries.length - Math.min(end, entries.length)} />
      </tbody>
    </table>
  );
}

function Gap({ rows }: { readonly rows: number }) {
  return rows > 0 ? (
    <tr aria-hidden>
      <td colSpan={4} className="gap" style={{ height: rows * ROW }} />
    </tr>
  ) : null;
}

function Row({
  entry,
  index,
  onOpen,
}: {
  readonly entry: EntryView;
  readonly index: number;
  readonly onOpen: () => void;
}) {
  const nameOf = useNameOf();
  const result = resultOf(entry);
  const what = entry.tool === undefined ? (entry.message ?? '') : actionOf(entry.tool, entry.action);
  const who = [entry.client === undefined ? undefined : nameOf(entry.client), entry.connection]
    .filter(Boolean)
    .join(' · ');
  return (
    <tr id={`entry-${entry.seq}`} aria-rowindex={index} onClick={onOpen}>
      <td className="when" title={new Date(entry.time).toLocaleString()}>
        {timeOf(entry.time)}
      </td>
      <td title={what}>
        <button type="button" className="plain">
          {kindOf(entry)}
        </button>{' '}
        {what}
      </td>
      <td title={who}>
        {entry.demo === true && <Demo />} {who}
      </td>
      <td className="how">{result !== undefined && <Badge color={result[1]}>{result[0]}</Badge>}</td>
    </tr>
  );
}
