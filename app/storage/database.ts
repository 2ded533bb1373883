import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../contract/errors.ts';

/** A step of the schema. Steps are only ever appended; the count of applied ones is the file's `user_version`. */
export type Migration = string;

/**
 * Opens a SQLite file in WAL mode, mode 0600, and brings its schema up to date.
 * Throws `GH_STORAGE_CORRUPT` for a damaged file and `GH_STORAGE_NEWER` for one written by a later Gatehouse; both leave it as it is.
 */
export function openDatabase(file: string, migrations: readonly Migration[]): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const fresh = !existsSync(file);
    db = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
    if (fresh && file !== ':memory:') chmodSync(file, 0o600);
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;');
    migrate(db, file, migrations);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof GatehouseError) throw error;
    throw new GatehouseError('GH_STORAGE_CORRUPT', `${file} cannot be opened: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function migrate(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const applied = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (applied > migrations.length) {
    throw new GatehouseError('GH_STORAGE_NEWER', `${file} was written by a newer Gatehouse (schema ${applied}).`);
  }
  for (let step = applied; step < migrations.length; step++) {
    transaction(db, () => {
      db.exec(migrations[step] ?? '');
      db.exec(`PRAGMA user_version=${step + 1}`);
    });
  }
}

/** Runs `work` in one transaction: all of it, or nothing when it throws. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
