import { describe, expect, it } from 'vitest';
import { signIn, startTestSandbox } from './test-client.ts';

const BASE = '/v1/service_instances';
const HSM = {
  name: 'made-by-test',
  serviceType: 'key_vault',
  servicePlan: 'single_hsm',
  createParams: { deviceType: 'cryptovisor_fips' },
};

describe('the list of service instances', () => {
  it('needs two pages even at the largest size', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const first = await call('GET', `${BASE}?page=0&size=100`);
    const second = await call('GET', `${BASE}?page=1&size=100`);
    expect(first.json).toMatchObject({ number: 0, size: 100, totalPages: 2 });
    expect(first.fields.totalElements).toBeGreaterThan(120);
    expect(first.items).toHaveLength(100);
    expect(second.items).toHaveLength(Number(first.fields.totalElements) - 100);
    const ids = [...first.items, ...second.items].map(service => service.id);
    expect(new Set(ids).size).toBe(first.fields.totalElements);
    expect((await call('GET', `${BASE}?page=9&size=100`)).items).toEqual([]);
  });

  it('caps the size at 100 and refuses nonsense', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    expect((await call('GET', `${BASE}?size=500`)).fields.size).toBe(100);
    expect((await call('GET', BASE)).fields.size).toBe(20);
    for (const query of ['size=0', 'page=-1', 'size=many', 'page=1.5']) {
      expect((await call('GET', `${BASE}?${query}`)).status).toBe(400);
    }
  });

  it('filters by type and status', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const ctaas = await call('GET', `${BASE}?serviceType=ctaas`);
    expect(ctaas.items.map(service => service.name)).toEqual(['cdsp-europe', 'cdsp-us', 'cdsp-lab']);
    const failed = await call('GET', `${BASE}?status=FAILED`);
    expect(failed.items.map(service => service.status)).toEqual(['FAILED']);
  });

  it('shows an HSM with its partition under both names of the id', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const [service] = (await call('GET', `${BASE}?serviceType=key_vault`)).items;
    expect(service).toMatchObject({ id: service?.service_id, status: 'ACTIVE' });
    expect(service?.partition_serial_number).toMatch(/^\d{13}$/);
    expect(service?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('shows a tenant its own services only, and a service credential just the one', async () => {
    await using sandbox = await startTestSandbox();
    const own = await signIn(sandbox, 'AO');
    const other = await signIn(sandbox, 'AO of another tenant');
    const service = await signIn(sandbox, 'SV');
    const theirs = (await other('GET', BASE)).items;
    expect(theirs.length).toBeGreaterThan(0);
    expect((await own('GET', `${BASE}/${theirs[0]?.id}`)).status).toBe(404);
    const all = [
      ...(await own('GET', `${BASE}?size=100`)).items,
      ...(await own('GET', `${BASE}?size=100&page=1`)).items,
    ];
    const seen = [];
    for (const { id, name } of all) if ((await service('GET', `${BASE}/${id}`)).status === 200) seen.push(name);
    expect(seen).toEqual(['payroll-vault-prod']);
  });
});

describe('creating a service instance', () => {
  it('answers PENDING, and ACTIVE after as many polls as set', async () => {
    await using sandbox = await startTestSandbox({ pollsUntilReady: 3 });
    const call = await signIn(sandbox, 'AO');
    const created = await call('POST', BASE, HSM);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ ...HSM, status: 'PENDING', service_id: created.fields.id });
    expect(created.json).not.toHaveProperty('partition_serial_number');
    const states = [];
    for (let poll = 0; poll < 4; poll += 1) {
      states.push((await call('GET', `${BASE}/${created.fields.id}`)).fields.status);
    }
    expect(states).toEqual(['PENDING', 'PENDING', 'ACTIVE', 'ACTIVE']);
    expect((await call('GET', `${BASE}/${created.fields.id}`)).fields.partition_serial_number).toMatch(/^\d{13}$/);
  });

  it('takes a tile instead of a type', async () => {
    await using sandbox = await startTestSandbox({ pollsUntilReady: 0 });
    const call = await signIn(sandbox, 'AO');
    const [tile] = (await call('GET', '/v1/tiles?serviceType=digital_signing')).items;
    const created = await call('POST', BASE, {
      name: 'by-tile',
      tileId: tile?.id,
      servicePlan: 'standard',
      createParams: {},
    });
    expect(created.json).toMatchObject({
      serviceType: 'digital_signing',
      status: 'ACTIVE',
      createParams: { deviceType: 'cryptovisor' },
    });
  });

  it('takes the initial password of a CDSPaaS service and never gives it back', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const createParams = { cluster: 'gcp-us-east1', initial_admin_password: 'canary-password' };
    const created = await call('POST', BASE, {
      name: 'cdsp-new',
      serviceType: 'ctaas',
      servicePlan: 'Tenant',
      createParams,
    });
    expect(created.status).toBe(201);
    expect(created.fields.createParams).toEqual({ cluster: 'gcp-us-east1', tenant_rot_anchor: 'hsmod' });
    expect(created.text).not.toContain('canary-password');
  });

  it.each([
    ['no name', { ...HSM, name: undefined }],
    ['a short name', { ...HSM, name: 'abc' }],
    ['a long name', { ...HSM, name: 'a'.repeat(46) }],
    ['a name with a hyphen at the end', { ...HSM, name: 'vault-' }],
    ['a name with a blank', { ...HSM, name: 'my vault' }],
    ['neither type nor tile', { ...HSM, serviceType: undefined }],
    ['an unknown type', { ...HSM, serviceType: 'teapot' }],
    ['an unknown plan of a closed list', { ...HSM, servicePlan: 'huge_hsm' }],
    ['no plan', { ...HSM, servicePlan: undefined }],
    ['an unknown device type', { ...HSM, createParams: { deviceType: 'abacus' } }],
    ['fields of the tool instead of the wire', { ...HSM, service_type: 'key_vault' }],
    ['CDSPaaS without cluster', { ...HSM, serviceType: 'ctaas', servicePlan: 'Tenant', createParams: {} }],
  ])('refuses %s', async (_, body) => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const answer = await call('POST', BASE, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ status: 400, error: 'Bad Request', path: BASE });
  });

  it('refuses another content type, broken JSON and a disabled type', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    expect((await call('POST', BASE, HSM, { 'content-type': 'text/plain' })).status).toBe(415);
    const broken = Buffer.from('{"name":');
    expect((await call('POST', BASE, broken, { 'content-type': 'application/json' })).status).toBe(400);
    expect((await call('POST', BASE, { ...HSM, serviceType: 'salesforce_key_broker' })).status).toBe(403);
  });

  it('stops at the quota with the status that is set', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO of another tenant');
    expect((await call('POST', BASE, HSM)).status).toBe(403);
    sandbox.switches.set({ quotaStatus: 409 });
    expect((await call('POST', BASE, HSM)).status).toBe(409);
    sandbox.switches.set({ serviceQuota: 7 });
    expect((await call('POST', BASE, HSM)).status).toBe(201);
    expect((await call('POST', BASE, HSM)).status).toBe(409);
  });

  it('allows two of a name, unless switched', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    expect((await call('POST', BASE, HSM)).status).toBe(201);
    expect((await call('POST', BASE, HSM)).status).toBe(201);
    sandbox.switches.set({ duplicateNames: 'refused' });
    expect((await call('POST', BASE, HSM)).status).toBe(409);
  });
});

describe('deleting a service instance', () => {
  it('answers 204 and takes the clients along', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const [service] = (await call('GET', BASE)).items;
    expect((await call('DELETE', `${BASE}/${service?.id}?force=true`)).status).toBe(204);
    expect((await call('GET', `${BASE}/${service?.id}`)).status).toBe(404);
    expect((await call('GET', `${BASE}/${service?.id}/bindings`)).status).toBe(404);
  });

  it('can take a while: 202, then DELETING, then 404', async () => {
    await using sandbox = await startTestSandbox({ deletion: 'later' });
    const call = await signIn(sandbox, 'AO');
    const [service] = (await call('GET', BASE)).items;
    expect((await call('DELETE', `${BASE}/${service?.id}`)).status).toBe(202);
    expect((await call('GET', `${BASE}/${service?.id}`)).fields.status).toBe('DELETING');
    expect((await call('GET', `${BASE}/${service?.id}`)).status).toBe(404);
  });

  it('wants a UUID, and there is no way to change an instance', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    expect((await call('DELETE', `${BASE}/payroll-vault-prod`)).status).toBe(400);
    const [service] = (await call('GET', BASE)).items;
    expect((await call('PUT', `${BASE}/${service?.id}`, {})).status).toBe(405);
    expect((await call('PATCH', `${BASE}/${service?.id}`, {})).status).toBe(405);
  });
});
