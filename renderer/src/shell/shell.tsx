import { AppShell, Burger, Group, Stack, Title } from '@mantine/core';
import { lazy, Suspense, useEffect, useState } from 'react';
import { desktop } from '../api/desktop.ts';
import { useStore, waitingIn } from '../api/store.ts';
import { Loading } from '../parts/page.tsx';
import { useRoute } from '../route.ts';
import { NoKey } from '../screens/no-key.tsx';
import { useWords } from '../words/index.ts';
import { Bars } from './bars.tsx';
import { Finder } from './finder.tsx';
import { Guard } from './guard.tsx';
import { Navigation } from './navigation.tsx';
import { Pause } from './pause.tsx';
import { fetchAhead, SCREENS, type Screen, screenOf } from './screens.ts';

/** Only the app is handed links and files, so a browser never fetches it. */
const Invitation = lazy(async () => ({ default: (await import('./invitation.tsx')).Invitation }));

/** What stands around every screen: where one can go, what is going on, and the pause. */
export function Shell() {
  const words = useWords();
  const { shell } = words;
  const { path } = useRoute();
  const screen = useScreen(path);
  const place = path.join('/');
  const waiting = useStore(waitingIn);
  const line = useStore(state => state.line);
  const [start] = useState(place);
  const [opened, setOpened] = useState(false);
  const { Show } = SCREENS[screen];
  const { title } = words[screen];
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · Gatehouse`;
  }, [waiting, title]);
  useEffect(fetchAhead, []);
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
        {shell.skip}
      </button>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={() => setOpened(!opened)}
              hiddenFrom="sm"
              size="sm"
              aria-label={shell.screens}
            />
            <Title order={1} size="h4">
              Gatehouse
            </Title>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Finder />
            <Pause />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={shell.screens}>
        <Navigation screen={screen} waiting={waiting} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Stack gap="md" maw={1240}>
          <Bars screen={screen} />
          <Guard place={place}>
            <Suspense fallback={<Loading />}>
              <Show />
              <Arrival place={place} start={start} />
            </Suspense>
          </Guard>
        </Stack>
        {desktop !== undefined && (
          <Suspense>
            <Invitation />
          </Suspense>
        )}
        <div className="unseen" role="status">
          {waiting > 0 ? shell.callsWait(waiting) : ''}
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

/** Where nothing was asked for: home; or the start, while there is no connection. */
function useScreen(path: readonly string[]): Screen {
  const nothingYet = useStore(({ loaded }) => loaded.connections?.length === 0);
  return screenOf(path) ?? (nothingYet ? 'start' : 'home');
}

/**
 * Whoever moves by keyboard or hears the page goes on at its heading. Not at the start: that is the browser's place. It stands
 * beside the screen within the same boundary, so that it comes when the screen has come and not while it is fetched.
 */
function Arrival({ place, start }: { readonly place: string; readonly start: string }) {
  const [moved, setMoved] = useState(false);
  useEffect(() => {
    if (!moved && place === start) return;
    setMoved(true);
    scrollTo(0, 0);
    document.getElementById('screen')?.focus({ preventScroll: true });
  }, [place, start, moved]);
  return null;
}
