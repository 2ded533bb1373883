import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { browser } from './browser.ts';
import { cloudways } from './index.ts';
import { DEMO_EMAIL, DEMO_KEY } from './sandbox/access.ts';
import { type Rig, SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };
const logins = (rig: Rig) => rig.sandbox.requests.filter(({ path }) => path.includes('/oauth/'));

/** Fact sheet §5.2. Defects 19, 20 and 25 are tested with the server as a process and with the catalogue. */
describe('defects of the original', () => {
  it('defect 1: whether an operation has finished can be asked', async () => {
    await using rig = await startRig({ switches: { speed: 1 } });
    const { operation_id } = await rig.ok('backup_app', SHOP);
    expect(await rig.ok('get_operation_status', { operation_id })).toMatchObject({ state: 'running' });
    rig.sandbox.advance(91);
    expect(await rig.ok('wait_for_operation', { operation_id })).toMatchObject({ state: 'done' });
  });

  it('defect 2: details of a server are its details, and a part that fails is no success', async () => {
    await using rig = await startRig();
    expect(await rig.ok('get_server_details', S)).toMatchObject({
      server: { id: '41001', label: 'Harbour Shop', public_ip: '203.0.113.24' },
      bandwidth: [{ name: 'bandwidth_monthly' }],
      disk: [{ name: 'shopwpqaz' }, {}, {}],
    });
    rig.sandbox.faults.inject({ kind: 'status', status: 400, path: '**/server/monitor/summary' });
    expect(await rig.fails('get_server_details', S)).toMatchObject({ code: 'GH_VENDOR_REFUSED' });
  });

  it('defect 3: the disk of an application is called disk', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_app_monitoring_summary', SHOP);
    expect(told).toMatchObject({ disk_kb: { total: 1_887_232 }, database_tables: [{ name: 'wp_postmeta' }, {}] });
    expect(told).not.toHaveProperty('bandwidth');
  });

  it('defect 4: what is worked out by an operation comes as data, not as its id', async () => {
    await using rig = await startRig();
    expect(await rig.ok('get_server_disk_usage', S)).toMatchObject({ result: { disk_used_perc: '62%' } });
    expect(await rig.ok('get_server_analytics', S)).toMatchObject({
      result: { applications: { header: ['App', 'CPU', 'RAM'] } },
    });
    expect(await rig.ok('get_app_backup_status', SHOP)).toMatchObject({
      backup_dates: [{}, {}, {}].map(() => expect.any(String)),
    });
  });

  it('defect 5: what Cloudways says of an error is passed on', async () => {
    await using rig = await startRig();
    expect(await rig.fails('check_ip_blacklisted', { server_id: 5, ip: '203.0.113.9' })).toMatchObject({
      error: expect.stringContaining('The selected server id is invalid.'),
      status_code: 422,
    });
  });

  it('defect 6: 401, 429 and a vendor that is down are recovered from', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    rig.sandbox.revokeTokens();
    await rig.ok('list_projects');
    rig.sandbox.faults.inject(
      { kind: 'status', status: 429, retryAfter: 0.05 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 500 },
    );
    await rig.ok('list_projects');
  });

  it('defect 7: passwords are masked, and the one action that shows them is flagged', async () => {
    await using rig = await startRig();
    const told = await rig.ok('list_servers');
    expect(told).toMatchObject({
      servers: [{ master_password: '•••', apps: [{ mysql_password: '•••' }, {}, {}] }, {}, {}],
    });
    expect(await rig.ok('get_app_credentials', SHOP)).toMatchObject({
      app_creds: [{ sys_user: 'deploy01', sys_password: '•••' }],
    });
    const actions = catalogOf(cloudways).tools.flatMap(tool => tool.actions);
    const revealing = actions.filter(({ flags }) => flags.includes('revealsSecret'));
    expect(revealing.map(({ name, sensitiveResult }) => [name, sensitiveResult])).toEqual([['reveal_password', true]]);
    const shown = [
      [{ of: 'master_user' }, 'demo-Master41001'],
      [{ of: 'app_admin', ...SHOP }, 'demo-App510201'],
      [{ of: 'database', ...SHOP }, 'demo-Db510201'],
    ] as const;
    for (const [input, password] of shown)
      expect(await rig.ok('reveal_password', { ...S, ...input })).toMatchObject({ password });
    expect(await rig.ok('reveal_password', { ...SHOP, of: 'app_users' })).toMatchObject({
      users: [{ password: 'demo-Cred510201' }],
    });
    expect(rig.stderr()).not.toMatch(/demo-(Master|App|Db|Cred)/);
  });

  it('defect 8: the budget is that of the account, whatever is asked for', async () => {
    await using rig = await startRig({ settings: { rateRequests: 4 } });
    await rig.ok('list_projects');
    await rig.ok('list_team_members');
    await rig.ok('get_server_settings', S);
    const { fields } = await rig.call('get_disk_settings', S, { withinMs: 5_000 });
    expect(fields).toMatchObject({ code: 'GH_VENDOR_RATE', error: expect.stringContaining('nothing was sent') });
    expect(rig.sandbox.requests).toHaveLength(4);
  });

  it('defect 9: calls at once never get more than the budget, and its state is told truly', async () => {
    await using rig = await startRig({ settings: { rateRequests: 20 } });
    const calls = await Promise.all(
      Array.from({ length: 40 }, () => rig.call('list_projects', {}, { withinMs: 4_000 })),
    );
    expect(calls.filter(({ isError }) => !isError)).toHaveLength(19);
    expect(rig.sandbox.requests).toHaveLength(20);
    const before = rig.sandbox.requests.length;
    expect(await rig.ok('rate_limit_status')).toMatchObject({ budgets: [{ capacity: 20, left: 0 }, { left: 18 }] });
    expect(rig.sandbox.requests).toHaveLength(before);
  });

  it('defect 10: a token is used until it ends, by one clock', async () => {
    let ahead = 0;
    const now = () => Date.now() + ahead;
    await using rig = await startRig({ now, switches: { now } });
    await rig.ok('list_projects');
    ahead += 3_500_000;
    await rig.ok('list_projects');
    expect(logins(rig)).toHaveLength(1);
    // Within the last minute it is renewed before it ends.
    ahead += 50_000;
    await rig.ok('list_projects');
    expect(logins(rig)).toHaveLength(2);
  });

  it('defect 11: an ended token is an answer, not a crash', async () => {
    await using rig = await startRig({ as: 'READ' });
    await rig.ok('list_projects');
    rig.sandbox.revokeTokens();
    expect(await rig.fails('list_projects')).toMatchObject({
      code: 'GH_SIGN_IN',
      hint: expect.stringContaining('access token'),
    });
    expect(await rig.fails('list_projects')).toMatchObject({ code: 'GH_SIGN_IN' });
  });

  it('defect 12: a sign-in that is not over yet is waited for; see also browser.test.ts', async () => {
    const pages: string[] = [];
    await using rig = await startRig({
      secrets: { email: '', secret: '' },
      browser: { perSession: 3, perAddress: 10, lockoutMs: 1, lifeMs: 60_000, open: url => void pages.push(url) },
    });
    const { fields } = await rig.call('list_projects', {}, { withinMs: 3_050 });
    expect(fields).toMatchObject({ code: 'GH_SIGN_IN', status: 'pending', authorization_url: pages[0] });
  });

  it('defect 13: using a sign-in does not lengthen it', async () => {
    let ahead = 0;
    const now = () => Date.now() + ahead;
    await using rig = await startRig({
      now,
      switches: { now },
      secrets: { email: '', secret: '' },
      browser: { perSession: 3, perAddress: 10, lockoutMs: 1, lifeMs: 60_000, open: url => void signIn(url) },
    });
    await rig.ok('list_projects');
    const { token_expires_at: end } = await rig.ok('customer_info');
    ahead += 3_000_000;
    await rig.ok('list_projects');
    expect(await rig.ok('customer_info')).toMatchObject({ token_expires_at: end });
  });

  it('defect 14: what a sign-in gives is what the next request uses', async () => {
    await using rig = await startRig({
      secrets: { email: '', secret: '' },
      browser: { perSession: 3, perAddress: 10, lockoutMs: 1, lifeMs: 60_000, open: url => void signIn(url) },
    });
    await rig.ok('list_projects');
    expect(rig.sent()).toMatchObject([{ path: '/api/v2/project', authorization: 'present', status: 200 }]);
  });

  it('defect 15: a refused credential is told as that, with a next step', async () => {
    await using rig = await startRig({ secrets: { secret: 'demo-key-2222222222222222' } });
    const told = await rig.fails('ping');
    expect(told).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('The user credentials were incorrect.'),
      hint: expect.any(String),
    });
  });

  it('defect 16: one token serves all calls', async () => {
    await using rig = await startRig();
    for (const name of ['list_projects', 'list_servers', 'get_alerts']) await rig.ok(name);
    expect(logins(rig)).toHaveLength(1);
  });

  it('defect 17: calls at once make one sign-in', async () => {
    await using rig = await startRig();
    await Promise.all(Array.from({ length: 12 }, () => rig.ok('list_projects')));
    expect(logins(rig)).toHaveLength(1);
  });

  it('defect 18: a sign-in link works once, and carries no session', async () => {
    const pages: string[] = [];
    await using rig = await startRig({
      secrets: { email: '', secret: '' },
      browser: { perSession: 3, perAddress: 10, lockoutMs: 1, lifeMs: 60_000, open: url => void pages.push(url) },
    });
    await rig.call('list_projects', {}, { withinMs: 3_050 });
    const [link = ''] = pages;
    const first = await fetch(link);
    const [, cookie = ''] = /gatehouse_sign_in=([\w-]+)/.exec(first.headers.get('set-cookie') ?? '') ?? [];
    expect(link).not.toContain(cookie);
    // Whoever gets the link later, as a victim of it or as its thief, gets nothing.
    expect((await fetch(link)).status).toBe(403);
  });

  it('defect 21: good e-mail addresses are taken, bad ones are not', () => {
    const { check } = browser.form;
    for (const email of ['a@b.co', 'first.last+tag@sub.example.com', "o'neil@example.org", 'x_y-z@example.museum'])
      expect(check({ email, secret: DEMO_KEY })).toBeUndefined();
    for (const email of ['', 'a', 'a@b', '@example.com', 'a b@example.com'])
      expect(check({ email, secret: DEMO_KEY })).toBeTypeOf('string');
    for (const secret of ['', 'x'.repeat(19), 'x'.repeat(201), `with blank ${DEMO_KEY}`])
      expect(check({ email: DEMO_EMAIL, secret })).toContain('20 to 200');
  });

  it('defect 22: it is said where the secret is', async () => {
    await using rig = await startRig();
    const told = await rig.ok('customer_info');
    expect(told).toMatchObject({
      secret_kept: expect.stringContaining('memory'),
      email: DEMO_EMAIL,
      credential_kind: 'api-key',
    });
    expect(JSON.stringify(told)).not.toContain(DEMO_KEY);
  });

  it('defect 23: no token is in a name, a line or a result', async () => {
    await using rig = await startRig();
    const results = [await rig.ok('ping'), await rig.ok('customer_info'), await rig.ok('rate_limit_status')];
    expect(JSON.stringify(results) + rig.stderr()).not.toMatch(/demo-token|demo-key/);
    expect(rig.sandbox.requests.every(({ path, query }) => !JSON.stringify([path, query]).includes('demo-'))).toBe(
      true,
    );
  });

  it('defect 24: ids, addresses, host names and certificates are checked before anything is sent', async () => {
    await using rig = await startRig();
    const wrong: readonly (readonly [string, object])[] = [
      ['stop_server', { server_id: 0 }],
      ['stop_server', { server_id: 1_000_000_000 }],
      ['stop_server', { server_id: '41001; rm' }],
      ['backup_app', { ...S, app_id: -1 }],
      ['allow_ip_siab', { ...S, ip: '300.1.1.1' }],
      ['update_whitelisted_ips', { ...S, ips: ['203.0.113.0/24'] }],
      ['update_app_cname', { ...SHOP, cname: 'http://x' }],
      ['install_ssl_certificate', { ...SHOP, certificate: 'x', private_key: 'y' }],
      ['install_letsencrypt', { ...SHOP, ssl_email: 'x', ssl_domains: ['a.test'] }],
      ['install_letsencrypt', { ...SHOP, ssl_email: 'a@b.test', ssl_domains: [] }],
      ['git_clone', { ...SHOP, git_url: '; curl evil', branch_name: 'main' }],
      ['get_operation_status', { operation_id: '../server' }],
    ];
    for (const [name, input] of wrong)
      expect([name, await rig.fails(name, input)]).toEqual([
        name,
        expect.objectContaining({ code: 'GH_INVALID_INPUT' }),
      ]);
    expect(rig.sandbox.requests).toEqual([]);
  });

  it('defect 26: every verb of the vendor is used', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    await rig.ok('clear_app_cache', SHOP);
    await rig.ok('rename_server', { ...S, label: 'Harbour' });
    await rig.ok('delete_project', { project_id: 9002 });
    expect([...new Set(rig.sent().map(({ method }) => method))].sort()).toEqual(['DELETE', 'GET', 'POST', 'PUT']);
  });

  it('defect 27: removing a domain cannot be read as setting an empty one', async () => {
    await using rig = await startRig();
    await rig.ok('delete_app_cname', { ...SHOP, wait: true });
    expect(rig.sent('POST')).toEqual([]);
    expect(await rig.fails('update_app_cname', { ...SHOP, cname: '' })).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });
});

/** Signs in as a person would, without a browser. */
async function signIn(link: string): Promise<void> {
  await sleep(5);
  const { origin } = new URL(link);
  const cookie = ((await fetch(link)).headers.get('set-cookie') ?? '').split(';', 1).join('');
  const form = await (await fetch(`${origin}/auth`, { headers: { cookie } })).text();
  const [, word = ''] = /name="word" value="([\w-]+)"/.exec(form) ?? [];
  await fetch(`${origin}/auth/submit`, {
    method: 'POST',
    headers: { cookie, origin },
    body: new URLSearchParams({ word, email: DEMO_EMAIL, secret: DEMO_KEY }),
  });
}
