import { Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ApprovalView } from '../../../../app/contract/index.ts';
import { actionOf, useNameOf } from '../../parts/words.tsx';
import { hashOf } from '../../route.ts';

const SHOWN = 5;

interface AnsweredState {
  /** Those that no longer wait, the latest first. */
  readonly gone: readonly ApprovalView[];
  readonly said: Readonly<Record<string, string>>;
  readonly say: (id: string, how: string) => void;
}

/** What became of the calls that waited while the screen was open: a card must not vanish without a word. */
export function useAnswered(approvals: readonly ApprovalView[] | undefined): AnsweredState {
  const [gone, setGone] = useState<readonly ApprovalView[]>([]);
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const before = useRef<readonly ApprovalView[]>([]);
  useEffect(() => {
    if (approvals === undefined) return;
    const left = before.current.filter(old => approvals.every(({ id }) => id !== old.id));
    before.current = approvals;
    if (left.length > 0) setGone(old => [...left.toReversed(), ...old].slice(0, SHOWN));
  }, [approvals]);
  return { gone, said, say: (id, how) => setSaid(old => ({ ...old, [id]: how })) };
}

function missed(approval: ApprovalView): string {
  return Date.now() >= Date.parse(approval.expiresAt) - 500
    ? 'nobody answered in time, so it was refused'
    : 'answered elsewhere or withdrawn';
}

export function AnsweredList({ gone, said }: Pick<AnsweredState, 'gone' | 'said'>) {
  const nameOf = useNameOf();
  return (
    <Stack gap={4} component="section" aria-label="Just now">
      {gone.length > 0 && (
        <Title order={3} size="h6">
          Just now
        </Title>
      )}
      <div role="status">
        {gone.map(approval => (
          <Text key={approval.id} size="sm" className="wrap">
            {nameOf(approval.client)}: {actionOf(approval.tool, approval.action)} on {approval.connection} –{' '}
            <b>{said[approval.id] || missed(approval)}</b>.{' '}
            <a href={hashOf(['history'], { entry: String(approval.call) })}>In the history</a>
          </Text>
        ))}
      </div>
    </Stack>
  );
}
