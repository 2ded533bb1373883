import { Button, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface SureProps {
  readonly ask: string;
  readonly loses: ReactNode;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => Promise<unknown>;
}

/** Two steps for what cannot be taken back; the second says what is lost. */
export function Sure({ ask, loses, yes, no, onYes }: SureProps) {
  const [asking, setAsking] = useState<boolean>();
  const [busy, setBusy] = useState(false);
  // Whoever thinks better of it goes on where they were.
  if (asking !== true)
    return (
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        autoFocus={asking === false}
        onClick={() => setAsking(true)}
      >
        {ask}
      </Button>
    );
  const go = (): void => {
    setBusy(true);
    void onYes().finally(() => {
      setBusy(false);
      setAsking(false);
    });
  };
  return (
    <Group gap="xs" role="group" aria-label={ask}>
      <Text size="sm">{loses}</Text>
      <Button size="compact-sm" variant="default" autoFocus onClick={() => setAsking(false)}>
        {no}
      </Button>
      <Button size="compact-sm" color="red" loading={busy} onClick={go}>
        {yes}
      </Button>
    </Group>
  );
}
