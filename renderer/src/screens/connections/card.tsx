import { Button, Card, Group, Stack } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { hashOfConnection } from '../../route.ts';
import { Attention } from './attention.tsx';
import { Identity, State } from './state.tsx';
import { TestAndRestart, useDoing } from './test-and-restart.tsx';

/** One connection in the list. */
export function ConnectionCard({ connection }: { readonly connection: ConnectionView }) {
  const doing = useDoing(connection);
  return (
    <Card withBorder component="section" padding="sm" aria-label={connection.id}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs" align="flex-start">
          <div className="grow">
            <Group gap="xs">
              <a href={hashOfConnection(connection.id)} className="name wrap">
                {connection.id}
              </a>
              <State connection={connection} />
            </Group>
            <Identity connection={connection} />
          </div>
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="subtle"
              component="a"
              href={hashOfConnection(connection.id)}
              aria-label={`What assistants may do on ${connection.id}`}
            >
              What assistants may do
            </Button>
            <TestAndRestart doing={doing} />
          </Group>
        </Group>
        <Attention connection={connection} doing={doing} />
        {doing.said}
      </Stack>
    </Card>
  );
}
