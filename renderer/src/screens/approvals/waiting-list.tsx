import { useMemo } from 'react';
import { useStore } from '../../api/store.ts';
import { AnsweredList, useAnswered } from './answered.tsx';
import { Question } from './question.tsx';
import { Waiting } from './waiting.tsx';
import './approvals.css';

/** All that waits for the person, the oldest first, and what became of what no longer waits. */
export function WaitingList() {
  const approvals = useStore(state => state.loaded.approvals);
  const questions = useStore(state => state.loaded.questions);
  const all = useMemo(
    () =>
      approvals === undefined
        ? undefined
        : [...approvals, ...(questions ?? [])].toSorted((a, b) => a.askedAt.localeCompare(b.askedAt)),
    [approvals, questions],
  );
  const { gone, said, say } = useAnswered(all);
  return (
    <>
      {all?.map(one =>
        'fields' in one ? (
          <Question key={one.id} question={one} onAnswer={how => say(one.id, how)} />
        ) : (
          <Waiting key={one.id} approval={one} onAnswer={how => say(one.id, how)} />
        ),
      )}
      <AnsweredList gone={gone} said={said} />
    </>
  );
}
