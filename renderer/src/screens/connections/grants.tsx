import { Group, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ConnectionView, EffectView, GrantsView, InputOf } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Empty, Loading } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { useNameOf } from '../../parts/words.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { Actions } from './actions.tsx';
import { Exceptions } from './exceptions.tsx';
import { CHOICES, verdictOf } from './verdicts.ts';

export type Grant = Omit<InputOf<'grants.set'>, 'id' | 'code'>;

const EFFECTS: readonly (readonly [EffectView, string, string])[] = [
  ['read', 'Reading', 'allowed unless you say otherwise'],
  ['write', 'Changing', 'asks unless you say otherwise'],
  ['destructive', 'Destroying', 'asks unless you say otherwise'],
];

/** What assistants may do on a connection: by effect, for one action, for one assistant; and what follows from it. */
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
  if (grants === undefined) return <Loading />;
  const set = (grant: Grant): void =>
    void attempt(async () => {
      await call('grants.set', { id: uuid, ...grant });
      setAgain(now => now + 1);
    });
  const mine = client === '' ? {} : { client };
  return (
    <Stack gap="md">
      <Who client={client} grants={grants} />
      <Stack gap="xs">
        {EFFECTS.map(([effect, label, otherwise]) => (
          <Group key={effect} gap="sm">
            <Text w={90} size="sm" fw={500}>
              {label}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={`${label} on ${connection.id}`}
              data={CHOICES.map(value => ({
                value,
                label: value === 'default' && client !== '' ? 'as for all' : value,
              }))}
              value={verdictOf(grants.rules, { client, effect })}
              onChange={verdict => set({ ...mine, effect, verdict })}
            />
            <Text size="xs" c="dimmed">
              {otherwise}
            </Text>
          </Group>
        ))}
        <Text size="xs" c="dimmed">
          Ask: it waits for you. Deny: the assistant sees it and is refused. Hide: it does not see it. A grant for one
          action beats these. What costs money, mails people or reveals a secret asks in any case.
        </Text>
      </Stack>
      <Exceptions rules={grants.rules} onSet={set} />
      {grants.actions.length === 0 ? (
        <Empty>
          Gatehouse does not know yet what this server offers. Test the connection; its tools then stand here, each
          counted as changing something until you say otherwise.
        </Empty>
      ) : (
        <Actions connection={connection} grants={grants} client={client} onSet={set} />
      )}
    </Stack>
  );
}

/** Every assistant, or one: those with a key here, and those with a grant of their own. */
function Who({ client, grants }: { readonly client: string; readonly grants: GrantsView }) {
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
      label="For"
      maw={320}
      data={[{ value: '', label: 'every assistant' }, ...[...known].map(id => ({ value: id, label: nameOf(id) }))]}
      value={client}
      onChange={event => setQuery({ client: event.currentTarget.value })}
    />
  );
}
