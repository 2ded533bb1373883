import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../contract/errors.ts';

/**
 * The exclusive lock of a home: one host at a time. It is SQLite's own file lock, which the system drops when the
 * process dies, however it dies; so there is no stale lock to judge, on any platform.
 */
export interface HostLock {
  release(): void;
}

/** Keeps held locks reachable: a database that is garbage-collected is closed, and its lock would be lost silently. */
const held = new Set<DatabaseSync>();

/** Takes the lock or throws `GH_HOST_RUNNING` at once. */
export function takeHostLock(file: string): HostLock {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec(
      'PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held(by INTEGER); COMMIT; BEGIN EXCLUSIVE;',
    );
    chmodSync(file, 0o600);
  } catch (error) {
    db.close();
    throw new GatehouseError('GH_HOST_RUNNING', 'Another Gatehouse host holds this home.', { cause: error });
  }
  held.add(db);
  return {
    release() {
      if (held.delete(db)) db.close();
    },
  };
}
