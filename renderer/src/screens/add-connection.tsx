import { Button, Checkbox, Modal, PasswordInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { FieldView } from '../../../app/contract/index.ts';
import { call } from '../api/client.ts';
import { attempt, refresh, useStore } from '../api/store.ts';
import { Problem } from '../parts/problem.tsx';

/** A new account; the fields come from the backend's own declaration. Secrets go to the vault and are never shown again. */
export function AddConnection({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const backends = useStore(state => state.backends);
  const [backend, setBackend] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const [variables, setVariables] = useState('');
  const [busy, setBusy] = useState(false);
  const chosen = backends.find(one => one.backend === backend);
  const change = (field: string, value: unknown): void => setValues({ ...values, [field]: value });
  const close = (): void => {
    setValues({});
    setVariables('');
    setName('');
    onClose();
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen === undefined) return;
    const pick = (fields: readonly FieldView[]) =>
      Object.fromEntries(
        fields.flatMap(({ name: field }) =>
          values[field] === undefined || values[field] === '' ? [] : [[field, values[field]]],
        ),
      );
    const secrets = { ...pick(chosen.credentials), ...secretsOf(variables) } as Record<string, string>;
    setBusy(true);
    void attempt(() =>
      call('connections.add', { backend: chosen.backend, name, settings: pick(chosen.settings), secrets }),
    ).then(async added => {
      setBusy(false);
      if (added === undefined) return;
      close();
      await refresh('connections');
    });
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Add a connection"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={save}>
        <Stack gap="sm">
          <Problem />
          <Select
            label="What it connects to"
            required
            data={backends.map(one => ({ value: one.backend, label: one.title }))}
            value={backend}
            onChange={value => {
              setBackend(value);
              setValues({});
            }}
          />
          {chosen !== undefined && (
            <>
              <Text size="sm" c="dimmed">
                {chosen.description}
              </Text>
              <TextInput
                label="Name"
                description={`Shown as ${chosen.backend}/${name || 'name'}; a-z, 0-9 and hyphens`}
                required
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
              {chosen.backend === 'custom' && (
                <Textarea
                  label="Secret environment variables"
                  description="One NAME=VALUE in each line. Kept in the vault, given to this server alone."
                  autosize
                  minRows={2}
                  value={variables}
                  onChange={event => setVariables(event.currentTarget.value)}
                />
              )}
              <Button type="submit" loading={busy}>
                Add
              </Button>
            </>
          )}
        </Stack>
      </form>
    </Modal>
  );
}

function secretsOf(lines: string): Record<string, string> {
  return Object.fromEntries(
    lines.split('\n').flatMap(line => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1)]] : [];
    }),
  );
}

interface FieldProps {
  readonly field: FieldView;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const common = { label: field.title, description: field.description, required: field.required };
  const text = value === undefined || value === null ? '' : String(value);
  switch (field.kind) {
    case 'secret':
      return (
        <PasswordInput
          {...common}
          autoComplete="off"
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
    case 'boolean':
      return (
        <Checkbox
          label={field.title}
          description={field.description}
          checked={value === true}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={(field.choices ?? []).map(choice => ({ value: choice.value, label: choice.title }))}
          value={text === '' ? null : text}
          onChange={onChange}
        />
      );
    case 'list':
      return (
        <Textarea
          {...common}
          description={`${field.description} One in each line.`}
          autosize
          minRows={1}
          value={Array.isArray(value) ? value.join('\n') : text}
          onChange={event => onChange(event.currentTarget.value === '' ? [] : event.currentTarget.value.split('\n'))}
        />
      );
    default:
      return <TextInput {...common} value={text} onChange={event => onChange(event.currentTarget.value)} />;
  }
}
