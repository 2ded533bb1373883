import type { StandaloneDefaults } from './define.ts';
import { Fault } from './fault.ts';
import type { Logger } from './log.ts';
import type { Postgres } from './postgres.ts';
import type { RedisStore } from './redis-store.ts';
import { createSeal, keyIn } from './seal.ts';
import type { SharedStore } from './shared-store.ts';

/** What a server on its own shares with other instances, as its variables say. */
export interface Stores extends AsyncDisposable {
  /** For one account; `undefined`: it keeps to itself. `account` is never seen in the store. */
  shared(account: readonly string[]): SharedStore | undefined;
  /** Where the tenants are, and what they asked. */
  readonly postgres: Postgres | undefined;
  /** By name; only those that are used. */
  states(): Readonly<Record<string, 'up' | 'down'>>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Opens what is configured, and loads nothing else. Throws `GH_STORE_KEY`, `GH_STORE_DOWN`, `GH_STORE_SCHEMA`. */
export async function openStores(
  { stores = [] }: Partial<Pick<StandaloneDefaults, 'stores'>>,
  env: Env,
  backend: string,
  log: Logger,
): Promise<Stores> {
  await using opened = new AsyncDisposableStack();
  let redis: RedisStore | undefined;
  if (env.REDIS_URL && stores.includes('redis')) {
    const seal = createSeal(keyIn(env.ENCRYPTION_KEY, 'REDIS_URL'), 'redis');
    const { openRedisStore } = await import('./redis-store.ts');
    redis = opened.use(
      await openRedisStore({ url: env.REDIS_URL, seal, log: (level, message) => log[level](message) }),
    );
  }
  let postgres: Postgres | undefined;
  if (env.DATABASE_URL && stores.includes('postgres')) {
    keyIn(env.ENCRYPTION_KEY, 'DATABASE_URL');
    postgres = opened.use(await openTenants(env, backend, log));
    await postgres.check();
  }
  const ending = opened.move();
  return {
    shared: account => redis?.within([backend, ...account].map(encodeURIComponent).join(' ')),
    postgres,
    states: () => ({
      ...(redis === undefined ? {} : { redis: redis.isUp ? 'up' : 'down' }),
      ...(postgres === undefined ? {} : { postgres: postgres.isUp ? 'up' : 'down' }),
    }),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
}

/** The database of `DATABASE_URL`, whatever its schema. */
export async function openTenants(env: Env, backend: string, log: Logger): Promise<Postgres> {
  if (!env.DATABASE_URL)
    throw new Fault('GH_INVALID_INPUT', 'DATABASE_URL is missing.', {
      hint: 'It looks like postgres://user:password@host:5432/database.',
    });
  const { openPostgres } = await import('./postgres.ts');
  const key = () => keyIn(env.ENCRYPTION_KEY, 'DATABASE_URL');
  return openPostgres({ url: env.DATABASE_URL, backend, key, log: (level, message) => log[level](message) });
}
