import { Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ApprovalView, QuestionView } from '../../../../app/contract/index.ts';
import { actionOf, useNameOf } from '../../parts/labels.tsx';
import { hashOf } from '../../route.ts';
import { useWords, type Words } from '../../words/index.ts';

const SHOWN = 5;

/** A call, or a question of a server, that waits or waited. */
type Waiting = ApprovalView | QuestionView;

interface AnsweredState {
  /** Those that no longer wait, the latest first. */
  readonly gone: readonly Waiting[];
  readonly said: Readonly<Record<string, string>>;
  readonly say: (id: string, how: string) => void;
}

/** What became of the calls that waited while the screen was open: a card must not vanish without a word. */
export function useAnswered(waiting: readonly Waiting[] | undefined): AnsweredState {
  const [gone, setGone] = useState<readonly Waiting[]>([]);
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const before = useRef<readonly Waiting[]>([]);
  useEffect(() => {
    if (waiting === undefined) return;
    const left = before.current.filter(old => waiting.every(({ id }) => id !== old.id));
    before.current = waiting;
    if (left.length > 0) setGone(old => [...left.toReversed(), ...old].slice(0, SHOWN));
  }, [waiting]);
  return { gone, said, say: (id, how) => setSaid(old => ({ ...old, [id]: how })) };
}

function missed(words: Words, waiting: Waiting): string {
  const { missed: late, elsewhere } = words.approvals.answered;
  return Date.now() >= Date.parse(waiting.expiresAt) - 500 ? late : elsewhere;
}

export function AnsweredList({ gone, said }: Pick<AnsweredState, 'gone' | 'said'>) {
  const words = useWords();
  const { approvals } = words;
  const nameOf = useNameOf();
  return (
    <Stack gap={4} component="section" aria-label={approvals.justNow}>
      {gone.length > 0 && (
        <Title order={3} size="h6">
          {approvals.justNow}
        </Title>
      )}
      <div role="status">
        {gone.map(one => (
          <Text key={one.id} size="sm" className="wrap">
            {nameOf(one.client)}: {actionOf(one.tool, one.action)} {approvals.on} {one.connection} –{' '}
            <b>{said[one.id] || missed(words, one)}</b>.{' '}
            <a href={hashOf(['history'], { entry: String(one.call) })}>{approvals.inHistory}</a>
          </Text>
        ))}
      </div>
    </Stack>
  );
}
