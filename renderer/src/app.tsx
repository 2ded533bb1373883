import { Alert, AppShell, Badge, Button, Group, NavLink, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { call } from './api/client.ts';
import { attempt, refresh, useStore } from './api/store.ts';
import { Problem } from './parts/problem.tsx';
import { Approvals } from './screens/approvals.tsx';
import { Assistants } from './screens/assistants.tsx';
import { Connections } from './screens/connections.tsx';
import { History } from './screens/history.tsx';

const SCREENS = {
  connections: { title: 'Connections', show: Connections },
  approvals: { title: 'Approvals', show: Approvals },
  history: { title: 'History', show: History },
  assistants: { title: 'Assistants', show: Assistants },
} as const;
type Screen = keyof typeof SCREENS;

function useScreen(): Screen {
  const read = (): Screen => {
    const name = location.hash.replace(/^#\/?/, '').split('?')[0] ?? '';
    return Object.hasOwn(SCREENS, name) ? (name as Screen) : 'connections';
  };
  const [screen, setScreen] = useState(read);
  useEffect(() => {
    const changed = (): void => setScreen(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  });
  return screen;
}

export function App() {
  const screen = useScreen();
  const waiting = useStore(state => state.approvals.length);
  const { show: Show, title } = SCREENS[screen];
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · Gatehouse`;
  }, [waiting, title]);
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 190, breakpoint: 700 }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Title order={1} size="h4">
            Gatehouse
          </Title>
          <Pause />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Screens">
        {Object.entries(SCREENS).map(([name, one]) => (
          <NavLink
            key={name}
            href={`#/${name}`}
            label={one.title}
            active={name === screen}
            aria-current={name === screen ? 'page' : undefined}
            rightSection={
              name === 'approvals' && waiting > 0 ? (
                <Badge color="orange" circle aria-label={`${waiting} waiting`}>
                  {waiting}
                </Badge>
              ) : undefined
            }
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main>
        <Stack gap="md" maw={1100}>
          <Bars />
          <Problem />
          <Show />
        </Stack>
      </AppShell.Main>
    </AppShell>
  );
}

/** Stops every call at once; always in reach. */
function Pause() {
  const paused = useStore(state => state.status?.paused ?? false);
  const toggle = (): void =>
    void attempt(async () => {
      await (paused ? call('resume', {}) : call('pause', {}));
      await refresh('status');
    });
  return (
    <Button color={paused ? 'orange' : 'gray'} variant={paused ? 'filled' : 'default'} onClick={toggle}>
      {paused ? 'Resume' : 'Pause everything'}
    </Button>
  );
}

function Bars() {
  const { linked, status } = useStore();
  return (
    <Stack gap="xs" role="status">
      {!linked && (
        <Alert color="red" title="The line to Gatehouse is lost">
          It may have ended or be starting again. This window goes on by itself as soon as it answers.
        </Alert>
      )}
      {status?.demo === true && (
        <Alert color="grape" title="Demonstration">
          Everything here is made up by a sandbox on this computer. Nothing is kept.
        </Alert>
      )}
      {status?.paused === true && (
        <Alert color="orange" title="Everything is paused">
          Assistants are told so; no call goes through until you resume.
        </Alert>
      )}
      {status?.approveFromCli === true && (
        <Alert color="yellow" title="Approving from the command line is allowed">
          Any program of this user can approve calls, an assistant with a shell among them.
        </Alert>
      )}
      {status?.vault.state === 'closed' && (
        <Alert color="red" title="The vault is closed">
          {status.vault.message} {status.vault.hint}{' '}
          <Text span size="xs" c="dimmed">
            {status.vault.code}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}
