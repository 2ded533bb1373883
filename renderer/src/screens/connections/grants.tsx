import { Group, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ConnectionView, EffectView, GrantsView, InputOf, PresetView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { useNameOf } from '../../parts/labels.tsx';
import { Empty, Loading } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Actions } from './actions.tsx';
import { Cost, Costs } from './cost.tsx';
import { type Draft, useDraft } from './draft.ts';
import { Exceptions } from './exceptions.tsx';
import { Unsaved } from './unsaved.tsx';
import { CHOICES, choiceOf } from './verdicts.ts';

export type Grant = Omit<InputOf<'grants.set'>, 'id' | 'code'>;

const EFFECTS: readonly EffectView[] = ['read', 'write', 'destructive'];

/** What assistants may do on a connection: by effect, tool or action, for all or for one; and what follows from it. */
export function Grants({ connection }: { readonly connection: ConnectionView }) {
  const { uuid } = connection;
  const { query } = useRoute();
  const client = query.client ?? '';
  const [grants, setGrants] = useState<GrantsView>();
  const [failed, setFailed] = useState<Failure>();
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changed of the connection may have changed these
  useEffect(() => {
    let current = true;
    call('grants.show', { id: uuid, ...(client === '' ? {} : { client }) }).then(
      told => {
        if (!current) return;
        setGrants(told);
        setFailed(undefined);
      },
      error => current && setFailed(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [uuid, client, connection, again]);
  if (failed !== undefined) return <NotLoaded failure={failed} retry={() => setAgain(again + 1)} />;
  if (grants === undefined || (grants.client ?? '') !== client) return <Loading />;
  return (
    <Matrix
      key={client}
      connection={connection}
      client={client}
      grants={grants}
      onChanged={() => setAgain(now => now + 1)}
    />
  );
}

interface MatrixProps {
  readonly connection: ConnectionView;
  readonly client: string;
  readonly grants: GrantsView;
  readonly onChanged: () => void;
}

function Matrix({ connection, client, grants, onChanged }: MatrixProps) {
  const { grants: words } = useWords().connections;
  const draft = useDraft(connection.uuid, client, grants, onChanged);
  const end = (grant: Grant): void =>
    void attempt(async () => {
      await call('grants.set', { id: connection.uuid, ...grant });
      onChanged();
    });
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-end">
        <Who client={client} grants={grants} />
        <Presets client={client} grants={grants} draft={draft} />
      </Group>
      <Stack gap="xs">
        {EFFECTS.map(effect => (
          <Group key={effect} gap="sm">
            <Text w={90} size="sm" fw={500}>
              {words.effects[effect]}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={words.effectOn(words.effects[effect], connection.id)}
              data={CHOICES.map(value => ({
                value,
                label: value === 'default' && client !== '' ? words.asForAll : words.choices[value],
              }))}
              value={draft.choiceAt({ effect })}
              onChange={verdict => draft.set({ effect }, choiceOf(verdict))}
            />
            <Text size="xs" c="dimmed">
              {client === '' && words.otherwise[effect]}
            </Text>
          </Group>
        ))}
        <Text size="xs" c="dimmed">
          {words.explained}
        </Text>
      </Stack>
      <Cost grants={grants} client={client} />
      <Exceptions rules={grants.rules} onSet={end} />
      {grants.actions.length === 0 ? (
        <Empty>{words.unknown}</Empty>
      ) : (
        <Actions connection={connection} grants={grants} draft={draft} />
      )}
      <Unsaved draft={draft} />
      <Costs grants={grants} />
    </Stack>
  );
}

/** Every assistant, or one: those with a key here, and those with a grant of their own. */
function Who({ client, grants }: { readonly client: string; readonly grants: GrantsView }) {
  const { grants: words } = useWords().connections;
  const clients = useStore(state => state.loaded.clients);
  const nameOf = useNameOf();
  const known = new Set([
    'terminal',
    ...(clients ?? []).filter(one => one.keyed).map(one => one.id),
    ...grants.rules.map(rule => rule.client),
    client,
  ]);
  known.delete('');
  return (
    <NativeSelect
      label={words.who}
      miw={200}
      data={[{ value: '', label: words.everyone }, ...[...known].map(id => ({ value: id, label: nameOf(id) }))]}
      value={client}
      onChange={event => setQuery({ client: event.currentTarget.value })}
    />
  );
}

interface PresetsProps {
  readonly client: string;
  readonly grants: GrantsView;
  readonly draft: Draft;
}

function Presets({ client, grants, draft }: PresetsProps) {
  const { grants: words } = useWords().connections;
  const offered: readonly PresetView[] = [...(client === '' ? [] : ['default' as const]), 'read-only', 'ask', 'full'];
  const value = draft.preset ?? grants.preset ?? '';
  return (
    <NativeSelect
      label={words.presets}
      miw={200}
      data={[
        ...(value === '' ? [{ value: '', label: words.own }] : []),
        ...offered.map(preset => ({ value: preset, label: words.preset[preset] })),
      ]}
      value={value}
      onChange={event => {
        const chosen = offered.find(preset => preset === event.currentTarget.value);
        if (chosen !== undefined) draft.start(chosen);
      }}
    />
  );
}
