import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { Fault } from './fault.ts';

/** One line of what an account asked of its vendor: names and sizes, never contents. */
export interface TrailEntry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Such as `api.response`; what stands before the point is its category. */
  readonly event: string;
  readonly result: 'success' | 'failure' | 'error';
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface TrailQuery {
  readonly event?: string | undefined;
  /** Milliseconds since 1970, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface TrailPage {
  /** Newest first. */
  readonly entries: readonly TrailEntry[];
  readonly total: number;
}

/** What one account asked, written down. Throws `GH_STORE_DOWN` while it cannot be. */
export interface Trail {
  /** The entry is there for good when this resolves. The same entry twice is one. */
  append(entry: TrailEntry): Promise<void>;
  find(query: TrailQuery): Promise<TrailPage>;
}

export function newEntry(entry: Omit<TrailEntry, 'id'>): TrailEntry {
  return { id: randomUUID(), ...entry };
}

const KEPT = 1_000;

/** The last thousand entries; they go with the process. */
export function createMemoryTrail(): Trail {
  const entries: TrailEntry[] = [];
  return {
    async append(entry) {
      entries.unshift(entry);
      entries.splice(KEPT);
    },
    async find({ event, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, limit, offset }) {
      const found = entries.filter(
        entry => (event === undefined || entry.event === event) && entry.time >= since && entry.time <= until,
      );
      return { entries: found.slice(offset, offset + limit), total: found.length };
    },
  };
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS trail (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time REAL NOT NULL, event TEXT NOT NULL, result TEXT NOT NULL,
  action TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS trail_time ON trail (time);`;
/** Older entries go when the file is opened. In ms: a year. */
const KEPT_MS = 366 * 86_400_000;

const row = z.object({
  id: z.string(),
  time: z.number(),
  event: z.string(),
  result: z.enum(['success', 'failure', 'error']),
  action: z.string(),
  details: z.string().transform(text => z.record(z.string(), z.unknown()).parse(JSON.parse(text))),
});

/** A year of entries in a file of mode 0600, opened when it is first used. */
export function createSqliteTrail(file: string, now: () => number): Trail {
  let db: DatabaseSync | undefined;
  const opened = (): DatabaseSync => {
    if (db !== undefined) return db;
    // Loaded here and not above: most servers keep nothing in a file.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const made = new DatabaseSync(file, { timeout: 5_000 });
    chmodSync(file, 0o600);
    made.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ${SCHEMA}`);
    made.prepare('DELETE FROM trail WHERE time < ?').run(now() - KEPT_MS);
    db = made;
    return made;
  };
  const careful = <R>(work: () => R): R => {
    try {
      return work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Fault('GH_STORE_DOWN', `What was asked cannot be written down in ${file} (${why}).`, { cause: error });
    }
  };
  return {
    append: async ({ id, time, event, result, action, details }) =>
      careful(() => {
        const sql = 'INSERT OR IGNORE INTO trail (id, time, event, result, action, details) VALUES (?, ?, ?, ?, ?, ?)';
        opened().prepare(sql).run(id, time, event, result, action, JSON.stringify(details));
      }),
    find: async ({ event, since, until, limit, offset }) =>
      careful(() => {
        const where = 'WHERE (?1 IS NULL OR event = ?1) AND (?2 IS NULL OR time >= ?2) AND (?3 IS NULL OR time <= ?3)';
        const filter = [event ?? null, since ?? null, until ?? null];
        const rows = opened()
          .prepare(`SELECT * FROM trail ${where} ORDER BY number DESC LIMIT ?4 OFFSET ?5`)
          .all(...filter, limit, offset);
        const counted = opened()
          .prepare(`SELECT count(*) AS total FROM trail ${where}`)
          .get(...filter);
        return { entries: rows.map(one => row.parse(one)), total: Number(counted?.total ?? 0) };
      }),
  };
}
