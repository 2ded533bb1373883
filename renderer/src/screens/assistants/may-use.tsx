import { Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientView, GrantsView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { hashOfConnection } from '../../route.ts';
import { useWords } from '../../words/index.ts';

/** What an assistant may do on each connection it is registered for; asked for when somebody wants to know. */
export function MayUse({ client }: { readonly client: ClientView }) {
  const { may } = useWords().assistants;
  const [grants, setGrants] = useState<readonly GrantsView[]>();
  const registered = client.entries.filter(entry => entry.state !== 'connection removed');
  if (registered.length === 0) return null;
  const load = (): void =>
    void attempt(async () =>
      setGrants(
        await Promise.all(
          registered.map(({ connection }) => call('grants.show', { id: connection, client: client.id })),
        ),
      ),
    );
  return (
    <details onToggle={event => event.currentTarget.open && load()}>
      <summary>{may.title}</summary>
      {grants?.map(one => (
        <One key={one.id} grants={one} client={client.id} />
      ))}
    </details>
  );
}

function One({ grants, client }: { readonly grants: GrantsView; readonly client: string }) {
  const { may } = useWords().assistants;
  const of = (...verdicts: readonly string[]): number =>
    grants.actions.filter(action => verdicts.includes(action.verdict)).length;
  const cost = grants.costs.find(one => one.client === client);
  return (
    <Text size="sm" mt={4} className="wrap">
      <b>{grants.id}</b>: {may.line(of('allow'), of('ask'), of('deny', 'hide'))}
      {cost === undefined ? '' : `; ${may.cost(Math.round(cost.bytes / 4))}`}.{' '}
      <a href={`${hashOfConnection(grants.id)}?client=${encodeURIComponent(client)}`}>{may.change}</a>
    </Text>
  );
}
