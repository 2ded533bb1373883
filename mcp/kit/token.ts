/** Something that opens the vendor's door for a while. */
export interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** One token for one account: fetched by one at a time, used by all, renewed before it ends. */
export interface TokenSource<T extends Token> {
  get(): Promise<T>;
  /** The vendor refused this one. A newer one stays: parallel refusals of the same token make one renewal. */
  refused(token: T): void;
  readonly current: T | undefined;
}

/** `marginMs`: a token that ends within this time is renewed first (never more than half its life). */
export function createTokenSource<T extends Token>(deps: {
  readonly fetch: () => Promise<T>;
  readonly now: () => number;
  readonly marginMs: number;
  /** One that was kept from before. */
  readonly initial?: T;
}): TokenSource<T> {
  let current = deps.initial;
  let fetchedAt = deps.initial === undefined ? 0 : deps.now();
  let flight: Promise<T> | undefined;
  const fresh = (): boolean => {
    if (current === undefined) return false;
    const margin = Math.min(deps.marginMs, (current.expiresAt - fetchedAt) / 2);
    return deps.now() < current.expiresAt - margin;
  };
  return {
    get current() {
      return current;
    },
    async get() {
      if (fresh() && current !== undefined) return current;
      flight ??= deps
        .fetch()
        .then(token => {
          current = token;
          fetchedAt = deps.now();
          return token;
        })
        .finally(() => {
          flight = undefined;
        });
      return flight;
    },
    refused(token) {
      if (current?.value === token.value) current = undefined;
    },
  };
}
