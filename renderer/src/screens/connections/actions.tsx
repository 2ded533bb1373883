import { Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { ConnectionView, EffectView, GrantsView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { actionOf, Effect } from '../../parts/labels.tsx';
import { useWords } from '../../words/index.ts';
import type { Draft } from './draft.ts';
import { CHOICES, choiceOf, type Place } from './verdicts.ts';
import './connections.css';

interface ActionsProps {
  readonly connection: ConnectionView;
  readonly grants: GrantsView;
  readonly draft: Draft;
}
type Row = GrantsView['actions'][number];

/** The matrix: every tool and action with what the vendor permits, its grant, and the verdict that follows from all. */
export function Actions({ connection, grants, draft }: ActionsProps) {
  const { grants: words } = useWords().connections;
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = grants.actions.filter(row => {
    const text = `${row.tool} ${row.action} ${row.effect} ${row.verdict}`.toLowerCase();
    return wanted.every(word => text.includes(word));
  });
  const tools = Map.groupBy(shown, row => row.tool);
  return (
    <Stack gap="xs">
      <TextInput
        size="xs"
        aria-label={words.find}
        placeholder={words.findAmong(grants.actions.length)}
        value={filter}
        onChange={event => setFilter(event.currentTarget.value)}
      />
      <Table.ScrollContainer minWidth={660}>
        <Table verticalSpacing={4} className="rows">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.action}</Table.Th>
              <Table.Th w={145}>{words.columns.effect}</Table.Th>
              <Table.Th w={85}>{words.columns.scope}</Table.Th>
              <Table.Th w={115}>{words.columns.grant}</Table.Th>
              <Table.Th w={160}>{words.columns.follows}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...tools].map(([tool, rows]) => (
              <Tool key={tool} tool={tool} rows={rows} connection={connection} draft={draft} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length === 0 && <Text c="dimmed">{words.noneFits}</Text>}
    </Stack>
  );
}

interface ToolProps {
  readonly tool: string;
  readonly rows: readonly Row[];
  readonly connection: ConnectionView;
  readonly draft: Draft;
}

function Tool({ tool, rows, connection, draft }: ToolProps) {
  const { grants: words } = useWords().connections;
  const alone = rows.length === 1 && rows[0]?.action === tool;
  return (
    <>
      {!alone && (
        <Table.Tr className="tool">
          <Table.Td colSpan={3} fw={600}>
            <Name>{tool}</Name>
          </Table.Td>
          <Table.Td colSpan={2}>
            <GrantSelect label={words.grantForTool(tool)} place={{ tool }} draft={draft} />
          </Table.Td>
        </Table.Tr>
      )}
      {rows.map(row => (
        <ActionRow key={row.action} row={row} alone={alone} connection={connection} draft={draft} />
      ))}
    </>
  );
}

function ActionRow({
  row,
  alone,
  connection,
  draft,
}: Omit<ToolProps, 'tool' | 'rows'> & { readonly row: Row; readonly alone: boolean }) {
  const { grants: words } = useWords().connections;
  const { tool, action } = row;
  const next = draft.preview?.changes.find(change => change.tool === tool && change.action === action);
  return (
    <Table.Tr>
      <Table.Td className={alone ? '' : 'inner'}>
        <Name>{action}</Name>
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
        <Scope row={row} connection={connection} />
      </Table.Td>
      <Table.Td>
        <GrantSelect label={words.grantFor(actionOf(tool, action))} place={{ tool, action }} draft={draft} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" fw={500} className={next === undefined ? '' : next.wider ? 'warn' : 'good'}>
          {next === undefined
            ? words.choices[row.verdict]
            : words.draft.from(words.choices[next.before], words.choices[next.after])}
        </Text>
        <Text size="xs" c="dimmed" className="wrap">
          {next?.because ?? row.because}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** A long name may break behind an underscore, and nowhere else. */
function Name({ children }: { readonly children: string }) {
  return children.split(/(?<=_)/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one name never change places
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

/** What the vendor's credential permits. */
function Scope({ row, connection }: { readonly row: Row; readonly connection: ConnectionView }) {
  const { grants: words } = useWords().connections;
  const permitted =
    row.scopes.length === 0
      ? 'any'
      : !connection.scopesKnown
        ? 'unknown'
        : row.scopes.some(scope => connection.scopes.includes(scope))
          ? 'yes'
          : 'no';
  return (
    <Text
      size="xs"
      {...(permitted === 'no' ? { className: 'warn' } : permitted === 'yes' ? { className: 'good' } : { c: 'dimmed' })}
      {...(row.scopes.length === 0 ? {} : { title: words.needs(row.scopes) })}
    >
      {words.scope[permitted]}
    </Text>
  );
}

function GrantSelect({
  label,
  place,
  draft,
}: {
  readonly label: string;
  readonly place: Place;
  readonly draft: Draft;
}) {
  const { grants: words } = useWords().connections;
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      data={CHOICES.map(value => ({ value, label: words.choices[value] }))}
      value={draft.choiceAt(place)}
      onChange={event => draft.set(place, choiceOf(event.currentTarget.value))}
    />
  );
}

const EFFECTS: readonly EffectView[] = ['read', 'write', 'destructive'];

interface ClassifyProps {
  readonly connection: ConnectionView;
  readonly tool: string;
  readonly effect: EffectView;
}

/** What a custom server's tool does is for a person to say: the server's own word is not taken for it. */
function Classify({ connection, tool, effect }: ClassifyProps) {
  const { connections, common } = useWords();
  const classify = (value: string): void =>
    void attempt(async () => {
      const chosen = EFFECTS.find(one => one === value);
      if (chosen === undefined) return;
      await call('connections.classify', { id: connection.uuid, tool, effect: chosen });
      await refresh('connections');
    });
  return (
    <NativeSelect
      size="xs"
      aria-label={connections.grants.whatDoes(tool)}
      data={EFFECTS.map(value => ({ value, label: common.effects[value] }))}
      value={effect}
      onChange={event => classify(event.currentTarget.value)}
    />
  );
}
