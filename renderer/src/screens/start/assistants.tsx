import { Badge, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { ClientView, ConnectionView } from '../../../../app/contract/index.ts';
import { useAsked } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Empty, Loading } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Diff } from '../assistants/diff.tsx';
import { hashOfStep } from './steps.ts';

/** An assistant of this computer, the change of its file, and the yes to it. */
export function ChooseAssistant({ connection }: { readonly connection: ConnectionView }) {
  const { common, start } = useWords();
  const { assistants } = start;
  const { query } = useRoute();
  const clients = useStore(state => state.loaded.clients);
  const failed = useStore(state => state.failed.clients);
  const found = (clients?.filter(({ installed }) => installed !== 'no') ?? []).toSorted(
    (a, b) => Number(a.installed !== 'yes') - Number(b.installed !== 'yes'),
  );
  const others = clients?.filter(({ installed }) => installed === 'no') ?? [];
  const chosen = found.find(({ id }) => id === query.client) ?? (found.length === 1 ? found[0] : undefined);
  const uses = clients?.some(client => has(client, connection.id)) === true;
  return (
    <Stack gap="md">
      <Text size="sm">{assistants.about}</Text>
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('clients')} />}
      {clients === undefined && failed === undefined && <Loading />}
      {clients !== undefined && found.length === 0 && (
        <Empty>
          <Stack gap="sm" align="flex-start">
            {assistants.none}
            <Button size="compact-sm" variant="default" onClick={() => void refresh('clients')}>
              {assistants.lookAgain}
            </Button>
          </Stack>
        </Empty>
      )}
      {found.length > 0 && (
        <Radio.Group label={assistants.found} value={chosen?.id ?? null} onChange={client => setQuery({ client })}>
          <Stack gap={8} mt="xs">
            {found.map(client => (
              <Group key={client.id} gap="xs">
                <Radio value={client.id} label={client.title} />
                {client.installed === 'leftovers' && <Badge color="gray">{assistants.leftovers}</Badge>}
                {has(client, connection.id) && <Badge color="green">{assistants.already}</Badge>}
              </Group>
            ))}
          </Stack>
        </Radio.Group>
      )}
      {others.length > 0 && (
        <Text size="xs" c="dimmed">
          {assistants.notFound}: {others.map(({ title }) => title).join(', ')}
        </Text>
      )}
      {chosen !== undefined && <Change key={chosen.id} client={chosen} connection={connection} />}
      <Group gap="sm">
        <Button variant="default" component="a" href={hashOfStep('check', { connection: connection.id })}>
          {common.back}
        </Button>
        <Button
          variant={uses ? 'filled' : 'subtle'}
          component="a"
          href={hashOfStep('done', { connection: connection.id })}
        >
          {uses ? assistants.goOn : assistants.skip}
        </Button>
      </Group>
    </Stack>
  );
}

function Change({ client, connection }: { readonly client: ClientView; readonly connection: ConnectionView }) {
  const { assistants } = useWords().start;
  const [busy, setBusy] = useState(false);
  // What it may use already stays in its file.
  const wanted = [
    ...new Set([
      ...client.entries.filter(({ state }) => state !== 'connection removed').map(entry => entry.connection),
      connection.id,
    ]),
  ];
  const key = JSON.stringify(wanted);
  const ask = useCallback(
    () => call('clients.preview', { client: client.id, connections: JSON.parse(key) as string[] }),
    [client.id, key],
  );
  const { value: preview, failure, again } = useAsked(ask);
  const register = (): void => {
    setBusy(true);
    void attempt(async () => {
      const { undo } = await call('clients.register', { client: client.id, connections: wanted });
      if (undo !== undefined) useStore.setState(state => ({ undo: { ...state.undo, [client.id]: undo } }));
      await refresh('clients');
      location.hash = hashOfStep('done', { connection: connection.id, client: client.id });
    }).finally(() => setBusy(false));
  };
  if (failure !== undefined) return <NotLoaded failure={failure} retry={again} />;
  if (preview === undefined) return <Loading />;
  const nothing = preview.diff === '';
  return (
    <Stack gap="xs">
      <Text size="sm" className="wrap">
        {nothing ? assistants.nothing(preview.file) : assistants.change(preview.file)}
      </Text>
      <Diff text={preview.diff} />
      {preview.warnings.map(warning => (
        <Text key={warning} size="sm" className="warn">
          {warning}
        </Text>
      ))}
      {!(nothing && client.keyed) && (
        <Group>
          <Button loading={busy} onClick={register}>
            {assistants.register(client.title)}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function has(client: ClientView, connection: string): boolean {
  return client.entries.some(entry => entry.connection === connection && entry.state === 'ok');
}
