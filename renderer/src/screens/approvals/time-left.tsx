import { RingProgress, Text } from '@mantine/core';
import type { ApprovalView } from '../../../../app/contract/index.ts';
import { useNow } from '../../parts/now.ts';

const SOON_MS = 10_000;

/** Silence is a refusal; this is how long there is left to speak. */
export function TimeLeft({ approval }: { readonly approval: ApprovalView }) {
  const now = useNow(250);
  const total = Math.max(1, Date.parse(approval.expiresAt) - Date.parse(approval.askedAt));
  const left = Math.max(0, Date.parse(approval.expiresAt) - now);
  const seconds = Math.ceil(left / 1_000);
  return (
    <RingProgress
      size={52}
      thickness={5}
      role="timer"
      aria-label={`${seconds} seconds left`}
      sections={[{ value: (left / total) * 100, color: left < SOON_MS ? 'red' : 'blue' }]}
      label={
        <Text ta="center" size="xs" aria-hidden>
          {seconds}
        </Text>
      }
    />
  );
}
