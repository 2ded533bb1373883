import { describe, expect, it } from 'vitest';
import { drawLogo, pngSize } from './png.ts';
import { signIn, startTestSandbox } from './test-client.ts';

const BASE = '/v1/tenants';
const ADMIN = { givenName: 'Ada', familyName: 'Test', email: 'ada@example.test', phoneNumber: '+15550100' };
const TENANT = {
  name: 'Acme Test',
  companyName: 'Acme Test Ltd',
  billingAddress: { country: 'US', state: 'TX' },
  accountType: 'subscriber',
  hostname: 'acme-test',
  admin: ADMIN,
};

async function started(options = {}) {
  const sandbox = await startTestSandbox(options);
  const call = await signIn(sandbox, 'SP');
  const tenant = (await call('GET', BASE)).items.find(({ name }) => name === 'Meridian Nordics');
  const one = `${BASE}/${tenant?.id}`;
  return { sandbox, call, tenant, one, [Symbol.asyncDispose]: sandbox.close };
}

describe('tenants', () => {
  it('are listed and filtered by status and parent', async () => {
    await using s = await started();
    const all = (await s.call('GET', BASE)).items;
    expect(all.length).toBeGreaterThan(10);
    expect((await s.call('GET', `${BASE}?status=disabled`)).items.map(({ name }) => name)).toEqual(['Cobalt Games']);
    const children = (await s.call('GET', `${BASE}?parentId=${s.tenant?.id}`)).items;
    expect(children.map(({ name }) => name)).toEqual(['Juniper Retail', 'Fjord Mobility', 'Meridian Baltics']);
    expect((await s.call('GET', `${s.one}/children`)).json).toEqual(children.map(({ id }) => id));
    expect((await s.call('GET', s.one)).json).toEqual(s.tenant);
    expect(s.tenant).toMatchObject({ accountType: 'service provider', accountStatus: 'active' });
  });

  it('form a hierarchy of active and disabled accounts, which may come as a list', async () => {
    await using s = await started();
    const tree = await s.call('GET', `${BASE}/hierarchy`);
    expect(tree.json).toMatchObject({ name: 'Meridian Trust Services', children: expect.any(Array) });
    expect(tree.text).toContain('Cobalt Games');
    expect(tree.text).toContain('Amber Insurance');
    expect(tree.text).not.toContain('Old Mill Press');
    s.sandbox.switches.set({ hierarchy: 'list' });
    expect((await s.call('GET', `${BASE}/hierarchy`)).json).toEqual([tree.json]);
  });

  it('tell administrator, hostname and quota', async () => {
    await using s = await started();
    expect((await s.call('GET', `${s.one}/admin`)).json).toEqual({
      givenName: 'Elin',
      familyName: 'Lindqvist',
      email: 'elin.lindqvist@meridian-nordics.test',
      phoneNumber: expect.stringMatching(/^\+1555/),
    });
    expect((await s.call('GET', `${s.one}/hostname`)).text).toBe('"meridian-nordics"');
    expect((await s.call('GET', `${s.one}/quotas`)).json).toEqual({ serviceQuota: 50, used: expect.any(Number) });
    const owner = await signIn(s.sandbox, 'AO of another tenant');
    expect((await owner('GET', `${s.one}/quotas`)).status).toBe(404);
  });

  it('are created, changed by PATCH only, and deleted', async () => {
    await using s = await started();
    const created = await s.call('POST', BASE, TENANT);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ name: 'Acme Test', serviceQuota: 2, accountStatus: 'active' });
    expect(created.fields).not.toHaveProperty('admin');
    const path = `${BASE}/${created.fields.id}`;
    expect((await s.call('GET', `${path}/admin`)).json).toEqual(ADMIN);
    const put = await s.call('PUT', path, { name: 'Acme' });
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toContain('PATCH');
    expect((await s.call('PATCH', path, { name: 'Acme' })).json).toMatchObject({ name: 'Acme', hostname: 'acme-test' });
    expect((await s.call('DELETE', `${path}?force=true`)).status).toBe(204);
    expect((await s.call('GET', path)).status).toBe(404);
  });

  it.each([
    ['a name with a comma', { name: 'Acme, Inc' }],
    ['a name of 65 characters', { name: 'a'.repeat(65) }],
    ['a company name of two', { companyName: 'AB' }],
    ['a department name of 33', { departmentName: 'a'.repeat(33) }],
    ['no country', { billingAddress: { state: 'TX' } }],
    ['the account type of the seed', { accountType: 'trial' }],
    ['a negative quota', { serviceQuota: -1 }],
    ['a quota beyond 2147483647', { serviceQuota: 2_147_483_648 }],
    ['a hostname of one', { hostname: 'a' }],
    ['a hostname of 25', { hostname: 'a'.repeat(25) }],
    ['no administrator', { admin: undefined }],
    ['fields of the tool', { company_name: 'Acme' }],
  ])('are not created with %s', async (_, change) => {
    await using s = await started();
    expect((await s.call('POST', BASE, { ...TENANT, ...change })).status).toBe(400);
  });

  it('keep their rules: hostnames are unique, parents stay, providers nest three deep', async () => {
    await using s = await started();
    expect((await s.call('POST', BASE, { ...TENANT, hostname: 'harbour-bank' })).status).toBe(409);
    expect((await s.call('DELETE', s.one)).status).toBe(409);
    expect((await s.call('DELETE', `${BASE}/${s.tenant?.parentId}`)).status).toBe(403);
    expect((await s.call('POST', BASE, { ...TENANT, accountType: 'service provider' })).status).toBe(201);
  });

  it('have settings, which know one field', async () => {
    await using s = await started();
    const path = `${BASE}/settings`;
    expect((await s.call('GET', path)).json).toEqual({ automaticTenantOnboarding: false });
    expect((await s.call('PATCH', path, { automaticTenantOnboarding: 'yes' })).status).toBe(400);
    expect((await s.call('PATCH', path, { colour: 'red' })).status).toBe(400);
    expect((await s.call('PATCH', path, { automaticTenantOnboarding: true })).status).toBe(200);
    expect((await s.call('GET', path)).json).toEqual({ automaticTenantOnboarding: true });
  });
});

describe('logos', () => {
  const png = Buffer.from(drawLogo('test'));
  const type = { 'content-type': 'image/png' };

  it('are PNGs of 240 by 96, by tenant or by forwarded host', async () => {
    await using s = await started();
    const logo = await s.call('GET', `${s.one}/logo`);
    expect(logo.headers.get('content-type')).toBe('image/png');
    expect(pngSize(logo.bytes)).toEqual({ width: 240, height: 96 });
    const host = { 'x-forwarded-host': 'meridian-nordics.eu.market.example.test' };
    expect((await s.call('GET', `${BASE}/logo`, undefined, host)).bytes.equals(logo.bytes)).toBe(true);
    expect((await s.call('GET', `${BASE}/logo`)).bytes.equals(logo.bytes)).toBe(false);
    expect((await s.call('GET', `${BASE}/logo`, undefined, { 'x-forwarded-host': 'nobody.test' })).status).toBe(404);
  });

  it('may be missing', async () => {
    await using s = await started();
    const tenant = (await s.call('GET', BASE)).items.find(({ name }) => name === 'Larkspur Health');
    expect((await s.call('GET', `${BASE}/${tenant?.id}/logo`)).status).toBe(404);
  });

  it('are replaced by a PNG of the right size and kind only', async () => {
    await using s = await started();
    const put = (body: Buffer, headers: Record<string, string> = type) => s.call('PUT', `${s.one}/logo`, body, headers);
    expect((await put(png, { 'content-type': 'application/json' })).status).toBe(415);
    expect((await put(Buffer.from('not a picture'))).status).toBe(400);
    const wide = Buffer.from(png);
    wide.writeUInt32BE(241, 16);
    expect((await put(wide)).status).toBe(400);
    expect((await put(Buffer.concat([png, Buffer.alloc(512 * 1024)]))).status).toBe(413);
    expect((await put(png)).status).toBe(200);
    expect((await s.call('GET', `${s.one}/logo`)).bytes.equals(png)).toBe(true);
  });
});
