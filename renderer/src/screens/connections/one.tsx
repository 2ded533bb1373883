import { Anchor, Group, Stack, Tabs } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, say, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { Sure } from '../../parts/sure.tsx';
import { hashOf, setQuery, useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Attention } from './attention.tsx';
import { Changes } from './changes.tsx';
import { EditConnection } from './edit-connection.tsx';
import { Grants } from './grants.tsx';
import { Log } from './log.tsx';
import { Overview } from './overview.tsx';
import { State } from './state.tsx';
import { TestAndRestart, useDoing } from './test-and-restart.tsx';

const LIST = hashOf(['connections']);

/** Everything about one connection. */
export function OneConnection({ id }: { readonly id: string }) {
  const { connections: words } = useWords();
  const connections = useStore(state => state.loaded.connections);
  const failed = useStore(state => state.failed.connections);
  const connection = connections?.find(one => one.id === id || one.uuid === id);
  if (connection !== undefined) return <Found key={connection.uuid} connection={connection} />;
  return (
    <Page title={id}>
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('connections')} />}
      {connections === undefined ? (
        <Loading />
      ) : (
        <Empty>
          {words.gone} <a href={LIST}>{words.seeAll}</a>
        </Empty>
      )}
    </Page>
  );
}

function Found({ connection }: { readonly connection: ConnectionView }) {
  const { connections: words } = useWords();
  const clients = useStore(state => state.loaded.clients) ?? [];
  const { id } = connection;
  const doing = useDoing(connection);
  const { query } = useRoute();
  const changed = connection.heldChanges > 0;
  const part = query.part ?? (changed ? 'changes' : 'grants');
  const registered = clients
    .filter(client => client.entries.some(entry => entry.connection === id))
    .map(client => client.title);
  const remove = (): Promise<unknown> =>
    attempt(async () => {
      const { left } = await call('connections.remove', { id });
      location.hash = LIST;
      if (left.length > 0) say('bad', words.remove.left(left));
      await refresh('connections', 'clients');
    });
  return (
    <Stack gap="xs">
      <Anchor href={LIST} size="sm">
        {words.all}
      </Anchor>
      <Page
        title={id}
        actions={
          <TestAndRestart doing={doing} running={connection.state === 'ready' || connection.state === 'starting'} />
        }
      >
        <div>
          <Group gap="xs">
            <State connection={connection} />
          </Group>
          <div className="quiet">{connection.title}</div>
        </div>
        <Attention connection={connection} doing={doing} part={part} />
        {doing.said}
        <Overview connection={connection} />
        <Tabs value={part} onChange={value => setQuery({ part: value ?? '' })} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="grants">{words.parts.grants}</Tabs.Tab>
            <Tabs.Tab value="settings">{words.parts.settings}</Tabs.Tab>
            {changed && <Tabs.Tab value="changes">{words.parts.changes(connection.heldChanges)}</Tabs.Tab>}
            <Tabs.Tab value="log">{words.parts.log}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="grants">
            <Grants connection={connection} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <EditConnection connection={connection} />
          </Tabs.Panel>
          <Tabs.Panel value="changes">
            <Changes connection={connection} />
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <Log connection={connection} />
          </Tabs.Panel>
        </Tabs>
        <Group justify="flex-end" className="rule">
          <Sure
            ask={words.remove.ask}
            loses={words.remove.loses(id, registered)}
            no={words.remove.no}
            yes={words.remove.yes(id)}
            onYes={remove}
          />
        </Group>
      </Page>
    </Stack>
  );
}
