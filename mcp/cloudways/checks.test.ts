import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cloudways } from './index.ts';
import { SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };
const secretsIn = (value: unknown): string[] => JSON.stringify(value).match(/demo-[A-Z]\w+/g) ?? [];

/** Fact sheet §8.5: what catches a wrong client. */
describe('the client', () => {
  it('check 1: "0" is not finished, and "-1" is an error', async () => {
    await using rig = await startRig({ switches: { speed: 1 } });
    const { operation_id } = await rig.ok('restart_server', S);
    expect(await rig.ok('get_operation_status', { operation_id })).toMatchObject({ state: 'running', minutes_left: 2 });
    rig.sandbox.advance(121);
    expect(await rig.ok('get_operation_status', { operation_id })).toMatchObject({ state: 'done' });
    rig.sandbox.switches.set({ speed: 20_000, failOperations: 'Not enough free disk space.' });
    expect(await rig.fails('backup_app', { ...SHOP, wait: true })).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      state: 'failed',
      error: expect.stringContaining('Not enough free disk space.'),
    });
  });

  it.each(['number', 'text', 'uuid', 'flex'] as const)(
    'check 2: an id that is a %s is polled unchanged',
    async form => {
      await using rig = await startRig({ switches: { operationIds: form } });
      const { operation_id } = await rig.ok('clear_app_cache', { ...SHOP, wait: true });
      expect(operation_id).toEqual(expect.any(String));
      expect(rig.sent('GET').at(-1)?.path).toBe(`/api/v2/operation/${operation_id}`);
      expect(await rig.ok('wait_for_operation', { operation_id })).toMatchObject({ state: 'done', operation_id });
    },
  );

  it('check 3: parameters are decoded, in either place, and broken JSON there is no failure', async () => {
    await using rig = await startRig();
    const found = { state: 'done', backup_dates: [expect.any(String), expect.any(String), expect.any(String)] };
    expect(await rig.ok('list_app_backups', SHOP)).toMatchObject({ ...found, local_backup_exists: true });
    rig.sandbox.switches.set({ restorePoints: 'data' });
    expect(await rig.ok('list_app_backups', SHOP)).toMatchObject(found);
    rig.sandbox.switches.set({ restorePoints: 'parameters', brokenParameters: true });
    expect(await rig.ok('list_app_backups', SHOP)).toMatchObject({ state: 'done', result: expect.any(String) });
  });

  it('check 4: 200 with plain text is an error, not a success', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    for (const name of ['clear_app_cache', 'get_app_settings']) {
      rig.sandbox.faults.inject({ kind: 'status', status: 404 });
      expect(await rig.fails(name, SHOP)).toMatchObject({
        code: 'GH_VENDOR_ANSWER',
        status_code: 200,
        error: expect.stringContaining('nothing was done'),
        details: 'You have reached Cloudways API.',
      });
    }
    await using other = await startRig({ settings: { baseUrl: `${rig.sandbox.url}/wrong` } });
    expect(await other.fails('list_servers')).toMatchObject({
      code: 'GH_SIGN_IN',
      hint: expect.stringContaining('baseUrl'),
    });
    await using ssl = await startRig({ switches: { ownSslPath: 'own_ssl' } });
    const pem = (what: string) => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----`;
    const given = { ...SHOP, certificate: pem('CERTIFICATE'), private_key: pem('PRIVATE KEY') };
    await ssl.ok('install_ssl_certificate', given);
    await ssl.ok('install_ssl_certificate', given);
    // The first path is unknown there; the second one is remembered.
    expect(ssl.sent('POST').map(({ path }) => path.split('/').at(-1))).toEqual(['ownSSL', 'own_ssl', 'own_ssl']);
  });

  it('check 5: busy, wrong input and refused are told apart, and busy names the running operation', async () => {
    await using rig = await startRig({ switches: { speed: 0.001 }, settings: { whenBusy: 'fail' } });
    const { operation_id } = await rig.ok('restart_server', S);
    expect(await rig.fails('backup_server', S)).toMatchObject({
      code: 'GH_VENDOR_BUSY',
      operation_id,
      error: expect.stringContaining('restarting_server'),
      hint: expect.stringContaining('nothing was done'),
    });
    expect(await rig.fails('get_server_settings', { server_id: 99 })).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      validation: { server_id: [{ code: 'exists' }] },
    });
    expect(await rig.fails('get_operation_status', { operation_id: '1' })).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      error: expect.stringContaining('Operation not found.'),
    });
  });

  it('check 6: ten parallel calls with a token that ended make one new login, and all succeed', async () => {
    let ahead = 0;
    const now = (): number => Date.now() + ahead;
    await using rig = await startRig({ now, switches: { now } });
    await rig.ok('list_projects');
    ahead += 3_601_000;
    await Promise.all(Array.from({ length: 10 }, () => rig.ok('list_projects')));
    const logins = () => rig.sandbox.requests.filter(({ path }) => path.includes('/oauth/'));
    expect(logins()).toHaveLength(2);
    // And once more when the vendor forgets a token that should still hold.
    rig.sandbox.revokeTokens();
    await Promise.all(Array.from({ length: 10 }, () => rig.ok('list_projects')));
    expect(logins()).toHaveLength(3);
  });

  it('check 7: a wrong key makes one attempt and no loop', async () => {
    await using rig = await startRig({ secrets: { secret: 'demo-key-1111111111111111' } });
    expect(await rig.fails('list_projects')).toMatchObject({
      code: 'GH_SIGN_IN',
      hint: expect.stringContaining('API Integration'),
    });
    expect(rig.sandbox.requests.map(({ path }) => path)).toEqual(['/api/v2/oauth/access_token']);
    await using token = await startRig({ as: 'FULL' });
    await token.ok('list_projects');
    token.sandbox.revokeTokens();
    expect(await token.fails('list_projects')).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('ended or was revoked'),
    });
    expect(token.sandbox.requests.some(({ path }) => path.includes('/oauth/'))).toBe(false);
  });

  it('check 8: 429 is waited out, and a change is not doubled after a broken link', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    rig.sandbox.faults.inject({ kind: 'status', status: 429, retryAfter: 0.2, path: '**/server/start' });
    const began = performance.now();
    await rig.ok('start_server', S);
    expect(performance.now() - began).toBeGreaterThan(190);
    expect(rig.sent('POST')).toHaveLength(2);
    rig.sandbox.faults.inject({ kind: 'reset', when: 'after', path: '**/app/cache/purge' });
    expect(await rig.fails('clear_app_cache', SHOP)).toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
    expect(rig.sent('POST')).toHaveLength(3);
  });

  it('check 9: adding an address keeps the others, and leaves the other list alone', async () => {
    await using rig = await startRig();
    const told = await rig.ok('update_whitelisted_ips', { ...S, ips: ['192.0.2.1'] });
    expect(told).toMatchObject({ added: ['192.0.2.1'], removed: [], verified: true });
    const { whitelists, policy } = rig.sandbox.world.servers[0]?.hidden ?? {};
    expect(whitelists).toEqual({ sftp: ['203.0.113.7', '198.51.100.20', '192.0.2.1'], mysql: ['198.51.100.31'] });
    expect(policy).toBe('allow_all');
  });

  it('check 10: removing a domain arrives as DELETE', async () => {
    await using rig = await startRig();
    await rig.ok('delete_app_cname', SHOP);
    expect(rig.sent('DELETE')).toMatchObject([{ path: '/api/v2/app/manage/cname', status: 200 }]);
  });

  it('check 11: no password of the vendor is in a result, a log line or an error', async () => {
    await using rig = await startRig();
    const results = [];
    for (const [name, input] of [
      ['list_servers', {}],
      ['get_server_details', S],
      ['get_app_details', SHOP],
      ['get_app_credentials', SHOP],
      ['find_app', { query: 'shop' }],
      ['get_ssh_keys', S],
      ['customer_info', {}],
    ] as const)
      results.push(await rig.ok(name, input));
    rig.sandbox.faults.inject({
      kind: 'status',
      status: 500,
      times: 4,
      body: '{"message":"x","sys_password":"demo-Sys510201"}',
    });
    results.push(await rig.fails('get_server_settings', S));
    expect(JSON.stringify(results)).toContain('•••');
    expect(secretsIn(results)).toEqual([]);
    expect(secretsIn(rig.stderr())).toEqual([]);
    expect(rig.stderr()).not.toContain('demo-key');
    expect(rig.stderr()).not.toContain('demo-token');
  });

  it('check 12: read-only offers the reading actions alone, and refuses the others before anything is sent', async () => {
    await using rig = await startRig({ readOnly: true });
    const { tools } = rig.account.catalog;
    for (const { name, actions } of tools)
      for (const action of actions)
        expect([action.name, rig.account.info.permits(name, action.name)]).toEqual([
          action.name,
          action.effect === 'read',
        ]);
    expect(await rig.fails('stop_server', S)).toMatchObject({ code: 'GH_READ_ONLY' });
    expect(await rig.fails('reveal_password', { ...S, of: 'master_user' })).toMatchObject({ code: 'GH_READ_ONLY' });
    expect(rig.sent()).toEqual([]);
  });

  it('check 13: flags are truth values, and ids are compared as text', async () => {
    await using rig = await startRig();
    const { settings } = await rig.ok('get_app_settings', { server_id: 41001, app_id: 510201 });
    expect(settings).toMatchObject({ enforce_https: true, webp: false, wp_cron_setting: true, from_address: null });
    expect(await rig.ok('get_app_details', { server_id: 41001, app_id: '510201' })).toMatchObject({
      app: { id: '510201' },
    });
  });

  it('check 14: the team is a list, and an empty PHP array is no error', async () => {
    await using rig = await startRig({ switches: { emptyAsList: true } });
    const { members } = await rig.ok('list_team_members');
    expect(members).toMatchObject([{ name: 'Ana Ruiz' }, { name: 'Ben Okafor' }, { name: 'Chiara Voss' }]);
    await rig.ok('allow_ip_siab', { ...S, ip: '203.0.113.9' });
    const empty = (path: string, body: string) =>
      rig.sandbox.faults.inject({ kind: 'status', status: 422, path, body });
    empty('**/never', '[]');
    rig.sandbox.world.members = {};
    expect(await rig.ok('list_team_members')).toMatchObject({ members: [] });
  });

  it.each(['v1', 'v2'])('check 15: the envelope and the lists of version %s are read', async apiVersion => {
    await using rig = await startRig({ settings: { apiVersion } });
    const list = { ip_list: ['203.0.113.7', '198.51.100.20'] };
    expect(await rig.ok('get_whitelisted_ips_ssh', S)).toMatchObject(
      apiVersion === 'v2' ? { ...list, policy: 'allow_all' } : list,
    );
    expect(await rig.ok('get_whitelisted_ips_mysql', S)).toMatchObject({ ip_list: ['198.51.100.31'] });
    expect(await rig.ok('get_available_apps')).toMatchObject({ apps: [{ label: 'WordPress' }, { label: 'Magento' }] });
  });

  it('check 16: a gateway’s page is a clean error; a question is repeated, a change is not', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    rig.sandbox.forgetRequests();
    rig.sandbox.faults.inject({ kind: 'html', times: 2 });
    await rig.ok('get_server_settings', S);
    expect(rig.sent('GET')).toHaveLength(3);
    rig.sandbox.faults.inject({ kind: 'html', method: 'POST' });
    const failed = await rig.fails('clear_app_cache', SHOP);
    expect(failed).toMatchObject({ code: 'GH_OUTCOME_UNKNOWN', details: expect.stringContaining('HTML page') });
    expect(JSON.stringify(failed)).not.toContain('<html');
    rig.sandbox.faults.inject({ kind: 'html', status: 200, method: 'POST' });
    expect(await rig.fails('clear_app_cache', SHOP)).toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
    expect(rig.sent('POST')).toHaveLength(2);
  });

  it('check 17: every name of §5.1 is the vendor’s', async () => {
    // mismatches.test.ts has them one by one; wire.test.ts has every action of the catalogue.
    await using rig = await startRig();
    await rig.ok('git_pull', { ...SHOP, branch_name: 'main' });
    expect(rig.lastFields()).toEqual({ ...SHOP, branch_name: 'main', deploy_path: '' });
  });

  it('check 18: one budget for the account: 95 mixed calls never reach the vendor’s limit', async () => {
    // The figures of a minute, in a second: 90 of the vendor's 100.
    const rateWindowSeconds = 0.5;
    await using rig = await startRig({
      settings: { rateRequests: 90, rateWindowSeconds },
      switches: { rateLimit: 100, rateWindowSeconds },
    });
    const names = ['list_projects', 'list_team_members', 'get_alerts', 'list_alert_channels', 'get_maintenance_window'];
    const calls = Array.from({ length: 95 }, (_, index) => {
      const name = names[index % names.length] ?? 'list_projects';
      return rig.ok(name, name === 'get_maintenance_window' ? S : {});
    });
    await Promise.all(calls);
    expect(rig.sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
    const limits = cloudways.limits;
    expect(typeof limits === 'function' && limits({})).toMatchObject({
      windows: [{ calls: 90, ms: 60_000 }],
      buckets: { analytics: [{ calls: 18, ms: 60_000 }] },
    });
    await sleep(rateWindowSeconds * 1_000 + 50);
    const { budgets } = await rig.ok('rate_limit_status');
    expect(budgets).toMatchObject([
      { name: 'account', capacity: 90, left: 90, vendor_limit: 100, vendor_remaining: expect.any(Number) },
      { name: 'analytics', capacity: 18, left: 18, vendor_remaining: null },
    ]);
  });
});
