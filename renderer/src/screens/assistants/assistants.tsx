import type { ClientView } from '../../../../app/contract/index.ts';
import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';
import { AssistantCard } from './card.tsx';
import { Repair } from './repair.tsx';
import './assistants.css';

const ORDER = { yes: 0, leftovers: 1, no: 2 } as const;
const isHere = (client: ClientView): boolean => client.installed !== 'no' || client.entries.length > 0;

/** The assistants that Gatehouse knows, those on this computer first. */
export function Assistants() {
  const { assistants } = useWords();
  const clients = useStore(state => state.loaded.clients);
  const failed = useStore(state => state.failed.clients);
  const sorted = clients?.toSorted((a, b) => ORDER[a.installed] - ORDER[b.installed]) ?? [];
  const here = sorted.filter(isHere);
  const others = sorted.filter(client => !isHere(client));
  return (
    <Page title={assistants.title} about={assistants.about}>
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('clients')} />}
      {clients === undefined && failed === undefined && <Loading />}
      {clients?.length === 0 && <Empty>{assistants.none}</Empty>}
      <Repair clients={sorted} />
      {here.map(client => (
        <AssistantCard key={client.id} client={client} />
      ))}
      {others.length > 0 && (
        <details className="more-assistants" open={here.length === 0}>
          <summary>{assistants.notHere(others.length)}</summary>
          {others.map(client => (
            <AssistantCard key={client.id} client={client} />
          ))}
        </details>
      )}
    </Page>
  );
}
