import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatehouseError } from '../contract/errors.ts';
import { takeHostLock } from '../storage/index.ts';
import { codeOf, type Disk } from './disk.ts';
import { unwritable } from './failures.ts';

const POLL_MS = 20;
/** As `proper-lockfile` has it: a holder that lives touches its lock more often than this. */
const STALE_MS = 10_000;
const SQLITE_BUSY = 5;

/**
 * One writer at a time among all processes of this home. The system drops the lock when its holder dies. Throws
 * `GH_CLIENT_BUSY` after `waitMs`.
 */
export async function holdingOwnLock<T>(folder: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + waitMs;
  for (;;) {
    const lock = tryOwnLock(join(folder, 'writers.lock'));
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (Date.now() > until) throw busy('Another Gatehouse is changing files of assistants.');
    await sleep(POLL_MS);
  }
}

function tryOwnLock(file: string): { release(): void } | undefined {
  try {
    return takeHostLock(file);
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly errcode?: number } };
    if (cause?.errcode === SQLITE_BUSY) return undefined;
    throw unwritable(file, cause ?? error);
  }
}

/**
 * Holds the lock folder that the client's own writers respect. A lock left behind by a dead client is taken away after
 * ten seconds, as the client itself would. Throws `GH_CLIENT_BUSY` after `waitMs`.
 */
export async function holdingClientLock<T>(
  disk: Disk,
  folder: string | undefined,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  if (folder === undefined) return work();
  const until = Date.now() + waitMs;
  while (!tryFolder(disk, folder)) {
    if (Date.now() > until) throw busy(`The assistant holds its lock ${folder}.`);
    if (isStale(disk, folder)) drop(disk, folder);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    drop(disk, folder);
  }
}

function tryFolder(disk: Disk, folder: string): boolean {
  try {
    disk.mkdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unwritable(folder, error);
  }
}

function isStale(disk: Disk, folder: string): boolean {
  try {
    return Date.now() - disk.statSync(folder).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

function drop(disk: Disk, folder: string): void {
  try {
    disk.rmdirSync(folder);
  } catch {
    // Gone already, or somebody else's business: the next writer judges by its age.
  }
}

function busy(message: string): GatehouseError {
  return new GatehouseError('GH_CLIENT_BUSY', message);
}
