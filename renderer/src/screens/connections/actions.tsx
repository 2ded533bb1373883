import { Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ConnectionView, EffectView, GrantsView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { actionOf, Effect } from '../../parts/words.tsx';
import type { Grant } from './grants.tsx';
import { CHOICES, choiceOf, verdictOf } from './verdicts.ts';

interface ActionsProps {
  readonly connection: ConnectionView;
  readonly grants: GrantsView;
  readonly client: string;
  readonly onSet: (grant: Grant) => void;
}

/** Every action with its own grant and the verdict that follows from all of them. */
export function Actions({ connection, grants, client, onSet }: ActionsProps) {
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = grants.actions.filter(row => {
    const text = `${row.tool} ${row.action} ${row.effect} ${row.verdict}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
  return (
    <Stack gap="xs">
      <TextInput
        size="xs"
        aria-label="Find an action"
        placeholder={`Find among ${grants.actions.length} actions`}
        value={filter}
        onChange={event => setFilter(event.currentTarget.value)}
      />
      <Table.ScrollContainer minWidth={620}>
        <Table verticalSpacing={4} className="rows">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Action</Table.Th>
              <Table.Th w={150}>What it does</Table.Th>
              <Table.Th w={115}>Grant</Table.Th>
              <Table.Th w={200}>What follows</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(row => (
              <Row key={`${row.tool}/${row.action}`} row={row} {...{ connection, grants, client, onSet }} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length === 0 && <Text c="dimmed">No action fits.</Text>}
    </Stack>
  );
}

function Row({
  row,
  connection,
  grants,
  client,
  onSet,
}: ActionsProps & { readonly row: GrantsView['actions'][number] }) {
  const { tool, action } = row;
  const name = actionOf(tool, action);
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <div>{action}</div>
        {action !== tool && <div className="quiet small">{tool}</div>}
      </Table.Td>
      <Table.Td>
        {connection.backend === 'custom' ? (
          <Classify connection={connection} tool={tool} effect={row.effect} />
        ) : (
          <Group gap={4}>
            <Effect effect={row.effect} flags={row.flags} />
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        <NativeSelect
          size="xs"
          aria-label={`Grant for ${name}`}
          data={[...CHOICES]}
          value={verdictOf(grants.rules, { client, tool, action })}
          onChange={event =>
            onSet({
              ...(client === '' ? {} : { client }),
              tool,
              action,
              verdict: choiceOf(event.currentTarget.value),
            })
          }
        />
      </Table.Td>
      <Table.Td>
        <Text size="sm" fw={500}>
          {row.verdict}
        </Text>
        <Text size="xs" c="dimmed" className="wrap">
          {row.because}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

const EFFECTS: readonly { readonly value: EffectView; readonly label: string }[] = [
  { value: 'read', label: 'reads' },
  { value: 'write', label: 'changes' },
  { value: 'destructive', label: 'destroys' },
];

interface ClassifyProps {
  readonly connection: ConnectionView;
  readonly tool: string;
  readonly effect: EffectView;
}

/** What a custom server's tool does is for a person to say: the server's own word is not taken for it. */
function Classify({ connection, tool, effect }: ClassifyProps) {
  const classify = (value: string): void =>
    void attempt(async () => {
      const chosen = EFFECTS.find(one => one.value === value);
      if (chosen === undefined) return;
      await call('connections.classify', { id: connection.uuid, tool, effect: chosen.value });
      await refresh('connections');
    });
  return (
    <NativeSelect
      size="xs"
      aria-label={`What ${tool} does`}
      data={[...EFFECTS]}
      value={effect}
      onChange={event => classify(event.currentTarget.value)}
    />
  );
}
