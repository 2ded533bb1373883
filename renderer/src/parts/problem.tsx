import { Alert, Text } from '@mantine/core';
import { dismissProblem, useStore } from '../api/store.ts';

/** What went wrong with the last thing the person asked for. Stands on the page, and again in a dialog that hides the page. */
export function Problem() {
  const problem = useStore(state => state.problem);
  if (problem === null) return null;
  return (
    <Alert
      color="red"
      title={problem.message}
      withCloseButton
      onClose={dismissProblem}
      closeButtonLabel="Close"
      role="alert"
    >
      {problem.hint}{' '}
      <Text span size="xs" c="dimmed">
        {problem.code}
      </Text>
    </Alert>
  );
}
