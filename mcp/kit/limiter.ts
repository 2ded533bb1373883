import { setTimeout as sleep } from 'node:timers/promises';

/** At most `calls` within any `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/** The budget of one account at its vendor: so many at once, so many in a time. First come, first served. */
export interface Limiter {
  /** Waits for its turn, then runs. Rejects with the signal's reason while it waits. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The vendor said how long to wait: nothing starts before then. */
  holdUntil(time: number): void;
  /** Calls left in the tightest window; `undefined` without windows. */
  left(): number | undefined;
}

export function createLimiter(deps: {
  readonly concurrency: number;
  readonly windows?: readonly RateWindow[];
  readonly now: () => number;
}): Limiter {
  const { concurrency, windows = [], now } = deps;
  const longest = Math.max(0, ...windows.map(window => window.ms));
  let running = 0;
  let held = 0;
  let starts: number[] = [];
  let line: Promise<unknown> = Promise.resolve();
  const freed: (() => void)[] = [];

  /** Milliseconds until a call may start. */
  const wait = (): number => {
    const time = now();
    starts = starts.filter(start => start > time - longest);
    const waits = windows.map(({ calls, ms }) => {
      const inside = starts.filter(start => start > time - ms);
      const oldest = inside.at(-calls);
      return oldest === undefined ? 0 : oldest + ms - time;
    });
    return Math.max(0, held - time, ...waits);
  };

  const turn = async (signal: AbortSignal): Promise<void> => {
    while (running >= concurrency) {
      signal.throwIfAborted();
      await new Promise<void>(resolve => {
        freed.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    for (let ms = wait(); ms > 0; ms = wait()) await sleep(Math.min(ms, 60_000), undefined, { signal });
    signal.throwIfAborted();
    running += 1;
    if (windows.length > 0) starts.push(now());
  };

  return {
    async run(work, signal) {
      const mine = line.then(() => turn(signal));
      line = mine.catch(() => undefined);
      await mine;
      try {
        return await work();
      } finally {
        running -= 1;
        freed.shift()?.();
      }
    },
    holdUntil(time) {
      held = Math.max(held, time);
    },
    left() {
      if (windows.length === 0) return undefined;
      const time = now();
      return Math.min(...windows.map(({ calls, ms }) => calls - starts.filter(start => start > time - ms).length));
    },
  };
}
