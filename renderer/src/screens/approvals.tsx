import { Button, Card, Group, RingProgress, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ApprovalView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt, useStore } from '../api/store.ts';
import { Arguments } from '../parts/arguments.tsx';
import { Demo, Effect } from '../parts/words.tsx';

/** A card can be answered only after it has been in sight this long: a key pressed for something else must not allow it. */
const ARM_MS = 700;

export function Approvals() {
  const approvals = useStore(state => state.approvals);
  return (
    <Stack>
      <Title order={2} size="h3">
        Approvals
      </Title>
      {approvals.length === 0 && (
        <Text c="dimmed">Nothing waits for you. When an assistant wants to change something, it appears here.</Text>
      )}
      {approvals.map(approval => (
        <Waiting key={approval.id} approval={approval} />
      ))}
      <OneTimeCode />
    </Stack>
  );
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

function Waiting({ approval }: { readonly approval: ApprovalView }) {
  const now = useNow(250);
  const [since] = useState(Date.now());
  const [reason, setReason] = useState('');
  const armed = now - since >= ARM_MS;
  const total = Date.parse(approval.expiresAt) - Date.parse(approval.askedAt);
  const left = Math.max(0, Date.parse(approval.expiresAt) - now);
  const lasting = approval.effect !== 'destructive' && approval.flags.length === 0;
  const allow = (minutes?: number): void =>
    void attempt(() => call('approvals.allow', { id: approval.id, ...(minutes === undefined ? {} : { minutes }) }));
  const deny = (): void => void attempt(() => call('approvals.deny', { id: approval.id, reason }));
  const what = approval.action === approval.tool ? approval.tool : `${approval.tool} → ${approval.action}`;
  return (
    <Card withBorder component="section" aria-label={`${approval.client} wants ${what} on ${approval.connection}`}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Text>
              <b>{approval.client}</b> wants to use <b className="wrap">{what}</b> on <b>{approval.connection}</b>
            </Text>
            <Group gap="xs" mt={4}>
              <Effect effect={approval.effect} flags={approval.flags} />
              {approval.demo && <Demo />}
            </Group>
          </div>
          <RingProgress
            size={56}
            thickness={5}
            sections={[{ value: (left / total) * 100, color: left < 10_000 ? 'red' : 'blue' }]}
            label={
              <Text ta="center" size="xs" aria-label={`${Math.ceil(left / 1_000)} seconds left`}>
                {Math.ceil(left / 1_000)}
              </Text>
            }
          />
        </Group>
        <Arguments value={approval.arguments} />
        <Group gap="xs">
          <Button disabled={!armed} onClick={() => allow()}>
            Allow once
          </Button>
          {lasting && (
            <>
              <Button variant="default" disabled={!armed} onClick={() => allow(10)}>
                Allow for 10 minutes
              </Button>
              <Button variant="default" disabled={!armed} onClick={() => allow(60)}>
                for an hour
              </Button>
            </>
          )}
        </Group>
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            label="Why not? The assistant gets this"
            value={reason}
            maxLength={500}
            onChange={event => setReason(event.currentTarget.value)}
            flex={1}
          />
          <Button color="red" variant="light" onClick={deny}>
            Deny
          </Button>
        </Group>
        {lasting && (
          <Text size="xs" c="dimmed">
            For a time: this assistant, this connection and this action only.
          </Text>
        )}
      </Stack>
    </Card>
  );
}

/** What a person types after a command that widens rights. Fetched anew when it ran out. */
function OneTimeCode() {
  const [shown, setShown] = useState(false);
  const code = useStore(state => state.code);
  const now = useNow(1_000);
  const fresh = code !== null && Date.parse(code.expiresAt) > now;
  useEffect(() => {
    if (shown && !fresh) void attempt(async () => useStore.setState({ code: await call('code.current', {}) }));
  }, [shown, fresh]);
  return (
    <Group gap="xs">
      <Button variant="subtle" size="compact-sm" onClick={() => setShown(!shown)}>
        {shown ? 'Hide the code' : 'Show the code for the command line'}
      </Button>
      {shown && fresh && (
        <Text>
          <b>{code.code}</b>{' '}
          <Text span size="sm" c="dimmed">
            good once. Give it to a command with --code; never to an assistant.
          </Text>
        </Text>
      )}
    </Group>
  );
}
