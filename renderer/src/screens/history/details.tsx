import { Drawer, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { actionOf, Demo, Effect, useNameOf } from '../../parts/words.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { kindOf, resultOf } from './kinds.ts';

/** The entry that the address names, whether it is in the list or not. */
export function Details({ entries }: { readonly entries: readonly EntryView[] }) {
  const { query } = useRoute();
  const seq = /^\d+$/.test(query.entry ?? '') ? Number(query.entry) : undefined;
  const listed = entries.find(entry => entry.seq === seq);
  const [fetched, setFetched] = useState<EntryView>();
  const [failed, setFailed] = useState<Failure>();
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    setFailed(undefined);
    if (seq === undefined || listed !== undefined) return;
    let current = true;
    call('audit.get', { seq }).then(
      found => current && setFetched(found),
      error => current && setFailed(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [seq, listed, again]);
  const entry = listed ?? (fetched?.seq === seq ? fetched : undefined);
  return (
    <Drawer
      opened={seq !== undefined}
      onClose={() => setQuery({ entry: '' })}
      position="right"
      size="lg"
      title={`Entry ${seq ?? ''}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {failed !== undefined && <NotLoaded failure={failed} retry={() => setAgain(again + 1)} />}
      {entry !== undefined && <Facts entry={entry} />}
    </Drawer>
  );
}

function Facts({ entry }: { readonly entry: EntryView }) {
  const nameOf = useNameOf();
  const result = resultOf(entry);
  return (
    <Stack gap="sm">
      <dl className="facts">
        <Fact name="What" value={kindOf(entry)} />
        <Fact name="When" value={new Date(entry.time).toLocaleString()} />
        <Fact name="Assistant" value={entry.client === undefined ? undefined : nameOf(entry.client)} />
        <Fact name="Connection" value={entry.connection} />
        <Fact name="Action" value={entry.tool === undefined ? undefined : actionOf(entry.tool, entry.action)} />
        <Fact
          name="Effect"
          value={entry.effect === undefined ? undefined : <Effect effect={entry.effect} flags={entry.flags ?? []} />}
        />
        <Fact name="Result" value={result?.[0]} />
        <Fact name="Because" value={entry.rule} />
        <Fact name="Answered by" value={entry.approver} />
        <Fact name="Says" value={entry.message} />
        <Fact name="Code" value={entry.code} />
        <Fact name="Took" value={entry.durationMs === undefined ? undefined : `${Math.round(entry.durationMs)} ms`} />
        <Fact name="Request" value={bytes(entry.bytesIn)} />
        <Fact name="Answer" value={bytes(entry.bytesOut)} />
        <Fact name="Vendor’s request id" value={entry.vendorRequestId} />
        <Fact name="Done in" value={entry.door === 'cli' ? 'command line' : entry.door} />
        <Fact name="Session" value={entry.session} />
        <Fact name="Call" value={entry.call === undefined ? undefined : <Other seq={entry.call} />} />
        <Fact name="" value={entry.demo === true ? <Demo /> : undefined} />
      </dl>
      {entry.arguments !== undefined && (
        <div>
          <Text size="xs" c="dimmed">
            Arguments, secrets masked
          </Text>
          <Arguments value={entry.arguments} label="Arguments" />
        </div>
      )}
      {entry.details !== undefined && (
        <div>
          <Text size="xs" c="dimmed">
            Details
          </Text>
          <Arguments value={entry.details} label="Details" />
        </div>
      )}
    </Stack>
  );
}

function Other({ seq }: { readonly seq: number }) {
  return (
    <button type="button" className="plain link" onClick={() => setQuery({ entry: String(seq) })}>
      entry {seq}
    </button>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  if (value === undefined || value === '') return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className="wrap">{value}</dd>
    </>
  );
}

function bytes(size: number | undefined): string | undefined {
  return size === undefined ? undefined : `${size.toLocaleString()} bytes`;
}
