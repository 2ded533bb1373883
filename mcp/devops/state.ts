import type { Cache } from '../kit/index.ts';
import type { Auth } from './auth.ts';
import type { Config } from './config.ts';
import type { Driver } from './drivers/driver.ts';

/** A write whose outcome is not known: the next one like it looks for this one first (§7.4 row 5). */
export interface Pending {
  readonly key: string;
  /** The whole order: a key is good for the same one only (§4.1). */
  readonly order: string;
  /** In ms since 1970. */
  readonly at: number;
}

/** What one account keeps in memory. */
export interface Devops {
  readonly config: Config;
  readonly auth: Auth;
  readonly driver: Driver;
  /** Metrics of the last minute. */
  readonly cache: Cache;
  readonly datadog: { readonly apiKey: string; readonly appKey: string } | undefined;
  /** What Datadog's answers tell of the requests that are left, by path; its numbers are not published (§5.1). */
  readonly datadogBudget: Map<string, { readonly remaining: number; readonly resetsAt: number }>;
  readonly githubToken: string | undefined;
  readonly pending: Map<string, Pending>;
  /** The session at the gateway, and the names of its tools. */
  gateway: { readonly id: string; readonly version: string; readonly tools: readonly string[] } | undefined;
  /** §7.4 row 3: unit of the pauses between looks for a lost write, in ms; a second outside of tests. */
  readonly secondMs: number;
  readonly now: () => number;
  /** An answer came from a sandbox. */
  demo: boolean;
}
