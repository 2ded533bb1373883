import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../kit/testing-servers.ts';
import { startRedis } from '../kit/testing-stores.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { variablesOf } from './testing.ts';

let sandbox: Sandbox;
let redis: Awaited<ReturnType<typeof startRedis>>;
let folder: string;
let count = 0;

beforeAll(async () => {
  redis = await startRedis();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-redis-'));
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** One of several processes for the same tenant, each with a folder of its own. */
const instance = (more: Readonly<Record<string, string>> = {}) =>
  startServer(
    { backend: 'sdp', stateFolder: join(folder, String(count++)) },
    {
      ...variablesOf(sandbox, 'us'),
      SDP_RATE_LIMIT_TIER: 'basic',
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: 'a key of the test with more than 32 characters',
      ...more,
    },
  );
const used = async (server: RunningServer): Promise<readonly number[]> => {
  const { windows } = await server.call('connection', { action: 'get_rate_limit_status' });
  return (windows as { used: number }[]).map(window => window.used);
};
const list = (server: RunningServer) => server.call('requests', { action: 'list_requests', limit: 1 });

describe('two instances of one tenant', () => {
  it('share its limiter: ten requests in ten seconds by both, not by each, however many ask at once', async () => {
    await using ours = await startSandbox();
    sandbox = ours;
    const [one, other] = await Promise.all([instance(), instance()]);
    await using _one = one;
    await using _other = other;
    // Each asked for a token and tried it.
    expect((await used(one))[2]).toBe(4);
    const calls = await Promise.all([one, other, one, other, one, other, one, other].map(list));
    expect(calls.every(({ success }) => success === true)).toBe(true);
    const { apiServer, accountsServer } = sandbox.us;
    const times = [...apiServer.requests, ...accountsServer.requests]
      .map(({ time }) => time.getTime())
      .toSorted((x, y) => x - y);
    expect(times).toHaveLength(12);
    // The eleventh after the first is in another window, but for the time that requests take on their way.
    for (const [index, time] of times.slice(10).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(9_500);
    expect([(await used(one))[2], (await used(other))[2]]).toEqual([12, 12]);
    expect(await other.read('/metrics')).toMatch(/gatehouse_budget_left\{backend="sdp"\} \d/);
  }, 60_000);

  it('share its breaker, also with one that asked nothing itself', async () => {
    redis.forget();
    await using ours = await startSandbox();
    sandbox = ours;
    const premium = { SDP_RATE_LIMIT_TIER: 'premium' };
    await using one = await instance(premium);
    await using other = await instance(premium);
    await using idle = await instance(premium);
    sandbox.us.apiServer.faults.inject({ kind: 'status', status: 503, times: 'always' });
    const fail = (server: RunningServer) => server.call('requests', { action: 'create_request', subject: 'x' });
    for (let n = 0; n < 7; n++) for (const server of [one, other]) await fail(server);
    expect(await one.call('connection', { action: 'get_circuit_status' })).toMatchObject({ state: 'open' });
    expect(await idle.call('connection', { action: 'get_circuit_status' })).toMatchObject({ state: 'open' });
    expect(await idle.call('connection', { action: 'get_rate_limit_status' })).toMatchObject({ circuit: 'open' });
    const sent = sandbox.us.apiServer.requests.length;
    expect(await fail(other)).toMatchObject({ code: 'GH_VENDOR_DOWN' });
    expect(sandbox.us.apiServer.requests).toHaveLength(sent);
    expect(await other.read('/metrics')).toContain('gatehouse_breaker_state{backend="sdp"} 2');
    sandbox.us.apiServer.faults.clear();
    expect(await other.call('connection', { action: 'reset_circuit' })).toMatchObject({ state: 'closed' });
    expect(await list(one)).toMatchObject({ success: true });
  });

  it('share the tokens that Zoho gives in ten minutes', async () => {
    redis.forget();
    await using ours = await startSandbox();
    sandbox = ours;
    await using one = await instance({ SDP_RATE_LIMIT_TIER: 'premium' });
    await using other = await instance({ SDP_RATE_LIMIT_TIER: 'premium' });
    const renew = (server: RunningServer) => server.call('connection', { action: 'refresh_tenant_token' });
    const answers = [];
    for (let n = 0; n < 5; n++) for (const server of [one, other]) answers.push(await renew(server));
    const tokens = sandbox.us.accountsServer.requests.filter(({ path }) => path === '/oauth/v2/token').length;
    expect(tokens).toBe(9);
    expect(answers.filter(({ success }) => success === true)).toHaveLength(7);
  });

  it('send nothing while Redis is away, and have lost nothing when it is back', async () => {
    redis.forget();
    await using ours = await startSandbox();
    sandbox = ours;
    await using one = await instance();
    await list(one);
    const before = await used(one);
    const sent = sandbox.us.apiServer.requests.length;
    await redis.kill();
    expect(await list(one)).toMatchObject({ code: 'GH_STORE_DOWN' });
    expect(sandbox.us.apiServer.requests).toHaveLength(sent);
    expect(JSON.parse(await one.read('/health'))).toMatchObject({ status: 'degraded', stores: { redis: 'down' } });
    await redis.start();
    await using other = await instance();
    const [, hour = 0, day = 0] = await used(other);
    const [, hourBefore = 0, dayBefore = 0] = before;
    // The other one asked for a token and tried it.
    expect([hour, day]).toEqual([hourBefore + 2, dayBefore + 2]);
    expect(redis.dump()).not.toMatch(/itdesk|northwind|1000\.|token|pace/);
  });
});
