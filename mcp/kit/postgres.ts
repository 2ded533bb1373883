import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import * as z from 'zod';
import { Fault } from './fault.ts';
import { MIGRATIONS } from './postgres-migrations.ts';
import { createSeal } from './seal.ts';
import type { Tenant } from './tenants.ts';
import type { Trail } from './trail.ts';

/** Tenants with their sealed credentials, and what each asked of its vendor, in PostgreSQL 12 or later. */
export interface Postgres extends AsyncDisposable {
  /** Throws `GH_STORE_SCHEMA` unless the schema is the one that this version knows. */
  check(): Promise<void>;
  /**
   * Brings the schema up to date; several at once do no harm. With the key before this one, it also seals under this one what is
   * still sealed under that, all or nothing; `resealed` counts tenants. Throws `GH_STORE_SCHEMA`, and `GH_STORE_KEY` for what
   * opens under neither.
   */
  migrate(previous?: Uint8Array): Promise<{ readonly from: number; readonly to: number; readonly resealed: number }>;
  /** Throws `GH_STORE_KEY` where one was sealed under another key. */
  tenants(): Promise<readonly StoredTenant[]>;
  /** Adds these, or replaces those of the same names. All or none. */
  put(tenants: readonly Tenant[]): Promise<void>;
  /** Whether there was one. What it asked stays, without its name. */
  remove(name: string): Promise<boolean>;
  trail(tenantId: string): Trail;
  readonly isUp: boolean;
}

export interface StoredTenant extends Tenant {
  readonly id: string;
  /** Another one whenever the tenant was changed. */
  readonly version: string;
}

interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  readonly backend: string;
  /** Only for what has to do with tenants. */
  readonly key: () => Uint8Array;
  readonly log: (level: 'info' | 'warn', message: string) => void;
  /** Milliseconds for which a step waits for PostgreSQL to come back; 3,000 unless told. */
  readonly patienceMs?: number;
}

const CONNECTIONS = 5;
const CONNECT_MS = 2_000;
const QUERY_MS = 5_000;
const PAUSE_MS = 150;
/** Any number that nobody else locks in this database. */
const LOCK = 0x67_68_73_65;
/** Classes of SQLSTATE that say that the server is not there, or on its way: connections, resources, shutdown, recovery. */
const AWAY = /^(08|53|57P)/;
const DUPLICATE = '23505';

const sealedRow = z.object({
  id: z.string(),
  name: z.string(),
  salt: z.instanceof(Uint8Array),
  variables: z.instanceof(Uint8Array),
});
const tenantRow = sealedRow.extend({ key_sha256: z.instanceof(Uint8Array), version: z.string() });
const trailRow = z.object({
  id: z.string(),
  time: z.coerce.number(),
  event: z.string(),
  result: z.enum(['success', 'failure', 'error']),
  action: z.string(),
  details: z.record(z.string(), z.unknown()),
});
const variables = z.record(z.string(), z.string());

export function openPostgres({ url, backend, key, log, patienceMs = 3_000 }: PostgresOptions): Postgres {
  const place = placeOf(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'gatehouse',
    // An entry that is acknowledged is on disk, whatever the server's own settings say. (Not as a start-up option: poolers refuse those.)
    onConnect: client => client.query('SET synchronous_commit = on'),
  });
  let isUp = true;
  const tell = (now: boolean, why = ''): void => {
    if (isUp !== now) log(now ? 'info' : 'warn', now ? `${place} is back` : `${place} is away: ${why}`);
    isUp = now;
  };
  // A connection that breaks while nobody uses it is replaced; the next step finds out whether that works.
  pool.on('error', () => undefined);

  /** Repeats a step while the server is away, for a while: every step may be done twice without harm. */
  const persist = async <T>(step: () => Promise<T>): Promise<T> => {
    const giveUp = performance.now() + patienceMs;
    for (;;) {
      try {
        const result = await step();
        tell(true);
        return result;
      } catch (error) {
        if (isRefused(error))
          throw new Fault('GH_STORE_DOWN', `${place} lets us in no further: ${messageOf(error)}.`, {
            cause: error,
            hint: 'Check user, password and database of DATABASE_URL.',
          });
        if (!isAway(error)) throw error;
        tell(false, reasonOf(error));
        if (performance.now() >= giveUp)
          throw new Fault('GH_STORE_DOWN', `${place} cannot be reached (${reasonOf(error)}).`, { cause: error });
        await sleep(PAUSE_MS);
      }
    }
  };
  const query = (text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> =>
    persist(async () => (await pool.query(text, [...values])).rows);
  const inTransaction = (work: (client: pg.PoolClient) => Promise<void>): Promise<void> =>
    persist(async () => {
      const client = await pool.connect();
      // The query under way fails with the connection, and that is dealt with; without a listener the process would end of it as well.
      const alsoTold = (): void => undefined;
      client.on('error', alsoTold);
      try {
        await client.query('BEGIN');
        await work(client);
        await client.query('COMMIT');
        client.off('error', alsoTold);
        client.release();
      } catch (error) {
        // Closed rather than given back: whatever it was in the middle of ends with it.
        client.release(true);
        throw error;
      }
    });
  const versionNow = async (): Promise<number> => {
    try {
      const [row] = await query('SELECT coalesce(max(version), 0) AS version FROM gatehouse.migrations');
      return z.object({ version: z.number() }).parse(row).version;
    } catch (error) {
      // There is no such schema, or no such table in it.
      if (['3F000', '42P01'].includes(codeOf(error))) return 0;
      throw error;
    }
  };
  const newer = (version: number): Fault =>
    new Fault(
      'GH_STORE_SCHEMA',
      `${place} has schema ${version}, of a newer Gatehouse; this one knows ${MIGRATIONS.length}.`,
      {
        hint: 'Use the newer version; nothing was changed.',
      },
    );
  const sealOf = (id: string, salt: Uint8Array, master = key()) => createSeal(master, `${backend}/${id}`, salt);
  const contextOf = (id: string): string => `${id} variables`;
  /** How many were sealed anew. One at a time: what was done is undone with the transaction when the next does not open. */
  const reseal = async (client: pg.PoolClient, previous: Uint8Array): Promise<number> => {
    const { rows } = await client.query(
      'SELECT id, name, salt, variables FROM gatehouse.tenants WHERE backend = $1 ORDER BY lower(name)',
      [backend],
    );
    let resealed = 0;
    for (const one of rows) {
      const { id, name, salt, variables: sealed } = sealedRow.parse(one);
      const seal = sealOf(id, salt);
      if (seal.open(sealed, contextOf(id)) !== undefined) continue;
      const text = sealOf(id, salt, previous).open(sealed, contextOf(id));
      if (text === undefined)
        throw new Fault(
          'GH_STORE_KEY',
          `The credentials of ${name} open neither under ENCRYPTION_KEY nor under ENCRYPTION_KEY_PREVIOUS; nothing was changed.`,
          { hint: 'Set ENCRYPTION_KEY_PREVIOUS to the key under which they were imported, or import them again.' },
        );
      await client.query('UPDATE gatehouse.tenants SET variables = $2, updated_at = clock_timestamp() WHERE id = $1', [
        id,
        seal.seal(text, contextOf(id)),
      ]);
      resealed += 1;
    }
    return resealed;
  };

  return {
    get isUp() {
      return isUp;
    },
    async check() {
      const version = await versionNow();
      if (version > MIGRATIONS.length) throw newer(version);
      if (version < MIGRATIONS.length)
        throw new Fault(
          'GH_STORE_SCHEMA',
          `${place} has schema ${version}, and ${MIGRATIONS.length} is needed: gatehouse mcp ${backend} migrate makes it.`,
          { hint: `Run: gatehouse mcp ${backend} migrate` },
        );
    },
    async migrate(previous) {
      let from = 0;
      let resealed = 0;
      // Before anything is done: a key that is missing or too short says so.
      if (previous !== undefined) key();
      await inTransaction(async client => {
        // One after another, and until the end of the transaction: whoever comes second finds it done.
        await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
        await client.query('CREATE SCHEMA IF NOT EXISTS gatehouse');
        await client.query(
          'CREATE TABLE IF NOT EXISTS gatehouse.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
        );
        const { rows } = await client.query('SELECT coalesce(max(version), 0) AS version FROM gatehouse.migrations');
        from = z.object({ version: z.number() }).parse(rows[0]).version;
        if (from > MIGRATIONS.length) throw newer(from);
        for (const [index, sql] of MIGRATIONS.entries()) {
          if (index < from) continue;
          await client.query(sql);
          await client.query('INSERT INTO gatehouse.migrations (version) VALUES ($1)', [index + 1]);
        }
        if (previous !== undefined) resealed = await reseal(client, previous);
      });
      return { from, to: MIGRATIONS.length, resealed };
    },
    async tenants() {
      const rows = await query(
        'SELECT id, name, key_sha256, salt, variables, xmin::text AS version FROM gatehouse.tenants WHERE backend = $1 ORDER BY lower(name)',
        [backend],
      );
      return rows.map(one => {
        const { id, name, key_sha256, salt, variables: sealed, version } = tenantRow.parse(one);
        const text = sealOf(id, salt).open(sealed, contextOf(id));
        if (text === undefined)
          throw new Fault('GH_STORE_KEY', `The credentials of ${name} were sealed under another key.`, {
            hint: `Set ENCRYPTION_KEY to the key under which they were imported, or that one to ENCRYPTION_KEY_PREVIOUS and run: gatehouse mcp ${backend} migrate`,
          });
        const keySha256 = Buffer.from(key_sha256).toString('hex');
        return { id, name, keySha256, version, variables: variables.parse(JSON.parse(text)) };
      });
    },
    async put(tenants) {
      try {
        await inTransaction(async client => {
          await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
          for (const tenant of tenants) {
            const found = await client.query(
              'SELECT id, salt FROM gatehouse.tenants WHERE backend = $1 AND lower(name) = lower($2)',
              [backend, tenant.name],
            );
            const known = z.object({ id: z.string(), salt: z.instanceof(Uint8Array) }).safeParse(found.rows[0]);
            const { id, salt } = known.success ? known.data : { id: randomUUID(), salt: randomBytes(32) };
            const sealed = sealOf(id, salt).seal(JSON.stringify(tenant.variables), contextOf(id));
            await client.query(
              `INSERT INTO gatehouse.tenants (id, backend, name, key_sha256, salt, variables) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (id) DO UPDATE SET name = $3, key_sha256 = $4, variables = $6, updated_at = clock_timestamp()`,
              [id, backend, tenant.name, Buffer.from(tenant.keySha256, 'hex'), salt, sealed],
            );
          }
        });
      } catch (error) {
        if (codeOf(error) !== DUPLICATE) throw error;
        throw new Fault('GH_INVALID_INPUT', 'A key in the file is that of another tenant already.', {
          hint: 'Give each tenant a key of its own.',
        });
      }
    },
    async remove(name) {
      const rows = await query(
        'DELETE FROM gatehouse.tenants WHERE backend = $1 AND lower(name) = lower($2) RETURNING id',
        [backend, name],
      );
      return rows.length > 0;
    },
    trail: tenantId => ({
      async append({ id, time, event, result, action, details }) {
        await query(
          `INSERT INTO gatehouse.trail (id, tenant_id, created_at, event_type, result, action, metadata)
           VALUES ($1, $2, to_timestamp($3), $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
          [id, tenantId, time / 1_000, event, result, action, JSON.stringify(details)],
        );
      },
      async find({ event, since, until, limit, offset }) {
        const where = `FROM gatehouse.trail WHERE tenant_id = $1 AND ($2::text IS NULL OR event_type = $2)
          AND ($3::float8 IS NULL OR created_at >= to_timestamp($3)) AND ($4::float8 IS NULL OR created_at <= to_timestamp($4))`;
        const seconds = (time: number | undefined): number | null => (time === undefined ? null : time / 1_000);
        const filter = [tenantId, event ?? null, seconds(since), seconds(until)];
        const [rows, [counted]] = await Promise.all([
          query(
            `SELECT id, extract(epoch FROM created_at) * 1000 AS time, event_type AS event, result, action, metadata AS details
             ${where} ORDER BY number DESC LIMIT $5 OFFSET $6`,
            [...filter, limit, offset],
          ),
          query(`SELECT count(*) AS total ${where}`, filter),
        ]);
        const { total } = z.object({ total: z.coerce.number() }).parse(counted);
        return { entries: rows.map(one => trailRow.parse(one)), total };
      },
    }),
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}

/** Without user and password. Throws `GH_INVALID_INPUT`, without a word of what was given. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['postgres:', 'postgresql:'].includes(parsed.protocol))
    throw new Fault('GH_INVALID_INPUT', 'DATABASE_URL is not an address of PostgreSQL.', {
      hint: 'It looks like postgres://user:password@host:5432/database.',
    });
  return `PostgreSQL at ${parsed.host}${parsed.pathname}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Wrong user, password or database: waiting does not help. */
function isRefused(error: unknown): boolean {
  return /^(28|3D)/.test(codeOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

/** A refusal by the server has a SQLSTATE; without one, the link to it is the trouble. */
function isAway(error: unknown): boolean {
  if (error instanceof Fault || error instanceof z.ZodError) return false;
  const code = codeOf(error);
  return !/^[0-9A-Z]{5}$/.test(code) || AWAY.test(code);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return codeOf(error) || messageOf(error);
}
