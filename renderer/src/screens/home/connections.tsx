import { Group, Title } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { hashOf, hashOfConnection } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Attention } from '../connections/attention.tsx';
import { Identity, State } from '../connections/state.tsx';
import { useDoing } from '../connections/test-and-restart.tsx';

/** Every connection with its state; those that need a person first, with the reason and the one button that helps. */
export function HomeConnections() {
  const { home } = useWords();
  const connections = useStore(state => state.loaded.connections);
  const failed = useStore(state => state.failed.connections);
  const sorted = connections?.toSorted((a, b) => Number(b.state === 'attention') - Number(a.state === 'attention'));
  return (
    <section className="panel" aria-labelledby="home-connections">
      <Title order={3} size="h5" id="home-connections">
        {home.connections.title}
      </Title>
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('connections')} />}
      {connections === undefined && failed === undefined && <Loading />}
      {sorted?.length === 0 && (
        <Empty>
          <a href={hashOf(['start'])}>{home.connections.add}</a>
        </Empty>
      )}
      {sorted?.map(connection => (
        <Line key={connection.uuid} connection={connection} />
      ))}
      {sorted !== undefined && sorted.length > 0 && (
        <a className="small" href={hashOf(['connections'])}>
          {home.connections.all}
        </a>
      )}
    </section>
  );
}

function Line({ connection }: { readonly connection: ConnectionView }) {
  const doing = useDoing(connection);
  return (
    <section className="line" aria-label={connection.id}>
      <Group gap="xs" justify="space-between">
        <a href={hashOfConnection(connection.id)} className="name wrap">
          {connection.id}
        </a>
        <Group gap={6}>
          <State connection={connection} />
        </Group>
      </Group>
      <Identity connection={connection} />
      <Attention connection={connection} doing={doing} />
      {doing.said}
    </section>
  );
}
