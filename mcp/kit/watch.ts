import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './log.ts';

export interface Watch {
  /** Milliseconds from the end of one look to the next. */
  pauseMs(): number;
  /** What is there now. Throws when it cannot be seen. */
  look(signal: AbortSignal): Promise<string>;
}

/** One resource is looked at once for all who watch it. */
export interface Watches {
  /** Calls `changed` whenever a look sees something else than the one before. Returns what ends it. */
  add(address: string, watch: Watch, changed: () => void): () => void;
  has(address: string): boolean;
  readonly size: number;
}

/** After failures the pause doubles, up to this many times. */
const DOUBLINGS = 4;

export function createWatches(log: Logger): Watches {
  const running = new Map<string, { readonly listeners: Set<() => void>; readonly stop: AbortController }>();

  const run = async (address: string, watch: Watch, listeners: Set<() => void>, signal: AbortSignal): Promise<void> => {
    let before: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const now = createHash('sha256')
          .update(await watch.look(signal))
          .digest('base64');
        if (before !== undefined && before !== now) for (const changed of listeners) changed();
        before = now;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = Math.min(failures + 1, DOUBLINGS);
        // Once for a row of failures: it may last for hours.
        if (failures === 1) log.warn('a watched resource cannot be read', { address, error: String(error) });
      }
      await sleep(watch.pauseMs() * 2 ** failures, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };

  return {
    add(address, watch, changed) {
      const known = running.get(address);
      const one = known ?? { listeners: new Set<() => void>(), stop: new AbortController() };
      one.listeners.add(changed);
      if (known === undefined) {
        running.set(address, one);
        void run(address, watch, one.listeners, one.stop.signal);
      }
      return () => {
        one.listeners.delete(changed);
        if (one.listeners.size > 0 || one.stop.signal.aborted) return;
        one.stop.abort();
        running.delete(address);
      };
    },
    has: address => running.has(address),
    get size() {
      return running.size;
    },
  };
}
