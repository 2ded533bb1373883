import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { call, Failure } from '../../api/client.ts';
import { attempt, dismissProblem, refresh, useStore } from '../../api/store.ts';
import { Problem } from '../../parts/problem.tsx';
import { hashOfConnection } from '../../route.ts';
import { Field, filled, texts, type Values } from './fields.tsx';
import { secretsOf, type Variable, Variables } from './variables.tsx';

interface AddConnectionProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** A new account; the fields come from the backend's own declaration. Closing it forgets what was typed. */
export function AddConnection({ opened, onClose }: AddConnectionProps) {
  const close = (): void => {
    dismissProblem();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Add a connection"
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Form onClose={close} />
    </Modal>
  );
}

function Form({ onClose }: { readonly onClose: () => void }) {
  const backends = useStore(state => state.loaded.backends) ?? [];
  const [backend, setBackend] = useState('');
  const [name, setName] = useState('');
  const [values, setValues] = useState<Values>({});
  const [variables, setVariables] = useState<readonly Variable[]>([]);
  const [readOnly, setReadOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  const chosen = backends.find(one => one.backend === backend);
  const change = (field: string, value: unknown): void => setValues({ ...values, [field]: value });
  const save = async (): Promise<void> => {
    if (chosen === undefined) return;
    const added = await call('connections.add', {
      backend: chosen.backend,
      name,
      settings: filled(chosen.settings, values),
      secrets: { ...texts(filled(chosen.credentials, values)), ...secretsOf(variables) },
      readOnly,
    });
    onClose();
    await refresh('connections');
    location.hash = hashOfConnection(added.id);
    // Whether the credential is right should be known now, not at an assistant's first call.
    const {
      ok,
      code = 'GH_TEST_FAILED',
      message = 'It was added, but its first test failed.',
      hint = '',
    } = await call('connections.test', { id: added.id });
    await refresh('connections');
    if (!ok) throw new Failure(code, message, hint);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    void attempt(save).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Problem />
        <NativeSelect
          label="What it connects to"
          data-autofocus
          required
          data={[
            { value: '', label: 'Choose …', disabled: true },
            ...backends.map(one => ({ value: one.backend, label: one.title })),
          ]}
          value={backend}
          onChange={event => {
            setBackend(event.currentTarget.value);
            setValues({});
            setVariables([]);
          }}
        />
        {chosen !== undefined && (
          <>
            <Text size="sm" c="dimmed">
              {chosen.description}
            </Text>
            <TextInput
              label="Name"
              description={`Shown as ${chosen.backend}/${name || 'name'}; up to 32 of a-z, 0-9 and single hyphens`}
              required
              spellCheck={false}
              value={name}
              onChange={event => setName(event.currentTarget.value)}
            />
            {chosen.credentials.map(field => (
              <Field
                key={field.name}
                field={field}
                value={values[field.name]}
                onChange={value => change(field.name, value)}
              />
            ))}
            {chosen.credentialHelp !== '' && (
              <Text size="sm" c="dimmed">
                {chosen.credentialHelp}
              </Text>
            )}
            {chosen.settings.map(field => (
              <Field
                key={field.name}
                field={field}
                value={values[field.name] ?? field.default}
                onChange={value => change(field.name, value)}
              />
            ))}
            {chosen.backend === 'custom' && <Variables list={variables} onChange={setVariables} />}
            <Checkbox
              label="Read-only"
              description="Assistants can look and change nothing, whatever is granted."
              checked={readOnly}
              onChange={event => setReadOnly(event.currentTarget.checked)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={busy}>
                Add and test
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </form>
  );
}
