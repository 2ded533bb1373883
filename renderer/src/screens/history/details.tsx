import { ActionIcon, Drawer, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { LinkedEntryView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { actionOf, Demo, Effect, useNameOf } from '../../parts/labels.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { hashOfConnection, setQuery, useRoute } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';
import { Became } from './became.tsx';
import { kindOf, resultOf } from './kinds.ts';
import { Repeat } from './repeat.tsx';

/** The entry that the address names. */
export function Details() {
  const { history, common } = useWords();
  const { query } = useRoute();
  const seq = /^\d+$/.test(query.entry ?? '') ? Number(query.entry) : undefined;
  const [fetched, setFetched] = useState<LinkedEntryView>();
  const [failed, setFailed] = useState<Failure>();
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    setFailed(undefined);
    if (seq === undefined) return;
    let current = true;
    call('audit.get', { seq }).then(
      found => current && setFetched(found),
      error => current && setFailed(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [seq, again]);
  const entry = fetched?.seq === seq ? fetched : undefined;
  return (
    <Drawer
      opened={seq !== undefined}
      onClose={() => setQuery({ entry: '' })}
      position="right"
      size="lg"
      title={seq === undefined ? '' : history.entry.title(seq)}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {failed !== undefined && <NotLoaded failure={failed} retry={() => setAgain(again + 1)} />}
      {entry !== undefined && <Facts key={entry.seq} entry={entry} />}
    </Drawer>
  );
}

function Facts({ entry }: { readonly entry: LinkedEntryView }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useNameOf();
  const told = words.history.entry;
  const result = resultOf(words, entry);
  const doors: Readonly<Record<string, string>> = told.doors;
  const size = (bytes: number | undefined): string | undefined =>
    bytes === undefined ? undefined : formats.bytes(bytes);
  return (
    <Stack gap="md">
      <Neighbours entry={entry} />
      <dl className="facts">
        <Fact name={told.what} value={kindOf(words, entry.kind)} />
        <Fact name={told.when} value={formats.exactTime(entry.time)} />
        <Fact name={told.assistant} value={entry.client === undefined ? undefined : nameOf(entry.client)} />
        <Fact
          name={told.connection}
          value={entry.connection && <a href={hashOfConnection(entry.connection)}>{entry.connection}</a>}
        />
        <Fact name={told.action} value={entry.tool === undefined ? undefined : actionOf(entry.tool, entry.action)} />
        <Fact
          name={told.effect}
          value={entry.effect === undefined ? undefined : <Effect effect={entry.effect} flags={entry.flags ?? []} />}
        />
        <Fact name={told.result} value={result?.[0]} />
        <Fact name={told.because} value={entry.rule} />
        <Fact name={told.approver} value={entry.approver} />
        <Fact name={told.says} value={entry.message} />
        <Fact name={told.code} value={entry.code} />
        <Fact
          name={told.took}
          value={entry.durationMs === undefined ? undefined : formats.duration(entry.durationMs)}
        />
        <Fact name={told.request} value={size(entry.bytesIn)} />
        <Fact name={told.answer} value={size(entry.bytesOut)} />
        <Fact name={told.vendorId} value={entry.vendorRequestId} />
        <Fact name={told.door} value={entry.door === undefined ? undefined : (doors[entry.door] ?? entry.door)} />
        <Fact name={told.session} value={entry.session} />
        <Fact name={told.call} value={entry.call === undefined ? undefined : <Other seq={entry.call} />} />
        <Fact name="" value={entry.demo === true ? <Demo /> : undefined} />
      </dl>
      {entry.arguments !== undefined && (
        <Block title={told.masked}>
          <Arguments value={entry.arguments} label={told.arguments} />
        </Block>
      )}
      {entry.details !== undefined && (
        <Block title={told.details}>
          <Arguments value={entry.details} label={told.details} />
        </Block>
      )}
      {entry.kind === 'intent' && <Became entry={entry} />}
      {entry.kind === 'intent' && entry.effect === 'read' && <Repeat entry={entry} />}
      <Block title={told.chain}>
        <dl className="facts chain">
          <Fact name={told.number} value={told.position(entry.seq, entry.chain.end)} />
          <Fact name={told.hash} value={entry.chain.hash} />
          <Fact name={told.previous} value={entry.chain.previous ?? told.start} />
        </dl>
      </Block>
    </Stack>
  );
}

/** The entries before and after this one in the chain, whatever the list is filtered by. */
function Neighbours({ entry: { seq, chain } }: { readonly entry: LinkedEntryView }) {
  const { history } = useWords();
  const go = (to: number): void => setQuery({ entry: String(to) });
  return (
    <Group gap="xs" className="neighbours">
      <ActionIcon
        variant="default"
        aria-label={history.entry.newer}
        disabled={seq >= chain.end}
        onClick={() => go(seq + 1)}
      >
        ↑
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={history.entry.older}
        disabled={chain.previous === null}
        onClick={() => go(seq - 1)}
      >
        ↓
      </ActionIcon>
    </Group>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {title}
      </Text>
      {children}
    </div>
  );
}

function Other({ seq }: { readonly seq: number }) {
  const { history } = useWords();
  return (
    <button type="button" className="plain link" onClick={() => setQuery({ entry: String(seq) })}>
      {history.entry.ofCall(seq)}
    </button>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  if (value === undefined || value === '' || value === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className="wrap">{value}</dd>
    </>
  );
}
