import { Button, Group, Stack, Text } from '@mantine/core';
import type { BackendView, ConnectionView } from '../../../../app/contract/index.ts';
import { useStore } from '../../api/store.ts';
import { Copyable } from '../../parts/copy.tsx';
import { hashOf } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';
import { hashOfStep } from './steps.ts';

interface DoneProps {
  readonly connection: ConnectionView;
  readonly backend: BackendView;
}

/** Who can use it now, what happens next in that assistant, and a first question to ask. */
export function Done({ connection, backend }: DoneProps) {
  const { done } = useWords().start;
  const formats = useFormats();
  const clients = useStore(state => state.loaded.clients) ?? [];
  const using = clients.filter(({ entries }) => entries.some(entry => entry.connection === connection.id));
  const names = formats.list(using.map(({ title }) => title));
  const questions = backend.firstQuestions.length > 0 ? backend.firstQuestions : [done.askCustom(connection.name)];
  return (
    <Stack gap="md" maw={640}>
      <Text role="status" className="good" fw={600}>
        {using.length === 0 ? done.well(connection.id) : done.with(connection.id, names)}
      </Text>
      {using.map(({ id, afterwards }) => (
        <Text key={id} size="sm">
          {afterwards}
        </Text>
      ))}
      <div>
        <Text size="sm" fw={500} mb={4}>
          {done.ask}
        </Text>
        <Stack gap="xs">
          {questions.map(question => (
            <Copyable key={question} text={question} label={done.ask} />
          ))}
        </Stack>
      </div>
      <Text size="sm" c="dimmed">
        {done.afterwards}
      </Text>
      <Group gap="sm">
        <Button component="a" href={hashOf(['home'])}>
          {done.home}
        </Button>
        <Button variant="default" component="a" href={hashOfStep('choose')}>
          {done.another}
        </Button>
      </Group>
    </Stack>
  );
}
