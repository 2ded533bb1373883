import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { BackendView, ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { hashOfConnection } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Credentials } from './credentials.tsx';
import { Field, type Values } from './fields.tsx';
import { PassOn } from './pass-on.tsx';

/** Name, settings and credentials. Only what was changed is sent. */
export function EditConnection({ connection }: { readonly connection: ConnectionView }) {
  const backend = useStore(state => state.loaded.backends)?.find(one => one.backend === connection.backend);
  if (backend === undefined) return null;
  return (
    <Stack gap="xl">
      <Settings connection={connection} backend={backend} />
      <Credentials connection={connection} backend={backend} />
      {backend.backend !== 'custom' && !connection.demo && <PassOn id={connection.uuid} />}
    </Stack>
  );
}

interface PartProps {
  readonly connection: ConnectionView;
  readonly backend: BackendView;
}

function Settings({ connection, backend }: PartProps) {
  const { connections, common } = useWords();
  const { form } = connections;
  const [name, setName] = useState(connection.name);
  const [values, setValues] = useState<Values>(connection.settings);
  const [readOnly, setReadOnly] = useState(connection.readOnly);
  const [presentation, setPresentation] = useState(connection.presentation);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(false);
  const settings = Object.fromEntries(
    backend.settings
      .filter(field => !same(values[field.name], connection.settings[field.name] ?? field.default))
      .map(field => [field.name, values[field.name] ?? '']),
  );
  // Secrets belong to the place they were typed for; a custom server's to the very program.
  const drops =
    connection.secretFields.length > 0 &&
    (backend.backend === 'custom'
      ? Object.keys(settings).length > 0
      : backend.settings.some(field => field.namesHost === true && field.name in settings));
  const nothing =
    Object.keys(settings).length === 0 &&
    name === connection.name &&
    readOnly === connection.readOnly &&
    presentation === connection.presentation;
  const save = async (): Promise<void> => {
    const after = await call('connections.edit', {
      id: connection.uuid,
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
      ...(name === connection.name ? {} : { name }),
      ...(readOnly === connection.readOnly ? {} : { readOnly }),
      ...(presentation === connection.presentation ? {} : { presentation }),
    });
    await refresh('connections', 'clients');
    setValues(after.settings);
    setSaid(true);
    if (after.id !== connection.id) location.hash = `${hashOfConnection(after.id)}?part=settings`;
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setSaid(false);
    void attempt(save).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit} aria-label={form.settings}>
      <Stack gap="sm" maw={640}>
        <TextInput
          label={form.name}
          description={form.newName}
          required
          spellCheck={false}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        {backend.settings.map(field => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? field.default}
            onChange={value => setValues({ ...values, [field.name]: value })}
          />
        ))}
        {backend.backend !== 'custom' && (
          <NativeSelect
            label={form.presentation}
            description={form.presentationHint}
            data={[
              { value: 'grouped', label: form.grouped },
              { value: 'flat', label: form.flat },
            ]}
            value={presentation}
            onChange={event => setPresentation(event.currentTarget.value === 'flat' ? 'flat' : 'grouped')}
          />
        )}
        <Checkbox
          label={form.readOnly}
          description={form.readOnlyHint}
          checked={readOnly}
          onChange={event => setReadOnly(event.currentTarget.checked)}
        />
        {drops && (
          <Text size="sm" className="warn" role="status">
            {backend.backend === 'custom' ? form.dropsProgram : form.dropsAddress}
          </Text>
        )}
        <Group gap="sm">
          <Button type="submit" disabled={nothing} loading={busy}>
            {form.save}
          </Button>
          {said && nothing && (
            <Text size="sm" role="status" className="good">
              {common.saved}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? '') === JSON.stringify(b ?? '');
}
