import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedBy, type RunningServer, startServer, WATCHED } from '../kit/testing-servers.ts';
import { startRedis } from '../kit/testing-stores.ts';
import { DEMO_EMAIL, DEMO_KEY } from './sandbox/access.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';

let sandbox: Sandbox;
let redis: Awaited<ReturnType<typeof startRedis>>;
let folder: string;
const ENCRYPTION_KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';

beforeAll(async () => {
  [sandbox, redis] = await Promise.all([startSandbox({ rateLimit: 10_000, lowRateLimit: 10_000 }), startRedis()]);
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cloudways-redis-'));
});
afterAll(async () => {
  await sandbox.close();
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** One of several processes for the same account. */
const instance = (more: Readonly<Record<string, string>> = {}) =>
  startServer(
    { backend: 'cloudways', stateFolder: folder },
    {
      CLOUDWAYS_API_BASE: `${sandbox.url}/api`,
      CLOUDWAYS_EMAIL: DEMO_EMAIL,
      CLOUDWAYS_API_KEY: DEMO_KEY,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY,
      ...more,
    },
  );
const asked = (path: string) => sandbox.requests.filter(one => one.path.endsWith(path) && one.method === 'GET').length;

describe('instances that share Redis', () => {
  it('share the budget of the account, and tell the truth about it', async () => {
    const limit = { RATE_LIMIT_REQUESTS: '9', CLOUDWAYS_API_BASE: `${sandbox.url}/api/v2` };
    await using one = await instance(limit);
    await using other = await instance(limit);
    // The token of each and three questions of the first are five.
    for (const tool of ['list_projects', 'list_projects', 'list_projects']) await one.call(tool);
    expect(await other.call('rate_limit_status')).toMatchObject({ budgets: [{ capacity: 9, left: 4 }, {}] });
    const calls = await Promise.all([one, other].flatMap(server => [1, 2, 3].map(() => server.call('list_projects'))));
    const refused = calls.filter(({ code }) => code === 'GH_VENDOR_RATE');
    expect([calls.length - refused.length, refused.length]).toEqual([4, 2]);
  });

  it('share what was read, and forget it together when one of them changes something', async () => {
    await using one = await instance();
    await using other = await instance();
    const before = asked('/server');
    await one.call('list_servers');
    await other.call('list_servers');
    expect(asked('/server')).toBe(before + 1);
    await other.call('rename_server', { server_id: '41001', label: 'Harbour Shop 2' });
    expect(JSON.stringify(await one.call('list_servers'))).toContain('Harbour Shop 2');
  });

  it('share a sign-in in the browser, also after a restart, and its lock-outs', async () => {
    const nobody = {
      CLOUDWAYS_EMAIL: '',
      CLOUDWAYS_API_KEY: '',
      AUTH_SESSION_TIMEOUT: '60',
      MAX_AUTH_ATTEMPTS_PER_IP: '2',
      AUTH_LOCKOUT_DURATION: '2',
    };
    const one = await instance(nobody);
    await using other = await instance(nobody);
    const [mine, theirs] = [await asking(one), await asking(other)];
    const [page, wrong] = [await signInPage(mine.link), await signInPage(theirs.link)];
    expect([await wrong('demo-key-9999999999999999'), await wrong('demo-key-9999999999999999')]).toEqual([400, 400]);
    expect(await page(DEMO_KEY)).toBe(429);
    await new Promise(resolve => setTimeout(resolve, 2_100));
    expect(await page(DEMO_KEY)).toBe(200);
    expect(await mine.answer).toMatchObject({ structuredContent: { success: true } });
    await one.kill();
    await using again = await instance(nobody);
    expect(await again.call('list_projects')).toMatchObject({ success: true });
    expect(await again.call('customer_info')).toMatchObject({ email: DEMO_EMAIL, credential_kind: 'session' });
    expect(again.said()).not.toContain('browser sign-in begins');
    expect(await wrong(DEMO_KEY)).toBe(200);
    await theirs.answer;
  });

  it('store nothing that can be read: no key, no token, no e-mail, no name', () => {
    expect(redis.keys().length).toBeGreaterThan(3);
    expect(redis.dump()).not.toMatch(new RegExp(`${DEMO_KEY}|${DEMO_EMAIL}|Harbour|cloudways|session|token|projects`));
  });

  it('send nothing while Redis is away, say so, and go on by themselves when it is back', async () => {
    await using one = await instance();
    await one.call('list_projects');
    expect(JSON.parse(await one.read('/health'))).toMatchObject({ status: 'healthy', stores: { redis: 'up' } });
    const sent = sandbox.requests.length;
    await redis.kill();
    expect(await one.call('list_projects')).toMatchObject({
      code: 'GH_STORE_DOWN',
      error: expect.stringContaining('Redis at 127.0.0.1'),
    });
    expect(sandbox.requests).toHaveLength(sent);
    expect(JSON.parse(await one.read('/health'))).toMatchObject({ status: 'degraded', stores: { redis: 'down' } });
    expect(await one.read('/metrics')).toContain('gatehouse_store_up{backend="cloudways",store="redis"} 0');
    await redis.start();
    expect(await one.call('list_projects')).toMatchObject({ success: true });
    expect(JSON.parse(await one.read('/health'))).toMatchObject({ status: 'healthy' });
    expect(one.said()).not.toContain('password-of-the-test');
  });

  it.each([
    [{ ENCRYPTION_KEY: '' }, 'REDIS_URL without ENCRYPTION_KEY'],
    [{ REDIS_URL: 'redis://:canary@127.0.0.1:1' }, 'Redis at 127.0.0.1:1 cannot be reached'],
  ])('do not start with %j', async (more, reason) => {
    const failure = await instance(more).then(() => 'started', String);
    expect(failure).toContain(reason);
    expect(failure).not.toContain('canary');
  });

  it('load the client of Redis only when it is wanted', async () => {
    await using plain = await instance({ ...WATCHED, REDIS_URL: '' });
    await using shared = await instance(WATCHED);
    expect([loadedBy(plain), loadedBy(shared)]).toEqual([[], ['redis']]);
  });
});

/** A call that waits for a sign-in, and the address of the page for it. */
async function asking(server: RunningServer) {
  const client = await server.connect();
  const { promise: link, resolve } = Promise.withResolvers<string>();
  const onprogress = ({ message = '' }) => resolve(message.replace('Sign in at ', ''));
  const answer = client
    .callTool({ name: 'list_projects', arguments: {} }, { onprogress })
    .finally(() => client.close());
  return { answer, link: await link };
}

/** Types a key on the page, and returns the status. */
async function signInPage(link: string): Promise<(secret: string) => Promise<number>> {
  const opened = await fetch(link);
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';', 1).join('');
  const { origin } = new URL(link);
  const form = await (await fetch(`${origin}/auth`, { headers: { cookie, origin } })).text();
  const word = /name="word" value="([\w-]+)"/.exec(form)?.[1] ?? '';
  return async secret => {
    const body = new URLSearchParams({ word, email: DEMO_EMAIL, secret });
    return (await fetch(`${origin}/auth/submit`, { method: 'POST', headers: { cookie, origin }, body })).status;
  };
}
