import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Sure } from '../../parts/sure.tsx';
import { count } from '../../parts/words.tsx';
import { ChangeDialog, type Done } from './change-dialog.tsx';

const FOUND = {
  yes: ['on this computer', 'green'],
  leftovers: ['only its settings are here', 'gray'],
  no: ['not found', 'gray'],
} as const;
/** What is wrong with an entry, in words; `ok` needs none. */
const STATES: Readonly<Record<string, string>> = {
  missing: 'gone from the file',
  changed: 'changed by somebody',
  moved: 'points to an old place',
  unknown: 'cannot be read',
};

/** One assistant: where its settings stand, what of ours is in them, and what can be done. */
export function AssistantCard({ client }: { readonly client: ClientView }) {
  const [dialog, setDialog] = useState<'register' | 'unregister'>();
  const [said, setSaid] = useState('');
  const undo = useStore(state => state.undo[client.id]);
  const [word, color] = FOUND[client.installed];
  const done = ({ change, sentence }: Done): void => {
    setDialog(undefined);
    setSaid([sentence, change.afterwards, ...change.warnings].join(' '));
    if (change.undo !== undefined) keepUndo(client.id, change.undo);
  };
  const takeBack = (): void =>
    void attempt(async () => {
      if (undo === undefined) return;
      const { note } = await call('clients.undo', { undo });
      setSaid(note);
      keepUndo(client.id, undefined);
      await refresh('clients');
    });
  const revoke = (): Promise<unknown> =>
    attempt(async () => {
      await call('clients.revoke', { client: client.id });
      setSaid('Its key is revoked and its links are ended. Register it again to give it a new one.');
      await refresh('clients');
    });
  return (
    <Card withBorder component="section" padding="sm" aria-label={client.title}>
      <Stack gap="xs">
        <Group gap="xs" justify="space-between">
          <Group gap="xs" className="grow">
            <Text fw={600}>{client.title}</Text>
            <Badge color={color}>{word}</Badge>
            {client.entries.length > 0 && <Badge color="green">registered</Badge>}
            {client.entries.length > 0 && !client.keyed && <Badge color="orange">key revoked</Badge>}
          </Group>
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant={client.installed === 'yes' && client.entries.length === 0 ? 'filled' : 'default'}
              onClick={() => setDialog('register')}
            >
              Register…
            </Button>
            {client.entries.length > 0 && (
              <Button size="compact-sm" variant="default" onClick={() => setDialog('unregister')}>
                Unregister…
              </Button>
            )}
          </Group>
        </Group>
        <Text size="sm" c="dimmed" className="wrap">
          {client.file ?? client.because}
          {client.otherServers.length > 0 &&
            ` · also holds ${count(client.otherServers.length, 'other server', 'other servers')}`}
        </Text>
        {client.entries.length > 0 && (
          <Group gap="xs" aria-label={`Connections of ${client.title}`} role="group">
            {client.entries.map(entry => (
              <Badge key={entry.name} variant="outline" color={entry.state === 'ok' ? 'green' : 'orange'}>
                {entry.connection}
                {entry.state === 'ok' ? '' : `: ${STATES[entry.state] ?? entry.state}`}
              </Badge>
            ))}
          </Group>
        )}
        {client.problem !== null && (
          <Text size="sm" className="warn wrap">
            {client.problem}
          </Text>
        )}
        {client.notes.map(note => (
          <Text key={note} size="sm" c="dimmed" className="wrap">
            {note}
          </Text>
        ))}
        {(said !== '' || undo !== undefined) && (
          <Group gap="xs">
            <Text size="sm" role="status" className="wrap">
              {said === '' ? 'Changed a while ago.' : said}
            </Text>
            {undo !== undefined && (
              <Button size="compact-sm" variant="default" onClick={takeBack}>
                Undo
              </Button>
            )}
          </Group>
        )}
        {client.keyed && (
          <Group>
            <Sure
              ask="Revoke its key…"
              loses="Every open session of this assistant ends at once; its file stays as it is."
              no="Keep it"
              yes={`Revoke the key of ${client.title}`}
              onYes={revoke}
            />
          </Group>
        )}
      </Stack>
      {dialog !== undefined && (
        <ChangeDialog client={client} kind={dialog} onClose={() => setDialog(undefined)} onDone={done} />
      )}
    </Card>
  );
}

function keepUndo(client: string, token: string | undefined): void {
  useStore.setState(({ undo: { [client]: _, ...undo } }) => ({
    undo: token === undefined ? undo : { ...undo, [client]: token },
  }));
}
