import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Sure } from '../../parts/sure.tsx';
import { hashOf } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { ChangeDialog, type Done } from './change-dialog.tsx';
import { HandOut } from './hand-out.tsx';
import { MayUse } from './may-use.tsx';

const COLORS = { yes: 'green', leftovers: 'gray', no: 'gray' } as const;
type Dialog = 'register' | 'unregister' | 'link' | 'bundle';

/** One assistant: where its settings stand, what of ours is in them, and what can be done. */
export function AssistantCard({ client }: { readonly client: ClientView }) {
  const { assistants: words } = useWords();
  const [dialog, setDialog] = useState<Dialog>();
  const [said, setSaid] = useState('');
  const undo = useStore(state => state.undo[client.id]);
  const registered = client.entries.length > 0;
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
  return (
    <Card withBorder component="section" padding="sm" aria-label={client.title}>
      <Stack gap="xs">
        <Group gap="xs" justify="space-between">
          <Group gap="xs" className="grow">
            <Text fw={600}>{client.title}</Text>
            <Badge color={COLORS[client.installed]}>{words.found[client.installed]}</Badge>
            {registered && <Badge color="green">{words.registered}</Badge>}
            {registered && !client.keyed && <Badge color="orange">{words.revoked}</Badge>}
          </Group>
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant={client.installed === 'yes' && !registered ? 'filled' : 'default'}
              onClick={() => setDialog('register')}
            >
              {words.register}
            </Button>
            {registered && (
              <Button size="compact-sm" variant="default" onClick={() => setDialog('unregister')}>
                {words.unregister}
              </Button>
            )}
          </Group>
        </Group>
        <About client={client} />
        <MayUse client={client} />
        {(said !== '' || undo !== undefined) && (
          <Group gap="xs">
            <Text size="sm" role="status" className="wrap">
              {said === '' ? words.changedBefore : said}
            </Text>
            {undo !== undefined && (
              <Button size="compact-sm" variant="default" onClick={takeBack}>
                {words.undo}
              </Button>
            )}
          </Group>
        )}
        <More client={client} onDialog={setDialog} onSaid={setSaid} />
      </Stack>
      {(dialog === 'register' || dialog === 'unregister') && (
        <ChangeDialog client={client} kind={dialog} onClose={() => setDialog(undefined)} onDone={done} />
      )}
      {(dialog === 'link' || dialog === 'bundle') && (
        <HandOut client={client} kind={dialog} onClose={() => setDialog(undefined)} />
      )}
    </Card>
  );
}

/** Where its settings stand, what of ours is in them, what is worth knowing. */
function About({ client }: { readonly client: ClientView }) {
  const { assistants: words } = useWords();
  const states: Readonly<Record<string, string>> = words.states;
  return (
    <>
      <Text size="sm" c="dimmed" className="wrap" title={client.because}>
        {client.file ?? client.because}
        {client.otherServers.length > 0 && ` · ${words.otherServers(client.otherServers.length)}`}
      </Text>
      {client.otherFiles.length > 0 && (
        <Text size="xs" c="dimmed" className="wrap">
          {words.otherFiles} {client.otherFiles.join(', ')}
        </Text>
      )}
      {client.entries.length > 0 && (
        <Group gap="xs" aria-label={words.connectionsOf(client.title)} role="group">
          {client.entries.map(entry => (
            <Badge key={entry.name} variant="outline" color={entry.state === 'ok' ? 'green' : 'orange'}>
              {entry.connection}
              {entry.state === 'ok' ? '' : `: ${states[entry.state] ?? entry.state}`}
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
        <Text key={note} size="xs" c="dimmed" className="wrap">
          {note}
        </Text>
      ))}
    </>
  );
}

interface MoreProps {
  readonly client: ClientView;
  readonly onDialog: (dialog: Dialog) => void;
  readonly onSaid: (said: string) => void;
}

/** What is needed more rarely. */
function More({ client, onDialog, onSaid }: MoreProps) {
  const { assistants: words } = useWords();
  const revoke = (): Promise<unknown> =>
    attempt(async () => {
      await call('clients.revoke', { client: client.id });
      onSaid(words.revoke.done);
      await refresh('clients');
    });
  return (
    <Group gap="xs">
      {client.canLink && (
        <Button size="compact-sm" variant="subtle" onClick={() => onDialog('link')}>
          {words.handOut.link}
        </Button>
      )}
      {client.canBundle && (
        <Button size="compact-sm" variant="subtle" onClick={() => onDialog('bundle')}>
          {words.handOut.bundle}
        </Button>
      )}
      {(client.keyed || client.entries.length > 0) && (
        <Button size="compact-sm" variant="subtle" component="a" href={hashOf(['history'], { client: client.id })}>
          {words.calls}
        </Button>
      )}
      {client.keyed && (
        <Sure
          ask={words.revoke.ask}
          loses={words.revoke.loses}
          no={words.revoke.no}
          yes={words.revoke.yes(client.title)}
          onYes={revoke}
        />
      )}
    </Group>
  );
}

function keepUndo(client: string, token: string | undefined): void {
  useStore.setState(({ undo: { [client]: _, ...undo } }) => ({
    undo: token === undefined ? undo : { ...undo, [client]: token },
  }));
}
