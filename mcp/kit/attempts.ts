/** How often someone may fail to sign in. */
export interface AttemptLimits {
  readonly perSession: number;
  readonly perAddress: number;
  /** Milliseconds for which nobody may try, counted from the last failure. */
  readonly lockoutMs: number;
}

/** Counts failures by session and by address; both lock out on their own. */
export interface Attempts {
  /** Milliseconds until the next try is allowed; 0: now. */
  wait(session: string, address: string): number;
  failed(session: string, address: string): void;
  succeeded(session: string, address: string): void;
}

interface Count {
  failures: number;
  last: number;
}

export function createAttempts(limits: AttemptLimits, now: () => number): Attempts {
  const counts = new Map<string, Count>();
  const of = (key: string): Count => {
    const known = counts.get(key);
    if (known !== undefined && now() - known.last < limits.lockoutMs) return known;
    const fresh = { failures: 0, last: now() };
    counts.set(key, fresh);
    return fresh;
  };
  const keys = (session: string, address: string): readonly (readonly [string, number])[] => [
    [`session ${session}`, limits.perSession],
    [`address ${address}`, limits.perAddress],
  ];
  return {
    wait(session, address) {
      const waits = keys(session, address).map(([key, most]) => {
        const { failures, last } = of(key);
        return failures < most ? 0 : last + limits.lockoutMs - now();
      });
      return Math.max(0, ...waits);
    },
    failed(session, address) {
      for (const [key] of keys(session, address)) {
        const count = of(key);
        count.failures += 1;
        count.last = now();
      }
    },
    succeeded(session, address) {
      for (const [key] of keys(session, address)) counts.delete(key);
    },
  };
}
