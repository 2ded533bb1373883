import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GatehouseError } from '../contract/errors.ts';
import type { Disk } from './disk.ts';
import { unreadable } from './failures.ts';

/** A client's file at one moment. */
export interface Snapshot {
  /** As the client names it. */
  readonly file: string;
  /** Where the bytes are or would be, all links followed. */
  readonly real: string;
  /** The client's path is itself a link. */
  readonly linked: boolean;
  /** `null`: there is no file. */
  readonly bytes: Buffer | null;
  readonly stat: Stats | null;
  /** SHA-256 (hex) of the bytes; `null`: there is no file. */
  readonly hash: string | null;
  /** Folders that a first write has to make, outermost first. */
  readonly missingFolders: readonly string[];
}

const LARGEST = 64 * 1024 * 1024;

/**
 * Reads a client's file, links followed. Throws `GH_CLIENT_DANGLING_LINK`, `GH_CLIENT_NOT_A_FILE`, `GH_CLIENT_TOO_BIG`,
 * `GH_CLIENT_UNREADABLE`.
 */
export function takeSnapshot(disk: Disk, file: string): Snapshot {
  try {
    const own = disk.lstatSync(file, { throwIfNoEntry: false });
    if (own === undefined) {
      return { file, linked: false, bytes: null, stat: null, hash: null, ...placeOfMissing(disk, file) };
    }
    const linked = own.isSymbolicLink();
    const real = follow(disk, file);
    const stat = disk.statSync(real);
    if (!stat.isFile()) throw new GatehouseError('GH_CLIENT_NOT_A_FILE', `${file} is not a file.`);
    if (stat.size > LARGEST) {
      throw new GatehouseError('GH_CLIENT_TOO_BIG', `${file} has ${Math.round(stat.size / 1024 / 1024)} MiB.`);
    }
    const bytes = disk.readFileSync(real);
    return { file, real, linked, bytes, stat, hash: hashOf(bytes), missingFolders: [] };
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function follow(disk: Disk, path: string): string {
  try {
    return disk.realpathSync(path);
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? new GatehouseError('GH_CLIENT_DANGLING_LINK', `${path} is a link that leads nowhere.`)
      : error;
  }
}

function placeOfMissing(disk: Disk, file: string): Pick<Snapshot, 'real' | 'missingFolders'> {
  const missing: string[] = [];
  let folder = dirname(file);
  while (disk.lstatSync(folder, { throwIfNoEntry: false }) === undefined && folder !== dirname(folder)) {
    missing.unshift(basename(folder));
    folder = dirname(folder);
  }
  const real = follow(disk, folder);
  if (!disk.statSync(real).isDirectory()) {
    throw new GatehouseError('GH_CLIENT_NOT_A_FILE', `${folder} is not a folder, so ${file} cannot exist.`);
  }
  return {
    real: join(real, ...missing, basename(file)),
    missingFolders: missing.map((_, at) => join(real, ...missing.slice(0, at + 1))),
  };
}
