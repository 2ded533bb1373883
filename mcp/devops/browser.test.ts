import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { describe, expect, it } from 'vitest';
import { type RigOptions, startRig } from './testing.ts';

const CHROMIUM = '/usr/bin/chromium';
const LIMITS = { perSession: 3, perAddress: 10, lockoutMs: 300_000, lifeMs: 300_000 };
const WHO = 'authenticate_user';
const LOGS = 'getMcpResourcesLogs';
const DISPATCH = { service_name: 'orders', version: '3', environment: 'production' };

/** An account of a project without any credential, and the pages that it opened. */
async function startAsking(options: RigOptions = {}) {
  const pages: string[] = [];
  const { promise: firstPage, resolve } = Promise.withResolvers<string>();
  const rig = await startRig({
    secrets: { refreshToken: '' },
    browser: {
      ...LIMITS,
      open: url => {
        pages.push(url);
        resolve(url);
      },
    },
    ...options,
  });
  return Object.assign(rig, { pages, firstPage });
}

/** What a browser does, without one: our page, Descope's page, and back. */
async function visit(link: string) {
  const opened = await fetch(link);
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';', 1).join('');
  const { origin } = new URL(link);
  const unescaped = (text: string): string => text.replaceAll('&amp;', '&');
  const start = async (): Promise<string> => {
    const text = await (await fetch(`${origin}/auth`, { headers: { cookie } })).text();
    return unescaped(/href="([^"]+)"/.exec(text)?.[1] ?? '');
  };
  const authorize = await start();
  /** Where Descope sends the browser after somebody said who they are. */
  const decide = async (label: string, address = authorize): Promise<string> => {
    const text = await (await fetch(address)).text();
    const [, path = ''] = new RegExp(`href="([^"]+person=${label}&amp;[^"]+)"`).exec(text) ?? [];
    const answer = await fetch(new URL(unescaped(path), address), { redirect: 'manual' });
    return answer.headers.get('location') ?? '';
  };
  /** Comes back, as from another site: without the cookie at first. */
  const comeBack = async (address: string) => {
    const there = await fetch(address);
    const text = await there.text();
    if (there.status !== 200) return { status: there.status, text };
    expect(there.headers.get('refresh')).toBe('0; url=/auth/arrived');
    const arrived = await fetch(`${origin}/auth/arrived`, { headers: { cookie } });
    return { status: arrived.status, text: await arrived.text() };
  };
  const submit = async (text: string, fields: Readonly<Record<string, string>>) => {
    const word = /name="word" value="([\w-]+)"/.exec(text)?.[1] ?? '';
    const response = await fetch(`${origin}/auth/submit`, {
      method: 'POST',
      headers: { cookie, origin },
      body: new URLSearchParams({ word, ...fields }),
    });
    return { status: response.status, text: await response.text() };
  };
  return { authorize, start, decide, comeBack, submit, origin };
}

describe('the sign-in in a browser', () => {
  it('goes by Descope’s own page, with PKCE, and only the account gets the token', async () => {
    await using rig = await startAsking();
    const call = rig.call(LOGS, { limit: 1 });
    const page = await visit(await rig.firstPage);
    const { searchParams: asked } = new URL(page.authorize);
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'P2demoProject0000000000000000',
      redirect_uri: `${page.origin}/auth/callback`,
      code_challenge_method: 'S256',
      scope: expect.stringContaining('openid'),
    });
    const back = await page.decide('developer');
    const { status, text } = await page.comeBack(back);
    expect(status).toBe(200);
    expect(text).toContain('Keep it in the vault');
    expect(text).not.toContain('eyJ');
    expect(await page.submit(text, {})).toMatchObject({ status: 200, text: expect.stringContaining('signed in') });
    expect((await call).fields).toMatchObject({ success: true, result: { count: 1 } });
    expect(await rig.result(WHO)).toMatchObject({ user_id: 'U2demoDana', tenant: 'T2acme', kind: 'user' });
    expect(rig.stored).toEqual([]);
    expect(rig.stderr()).not.toMatch(/eyJ[\w-]{10}/);
    expect(rig.pages).toHaveLength(1);
  });

  it('lets who has several tenants choose one, and keeps what it was allowed to keep', async () => {
    await using rig = await startAsking();
    const call = rig.call(LOGS, { limit: 1 });
    const page = await visit(await rig.firstPage);
    const { text } = await page.comeBack(await page.decide('two-tenants'));
    expect(text).toMatch(/<option>T2acme<\/option><option>T2other<\/option>/);
    expect(await page.submit(text, { tenant: 'T2nowhere' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('There is no tenant T2nowhere'),
    });
    expect((await page.submit(text, { tenant: 'T2other', keep: 'yes' })).status).toBe(200);
    await call;
    expect(await rig.result(WHO)).toMatchObject({ tenant: 'T2other' });
    expect(await rig.ok('deploy_service', DISPATCH)).toMatchObject({ success: true });
    expect(rig.stored.map(({ field }) => field)).toEqual(['refreshToken']);
    // A renewal stays in the tenant.
    rig.advance(580);
    expect(await rig.result(WHO)).toMatchObject({ tenant: 'T2other' });
    expect(rig.sent('POST /v1/auth/tenant/select').length).toBeGreaterThan(1);
  });

  it('takes no answer that it did not ask for, twice, from another issuer, or in another browser', async () => {
    await using rig = await startAsking();
    const call = rig.call(LOGS, {}, { withinMs: 4_000 });
    const page = await visit(await rig.firstPage);
    const tokens = () => rig.sent('POST /oauth2/v1/token').length;
    const changed = async (name: string, value: string): Promise<string> => {
      const back = new URL(await page.decide('developer', await page.start()));
      back.searchParams.set(name, value);
      return back.href;
    };
    expect((await page.comeBack(await changed('state', 'guess'))).status).toBe(403);
    // The state of an earlier page is over as soon as a new one was shown.
    expect((await page.comeBack(await page.decide('developer', page.authorize))).status).toBe(403);
    const foreign = await page.comeBack(await changed('iss', 'https://evil.example/P2other'));
    expect(foreign.text).toContain('came from another place');
    expect(tokens()).toBe(0);
    const back = await page.decide('developer', await page.start());
    await fetch(back);
    // Whoever lures another browser to the callback gets nothing: the cookie is missing there.
    expect((await fetch(`${page.origin}/auth/arrived`)).status).toBe(403);
    expect(tokens()).toBe(0);
    expect((await page.comeBack(back)).status).toBe(200);
    expect(tokens()).toBe(1);
    expect((await page.comeBack(back)).status).toBe(403);
    expect(tokens()).toBe(1);
    await call;
  });

  it('says what Descope says when it refuses, and offers to begin again', async () => {
    await using rig = await startAsking();
    const call = rig.call(LOGS, {}, { withinMs: 4_000 });
    const page = await visit(await rig.firstPage);
    const { searchParams } = new URL(page.authorize);
    const refused = new URL(searchParams.get('redirect_uri') ?? '');
    refused.search = new URLSearchParams({
      error: 'access_denied',
      error_description: '<b>no</b>',
      state: searchParams.get('state') ?? '',
    }).toString();
    const { text } = await page.comeBack(refused.href);
    expect(text).toContain('Descope says: &lt;b&gt;no&lt;/b&gt;.');
    expect(text).toContain('Go on to the sign-in');
    rig.sandbox.faults.inject({ kind: 'status', status: 400, path: '/oauth2/v1/token' });
    const failed = await page.comeBack(await page.decide('developer', await page.start()));
    expect(failed.text).toContain('Descope refuses it');
    const done = await page.comeBack(await page.decide('observer', await page.start()));
    expect((await page.submit(done.text, {})).status).toBe(200);
    await call;
    expect(await rig.result(WHO)).toMatchObject({ user_id: 'U2demoOlaf' });
  });

  it('is asked for again when Descope refuses to renew, and not for anonymous reading', async () => {
    await using rig = await startAsking({ secrets: {} });
    await rig.ok(LOGS, { limit: 1 });
    rig.sandbox.faults.inject({ kind: 'status', status: 401, path: '/v1/auth/refresh', times: 'always' });
    rig.advance(1_000);
    expect(await rig.fails(LOGS)).toMatchObject({ code: 'GH_SIGN_IN' });
    const { fields } = await rig.call(LOGS, {}, { withinMs: 3_200 });
    expect(fields).toMatchObject({ code: 'GH_SIGN_IN', status: 'pending', authorization_url: rig.pages[0] });
    await using open = await startAsking({ settings: { allowAnonymous: true } });
    expect((await open.call(LOGS, { limit: 1 })).fields).toMatchObject({ success: true });
    expect(open.pages).toEqual([]);
  });

  it.skipIf(!existsSync(CHROMIUM))('works in a real browser', { timeout: 40_000 }, async () => {
    await using rig = await startAsking();
    const call = rig.call(LOGS, { limit: 1 });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(await rig.firstPage);
      await page.getByRole('link', { name: 'Go on to the sign-in' }).click();
      await page.getByRole('link', { name: 'Tara Example' }).click();
      await page.getByLabel('Tenant').selectOption('T2other');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('status').waitFor();
      expect(page.url()).not.toMatch(/code=|state=/);
    } finally {
      await browser.close();
    }
    expect((await call).fields).toMatchObject({ success: true });
    expect(await rig.result(WHO)).toMatchObject({ tenant: 'T2other' });
  });
});

describe('a tenant named in the settings', () => {
  it('is the one that counts, for users and for access keys', async () => {
    await using user = await startRig({ as: 'two-tenants', settings: { tenant: 'T2acme' } });
    expect(await user.result(WHO)).toMatchObject({ tenant: 'T2acme' });
    await user.ok('deploy_service', { ...DISPATCH, environment: 'staging' });
    expect(await user.fails('deploy_service', DISPATCH)).toMatchObject({ reason: 'forbidden' });
    await using key = await startRig({ as: 'access-key', settings: { tenant: 'T2acme' } });
    await key.result(WHO);
    expect(key.sent('POST /v1/auth/accesskey/exchange')[0]?.body).toEqual({
      loginOptions: { selectedTenant: 'T2acme' },
    });
    await using wrong = await startRig({ as: 'two-tenants', settings: { tenant: 'T2nowhere' } });
    expect(await wrong.fails(LOGS)).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('T2acme, T2other'),
    });
  });
});
