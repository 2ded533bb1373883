import { describe, expect, it } from 'vitest';
import { DEPLOY, type Members, startRig } from './testing.ts';

const LOGS = 'getMcpResourcesLogs';
const who = 'authenticate_user';
const REFRESH = 'POST /v1/auth/refresh';
const KEYS = 'GET /v2/keys/P2demoProject0000000000000000';

/** Fact sheet §1.4. */
describe('a session token', () => {
  const check = async (claims: Members, settings: Members = {}): Promise<Members> => {
    await using rig = await startRig({ settings });
    const { structured } = await rig.call(who, { session_token: rig.sandbox.sessionOf('observer', claims) });
    return structured;
  };
  const seconds = (): number => Math.floor(Date.now() / 1_000);

  it('is good when signature, times, issuer and audience are', async () => {
    expect(await check({})).toMatchObject({ success: true, result: { user_id: 'U2demoOlaf', kind: 'user' } });
    expect(await check({ exp: seconds() - 3 })).toMatchObject({ success: true });
    expect(await check({ aud: ['x', 'P2demoProject0000000000000000'] })).toMatchObject({ success: true });
  });

  it.each([
    ['that has ended', { exp: Math.floor(Date.now() / 1_000) - 10 }, 'has ended'],
    ['of another project', { iss: 'P2other' }, 'another project'],
    ['for another audience', { aud: 'x' }, 'not meant for'],
    ['that is a refresh token', { drn: 'DSR' }, 'refresh token'],
    ['that is not good yet', { nbf: Math.floor(Date.now() / 1_000) + 60 }, 'nbf'],
  ])('%s is refused', async (_what, claims, words) => {
    expect(await check(claims)).toMatchObject({ code: 'GH_SIGN_IN', error: expect.stringContaining(words) });
  });

  it('without a signature, or with the algorithm "none", is refused', async () => {
    await using rig = await startRig();
    const [, body] = rig.sandbox.sessionOf('prod').split('.');
    const none = Buffer.from('{"alg":"none","kid":"x"}').toString('base64url');
    for (const session_token of [`${none}.${body}.`, 'no-token', `${rig.sandbox.sessionOf('prod')}x`])
      expect(await rig.fails(who, { session_token })).toMatchObject({ code: 'GH_SIGN_IN' });
  });

  it('of an unknown key makes one request for keys, and no more within 30 s', async () => {
    await using rig = await startRig();
    await rig.ok(LOGS);
    rig.sandbox.rotateKeys();
    const session_token = rig.sandbox.sessionOf('observer');
    expect(await rig.fails(who, { session_token })).toMatchObject({ code: 'GH_SIGN_IN' });
    expect(rig.sent(KEYS)).toHaveLength(1);
    rig.advance(31);
    expect(await rig.ok(who, { session_token })).toMatchObject({ success: true });
    expect(rig.sent(KEYS)).toHaveLength(2);
  });

  it.each([
    ['dsub', 'U2demoDora'],
    ['url-issuer', 'U2demoUrs'],
  ])('may have other claims (%s)', async (as, user_id) => {
    await using rig = await startRig({ as });
    expect(await rig.result(who)).toMatchObject({ user_id });
  });

  it('that has ended is renewed with the refresh token beside it, which stays what it is', async () => {
    await using rig = await startRig();
    const ended = rig.sandbox.sessionOf('observer', { exp: 1 });
    const refresh_token = rig.sandbox.credentials.find(({ label }) => label === 'observer')?.secrets.refreshToken;
    expect(await rig.result(who, { session_token: ended, refresh_token })).toMatchObject({ user_id: 'U2demoOlaf' });
    expect(await rig.result(who)).toMatchObject({ user_id: 'U2demoPaula', email: 'paula@acme.test' });
    expect(rig.stored).toEqual([]);
  });
});

/** Fact sheet §1.5. */
describe('the session', () => {
  it('is made once for many callers, and renewed 60 s before its end', async () => {
    await using rig = await startRig();
    await Promise.all([1, 2, 3, 4].map(() => rig.ok(who)));
    expect(rig.sent(REFRESH)).toHaveLength(1);
    rig.advance(530);
    await rig.ok(who);
    expect(rig.sent(REFRESH)).toHaveLength(1);
    rig.advance(20);
    await rig.ok(who);
    expect(rig.sent(REFRESH)).toHaveLength(2);
  });

  it('of three minutes is renewed at half of its life', async () => {
    await using rig = await startRig({ switches: { sessionSeconds: 180 } });
    await rig.ok(who);
    rig.advance(95);
    await rig.ok(who);
    expect(rig.sent(REFRESH)).toHaveLength(2);
  });

  it('comes from the access key where there is one', async () => {
    await using rig = await startRig({ as: 'access-key' });
    expect(await rig.result(who)).toMatchObject({ kind: 'access_key', user_id: 'K2demoKey', tenant: 'T2acme' });
    rig.advance(700);
    await rig.ok('deploy_service', DEPLOY);
    expect(rig.sent('POST /v1/auth/accesskey/exchange')).toHaveLength(2);
  });

  it('goes on while Descope is down and it is good, then says so', async () => {
    await using rig = await startRig();
    await rig.ok(who);
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/v1/auth/**', times: 'always' });
    rig.advance(570);
    expect(await rig.result(who)).toMatchObject({ user_id: 'U2demoPaula' });
    rig.advance(60);
    expect(await rig.fails(who)).toMatchObject({ code: 'GH_VENDOR_DOWN', reason: 'upstream_unavailable' });
  });

  it('is over when Descope refuses the refresh token', async () => {
    await using rig = await startRig({ secrets: { refreshToken: 'a-refresh-token-that-is-wrong' } });
    expect(await rig.fails(who)).toMatchObject({ code: 'GH_SIGN_IN', reason: 'auth_required', status_code: 401 });
    expect(rig.sent(REFRESH)).toHaveLength(1);
  });

  it('that was given alone is used to its end, and no longer', async () => {
    await using rig = await startRig();
    const sessionToken = rig.sandbox.sessionOf('developer');
    await using alone = await startRig({
      settings: rig.sandbox.credentials[0]?.settings ?? {},
      secrets: { refreshToken: '', sessionToken },
    });
    expect(await alone.result(who)).toMatchObject({ user_id: 'U2demoDana' });
    alone.advance(610);
    expect(await alone.fails(who)).toMatchObject({ reason: 'auth_expired' });
  });

  it('that the platform refuses is renewed once, and the write is sent again', async () => {
    await using rig = await startRig();
    await rig.ok(who);
    rig.sandbox.faults.inject({ kind: 'status', status: 401, path: '/mcp/tools/**' });
    await rig.ok('deploy_service', DEPLOY);
    expect(rig.sent('POST /mcp/tools/deploy_service').map(({ status }) => status)).toEqual([401, 200]);
    rig.sandbox.faults.inject({ kind: 'status', status: 401, path: '/mcp/tools/**', times: 'always' });
    expect(await rig.fails('deploy_service', { ...DEPLOY, version: '2' })).toMatchObject({ reason: 'auth_required' });
    expect(rig.sent('POST /mcp/tools/deploy_service')).toHaveLength(4);
    expect(rig.sandbox.writes).toBe(1);
  });

  it('names everything that is missing', async () => {
    await using rig = await startRig({ settings: { projectId: '' }, secrets: { refreshToken: '' } });
    const missing = ['DESCOPE_PROJECT_ID', 'DESCOPE_ACCESS_KEY or DESCOPE_REFRESH_TOKEN'];
    expect(await rig.fails(who)).toMatchObject({ reason: 'not_configured', missing });
  });

  it('of a user with two tenants has the rights outside of them, and says so', async () => {
    await using rig = await startRig({ as: 'two-tenants' });
    const told = await rig.ok(who);
    expect(told).toMatchObject({ result: { permissions: ['read_logs', 'read_metrics'], tenant: null } });
    expect(told.warnings).toEqual([expect.stringContaining('2 tenants')]);
  });
});

describe('signing in', () => {
  it.each([
    ['prod', 12],
    ['developer', 12],
    ['observer', 8],
    ['new-user', 5],
  ])('shows %s the tools that it can use', async (as, count) => {
    await using rig = await startRig({ as });
    const credential = rig.sandbox.credentials.find(({ label }) => label === as);
    expect(await rig.account.signIn()).toMatchObject({
      ok: true,
      demo: true,
      scopes: expect.arrayContaining([...(credential?.scopes ?? [])]),
    });
    expect(rig.account.catalog.tools.filter(({ name }) => rig.account.info.permits(name, name))).toHaveLength(count);
  });

  it('proves the keys of Datadog too, and forgives one that is down', async () => {
    await using wrong = await startRig({ secrets: { datadogAppKey: 'not-the-application-key' } });
    expect(await wrong.account.signIn()).toMatchObject({ ok: false, code: 'GH_VENDOR_SCOPE' });
    await using down = await startRig();
    down.sandbox.faults.inject({ kind: 'status', status: 503, path: '/api/**', times: 'always' });
    expect(await down.account.signIn()).toMatchObject({ ok: true });
  });
});
