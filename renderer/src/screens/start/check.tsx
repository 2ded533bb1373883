import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useCallback } from 'react';
import type { BackendView, ConnectionView } from '../../../../app/contract/index.ts';
import { useAsked } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { refresh } from '../../api/store.ts';
import { Demo } from '../../parts/labels.tsx';
import { NotLoaded, Told } from '../../parts/problem.tsx';
import { hashOfConnection } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Credentials } from '../connections/credentials.tsx';
import { hashOfStep } from './steps.ts';

interface CheckProps {
  readonly connection: ConnectionView;
  readonly backend: BackendView;
}

/** Signs in now: who that is, and what the credential may do; or why not, with the way to correct it. */
export function Check({ connection, backend }: CheckProps) {
  const { common, start } = useWords();
  const { check } = start;
  const { uuid } = connection;
  // A credential that was stored anew asks again: the host forgets who it was.
  const stored = connection.secretFields.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: other credentials, another test
  const ask = useCallback(async () => {
    const told = await call('connections.test', { id: uuid });
    await refresh('connections');
    return told;
  }, [uuid, stored]);
  const { value: test, failure, again } = useAsked(ask);
  const works =
    test?.ok === true || (test !== undefined && connection.identity !== null && connection.state === 'ready');
  return (
    <Stack gap="md" maw={640}>
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {test === undefined && failure === undefined && (
        <Group gap="sm" role="status">
          <Loader size="sm" aria-hidden="true" />
          <Text>{backend.backend === 'custom' ? check.starting : check.signingIn(backend.title)}</Text>
        </Group>
      )}
      {works && <Facts connection={connection} backend={backend} />}
      {test !== undefined && !works && (
        <>
          <Told
            failure={{
              code: test.code ?? 'GH_TEST_FAILED',
              message: test.message ?? check.failed,
              hint: test.hint ?? '',
            }}
          />
          <Text size="sm">
            {check.failed} <a href={`${hashOfConnection(connection.id)}?part=settings`}>{check.settings}</a>
          </Text>
          <Credentials connection={connection} backend={backend} />
          <Group>
            <Button variant="default" onClick={again}>
              {common.tryAgain}
            </Button>
          </Group>
        </>
      )}
      {works && (
        <Group gap="sm">
          <Button variant="default" component="a" href={hashOfStep('choose')}>
            {common.back}
          </Button>
          <Button component="a" href={hashOfStep('assistants', { connection: connection.id })}>
            {common.next}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Facts({ connection, backend }: CheckProps) {
  const { check } = useWords().start;
  const { identity, scopes, scopesKnown, tools, demo } = connection;
  const titleOf = (name: string): string => backend.scopes.find(scope => scope.name === name)?.title ?? name;
  return (
    <>
      <Group gap="xs" role="status">
        <Text className="good" fw={600}>
          {check.works}
        </Text>
        {demo && <Demo />}
      </Group>
      <dl className="facts">
        {identity !== null && (
          <>
            <dt>{check.as}</dt>
            <dd className="wrap">{identity}</dd>
          </>
        )}
        {scopes.length > 0 && (
          <>
            <dt>{check.may}</dt>
            <dd>
              <ul className="plain-list">
                {scopes.map(scope => (
                  <li key={scope} className="wrap">
                    {titleOf(scope)} {titleOf(scope) !== scope && <span className="quiet">{scope}</span>}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        <dt>{check.actions}</dt>
        <dd>{check.actionsOf(tools)}</dd>
      </dl>
      {backend.backend !== 'custom' && !scopesKnown && <Text size="sm">{check.scopesUnknown}</Text>}
      {scopesKnown && scopes.length === 0 && (
        <Text size="sm" className="warn">
          {check.scopesNone}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {check.rules}
      </Text>
    </>
  );
}
