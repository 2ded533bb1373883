import { Code, Container, Stack, Text, Title } from '@mantine/core';

/** Opened without its key: by a bookmark, or by somebody else. */
export function NoKey() {
  return (
    <Container size="xs" py="xl">
      <Stack>
        <Title order={1} size="h3">
          This window needs its key
        </Title>
        <Text>
          Open the address that Gatehouse prints when it starts; it ends in <Code>#key=…</Code>. The key is new at every
          start, so an old bookmark does not open it.
        </Text>
        <Text>
          In a terminal: <Code>gatehouse serve</Code>
        </Text>
      </Stack>
    </Container>
  );
}
