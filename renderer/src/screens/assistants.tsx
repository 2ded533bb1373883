import { Badge, Button, Card, Group, Modal, MultiSelect, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ClientChangeView, ClientView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt, refresh, useStore } from '../api/store.ts';
import { Problem } from '../parts/problem.tsx';

const FOUND = { yes: ['found', 'green'], leftovers: ['only its settings', 'gray'], no: ['not found', 'gray'] } as const;

export function Assistants() {
  const clients = useStore(state => state.clients);
  const sorted = clients?.toSorted((a, b) => Number(b.installed === 'yes') - Number(a.installed === 'yes'));
  return (
    <Stack>
      <Title order={2} size="h3">
        Assistants
      </Title>
      <Text c="dimmed" size="sm">
        Gatehouse writes itself into an assistant’s own settings file. You see the change first, and can take it back
        byte for byte. No key stands in there.
      </Text>
      {sorted?.map(client => (
        <Assistant key={client.id} client={client} />
      ))}
    </Stack>
  );
}

function Assistant({ client }: { readonly client: ClientView }) {
  const connections = useStore(state => state.connections) ?? [];
  const [chosen, setChosen] = useState<string[]>([]);
  const [preview, setPreview] = useState<{ readonly change: ClientChangeView; readonly remove: boolean }>();
  const [undo, setUndo] = useState<string>();
  const [said, setSaid] = useState('');
  const [word, color] = FOUND[client.installed];
  const look = (remove: boolean): void =>
    void attempt(async () => {
      const wanted = remove ? client.entries.map(entry => entry.connection) : chosen;
      setPreview({ remove, change: await call('clients.preview', { client: client.id, connections: wanted, remove }) });
    });
  const apply = (): void =>
    void attempt(async () => {
      const done =
        preview?.remove === true
          ? await call('clients.unregister', { client: client.id })
          : await call('clients.register', { client: client.id, connections: chosen });
      setUndo(done.undo);
      setSaid([done.afterwards, ...done.warnings].join(' '));
      setPreview(undefined);
      setChosen([]);
      await refresh('clients');
    });
  const takeBack = (): void =>
    void attempt(async () => {
      if (undo !== undefined) setSaid((await call('clients.undo', { undo })).note);
      setUndo(undefined);
      await refresh('clients');
    });
  const revoke = (): void =>
    void attempt(async () => {
      await call('clients.revoke', { client: client.id });
      setSaid('Its key is revoked and its links are ended. Register it again to give it a new one.');
      await refresh('clients');
    });
  return (
    <Card withBorder component="section" aria-label={client.title}>
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={600}>{client.title}</Text>
          <Badge color={color} variant="light">
            {word}
          </Badge>
          {client.entries.map(entry => (
            <Badge key={entry.name} variant="outline" color={entry.state === 'ok' ? 'green' : 'orange'}>
              {entry.connection}
              {entry.state === 'ok' ? '' : ` (${entry.state})`}
            </Badge>
          ))}
        </Group>
        <Text size="sm" c="dimmed" className="wrap">
          {client.file ?? client.because}
        </Text>
        {client.problem !== null && (
          <Text size="sm" c="orange">
            {client.problem}
          </Text>
        )}
        <Group gap="xs" align="flex-end">
          <MultiSelect
            aria-label={`Connections for ${client.title}`}
            placeholder={chosen.length === 0 ? 'Choose connections' : ''}
            data={connections.map(connection => connection.id)}
            value={chosen}
            onChange={setChosen}
            miw={240}
          />
          <Button disabled={chosen.length === 0} onClick={() => look(false)}>
            Register…
          </Button>
          {client.entries.length > 0 && (
            <Button variant="default" onClick={() => look(true)}>
              Unregister…
            </Button>
          )}
          {client.keyed && (
            <Button variant="subtle" color="red" onClick={revoke}>
              Revoke its key
            </Button>
          )}
        </Group>
        {said !== '' && (
          <Group gap="xs">
            <Text size="sm" role="status">
              {said}
            </Text>
            {undo !== undefined && (
              <Button size="compact-sm" variant="subtle" onClick={takeBack}>
                Undo
              </Button>
            )}
          </Group>
        )}
      </Stack>
      <Modal
        opened={preview !== undefined}
        onClose={() => setPreview(undefined)}
        size="xl"
        title={`${preview?.remove === true ? 'Unregister from' : 'Register with'} ${client.title}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {preview !== undefined && (
          <Stack>
            <Problem />
            <Text size="sm" className="wrap">
              {preview.change.diff === '' ? 'Nothing changes.' : `This changes ${preview.change.file}:`}
            </Text>
            {preview.change.diff !== '' && <pre className="diff">{preview.change.diff}</pre>}
            {preview.change.warnings.map(warning => (
              <Text key={warning} size="sm" c="orange">
                {warning}
              </Text>
            ))}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setPreview(undefined)}>
                Cancel
              </Button>
              <Button onClick={apply}>{preview.remove ? 'Unregister' : 'Register'}</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </Card>
  );
}
