import { chars, type WireText } from './wire-text.ts';

/**
 * Results of approved calls: kept ten minutes, so that an identical repeat by the same client gets the outcome instead of
 * a second execution (architecture §6). It is also the handle of a call that took longer than the client waits.
 */
export interface KeptResults {
  find(key: string): Kept | undefined;
  begin(key: string): Kept;
}

export interface Kept {
  /** The `result` member, or `undefined` while the call runs. */
  readonly result: WireText | undefined;
  settle(result: WireText | undefined): void;
  /** Called once, with `undefined` when the call ended without a result. */
  whenSettled(listener: (result: WireText | undefined) => void): void;
}

const KEEP_MS = 10 * 60_000;
const BYTES_LIMIT = 32 * 1024 * 1024;

export function createKeptResults(): KeptResults {
  const all = new Map<string, { kept: Kept; bytes: number; timer?: NodeJS.Timeout }>();
  let total = 0;
  const drop = (key: string): void => {
    const found = all.get(key);
    if (found === undefined) return;
    clearTimeout(found.timer);
    total -= found.bytes;
    all.delete(key);
  };
  return {
    find: key => all.get(key)?.kept,
    begin(key) {
      drop(key);
      let value: WireText | undefined;
      let listeners: ((result: WireText | undefined) => void)[] = [];
      const kept: Kept = {
        get result() {
          return value;
        },
        settle(result) {
          const entry = all.get(key);
          value = result;
          const told = listeners;
          listeners = [];
          for (const listener of told) listener(result);
          if (entry === undefined || entry.kept !== kept) return;
          if (result === undefined) return drop(key);
          entry.bytes = chars(result).length;
          total += entry.bytes;
          entry.timer = setTimeout(drop, KEEP_MS, key);
          entry.timer.unref();
          for (const oldest of all.keys()) {
            if (total <= BYTES_LIMIT) break;
            if (oldest !== key && all.get(oldest)?.kept.result !== undefined) drop(oldest);
          }
        },
        whenSettled(listener) {
          if (value !== undefined) listener(value);
          else listeners.push(listener);
        },
      };
      all.set(key, { kept, bytes: 0 });
      return kept;
    },
  };
}
