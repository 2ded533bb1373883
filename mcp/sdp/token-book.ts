import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { createCell, type SharedStore } from '../kit/index.ts';

/**
 * When tokens were asked for: the vendor counts over ten minutes, whether we were restarted in between or not (fact sheet §1.5).
 * Kept in a file beside the log, by hashes: no secret is in it.
 */
export interface TokenBook {
  /** Milliseconds for which this refresh token must rest; 0: it may be used. */
  wait(key: string): number;
  /** An access token is about to be asked for: 0, and it is counted; or how long to rest first, in ms. */
  claim(key: string): Promise<number>;
  /** The vendor turned a request away as too many: nothing is asked for until its window is over. */
  throttled(key: string): Promise<void>;
  /** By this process. */
  used(key: string): number;
  /** The scopes that the vendor told when this refresh token was made. */
  scopes(key: string): readonly string[] | undefined;
  tell(key: string, scopes: readonly string[]): void;
}

/** §1.5: 10 in a rolling 10 min; ours is the ninth at most (§1.9). */
const WINDOW_MS = 600_000;
export const MOST_TOKENS = 9;

const entry = z.object({
  issued: z.array(z.number()).default([]),
  blockedUntil: z.number().default(0),
  scopes: z.array(z.string()).optional(),
});
type Entry = z.output<typeof entry>;
const counted = z.object({ issued: z.array(z.number()), blockedUntil: z.number() });
type Counted = z.output<typeof counted>;
const NONE: Counted = { issued: [], blockedUntil: 0 };

/** A name for a secret that tells nothing of it. */
export function keyOf(secret: string): string {
  return createHash('sha256').update(`gatehouse/sdp/${secret}`).digest('hex').slice(0, 24);
}

function waitIn({ issued, blockedUntil }: Counted, time: number): number {
  const [oldest] = issued.slice(-MOST_TOKENS);
  const full = issued.length >= MOST_TOKENS && oldest !== undefined ? oldest + WINDOW_MS - time : 0;
  return Math.max(0, full, Math.min(WINDOW_MS, blockedUntil - time));
}

function lately<T extends Counted>(entry: T, time: number): T {
  return { ...entry, issued: entry.issued.filter(issued => issued > time - WINDOW_MS && issued <= time) };
}

/** Counted in the file, and in the store for the other instances of the account, if there are any. */
export function createTokenBook(folder: string, now: () => number, store: SharedStore): TokenBook {
  const file = join(folder, 'sdp-tokens.json');
  let entries: Record<string, Entry> | undefined;
  const common = (key: string) => createCell(store, `tokens/${key}`, counted);
  /** What the others used up, when it was last seen. */
  const restUntil = new Map<string, number>();
  const all = (): Record<string, Entry> => {
    entries ??= read(file);
    return entries;
  };
  const of = (key: string): Entry => {
    const found = lately(all()[key] ?? { issued: [], blockedUntil: 0 }, now());
    all()[key] = found;
    return found;
  };
  const save = (): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(all()), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return {
    wait: key => Math.max(waitIn(of(key), now()), (restUntil.get(key) ?? 0) - now()),
    async claim(key) {
      const own = waitIn(of(key), now());
      if (own > 0) return own;
      const waitMs = await common(key).update((known = NONE, time) => {
        const recent = lately(known, time);
        const rest = waitIn(recent, time);
        if (rest > 0) return { result: rest };
        const value = { ...recent, issued: [...recent.issued, time] };
        return { result: 0, keep: { value, lifeMs: WINDOW_MS } };
      });
      restUntil.set(key, now() + waitMs);
      if (waitMs > 0) return waitMs;
      of(key).issued.push(now());
      save();
      return 0;
    },
    async throttled(key) {
      of(key).blockedUntil = now() + WINDOW_MS;
      save();
      await common(key).update((known = NONE, time) => {
        const value = { ...known, blockedUntil: time + WINDOW_MS };
        return { result: undefined, keep: { value, lifeMs: WINDOW_MS } };
      });
    },
    used: key => of(key).issued.length,
    scopes: key => of(key).scopes,
    tell(key, scopes) {
      of(key).scopes = [...scopes];
      save();
    },
  };
}

/** A file that is missing or damaged counts as empty: the vendor still counts. */
function read(file: string): Record<string, Entry> {
  try {
    return z.record(z.string(), entry).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
