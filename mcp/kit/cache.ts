import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Cell, createCell, type SharedStore } from './shared-store.ts';

/** Answers that change slowly, kept for a while: in memory, or where all instances of an account find them. */
export interface Cache {
  /**
   * The kept value, or a new one: fetched once for all who ask this process at the same time. `fresh` passes over what is kept.
   * What is kept elsewhere has been JSON on its way.
   */
  get<T>(key: string, lifeMs: number, fetch: () => Promise<T>, fresh?: boolean): Promise<T>;
  /** Forgets these keys, and what is being fetched for them, here and in other processes. Never throws. */
  drop(...keys: readonly string[]): Promise<void>;
}

/** `mark` changes whenever the key is dropped: what was asked for before that is not kept. */
const entry = z.object({ mark: z.string(), until: z.number(), value: z.unknown().optional() });
type Entry = z.output<typeof entry>;

/** Longer than any fetch takes, in ms. */
const MARK_MS = 600_000;

export function createCache(store: SharedStore): Cache {
  const flights = new Map<string, Promise<unknown>>();
  const cellOf = (key: string): Cell<Entry> => createCell(store, `cache/${key}`, entry);

  const load = async <T>(key: string, lifeMs: number, fetch: () => Promise<T>, fresh: boolean): Promise<T> => {
    const cell = cellOf(key);
    const { value: known, time } = await cell.read();
    if (!fresh && known !== undefined && known.until > time) return known.value as T;
    const mark = known?.mark ?? '';
    const value = await fetch();
    await cell
      .update((now, time) =>
        (now?.mark ?? '') === mark
          ? { result: undefined, keep: { value: { mark, until: time + lifeMs, value }, lifeMs: lifeMs + MARK_MS } }
          : { result: undefined },
      )
      // It could not be kept; it is right all the same.
      .catch(() => undefined);
    return value;
  };
  return {
    get<T>(key: string, lifeMs: number, fetch: () => Promise<T>, fresh = false): Promise<T> {
      const known = flights.get(key);
      if (known !== undefined && !fresh) return known as Promise<T>;
      const flight = load(key, lifeMs, fetch, fresh);
      flights.set(key, flight);
      const land = (): void => {
        if (flights.get(key) === flight) flights.delete(key);
      };
      flight.then(land, land);
      return flight;
    },
    async drop(...keys) {
      for (const key of keys) flights.delete(key);
      const value = { mark: randomUUID(), until: 0, value: undefined };
      const drops = keys.map(key =>
        cellOf(key).update(() => ({ result: undefined, keep: { value, lifeMs: MARK_MS } })),
      );
      await Promise.allSettled(drops);
    },
  };
}
