import { Badge, Button, Drawer, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { EntryView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt, useStore } from '../api/store.ts';
import { Arguments } from '../parts/arguments.tsx';
import { Demo, timeOf } from '../parts/words.tsx';

const PAGE = 100;
const KINDS = [
  'intent',
  'outcome',
  'approval',
  'sign-in',
  'grant-changed',
  'secret-set',
  'client-registered',
  'paused',
  'verification',
];
const CALM = new Set(['ok', 'allow', undefined]);

/** The history, newest first. What is new is counted, and shown when the person asks: the list does not jump. */
export function History() {
  const [text, setText] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const [entries, setEntries] = useState<readonly EntryView[]>();
  const [more, setMore] = useState(false);
  const [open, setOpen] = useState<EntryView>();
  const newest = useStore(state => state.live[0]?.seq ?? 0);
  const asked = useRef(0);
  const load = (before?: number): void => {
    const mine = ++asked.current;
    const query = {
      limit: PAGE,
      ...(text.trim() === '' ? {} : { text: text.trim() }),
      ...(kind === null ? {} : { facets: { kind } }),
      ...(before === undefined ? {} : { before }),
    };
    void attempt(async () => {
      const found = await call('audit.list', query);
      if (mine !== asked.current) return;
      setEntries(before === undefined ? found : [...(entries ?? []), ...found]);
      setMore(found.length === PAGE);
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new search starts at the top, whatever was shown before
  useEffect(() => {
    const timer = setTimeout(() => load(), 200);
    return () => clearTimeout(timer);
  }, [text, kind]);
  const top = entries?.[0]?.seq ?? 0;
  const fresh = Math.max(0, newest - top);
  const plain = text.trim() === '' && kind === null;
  const shown = [...(plain && scrollY < 200 ? liveAbove(top) : []), ...(entries ?? [])];
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2} size="h3">
          History
        </Title>
        <Verify />
      </Group>
      <Group>
        <TextInput
          aria-label="Search the history"
          placeholder="Search: a tool, an assistant, a word of the arguments"
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          flex={1}
        />
        <Select
          aria-label="Kind of entry"
          placeholder="all kinds"
          clearable
          data={KINDS}
          value={kind}
          onChange={setKind}
          w={170}
        />
      </Group>
      {fresh > 0 && shown[0]?.seq !== newest && (
        <Button variant="light" size="compact-sm" onClick={() => load()}>
          {plain ? `${fresh} new` : 'Look again: there are new entries'}
        </Button>
      )}
      {shown.length === 0 && (
        <Text c="dimmed">{plain ? 'Nothing has happened yet.' : 'Nothing fits this search.'}</Text>
      )}
      {shown.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table highlightOnHover verticalSpacing={4} className="rows">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Time</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Who and where</Table.Th>
                <Table.Th>Result</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(entry => (
                <Row key={entry.seq} entry={entry} onOpen={() => setOpen(entry)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {more && (
        <Button variant="default" onClick={() => load(entries?.at(-1)?.seq)}>
          Show older entries
        </Button>
      )}
      <Drawer
        opened={open !== undefined}
        onClose={() => setOpen(undefined)}
        position="right"
        title={open === undefined ? '' : `Entry ${open.seq}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {open !== undefined && <Details entry={open} />}
      </Drawer>
    </Stack>
  );
}

function liveAbove(seq: number): readonly EntryView[] {
  return useStore.getState().live.filter(entry => entry.seq > seq);
}

function Row({ entry, onOpen }: { readonly entry: EntryView; readonly onOpen: () => void }) {
  const what =
    entry.tool === undefined ? '' : entry.action === entry.tool ? entry.tool : `${entry.tool} → ${entry.action}`;
  const result = entry.outcome ?? entry.decision;
  return (
    <Table.Tr className="row" onClick={onOpen}>
      <Table.Td>
        <Text size="sm">{timeOf(entry.time)}</Text>
      </Table.Td>
      <Table.Td className="wrap">
        <button type="button" className="plain" onClick={onOpen}>
          {entry.kind}
        </button>{' '}
        {what}
      </Table.Td>
      <Table.Td className="wrap">
        <Text size="sm">{[entry.client, entry.connection].filter(Boolean).join(' · ')}</Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {result !== undefined && (
            <Badge variant="light" color={CALM.has(result) ? 'gray' : 'orange'}>
              {result}
            </Badge>
          )}
          {entry.demo === true && <Demo />}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Details({ entry }: { readonly entry: EntryView }) {
  const { arguments: given, details, ...rest } = entry;
  return (
    <Stack gap="sm">
      <Table className="rows" verticalSpacing={2}>
        <Table.Tbody>
          {Object.entries(rest).map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={130}>{name}</Table.Th>
              <Table.Td className="wrap">{Array.isArray(value) ? value.join(', ') : String(value)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {given !== undefined && <Arguments value={given} />}
      {details !== undefined && <Arguments value={details} />}
    </Stack>
  );
}

function Verify() {
  const [said, setSaid] = useState<{ readonly ok: boolean; readonly text: string }>();
  const [busy, setBusy] = useState(false);
  const verify = (): void => {
    setBusy(true);
    void attempt(() => call('audit.verify', {})).then(verdict => {
      setBusy(false);
      if (verdict === undefined) return;
      setSaid(
        verdict.ok
          ? { ok: true, text: `All ${verdict.entries.toLocaleString()} entries are as they were written.` }
          : { ok: false, text: `Broken at entry ${verdict.brokenAt}: ${verdict.reason}` },
      );
    });
  };
  return (
    <Group gap="sm">
      {said !== undefined && (
        <Text size="sm" c={said.ok ? 'green' : 'red'} role="status">
          {said.text}
        </Text>
      )}
      <Button variant="default" loading={busy} onClick={verify}>
        Verify
      </Button>
    </Group>
  );
}
