import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { type Rig, standaloneEnvironment, startRig } from './testing.ts';

const TAIL = 'light-devops://logs?service=checkout&limit=5';
const ORDERS = 'light-devops://logs?service=orders';
const METRICS = 'light-devops://metrics?metric_type=cpu';
const SEARCH = 'POST /api/v2/logs/events/search';
const QUERY = 'GET /api/v1/query';

/** Until it is so; the pauses of the rig are thousandths. */
async function until(ready: () => boolean, ms = 5_000): Promise<void> {
  for (const end = Date.now() + ms; !ready(); await sleep(5)) if (Date.now() > end) throw new Error('Waited in vain.');
}

/** Watches, and waits for the first look, which nothing can be told of. */
async function watching(rig: Rig, uri = TAIL) {
  const told: string[] = [];
  const request = uri.includes('logs') ? SEARCH : QUERY;
  const before = rig.sent(request).length;
  const stop = rig.account.watch(uri, () => void told.push(uri));
  if (stop === undefined) throw new Error('It cannot be watched.');
  await until(() => rig.sent(request).length > before + 1);
  return { told, stop };
}

describe('a watched resource', () => {
  it('tells of new rows once, and of nothing when nothing is new', async () => {
    await using rig = await startRig();
    const { told, stop } = await watching(rig);
    expect(told).toEqual([]);
    rig.advance(60);
    await until(() => told.length > 0);
    const looks = rig.sent(SEARCH).length;
    await until(() => rig.sent(SEARCH).length > looks + 3);
    expect(told).toEqual([TAIL]);
    stop();
  });

  it('tells of new values of metrics, which the next reading has', async () => {
    await using rig = await startRig();
    const before = await rig.resource(METRICS);
    const { told, stop } = await watching(rig, METRICS);
    rig.advance(300);
    await until(() => told.length > 0);
    stop();
    expect(await rig.resource(METRICS)).not.toMatchObject({
      result: { data: (before.result as { data: object }).data },
    });
  });

  it('is looked at once for all who watch it, and no longer when the last one left', async () => {
    await using rig = await startRig();
    const [one, two] = [await watching(rig), await watching(rig)];
    rig.advance(60);
    await until(() => one.told.length > 0 && two.told.length > 0);
    one.stop();
    one.stop();
    rig.advance(60);
    await until(() => two.told.length > 1);
    expect(one.told).toHaveLength(1);
    two.stop();
    await sleep(50);
    const looks = rig.sent(SEARCH).length;
    await sleep(100);
    expect(rig.sent(SEARCH)).toHaveLength(looks);
  });

  it('leaves half of Datadog’s budget to people', async () => {
    await using rig = await startRig({ switches: { budget: { remaining: 100, reset: 10 } } });
    const { stop } = await watching(rig);
    const [before, began] = [rig.sent(SEARCH).length, Date.now()];
    await sleep(1_000);
    // 50 looks in 10 s; without a budget it would be one every 5 ms.
    const rate = (rig.sent(SEARCH).length - before) / ((Date.now() - began) / 1_000);
    expect(rate).toBeGreaterThan(1);
    expect(rate).toBeLessThanOrEqual(6);
    rig.sandbox.switches.set({ budget: { remaining: 0, reset: 3_600 } });
    await sleep(300);
    const looks = rig.sent(SEARCH).length;
    await sleep(400);
    expect(rig.sent(SEARCH)).toHaveLength(looks);
    stop();
  });

  it('goes on after failures, more slowly, and tells no failure as a change', async () => {
    await using rig = await startRig();
    const { told, stop } = await watching(rig);
    rig.sandbox.faults.inject({ kind: 'status', status: 403, path: '/api/**', times: 5 });
    const looks = rig.sent(SEARCH).length;
    await until(() => rig.sent(SEARCH).length > looks + 7);
    expect(told).toEqual([]);
    expect(rig.stderr().match(/a watched resource cannot be read/g)).toHaveLength(1);
    rig.advance(60);
    await until(() => told.length > 0);
    stop();
  });

  it('is nothing that does not exist, has wrong filters, or is one too many', async () => {
    await using rig = await startRig({ settings: { secondMs: 1_000 } });
    for (const uri of ['light-devops://nothing', 'light-devops://logs?level=LOUD', 'light-devops://logs?color=red'])
      expect(rig.account.watch(uri, () => undefined)).toBeUndefined();
    const stops = Array.from({ length: 20 }, (_, i) =>
      rig.account.watch(`light-devops://logs?limit=${i + 1}`, () => undefined),
    );
    expect(rig.account.watch('light-devops://logs?limit=99', () => undefined)).toBeUndefined();
    for (const stop of stops) stop?.();
    expect(rig.account.watch('light-devops://logs?limit=99', () => undefined)).toBeDefined();
  });

  it('is not read for someone without the right to it', async () => {
    await using rig = await startRig({ as: 'new-user' });
    const before = rig.sent(SEARCH).length;
    const stop = rig.account.watch(TAIL, () => undefined);
    await until(() => rig.stderr().includes('a watched resource cannot be read'));
    stop?.();
    expect(rig.sent(SEARCH)).toHaveLength(before);
  });
});

describe('an address with filters', () => {
  it('is read as the tools read, and refused as they refuse', async () => {
    await using rig = await startRig();
    expect(await rig.resource('light-devops://logs?level=error&limit=2&service=checkout&since=')).toMatchObject({
      result: { count: 2, filters: { level: 'ERROR', limit: 2, service: 'checkout', since: null } },
    });
    for (const uri of [
      'logs?limit=0',
      'logs?limit=ten',
      'logs?metric_type=cpu',
      'metrics?time_range=2h',
      'logs?limit=1&limit=2',
    ])
      await expect(rig.resource(`light-devops://${uri}`)).rejects.toMatchObject({ code: 'GH_INVALID_INPUT' });
  });
});

describe('subscriptions over stdio', () => {
  let sandbox: Sandbox;
  let folder: string;
  beforeAll(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-devops-watch-'));
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const launch = () => ({
    command: process.execPath,
    args: [join(import.meta.dirname, 'quick.fixture.ts'), JSON.stringify({ stateFolder: folder })],
    env: standaloneEnvironment(sandbox),
    stderr: 'ignore' as const,
  });
  // The one before the last look is over, and with it all that a later change is compared with.
  const looksAt = (service: string): number =>
    sandbox.requests.filter(({ path, body }) => path.endsWith('/search') && JSON.stringify(body).includes(service))
      .length;

  it('work in the era of 2025, with both SDKs', { timeout: 30_000 }, async () => {
    const v1 = new ClientV1({ name: 'one', version: '1' });
    const v2 = new Client({ name: 'two', version: '1' });
    const told: string[] = [];
    v1.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(`v1 ${params.uri}`));
    v2.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(`v2 ${params.uri}`));
    await Promise.all([v1.connect(new StdioV1(launch())), v2.connect(new StdioClientTransport(launch()))]);
    expect(v1.getServerCapabilities()?.resources).toMatchObject({ subscribe: true });
    await Promise.all([v1.subscribeResource({ uri: TAIL }), v2.subscribeResource({ uri: ORDERS })]);
    await expect(v1.subscribeResource({ uri: 'light-devops://nothing' })).rejects.toThrow('cannot be watched');
    await until(() => looksAt('checkout') > 1 && looksAt('orders') > 1, 15_000);
    sandbox.writeLog('checkout', 'hello');
    await until(() => told.length > 0, 15_000);
    expect(told).toEqual([`v1 ${TAIL}`]);
    sandbox.writeLog('orders', 'hello');
    await until(() => told.length > 1, 15_000);
    expect(told[1]).toBe(`v2 ${ORDERS}`);
    await v1.unsubscribeResource({ uri: TAIL });
    await v1.close();
    await v2.close();
  });

  it('work in the era of 2026: only what can be watched is acknowledged', { timeout: 30_000 }, async () => {
    const client = new Client({ name: 'three', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const told: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
    await client.connect(new StdioClientTransport(launch()));
    const listening = await client.listen({ resourceSubscriptions: [TAIL, 'light-devops://nothing'] });
    expect(listening.honoredFilter).toEqual({ resourceSubscriptions: [TAIL] });
    const before = looksAt('checkout');
    await until(() => looksAt('checkout') > before + 1, 10_000);
    sandbox.writeLog('checkout', 'hello again');
    await until(() => told.length > 0, 15_000);
    expect(told).toEqual([TAIL]);
    await listening.close();
    await sleep(300);
    const after = looksAt('checkout');
    // Five looks long.
    await sleep(1_000);
    expect(looksAt('checkout')).toBe(after);
    await client.close();
  });

  it('complete filters of addresses and arguments of prompts', { timeout: 20_000 }, async () => {
    const client = new Client({ name: 'four', version: '1' });
    await client.connect(new StdioClientTransport(launch()));
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'light-devops://logs{?level,limit,since,service}',
      'light-devops://metrics{?limit,service,metric_type,time_range}',
    ]);
    const [logs, metrics] = resourceTemplates.map(({ uriTemplate: uri }) => ({ type: 'ref/resource' as const, uri }));
    const values = async (
      ref: typeof logs | { readonly type: 'ref/prompt'; readonly name: string },
      name: string,
      value: string,
    ) => (ref === undefined ? [] : (await client.complete({ ref, argument: { name, value } })).completion.values);
    expect(await values(logs, 'service', 'o')).toEqual(['orders']);
    expect(await values(logs, 'level', 'w')).toEqual(['WARN']);
    expect(await values(metrics, 'time_range', '')).toEqual(['1h', '6h', '24h', '7d', '30d']);
    expect(await values(metrics, 'metric_type', 'net')).toEqual(['network_in', 'network_out']);
    const prompt = { type: 'ref/prompt' as const, name: 'deploy_and_watch' };
    expect(await values(prompt, 'environment', 'prod')).toEqual(['production']);
    expect(await values(prompt, 'service', 'c')).toEqual(['checkout']);
    const { messages } = await client.getPrompt({
      name: 'deploy_and_watch',
      arguments: { service: 'orders', version: '2', environment: 'staging' },
    });
    expect(JSON.stringify(messages)).toContain('Deploy \\"orders\\" 2 to staging');
    await client.close();
  });
});
