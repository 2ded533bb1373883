import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sandboxes } from '../mcp/index.ts';
import { startHost, type TestHost } from './testing/index.ts';

type Sandbox = Awaited<ReturnType<Awaited<ReturnType<NonNullable<(typeof sandboxes)[string]>>>['startSandbox']>>;

let sandbox: Sandbox;
beforeAll(async () => {
  const load = sandboxes.cloudways;
  if (load === undefined) throw new Error('There is no sandbox of Cloudways.');
  sandbox = await (await load()).startSandbox();
});
afterAll(() => sandbox.close());

/** A host with a connection without credentials, and the pages that it was told to show. */
async function withoutCredentials() {
  const pages: string[] = [];
  const host = await startHost({ openPage: url => void pages.push(url) });
  const settings = { ...sandbox.credentials[0]?.settings };
  await host.window('connections.add', { backend: 'cloudways', name: 'acme', settings, secrets: {} });
  return { host, pages };
}

async function ask(host: TestHost) {
  const link = await host.link('cloudways/acme');
  await link.initialize();
  const answer = link.request('tools/call', { name: 'account', arguments: { action: 'list_projects' } });
  return answer.then(({ result }) => {
    link.close();
    return (result as { readonly structuredContent: Readonly<Record<string, unknown>> }).structuredContent;
  });
}

async function until(ready: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !ready(); ) {
    if (Date.now() > end) throw new Error('Waited in vain.');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

/** What a browser does with the page: opens it, fills it in, sends it. */
async function signIn(link: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
  const { origin } = new URL(link);
  const cookie = ((await fetch(link)).headers.get('set-cookie') ?? '').split(';', 1).join('');
  const form = await (await fetch(`${origin}/auth`, { headers: { cookie } })).text();
  expect(form).toContain('Keep it in the vault');
  const [, word = ''] = /name="word" value="([\w-]+)"/.exec(form) ?? [];
  const { email = '', secret = '' } = sandbox.credentials[0]?.secrets ?? {};
  const post = (key: string) =>
    fetch(`${origin}/auth/submit`, {
      method: 'POST',
      headers: { cookie, origin },
      body: new URLSearchParams({ word, email, secret: key, ...more }),
    });
  await post('demo-key-0000000000000001');
  return (await post(secret)).status;
}

describe('a role that does not suffice', () => {
  it('is found out by trying, shown where grants are shown, and tried anew after a sign-in', async () => {
    await using host = await startHost();
    const read = sandbox.credentials.find(({ label }) => label === 'READ');
    const settings = { baseUrl: read?.settings.baseUrl };
    await host.window('connections.add', {
      backend: 'cloudways',
      name: 'acme',
      settings,
      secrets: { ...read?.secrets },
    });
    await host.window('grants.set', {
      id: 'cloudways/acme',
      tool: 'servers',
      action: 'start_server',
      verdict: 'allow',
    });
    const link = await host.link('cloudways/acme');
    await link.initialize();
    const start = () =>
      link.request('tools/call', { name: 'servers', arguments: { action: 'start_server', server_id: 41003 } });
    const verdict = async () =>
      (await host.window('grants.show', { id: 'cloudways/acme' })).actions.find(
        ({ action }) => action === 'start_server',
      );
    expect(await verdict()).toMatchObject({ verdict: 'allow' });
    expect(await start()).toMatchObject({ result: { structuredContent: { code: 'GH_VENDOR_SCOPE' } } });
    await until(() => host.parts.fleet.refusedOf(host.parts.connections.get('cloudways/acme').uuid).size > 0);
    expect(await verdict()).toMatchObject({
      verdict: 'hide',
      because: expect.stringContaining('the vendor refused it'),
    });
    const { result } = await link.request('tools/list');
    expect(JSON.stringify(result).includes('"start_server"')).toBe(false);
    await host.window('connections.test', { id: 'cloudways/acme' });
    expect(await verdict()).toMatchObject({ verdict: 'allow' });
    link.close();
  });
});

describe('a call that replaces a list', () => {
  const addresses = (server: number) => ({
    name: 'access',
    arguments: {
      action: 'update_whitelisted_ips',
      server_id: server,
      mode: 'replace',
      ips: ['192.0.2.1'],
      removes: ['203.0.113.7', '198.51.100.20'],
    },
  });
  async function asked(host: TestHost, call: Readonly<Record<string, unknown>>) {
    const full = sandbox.credentials.find(({ label }) => label === 'FULL');
    const settings = { baseUrl: full?.settings.baseUrl };
    await host.window('connections.add', {
      backend: 'cloudways',
      name: 'acme',
      settings,
      secrets: { ...full?.secrets },
    });
    const link = await host.link('cloudways/acme');
    await link.initialize();
    const answer = link.request('tools/call', call);
    const waiting = async () => (await host.window('approvals.list', {}))[0];
    await vi.waitFor(async () => expect((await waiting())?.plan?.state).toMatch(/read$|unknown/), { timeout: 15_000 });
    return { link, answer, waiting: await waiting() };
  }

  it('shows the person what goes and what comes, and the history keeps what was shown', async () => {
    await using host = await startHost();
    const { link, answer, waiting } = await asked(host, addresses(41001));
    const what = 'address that gets in by SSH and SFTP';
    const changes = [
      { what, before: '203.0.113.7', after: null },
      { what, before: '198.51.100.20', after: null },
      { what, before: null, after: '192.0.2.1' },
    ];
    expect(waiting?.plan).toEqual({ state: 'read', changes });
    await host.window('approvals.allow', { id: waiting?.id ?? '' });
    expect(await answer).toMatchObject({ result: { structuredContent: { success: true, verified: true } } });
    const approval = (await host.entries()).find(({ kind }) => kind === 'approval');
    expect(approval?.details).toEqual({ changes });
    link.close();
  });

  it('shows the person text that others wrote, which the history does not keep', async () => {
    await using host = await startHost();
    const { link, answer, waiting } = await asked(host, {
      name: 'app_settings',
      arguments: { action: 'update_app_fpm_settings', server_id: 41001, app_id: 510201, fpm_setting: 'pm = ondemand' },
    });
    expect(JSON.stringify(waiting?.plan)).toContain('pm.max_children = 20');
    await host.window('approvals.deny', { id: waiting?.id ?? '', reason: '' });
    await answer;
    const entries = await host.entries();
    expect(entries.find(({ kind }) => kind === 'approval')?.details).toEqual({
      changes: [{ what: 'PHP-FPM setting', before: '•••', after: null }],
    });
    expect(JSON.stringify(entries)).not.toContain('max_children');
    link.close();
  });

  it('says why it cannot tell, and can still be refused', async () => {
    await using host = await startHost();
    const { link, answer, waiting } = await asked(host, addresses(1));
    expect(waiting?.plan).toMatchObject({ state: 'unknown', why: expect.stringMatching(/server/i) });
    await host.window('approvals.deny', { id: waiting?.id ?? '', reason: '' });
    expect(await answer).toMatchObject({ result: { _meta: { 'io.gatehouse/code': 'GH_APPROVAL_DENIED' } } });
    link.close();
  });
});

describe('a connection without credentials', () => {
  it.each([
    ['for this time', {}, []],
    ['and have it kept in the vault', { keep: 'yes' }, ['email', 'secret']],
  ])('lets a person sign in on a page, %s; the history tells of it', async (_how, more, kept) => {
    const { host, pages } = await withoutCredentials();
    await using _ = host;
    const answer = ask(host);
    await until(() => pages.length > 0);
    expect(await signIn(pages[0] ?? '', more)).toBe(200);
    expect(await answer).toMatchObject({ success: true, demo: true, projects: [{ name: 'Retail' }, {}] });
    const entries = await host.entries();
    const told = entries
      .filter(({ kind }) => kind === 'browser-sign-in')
      .map(({ message, outcome }) => [message, outcome]);
    expect(told).toEqual([
      ['begins', 'ok'],
      ['opened', 'ok'],
      ['failed', 'refused'],
      ['authenticated', 'ok'],
    ]);
    const { uuid } = host.parts.connections.get('cloudways/acme');
    expect(Object.keys(host.parts.vault.readSecrets(uuid)).sort()).toEqual(kept);
    expect(JSON.stringify(entries)).not.toContain('demo-key');
    await host.parts.fleet.stop(uuid);
    const again = ask(host);
    if (kept.length > 0) expect(await again).toMatchObject({ success: true });
    else await until(() => pages.length > 1);
    expect(pages).toHaveLength(kept.length > 0 ? 1 : 2);
  });
});
