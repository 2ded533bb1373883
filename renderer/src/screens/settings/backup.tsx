import { Button, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Copyable } from '../../parts/copy.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useWords } from '../../words/index.ts';

/** A backup is made while Gatehouse runs; it is put back while it does not. */
export function Backup() {
  const { backup } = useWords().settings;
  const home = useStore(state => state.loaded.status?.home ?? '');
  const [folder, setFolder] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState('');
  const chosen = folder ?? `${home}-backup-${new Date().toISOString().slice(0, 10)}`;
  const make = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setMade('');
    void attempt(async () => setMade((await call('backup', { folder: chosen })).folder)).finally(() => setBusy(false));
  };
  return (
    <Panel title={backup.title}>
      <Text size="sm" c="dimmed">
        {backup.about}
      </Text>
      <form onSubmit={make} aria-label={backup.make}>
        <Group gap="xs" align="flex-end">
          <TextInput
            className="grow"
            label={backup.folder}
            description={backup.folderText}
            spellCheck={false}
            autoComplete="off"
            value={chosen}
            onChange={event => setFolder(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={busy} disabled={chosen.trim() === ''}>
            {backup.make}
          </Button>
        </Group>
      </form>
      <Text size="sm" role="status" className="good wrap">
        {made === '' ? '' : backup.made(made)}
      </Text>
      <Text size="sm">
        <b>{backup.restore}.</b> {backup.restoreText}
      </Text>
      <Copyable text={`gatehouse stop\ngatehouse restore "${made || chosen}"`} label={backup.restore} />
    </Panel>
  );
}
