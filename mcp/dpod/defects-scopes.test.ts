import { describe, expect, it } from 'vitest';
import { entry, startRig } from './testing.ts';

describe('scopes, sign-in and tokens', () => {
  it('defect 1: a credential with SP and AO may do what either of them may', async () => {
    await using rig = await startRig({ as: 'SP+AO' });
    const { tiles } = await rig.ok('manage_tiles', 'list_tiles');
    const tile = entry(tiles);
    expect(await rig.ok('manage_tiles', 'get_tile_details', { tile_id: tile.id })).toMatchObject({ tile });
    await rig.ok('manage_tenants', 'list');
  });

  it('defect 2: searching tiles, every subscriber group action and update_tile can be reached', async () => {
    await using rig = await startRig({ as: 'AO' });
    expect(await rig.ok('manage_tiles', 'search_tiles', { search: 'HSM' })).toHaveProperty('tiles');
    const { content } = await rig.ok('manage_subscriber_groups', 'list');
    expect(content).not.toHaveLength(0);
    const made = await rig.ok('manage_subscriber_groups', 'create', { name: 'Auditors' });
    await rig.ok('manage_subscriber_groups', 'update', { group_id: made.id, description: 'They look.' });
    await rig.ok('manage_subscriber_groups', 'delete', { group_id: made.id });

    await using provider = await startRig({ as: 'SP' });
    const { tiles } = await provider.ok('manage_tiles', 'search_tiles', { search: 'suredrop' });
    expect(entry(tiles)).toMatchObject({ shortCode: 'suredrop', enabled: false });
    const { tile } = await provider.ok('manage_tiles', 'update_tile', { tile_id: entry(tiles).id, enabled: true });
    expect(tile).toMatchObject({ enabled: true });
  });

  it('defect 3: in read-only mode everything that is not a read is refused, set_logo and reset_secret too', async () => {
    await using rig = await startRig({ readOnly: true });
    for (const tool of rig.account.catalog.tools) {
      for (const action of tool.actions.filter(({ effect }) => effect !== 'read')) {
        expect(await rig.fails(tool.name, action.name)).toMatchObject({
          code: 'GH_READ_ONLY',
          read_only_mode: true,
          action: action.name,
        });
      }
    }
    expect(rig.sandbox.requests).toEqual([]);
    await rig.ok('manage_services', 'list_services');
  });

  it('defect 19: one token serves many calls', async () => {
    await using rig = await startRig();
    await Promise.all(Array.from({ length: 10 }, () => rig.ok('manage_services', 'list_services', { size: 1 })));
    expect(rig.sandbox.requests.filter(({ path }) => path.startsWith('/oauth/'))).toHaveLength(1);
  });

  it('defect 19: also where our clock is two hours ahead of the vendor’s', async () => {
    await using rig = await startRig({ now: () => Date.now() + 7_200_000 });
    for (let turn = 0; turn < 5; turn++) await rig.ok('manage_tiles', 'list_tiles');
    expect(rig.sandbox.requests.filter(({ path }) => path.startsWith('/oauth/'))).toHaveLength(1);
  });

  it('signing in asks the vendor anew, so that a credential that ended is noticed', async () => {
    await using rig = await startRig();
    expect(await rig.account.signIn()).toMatchObject({ ok: true });
    rig.sandbox.faults.inject({ kind: 'status', status: 401, path: '/oauth/**' });
    expect(await rig.account.signIn()).toMatchObject({ ok: false, code: 'GH_SIGN_IN' });
  });

  it('a token address that is briefly down is asked again', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/oauth/**', times: 2 });
    expect(await rig.account.signIn()).toMatchObject({ ok: true });
  });

  it('defect 20: check_auth tells the scopes of the token and what they allow', async () => {
    await using rig = await startRig({ as: 'AO' });
    expect(await rig.ok('manage_scopes', 'check_auth')).toMatchObject({
      status: 'authenticated',
      base_url: rig.sandbox.url,
      auth_url: `${rig.sandbox.url}/oauth/v1/token`,
      current_scopes: ['dpod.tenant.api_appowner'],
      scope_permissions: { can_manage_tenants: false, can_manage_services: true, can_access_services: true },
    });
    await using refused = await startRig({ secrets: { clientSecret: 'wrong-secret' } });
    expect(await refused.fails('manage_scopes', 'check_auth')).toMatchObject({
      status: 'error',
      code: 'GH_SIGN_IN',
      current_scopes: [],
    });
    await using empty = await startRig({ secrets: { clientSecret: '' } });
    expect(await empty.fails('manage_scopes', 'check_auth')).toMatchObject({ status: 'not_configured' });
    expect(empty.sandbox.requests).toEqual([]);
  });

  it.each(['array', 'string', 'scp'] as const)(
    'defect 21: validate_token reads scopes from the claim as %s',
    async jwtScope => {
      await using rig = await startRig({ switches: { jwtScope, responseScope: 'absent' } });
      const told = await rig.ok('manage_scopes', 'validate_token');
      expect(told).toMatchObject({
        token_valid: true,
        scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
        client_id: rig.sandbox.credentials[0]?.secrets.clientId,
        issuer: rig.sandbox.url,
        audience: ['dpod'],
        cached: false,
      });
      expect(told.time_until_expiry).toBeGreaterThan(3_500);
      expect(await rig.ok('manage_scopes', 'validate_token')).toMatchObject({ cached: true });
    },
  );

  it('defect 22: get_scope_permissions lists all 14 tools with what all scopes together allow', async () => {
    await using rig = await startRig();
    const told = await rig.ok('manage_scopes', 'get_scope_permissions');
    const allowed = told.allowed_tools as Record<string, string[]>;
    expect(Object.keys(allowed)).toHaveLength(14);
    expect(allowed.manage_pricing).toEqual(['get_pricing_by_country']);
    expect(allowed.manage_tiles).toEqual(expect.arrayContaining(['get_tile_details', 'update_tile', 'search_tiles']));
    expect(told).toMatchObject({
      current_scope: 'dpod.tenant.api_spadmin dpod.tenant.api_appowner',
      summary: { total_tools: 14, accessible_tools: 14, restricted_tools: 0, access_percentage: 100 },
    });

    await using service = await startRig({ as: 'SV' });
    const less = await service.ok('manage_scopes', 'get_scope_permissions');
    expect((less.allowed_tools as Record<string, string[]>).manage_users).toEqual([]);
  });

  it('defect 33: categories and types are listed without a token, even with a wrong secret', async () => {
    await using rig = await startRig({ secrets: { clientSecret: 'wrong-secret' } });
    expect((await rig.ok('manage_services', 'list_categories')).categories).toContainEqual({
      id: 'hsm',
      name: 'Luna Cloud HSM',
    });
    expect((await rig.ok('manage_services', 'list_types')).types).toHaveLength(33);
    expect(rig.sandbox.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/v1/service_categories', 'absent'],
      ['/v1/service_types', 'absent'],
    ]);
  });
});
