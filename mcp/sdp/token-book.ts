import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/**
 * When tokens were asked for: the vendor counts over ten minutes, whether we were restarted in between or not (fact sheet §1.5).
 * Kept in a file beside the log, by hashes: no secret is in it.
 */
export interface TokenBook {
  /** Milliseconds for which this refresh token must rest; 0: it may be used. */
  wait(key: string): number;
  /** An access token is about to be asked for. */
  count(key: string): void;
  /** The vendor turned a request away as too many: nothing is asked for until its window is over. */
  throttled(key: string): void;
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

/** A name for a secret that tells nothing of it. */
export function keyOf(secret: string): string {
  return createHash('sha256').update(`gatehouse/sdp/${secret}`).digest('hex').slice(0, 24);
}

export function createTokenBook(folder: string, now: () => number): TokenBook {
  const file = join(folder, 'sdp-tokens.json');
  let entries: Record<string, Entry> | undefined;
  const all = (): Record<string, Entry> => {
    entries ??= read(file);
    return entries;
  };
  const of = (key: string): Entry => {
    const found = all()[key] ?? { issued: [], blockedUntil: 0 };
    found.issued = found.issued.filter(time => time > now() - WINDOW_MS && time <= now());
    all()[key] = found;
    return found;
  };
  const save = (): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(all()), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return {
    wait(key) {
      const { issued, blockedUntil } = of(key);
      const [oldest] = issued.slice(-MOST_TOKENS);
      const full = issued.length >= MOST_TOKENS && oldest !== undefined ? oldest + WINDOW_MS - now() : 0;
      return Math.max(0, full, Math.min(WINDOW_MS, blockedUntil - now()));
    },
    count(key) {
      of(key).issued.push(now());
      save();
    },
    throttled(key) {
      of(key).blockedUntil = now() + WINDOW_MS;
      save();
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
