import type { ApprovalView } from '../../../../app/contract/index.ts';
import { useNow } from '../../parts/now.ts';

const SOON_MS = 10_000;
const RADIUS = 22;
const AROUND = 2 * Math.PI * RADIUS;

/** Silence is a refusal; this is how long there is left to speak. Drawn here: Mantine's ring brings 60 kB of tooltips. */
export function TimeLeft({ approval }: { readonly approval: ApprovalView }) {
  const now = useNow(250);
  const total = Math.max(1, Date.parse(approval.expiresAt) - Date.parse(approval.askedAt));
  const left = Math.min(total, Math.max(0, Date.parse(approval.expiresAt) - now));
  const seconds = Math.ceil(left / 1_000);
  return (
    <div role="timer" aria-label={`${seconds} seconds left`} className="ring" data-soon={left < SOON_MS}>
      <svg viewBox="0 0 52 52" aria-hidden="true">
        <circle cx="26" cy="26" r={RADIUS} />
        <circle
          cx="26"
          cy="26"
          r={RADIUS}
          className="left"
          strokeDasharray={`${(left / total) * AROUND} ${AROUND}`}
          transform="rotate(-90 26 26)"
        />
        <text x="26" y="30.5" textAnchor="middle">
          {seconds}
        </text>
      </svg>
    </div>
  );
}
