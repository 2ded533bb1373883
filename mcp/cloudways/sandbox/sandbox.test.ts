import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_TOKENS, DEMO_EMAIL, DEMO_KEY } from './access.ts';
import { type Sandbox, startSandbox } from './index.ts';

let sandbox: Sandbox;
let now = Date.parse('2026-06-17T12:00:00Z');

beforeAll(async () => {
  sandbox = await startSandbox({ now: () => now, speed: 1 });
});
afterAll(() => sandbox.close());

const [FULL = ''] = ACCESS_TOKENS.find(([, role]) => role === 'FULL') ?? [];
const SA = { server_id: '41001', app_id: '510201' };

/** A caller that shares nothing with the product's client: plain fetch. */
async function send(method: string, path: string, more: RequestInit = {}, token: string | null = FULL) {
  const response = await fetch(sandbox.url + path, {
    method,
    ...more,
    headers: {
      'user-agent': 'test/1',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(more.headers as Record<string, string>),
    },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as never };
}
const form = (fields: Readonly<Record<string, string>>): RequestInit => ({ body: new URLSearchParams(fields) });
const json = (fields: object): RequestInit => ({
  body: JSON.stringify(fields),
  headers: { 'content-type': 'application/json' },
});

describe('the sandbox of Cloudways', () => {
  it('gives a token for the right key, and says why not for another', async () => {
    const login = (fields: Readonly<Record<string, string>>) =>
      send('POST', '/api/v1/oauth/access_token', form(fields), null);
    const good = await login({ email: DEMO_EMAIL, api_key: DEMO_KEY });
    expect(good.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    const { access_token } = good.json() as { access_token: string };
    expect(await send('GET', '/api/v2/project', {}, access_token)).toMatchObject({ status: 200 });
    expect(await login({ email: DEMO_EMAIL, api_key: FULL })).toMatchObject({ status: 401 });
    expect((await login({ email: DEMO_EMAIL, api_key: 'x' })).json()).toEqual({
      error: 'invalid_credentials',
      error_description: 'The user credentials were incorrect.',
    });
    expect((await login({ email: DEMO_EMAIL })).json()).toEqual({
      api_key: [{ code: 'required', message: 'The api_key field is required.' }],
    });
    now += 3_601_000;
    expect(await send('GET', '/api/v2/project', {}, access_token)).toMatchObject({ status: 401 });
    expect(await send('GET', '/api/v2/project', {}, null)).toMatchObject({ status: 400 });
  });

  it('answers 200 and plain text on an unknown path and a wrong verb', async () => {
    for (const [method, path] of [
      ['GET', '/api/v2/nothing'],
      ['GET', '/api/v3/server'],
      ['DELETE', '/api/v2/server/stop'],
      ['GET', '/api/v1/servers'],
    ] as const) {
      const { status, text, headers } = await send(method, path);
      expect([path, status, text]).toEqual([path, 200, 'You have reached Cloudways API.']);
      expect(headers.get('content-type')).toContain('text/plain');
    }
  });

  it('reads form, JSON and query alike, lists as PHP does', async () => {
    const wanted = { ...SA, ssl_email: 'a@b.test', wild_card: 'false' };
    const list = new URLSearchParams({ ...wanted });
    for (const domain of ['a.test', 'b.test']) list.append('ssl_domains[]', domain);
    const domains = () => sandbox.world.servers[0]?.apps[0]?.lets_encrypt?.ssl_domains;
    const install = async (more: RequestInit, query = '') => {
      const { status } = await send('POST', `/api/v2/security/lets_encrypt_install${query}`, more);
      sandbox.advance(61);
      return status;
    };
    expect(await install({ body: list })).toBe(200);
    expect(domains()).toEqual(['a.test', 'b.test']);
    expect(await install(json({ ...wanted, wild_card: false, ssl_domains: ['c.test'] }))).toBe(200);
    expect(domains()).toEqual(['c.test']);
    expect(await install({}, `?${list}`)).toBe(200);
    expect(domains()).toEqual(['a.test', 'b.test']);
    // A bare name twice: only the last counts, and it is no list.
    const bare = new URLSearchParams({ ...wanted });
    for (const domain of ['a.test', 'b.test']) bare.append('ssl_domains', domain);
    expect(await install({ body: bare })).toBe(422);
  });

  it('refuses roles, default signatures of libraries, and too many requests', async () => {
    const [read = ''] = ACCESS_TOKENS.find(([, role]) => role === 'READ') ?? [];
    expect((await send('POST', '/api/v2/server/stop', form({ server_id: '41001' }), read)).json()).toEqual({
      error: 'insufficient_scope',
      message: 'This token does not have access to this endpoint',
    });
    for (const agent of ['node', 'python-requests/2.31', 'curl/8']) {
      const edge = await send('GET', '/api/v2/project', { headers: { 'user-agent': agent } });
      expect([agent, edge.status, edge.text.includes('1010')]).toEqual([agent, 403, true]);
    }
    const { headers } = await send('GET', '/api/v2/project');
    const left = Number(headers.get('x-ratelimit-remaining'));
    expect(headers.get('x-ratelimit-limit')).toBe('100');
    for (let more = 0; more < left; more++) await send('GET', '/api/v2/project');
    const refused = await send('GET', '/api/v2/project');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    now += 61_000;
    const many = await Promise.all(
      Array.from({ length: 21 }, () =>
        send(
          'GET',
          `/api/v2/app/analytics/traffic?${new URLSearchParams({ ...SA, duration: '1h', resource: 'top_ips' })}`,
        ),
      ),
    );
    expect(many.filter(({ status }) => status === 429)).toHaveLength(1);
    now += 61_000;
  });

  it('lets operations take their time, one change at a time for a server, and ends them as they end', async () => {
    const start = await send('POST', '/api/v2/app/manage/rollback', form(SA));
    const { operation_id: id } = start.json() as { operation_id: string | number };
    const look = async () =>
      (await send('GET', `/api/v2/operation/${id}`)).json() as { operation: Record<string, string> };
    expect((await look()).operation).toMatchObject({
      is_completed: '0',
      status: 'Process is initiated',
      estimated_time_remaining: '3',
    });
    const busy = await send('POST', '/api/v2/server/manage/backup', form({ server_id: '41001' }));
    expect(busy).toMatchObject({ status: 422 });
    expect(busy.json()).toMatchObject({ operation: { id: String(id), is_completed: '0' } });
    const reading = await send('GET', `/api/v2/app/manage/backup?${new URLSearchParams(SA)}`);
    expect(reading.status).toBe(200);
    now += 60_000;
    expect((await look()).operation).toMatchObject({ status: 'Process is in progress' });
    now += 120_000;
    // Nothing was restored before.
    expect((await look()).operation).toMatchObject({ is_completed: '-1', status: 'Failed' });
    now += 25 * 3_600_000;
    expect(await send('GET', `/api/v2/operation/${id}`)).toMatchObject({ status: 422 });
  });

  it('takes _method for a verb only when it is switched so', async () => {
    const fields = form({ ...SA, _method: 'DELETE' });
    expect(await send('POST', '/api/v2/app/manage/cname', fields)).toMatchObject({ status: 422 });
    sandbox.switches.set({ methodOverride: true });
    expect(await send('POST', '/api/v2/app/manage/cname', fields)).toMatchObject({ status: 200 });
    sandbox.switches.reset();
  });

  it('tells version 2 from version 1', async () => {
    const body = async (path: string) => (await send('GET', path)).json() as Record<string, unknown>;
    expect(await body('/api/v1/security/whitelisted?server_id=41001')).toEqual({
      ip_list: ['203.0.113.7', '198.51.100.20'],
    });
    expect(await body('/api/v2/security/whitelisted?server_id=41001')).toEqual({
      data: { ip_list: '["203.0.113.7","198.51.100.20"]', policy: 'allow_all' },
    });
    expect(await body('/api/v2/servers?page=2&limit=2')).toMatchObject({
      data: { servers: [{ id: '41003' }], pagination: { current_page: 2, last_page: 2 } },
    });
    expect(Array.isArray((await body('/api/v2/apps')).apps)).toBe(true);
    expect(Array.isArray((await body('/api/v1/apps')).apps)).toBe(false);
  });

  it('marks every answer, and moves its clock when told over HTTP', async () => {
    const { headers } = await send('GET', '/api/v2/project');
    expect(headers.get('gatehouse-sandbox')).toBe('cloudways');
    const { operation_id: id } = (
      await send('POST', '/api/v2/server/restart', form({ server_id: '41002' }))
    ).json() as never;
    expect(await send('POST', '/__sandbox/advance?seconds=121')).toMatchObject({ status: 204 });
    expect((await send('GET', `/api/v2/operation/${id}`)).json()).toMatchObject({ operation: { is_completed: '1' } });
  });
});
