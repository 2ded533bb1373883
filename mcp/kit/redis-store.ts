import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { Fault } from './fault.ts';
import type { Seal } from './seal.ts';
import type { Change, SharedStore } from './shared-store.ts';

export interface RedisStore extends SharedStore, AsyncDisposable {
  within(part: string): RedisStore;
}

interface RedisOptions {
  /** `redis://` or `rediss://`, with user and password where Redis wants them. */
  readonly url: string;
  readonly seal: Seal;
  readonly log: (level: 'info' | 'warn', message: string) => void;
  /** Milliseconds for which a step waits for Redis to come back before it gives up; 3,000 unless told. */
  readonly patienceMs?: number;
}

/** A command that has no answer by then counts as failed: a Redis that hangs must not hang us. In ms. */
const COMMAND_MS = 1_000;
const PAUSE_MS = 100;
const RECONNECT_MS = 1_000;

/** What stands there and the server's time, in whole milliseconds. */
const LOOK = `
local t = redis.call('TIME')
return {redis.call('GET', KEYS[1]) or '', t[1] * 1000 + math.floor(t[2] / 1000)}`;

/** Writes only where still stands what the writer saw; otherwise tells what stands there now. */
const SWAP = `
local known = redis.call('GET', KEYS[1]) or ''
if known ~= ARGV[1] then
  local t = redis.call('TIME')
  return {known, t[1] * 1000 + math.floor(t[2] / 1000)}
end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return {}`;

/**
 * The store that several processes share. Every value is sealed and every name is an HMAC, so Redis learns neither what nor of
 * whom. Since only we can open a value, it is changed by compare-and-swap: read with the server's time, changed here, written by a
 * script if nobody was quicker. Throws `GH_STORE_DOWN` when Redis cannot be reached at the start.
 */
export async function openRedisStore({ url, seal, log, patienceMs = 3_000 }: RedisOptions): Promise<RedisStore> {
  const place = placeOf(url);
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 15_000,
    socket: {
      connectTimeout: 3_000,
      reconnectStrategy: tries => Math.min(RECONNECT_MS, 25 * 2 ** Math.min(tries, 10)),
    },
  });
  let told = true;
  const tell = (isUp: boolean, why: string): void => {
    if (told !== isUp) log(isUp ? 'info' : 'warn', isUp ? `${place} is back` : `${place} is away: ${why}`);
    told = isUp;
  };
  client.on('error', (error: unknown) => tell(false, reasonOf(error)));
  client.on('ready', () => tell(true, ''));
  const down = (error: unknown): Fault =>
    new Fault('GH_STORE_DOWN', `${place} cannot be reached (${reasonOf(error)}).`, { cause: error });
  try {
    // It would try for ever; a first try that fails is a mistake of the settings more often than not.
    await Promise.race([client.connect(), refused(client), late(patienceMs + COMMAND_MS)]);
  } catch (error) {
    client.destroy();
    throw down(error);
  }

  let answers = true;
  /** Repeats a step for a while. That does no harm: a swap that was done without our knowing shows in the next one. */
  const persist = async (script: string, key: string, ...given: string[]): Promise<readonly unknown[]> => {
    const giveUp = performance.now() + patienceMs;
    for (;;) {
      try {
        const answer = await Promise.race([client.eval(script, { keys: [key], arguments: given }), late(COMMAND_MS)]);
        if (!Array.isArray(answer)) throw new Error('an answer that is no list');
        answers = true;
        return answer;
      } catch (error) {
        answers = false;
        if (performance.now() >= giveUp) throw down(error);
        await sleep(PAUSE_MS);
      }
    }
  };
  const seen = ([blob, time]: readonly unknown[], key: string) => ({
    blob: String(blob ?? ''),
    time: Number(time),
    value: opened(String(blob ?? ''), key),
  });
  const opened = (blob: string, key: string): unknown => {
    if (blob === '') return undefined;
    const text = seal.open(Buffer.from(blob, 'base64url'), key);
    if (text === undefined)
      log('warn', `a value in ${place} does not open: it was changed by somebody else, and is replaced`);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  };
  const swap = async <R>(key: string, change: (known: unknown, time: number) => Change<R>): Promise<R> => {
    let current = seen(await persist(LOOK, key), key);
    for (;;) {
      const { result, keep } = change(current.value, current.time);
      if (keep === undefined) return result;
      const next = keep.value === undefined ? '' : seal.seal(JSON.stringify(keep.value), key).toString('base64url');
      const lifeMs = String(Math.max(1, Math.ceil(keep.lifeMs)));
      const answer = await persist(SWAP, key, current.blob, next, lifeMs);
      if (answer.length === 0) return result;
      current = seen(answer, key);
    }
  };

  /** One step at a time for a name: racing against ourselves would only cost round trips. */
  const lines = new Map<string, Promise<unknown>>();
  const inLine = <R>(key: string, step: () => Promise<R>): Promise<R> => {
    const mine = (lines.get(key) ?? Promise.resolve()).then(step, step);
    lines.set(key, mine);
    const leave = (): void => {
      if (lines.get(key) === mine) lines.delete(key);
    };
    mine.then(leave, leave);
    return mine;
  };
  const store = (prefix: string): RedisStore => {
    const keyOf = (name: string): string => `gatehouse:${seal.name(prefix + name)}`;
    return {
      get isUp() {
        return client.isReady && answers;
      },
      within: part => store(`${prefix}${part}\0`),
      async read(name) {
        const { value, time } = seen(await persist(LOOK, keyOf(name)), keyOf(name));
        return { value, time };
      },
      update: (name, change) => inLine(keyOf(name), () => swap(keyOf(name), change)),
      async [Symbol.asyncDispose]() {
        client.destroy();
      },
    };
  };
  return store('');
}

/** Without user and password. Throws `GH_INVALID_INPUT`, without a word of what was given. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol))
    throw new Fault('GH_INVALID_INPUT', 'REDIS_URL is not an address of Redis.', {
      hint: 'It looks like redis://host:6379 or, encrypted, rediss://user:password@host:6379.',
    });
  return `Redis at ${parsed.host}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message || error.name;
}

async function late(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error('no answer in time');
}

function refused(client: { once(event: 'error', listener: (error: Error) => void): unknown }): Promise<never> {
  return new Promise((_resolve, reject) => client.once('error', reject));
}
