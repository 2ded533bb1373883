import { join } from 'node:path';
import { GatehouseError } from '../contract/errors.ts';
import type { Disk } from './disk.ts';
import { hashOf } from './snapshot.ts';

/** Copies of clients' files, named by client and content, mode 0600. */
export interface Backups {
  /** The name that a copy of these bytes has. */
  nameOf(client: string, bytes: Uint8Array): string;
  /** Throws `GH_CLIENT_WRITE_FAILED`: then the change is not made either. */
  keep(client: string, bytes: Uint8Array): string;
  /** The bytes, if the copy is still there and whole. */
  read(name: string): Buffer | undefined;
  /** Removes the oldest copies of a client beyond a bound, but none of `needed`. */
  prune(client: string, needed: readonly string[]): void;
}

/** More than a person undoes. */
const KEPT = 20;

export function createBackups(disk: Disk, folder: string): Backups {
  const nameOf = (client: string, bytes: Uint8Array): string => `${client}-${hashOf(bytes).slice(0, 32)}.copy`;
  return {
    nameOf,
    keep(client, bytes) {
      const name = nameOf(client, bytes);
      const temporary = join(folder, `${name}.new`);
      try {
        disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
        // Written anew each time: its age then tells how long ago it was last needed.
        const handle = disk.openSync(temporary, 'w', 0o600);
        try {
          disk.writeFileSync(handle, bytes);
          disk.fsyncSync(handle);
        } finally {
          disk.closeSync(handle);
        }
        disk.renameSync(temporary, join(folder, name));
        return name;
      } catch (error) {
        try {
          disk.unlinkSync(temporary);
        } catch {
          // It never came to be.
        }
        throw new GatehouseError(
          'GH_CLIENT_WRITE_FAILED',
          `No copy could be made in ${folder}, so nothing was changed: ${error instanceof Error ? error.message : String(error)}.`,
          { cause: error },
        );
      }
    },
    read(name) {
      try {
        const bytes = disk.readFileSync(join(folder, name));
        const [, hash] = /-([0-9a-f]{32})\.copy$/.exec(name) ?? [];
        return hash !== undefined && hashOf(bytes).startsWith(hash) ? bytes : undefined;
      } catch {
        return undefined;
      }
    },
    prune(client, needed) {
      try {
        const mine = new RegExp(`^${client}-[0-9a-f]{32}\\.copy$`);
        const copies = disk
          .readdirSync(folder)
          .filter(name => mine.test(name))
          .map(name => ({ name, at: disk.statSync(join(folder, name)).mtimeMs }))
          .sort((a, b) => b.at - a.at);
        for (const { name } of copies.slice(KEPT)) {
          if (!needed.includes(name)) disk.unlinkSync(join(folder, name));
        }
      } catch {
        // Only tidiness.
      }
    },
  };
}
