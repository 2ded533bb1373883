import { randomBytes } from 'node:crypto';
import type { Effect, Flag } from '../../mcp/kit/catalog.ts';
import type { PlannedChange, PlanOutcome } from '../../mcp/kit/control.ts';
import { GatehouseError } from '../contract/errors.ts';

/** What the call would change: its server is still reading it, has read it, or could not. */
export type Plan =
  | { readonly state: 'reading' }
  | { readonly state: 'read'; readonly changes: readonly PlannedChange[] }
  | { readonly state: 'unknown'; readonly why: string };

/** A call that waits for a human. Arguments are redacted. */
export interface Approval {
  readonly id: string;
  /** Number of the call's intent in the history. */
  readonly call: number;
  readonly client: string;
  readonly connection: string;
  readonly connectionUuid: string;
  readonly tool: string;
  readonly action: string;
  readonly effect: Effect;
  readonly flags: readonly Flag[];
  readonly arguments: unknown;
  readonly demo: boolean;
  /** Only where the server can tell. */
  readonly plan?: Plan;
  readonly askedAt: string;
  readonly expiresAt: string;
}

export type Answer =
  | { readonly verdict: 'allow'; readonly approver: string; readonly until?: string }
  | { readonly verdict: 'deny'; readonly approver: string; readonly reason: string }
  | { readonly verdict: 'expired' }
  | { readonly verdict: 'withdrawn' };

export interface Approvals {
  /** Asks; settles with the answer, after `timeoutMs()` with `expired`, or with `withdrawn` when `signal` aborts. */
  ask(
    call: Omit<Approval, 'id' | 'askedAt' | 'expiresAt' | 'plan'>,
    signal: AbortSignal,
    plan?: Promise<PlanOutcome>,
  ): Promise<Answer>;
  list(): Approval[];
  /** Throws `GH_APPROVAL_GONE` when it was answered, expired or withdrawn. */
  answer(id: string, answer: Answer): Approval;
  onChanged(listener: () => void): () => void;
}

export function createApprovals(deps: { readonly now: () => Date; readonly timeoutMs: () => number }): Approvals {
  const { now } = deps;
  const open = new Map<string, { approval: Approval; settle(answer: Answer): void }>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    ask(call, signal, plan) {
      return new Promise(resolve => {
        if (signal.aborted) return resolve({ verdict: 'withdrawn' });
        const id = randomBytes(6).toString('hex');
        const timeoutMs = deps.timeoutMs();
        const asked = now();
        const approval: Approval = {
          id,
          ...call,
          ...(plan === undefined ? {} : { plan: { state: 'reading' } }),
          askedAt: asked.toISOString(),
          expiresAt: new Date(asked.getTime() + timeoutMs).toISOString(),
        };
        const settle = (answer: Answer): void => {
          if (!open.delete(id)) return;
          clearTimeout(timer);
          signal.removeEventListener('abort', withdraw);
          changed();
          resolve(answer);
        };
        const withdraw = (): void => settle({ verdict: 'withdrawn' });
        const timer = setTimeout(settle, timeoutMs, { verdict: 'expired' });
        signal.addEventListener('abort', withdraw);
        const waiting = { approval, settle };
        open.set(id, waiting);
        changed();
        void plan?.then(outcome => {
          waiting.approval = { ...approval, plan: planOf(outcome) };
          if (open.has(id)) changed();
        });
      });
    },
    list: () => [...open.values()].map(({ approval }) => approval),
    answer(id, answer) {
      const found = open.get(id);
      if (found === undefined) throw new GatehouseError('GH_APPROVAL_GONE', `No call waits under "${id}".`);
      found.settle(answer);
      return found.approval;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function planOf(outcome: PlanOutcome): Plan {
  return outcome.ok
    ? { state: 'read', changes: outcome.changes }
    : { state: 'unknown', why: `${outcome.message} ${outcome.hint}` };
}
