import { Button } from '@mantine/core';
import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { AddConnection } from './add-connection.tsx';
import { ConnectionCard } from './card.tsx';
import { OneConnection } from './one.tsx';

/** All accounts, or the one that the address names. */
export function Connections() {
  const { path, query } = useRoute();
  const connections = useStore(state => state.loaded.connections);
  const failed = useStore(state => state.failed.connections);
  const [, ...id] = path;
  if (id.length > 0) return <OneConnection id={id.join('/')} />;
  return (
    <Page title="Connections" actions={<Button onClick={() => setQuery({ add: 'yes' })}>Add a connection</Button>}>
      <AddConnection opened={query.add !== undefined} onClose={() => setQuery({ add: '' })} />
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('connections')} />}
      {connections === undefined && failed === undefined && <Loading />}
      {connections?.length === 0 && (
        <Empty>
          None yet. A connection is one account at a vendor, or one MCP server of your own. Its keys stay in the vault.
        </Empty>
      )}
      {connections?.map(connection => (
        <ConnectionCard key={connection.uuid} connection={connection} />
      ))}
    </Page>
  );
}
