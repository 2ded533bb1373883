import { Button, Code, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, dismissProblem, refresh, useStore } from '../../api/store.ts';
import { Problem } from '../../parts/problem.tsx';
import { saveFile } from '../../parts/save.ts';
import { useWords } from '../../words/index.ts';

interface HandOutProps {
  readonly client: ClientView;
  readonly kind: 'link' | 'bundle';
  readonly onClose: () => void;
}

/** Other ways to an assistant than its file: a link that it opens, or a bundle that it installs. */
export function HandOut({ client, kind, onClose }: HandOutProps) {
  const { assistants, common } = useWords();
  const { handOut } = assistants;
  const connections = useStore(state => state.loaded.connections) ?? [];
  const [connection, setConnection] = useState(connections[0]?.id ?? '');
  const [link, setLink] = useState('');
  const [said, setSaid] = useState('');
  const close = (): void => {
    dismissProblem();
    onClose();
  };
  const make = (): void =>
    void attempt(async () => {
      if (kind === 'link') setLink((await call('clients.link', { client: client.id, connection })).link);
      else {
        const { name, base64 } = await call('clients.bundle', { connection });
        saveFile(
          name,
          Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)),
        );
        setSaid(handOut.downloaded(name));
      }
      await refresh('clients');
    });
  return (
    <Modal
      opened
      onClose={close}
      title={kind === 'link' ? handOut.linkTitle(client.title) : handOut.bundleTitle(client.title)}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Stack>
        <Problem />
        <Text size="sm">{kind === 'link' ? handOut.linkAbout : handOut.bundleAbout}</Text>
        <Group align="flex-end" gap="xs">
          <NativeSelect
            label={handOut.connection}
            data={connections.map(({ id }) => id)}
            value={connection}
            onChange={event => {
              setLink('');
              setConnection(event.currentTarget.value);
            }}
            className="grow"
          />
          <Button disabled={connection === ''} onClick={make}>
            {kind === 'link' ? handOut.make : handOut.download}
          </Button>
        </Group>
        {link !== '' && (
          <>
            <Code block className="wrap" aria-label={handOut.theLink}>
              {link}
            </Code>
            <Group gap="xs">
              <Button component="a" href={link} variant="default">
                {handOut.open}
              </Button>
              <Button
                variant="default"
                onClick={() => void navigator.clipboard.writeText(link).then(() => setSaid(common.copied))}
              >
                {common.copy}
              </Button>
            </Group>
          </>
        )}
        <Text size="sm" role="status" className="good wrap">
          {said}
        </Text>
      </Stack>
    </Modal>
  );
}
