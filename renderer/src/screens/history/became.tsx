import { Badge, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { hear } from '../../api/store.ts';
import { setQuery } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';
import { kindOf, resultOf } from './kinds.ts';

/** What became of a call: who answered it, how it ended. Goes on by itself while it runs. */
export function Became({ entry: { seq } }: { readonly entry: EntryView }) {
  const words = useWords();
  const formats = useFormats();
  const [entries, setEntries] = useState<readonly EntryView[]>();
  useEffect(() => {
    // The number of the call is one of the words of what belongs to it.
    call('audit.list', { text: String(seq), after: seq, limit: 200 }).then(
      found => setEntries(found.filter(one => one.call === seq).toReversed()),
      () => setEntries([]),
    );
    return hear(event => {
      if (event.type !== 'entries') return;
      const mine = event.entries.filter(one => one.call === seq);
      if (mine.length > 0) setEntries((old = []) => [...old, ...mine]);
    });
  }, [seq]);
  if (entries === undefined) return null;
  const { became, open } = words.history.entry;
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {became}
      </Text>
      {entries.map(entry => {
        const result = resultOf(words, entry);
        const said = [entry.approver, entry.message, entry.code].filter(Boolean).join(' · ');
        return (
          <Group key={entry.seq} gap="xs" className="wrap">
            <button
              type="button"
              className="plain link small-link"
              onClick={() => setQuery({ entry: String(entry.seq) })}
            >
              {kindOf(words, entry.kind)}
            </button>
            {result !== undefined && <Badge color={result[1]}>{result[0]}</Badge>}
            <Text size="sm">
              {entry.durationMs === undefined ? '' : formats.duration(entry.durationMs)}
              {entry.bytesOut === undefined ? '' : ` · ${formats.bytes(entry.bytesOut)}`}
              {said === '' ? '' : ` · ${said}`}
            </Text>
          </Group>
        );
      })}
      {entries.every(entry => entry.kind !== 'outcome') && (
        <Text size="sm" c="dimmed">
          {open}
        </Text>
      )}
    </div>
  );
}
