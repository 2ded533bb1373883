import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { BackendView, FieldView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Copyable } from '../../parts/copy.tsx';
import { useWords } from '../../words/index.ts';
import { Field, filled, texts, type Values } from '../connections/fields.tsx';
import { secretsOf, type Variable, Variables } from '../connections/variables.tsx';
import { hashOfStep } from './steps.ts';

/** The credential, with where to find it; the settings that matter at first stand open, the others are folded. */
export function SignIn({ backend }: { readonly backend: BackendView }) {
  const { common, start } = useWords();
  const { signIn } = start;
  const given = useStore(state => (state.taken?.backend === backend.backend ? state.taken : null));
  const [name, setName] = useState(given?.name ?? 'main');
  const [values, setValues] = useState<Values>(given?.settings ?? {});
  // Whoever leaves the form and comes back later finds none of what somebody else proposed.
  useEffect(() => () => useStore.setState({ taken: null }), []);
  const [variables, setVariables] = useState<readonly Variable[]>([]);
  const [readOnly, setReadOnly] = useState(given?.readOnly ?? false);
  const [busy, setBusy] = useState(false);
  const custom = backend.backend === 'custom';
  const first = (field: FieldView): boolean => custom || field.required || field.kind === 'choice';
  const fieldOf = (field: FieldView) => (
    <Field
      key={field.name}
      field={field}
      value={values[field.name] ?? field.default}
      onChange={value => setValues(before => ({ ...before, [field.name]: value }))}
    />
  );
  const save = async (): Promise<void> => {
    const { id } = await call('connections.add', {
      backend: backend.backend,
      name: name.trim(),
      settings: filled(backend.settings, values),
      secrets: { ...texts(filled(backend.credentials, values)), ...secretsOf(variables) },
      readOnly,
    });
    setValues({});
    setVariables([]);
    await refresh('connections');
    location.hash = hashOfStep('check', { connection: id });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    void attempt(save).finally(() => setBusy(false));
  };
  const folded = backend.settings.filter(field => !first(field));
  return (
    <form onSubmit={submit} aria-label={backend.title}>
      <Stack gap="sm" maw={640}>
        <Text fw={600}>{backend.title}</Text>
        {backend.setup.length > 0 && (
          <section aria-label={signIn.setup}>
            <Text size="sm" fw={500}>
              {signIn.setup}
            </Text>
            {backend.setup.map(step => (
              <div key={step.title}>
                <Text size="sm">{step.title}</Text>
                <Text size="sm" c="dimmed">
                  {step.description}
                </Text>
                <Copyable text={commandOf(step.command, backend, values)} label={step.title} />
              </div>
            ))}
          </section>
        )}
        {backend.credentialHelp !== '' && (
          <Text size="sm">
            <b>{signIn.where}.</b> {backend.credentialHelp}
          </Text>
        )}
        {backend.credentials.map(fieldOf)}
        {backend.settings.filter(first).map(fieldOf)}
        {custom && <Variables list={variables} onChange={setVariables} />}
        <TextInput
          label={signIn.name}
          description={signIn.nameText(`${backend.backend}/${name.trim() || '…'}`)}
          required
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Checkbox
          label={signIn.readOnly}
          description={signIn.readOnlyText}
          checked={readOnly}
          onChange={event => setReadOnly(event.currentTarget.checked)}
        />
        {folded.length > 0 && (
          <details>
            <summary>{signIn.more}</summary>
            <Stack gap="sm" mt="sm">
              {folded.map(fieldOf)}
            </Stack>
          </details>
        )}
        <Text size="xs" c="dimmed">
          {signIn.vault}
        </Text>
        <Group gap="sm">
          <Button variant="default" component="a" href={hashOfStep('choose')}>
            {common.back}
          </Button>
          <Button type="submit" loading={busy}>
            {signIn.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The command with what was typed so far in place of `{name}`: nothing secret, and nothing that a shell would read otherwise. */
function commandOf(command: string, { settings, credentials }: BackendView, values: Values): string {
  return command.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const field = [...settings, ...credentials].find(one => one.name === name);
    const typed = String(values[name] ?? '').trim();
    return field !== undefined && field.kind !== 'secret' && /^[\w.@:/+-]+$/.test(typed) ? typed : whole;
  });
}
