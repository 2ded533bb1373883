import { describe, expect, it } from 'vitest';
import { type Desk, startSandbox } from './index.ts';

type Members = Readonly<Record<string, unknown>>;
const SCOPES = ['SDPOnDemand.requests.ALL'];
const V3 = 'application/vnd.manageengine.sdp.v3+json';

/** A request for a token, in the form or in the address. */
async function token(desk: Desk, given: Readonly<Record<string, string>>, inAddress = false) {
  const all = new URLSearchParams({ client_id: desk.client.id, client_secret: desk.client.secret, ...given });
  const url = `${desk.accountsServer.url}/oauth/v2/token${inAddress ? `?${all}` : ''}`;
  const answer = await fetch(url, { method: 'POST', ...(inAddress ? {} : { body: all }) });
  return { status: answer.status, body: (await answer.json()) as Members };
}
const refresh = (desk: Desk, refresh_token: string) => token(desk, { grant_type: 'refresh_token', refresh_token });
const exchange = (desk: Desk, code: string) => token(desk, { grant_type: 'authorization_code', code });

async function accessOf(desk: Desk): Promise<string> {
  const { body } = await refresh(desk, desk.newRefreshToken(SCOPES));
  return String(body.access_token);
}

describe('the accounts', () => {
  it('take parameters in the form and in the address, and never rotate', async () => {
    await using sandbox = await startSandbox();
    const refresh_token = sandbox.us.newRefreshToken(SCOPES);
    for (const inAddress of [false, true]) {
      const { body } = await token(sandbox.us, { grant_type: 'refresh_token', refresh_token }, inAddress);
      expect(body).toEqual({
        access_token: expect.stringMatching(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/),
        api_domain: 'https://www.zohoapis.com',
        token_type: 'Bearer',
        expires_in: 3_600,
      });
    }
  });

  it('throttle the eleventh access token of ten minutes, and the sixth refresh token of a minute', async () => {
    await using sandbox = await startSandbox();
    const kept = sandbox.us.newRefreshToken(SCOPES);
    for (let n = 0; n < 10; n++) expect((await refresh(sandbox.us, kept)).body).toHaveProperty('access_token');
    expect(await refresh(sandbox.us, kept)).toMatchObject({
      status: 200,
      body: { error: 'Access Denied', status: 'failure' },
    });
    sandbox.advance(601);
    expect((await refresh(sandbox.us, kept)).body).toHaveProperty('access_token');
    for (let n = 0; n < 5; n++)
      expect((await exchange(sandbox.us, sandbox.us.newCode(SCOPES))).body).toHaveProperty('refresh_token');
    expect((await exchange(sandbox.us, sandbox.us.newCode(SCOPES))).body).toMatchObject({ error: 'Access Denied' });
  });

  it('keep 20 refresh tokens of a user and 10 access tokens of each: the oldest go', async () => {
    await using sandbox = await startSandbox();
    const first = sandbox.us.newRefreshToken(SCOPES);
    const { body } = await refresh(sandbox.us, first);
    for (let n = 0; n < 20; n++) sandbox.us.newRefreshToken(SCOPES);
    expect(sandbox.us.accounts.refreshTokens).toHaveLength(20);
    expect((await refresh(sandbox.us, first)).body).toEqual({ error: 'invalid_code' });
    expect(sandbox.us.accounts.admit(String(body.access_token))).toBeUndefined();
    const second = sandbox.us.newRefreshToken(SCOPES);
    const { body: oldest } = await refresh(sandbox.us, second);
    for (let n = 0; n < 9; n++) await refresh(sandbox.us, second);
    sandbox.advance(601);
    expect(sandbox.us.accounts.admit(String(oldest.access_token))).toBeDefined();
    await refresh(sandbox.us, second);
    expect(sandbox.us.accounts.admit(String(oldest.access_token))).toBeUndefined();
  });

  it('refuse a code that was used or has ended, a client of another data centre, an unknown grant', async () => {
    await using sandbox = await startSandbox();
    const code = sandbox.us.newCode(SCOPES);
    await exchange(sandbox.us, code);
    expect((await exchange(sandbox.us, code)).body).toEqual({ error: 'invalid_code' });
    const late = sandbox.us.newCode(SCOPES);
    sandbox.advance(181);
    expect((await exchange(sandbox.us, late)).body).toEqual({ error: 'invalid_code' });
    const { id, secret } = sandbox.eu.client;
    const foreign = { client_id: id, client_secret: secret, grant_type: 'refresh_token' };
    expect((await token(sandbox.us, foreign)).body).toEqual({ error: 'invalid_client' });
    expect((await token(sandbox.us, { grant_type: 'client_credentials' })).body).toEqual({ error: 'invalid_scope' });
    sandbox.switches.set({ oauthErrorStatus: 400 });
    expect((await token(sandbox.us, foreign)).status).toBe(400);
  });
});

describe('the API', () => {
  it('wants a header with either word, an accepted version, its own portal and encoded brackets', async () => {
    await using sandbox = await startSandbox();
    const access = await accessOf(sandbox.us);
    const get = async (path: string, headers: Readonly<Record<string, string>>) =>
      (await fetch(sandbox.us.apiServer.url + path, { headers })).status;
    const good = { accept: V3, authorization: `Zoho-oauthtoken ${access}` };
    expect(await get('/api/v3/requests', good)).toBe(200);
    expect(
      await get('/app/itdesk/api/v3/requests', { accept: 'application/v3+json', authorization: `Bearer ${access}` }),
    ).toBe(200);
    expect(await get('/app/helpdesk/api/v3/requests', good)).toBe(403);
    expect(await get(`/api/v3/requests?authtoken=${access}`, { accept: V3 })).toBe(401);
    expect(await get('/api/v3/requests', { ...good, accept: 'application/json' })).toBe(400);
    expect(await get('/api/v3/requests?input_data=[]', good)).toBe(400);
    expect(await get('/api/v3/problems', good)).toBe(403);
    expect(await get('/api/v3/nothing', good)).toBe(404);
  });

  it('takes a form and no JSON, refuses extra keys and more than 100 rows, and loses an owner in the address', async () => {
    await using sandbox = await startSandbox();
    const authorization = `Zoho-oauthtoken ${await accessOf(sandbox.us)}`;
    const send = async (path: string, init: RequestInit): Promise<Members> => {
      const answer = await fetch(`${sandbox.us.apiServer.url}/api/v3${path}`, {
        ...init,
        headers: { accept: V3, authorization, ...init.headers },
      });
      const { response_status: status } = (await answer.json()) as { response_status: { messages?: Members[] } };
      return status.messages?.[0] ?? {};
    };
    const data = (input: object) => new URLSearchParams({ input_data: JSON.stringify(input) });
    const post = (path: string, input: object) => send(path, { method: 'POST', body: data(input) });
    expect(await post('/requests', { request: { subject: 'x', nonsense: 1 } })).toMatchObject({
      message: 'Extra key found in JSON',
    });
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect(await send('/requests', json)).toMatchObject({ status_code: 4001 });
    expect(await send(`/requests?${data({ list_info: { row_count: 101 } })}`, {})).toMatchObject({
      field: 'row_count',
    });
    const [id] = sandbox.us.tenant.tables.get('requests')?.keys() ?? [];
    const worklog = { worklog: { owner: { name: 'Dana Cole' }, time_spent: { hours: '1' } } };
    expect(await send(`/requests/${id}/worklogs?${data(worklog)}`, { method: 'POST' })).toMatchObject({
      status_code: 4012,
      fields: ['owner'],
    });
    expect(await post(`/requests/${id}/worklogs`, worklog)).toEqual({});
  });

  it('has the demonstration that the sheet lists, the same shapes in both data centres and no id in common', async () => {
    await using sandbox = await startSandbox();
    const count = (desk: Desk, table: string): number => desk.tenant.tables.get(table)?.size ?? 0;
    for (const desk of [sandbox.us, sandbox.eu]) {
      const tables = ['requests', 'groups', 'categories', 'problems', 'changes', 'projects', 'assets', 'solutions'];
      expect(tables.map(table => count(desk, table))).toEqual([40, 4, 5, 3, 3, 1, 12, 6]);
    }
    const ids = ({ tenant }: Desk) => [...tenant.tables.values()].flatMap(rows => [...rows.keys()]);
    expect(ids(sandbox.us).filter(id => ids(sandbox.eu).includes(id))).toEqual([]);
    expect(ids(sandbox.us).every(id => /^204781\d{12}$/.test(id))).toBe(true);
  });
});
