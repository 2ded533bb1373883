import { Fault } from './fault.ts';

/** At most `calls` within any `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/** The budget of one account at its vendor: so many at once, so many in a time. First come, first served. */
export interface Limiter {
  /**
   * Waits for its turn, then runs. While it waits it rejects with the signal's reason, and with `GH_VENDOR_RATE` as soon as its
   * turn cannot come before the deadline (ms since 1970).
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal, deadline?: number): Promise<T>;
  /** The vendor said how long to wait: nothing starts before then. */
  holdUntil(time: number): void;
  /** Calls left in the tightest window; `undefined` without windows. */
  left(): number | undefined;
}

interface Waiting {
  readonly deadline: number;
  letIn(): void;
  turnAway(reason: unknown): void;
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
  let line: Waiting[] = [];
  let alarm: NodeJS.Timeout | undefined;

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

  /** Lets in whoever may start now, and turns away whose turn would come too late. */
  const serve = (): void => {
    clearTimeout(alarm);
    for (;;) {
      const ms = wait();
      const start = now() + ms;
      const late = line.filter(({ deadline }) => ms > 0 && deadline < start);
      line = line.filter(waiting => !late.includes(waiting));
      for (const { turnAway } of late)
        turnAway(
          new Fault(
            'GH_VENDOR_RATE',
            `The vendor takes no more requests for ${Math.ceil(ms / 1_000)} s; nothing was sent.`,
          ),
        );
      if (line.length === 0 || running >= concurrency) return;
      if (ms > 0) {
        alarm = setTimeout(serve, Math.min(ms, 60_000));
        return;
      }
      running += 1;
      if (windows.length > 0) starts.push(start);
      line.shift()?.letIn();
    }
  };

  const turn = (signal: AbortSignal, deadline: number): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = (): void => {
        line = line.filter(other => other !== waiting);
        waiting.turnAway(signal.reason);
      };
      const waiting: Waiting = {
        deadline,
        letIn() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        turnAway(reason) {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      line.push(waiting);
      serve();
    });

  return {
    async run(work, signal, deadline = Number.POSITIVE_INFINITY) {
      await turn(signal, deadline);
      try {
        return await work();
      } finally {
        running -= 1;
        serve();
      }
    },
    holdUntil(time) {
      held = Math.max(held, time);
      serve();
    },
    left() {
      if (windows.length === 0) return undefined;
      const time = now();
      return Math.min(...windows.map(({ calls, ms }) => calls - starts.filter(start => start > time - ms).length));
    },
  };
}
