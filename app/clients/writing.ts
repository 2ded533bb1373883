import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatehouseError } from '../contract/errors.ts';
import { codeOf, type Disk } from './disk.ts';
import { unwritable } from './failures.ts';
import type { Snapshot } from './snapshot.ts';

/** New bytes, on the disk beside the file that they are to replace. */
export interface Staged {
  /** In one step; whoever reads sees the old bytes or the new ones. */
  replace(): Promise<void>;
  /** Takes the new bytes away again, unless they have replaced the file. */
  drop(): void;
}

/** Files that we make are for their owner, as are the folders. */
const NEW_FILE = 0o600;
const NEW_FOLDER = 0o700;
const RENAME_TRIES = 6;
const ABANDONED_MS = 60_000;

/**
 * Throws `GH_CLIENT_READ_ONLY` for what its owner has closed to writing, even where the system would let us (a rename
 * asks only the folder, and an administrator is asked nothing).
 */
export function checkWritable(disk: Disk, before: Snapshot): void {
  const closed = (path: string): never => {
    throw new GatehouseError('GH_CLIENT_READ_ONLY', `${path} is marked read-only.`);
  };
  if (before.stat !== null) {
    if ((before.stat.mode & 0o222) === 0) closed(before.file);
    try {
      disk.closeSync(disk.openSync(before.real, 'r+'));
    } catch (error) {
      throw unwritable(before.file, error);
    }
  }
  const folder = dirname(before.missingFolders[0] ?? before.real);
  const stat = disk.statSync(folder, { throwIfNoEntry: false });
  if (process.platform !== 'win32' && stat !== undefined && (stat.mode & 0o222) === 0) closed(folder);
}

/** Makes the folders, all or none. */
export function makeFolders(disk: Disk, folders: readonly string[], file: string): void {
  const made: string[] = [];
  try {
    for (const folder of folders) {
      disk.mkdirSync(folder, { mode: NEW_FOLDER });
      made.push(folder);
    }
  } catch (error) {
    removeFolders(disk, made);
    throw unwritable(file, error);
  }
}

/** Takes away those that are empty, innermost first. */
export function removeFolders(disk: Disk, folders: readonly string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      disk.rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** Writes `bytes` beside the file, with its mode and owner, and flushes them. Leaves nothing behind when it throws. */
export function stage(disk: Disk, before: Snapshot, bytes: Uint8Array, renameMs: number): Staged {
  const folder = dirname(before.real);
  sweep(disk, before.real);
  const temporary = join(folder, `${marker(before.real)}${randomBytes(6).toString('hex')}`);
  let there = false;
  const drop = (): void => {
    if (!there) return;
    there = false;
    try {
      disk.unlinkSync(temporary);
    } catch {
      // A later writer sweeps it away.
    }
  };
  try {
    const handle = disk.openSync(temporary, 'wx', NEW_FILE);
    there = true;
    try {
      disk.writeFileSync(handle, bytes);
      if (before.stat !== null) keepOwnerAndMode(disk, handle, before.stat);
      disk.fsyncSync(handle);
    } finally {
      disk.closeSync(handle);
    }
  } catch (error) {
    drop();
    throw unwritable(before.file, error);
  }
  return {
    drop,
    async replace() {
      try {
        await patiently(renameMs, () => disk.renameSync(temporary, before.real));
        there = false;
      } catch (error) {
        drop();
        throw unwritable(before.file, error);
      }
      flushFolder(disk, folder);
    },
  };
}

/** Removes a file that we had made. */
export async function removeFile(disk: Disk, before: Snapshot, renameMs: number): Promise<void> {
  try {
    await patiently(renameMs, () => disk.unlinkSync(before.real));
  } catch (error) {
    throw unwritable(before.file, error);
  }
  flushFolder(disk, dirname(before.real));
}

function keepOwnerAndMode(disk: Disk, handle: number, wanted: NonNullable<Snapshot['stat']>): void {
  const own = disk.fstatSync(handle);
  if (process.platform !== 'win32' && (own.uid !== wanted.uid || own.gid !== wanted.gid)) {
    disk.fchownSync(handle, wanted.uid, wanted.gid);
  }
  disk.fchmodSync(handle, wanted.mode & 0o7777);
}

/** Windows refuses to rename over a file that a virus scanner or the client has open; usually not for long. */
async function patiently(pauseMs: number, work: () => void): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return work();
    } catch (error) {
      const code = codeOf(error);
      const passing = code === 'EBUSY' || (process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES'));
      if (!passing || tried === RENAME_TRIES) throw error;
      await sleep(pauseMs * 2 ** (tried - 1));
    }
  }
}

/** The rename is done and seen by all; without this it might not outlast a power cut. Not every system can. */
function flushFolder(disk: Disk, folder: string): void {
  if (process.platform === 'win32') return;
  try {
    const handle = disk.openSync(folder, 'r');
    try {
      disk.fsyncSync(handle);
    } finally {
      disk.closeSync(handle);
    }
  } catch {
    // Nothing could be put right here, and the file is whole either way.
  }
}

const marker = (real: string): string => `.${basename(real)}.gatehouse-`;

/** What a killed writer left behind. */
function sweep(disk: Disk, real: string): void {
  const folder = dirname(real);
  try {
    for (const name of disk.readdirSync(folder)) {
      if (!name.startsWith(marker(real))) continue;
      const path = join(folder, name);
      if (Date.now() - disk.statSync(path).mtimeMs > ABANDONED_MS) disk.unlinkSync(path);
    }
  } catch {
    // Only tidiness.
  }
}
