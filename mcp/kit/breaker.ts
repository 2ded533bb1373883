import * as z from 'zod';
import type { Health } from './control.ts';
import { type Change, createCell, type SharedStore } from './shared-store.ts';

/** When nothing more is sent to a host for a while. */
export interface BreakerRule {
  /** Opens after so many failures: in a row, or, with `share`, within its time. */
  readonly failures: number;
  /** … and only if there were so many requests within `ms`, of which this part failed. */
  readonly share?: { readonly ms: number; readonly requests: number; readonly part: number };
  /** Milliseconds until it is tried again. */
  readonly openMs: number;
  /** Trials in a row, one at a time, that must go well before it closes. */
  readonly trials: number;
  /** Statuses below 500 that count as failures. */
  readonly statuses?: readonly number[];
}

export type Verdict = 'well' | 'unwell' | 'neither';

/** Nothing was sent; `rule` says what it takes. */
export class BreakerOpen extends Error {
  readonly rule: BreakerRule;
  constructor(rule: BreakerRule) {
    super('the circuit breaker is open');
    this.rule = rule;
  }
}

/** Keeps requests from a host that fails: one that is down is not helped by more of them. Shared as far as its store is. */
export interface Breaker {
  /** Throws `BreakerOpen` instead of running while it is open; one at a time runs as a trial when that is over. */
  run<T>(
    work: () => Promise<T>,
    verdict: (outcome: { readonly value: T } | { readonly error: unknown }) => Verdict,
  ): Promise<T>;
  close(): Promise<void>;
  /** Asks the store how it is. */
  look(): Promise<void>;
  /** As it was when this process last saw it. */
  readonly state: Health['breaker'];
}

const kept = z.object({
  state: z.enum(['closed', 'open', 'half-open']),
  /** Until when it is open, or the trial that runs is waited for; ms since 1970. */
  until: z.number(),
  trials: z.number(),
  row: z.number(),
  /** Per slot of a rolling time: its number, requests, failures. */
  slots: z.array(z.tuple([z.number(), z.number(), z.number()])),
});
type Kept = z.output<typeof kept>;

const CLOSED: Kept = { state: 'closed', until: 0, trials: 0, row: 0, slots: [] };
const SLOTS = 30;
/** A trial whose end nobody told (its process died) is waited for no longer than this. In ms. */
const TRIAL_MS = 60_000;
const LIFE_MS = 600_000;

export function createBreaker(deps: {
  readonly store: SharedStore;
  readonly name: string;
  readonly rule: BreakerRule;
  readonly onChange: (state: Health['breaker']) => void;
}): Breaker {
  const { rule } = deps;
  const cell = createCell(deps.store, `breaker/${deps.name}`, kept);
  let state: Health['breaker'] = 'closed';
  const saw = (next: Health['breaker']): void => {
    if (state === next) return;
    state = next;
    deps.onChange(next);
  };
  const settle = async (verdict: Verdict, isTrial: boolean): Promise<void> => {
    const next = await cell.update((known = CLOSED, time) => told(rule, known, verdict, isTrial, time));
    saw(next);
  };
  return {
    async run(work, verdict) {
      const entry = await cell.update((known = CLOSED, time) => entered(rule, known, time));
      saw(entry.state);
      if (!entry.may) throw new BreakerOpen(rule);
      const isTrial = entry.state === 'half-open';
      // What was asked for is done by then: a store that is away must not turn that into a failure.
      const tell = (outcome: Verdict): Promise<void> => settle(outcome, isTrial).catch(() => undefined);
      try {
        const value = await work();
        await tell(verdict({ value }));
        return value;
      } catch (error) {
        await tell(verdict({ error }));
        throw error;
      }
    },
    async close() {
      await cell.update(() => ({ result: undefined, keep: { value: undefined, lifeMs: LIFE_MS } }));
      saw('closed');
    },
    async look() {
      saw((await cell.read()).value?.state ?? 'closed');
    },
    get state() {
      return state;
    },
  };
}

interface Entry {
  readonly may: boolean;
  readonly state: Health['breaker'];
}

function entered(rule: BreakerRule, known: Kept, time: number): Change<Entry, Kept> {
  if (known.state === 'closed') return { result: { may: true, state: 'closed' } };
  // A time that lies further ahead than any can be set comes from a clock that was set back.
  const waits = known.until > time && known.until <= time + Math.max(rule.openMs, TRIAL_MS);
  if (waits) return { result: { may: false, state: known.state } };
  const value: Kept = { ...known, state: 'half-open', until: time + TRIAL_MS };
  return { result: { may: true, state: 'half-open' }, keep: { value, lifeMs: LIFE_MS } };
}

function told(
  rule: BreakerRule,
  known: Kept,
  verdict: Verdict,
  isTrial: boolean,
  time: number,
): Change<Kept['state'], Kept> {
  const become = (value: Kept): Change<Kept['state'], Kept> => ({
    result: value.state,
    keep: { value, lifeMs: LIFE_MS },
  });
  const open: Kept = { ...CLOSED, state: 'open', until: time + rule.openMs };
  if (isTrial) {
    if (known.state !== 'half-open') return { result: known.state };
    if (verdict === 'neither') return become({ ...known, until: 0 });
    if (verdict === 'unwell') return become(open);
    return become(known.trials + 1 >= rule.trials ? CLOSED : { ...known, trials: known.trials + 1, until: 0 });
  }
  // What was sent before it opened and ends now is old news.
  if (known.state !== 'closed' || verdict === 'neither') return { result: known.state };
  const failed = verdict === 'unwell' ? 1 : 0;
  if (rule.share === undefined) {
    const row = failed === 1 ? known.row + 1 : 0;
    if (row === known.row) return { result: 'closed' };
    return become(row >= rule.failures ? open : { ...CLOSED, row });
  }
  const slots = counted(known.slots, failed, rule.share.ms / SLOTS, time);
  const [requests, failures] = [1, 2].map(index => slots.reduce((sum, slot) => sum + (slot[index] ?? 0), 0));
  const many = (requests ?? 0) >= rule.share.requests && (failures ?? 0) >= rule.failures;
  return become(many && (failures ?? 0) / (requests ?? 1) >= rule.share.part ? open : { ...CLOSED, slots });
}

function counted(slots: Kept['slots'], failed: number, slotMs: number, time: number): Kept['slots'] {
  const current = Math.floor(time / slotMs);
  const inside = slots.filter(([slot]) => slot > current - SLOTS && slot <= current);
  const [, requests = 0, failures = 0] = inside.find(([slot]) => slot === current) ?? [];
  return [...inside.filter(([slot]) => slot !== current), [current, requests + 1, failures + failed]];
}
