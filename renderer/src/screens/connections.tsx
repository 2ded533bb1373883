import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ConnectionView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt, refresh, useStore } from '../api/store.ts';
import { Demo } from '../parts/words.tsx';
import { AddConnection } from './add-connection.tsx';
import { Grants } from './grants.tsx';

const STATES: Readonly<Record<ConnectionView['state'], readonly [string, string]>> = {
  ready: ['ready', 'green'],
  starting: ['starting', 'blue'],
  stopping: ['stopping', 'blue'],
  attention: ['needs attention', 'orange'],
  stopped: ['starts when needed', 'gray'],
};

export function Connections() {
  const connections = useStore(state => state.connections);
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2} size="h3">
          Connections
        </Title>
        <Button onClick={() => setAdding(true)}>Add a connection</Button>
      </Group>
      <AddConnection opened={adding} onClose={() => setAdding(false)} />
      {connections?.length === 0 && (
        <Text c="dimmed">
          None yet. A connection is one account at a vendor, or one MCP server of your own. Its keys stay in the vault.
        </Text>
      )}
      {connections?.map(connection => (
        <Connection key={connection.uuid} connection={connection} />
      ))}
    </Stack>
  );
}

function Connection({ connection }: { readonly connection: ConnectionView }) {
  const { id } = connection;
  const [busy, setBusy] = useState('');
  const [said, setSaid] = useState('');
  const [open, setOpen] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [word, color] = STATES[connection.state];
  const act = (name: string, work: () => Promise<string>): void => {
    setBusy(name);
    setSaid('');
    void attempt(async () => setSaid(await work())).then(async () => {
      setBusy('');
      await refresh('connections');
    });
  };
  const test = (): void =>
    act('test', async () => {
      const told = await call('connections.test', { id });
      return told.ok ? `It works: ${told.identity ?? ''}` : `${told.message ?? ''} ${told.hint ?? ''}`;
    });
  const restart = (): void => act('restart', async () => call('connections.restart', { id }).then(() => 'Restarted.'));
  const remove = (): void => act('remove', async () => call('connections.remove', { id }).then(() => ''));
  return (
    <Card withBorder component="section" aria-label={id}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className="wrap">
            <Group gap="xs">
              <Text fw={600} className="wrap">
                {id}
              </Text>
              <Badge color={color} variant="light">
                {word}
              </Badge>
              {connection.demo && <Demo />}
              {connection.readOnly && <Badge variant="outline">read-only</Badge>}
            </Group>
            <Text size="sm" c="dimmed" className="wrap">
              {connection.title}
              {connection.identity === null ? '' : ` · ${connection.identity}`}
            </Text>
            {connection.scopes.length > 0 && (
              <Text size="sm" c="dimmed" className="wrap">
                Scopes: {connection.scopes.join(', ')}
              </Text>
            )}
          </div>
          <Group gap="xs" wrap="nowrap">
            <Button size="compact-sm" variant="default" loading={busy === 'test'} onClick={test}>
              Test
            </Button>
            <Button size="compact-sm" variant="default" loading={busy === 'restart'} onClick={restart}>
              Restart
            </Button>
          </Group>
        </Group>
        {connection.state === 'attention' && (
          <Text c="orange" size="sm">
            {connection.reason} {connection.hint}
          </Text>
        )}
        {said !== '' && (
          <Text size="sm" role="status" className="wrap">
            {said}
          </Text>
        )}
        <Group gap="xs">
          <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide what assistants may do' : 'What assistants may do'}
          </Button>
          {removing ? (
            <>
              <Text size="sm">Its credentials, grants and log are lost; the history stays.</Text>
              <Button size="compact-sm" color="red" loading={busy === 'remove'} onClick={remove}>
                Remove {id}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setRemoving(false)}>
                Keep it
              </Button>
            </>
          ) : (
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setRemoving(true)}>
              Remove…
            </Button>
          )}
        </Group>
        {open && <Grants id={id} />}
      </Stack>
    </Card>
  );
}
