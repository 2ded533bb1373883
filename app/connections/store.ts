import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Presentation } from '../../mcp/kit/control.ts';
import { GatehouseError } from '../contract/errors.ts';

/** One configured account of a backend. */
export interface Connection {
  readonly uuid: string;
  /** `backend/name`, as people write it. */
  readonly id: string;
  readonly backend: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly readOnly: boolean;
  readonly presentation: Presentation;
  /** Who the vendor says we are; `null` before the first sign-in. */
  readonly identity: string | null;
  readonly scopes: readonly string[] | null;
  /** Answers are made up by a sandbox. */
  readonly demo: boolean;
  readonly createdAt: string;
}

export type ConnectionChange = Partial<
  Pick<Connection, 'name' | 'settings' | 'readOnly' | 'presentation' | 'identity' | 'scopes' | 'demo'>
>;

export interface ConnectionStore {
  list(): readonly Connection[];
  /** By `backend/name` or UUID; throws `GH_NOT_FOUND`. */
  get(id: string): Connection;
  find(id: string): Connection | undefined;
  add(connection: Pick<Connection, 'backend' | 'name' | 'settings' | 'readOnly' | 'presentation' | 'demo'>): Connection;
  change(uuid: string, change: ConnectionChange): Connection;
  remove(uuid: string): void;
}

/** Short enough for every assistant (clients.md §5.4), and one that needs no quoting anywhere. */
const NAME = /^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,31}$/;

export function createConnectionStore(deps: { readonly db: DatabaseSync; readonly now: () => Date }): ConnectionStore {
  const { db, now } = deps;
  let all = new Map<string, Connection>();
  const load = (): void => {
    all = new Map(
      db
        .prepare('SELECT * FROM connection ORDER BY backend, name')
        .all()
        .map(row => [String(row.uuid), connectionOf(row)]),
    );
  };
  load();
  const find = (id: string): Connection | undefined =>
    all.get(id) ?? [...all.values()].find(connection => connection.id === id);
  const get = (id: string): Connection => {
    const found = find(id);
    if (found === undefined) {
      const ids = [...all.values()].map(connection => connection.id).join(', ');
      throw new GatehouseError('GH_NOT_FOUND', `There is no connection "${id}".`, {
        hint: ids === '' ? 'Add one with `gatehouse connections add`.' : `Use one of: ${ids}.`,
      });
    }
    return found;
  };
  const checkName = (backend: string, name: string): void => {
    if (!NAME.test(name)) {
      throw new GatehouseError('GH_INVALID_INPUT', `"${name}" cannot be the name of a connection.`, {
        hint: 'Use up to 32 of a-z, 0-9 and single hyphens, such as "acme" or "acme-eu".',
      });
    }
    if (find(`${backend}/${name}`) !== undefined)
      throw new GatehouseError('GH_CONFLICT', `${backend}/${name} exists already.`);
  };
  return {
    list: () => [...all.values()],
    get,
    find,
    add(connection) {
      checkName(connection.backend, connection.name);
      const uuid = randomUUID();
      db.prepare(
        'INSERT INTO connection (uuid, backend, name, settings, read_only, presentation, demo, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ).run(
        uuid,
        connection.backend,
        connection.name,
        JSON.stringify(connection.settings),
        Number(connection.readOnly),
        connection.presentation,
        Number(connection.demo),
        now().toISOString(),
      );
      load();
      return get(uuid);
    },
    change(uuid, change) {
      const before = get(uuid);
      if (change.name !== undefined && change.name !== before.name) checkName(before.backend, change.name);
      const after = { ...before, ...change };
      db.prepare(
        'UPDATE connection SET name=?, settings=?, read_only=?, presentation=?, identity=?, scopes=?, demo=? WHERE uuid=?',
      ).run(
        after.name,
        JSON.stringify(after.settings),
        Number(after.readOnly),
        after.presentation,
        after.identity,
        after.scopes === null ? null : JSON.stringify(after.scopes),
        Number(after.demo),
        uuid,
      );
      load();
      return get(uuid);
    },
    remove(uuid) {
      db.prepare('DELETE FROM connection WHERE uuid=?').run(uuid);
      load();
    },
  };
}

function connectionOf(row: Record<string, unknown>): Connection {
  return {
    uuid: String(row.uuid),
    id: `${row.backend}/${row.name}`,
    backend: String(row.backend),
    name: String(row.name),
    settings: JSON.parse(String(row.settings)) as Record<string, unknown>,
    readOnly: row.read_only === 1,
    presentation: row.presentation === 'flat' ? 'flat' : 'grouped',
    identity: row.identity === null ? null : String(row.identity),
    scopes: row.scopes === null ? null : (JSON.parse(String(row.scopes)) as string[]),
    demo: row.demo === 1,
    createdAt: String(row.created_at),
  };
}
