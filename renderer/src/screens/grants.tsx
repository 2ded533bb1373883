import { Group, SegmentedControl, Stack, Table, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { EffectView, GrantsView, VerdictView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt } from '../api/store.ts';
import { Effect } from '../parts/words.tsx';

const CHOICES = [
  { value: 'default', label: 'default' },
  { value: 'allow', label: 'allow' },
  { value: 'ask', label: 'ask' },
  { value: 'deny', label: 'deny' },
  { value: 'hide', label: 'hide' },
];
const EFFECTS: readonly (readonly [EffectView, string])[] = [
  ['read', 'Reading'],
  ['write', 'Changing'],
  ['destructive', 'Destroying'],
];

/** The grants of a connection for all assistants: by effect, and what follows for every action. */
export function Grants({ id }: { readonly id: string }) {
  const [grants, setGrants] = useState<GrantsView>();
  const [filter, setFilter] = useState('');
  useEffect(() => {
    void attempt(async () => setGrants(await call('grants.show', { id })));
  }, [id]);
  if (grants === undefined) return null;
  const set = (
    which: { readonly effect: EffectView } | { readonly tool: string; readonly action: string },
    verdict: string,
  ): void =>
    void attempt(async () =>
      setGrants(await call('grants.set', { id, ...which, verdict: verdict as VerdictView | 'default' })),
    );
  const ruleOf = (effect: string, tool: string, action: string): string =>
    grants.rules.find(
      rule => rule.client === '' && rule.effect === effect && rule.tool === tool && rule.action === action,
    )?.verdict ?? 'default';
  const shown = grants.actions.filter(row => `${row.tool} ${row.action}`.includes(filter.trim()));
  return (
    <Stack gap="sm">
      {EFFECTS.map(([effect, label]) => (
        <Group key={effect} gap="sm">
          <Text w={90} size="sm">
            {label}
          </Text>
          <SegmentedControl
            size="xs"
            aria-label={`${label} on ${id}`}
            data={CHOICES}
            value={ruleOf(effect, '', '')}
            onChange={verdict => set({ effect }, verdict)}
          />
        </Group>
      ))}
      <Text size="xs" c="dimmed">
        By default reading is allowed and everything else asks you. A grant for one action beats these. Actions that
        cost money, mail people or reveal a secret ask in any case.
      </Text>
      <TextInput
        size="xs"
        aria-label="Find an action"
        placeholder={`Find among ${grants.actions.length} actions`}
        value={filter}
        onChange={event => setFilter(event.currentTarget.value)}
      />
      <Table.ScrollContainer minWidth={560} maxHeight={420}>
        <Table stickyHeader verticalSpacing={4} className="rows">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Action</Table.Th>
              <Table.Th>Does</Table.Th>
              <Table.Th>Grant</Table.Th>
              <Table.Th>So</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(row => (
              <Table.Tr key={`${row.tool}/${row.action}`}>
                <Table.Td className="wrap">
                  {row.action === row.tool ? row.tool : `${row.tool} → ${row.action}`}
                </Table.Td>
                <Table.Td>
                  <Group gap={4}>
                    <Effect effect={row.effect} flags={row.flags} />
                  </Group>
                </Table.Td>
                <Table.Td>
                  <select
                    aria-label={`Grant for ${row.tool} ${row.action}`}
                    value={ruleOf('', row.tool, row.action)}
                    onChange={event => set({ tool: row.tool, action: row.action }, event.currentTarget.value)}
                  >
                    {CHOICES.map(({ value }) => (
                      <option key={value}>{value}</option>
                    ))}
                  </select>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{row.verdict}</Text>
                  <Text size="xs" c="dimmed">
                    {row.because}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
