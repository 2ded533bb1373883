import { Badge, Title } from '@mantine/core';
import { useCallback } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { useAsked, useSlowed } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { useStore } from '../../api/store.ts';
import { actionOf, Demo, useNameOf } from '../../parts/labels.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { hashOf } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';

const SHOWN = 8;
const FRESH_MS = 1_000;
const COLORS: Readonly<Record<string, string>> = { ok: 'gray', error: 'red', unknown: 'red', refused: 'orange' };

/** What assistants did last, each with its place in the history. */
export function LastCalls() {
  const { last } = useWords().home;
  const moves = useSlowed(
    useStore(state => state.historyMoves),
    FRESH_MS,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks anew when the history moved
  const ask = useCallback(() => call('audit.list', { facets: { kind: 'outcome' }, limit: SHOWN }), [moves]);
  const { value: entries, failure, again } = useAsked(ask);
  return (
    <section className="panel" aria-labelledby="home-last">
      <Title order={3} size="h5" id="home-last">
        {last.title}
      </Title>
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {entries?.length === 0 && <div className="quiet">{last.none}</div>}
      {entries !== undefined && entries.length > 0 && (
        <table className="last-calls" aria-label={last.title}>
          <thead>
            <tr>
              <th className="when">{last.when}</th>
              <th>{last.what}</th>
              <th>{last.who}</th>
              <th className="how">{last.result}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(entry => (
              <Row key={entry.seq} entry={entry} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ entry }: { readonly entry: EntryView }) {
  const words: Readonly<Record<string, string>> = useWords().home.results;
  const formats = useFormats();
  const nameOf = useNameOf();
  const { outcome = '', client, connection } = entry;
  const what = entry.tool === undefined ? (entry.message ?? '') : actionOf(entry.tool, entry.action);
  const who = [client === undefined ? undefined : nameOf(client), connection].filter(Boolean).join(' · ');
  return (
    <tr>
      <td className="when" title={formats.exactTime(entry.time)}>
        {formats.time(entry.time)}
      </td>
      <td title={what}>
        <a href={hashOf(['history'], { entry: String(entry.seq) })}>{what}</a>
      </td>
      <td title={who}>
        {entry.demo === true && <Demo />} {who}
      </td>
      <td className="how">
        <Badge color={COLORS[outcome] ?? 'gray'}>{words[outcome] ?? outcome}</Badge>
      </td>
    </tr>
  );
}
