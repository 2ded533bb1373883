import { Group, Loader, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

interface PageProps {
  readonly title: string;
  readonly about?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its heading, which takes the focus when one comes here, and what can be done on it. */
export function Page({ title, about, actions, children }: PageProps) {
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h3" id="screen" tabIndex={-1} className="wrap heading">
          {title}
        </Title>
        {actions}
      </Group>
      {about !== undefined && (
        <Text c="dimmed" size="sm" mt={-8}>
          {about}
        </Text>
      )}
      {children}
    </Stack>
  );
}

/** Nothing to show, and what would put something there. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="empty">{children}</div>;
}

/** Says so only when it takes long. */
export function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 400);
    return () => clearTimeout(timer);
  }, []);
  return late ? <Loader size="sm" aria-label="Loading" /> : null;
}
