import { describe, expect, it } from 'vitest';
import { SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };

describe('roles of access tokens', () => {
  it('narrow what is offered when they are told, and are unknown until refused when they are not', async () => {
    await using read = await startRig({ as: 'READ' });
    expect(await read.account.signIn()).toMatchObject({ ok: true, scopes: ['read'], demo: true });
    expect(read.account.info.permits('servers', 'stop_server')).toBe(false);
    expect(read.account.info.permits('servers', 'list_servers')).toBe(true);
    await using unknown = await startRig({ as: 'READ', settings: { role: '' } });
    expect(await unknown.account.signIn()).toMatchObject({ ok: true, scopes: null });
    expect(unknown.account.info.permits('servers', 'stop_server')).toBe(true);
  });

  it('that do not suffice are remembered for the action, reported, and tried anew after a sign-in', async () => {
    const refused: string[] = [];
    await using rig = await startRig({
      as: 'READ',
      settings: { role: '' },
      onScopeRefused: (tool, action) => void refused.push(`${tool}/${action}`),
    });
    for (let tries = 0; tries < 3; tries++)
      expect(await rig.fails('stop_server', S)).toMatchObject({
        code: 'GH_VENDOR_SCOPE',
        insufficient_scope: true,
        hint: expect.stringContaining('FULL ACCESS'),
      });
    expect(rig.sent('POST')).toHaveLength(1);
    expect(new Set(refused)).toEqual(new Set(['servers/stop_server']));
    expect(rig.account.info.permits('servers', 'stop_server')).toBe(false);
    // Another action is another matter, and a new sign-in a new chance.
    await rig.fails('start_server', S);
    await rig.account.signIn();
    await rig.fails('stop_server', S);
    expect(rig.sent('POST')).toHaveLength(3);
    // A read that starts a computation may be beyond READ too (§3.3 row 24).
    expect(await rig.fails('get_server_disk_usage', S)).toMatchObject({ code: 'GH_VENDOR_SCOPE' });
  });

  it('are told apart from the edge, which refuses whole machines', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    rig.sandbox.faults.inject({ kind: 'html', status: 403 });
    expect(await rig.fails('list_projects')).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      hint: expect.stringContaining('another one'),
    });
    await rig.ok('list_projects');
    expect(rig.sandbox.requests.every(({ headers }) => /^gatehouse\/\d/.test(headers['user-agent'] ?? ''))).toBe(true);
  });
});

describe('what is kept for a while', () => {
  it('is asked once: the servers for 15 s, the lists for a day, and anew when it is wanted', async () => {
    let ahead = 0;
    await using rig = await startRig({ now: () => Date.now() + ahead });
    const asked = (path: string) => rig.sent('GET').filter(request => request.path === `/api/v2${path}`).length;
    await rig.ok('list_servers');
    await rig.ok('find_app', { query: 'shop' });
    await rig.ok('get_app_details', SHOP);
    expect(asked('/server')).toBe(1);
    await rig.ok('list_servers', { fresh: true });
    expect(asked('/server')).toBe(2);
    ahead += 16_000;
    await rig.ok('get_ssh_keys', S);
    expect(asked('/server')).toBe(3);
    await rig.ok('get_available_regions');
    ahead += 1_800_000;
    await rig.ok('get_available_regions');
    expect(asked('/regions')).toBe(1);
    ahead += 24 * 3_600_000;
    await rig.ok('get_available_regions');
    expect(asked('/regions')).toBe(2);
  });

  it('is dropped by a change, and by the end of an operation', async () => {
    await using rig = await startRig();
    await rig.ok('list_servers');
    await rig.ok('rename_app', { ...SHOP, label: 'New name' });
    expect(await rig.ok('get_app_details', SHOP)).toMatchObject({ app: { label: 'New name' } });
    await rig.ok('update_app_cname', { ...SHOP, cname: 'new.example.test', wait: true });
    expect(await rig.ok('get_app_details', SHOP)).toMatchObject({ app: { cname: 'new.example.test' } });
  });

  it('does not keep a failure', async () => {
    await using rig = await startRig();
    await rig.ok('list_projects');
    rig.sandbox.faults.inject({ kind: 'status', status: 400 });
    await rig.fails('list_servers');
    await rig.ok('list_servers');
  });
});

describe('the budget', () => {
  it('of analytics is small and their own: who waits for it holds up nobody else', async () => {
    await using rig = await startRig();
    const wanted = { ...SHOP, duration: '15m', resource: 'top_ips', wait: false };
    for (let calls = 0; calls < 18; calls++) await rig.ok('get_app_analytics_traffic', wanted);
    const { fields } = await rig.call('get_app_analytics_traffic', wanted, { withinMs: 4_000 });
    expect(fields).toMatchObject({ code: 'GH_VENDOR_RATE' });
    const waiting = rig.call('get_app_analytics_php', { ...wanted, resource: 'slow_pages' }, { withinMs: 61_000 });
    await rig.ok('list_projects');
    expect(rig.sent('GET').filter(({ path }) => path.includes('/analytics/'))).toHaveLength(18);
    void waiting;
  });

  it('slows down when the vendor says that little is left', async () => {
    await using rig = await startRig({ switches: { rateLimit: 10, rateWindowSeconds: 60 } });
    await rig.ok('list_projects');
    const began = performance.now();
    await rig.ok('list_projects');
    expect(performance.now() - began).toBeGreaterThan(1_000);
    expect(await rig.ok('rate_limit_status')).toMatchObject({
      budgets: [{ vendor_limit: 10, vendor_remaining: 7 }, {}],
    });
  });
});

describe('applications', () => {
  it('are found by domain, alias, address, name and id', async () => {
    await using rig = await startRig();
    for (const query of [
      'https://shop.example.test/cart',
      'WWW.shop.example.test',
      'wordpress-41001-510201.cloudwaysapps.com',
      'Shop WP',
      '510201',
    ])
      expect([query, await rig.ok('find_app', { query })]).toEqual([
        query,
        expect.objectContaining({ count: 1, apps: [expect.objectContaining(SHOP)] }),
      ]);
    expect(await rig.ok('find_app', { query: 'shop' })).toMatchObject({ count: 2 });
    expect(await rig.ok('find_app', { query: 'nowhere.test' })).toMatchObject({ count: 0, apps: [] });
    expect(await rig.fails('get_app_details', { ...SHOP, app_id: '1' })).toMatchObject({
      code: 'GH_NOT_FOUND',
      error: expect.stringContaining('510201 (Shop WP)'),
    });
  });

  it('have their alerts in pages of twenty', async () => {
    await using rig = await startRig();
    const first = await rig.ok('get_alerts');
    expect(first.alerts).toHaveLength(20);
    const rest = await rig.ok('get_alerts', { after_id: first.next_after_id });
    expect(rest.alerts).toHaveLength(5);
    expect(rest).not.toHaveProperty('next_after_id');
  });

  it('are shown with their servers in the resource, without a secret', async () => {
    await using rig = await startRig();
    const options = { signal: new AbortController().signal, withinMs: 5_000, progress: () => undefined };
    const { text } = await rig.account.resource('cloudways://account/overview', options);
    expect(text).toContain('| 41001 | Harbour Shop | running | 510201 | Shop WP | shop.example.test |');
    expect(text).not.toContain('demo-');
  });

  it('have prompts that name the actions there are', async () => {
    await using rig = await startRig();
    const names = new Set(rig.account.catalog.tools.flatMap(({ actions }) => actions.map(({ name }) => name)));
    for (const { name, arguments: given } of rig.account.catalog.prompts) {
      const text = rig.account.prompt(name, Object.fromEntries(given.map(argument => [argument.name, 'x'])));
      const named = text.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
      const actions = named.filter(word => /^(find|backup|git|clear|wait|get|list|preview|update)_/.test(word));
      expect(actions.length).toBeGreaterThan(1);
      expect(actions.filter(word => !names.has(word) && word !== 'wait_for')).toEqual([]);
    }
  });
});
