import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { AssistantCard } from './card.tsx';

const ORDER = { yes: 0, leftovers: 1, no: 2 } as const;

/** The assistants that Gatehouse knows, those on this computer first. */
export function Assistants() {
  const clients = useStore(state => state.loaded.clients);
  const failed = useStore(state => state.failed.clients);
  const sorted = clients?.toSorted((a, b) => ORDER[a.installed] - ORDER[b.installed]);
  return (
    <Page
      title="Assistants"
      about="Gatehouse writes itself into an assistant’s own settings file. You see the change first, and can take it back byte for byte. No key stands in there."
    >
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('clients')} />}
      {clients === undefined && failed === undefined && <Loading />}
      {sorted?.length === 0 && <Empty>Gatehouse knows no assistants on this system.</Empty>}
      {sorted?.map(client => (
        <AssistantCard key={client.id} client={client} />
      ))}
    </Page>
  );
}
