import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { saveFile } from '../../parts/save.ts';
import { useWords } from '../../words/index.ts';

/** The settings as a file for a colleague, who signs in with a credential of their own. */
export function PassOn({ id }: { readonly id: string }) {
  const { passOn } = useWords().connections;
  const [saved, setSaved] = useState('');
  const save = (): void =>
    void attempt(async () => {
      const { name, text } = await call('connections.passOn', { id });
      saveFile(name, text);
      setSaved(name);
    });
  return (
    <Stack gap="sm" maw={640} align="flex-start">
      <Title order={3} size="h5">
        {passOn.title}
      </Title>
      <Text size="sm">{passOn.about}</Text>
      <Group gap="sm">
        <Button variant="default" onClick={save}>
          {passOn.save}
        </Button>
        <Text size="sm" role="status" className="good wrap">
          {saved === '' ? '' : passOn.saved(saved)}
        </Text>
      </Group>
    </Stack>
  );
}
