import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DATA_CENTRES, placeOf } from './data-centres.ts';
import { sdp } from './index.ts';
import { type Rig, startRig } from './testing.ts';

const ANY = ['SDPOnDemand.requests.ALL'];
const LONE = { limit: 1 };

function newFolder(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-auth-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

describe('tokens', () => {
  it('one refresh serves many calls at once, also when the token ends between them', async () => {
    await using rig = await startRig();
    await Promise.all(Array.from({ length: 5 }, () => rig.ok('list_requests', LONE)));
    expect(rig.tokenRequests()).toHaveLength(1);
    rig.desk.accounts.forgetAccess();
    await Promise.all(Array.from({ length: 5 }, () => rig.ok('list_requests', LONE)));
    expect(rig.tokenRequests()).toHaveLength(2);
  });

  it('come from the accounts host, by a form and never in an address', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', LONE);
    const [request] = rig.tokenRequests();
    expect(request).toMatchObject({ method: 'POST', query: {} });
    expect(new URLSearchParams(String(request?.body)).get('grant_type')).toBe('refresh_token');
    expect(rig.sent().every(({ path }) => path.startsWith('/app/itdesk/api/v3/'))).toBe(true);
    expect(rig.desk.apiServer.url).not.toBe(rig.desk.accountsServer.url);
  });

  it('a restart costs none: the vault kept the last one, sealed for this refresh token alone', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', LONE);
    const accessToken = rig.stored.findLast(({ field }) => field === 'accessToken')?.value ?? '';
    await using again = await startRig({ sandbox: rig.sandbox, secrets: { accessToken } });
    await again.ok('list_requests', LONE);
    expect(rig.tokenRequests()).toHaveLength(1);
    await using other = await startRig({ sandbox: rig.sandbox, as: 'us-reader', secrets: { accessToken } });
    await other.ok('list_requests', LONE);
    expect(rig.tokenRequests()).toHaveLength(2);
  });

  it('the tenth within ten minutes is not asked for, and a restart does not make it forget', async () => {
    await using folder = newFolder();
    let clock = Date.now();
    const options = { stateFolder: folder.path, now: () => clock };
    await using rig = await startRig({ ...options, switches: { now: () => clock } });
    for (let n = 0; n < 9; n++) {
      clock += 1_000;
      await rig.ok('refresh_tenant_token');
    }
    expect(rig.tokenRequests()).toHaveLength(9);
    expect(await rig.fails('refresh_tenant_token')).toMatchObject({ code: 'GH_VENDOR_RATE', throttled: true });
    // What lives is still used.
    await rig.ok('list_requests', LONE);
    await using again = await startRig({ ...options, sandbox: rig.sandbox });
    expect(await again.fails('list_requests', LONE)).toMatchObject({
      code: 'GH_VENDOR_RATE',
      error: expect.stringMatching(/may be asked for in \d+ s/),
    });
    expect(rig.tokenRequests()).toHaveLength(9);
    expect(readFileSync(join(folder.path, 'sdp-tokens.json'), 'utf8')).not.toMatch(/1000\.[0-9a-f]{32}/);
    clock += 601_000;
    await again.ok('list_requests', LONE);
    expect(rig.tokenRequests()).toHaveLength(10);
  });

  it('when the vendor throttles, nothing is asked for ten minutes', async () => {
    let clock = Date.now();
    await using rig = await startRig({ now: () => clock });
    const body = JSON.stringify({ error: 'Access Denied', error_description: 'Too many requests', status: 'failure' });
    rig.desk.accountsServer.faults.inject({ kind: 'status', status: 400, body });
    expect(await rig.fails('list_requests', LONE)).toMatchObject({
      code: 'GH_VENDOR_RATE',
      error: expect.stringContaining('Zoho says'),
    });
    clock += 599_000;
    expect(await rig.fails('list_requests', LONE)).toMatchObject({ code: 'GH_VENDOR_RATE' });
    expect(rig.tokenRequests()).toHaveLength(1);
    clock += 2_000;
    await rig.ok('list_requests', LONE);
  });

  it.each([200, 400] as const)('a refusal with status %i is known by its body', async oauthErrorStatus => {
    await using rig = await startRig({ switches: { oauthErrorStatus }, secrets: { clientSecret: 'wrong' } });
    expect(await rig.fails('list_requests')).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('invalid_client'),
      hint: expect.stringContaining('US'),
    });
    // For good: nothing more is sent.
    await rig.fails('list_requests');
    expect(rig.tokenRequests()).toHaveLength(1);
  });

  it('a refresh token that was taken back needs a person, and stops all calls', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', LONE);
    for (const token of rig.desk.accounts.refreshTokens) rig.desk.accounts.withdraw(token);
    expect(await rig.fails('list_requests')).toMatchObject({
      code: 'GH_SIGN_IN',
      hint: expect.stringContaining('api-console'),
    });
    const before = rig.sent().length;
    expect(await rig.fails('list_requests')).toMatchObject({ code: 'GH_SIGN_IN' });
    expect(rig.sent()).toHaveLength(before);
    expect(await rig.ok('get_tenant')).toMatchObject({
      tenant: { status: 'needs_reauth', token_state: 'needs_reauth' },
    });
  });

  it('a 401 is answered by one refresh and one repeat, never by more', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', LONE);
    const sent = rig.sent().length;
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 401, times: 'always' });
    expect(await rig.fails('list_requests', LONE)).toMatchObject({ code: 'GH_SIGN_IN', status_code: 401 });
    expect(rig.sent()).toHaveLength(sent + 2);
    await rig.fails('list_requests', LONE);
    expect(rig.tokenRequests()).toHaveLength(2);
  });

  it('one tenant never reaches the other: other hosts, other portal, other token', async () => {
    await using us = await startRig();
    await using eu = await startRig({ sandbox: us.sandbox, as: 'eu' });
    const [ours, theirs] = await Promise.all([us.ok('list_requests'), eu.ok('list_requests')]);
    const ids = (found: object): string[] => JSON.stringify(found).match(/"id":"\d{18}"/g) ?? [];
    expect(ids(ours).filter(id => ids(theirs).includes(id))).toEqual([]);
    await using wrong = await startRig({
      sandbox: us.sandbox,
      settings: { portal: us.sandbox.eu.tenant.portal },
    });
    expect(await wrong.fails('list_requests')).toMatchObject({
      code: 'GH_SIGN_IN',
      hint: expect.stringContaining('/app/'),
    });
    await using crossed = await startRig({
      sandbox: us.sandbox,
      settings: { accountsUrl: us.sandbox.eu.accountsServer.url },
    });
    expect(await crossed.fails('list_requests')).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('invalid_client'),
    });
    expect(us.sandbox.eu.apiServer.requests.every(({ path }) => path.startsWith('/app/helpdesk/'))).toBe(true);
  });
});

describe('a code of the API console', () => {
  it('becomes a refresh token once, which goes to the vault at once, with the scopes that Zoho tells', async () => {
    await using rig = await startRig({ as: 'us-code' });
    expect(await rig.account.signIn()).toMatchObject({
      ok: true,
      identity: 'itdesk (US)',
      scopes: expect.arrayContaining(['SDPOnDemand.requests.ALL']),
    });
    expect(rig.stored.map(({ field }) => field)).toEqual(['grantCode', 'refreshToken', 'accessToken']);
    const [used, refreshToken] = rig.stored.map(({ value }) => value);
    expect(used).toBe('');
    expect(rig.desk.accounts.refreshTokens).toContain(refreshToken);
    await rig.ok('list_requests', LONE);
    expect(rig.tokenRequests()).toHaveLength(1);
    expect(rig.stderr()).not.toContain(refreshToken);
    // The scopes are remembered over a restart, though no refresh tells them.
    await using again = await startRig({
      sandbox: rig.sandbox,
      as: 'us-code',
      stateFolder: rig.folder,
      secrets: { grantCode: '', refreshToken: refreshToken ?? '' },
    });
    expect(await again.account.signIn()).toMatchObject({ ok: true, scopes: expect.arrayContaining(ANY) });
  });

  it('takes the place of an older refresh token, which is revoked: a user may have 20', async () => {
    await using rig = await startRig();
    const old = rig.desk.newRefreshToken(ANY);
    const grantCode = rig.desk.newCode(ANY);
    await using next = await startRig({ sandbox: rig.sandbox, secrets: { refreshToken: old, grantCode } });
    await next.ok('list_requests', LONE);
    expect(rig.desk.accounts.refreshTokens).not.toContain(old);
  });

  it('that has ended does not end the refresh token that is there already', async () => {
    await using rig = await startRig({ secrets: { grantCode: '1000.ended.code' } });
    await rig.fails('list_requests');
    await rig.ok('list_requests', LONE);
  });

  it('is not sent twice when it has ended', async () => {
    await using rig = await startRig({ as: 'us-code' });
    rig.sandbox.advance(181);
    expect(await rig.fails('list_requests')).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('invalid_code'),
    });
    await rig.fails('list_requests');
    expect(rig.tokenRequests()).toHaveLength(1);
  });
});

describe('scopes', () => {
  it('narrow what is offered and what is done', async () => {
    await using rig = await startRig({ as: 'us-helpdesk' });
    await rig.ok('list_requests', LONE);
    expect(rig.account.info.permits('requests', 'create_request')).toBe(true);
    expect(rig.account.info.permits('problems', 'list_problems')).toBe(false);
    const sent = rig.sent().length;
    expect(await rig.fails('list_problems')).toMatchObject({ code: 'GH_SCOPE_MISSING' });
    expect(rig.sent()).toHaveLength(sent);
    expect(await rig.ok('list_available_scopes')).toMatchObject({
      disabled: expect.arrayContaining(['list_problems']),
    });
    await using reader = await startRig({ sandbox: rig.sandbox, as: 'us-reader' });
    expect(await reader.fails('create_request', { subject: 'x' })).toMatchObject({ code: 'GH_SCOPE_MISSING' });
    await reader.ok('get_change', { change_id: 'CH-1' });
  });

  it('that are not known are found out by trying', async () => {
    await using rig = await startRig({ as: 'us-reader', settings: { scopes: [] } });
    await rig.ok('list_requests', LONE);
    expect(rig.account.info.scopes).toBe(null);
    expect(await rig.fails('create_request', { subject: 'x' })).toMatchObject({
      code: 'GH_VENDOR_SCOPE',
      status_code: 403,
    });
    expect(rig.tokenRequests()).toHaveLength(1);
  });
});

describe('where a tenant lives', () => {
  it.each(Object.entries(DATA_CENTRES))('%s has its own hosts', (dataCenter, { accounts, api }) => {
    expect(sdp.address({ dataCenter, portal: 'itdesk' })).toEqual({
      baseUrl: `https://${api}/app/itdesk/api/v3`,
      hosts: [accounts],
    });
  });

  it('takes a domain of the customer, and no accounts host that is not the vendor’s', () => {
    expect(placeOf({ dataCenter: 'EU', baseUrl: 'https://help.example.com/app/itdesk/HomePage.do' })).toMatchObject({
      baseUrl: 'https://help.example.com/app/itdesk/api/v3',
      accountsUrl: 'https://accounts.zoho.eu',
    });
    expect(placeOf({ baseUrl: 'https://help.example.com' }).baseUrl).toBe('https://help.example.com/api/v3');
    for (const accountsUrl of ['https://accounts.zoho.example', 'http://accounts.zoho.com', 'http://127.0.0.1:1'])
      expect(() => placeOf({ accountsUrl })).toThrow('no accounts host of Zoho');
    expect(() => placeOf({ dataCenter: 'XX' })).toThrow('no data centre XX');
  });
});

describe('the pace', () => {
  it('is that of the tier', () => {
    const limits = (tier?: string) => (typeof sdp.limits === 'function' ? sdp.limits({ tier }) : sdp.limits);
    const calls = (tier?: string) => limits(tier).windows?.map(({ calls: most }) => most);
    expect(calls()).toEqual([120, 3_000, 30_000, 20]);
    expect([calls('basic'), limits('basic').concurrency]).toEqual([[60, 1_000, 10_000, 10], 5]);
    expect([calls('premium'), limits('premium').concurrency]).toEqual([[300, 10_000, 100_000, 50], 25]);
    expect([calls('enterprise'), limits('enterprise').concurrency]).toEqual([[600, 30_000, 500_000, 100], 50]);
  });

  it('of the day goes on counting after a restart', async () => {
    await using first = await startRig({ paced: true });
    for (let n = 0; n < 3; n++) await first.ok('list_requests', LONE);
    const used = async ({ ok }: Pick<Rig, 'ok'>, window: number) => {
      const { windows } = await ok('get_rate_limit_status');
      return (windows as { used: number }[])[window]?.used;
    };
    expect(await used(first, 2)).toBe(5);
    await using second = await startRig({ paced: true, sandbox: first.sandbox, stateFolder: first.folder });
    expect(await used(second, 2)).toBe(5);
    await second.ok('list_requests', LONE);
    expect(await used(second, 2)).toBe(8);
    let ahead = 0;
    await using later = await startRig({
      paced: true,
      sandbox: first.sandbox,
      stateFolder: first.folder,
      now: () => Date.now() + ahead,
    });
    ahead = 2 * 3_600_000;
    expect([await used(later, 1), await used(later, 2)]).toEqual([0, 8]);
    ahead = 26 * 3_600_000;
    expect(await used(later, 2)).toBe(0);
    expect(statSync(join(first.folder, 'sdp-pace.db')).mode & 0o777).toBe(0o600);
  });

  it('is shown, with the tokens and the breaker, which opens and closes', async () => {
    await using rig = await startRig({ paced: true, settings: { tier: 'basic' } });
    await rig.ok('list_requests', LONE);
    expect(await rig.ok('get_rate_limit_status')).toMatchObject({
      tier: 'basic',
      windows: [
        // The token, the trial and the list.
        { window_s: 60, limit: 60, used: 3, percent: 5, alert: 'ok' },
        { window_s: 3_600 },
        { window_s: 86_400 },
        { window_s: 10, limit: 10, used: 3 },
      ],
      tokens: { used: 1, limit: 9 },
      circuit: 'closed',
    });
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 500, times: 'always' });
    for (let n = 0; n < 2; n++) await rig.call('list_requests', LONE, { withinMs: 400 });
    await using fast = await startRig({ sandbox: rig.sandbox });
    for (let n = 0; n < 10; n++) await fast.call('create_request', { subject: 'x' });
    expect(await fast.ok('get_rate_limit_status')).toMatchObject({ circuit: 'open' });
    expect(await fast.ok('get_tenant_health')).toMatchObject({ status: 'unhealthy' });
    const sent = rig.sent().length;
    expect(await fast.fails('create_request', { subject: 'x' })).toMatchObject({ code: 'GH_VENDOR_DOWN' });
    expect(rig.sent()).toHaveLength(sent);
    rig.desk.apiServer.faults.clear();
    expect(await fast.ok('reset_circuit')).toMatchObject({ state: 'closed' });
    await fast.ok('create_request', { subject: 'x' });
  });
});

describe('too many requests', () => {
  it('hold the whole tenant back for the time that the vendor names, and are repeated: they were not done', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', LONE);
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 429, retryAfter: 0.3 });
    const began = Date.now();
    await rig.ok('create_request', { subject: 'patience' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
    expect(rig.sent('POST')).toHaveLength(2);
  });

  it('and are given up at once where the time is longer than the call, or is not named', async () => {
    await using rig = await startRig({ switches: { perMinute: 2, retryAfter: null } });
    await rig.ok('list_requests', LONE);
    expect(await rig.fails('list_requests', LONE)).toMatchObject({
      code: 'GH_VENDOR_RATE',
      sdp_code: 4015,
      retry_after_s: 60,
      hint: expect.stringContaining('60 s'),
    });
    const sent = rig.sent().length;
    expect(await rig.fails('list_requests', LONE)).toMatchObject({ code: 'GH_VENDOR_RATE' });
    expect(rig.sent()).toHaveLength(sent);
  });
});
