import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ConnectionView, DefinitionChangeView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { setQuery } from '../../route.ts';

const LISTS = {
  tools: 'tool',
  prompts: 'prompt',
  resources: 'resource',
  templates: 'resource template',
  instructions: 'instructions',
} as const;

/** What a custom server offers now and did not offer when it was accepted. Assistants see nothing of it until then. */
export function Changes({ connection: { id, heldChanges } }: { readonly connection: ConnectionView }) {
  const [changes, setChanges] = useState<readonly DefinitionChangeView[]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number of changes is another difference
  useEffect(() => {
    void attempt(async () => setChanges(await call('connections.changes', { id })));
  }, [id, heldChanges]);
  const accept = (): void =>
    void attempt(async () => {
      await call('connections.acceptChanges', { id });
      setQuery({ part: '' });
      await refresh('connections');
    });
  if (changes === undefined) return null;
  return (
    <Stack gap="md">
      <Text size="sm">
        The server offers something else than what you accepted. Read what its tools claim to do: an assistant believes
        it. What changed is neither shown nor callable until you accept.
      </Text>
      {changes.map(change => (
        <div key={`${change.list}/${change.name}`}>
          <Group gap="xs" mb={4}>
            <Badge color={change.change === 'removed' ? 'gray' : 'orange'}>{change.change}</Badge>
            <Text fw={600} className="wrap">
              {LISTS[change.list]} {change.list === 'instructions' ? '' : change.name}
            </Text>
          </Group>
          <div className="sides">
            {change.before !== null && <Side title="Accepted" value={change.before} name={change.name} />}
            {change.after !== null && <Side title="Offered now" value={change.after} name={change.name} />}
          </div>
        </div>
      ))}
      <Group>
        <Button onClick={accept}>Accept what it offers now</Button>
      </Group>
    </Stack>
  );
}

function Side({ title, value, name }: { readonly title: string; readonly value: unknown; readonly name: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Arguments value={value} label={`${title}: ${name}`} />
    </div>
  );
}
