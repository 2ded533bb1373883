import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { call } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { useNow } from '../../parts/now.ts';

/** What a person types after a command that widens rights. Fetched anew when it ran out. */
export function OneTimeCode() {
  const [shown, setShown] = useState(false);
  const code = useStore(state => state.code);
  const now = useNow(1_000);
  const left = code === null ? 0 : Date.parse(code.expiresAt) - now;
  const fresh = left > 0;
  useEffect(() => {
    if (shown && !fresh) void attempt(async () => useStore.setState({ code: await call('code.current', {}) }));
  }, [shown, fresh]);
  return (
    <Group gap="xs" className="rule">
      <Button variant="subtle" size="compact-sm" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {shown ? 'Hide the code' : 'Show the code for the command line'}
      </Button>
      {shown && fresh && code !== null && (
        <Text size="sm">
          <b className="one-time-code">{code.code}</b>{' '}
          <Text span size="sm" c="dimmed">
            good once and for {Math.ceil(left / 1_000)} s. Give it to a command with --code; never to an assistant.
          </Text>
        </Text>
      )}
    </Group>
  );
}
