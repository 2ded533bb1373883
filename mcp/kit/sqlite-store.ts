import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from './fault.ts';
import type { SharedStore } from './shared-store.ts';

/**
 * A store in a file of mode 0600, for what must outlive the process: opened when it is first used. It holds counts and times, no
 * secrets. Throws `GH_STORE_DOWN` where the file cannot be used.
 */
export function createSqliteStore(file: string, now: () => number): SharedStore {
  let db: DatabaseSync | undefined;
  const opened = (): DatabaseSync => {
    db ??= openFile(file);
    return db;
  };
  const known = (name: string, time: number): unknown => {
    const row = opened().prepare('SELECT value FROM kept WHERE name = ? AND until > ?').get(name, time);
    return typeof row?.value === 'string' ? (JSON.parse(row.value) as unknown) : undefined;
  };
  const careful = <R>(work: () => R): R => {
    try {
      return work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Fault('GH_STORE_DOWN', `${file} cannot be used (${why}).`, {
        hint: 'Check the rights of the folder and the free space; the file may be deleted, it holds counts only.',
        cause: error,
      });
    }
  };
  const store = (prefix: string): SharedStore => ({
    isUp: true,
    within: part => store(`${prefix}${part}/`),
    read: async name =>
      careful(() => {
        const time = now();
        return { value: known(prefix + name, time), time };
      }),
    update: async (name, change) =>
      careful(() => {
        const file = opened();
        file.exec('BEGIN IMMEDIATE');
        try {
          const time = now();
          const { result, keep } = change(known(prefix + name, time), time);
          if (keep !== undefined)
            file
              .prepare('INSERT OR REPLACE INTO kept (name, value, until) VALUES (?, ?, ?)')
              .run(prefix + name, keep.value === undefined ? null : JSON.stringify(keep.value), time + keep.lifeMs);
          file.exec('COMMIT');
          return result;
        } catch (error) {
          if (file.isTransaction) file.exec('ROLLBACK');
          throw error;
        }
      }),
  });
  return store('');
}

function openFile(file: string): DatabaseSync {
  // Loaded here and not above: most servers keep nothing in a file.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: 5_000 });
  chmodSync(file, 0o600);
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
    CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT, until REAL NOT NULL) STRICT;`);
  return db;
}
