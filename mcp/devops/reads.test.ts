import { describe, expect, it } from 'vitest';
import { type Members, rows, startRig } from './testing.ts';

const LOGS = 'getMcpResourcesLogs';
const METRICS = 'getMcpResourcesMetrics';
const SEARCH = 'POST /api/v2/logs/events/search';

/** Fact sheet §5.2 and §5.3. */
describe('logs', () => {
  it('are asked for by service and status, in the words of Datadog', async () => {
    await using rig = await startRig();
    await rig.ok(LOGS, { service: 'a"b\\c', level: 'ERROR' });
    expect(rig.sent(SEARCH).at(-1)?.body).toMatchObject({
      filter: { query: 'service:"a\\"b\\\\c" status:(emergency OR alert OR critical OR error)' },
      sort: '-timestamp',
      page: { limit: 100 },
    });
    await rig.ok(LOGS);
    expect(rig.sent(SEARCH).at(-1)?.body).toMatchObject({ filter: { query: '*' } });
  });

  it('come page by page up to the limit, newest first', async () => {
    await using rig = await startRig({ switches: { logPage: 100 } });
    const before = rig.sent(SEARCH).length;
    const told = await rig.result(LOGS, { limit: 350, service: 'checkout' });
    expect(told).toMatchObject({ count: 350, complete: true });
    expect(rig.sent(SEARCH).length - before).toBe(5);
    const times = rows(told.data).map(({ timestamp }) => String(timestamp));
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(rows(told.data).map(({ id }) => id)).size).toBe(350);
  });

  it('say when there may be more', async () => {
    await using rig = await startRig({ switches: { logPage: 100 } });
    expect(await rig.ok(LOGS, { limit: 900 })).toMatchObject({
      degraded: true,
      result: { count: 500, complete: false },
    });
    rig.sandbox.switches.set({ logStatus: 'timeout' });
    expect(await rig.result(LOGS, { limit: 5 })).toMatchObject({ count: 5, complete: false });
  });

  it('keep a status that nobody knows, and the fields of the row', async () => {
    await using rig = await startRig();
    const { data } = await rig.result(LOGS, { limit: 1_000 });
    expect(rows(data).find(row => 'raw_status' in row)).toMatchObject({ level: 'INFO', raw_status: 'trace' });
    const row = {
      source: 'nodejs',
      service: 'checkout',
      user_id: expect.stringMatching(/^4/),
      request_id: expect.any(String),
    };
    expect(rows(data)[0]).toMatchObject(row);
  });

  it('wait as long as Datadog says after 429, and say so when that is too long', async () => {
    await using rig = await startRig();
    await rig.ok(LOGS);
    rig.sandbox.faults.inject({ kind: 'status', status: 429, path: '/api/**', retryAfter: 2 });
    expect(await rig.ok(LOGS)).toMatchObject({ success: true });
    rig.sandbox.faults.inject({ kind: 'status', status: 429, path: '/api/**', retryAfter: 90, times: 'always' });
    expect(await rig.fails(LOGS)).toMatchObject({ code: 'GH_VENDOR_RATE', reason: 'rate_limited', retry_after_s: 90 });
  });

  it('of the default service unless one is named', async () => {
    await using rig = await startRig({ settings: { service: 'orders' } });
    expect(await rig.result(LOGS, { limit: 1 })).toMatchObject({ filters: { service: 'orders' } });
    expect(await rig.result(LOGS, { limit: 1, service: 'payments' })).toMatchObject({
      data: [{ service: 'payments' }],
    });
  });

  it('reach back a week unless told, and farther when told; a time without an offset is UTC', async () => {
    await using rig = await startRig();
    const old = new Date(Date.now() - 12 * 86_400_000).toISOString().slice(0, 19);
    const { count, filters } = await rig.result(LOGS, { limit: 1_000, service: 'payments', since: old });
    const week = await rig.result(LOGS, { limit: 1_000, service: 'payments' });
    expect(Number(count) - Number(week.count)).toBe(2);
    expect(filters).toMatchObject({ since: `${old}.000Z` });
    expect(await rig.fails(LOGS, { since: 'yesterday' })).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });
});

/** Fact sheet §5.4. */
describe('metrics', () => {
  it('have the last value that is one, with its time and unit, and name what is missing', async () => {
    await using rig = await startRig();
    const told = await rig.result(METRICS, { service: 'checkout' });
    expect(told).toMatchObject({ count: 8, missing: ['database_connections', 'queue_size'] });
    const rate = rows(told.data).find(({ name }) => name === 'error_rate');
    expect(rate).toMatchObject({ unit: 'percent', service: 'checkout', value: expect.any(Number) });
    expect(Date.now() - Date.parse(String(rate?.timestamp))).toBeGreaterThan(4 * 60_000);
    expect(rows(told.data).find(({ name }) => name === 'network_in')).toMatchObject({ unit: 'bytes' });
  });

  it('are those of the settings where a stock account has other names', async () => {
    const metricQueries = '{"cpu_utilization":"avg:system.cpu.user{scope}"}';
    await using rig = await startRig({ settings: { metricQueries } });
    const { data } = await rig.result(METRICS, { metric_type: 'cpu' });
    expect(rows(data)).toMatchObject([{ name: 'cpu_utilization' }]);
    expect(Number(rows(data)[0]?.value)).toBeLessThan(25);
    expect(rig.sent('GET /api/v1/query')[0]?.query).toMatchObject({ query: 'avg:system.cpu.user{*}' });
    await using wrong = await startRig({ settings: { metricQueries: 'cpu' } });
    expect(await wrong.fails(METRICS)).toMatchObject({ reason: 'not_configured' });
  });

  it('that no name fits are an empty list with the known names', async () => {
    await using rig = await startRig();
    const told = await rig.result(METRICS, { metric_type: 'zzz' });
    expect(told).toMatchObject({ count: 0, message: expect.stringContaining('cpu_utilization') });
    expect(await rig.fails(METRICS, { service: 'a} by {b' })).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });

  it('tell the same story as logs and history', async () => {
    await using rig = await startRig();
    const times = rows((await rig.result(LOGS, { level: 'ERROR', limit: 1_000 })).data).map(({ timestamp }) =>
      Date.parse(String(timestamp)),
    );
    const deployed = rig.sandbox.deployments.find(
      ({ version, environment }) => version === '2.4.2' && environment === 'production',
    );
    const rolledBack = rig.sandbox.rollbacks[0];
    expect(times.length).toBeGreaterThan(50);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(Date.parse(deployed?.timestamp ?? '') - 1_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.parse(rolledBack?.timestamp ?? ''));
  });
});

/** Fact sheet §7.2. */
describe('reads through a gateway', () => {
  const broken = { kind: 'status', status: 503, path: '/gateway/mcp', times: 'always' } as const;

  it('go directly when it is out of order, and say so', async () => {
    await using rig = await startRig({ gateway: true });
    rig.sandbox.faults.inject(broken);
    const told = await rig.ok(LOGS, { limit: 3 });
    expect(told).toMatchObject({
      route: 'direct',
      provider: 'datadog',
      fallback_reason: 'gateway_unavailable',
      degraded: true,
    });
    expect(await rig.ok('get')).toMatchObject({ route: 'direct', provider: 'platform', result: { version: '1.0.0' } });
  });

  it('are an error where going directly is switched off, and where the gateway refuses', async () => {
    await using off = await startRig({ gateway: true, settings: { gatewayFallback: 'off' } });
    off.sandbox.faults.inject(broken);
    expect(await off.fails(LOGS)).toMatchObject({ reason: 'gateway_unavailable' });
    await using refused = await startRig({ gateway: true });
    refused.sandbox.faults.inject({ ...broken, status: 429 });
    expect(await refused.fails(METRICS)).toMatchObject({ code: 'GH_VENDOR_RATE' });
  });

  it('use the tools of a persona, and name one that is not published', async () => {
    await using rig = await startRig({ gateway: true, switches: { persona: 'acme' } });
    expect(await rig.ok(METRICS)).toMatchObject({ route: 'gateway', result: { count: 8 } });
    const calls = rig.sent('POST /gateway/mcp').map(({ body }) => (body as Members).method);
    expect(calls).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'tools/call']);
    expect(rig.sent('POST /gateway/mcp').every(({ headers }) => headers['x-gatehouse-hop'] === '1')).toBe(true);
  });
});

describe('a resource by its path', () => {
  it('takes the filters of its path and no others', async () => {
    await using rig = await startRig();
    const told = await rig.ok('getMcpResourcesByPath', { resource_path: 'logs', level: 'error', limit: 2 });
    expect(told).toMatchObject({ tool: 'getMcpResourcesByPath', result: { count: 2, filters: { level: 'ERROR' } } });
    const refused = await rig.fails('getMcpResourcesByPath', { resource_path: 'logs', time_range: '1h' });
    expect(refused).toMatchObject({ error: expect.stringContaining('time_range') });
  });
});
