import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from './testing.ts';

const PASSWORD = 'USER_PASSWORD_AUTH';
const REFRESH = 'REFRESH_TOKEN_AUTH';
const ask = (rig: Rig) => rig.ok('list_customers');

describe('signing in', () => {
  it('is one request, unsigned, with the target and the content type that Cognito wants', async () => {
    await using rig = await startRig();
    expect(await rig.account.signIn()).toEqual({
      ok: true,
      identity: 'mcp-service@acme.test (us-west-2_Demo12345)',
      scopes: null,
      demo: true,
    });
    const [first] = rig.sandbox.requests;
    expect(first).toMatchObject({
      method: 'POST',
      path: '/',
      authorization: 'absent',
      headers: {
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
        'content-type': 'application/x-amz-json-1.1',
      },
    });
    expect(rig.flows()).toEqual([PASSWORD]);
  });

  it('is shared by calls at once, and so is a refresh', async () => {
    await using rig = await startRig();
    await Promise.all([ask(rig), ask(rig), ask(rig), ask(rig)]);
    expect(rig.flows()).toEqual([PASSWORD]);
    rig.advance(3_500);
    await Promise.all([ask(rig), ask(rig), ask(rig)]);
    expect(rig.flows()).toEqual([PASSWORD, REFRESH]);
  });

  it('refreshes five minutes early, and keeps the refresh token that the answer lacks', async () => {
    await using rig = await startRig();
    await ask(rig);
    rig.advance(3_290);
    await ask(rig);
    expect(rig.flows()).toEqual([PASSWORD]);
    rig.advance(15);
    await ask(rig);
    rig.advance(3_400);
    await ask(rig);
    expect(rig.flows()).toEqual([PASSWORD, REFRESH, REFRESH]);
  });

  it('a token of 300 s is used for half its life, not refreshed for every call', async () => {
    await using rig = await startRig({ switches: { expiresIn: 300 } });
    await ask(rig);
    await ask(rig);
    rig.advance(140);
    await ask(rig);
    expect(rig.flows()).toEqual([PASSWORD]);
    rig.advance(20);
    await ask(rig);
    expect(rig.flows()).toEqual([PASSWORD, REFRESH]);
  });

  it('takes a new refresh token where there is one', async () => {
    await using rig = await startRig({ switches: { newRefreshToken: true } });
    await ask(rig);
    rig.advance(3_400);
    await ask(rig);
    const given = rig.sandbox.requests.filter(({ path }) => path === '/');
    rig.advance(3_400);
    await ask(rig);
    const last = rig.sandbox.requests.findLast(({ path }) => path === '/');
    expect(rig.flows()).toEqual([PASSWORD, REFRESH, REFRESH]);
    expect(last?.body).not.toEqual(given.at(-1)?.body);
  });

  it.each([
    ['a refresh token that was revoked', (rig: Rig) => rig.sandbox.revokeRefreshTokens()],
    ['rotation of refresh tokens', (rig: Rig) => rig.sandbox.switches.set({ rotation: true })],
  ])('after %s it signs in with the password, without a word', async (_what, change) => {
    await using rig = await startRig();
    await ask(rig);
    change(rig);
    rig.advance(3_400);
    await ask(rig);
    expect(rig.flows()).toEqual([PASSWORD, REFRESH, PASSWORD]);
  });

  it('a refresh that fails while the token is good fails nobody, and sends no password', async () => {
    await using rig = await startRig();
    await ask(rig);
    rig.sandbox.faults.inject({ kind: 'reset', when: 'before', path: '/', times: 'always' });
    rig.advance(3_400);
    await ask(rig);
    rig.advance(180);
    expect(await rig.fails('list_customers')).toMatchObject({
      code: 'GH_VENDOR_DOWN',
      reason: 'upstream_unavailable',
      error: expect.stringContaining('Cognito unreachable'),
    });
    expect(rig.flows().filter(flow => flow === PASSWORD)).toHaveLength(1);
  });

  it('a 401 of the API makes one refresh and one repeat, also for a scan', async () => {
    await using rig = await startRig();
    await ask(rig);
    rig.sandbox.faults.inject({ kind: 'status', status: 401, path: '/scan' });
    await rig.ok('trigger_scan', { tenant_id: 'acme-corp' });
    expect(rig.sent('POST /scan').map(({ status }) => status)).toEqual([401, 200]);
    expect(rig.flows()).toEqual([PASSWORD, REFRESH]);
  });

  it('a second 401 is final, and says why', async () => {
    await using rig = await startRig();
    await ask(rig);
    // The clock of the platform alone: every token has ended there.
    rig.sandbox.switches.set({ expiresIn: 1 });
    rig.sandbox.advance(3_600);
    rig.sandbox.faults.inject({ kind: 'slow', delayMs: 1_100, path: '/customers', skip: 1 });
    expect(await rig.fails('list_customers')).toMatchObject({
      code: 'GH_SIGN_IN',
      reason: 'auth_rejected',
      error_description: 'the token has expired',
      status_code: 401,
    });
  });

  it('no setting of a clock makes a token live longer', async () => {
    let back = 0;
    await using rig = await startRig({ now: () => Date.now() - back, switches: { expiresIn: 1 } });
    await rig.account.signIn();
    back = 86_400_000;
    await sleep(600);
    await ask(rig);
    // On a slow machine the second token may have ended as well.
    expect(rig.flows().slice(0, 2)).toEqual([PASSWORD, REFRESH]);
  });
});

describe('what Cognito refuses', () => {
  it.each([
    ['new', 'account_state', 'temporary password', 'admin-set-user-password --region us-west-2'],
    ['late', 'account_state', 'has expired', 'admin-set-user-password'],
    ['reset', 'account_state', 'PasswordResetRequiredException', 'administrator'],
    ['unconfirmed', 'account_state', 'UserNotConfirmedException', 'administrator'],
    ['disabled', 'account_state', 'is disabled', 'enable it'],
  ])('an account that is %s: %s', async (as, reason, error, hint) => {
    await using rig = await startRig({ as });
    expect(await rig.fails('list_customers')).toMatchObject({
      code: 'GH_SIGN_IN',
      reason,
      error: expect.stringContaining(error),
      hint: expect.stringContaining(hint),
    });
  });

  it.each(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'SELECT_MFA_TYPE', 'MFA_SETUP', 'EMAIL_OTP'])(
    'the challenge %s',
    async challenge => {
      await using rig = await startRig({ switches: { challenge } });
      expect(await rig.fails('list_customers')).toMatchObject({
        reason: 'account_state',
        challenge,
        error: expect.stringContaining('MFA is not supported'),
      });
    },
  );

  it.each([
    [{ passwordFlow: false }, {}, 'misconfigured', 'ALLOW_USER_PASSWORD_AUTH'],
    [{}, { clientId: 'another2client' }, 'misconfigured', 'app client id'],
    [{}, { userPoolId: 'nonsense' }, 'misconfigured', 'us-west-2_AbCdEf123'],
    [{}, { clientId: 'a b' }, 'misconfigured', 'letters and digits'],
  ])('what is set up wrongly: %j %j', async (switches, settings, reason, hint) => {
    await using rig = await startRig({ switches, settings });
    expect(await rig.fails('list_customers')).toMatchObject({ reason, hint: expect.stringContaining(hint) });
  });

  it('a wrong password and an unknown account look alike', async () => {
    await using wrong = await startRig({ secrets: { password: 'Wr0ng!password' } });
    await using unknown = await startRig({ secrets: { email: 'nobody@acme.test' }, switches: { hideUsers: false } });
    for (const rig of [wrong, unknown])
      expect(await rig.fails('list_customers')).toMatchObject({ code: 'GH_SIGN_IN', reason: 'auth_failed' });
  });

  it('a refused password is not sent again for 60 s', async () => {
    await using rig = await startRig({ secrets: { password: 'Wr0ng!password' } });
    await rig.fails('list_customers');
    expect(await rig.fails('list_customers')).toMatchObject({ reason: 'auth_failed', wait_s: 60 });
    expect(rig.flows()).toHaveLength(1);
    rig.advance(61);
    await rig.fails('list_customers');
    expect(rig.flows()).toHaveLength(2);
  });

  it('a lock-out is waited for, ever longer', async () => {
    await using rig = await startRig();
    for (let failures = 0; failures < 14; failures++) {
      await signInElsewhere(rig);
      rig.advance(failures < 13 ? 600 : 0);
    }
    expect(await rig.fails('list_customers')).toMatchObject({ code: 'GH_SIGN_IN', reason: 'locked_out' });
    expect(await rig.fails('list_customers')).toMatchObject({ reason: 'locked_out', wait_s: 60 });
    expect(rig.flows().length).toBe(15);
    rig.advance(61);
    expect(await rig.fails('list_customers')).toMatchObject({ reason: 'locked_out' });
    expect(await rig.fails('list_customers')).toMatchObject({ reason: 'locked_out', wait_s: 120 });
    rig.advance(600);
    await rig.ok('list_customers');
  });

  it('throttling and internal errors are tried four times, and then told apart', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 429, path: '/' }, { kind: 'status', status: 500, path: '/' });
    await rig.ok('list_customers');
    expect(rig.flows()).toHaveLength(3);
    await using busy = await startRig();
    busy.sandbox.faults.inject({ kind: 'status', status: 429, path: '/', times: 'always' });
    expect(await busy.fails('list_customers')).toMatchObject({ code: 'GH_VENDOR_RATE', reason: 'throttled' });
    expect(busy.flows()).toHaveLength(4);
    await using ill = await startRig();
    ill.sandbox.faults.inject({ kind: 'status', status: 500, path: '/', times: 'always' });
    expect(await ill.fails('list_customers')).toMatchObject({ code: 'GH_VENDOR_DOWN', reason: 'upstream_unavailable' });
  });

  it('a firewall in front of it, and an address that is not Cognito', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 403, path: '/' });
    expect(await rig.fails('list_customers')).toMatchObject({ code: 'GH_VENDOR_REFUSED', reason: 'forbidden' });
    rig.sandbox.faults.inject({ kind: 'empty', status: 200, path: '/' });
    expect(await rig.fails('list_customers')).toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  });
});

describe('secrets', () => {
  it('no token and no password stands in a result, an error or the log', async () => {
    await using rig = await startRig();
    const results = [await rig.ok('list_customers'), await rig.ok('get_findings', { tenant_id: 'acme-corp' })];
    rig.sandbox.faults.inject({ kind: 'status', status: 500, path: '/customers', times: 'always' });
    results.push(await rig.fails('list_customers'));
    const all = JSON.stringify(results) + rig.stderr();
    expect(all).not.toContain('S3rvice!pass-demo');
    expect(all).not.toMatch(/eyJ[\w-]{10}/);
    expect(results.at(-1)).toMatchObject({ reason: 'upstream_unavailable', request_id: expect.any(String) });
  });
});

/** Somebody else guesses the password, so that Cognito counts. */
async function signInElsewhere(rig: Rig): Promise<void> {
  await fetch(rig.sandbox.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      AuthFlow: PASSWORD,
      ClientId: '4h57kdemo2example9q2',
      AuthParameters: { USERNAME: 'mcp-service@acme.test', PASSWORD: 'guess' },
    }),
  });
}
