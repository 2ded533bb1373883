import { Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, hear } from '../../api/store.ts';
import { Empty } from '../../parts/page.tsx';
import { useFormats, useWords } from '../../words/index.ts';
import { LEVELS, type Level, type LogLine, logLineOf } from './log-line.ts';
import './connections.css';

const FIRST = 300;
const KEPT = 2_000;

/** What the server says of itself, as it says it; secrets are masked before they get here. */
export function Log({ connection: { uuid } }: { readonly connection: ConnectionView }) {
  const { log, parts } = useWords().connections;
  const formats = useFormats();
  const lines = useLines(uuid);
  const [level, setLevel] = useState<Level>('debug');
  const [find, setFind] = useState('');
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const wanted = find.toLowerCase();
  const shown = lines?.filter(
    line =>
      LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) && `${line.text} ${line.rest}`.toLowerCase().includes(wanted),
  );
  // Follows what is new for as long as one looks at the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there are other lines
  useLayoutEffect(() => {
    if (atEnd.current) box.current?.scrollTo(0, box.current.scrollHeight);
  }, [shown?.length, shown?.at(-1)?.key]);
  if (lines === undefined || shown === undefined) return null;
  if (lines.length === 0) return <Empty>{log.nothing}</Empty>;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <NativeSelect
          size="xs"
          aria-label={log.level}
          data={LEVELS.map(value => ({ value, label: log.levels[value] }))}
          value={level}
          onChange={event => setLevel(LEVELS.find(one => one === event.currentTarget.value) ?? 'debug')}
        />
        <TextInput
          size="xs"
          aria-label={log.find}
          placeholder={log.find}
          value={find}
          onChange={event => setFind(event.currentTarget.value)}
        />
        <Text size="xs" c="dimmed">
          {log.follow}
        </Text>
      </Group>
      {shown.length === 0 && <Empty>{log.nothingSo}</Empty>}
      {shown.length > 0 && (
        <section
          ref={box}
          className="code tall"
          aria-label={parts.log}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            atEnd.current = scrollTop + clientHeight > scrollHeight - 20;
          }}
        >
          {shown.map(line => (
            <div key={line.key} className="log-line" data-level={line.level}>
              <span className="quiet" title={formats.exactTime(line.time)}>
                {formats.time(line.time)}
              </span>
              <span className="level">{log.words[line.level]}</span>
              <span>
                {line.text} <span className="quiet">{line.rest}</span>
              </span>
            </div>
          ))}
        </section>
      )}
    </Stack>
  );
}

/** The last lines, and the new ones as they come. */
function useLines(uuid: string): readonly LogLine[] | undefined {
  const [lines, setLines] = useState<readonly LogLine[]>();
  const next = useRef(0);
  useEffect(() => {
    let current = true;
    const read = (texts: readonly string[]): readonly LogLine[] => texts.map(text => logLineOf(text, next.current++));
    const load = (): void =>
      void attempt(() => call('connections.logs', { id: uuid, lines: FIRST })).then(
        told => current && setLines(read(told ?? [])),
      );
    load();
    const stop = hear(event => {
      if (event.type === 'line') load();
      else if (event.type === 'log' && event.connection === uuid) {
        const fresh = read(event.lines);
        setLines(old => [...(old ?? []), ...fresh].slice(-KEPT));
      }
    });
    return () => {
      current = false;
      stop();
    };
  }, [uuid]);
  return lines;
}
