import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { InvitationView } from '../../../app/contract/index.ts';
import { desktop } from '../api/desktop.ts';
import { hear, useStore } from '../api/store.ts';
import { useRoute } from '../route.ts';
import { hashOfStep } from '../screens/start/steps.ts';
import { useWords } from '../words/index.ts';

/** A connection that a link or a file proposes. It is looked at, one after another; the form does the rest. */
export function Invitation() {
  const { common, shell } = useWords();
  const words = shell.invitation;
  const { path, query } = useRoute();
  const backends = useStore(state => state.loaded.backends);
  const [invitation, setInvitation] = useState<InvitationView | null>(null);
  useEffect(() => {
    if (desktop === undefined) return;
    const { call } = desktop;
    const look = (): void =>
      void call('desktop.invitation', {}).then(
        told => setInvitation(told.invitation),
        () => setInvitation(null),
      );
    look();
    return hear(event => event.type === 'invitation' && look());
  }, []);
  // Whoever is at the form of the last one is not asked about the next.
  const atForm = path[0] === 'start' && query.step === 'sign-in';
  const backend = backends?.find(one => one.backend === invitation?.connection.backend);
  if (invitation === null || backend === undefined || atForm) return null;
  const { connection, from } = invitation;
  const answered = (): void => void desktop?.call('desktop.answered', { id: invitation.id }).catch(() => undefined);
  const setUp = (): void => {
    useStore.setState({ taken: connection });
    location.hash = hashOfStep('sign-in', { backend: connection.backend, name: connection.name });
    answered();
  };
  const shown = backend.settings
    .filter(({ name }) => connection.settings[name] !== undefined)
    .map(field => ({ ...field, value: String(connection.settings[field.name]) }));
  return (
    <Modal opened onClose={answered} title={words.title} closeButtonProps={{ 'aria-label': common.close }}>
      <Stack gap="sm">
        <Text size="sm">
          <b>
            {connection.backend}/{connection.name}
          </b>{' '}
          ({backend.title}
          {connection.readOnly ? `, ${words.readOnly}` : ''}), {words.from} <span className="wrap">{from}</span>
        </Text>
        <Text size="sm">{words.text}</Text>
        {shown.map(({ name, title, value, namesHost }) => (
          <Text key={name} size="sm" className={namesHost === true ? 'warn wrap' : 'wrap'}>
            {namesHost === true ? words.sentTo : title}: <b>{value}</b>
            {namesHost === true && <> {words.makeSure}</>}
          </Text>
        ))}
        <Group gap="sm" justify="flex-end">
          <Button variant="default" data-autofocus onClick={answered}>
            {words.refuse}
          </Button>
          <Button onClick={setUp}>{words.setUp}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
