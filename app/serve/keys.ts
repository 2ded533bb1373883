import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../contract/errors.ts';
import { hashOfKey, newKey } from './hello.ts';

/** The keys of clients: the key itself in a 0600 file for the bridge, its SHA-256 with us (architecture §2). */
export interface ClientKeys {
  /** Makes sure that the client has a key that is not revoked. Says whether a new one was made. */
  issue(client: string): boolean;
  /** A person takes the key away; giving it back is a person's decision too. Throws `GH_NOT_FOUND`. */
  revoke(client: string): void;
  isRevoked(client: string): boolean;
  /** The client needs its key no longer: as if it had never had one, unless a person revoked it. */
  forget(client: string): void;
  /** The hash to prove ourselves with. Throws `GH_CLIENT_UNKNOWN` or `GH_CLIENT_REVOKED`. */
  hashOf(client: string): Buffer;
  matches(client: string, key: string): boolean;
  list(): readonly { readonly id: string; readonly revoked: boolean }[];
}

const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

export function createClientKeys(deps: {
  readonly db: DatabaseSync;
  readonly folder: string;
  readonly now: () => Date;
}): ClientKeys {
  const { db, folder, now } = deps;
  const fileOf = (client: string): string => join(folder, `client-${client}.key`);
  const row = (client: string): { readonly hash: Buffer; readonly revoked: boolean } | undefined => {
    const found = db.prepare('SELECT key_hash, revoked_at FROM client WHERE id=?').get(client);
    return found === undefined
      ? undefined
      : { hash: Buffer.from(found.key_hash as Uint8Array), revoked: found.revoked_at !== null };
  };
  return {
    issue(client) {
      if (!NAME.test(client))
        throw new GatehouseError('GH_INVALID_INPUT', `"${client}" cannot be the name of a client.`);
      const known = row(client);
      if (
        known !== undefined &&
        !known.revoked &&
        existsSync(fileOf(client)) &&
        hashOfKey(readFileSync(fileOf(client), 'utf8').trim()).equals(known.hash)
      )
        return false;
      const key = newKey();
      writeKeyFile(fileOf(client), key);
      db.prepare(
        'INSERT INTO client (id, key_hash, created_at, revoked_at) VALUES (?, ?, ?, NULL) ON CONFLICT DO UPDATE SET key_hash=excluded.key_hash, created_at=excluded.created_at, revoked_at=NULL',
      ).run(client, hashOfKey(key), now().toISOString());
      return true;
    },
    revoke(client) {
      if (row(client) === undefined) throw new GatehouseError('GH_NOT_FOUND', `No key was given to "${client}".`);
      db.prepare('UPDATE client SET revoked_at=? WHERE id=?').run(now().toISOString(), client);
      rmSync(fileOf(client), { force: true });
    },
    isRevoked: client => row(client)?.revoked === true,
    forget(client) {
      db.prepare('DELETE FROM client WHERE id=? AND revoked_at IS NULL').run(client);
      rmSync(fileOf(client), { force: true });
    },
    hashOf(client) {
      const known = row(client);
      if (known === undefined)
        throw new GatehouseError('GH_CLIENT_UNKNOWN', `No assistant is registered as "${client}".`);
      if (known.revoked) throw new GatehouseError('GH_CLIENT_REVOKED', `The key of "${client}" was revoked.`);
      return known.hash;
    },
    matches: (client, key) => row(client)?.hash.equals(hashOfKey(key)) === true && row(client)?.revoked === false,
    list: () =>
      db
        .prepare('SELECT id, revoked_at FROM client ORDER BY id')
        .all()
        .map(found => ({ id: String(found.id), revoked: found.revoked_at !== null })),
  };
}

/** Written beside and renamed: a bridge never reads half a key. */
export function writeKeyFile(file: string, key: string): void {
  writeFileSync(`${file}.new`, `${key}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
