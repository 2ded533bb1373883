import { Button } from '@mantine/core';
import { useStore } from '../../api/store.ts';
import { Page } from '../../parts/page.tsx';
import { hashOf } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Calls } from './calls.tsx';
import { HomeConnections } from './connections.tsx';
import { LastCalls } from './last-calls.tsx';
import { WaitingCalls } from './waiting.tsx';

/** How everything is right now, and the one next thing to do where there is one. */
export function Home() {
  const { home } = useWords();
  return (
    <Page
      title={home.title}
      actions={
        <Button variant="default" component="a" href={hashOf(['start'])}>
          {home.connections.add}
        </Button>
      }
    >
      <NoAssistant />
      <div className="halves">
        <HomeConnections />
        <WaitingCalls />
      </div>
      <Calls />
      <LastCalls />
    </Page>
  );
}

/** A connection that nobody uses: the way on stands here until somebody takes it. */
function NoAssistant() {
  const { noAssistant } = useWords().home;
  const connection = useStore(({ loaded }) => loaded.connections?.find(({ state }) => state !== 'attention')?.id);
  const unused = useStore(({ loaded }) => loaded.clients?.every(({ entries }) => entries.length === 0) === true);
  if (connection === undefined || !unused) return null;
  return (
    <section className="next" aria-label={noAssistant.title}>
      <div className="grow">
        <b>{noAssistant.title}</b> {noAssistant.text}
      </div>
      <Button component="a" href={hashOf(['start'], { step: 'assistants', connection })}>
        {noAssistant.button}
      </Button>
    </section>
  );
}
