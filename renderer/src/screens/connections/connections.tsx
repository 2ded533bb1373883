import { Button } from '@mantine/core';
import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { hashOf, useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { ConnectionCard } from './card.tsx';
import { OneConnection } from './one.tsx';

/** All accounts, or the one that the address names. */
export function Connections() {
  const { connections: words } = useWords();
  const { path } = useRoute();
  const connections = useStore(state => state.loaded.connections);
  const failed = useStore(state => state.failed.connections);
  const [, ...id] = path;
  if (id.length > 0) return <OneConnection id={id.join('/')} />;
  return (
    <Page
      title={words.title}
      actions={
        <Button component="a" href={hashOf(['start'])}>
          {words.add}
        </Button>
      }
    >
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('connections')} />}
      {connections === undefined && failed === undefined && <Loading />}
      {connections?.length === 0 && <Empty>{words.none}</Empty>}
      {connections?.map(connection => (
        <ConnectionCard key={connection.uuid} connection={connection} />
      ))}
    </Page>
  );
}
