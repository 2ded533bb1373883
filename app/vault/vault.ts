import { randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../contract/errors.ts';
import { transaction } from '../storage/index.ts';
import type { KeyStore } from './key-store.ts';
import { deriveKey, openSealed, sealWith } from './sealing.ts';

export type VaultKind = KeyStore['kind'];

export type VaultStatus =
  | { readonly state: 'open'; readonly kind: VaultKind; readonly keyId: number; readonly secrets: number }
  | {
      readonly state: 'closed';
      readonly kind: VaultKind;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };

/** Sealed credentials (architecture §7). It never resets itself: what cannot be opened stays as it is, with an error. */
export interface Vault {
  readonly kind: VaultKind;
  /** Opens the vault, creating its key on the very first use only. Safe to call again after a failure. */
  open(): Promise<void>;
  status(): VaultStatus;
  /** Throws `GH_VAULT_…` when closed. */
  setSecrets(connection: string, values: Readonly<Record<string, string>>): void;
  removeSecrets(connection: string, fields?: readonly string[]): void;
  /** Names of the fields that are set; never their values. */
  secretFields(connection: string): string[];
  /** For handing to the connection's own server, nothing else. Throws `GH_SECRET_DAMAGED` for a record that does not open. */
  readSecrets(connection: string): Record<string, string>;
  /** A key for another purpose of the host, such as sealing the head of the history. */
  key(purpose: string): Buffer;
  /** A new key; every record is sealed again in one transaction. Others who seal with our keys follow in two steps. */
  rotate(others: Followers): Promise<{ readonly keyId: number; readonly secrets: number }>;
  readonly anchor: { read(): Promise<string | undefined>; write(text: string): Promise<void> } | undefined;
}

export interface Followers {
  /** Before the key changes: `next` gives keys as `Vault.key` will. */
  prepare(next: (purpose: string) => Buffer): void;
  /** The key has changed; the old one is not yet forgotten. */
  done(): void;
}

interface VaultRow {
  readonly kind: string;
  readonly installation: string;
  readonly keyId: number;
  readonly wrapped: string | null;
}

export function createVault(deps: {
  readonly db: DatabaseSync;
  readonly store: KeyStore;
  readonly now: () => Date;
}): Vault {
  const { db, store, now } = deps;
  let key: Buffer | undefined;
  let failure = new GatehouseError('GH_VAULT_LOCKED', 'The vault has not been opened yet.');

  const row = (): VaultRow | undefined => {
    const found = db.prepare('SELECT kind, installation, key_id, wrapped FROM vault').get();
    if (found === undefined) return undefined;
    return {
      kind: String(found.kind),
      installation: String(found.installation),
      keyId: Number(found.key_id),
      wrapped: found.wrapped === null ? null : String(found.wrapped),
    };
  };
  const opened = (): Buffer => {
    if (key === undefined) throw failure;
    return key;
  };
  const context = (connection: string, field: string): string => `${connection}/${field}`;
  const seal = (from: Buffer, connection: string, field: string, value: string): Buffer =>
    sealWith(deriveKey(from, connection, 'credentials'), context(connection, field), Buffer.from(value));
  const unseal = (from: Buffer, connection: string, field: string, sealed: Uint8Array): string => {
    try {
      return openSealed(
        deriveKey(from, connection, 'credentials'),
        context(connection, field),
        Buffer.from(sealed),
      ).toString();
    } catch (error) {
      throw new GatehouseError('GH_SECRET_DAMAGED', `The sealed "${field}" of this connection does not open.`, {
        cause: error,
      });
    }
  };

  const open = async (): Promise<void> => {
    if (key !== undefined) return;
    const known = row();
    if (known === undefined) {
      const installation = randomUUID();
      const fresh = randomBytes(32);
      const wrapped = await store.save(keyName(installation, 1), fresh);
      db.prepare('INSERT INTO vault (id, kind, installation, key_id, wrapped) VALUES (1, ?, ?, 1, ?)').run(
        store.kind,
        installation,
        wrapped,
      );
      key = fresh;
      return;
    }
    if (known.kind !== store.kind) {
      throw new GatehouseError(
        'GH_VAULT_OTHER_KIND',
        `This home keeps its secrets in a ${known.kind} vault, not a ${store.kind} vault.`,
      );
    }
    const found = await store.load(keyName(known.installation, known.keyId), known.wrapped);
    if (found === undefined)
      throw new GatehouseError('GH_VAULT_KEY_MISSING', `The ${known.kind} no longer holds the key of this home.`);
    key = found;
  };

  return {
    kind: store.kind,
    async open() {
      try {
        await open();
      } catch (error) {
        failure =
          error instanceof GatehouseError
            ? error
            : new GatehouseError('GH_INTERNAL', 'The vault could not be opened.', { cause: error });
        throw failure;
      }
    },
    status() {
      if (key === undefined) return { state: 'closed', kind: store.kind, ...failure.toJSON() };
      const secrets = Number(db.prepare('SELECT count(*) AS n FROM secret').get()?.n ?? 0);
      return { state: 'open', kind: store.kind, keyId: row()?.keyId ?? 0, secrets };
    },
    setSecrets(connection, values) {
      const from = opened();
      const put = db.prepare(
        'INSERT INTO secret (connection, field, sealed, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sealed=excluded.sealed, changed_at=excluded.changed_at',
      );
      transaction(db, () => {
        for (const [field, value] of Object.entries(values))
          put.run(connection, field, seal(from, connection, field, value), now().toISOString());
      });
    },
    removeSecrets(connection, fields) {
      if (fields === undefined) db.prepare('DELETE FROM secret WHERE connection=?').run(connection);
      else
        for (const field of fields)
          db.prepare('DELETE FROM secret WHERE connection=? AND field=?').run(connection, field);
    },
    secretFields(connection) {
      return db
        .prepare('SELECT field FROM secret WHERE connection=? ORDER BY field')
        .all(connection)
        .map(found => String(found.field));
    },
    readSecrets(connection) {
      const from = opened();
      const values: Record<string, string> = {};
      for (const found of db.prepare('SELECT field, sealed FROM secret WHERE connection=?').all(connection)) {
        values[String(found.field)] = unseal(from, connection, String(found.field), found.sealed as Uint8Array);
      }
      return values;
    },
    key: purpose => deriveKey(opened(), 'host', purpose),
    async rotate(others) {
      const old = opened();
      const known = row();
      if (known === undefined) throw new GatehouseError('GH_INTERNAL', 'An open vault without a record.');
      const next = known.keyId + 1;
      const fresh = randomBytes(32);
      const wrapped = await store.save(keyName(known.installation, next), fresh);
      others.prepare(purpose => deriveKey(fresh, 'host', purpose));
      const secrets = transaction(db, () => {
        const all = db.prepare('SELECT connection, field, sealed FROM secret').all();
        const put = db.prepare('UPDATE secret SET sealed=? WHERE connection=? AND field=?');
        for (const found of all) {
          const connection = String(found.connection);
          const field = String(found.field);
          put.run(
            seal(fresh, connection, field, unseal(old, connection, field, found.sealed as Uint8Array)),
            connection,
            field,
          );
        }
        db.prepare('UPDATE vault SET key_id=?, wrapped=?').run(next, wrapped);
        return all.length;
      });
      key = fresh;
      others.done();
      await store.remove(keyName(known.installation, known.keyId));
      return { keyId: next, secrets };
    },
    anchor: store.anchor && {
      read: async () => store.anchor?.read(`history:${row()?.installation}`),
      write: async text => store.anchor?.write(`history:${row()?.installation}`, text),
    },
  };
}

function keyName(installation: string, keyId: number): string {
  return `key:${installation}:${keyId}`;
}
