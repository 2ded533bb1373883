import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { describe, expect, it } from 'vitest';
import { DEMO_EMAIL, DEMO_KEY } from './sandbox/access.ts';
import { type RigOptions, startRig } from './testing.ts';

const CHROMIUM = '/usr/bin/chromium';
const LIMITS = { perSession: 3, perAddress: 10, lockoutMs: 300_000, lifeMs: 300_000 };

/** A server that was started without credentials, and the pages that it opened. */
async function startAsking(options: RigOptions = {}, limits: Partial<typeof LIMITS> = {}) {
  const pages: string[] = [];
  const { promise: first, resolve } = Promise.withResolvers<string>();
  const open = (url: string): void => {
    pages.push(url);
    resolve(url);
  };
  const rig = await startRig({
    secrets: { email: '', secret: '' },
    browser: { ...LIMITS, ...limits, open },
    ...options,
  });
  return Object.assign(rig, { pages, firstPage: first });
}

/** What a browser does, without one. */
async function visit(link: string) {
  const opened = await fetch(link);
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';', 1).join('');
  const { origin } = new URL(link);
  const headers = { cookie, origin };
  const form = await (await fetch(`${origin}/auth`, { headers })).text();
  const word = /name="word" value="([\w-]+)"/.exec(form)?.[1] ?? '';
  const submit = async (fields: Readonly<Record<string, string>>, changed: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${origin}/auth/submit`, {
      method: 'POST',
      headers: { ...headers, ...changed },
      body: new URLSearchParams({ word, ...fields }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return { opened, cookie, origin, form, submit, headers };
}

const RIGHT = { email: DEMO_EMAIL, secret: DEMO_KEY };
const WRONG = { email: DEMO_EMAIL, secret: 'demo-key-9999999999999999' };

describe('the sign-in in a browser', () => {
  it('is opened by the first call, which waits for it, and the key is forgotten after it', async () => {
    await using rig = await startAsking();
    const [call, other] = [rig.call('list_projects'), rig.call('list_servers')];
    const page = await visit(await rig.firstPage);
    expect((await page.submit(RIGHT)).status).toBe(200);
    const { fields, progress } = await call;
    expect((await other).fields).toMatchObject({ success: true });
    expect(fields).toMatchObject({ success: true, projects: [{ name: 'Retail' }, {}] });
    expect(progress[0]?.message).toContain(new URL(rig.pages[0] ?? '').origin);
    await rig.ok('list_projects');
    expect(await rig.ok('customer_info')).toMatchObject({ email: DEMO_EMAIL, credential_kind: 'session' });
    expect(rig.sandbox.requests.filter(({ path }) => path.includes('/oauth/'))).toHaveLength(1);
    expect(rig.pages).toHaveLength(1);
    expect(rig.stderr()).not.toContain(DEMO_KEY);
    expect(rig.stderr()).toMatch(/browser sign-in begins[\s\S]*opened[\s\S]*authenticated/);
  });

  it('gives the address to a call that cannot wait so long, and the next call finds the sign-in', async () => {
    await using rig = await startAsking();
    const { fields } = await rig.call('list_projects', {}, { withinMs: 3_050 });
    expect(fields).toMatchObject({ code: 'GH_SIGN_IN', status: 'pending', authorization_url: rig.pages[0] });
    const page = await visit(rig.pages[0] ?? '');
    await page.submit(RIGHT);
    await rig.ok('list_projects');
    expect(rig.pages).toHaveLength(1);
  });

  it('takes an access token too, and proves it first', async () => {
    await using rig = await startAsking();
    const call = rig.call('list_projects');
    const page = await visit(await rig.firstPage);
    expect(await page.submit({ email: '', secret: 'cw_demo_wrong_0123456789' })).toMatchObject({ status: 400 });
    expect(await page.submit({ email: '', secret: 'cw_demo_full_3e9a2b7f61' })).toMatchObject({ status: 200 });
    expect((await call).fields).toMatchObject({ success: true });
  });

  it('checks the form, counts it as an attempt, and never asks the vendor for it', async () => {
    await using rig = await startAsking();
    const call = rig.call('list_projects', {}, { withinMs: 3_300 });
    const page = await visit(await rig.firstPage);
    const told = await page.submit({ email: 'nobody', secret: DEMO_KEY });
    expect(told).toMatchObject({ status: 400, text: expect.stringContaining('not an e-mail') });
    expect(await page.submit({ email: DEMO_EMAIL, secret: 'short' })).toMatchObject({ status: 400 });
    expect(rig.sandbox.requests).toEqual([]);
    await call;
  });

  it('is locked after three failures of a session, and after ten of an address, until the time is over', async () => {
    let ahead = 0;
    await using rig = await startAsking({ now: () => Date.now() + ahead, switches: { now: () => Date.now() + ahead } });
    const call = rig.call('list_projects', {}, { withinMs: 3_050 });
    const page = await visit(await rig.firstPage);
    for (let tries = 0; tries < 3; tries++) expect(await page.submit(WRONG)).toMatchObject({ status: 400 });
    const locked = await page.submit(RIGHT);
    expect(locked).toMatchObject({ status: 429, text: expect.stringContaining('Too many attempts') });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(295);
    expect(rig.sandbox.requests).toHaveLength(3);
    expect(rig.stderr()).toContain('browser sign-in locked out');
    await call;
    ahead += 301_000;
    expect(await page.submit(RIGHT)).toMatchObject({ status: 200 });

    await using other = await startAsking({}, { perSession: 100, perAddress: 4 });
    const second = other.call('list_projects', {}, { withinMs: 3_050 });
    const wrong = await visit(await other.firstPage);
    for (let tries = 0; tries < 4; tries++) await wrong.submit(WRONG);
    expect(await wrong.submit(RIGHT)).toMatchObject({ status: 429 });
    await second;
  });

  it('expires, and reading it does not lengthen it', async () => {
    await using rig = await startAsking({}, { lifeMs: 300 });
    const call = rig.call('list_projects');
    const page = await visit(await rig.firstPage);
    const looking = setInterval(
      () => void fetch(`${page.origin}/auth/status`, { headers: page.headers }).catch(() => 0),
      40,
    );
    expect((await call).fields).toMatchObject({ code: 'GH_SIGN_IN', status: 'expired' });
    clearInterval(looking);
  });

  it('asks again when the token has ended', async () => {
    let ahead = 0;
    await using rig = await startAsking({ now: () => Date.now() + ahead, switches: { now: () => Date.now() + ahead } });
    const call = rig.call('list_projects');
    await (await visit(await rig.firstPage)).submit(RIGHT);
    await call;
    ahead += 3_601_000;
    const again = rig.call('list_projects', {}, { withinMs: 3_200 });
    expect((await again).fields).toMatchObject({ code: 'GH_SIGN_IN', authorization_url: rig.pages[1] });
    expect(rig.pages).toHaveLength(2);
  });

  it('does not let a link be used twice, a form be forged, or another name or site reach it', async () => {
    await using rig = await startAsking();
    const call = rig.call('list_projects', {}, { withinMs: 3_300 });
    const link = await rig.firstPage;
    const page = await visit(link);
    expect(page.opened.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect(page.opened.headers.get('cache-control')).toBe('no-store');
    expect(page.opened.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.form).not.toContain('once=');
    expect((await fetch(link)).status).toBe(403);
    expect((await fetch(`${page.origin}/auth`)).status).toBe(403);
    expect(await page.submit({ ...RIGHT, word: 'forged' })).toMatchObject({ status: 403 });
    expect(await page.submit(RIGHT, { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await page.submit(RIGHT, { cookie: 'gatehouse_sign_in=guess' })).toMatchObject({ status: 403 });
    expect(rig.sandbox.requests).toEqual([]);
    expect(new URL(link).hostname).toBe('127.0.0.1');
    expect(new URL(link).searchParams.get('once')).toMatch(/^[\w-]{43}$/);
    await call;
  });

  it.skipIf(!existsSync(CHROMIUM))('works in a real browser', async () => {
    await using rig = await startAsking();
    const call = rig.call('list_projects');
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(await rig.firstPage);
      await page.getByLabel('E-mail').fill(DEMO_EMAIL);
      expect(page.url()).not.toContain('once');
      await page.getByLabel('API key or access token').fill('demo-key-9999999999999999');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      await page.getByLabel('E-mail').fill(DEMO_EMAIL);
      await page.getByLabel('API key or access token').fill(DEMO_KEY);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('You are signed in.').waitFor();
    } finally {
      await browser.close();
    }
    expect((await call).fields).toMatchObject({ success: true });
  });
});
