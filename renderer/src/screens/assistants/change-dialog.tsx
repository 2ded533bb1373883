import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ClientChangeView, ClientView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { attempt, dismissProblem, refresh, useStore } from '../../api/store.ts';
import { Empty } from '../../parts/page.tsx';
import { Problem, Told } from '../../parts/problem.tsx';
import { hashOf } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Diff } from './diff.tsx';

export interface Done {
  readonly change: ClientChangeView;
  readonly sentence: string;
}

interface ChangeDialogProps {
  readonly client: ClientView;
  readonly kind: 'register' | 'unregister';
  readonly onClose: () => void;
  readonly onDone: (done: Done) => void;
}

/** Which connections, and what exactly will change in the assistant's file; nothing is written before "yes". */
export function ChangeDialog({ client, kind, onClose, onDone }: ChangeDialogProps) {
  const { assistants, common } = useWords();
  const { change: words } = assistants;
  const removing = kind === 'unregister';
  const connections = useStore(state => state.loaded.connections) ?? [];
  const mine = client.entries.map(entry => entry.connection);
  const offered = removing ? mine : connections.map(({ id }) => id);
  const [chosen, setChosen] = useState<readonly string[]>(
    removing || mine.length > 0 ? mine.filter(id => offered.includes(id)) : offered.length === 1 ? offered : [],
  );
  const [force, setForce] = useState(false);
  const [busy, setBusy] = useState(false);
  const { preview, failed } = usePreview(client.id, chosen, removing, force);
  const close = (): void => {
    dismissProblem();
    onClose();
  };
  const apply = (): void => {
    setBusy(true);
    void attempt(async () => {
      const change = await call(removing ? 'clients.unregister' : 'clients.register', {
        client: client.id,
        connections: [...chosen],
        force,
      });
      await refresh('clients');
      onDone({ change, sentence: removing ? words.unregistered : words.registered });
    }).finally(() => setBusy(false));
  };
  const nothing = preview?.diff === '';
  return (
    <Modal
      opened
      onClose={close}
      size="70rem"
      title={removing ? words.unregisterFrom(client.title) : words.registerWith(client.title)}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Stack>
        <Problem />
        {offered.length === 0 ? (
          <Empty>
            {words.noConnection} <a href={hashOf(['start'])}>{words.addOne}</a>
          </Empty>
        ) : (
          <Checkbox.Group
            label={removing ? words.takeOut : words.mayUse}
            value={[...chosen]}
            onChange={value => {
              setForce(false);
              setChosen(value);
            }}
          >
            <Stack gap={6} mt="xs" className="choices">
              {offered.map(id => (
                <Checkbox key={id} value={id} label={id} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {failed !== undefined && (
          <Told failure={failed}>
            {failed.code === 'GH_CLIENT_ENTRY_CHANGED' && (
              <Group mt="xs">
                <Button size="compact-sm" color="red" variant="light" onClick={() => setForce(true)}>
                  {removing ? words.remove : words.replace}
                </Button>
              </Group>
            )}
          </Told>
        )}
        {preview !== undefined && (
          <div>
            <Text size="sm" className="wrap" mb={4}>
              {nothing ? words.nothing(preview.file) : words.changes(preview.file)}
            </Text>
            <Diff text={preview.diff} />
            {preview.warnings.map(warning => (
              <Text key={warning} size="sm" className="warn" mt={4}>
                {warning}
              </Text>
            ))}
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button
            onClick={apply}
            loading={busy}
            disabled={preview === undefined || (nothing && client.keyed)}
            color={removing ? 'red' : 'blue'}
          >
            {removing ? words.unregister : words.register}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** The change as it would be made now. */
function usePreview(
  client: string,
  connections: readonly string[],
  remove: boolean,
  force: boolean,
): { readonly preview: ClientChangeView | undefined; readonly failed: Failure | undefined } {
  const [preview, setPreview] = useState<ClientChangeView>();
  const [failed, setFailed] = useState<Failure>();
  useEffect(() => {
    let current = true;
    setFailed(undefined);
    setPreview(undefined);
    if (connections.length === 0) return;
    call('clients.preview', { client, connections: [...connections], remove, force }).then(
      told => current && setPreview(told),
      error => current && setFailed(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [client, connections, remove, force]);
  return { preview, failed };
}
