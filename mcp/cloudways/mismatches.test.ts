import { describe, expect, it } from 'vitest';
import { ACCESS_TOKENS } from './sandbox/access.ts';
import { type Rig, SHOP, startRig } from './testing.ts';

/** A request as the original server sent it, past our client. */
async function original(rig: Rig, method: string, path: string, fields: Readonly<Record<string, string>>) {
  const [token = ''] = ACCESS_TOKENS.find(([, role]) => role === 'FULL') ?? [];
  const query = method === 'GET' ? `?${new URLSearchParams(fields)}` : '';
  const response = await fetch(`${rig.sandbox.url}/api/v2${path}${query}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'original/1' },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(fields) }),
  });
  return { status: response.status, text: await response.text() };
}

const { server_id, app_id } = SHOP;
const S = { server_id };
const PEM = (what: string): string => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----`;

/** Fact sheet §5.1: what the original sent is refused, and the same wish in our words, or in its own, is carried out. */
describe('parameters that the original got wrong', () => {
  it('mismatch 1: Varnish wants action, not state', async () => {
    await using rig = await startRig();
    for (const path of ['/service/varnish', '/service/appVarnish'])
      expect(await original(rig, 'POST', path, { ...SHOP, state: 'purge' })).toMatchObject({ status: 422 });
    await rig.ok('manage_server_varnish', { ...S, state: 'disable' });
    expect(rig.lastFields()).toEqual({ ...S, action: 'disable' });
    await rig.ok('manage_app_varnish', { app: { ...SHOP, state: 'disable' } });
    expect(rig.lastFields()).toEqual({ ...SHOP, action: 'disable' });
    expect(await rig.ok('get_app_varnish_settings', SHOP)).toMatchObject({ varnish_app_enabled: false });
  });

  it('mismatch 2: a restore wants time and type, not backup_id', async () => {
    await using rig = await startRig();
    const [point = ''] = rig.sandbox.world.servers[0]?.apps[0]?.hidden.restorePoints ?? [];
    expect(await original(rig, 'POST', '/app/manage/restore', { ...SHOP, backup_id: point })).toMatchObject({
      status: 422,
    });
    const { backup_dates } = await rig.ok('list_app_backups', SHOP);
    expect(backup_dates).toContain(point);
    await rig.ok('restore_app', { ...SHOP, time: point, wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, time: point, type: 'complete' });
    expect(await rig.fails('restore_app', { ...SHOP, time: '2001-01-01T00:00:00' })).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      validation: { time: [{ code: 'in' }] },
    });
  });

  it('mismatch 3: a copy wants app_label', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/app/clone', SHOP)).toMatchObject({ status: 422 });
    expect(await rig.fails('clone_app', SHOP)).toMatchObject({ error: expect.stringContaining('app_label') });
    const made = await rig.ok('clone_app', { ...SHOP, app_label: 'Copy', wait: true });
    expect(made).toMatchObject({ app_id: expect.any(String), state: 'done' });
    expect(rig.lastFields()).toEqual({ ...SHOP, app_label: 'Copy' });
    expect(await rig.ok('find_app', { query: 'copy' })).toMatchObject({ apps: [{ app_id: made.app_id }] });
  });

  it('mismatch 4: HTTPS wants status enable or disable', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/app/manage/enforce_https', SHOP)).toMatchObject({ status: 422 });
    await rig.ok('enforce_app_https', { ...SHOP, enabled: false, wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, status: 'disable' });
    expect(await rig.ok('get_app_settings', SHOP)).toMatchObject({ settings: { enforce_https: false } });
  });

  it('mismatch 5: permissions want ownership', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/app/manage/reset_permissions', SHOP)).toMatchObject({ status: 422 });
    await rig.ok('reset_app_file_permissions', { ...SHOP, ownership: 'master_user' });
    expect(rig.lastFields()).toEqual({ ...SHOP, ownership: 'master_user' });
  });

  it('mismatch 6: cleaning wants five flags in words, and spares what people made', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/server/disk/cleanup', S)).toMatchObject({ status: 422 });
    await rig.ok('optimize_server_disk', { ...S, wait: true });
    expect(rig.lastFields()).toEqual({
      ...S,
      remove_app_tmp: 'yes',
      remove_app_private_html: 'no',
      rotate_system_log: 'yes',
      rotate_app_log: 'yes',
      remove_app_local_backup: 'no',
    });
  });

  it('mismatch 7: a measured value wants target, duration, timezone and format', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'GET', '/server/monitor/detail', S)).toMatchObject({ status: 422 });
    const told = await rig.ok('get_server_monitoring_detail', { ...S, target: 'Idle CPU', duration: '1 Hour' });
    expect(told.content).toMatchObject([
      { target: 'Idle CPU', datapoints: [[91.2, expect.any(Number)], {}, [null, {}]] },
    ]);
  });

  it('mismatch 8: analytics want duration and resource, each its own', async () => {
    await using rig = await startRig();
    for (const kind of ['traffic', 'php', 'mysql'])
      expect(await original(rig, 'GET', `/app/analytics/${kind}`, SHOP)).toMatchObject({ status: 422 });
    const told = await rig.ok('get_app_analytics_traffic', { ...SHOP, duration: '1h', resource: 'top_ips' });
    expect(told).toMatchObject({
      state: 'done',
      table: { header: ['IP', 'Count'], body: [['192.0.2.66', 48_211], {}] },
    });
    await rig.ok('get_app_analytics_php', { ...SHOP, duration: '1d', resource: 'slow_pages' });
    await rig.ok('get_app_analytics_mysql', { ...SHOP, duration: '15m', resource: 'slow_queries' });
    const before = rig.sent().length;
    expect(await rig.fails('get_app_analytics_mysql', { ...SHOP, duration: '15m', resource: 'top_ips' })).toMatchObject(
      {
        error: expect.stringContaining('running_queries, slow_queries'),
      },
    );
    expect(rig.sent()).toHaveLength(before);
  });

  it('mismatch 9: a certificate is ssl_crt and ssl_key', async () => {
    await using rig = await startRig();
    const [certificate, private_key] = [PEM('CERTIFICATE'), PEM('RSA PRIVATE KEY')];
    expect(await original(rig, 'POST', '/security/ownSSL', { ...SHOP, certificate, private_key })).toMatchObject({
      status: 422,
    });
    await rig.ok('install_ssl_certificate', { ...SHOP, certificate, private_key });
    expect(rig.lastFields()).toEqual({ ...SHOP, ssl_crt: certificate, ssl_key: private_key });
  });

  it('mismatch 10: Let’s Encrypt wants ssl_email, a list of ssl_domains and wild_card', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/security/lets_encrypt_install', SHOP)).toMatchObject({ status: 422 });
    const wanted = { ssl_email: 'owner@example.test', ssl_domains: ['shop.example.test', 'www.shop.example.test'] };
    await rig.ok('install_letsencrypt', { ...SHOP, ...wanted, wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, ...wanted, wild_card: false });
    expect(await rig.ok('get_app_details', SHOP)).toMatchObject({ app: { lets_encrypt: wanted } });
  });

  it('mismatch 11: a renewal wants wild_card, and the e-mail for a wildcard', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/security/lets_encrypt_manual_renew', SHOP)).toMatchObject({ status: 422 });
    await rig.ok('renew_letsencrypt', SHOP);
    expect(rig.lastFields()).toEqual({ ...SHOP, wild_card: false });
    expect(await rig.fails('renew_letsencrypt', { ...SHOP, wild_card: true })).toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
  });

  it('mismatch 12: automatic renewal is auto, a truth value', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/security/lets_encrypt_auto', { ...SHOP, auto_renewal: '1' })).toMatchObject({
      status: 422,
    });
    await rig.ok('set_letsencrypt_auto_renewal', { params: { ...SHOP, auto_renewal: true } });
    expect(rig.lastFields()).toEqual({ ...SHOP, auto: true });
  });

  it('mismatch 13: revoking wants ssl_domain and wild_card', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/security/lets_encrypt_revoke', SHOP)).toMatchObject({ status: 422 });
    await rig.ok('revoke_letsencrypt', { ...SHOP, ssl_domain: 'shop.example.test', wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, ssl_domain: 'shop.example.test', wild_card: false });
  });

  it('mismatch 14: a whitelist wants ip[], tab, type and ipPolicy, not one text with commas', async () => {
    await using rig = await startRig();
    const ips = '203.0.113.7,203.0.113.8';
    expect(await original(rig, 'POST', '/security/whitelisted', { ...S, ips })).toMatchObject({ status: 422 });
    await rig.ok('update_whitelisted_ips', { ...S, ips: ['203.0.113.8'] });
    expect(rig.lastFields()).toEqual({
      ...S,
      tab: 'sftp',
      ip: ['203.0.113.7', '198.51.100.20', '203.0.113.8'],
      type: 'sftp',
      ipPolicy: 'allow_all',
    });
  });

  it('mismatch 15: cloning wants git_url, branch_name and deploy_path', async () => {
    await using rig = await startRig();
    const git = { repo_url: 'git@git.example.test:shop/site.git', branch: 'main' };
    expect(await original(rig, 'POST', '/git/clone', { ...SHOP, ...git })).toMatchObject({ status: 422 });
    await rig.ok('git_clone', { ...SHOP, ...git, wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, git_url: git.repo_url, branch_name: 'main', deploy_path: '' });
  });

  it('mismatch 16: pulling wants branch_name and deploy_path', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'POST', '/git/pull', SHOP)).toMatchObject({ status: 422 });
    expect(await rig.fails('git_pull', SHOP)).toMatchObject({ error: expect.stringContaining('branch_name') });
    await rig.ok('git_pull', { ...SHOP, branch: 'main', wait: true });
    expect(rig.lastFields()).toEqual({ ...SHOP, branch_name: 'main', deploy_path: '' });
  });

  it('mismatch 17: branches want git_url', async () => {
    await using rig = await startRig();
    expect(await original(rig, 'GET', '/git/branchNames', SHOP)).toMatchObject({ status: 422 });
    const git_url = 'git@git.example.test:shop/site.git';
    expect(await rig.ok('get_git_branch_names', { ...SHOP, git_url })).toMatchObject({ branches: ['main', 'staging'] });
  });

  it('mismatch 18: a domain and a certificate are removed with DELETE, not with _method', async () => {
    await using rig = await startRig();
    // Wrong verb on a known path: 200 and plain text, and nothing happens (§8.1).
    expect(await original(rig, 'POST', '/security/removeCustomSSL', { ...SHOP, _method: 'DELETE' })).toEqual({
      status: 200,
      text: 'You have reached Cloudways API.',
    });
    expect(await original(rig, 'POST', '/app/manage/cname', { ...SHOP, _method: 'DELETE' })).toMatchObject({
      status: 422,
    });
    for (const name of ['delete_app_cname', 'remove_ssl_certificate']) await rig.ok(name, { ...SHOP, wait: true });
    expect(rig.sent('DELETE').map(({ path }) => path)).toEqual([
      '/api/v2/app/manage/cname',
      '/api/v2/security/removeCustomSSL',
    ]);
    expect(await rig.ok('get_app_details', { server_id, app_id, fresh: true })).toMatchObject({ app: { cname: '' } });
  });
});
