import { Button, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { Told } from '../../parts/problem.tsx';

export interface Doing {
  readonly busy: string;
  readonly said: ReactNode;
  readonly test: () => void;
  readonly restart: () => void;
  readonly stop: () => void;
}

/** What one does with a running connection, and how it went. */
export function useDoing({ id }: ConnectionView): Doing {
  const [busy, setBusy] = useState('');
  const [said, setSaid] = useState<ReactNode>(null);
  const act = (name: string, work: () => Promise<ReactNode>): void => {
    setBusy(name);
    setSaid(null);
    void attempt(async () => setSaid(await work())).finally(() => {
      setBusy('');
      void refresh('connections');
    });
  };
  return {
    busy,
    said,
    test: () =>
      act('test', async () => {
        const told = await call('connections.test', { id });
        if (told.ok) return <Well>{told.identity === null ? 'It works.' : `It works: ${told.identity}.`}</Well>;
        const { code = 'GH_TEST_FAILED', message = 'The test failed.', hint = '' } = told;
        return <Told failure={{ code, message, hint }} onClose={() => setSaid(null)} />;
      }),
    restart: () => act('restart', async () => call('connections.restart', { id }).then(() => <Well>Restarted.</Well>)),
    stop: () =>
      act('stop', async () =>
        call('connections.stop', { id }).then(() => <Well>Stopped. The next call starts it again.</Well>),
      ),
  };
}

function Well({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="sm" role="status" className="wrap good">
      {children}
    </Text>
  );
}

export function TestAndRestart({ doing, running }: { readonly doing: Doing; readonly running?: boolean }) {
  const { busy } = doing;
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="compact-sm" variant="default" loading={busy === 'test'} onClick={doing.test}>
        Test
      </Button>
      <Button size="compact-sm" variant="default" loading={busy === 'restart'} onClick={doing.restart}>
        Restart
      </Button>
      {running === true && (
        <Button size="compact-sm" variant="default" loading={busy === 'stop'} onClick={doing.stop}>
          Stop
        </Button>
      )}
    </Group>
  );
}
