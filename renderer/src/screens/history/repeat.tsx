import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { Told } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';

/** Makes a read call of the history again. */
export function Repeat({ entry: { seq } }: { readonly entry: EntryView }) {
  const { history } = useWords();
  const { repeat } = history;
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<unknown>();
  const [failed, setFailed] = useState<Failure>();
  const go = (): void => {
    setBusy(true);
    setAnswer(undefined);
    setFailed(undefined);
    call('audit.repeat', { seq })
      .then(setAnswer, error => setFailed(failureOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Stack gap="xs" align="flex-start">
      <Button size="xs" variant="default" loading={busy} onClick={go}>
        {repeat.button}
      </Button>
      <Text size="xs" c="dimmed">
        {repeat.about}
      </Text>
      {failed !== undefined && <Told failure={failed} onClose={() => setFailed(undefined)} />}
      {answer !== undefined && (
        <div className="whole">
          <Text size="xs" className={isFailure(answer) ? 'warn' : 'good'} role="status">
            {isFailure(answer) ? repeat.failed : repeat.answered}
          </Text>
          <Arguments value={answer} label={repeat.answered} />
        </div>
      )}
    </Stack>
  );
}

function isFailure(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'isError' in answer && answer.isError === true;
}
