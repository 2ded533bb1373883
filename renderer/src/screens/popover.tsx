import { Group, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useStore, waitingIn } from '../api/store.ts';
import { Problem } from '../parts/problem.tsx';
import { hashOf } from '../route.ts';
import { Pause } from '../shell/pause.tsx';
import { useWords } from '../words/index.ts';
import { OneTimeCode } from './approvals/one-time-code.tsx';
import { WaitingList } from './approvals/waiting-list.tsx';
import { NoKey } from './no-key.tsx';

/** What waits, the pause and the one-time code, small enough for a window at the tray. */
export function Popover() {
  const { approvals, shell } = useWords();
  const line = useStore(state => state.line);
  const status = useStore(state => state.loaded.status);
  const waiting = useStore(waitingIn);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}Gatehouse`;
  }, [waiting]);
  if (line === 'refused') return <NoKey because="no key" />;
  return (
    <Stack component="main" gap="sm" p="sm" className="popover">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h5" id="screen" tabIndex={-1} className="heading">
          {approvals.popover.title}
        </Title>
        <Pause />
      </Group>
      <Problem sticky />
      {line === 'lost' && (
        <Text size="sm" className="warn" role="status">
          {shell.lost.title}
        </Text>
      )}
      {status?.paused === true && (
        <Text size="sm" className="warn" role="status">
          {approvals.popover.paused}
        </Text>
      )}
      {waiting === 0 && <Text c="dimmed">{approvals.popover.nothing}</Text>}
      <WaitingList />
      <OneTimeCode />
      <a href={hashOf(['approvals'])}>{approvals.popover.open}</a>
    </Stack>
  );
}
