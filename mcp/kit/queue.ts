import { Fault } from './fault.ts';

/** Work that must not overlap for one thing, such as changes of one server: one at a time by key, first come first served. */
export interface Queue {
  /**
   * Waits for its turn, then runs. Rejects with `GH_VENDOR_BUSY` when too many wait already, or when its turn has not come at
   * the deadline (ms since 1970); with `GH_CANCELLED` when it is cancelled while it waits. Then nothing was done.
   */
  run<T>(
    key: string,
    work: () => Promise<T>,
    limits: { readonly signal: AbortSignal; readonly deadline: number },
  ): Promise<T>;
}

/** `waiting`: how many may wait for one key beside the one that runs. */
export function createQueue(deps: { readonly waiting: number; readonly now: () => number }): Queue {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();
  return {
    async run(key, work, { signal, deadline }) {
      const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 };
      if (line.length > deps.waiting)
        throw new Fault('GH_VENDOR_BUSY', `${deps.waiting} calls wait for ${key} already; nothing was sent.`);
      lines.set(key, line);
      const before = line.last;
      const { promise: done, resolve: leave } = Promise.withResolvers<void>();
      line.last = before.then(() => done);
      line.length += 1;
      try {
        await turn(before, key, signal, deadline - deps.now());
        return await work();
      } finally {
        line.length -= 1;
        leave();
        if (line.length === 0) lines.delete(key);
      }
    },
  };
}

async function turn(before: Promise<unknown>, key: string, signal: AbortSignal, withinMs: number): Promise<void> {
  if (signal.aborted) throw cancelled(key);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const cancel = (): void => reject(cancelled(key));
  const late = new Fault('GH_VENDOR_BUSY', `Other calls for ${key} took all the time; nothing was sent.`);
  const alarm = Number.isFinite(withinMs) ? setTimeout(() => reject(late), Math.max(0, withinMs)) : undefined;
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await Promise.race([before, over]);
  } finally {
    clearTimeout(alarm);
    signal.removeEventListener('abort', cancel);
  }
}

function cancelled(key: string): Fault {
  return new Fault('GH_CANCELLED', `Cancelled while it waited for ${key}; nothing was sent.`);
}
