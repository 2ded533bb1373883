/** Answers that change slowly, kept for a while in memory. */
export interface Cache {
  /** The kept value, or a new one: fetched once for all who ask at the same time. `fresh` passes over what is kept. */
  get<T>(key: string, lifeMs: number, fetch: () => Promise<T>, fresh?: boolean): Promise<T>;
  /** Forgets these keys, and what is being fetched for them; all of them, when none is named. */
  drop(...keys: readonly string[]): void;
}

export function createCache(now: () => number): Cache {
  const kept = new Map<string, { readonly until: number; readonly value: Promise<unknown> }>();
  return {
    get<T>(key: string, lifeMs: number, fetch: () => Promise<T>, fresh = false): Promise<T> {
      const known = kept.get(key);
      if (known !== undefined && !fresh && known.until > now()) return known.value as Promise<T>;
      const value = fetch();
      const entry = { until: now() + lifeMs, value };
      kept.set(key, entry);
      // A failure is not an answer: the next one asks anew.
      value.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return value;
    },
    drop(...keys) {
      if (keys.length === 0) kept.clear();
      for (const key of keys) kept.delete(key);
    },
  };
}
