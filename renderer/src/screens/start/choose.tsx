import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { BackendView, ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { useWords } from '../../words/index.ts';
import { hashOfStep } from './steps.ts';

interface ChooseProps {
  readonly backends: readonly BackendView[];
  readonly connections: readonly ConnectionView[];
}

/** What to connect to, or the demonstration of it; and what was begun and not finished. */
export function Choose({ backends, connections }: ChooseProps) {
  const { choose } = useWords().start;
  const used = new Set(
    useStore(state => state.loaded.clients)?.flatMap(({ entries }) => entries.map(entry => entry.connection)),
  );
  const begun = connections.filter(({ id }) => !used.has(id));
  return (
    <>
      <Text size="sm">{choose.about}</Text>
      {begun.length > 0 && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {choose.goOn}
          </Text>
          {begun.map(({ id }) => (
            <Button
              key={id}
              size="compact-sm"
              variant="default"
              component="a"
              href={hashOfStep('check', { connection: id })}
            >
              {choose.goOnWith(id)}
            </Button>
          ))}
        </Group>
      )}
      <div className="halves">
        {backends.map(backend => (
          <Backend
            key={backend.backend}
            backend={backend}
            demo={connections.find(one => one.backend === backend.backend && one.demo)}
          />
        ))}
      </div>
    </>
  );
}

function Backend({ backend, demo }: { readonly backend: BackendView; readonly demo: ConnectionView | undefined }) {
  const { choose } = useWords().start;
  const [busy, setBusy] = useState(false);
  const custom = backend.backend === 'custom';
  const tryIt = (): void => {
    setBusy(true);
    void attempt(async () => {
      const shown = demo ?? (await call('connections.demo', { backend: backend.backend }))[0];
      await refresh('connections');
      if (shown !== undefined) location.hash = hashOfStep('check', { connection: shown.id });
    }).finally(() => setBusy(false));
  };
  return (
    <Card withBorder component="section" padding="md" aria-label={backend.title}>
      <Stack gap="xs" h="100%" justify="space-between">
        <div>
          <Group gap="xs" justify="space-between">
            <Title order={3} size="h5">
              {backend.title}
            </Title>
            {backend.actions > 0 && (
              <Text size="xs" c="dimmed">
                {choose.actions(backend.actions)}
              </Text>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {backend.description}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="sm"
            component="a"
            href={hashOfStep('sign-in', { backend: backend.backend })}
            aria-label={custom ? undefined : choose.accountOf(backend.title)}
          >
            {custom ? choose.server : choose.account}
          </Button>
          {!custom && (
            <Button
              size="sm"
              variant="default"
              loading={busy}
              onClick={tryIt}
              aria-label={demo === undefined ? choose.demoOf(backend.title) : undefined}
            >
              {demo === undefined ? choose.demo : choose.demoThere}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
