import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from './fault.ts';

/** Time that an answer needs on its way back, in ms. */
const MARGIN_MS = 3_000;

export interface Poll<T> {
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly now: () => number;
  /** First pause in ms; grows by half each time up to `maxMs`. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Pause before the first look too: what was just started is not done yet. */
  readonly pauseFirst?: boolean;
  look(): Promise<T>;
  done(state: T): boolean;
  tell(state: T, looks: number): void;
}

/**
 * Looks again and again until it is done or the deadline is near. The caller turns `done: false` into a handle with which a
 * later call goes on. Throws `GH_CANCELLED`.
 */
export async function poll<T>(options: Poll<T>): Promise<{ readonly done: boolean; readonly state: T }> {
  let pause = options.firstMs;
  const rest = (): Promise<unknown> =>
    sleep(pause, undefined, { signal: options.signal }).catch(() => {
      throw new Fault('GH_CANCELLED', 'Cancelled while waiting.');
    });
  if (options.pauseFirst === true) await rest();
  for (let looks = 1; ; looks++) {
    const state = await options.look();
    options.tell(state, looks);
    if (options.done(state)) return { done: true, state };
    if (options.now() + pause > options.deadline - MARGIN_MS) return { done: false, state };
    await rest();
    pause = Math.min(options.maxMs, pause * 1.5);
  }
}
