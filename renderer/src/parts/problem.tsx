import { Alert, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Failure } from '../api/client.ts';
import { dismissProblem, useStore } from '../api/store.ts';
import { Hint } from './hint.tsx';

/** What went wrong with the last thing the person asked for. Stays in sight; stands again in a dialog that hides the page. */
export function Problem({ sticky = false }: { readonly sticky?: boolean }) {
  const problem = useStore(state => state.problem);
  if (problem === null) return null;
  return <Told failure={problem} onClose={dismissProblem} sticky={sticky} />;
}

interface ToldProps {
  readonly failure: Pick<Failure, 'code' | 'message' | 'hint'>;
  readonly onClose?: () => void;
  readonly sticky?: boolean;
  readonly children?: ReactNode;
}

/** A failure: the sentence, the next step, the code. */
export function Told({ failure, onClose, sticky = false, children }: ToldProps) {
  return (
    <Alert
      color="red"
      variant="outline"
      className={sticky ? 'told sticky' : 'told'}
      title={failure.message}
      role="alert"
      {...(onClose === undefined ? {} : { withCloseButton: true, onClose, closeButtonLabel: 'Close' })}
    >
      <Hint code={failure.code} hint={failure.hint} />{' '}
      <Text span size="xs" c="dimmed">
        {failure.code}
      </Text>
      {children}
    </Alert>
  );
}

/** In place of what could not be loaded. */
export function NotLoaded({ failure, retry }: { readonly failure: Failure; readonly retry: () => void }) {
  return (
    <Told failure={failure}>
      <Group mt="xs">
        <Button size="compact-sm" variant="default" onClick={retry}>
          Try again
        </Button>
      </Group>
    </Told>
  );
}
