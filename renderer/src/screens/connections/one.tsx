import { Anchor, Group, Stack, Tabs } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { Sure } from '../../parts/sure.tsx';
import { hashOf, setQuery, useRoute } from '../../route.ts';
import { Attention } from './attention.tsx';
import { Changes } from './changes.tsx';
import { EditConnection } from './edit-connection.tsx';
import { Grants } from './grants.tsx';
import { Log } from './log.tsx';
import { Identity, State } from './state.tsx';
import { TestAndRestart, useDoing } from './test-and-restart.tsx';

const LIST = hashOf(['connections']);

/** Everything about one connection. */
export function OneConnection({ id }: { readonly id: string }) {
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
          There is no connection of this name. It may have been renamed or removed.{' '}
          <a href={LIST}>See all connections</a>
        </Empty>
      )}
    </Page>
  );
}

function Found({ connection }: { readonly connection: ConnectionView }) {
  const { id } = connection;
  const doing = useDoing(connection);
  const { query } = useRoute();
  const changed = connection.heldChanges > 0;
  const part = query.part ?? (changed ? 'changes' : 'grants');
  const remove = (): Promise<unknown> =>
    attempt(async () => {
      await call('connections.remove', { id });
      location.hash = LIST;
      await refresh('connections', 'clients');
    });
  return (
    <Stack gap="xs">
      <Anchor href={LIST} size="sm">
        ← All connections
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
          <Identity connection={connection} />
        </div>
        <Attention connection={connection} doing={doing} part={part} />
        {doing.said}
        <Tabs value={part} onChange={value => setQuery({ part: value ?? '' })} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="grants">What assistants may do</Tabs.Tab>
            <Tabs.Tab value="settings">Settings and credentials</Tabs.Tab>
            {changed && <Tabs.Tab value="changes">Changes to look at ({connection.heldChanges})</Tabs.Tab>}
            <Tabs.Tab value="log">Log</Tabs.Tab>
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
            ask="Remove this connection…"
            loses="Its credentials, grants and log are lost; the history stays."
            no="Keep it"
            yes={`Remove ${id}`}
            onYes={remove}
          />
        </Group>
      </Page>
    </Stack>
  );
}
