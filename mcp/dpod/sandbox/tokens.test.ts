import { describe, expect, it } from 'vitest';
import { credentialForm, requestToken, send, signIn, startTestSandbox } from './test-client.ts';

function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('the token endpoint', () => {
  it('issues a JWT with lifetime and scopes', async () => {
    await using sandbox = await startTestSandbox();
    const answer = await requestToken(sandbox, credentialForm(sandbox, 'SP+AO'));
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ token_type: 'bearer', expires_in: 3599 });
    expect(answer.fields.scope).toContain('dpod.tenant.api_spadmin dpod.tenant.api_appowner');
    expect(answer.fields.scope).toMatch(/^dpod\.tuid\.[0-9a-f-]{36} /);
    const { exp, iat, scope } = claims(String(answer.fields.access_token));
    expect(Number(exp) - Number(iat)).toBe(3599);
    expect(scope).toContain('dpod.tenant.api_spadmin');
  });

  it('answers under the older path too', async () => {
    await using sandbox = await startTestSandbox();
    const body = new URLSearchParams(credentialForm(sandbox, 'AO'));
    expect((await send(`${sandbox.url}/oauth/token`, { method: 'POST', body })).status).toBe(200);
  });

  it.each([
    ['a form without grant type', { grant_type: '' }, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a form without secret', { client_secret: '' }, 400, 'invalid_request'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
  ])('refuses %s', async (_, change, status, error) => {
    await using sandbox = await startTestSandbox();
    const answer = await requestToken(sandbox, { ...credentialForm(sandbox, 'AO'), ...change });
    expect(answer.status).toBe(status);
    expect(answer.fields.error).toBe(error);
    expect(answer.fields.error_description).toEqual(expect.any(String));
  });

  it('refuses JSON, HTTP Basic and GET', async () => {
    await using sandbox = await startTestSandbox();
    const url = `${sandbox.url}/oauth/v1/token`;
    const form = credentialForm(sandbox, 'AO');
    const headers = { 'content-type': 'application/json' };
    expect((await send(url, { method: 'POST', headers, body: JSON.stringify(form) })).status).toBe(400);
    const basic = Buffer.from(`${form.client_id}:${form.client_secret}`).toString('base64');
    const asBasic = {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    };
    expect((await send(url, asBasic)).fields.error).toBe('invalid_request');
    expect((await send(url)).status).toBe(405);
  });

  it('gives the opaque credential a token that is no JWT, and still the scopes', async () => {
    await using sandbox = await startTestSandbox();
    const { fields } = await requestToken(sandbox, credentialForm(sandbox, 'opaque'));
    expect(fields.access_token).not.toContain('.');
    expect(fields.scope).toContain('api_appowner');
    const call = await signIn(sandbox, 'opaque');
    expect((await call('GET', '/v1/service_instances')).status).toBe(200);
  });

  it('can write the scopes of the JWT as text, as `scp`, or not at all, and leave out fields of the answer', async () => {
    await using sandbox = await startTestSandbox({ responseScope: 'absent', expiresIn: 'absent' });
    const form = credentialForm(sandbox, 'AO');
    const issue = async () => (await requestToken(sandbox, form)).fields;
    expect(Object.keys(await issue()).sort()).toEqual(['access_token', 'jti', 'token_type']);
    sandbox.switches.set({ jwtScope: 'string' });
    expect(claims(String((await issue()).access_token)).scope).toMatch(/ dpod\.tenant\.api_appowner /);
    sandbox.switches.set({ jwtScope: 'scp' });
    expect(claims(String((await issue()).access_token)).scp).toContain('dpod.tenant.api_appowner');
    sandbox.switches.set({ jwtScope: 'absent' });
    expect(claims(String((await issue()).access_token))).not.toHaveProperty('scope');
  });
});

describe('the API', () => {
  it('wants a token that is valid at this moment', async () => {
    let now = Date.parse('2026-06-17T12:00:00Z');
    await using sandbox = await startTestSandbox({ clock: () => new Date(now), tokenLifetimeSeconds: 60 });
    expect((await send(`${sandbox.url}/v1/service_instances`)).status).toBe(401);
    const call = await signIn(sandbox, 'AO');
    expect((await call('GET', '/v1/service_instances')).status).toBe(200);
    now += 60_000;
    const refused = await call('GET', '/v1/service_instances');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect(refused.json).toEqual({
      status: 401,
      error: 'Unauthorized',
      message: 'Invalid or expired token',
      path: '/v1/service_instances',
      timestamp: '2026-06-17T12:01:00.000Z',
    });
  });

  it('forgets tokens when told to', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    sandbox.revokeTokens();
    expect((await call('GET', '/v1/service_instances')).status).toBe(401);
    const again = await signIn(sandbox, 'AO');
    await send(`${sandbox.url}/__sandbox/revoke-tokens`, { method: 'POST' });
    expect((await again('GET', '/v1/service_instances')).status).toBe(401);
  });

  it('asks no token for categories, types and prices', async () => {
    await using sandbox = await startTestSandbox();
    for (const path of ['service_categories', 'service_types', 'backoffice/pricing?countryCode=US']) {
      expect((await send(`${sandbox.url}/v1/${path}`)).status).toBe(200);
    }
  });
});
