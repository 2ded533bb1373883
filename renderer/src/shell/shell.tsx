import { AppShell, Burger, Group, Stack, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from '../api/store.ts';
import { count } from '../parts/words.tsx';
import { useRoute } from '../route.ts';
import { Approvals } from '../screens/approvals/approvals.tsx';
import { Assistants } from '../screens/assistants/assistants.tsx';
import { Connections } from '../screens/connections/connections.tsx';
import { History } from '../screens/history/history.tsx';
import { NoKey } from '../screens/no-key.tsx';
import { Bars } from './bars.tsx';
import { Navigation, SCREENS, screenOf } from './navigation.tsx';
import { Pause } from './pause.tsx';

const SHOW = { connections: Connections, approvals: Approvals, history: History, assistants: Assistants } as const;

/** What stands around every screen: where one can go, what is going on, and the pause. */
export function Shell() {
  const { path } = useRoute();
  const screen = screenOf(path);
  const place = path.join('/');
  const waiting = useStore(state => state.loaded.approvals?.length ?? 0);
  const line = useStore(state => state.line);
  const [opened, setOpened] = useState(false);
  const Show = SHOW[screen];
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${SCREENS[screen]} · Gatehouse`;
  }, [waiting, screen]);
  useFocusOnArrival(place);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wherever one goes, the menu of a narrow window closes
  useEffect(() => setOpened(false), [place]);
  if (line === 'refused') return <NoKey because="no key" />;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <button type="button" className="skip" onClick={() => document.getElementById('screen')?.focus()}>
        Skip to the screen
      </button>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={() => setOpened(!opened)} hiddenFrom="sm" size="sm" aria-label="Screens" />
            <Title order={1} size="h4">
              Gatehouse
            </Title>
          </Group>
          <Pause />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Screens">
        <Navigation screen={screen} waiting={waiting} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Stack gap="md" maw={1100}>
          <Bars screen={screen} />
          <Show />
        </Stack>
        <div className="unseen" role="status">
          {waiting > 0 ? `${count(waiting, 'call waits', 'calls wait')} for you` : ''}
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

/** Whoever moves by keyboard or hears the page goes on at its heading. Not at the start: that is the browser's place. */
function useFocusOnArrival(place: string): void {
  const [start] = useState(place);
  const [moved, setMoved] = useState(false);
  useEffect(() => {
    if (!moved && place === start) return;
    setMoved(true);
    scrollTo(0, 0);
    document.getElementById('screen')?.focus({ preventScroll: true });
  }, [place, start, moved]);
}
