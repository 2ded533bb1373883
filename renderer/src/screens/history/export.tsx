import { Button, Group, Modal, Progress, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { call } from '../../api/client.ts';
import { attempt, dismissProblem, hear } from '../../api/store.ts';
import { Problem } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';
import type { View } from './view.ts';

/** Writes the history, or what the search found, into a file on the host's computer. */
export function Export({ view }: { readonly view: View }) {
  const { history, common } = useWords();
  const [opened, setOpened] = useState(false);
  const close = (): void => {
    dismissProblem();
    setOpened(false);
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        {history.export.button}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={history.export.title}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <Problem />
        <ExportForm view={view} onClose={close} />
      </Modal>
    </>
  );
}

function ExportForm({ view, onClose }: { readonly view: View; readonly onClose: () => void }) {
  const { history, common } = useWords();
  const words = history.export;
  const [which, setWhich] = useState(view.query === undefined ? 'all' : 'these');
  const [format, setFormat] = useState('jsonl');
  const [file, setFile] = useState('');
  const [busy, setBusy] = useState(false);
  const [written, setWritten] = useState(0);
  const [done, setDone] = useState('');
  useEffect(() => {
    if (!busy) return;
    return hear(event => {
      if (event.type === 'progress' && event.task === 'export') setWritten(event.done);
    });
  }, [busy]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setWritten(0);
    setDone('');
    void attempt(async () => {
      const told = await call('audit.export', {
        format: format === 'csv' ? 'csv' : 'jsonl',
        ...(file.trim() === '' ? {} : { file: file.trim() }),
        ...(which === 'these' && view.query !== undefined ? { query: view.query } : {}),
      });
      setDone(words.done(told.entries, told.file));
    }).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {view.query !== undefined && (
          <Radio.Group label={words.which} value={which} onChange={setWhich}>
            <Stack gap={6} mt={4}>
              <Radio value="these" label={words.these} />
              <Radio value="all" label={words.all} />
            </Stack>
          </Radio.Group>
        )}
        <Radio.Group label={words.format} value={format} onChange={setFormat}>
          <Stack gap={6} mt={4}>
            <Radio value="jsonl" label={words.jsonl} />
            <Radio value="csv" label={words.csv} />
          </Stack>
        </Radio.Group>
        <TextInput
          label={words.file}
          description={words.fileHint}
          spellCheck={false}
          autoComplete="off"
          value={file}
          onChange={event => setFile(event.currentTarget.value)}
        />
        <div role="status">
          {busy && (
            <>
              <Progress value={100} animated aria-label={words.title} />
              <Text size="sm" c="dimmed">
                {words.written(written)}
              </Text>
            </>
          )}
          {done !== '' && (
            <Text size="sm" className="good wrap">
              {done}
            </Text>
          )}
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {done === '' ? common.cancel : common.close}
          </Button>
          <Button type="submit" loading={busy}>
            {words.start}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
