import { Code, Container, Stack, Text, Title } from '@mantine/core';
import type { SignIn } from '../api/door.ts';
import { useWords } from '../words/index.ts';

/** Opened without its key: by a bookmark, by somebody else, or by an address that was used already. */
export function NoKey({ because }: { readonly because: Exclude<SignIn, 'in'> }) {
  const { noKey } = useWords().shell;
  return (
    <Container size="xs" py="xl" component="main">
      <Stack>
        <Title order={1} size="h3">
          {noKey.title}
        </Title>
        {because === 'stale launch' && <Text>{noKey.usedUp}</Text>}
        <Text>
          {noKey.before}
          <Code>#key=…</Code>
          {noKey.after}
        </Text>
        <Text>
          {noKey.terminal}
          <Code>gatehouse serve</Code>
        </Text>
      </Stack>
    </Container>
  );
}
