import { describe, expect, it } from 'vitest';
import { drawLogo } from './sandbox/png.ts';
import { entry, type Rig, startRig } from './testing.ts';

const NEW_TENANT = {
  name: 'Test Tenant',
  company_name: 'Test Tenant Ltd',
  billing_address: { country: 'US', state: 'TX' },
  hostname: 'test-tenant',
  admin_given_name: 'Ada',
  admin_family_name: 'Test',
  admin_email: 'ada@test-tenant.test',
  admin_phone_number: '+15550100',
};

async function tenant(rig: Rig, name = 'Larkspur Health') {
  const { content } = await rig.ok('manage_tenants', 'list', { size: 100 });
  return entry(content, item => item.name === name);
}

describe('tenants', () => {
  it('defect 15: a tenant is changed with PATCH', async () => {
    await using rig = await startRig();
    const { id } = await tenant(rig);
    const told = await rig.ok('manage_tenants', 'update', {
      tenant_id: id,
      department_name: 'Security',
      service_quota: 12,
    });
    expect(told.tenant).toMatchObject({ id, departmentName: 'Security', serviceQuota: 12 });
    expect(rig.sent().at(-1)).toMatchObject({
      method: 'PATCH',
      path: `/v1/tenants/${id}`,
      body: { departmentName: 'Security', serviceQuota: 12 },
    });
    expect(await rig.fails('manage_tenants', 'update', { tenant_id: id })).toHaveProperty('code', 'GH_INVALID_INPUT');
  });

  it('defect 15: usage comes from usageDetails, a path of the vendor', async () => {
    await using rig = await startRig();
    const { id } = await tenant(rig);
    const told = await rig.ok('manage_tenants', 'get_usage', {
      tenant_id: id,
      start_date: '2026-01-01',
      end_date: '2026-01-31',
    });
    expect(told).toMatchObject({ tenant_id: id, period: '2026-01-01 to 2026-01-31' });
    expect(rig.sent().at(-1)).toMatchObject({
      path: '/v1/tenants/usageDetails',
      status: 200,
      query: {
        tenantId: id,
        startDate: '2026-01-01T00:00:00.000Z',
        endDate: expect.stringContaining('2026-01-31T23:59:59'),
      },
    });
  });

  it('defect 15: account types and limits are those of the vendor', async () => {
    await using rig = await startRig();
    for (const wrong of [
      { account_type: 'trial' },
      { hostname: 'x'.repeat(25) },
      { hostname: 'x' },
      { name: 'with, comma' },
      { name: 'x'.repeat(65) },
      { company_name: 'ab' },
      { department_name: 'x'.repeat(33) },
      { service_quota: 2_147_483_648 },
      { service_quota: -1 },
      { billing_address: { state: 'TX' } },
    ])
      expect(await rig.fails('manage_tenants', 'create', { ...NEW_TENANT, ...wrong })).toHaveProperty(
        'code',
        'GH_INVALID_INPUT',
      );
    expect(rig.sent()).toEqual([]);
    const { tenant } = await rig.ok('manage_tenants', 'create', { ...NEW_TENANT, account_type: 'service provider' });
    expect(tenant).toMatchObject({ accountType: 'service provider', hostname: 'test-tenant' });
  });

  it('defect 25: a logo goes in as base64 and comes out as an image', async () => {
    await using rig = await startRig();
    const { id } = await tenant(rig);
    const png = Buffer.from(drawLogo('a new logo'));
    await rig.ok('manage_tenants', 'set_logo', { tenant_id: id, logo_data: png.toString('base64') });
    expect(rig.sent('PUT')).toMatchObject([
      { path: `/v1/tenants/${id}/logo`, headers: { 'content-type': 'image/png' }, body: { bytes: png.length } },
    ]);
    const { fields, blocks } = await rig.call('manage_tenants', 'get_logo', { tenant_id: id });
    expect(fields).toMatchObject({ success: true, content_type: 'image/png', size_bytes: png.length });
    expect(blocks).toEqual([{ type: 'image', data: png.toString('base64'), mimeType: 'image/png' }]);

    const host = await rig.call('manage_tenants', 'get_logo', { forwarded_host: 'larkspur-health.example.test' });
    expect(host.blocks).toEqual(blocks);
    for (const logo_data of ['not base64!', Buffer.from('no png').toString('base64')])
      expect(await rig.fails('manage_tenants', 'set_logo', { tenant_id: id, logo_data })).toHaveProperty(
        'code',
        'GH_INVALID_INPUT',
      );
    expect(rig.sent('PUT')).toHaveLength(1);
  });

  it.each(['tree', 'list'] as const)(
    'defect 35: the hierarchy is one member, also where it is a %s',
    async hierarchy => {
      await using rig = await startRig({ switches: { hierarchy } });
      const told = await rig.ok('manage_tenants', 'get_hierarchy');
      expect(Object.keys(told).sort()).toEqual(['demo', 'hierarchy', 'success']);
      expect(Array.isArray(told.hierarchy)).toBe(hierarchy === 'list');
      expect(JSON.stringify(told.hierarchy)).toContain('Amber Insurance');
    },
  );

  it('defect 36: a host name has no quotes', async () => {
    await using rig = await startRig();
    const { id, hostname } = await tenant(rig);
    expect(await rig.ok('manage_tenants', 'get_hostname', { tenant_id: id })).toMatchObject({ hostname });
  });
});

describe('success of the vendor', () => {
  it('defect 26: any 2xx is a success', async () => {
    await using rig = await startRig();
    const { id } = await tenant(rig);
    const { content: users } = await rig.ok('manage_users', 'list', { size: 100 });
    const user = entry(users, ({ accountRole }) => accountRole === 'appowner');
    const { content: groups } = await rig.ok('manage_subscriber_groups', 'list');
    const group_id = entry(groups).id;
    for (const status of [200, 202, 206]) {
      const empty = (method: string) => rig.sandbox.faults.inject({ kind: 'empty', method, status, path: '/v1/**' });
      empty('PATCH');
      await rig.ok('manage_users', 'update', { user_id: user.id, given_name: 'Lee' });
      empty('POST');
      await rig.ok('manage_users', 'reset_mfa_token', { user_id: user.id });
      empty('POST');
      await rig.ok('manage_subscriber_groups', 'create', { name: `Group ${status}` });
      empty('PATCH');
      await rig.ok('manage_subscriber_groups', 'update', { group_id, description: `${status}` });
      empty('PATCH');
      await rig.ok('manage_tenants', 'update', { tenant_id: id, department_name: `${status}` });
    }
    const made = await rig.ok('manage_credentials', 'create', { name: 'robot', role: 'api_appowner' });
    expect(made.credential).toMatchObject({ name: 'robot', clientSecret: expect.stringMatching(/^sandbox-secret-/) });
  });

  it('a credential whose secret was not shown is told as that', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'empty', method: 'POST', path: '/v1/**' });
    expect(await rig.fails('manage_credentials', 'create', { name: 'robot', role: 'api_appowner' })).toMatchObject({
      error: 'It was done, but DPoD did not show the secret.',
      hint: expect.stringContaining('reset_secret'),
    });
  });
});
