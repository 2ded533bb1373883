import { Code, Container, Stack, Text, Title } from '@mantine/core';
import type { SignIn } from '../api/client.ts';

/** Opened without its key: by a bookmark, by somebody else, or by an address that was used already. */
export function NoKey({ because }: { readonly because: Exclude<SignIn, 'in'> }) {
  return (
    <Container size="xs" py="xl" component="main">
      <Stack>
        <Title order={1} size="h3">
          This window needs its key
        </Title>
        {because === 'stale launch' && <Text>The address was good for one use, and it was used or is too old.</Text>}
        <Text>
          Open the address that Gatehouse prints when it starts; it ends in <Code>#key=…</Code>. The key is new at every
          start, so an old bookmark or a window of an earlier start does not open it.
        </Text>
        <Text>
          In a terminal: <Code>gatehouse serve</Code>
        </Text>
      </Stack>
    </Container>
  );
}
