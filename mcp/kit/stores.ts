import type { StandaloneDefaults } from './define.ts';
import type { Logger } from './log.ts';
import type { RedisStore } from './redis-store.ts';
import { createSeal, keyIn } from './seal.ts';
import type { SharedStore } from './shared-store.ts';

/** What a server on its own shares with other instances, as its variables say. */
export interface Stores extends AsyncDisposable {
  /** For one account; `undefined`: it keeps to itself. `account` is never seen in the store. */
  shared(account: readonly string[]): SharedStore | undefined;
  /** By name; only those that are used. */
  states(): Readonly<Record<string, 'up' | 'down'>>;
}

/** Opens what is configured, and loads nothing else. Throws `GH_STORE_KEY`, `GH_STORE_DOWN`. */
export async function openStores(
  { stores = [] }: Partial<Pick<StandaloneDefaults, 'stores'>>,
  env: Readonly<Record<string, string | undefined>>,
  backend: string,
  log: Logger,
): Promise<Stores> {
  let redis: RedisStore | undefined;
  if (env.REDIS_URL && stores.includes('redis')) {
    const seal = createSeal(keyIn(env.ENCRYPTION_KEY, 'REDIS_URL'), 'redis');
    const { openRedisStore } = await import('./redis-store.ts');
    redis = await openRedisStore({ url: env.REDIS_URL, seal, log: (level, message) => log[level](message) });
  }
  return {
    shared: account => redis?.within([backend, ...account].map(encodeURIComponent).join(' ')),
    states: () => (redis === undefined ? {} : { redis: redis.isUp ? 'up' : 'down' }),
    async [Symbol.asyncDispose]() {
      await redis?.[Symbol.asyncDispose]();
    },
  };
}
