import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { BackendView, ConnectionView } from '../../../../app/contract/index.ts';
import { call, Failure } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { Sure } from '../../parts/sure.tsx';
import { Field, filled, texts, type Values } from './fields.tsx';
import { secretsOf, type Variable, Variables } from './variables.tsx';

interface CredentialsProps {
  readonly connection: ConnectionView;
  readonly backend: BackendView;
}

/** Credentials can be set, replaced, tested and deleted; never read back. */
export function Credentials({ connection, backend }: CredentialsProps) {
  const [values, setValues] = useState<Values>({});
  const [variables, setVariables] = useState<readonly Variable[]>([]);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const secrets = { ...texts(filled(backend.credentials, values)), ...secretsOf(variables) };
  const nothing = Object.keys(secrets).length === 0;
  const save = async (): Promise<void> => {
    await call('connections.edit', { id: connection.uuid, secrets });
    setValues({});
    setVariables([]);
    await refresh('connections');
    const {
      ok,
      identity,
      code = 'GH_TEST_FAILED',
      message = '',
      hint = '',
    } = await call('connections.test', {
      id: connection.uuid,
    });
    await refresh('connections');
    if (!ok) throw new Failure(code, message, hint);
    setSaid(identity === null ? 'Stored, and it works.' : `Stored, and it works: ${identity}.`);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setSaid('');
    void attempt(save).finally(() => setBusy(false));
  };
  const remove = (): Promise<unknown> =>
    attempt(async () => {
      await call('connections.edit', { id: connection.uuid, removeSecrets: [...connection.secretFields] });
      await refresh('connections');
    });
  return (
    <form onSubmit={submit} aria-label="Credentials">
      <Stack gap="sm" maw={640}>
        <Title order={3} size="h5">
          Credentials
        </Title>
        <Group gap="xs">
          {connection.secretFields.map(name => (
            <Badge key={name} color="green">
              {backend.credentials.find(field => field.name === name)?.title ?? name}: stored
            </Badge>
          ))}
          {connection.secretFields.length === 0 && (
            <Text size="sm" c="dimmed">
              None is stored.
            </Text>
          )}
        </Group>
        {backend.credentials.length > 0 && (
          <Text size="sm" c="dimmed">
            {backend.credentialHelp} What you leave empty stays as it is.
          </Text>
        )}
        {backend.credentials.map(field => (
          <Field
            key={field.name}
            field={{ ...field, required: false }}
            value={values[field.name]}
            onChange={value => setValues({ ...values, [field.name]: value })}
          />
        ))}
        {backend.backend === 'custom' && <Variables list={variables} onChange={setVariables} />}
        <Group gap="sm">
          <Button type="submit" disabled={nothing} loading={busy}>
            Store and test
          </Button>
          {connection.secretFields.length > 0 && (
            <Sure
              ask="Delete the credentials…"
              loses="They cannot be read back or restored."
              no="Keep them"
              yes="Delete them"
              onYes={remove}
            />
          )}
        </Group>
        {said !== '' && (
          <Text size="sm" role="status" className="good wrap">
            {said}
          </Text>
        )}
      </Stack>
    </form>
  );
}
