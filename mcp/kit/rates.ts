/** Who asks how often. Everything older than a minute is forgotten. */
export interface Rates {
  /** Counts a request; seconds to wait when there were too many already, and then it does not count. */
  take(who: string, perMinute: number): number;
}

const MINUTE_MS = 60_000;
/** Names kept before those of the past are cleared out. */
const NAMES = 5_000;

export function createRates(now: () => number): Rates {
  const taken = new Map<string, readonly number[]>();
  const recent = (times: readonly number[]): readonly number[] => times.filter(time => time > now() - MINUTE_MS);
  return {
    take(who, perMinute) {
      if (taken.size > NAMES) for (const [name, times] of taken) if (recent(times).length === 0) taken.delete(name);
      const times = recent(taken.get(who) ?? []);
      const oldest = times.at(-perMinute);
      if (oldest !== undefined) return Math.ceil((oldest + MINUTE_MS - now()) / 1_000);
      taken.set(who, [...times, now()]);
      return 0;
    },
  };
}
