import { describe, expect, it } from 'vitest';
import { NOW, send, signIn, startTestSandbox, type TestClient } from './test-client.ts';

const BASE = '/v1/backoffice';

async function agreementPath(call: TestClient, tenantName: string): Promise<string> {
  const tenant = (await call('GET', '/v1/tenants')).items.find(({ name }) => name === tenantName);
  return `${BASE}/serviceAgreements/${tenant?.id}`;
}

describe('service agreements', () => {
  it('exist in the states none, not submitted, submitted, approved and ended', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const of = async (name: string) => call('GET', await agreementPath(call, name));
    expect((await of('Saffron Foods')).status).toBe(404);
    expect((await of('Juniper Retail')).json).toMatchObject({ submission: null, acceptance: { agreementDate: null } });
    expect((await of('Harbour Bank')).json).toMatchObject({
      submission: { tenantName: 'Harbour Bank', submittedDate: expect.stringMatching(/Z$/) },
      terms: { duration: 12, mbus: [{ serviceType: { shortCode: 'key_vault' }, quantity: 2 }, expect.anything()] },
      acceptance: { agreementDate: null, endOfAgreementDate: null },
    });
    const end = async (name: string) =>
      JSON.stringify((await of(name)).fields.acceptance).match(/"endOf.*?":"(.*?)"/)?.[1];
    expect(Date.parse((await end('Larkspur Health')) ?? '')).toBeGreaterThan(NOW.getTime());
    expect(Date.parse((await end('City of Alder')) ?? '')).toBeLessThan(NOW.getTime());
  });

  it('are approved once', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const path = await agreementPath(call, 'Harbour Bank');
    const approved = await call('PATCH', path, {});
    expect(approved.status).toBe(200);
    expect(approved.json).toMatchObject({
      acceptance: { agreementDate: '2026-06-17T12:00:00Z', endOfAgreementDate: '2027-06-17T12:00:00Z' },
    });
    expect((await call('PATCH', path, {})).status).toBe(409);
    expect((await call('PATCH', path)).status).toBe(415);
    expect((await call('DELETE', path)).status).toBe(409);
    expect((await call('PATCH', await agreementPath(call, 'Juniper Retail'), {})).status).toBe(409);
  });

  it('are rejected once', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const path = await agreementPath(call, 'Quarry Logistics');
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('of other tenants are not shown to an application owner', async () => {
    await using sandbox = await startTestSandbox();
    const provider = await signIn(sandbox, 'SP');
    const owner = await signIn(sandbox, 'AO of another tenant');
    expect((await owner('GET', await agreementPath(provider, 'Harbour Bank'))).status).toBe(200);
    expect((await owner('GET', await agreementPath(provider, 'Larkspur Health'))).status).toBe(404);
  });
});

describe('subscriptions', () => {
  it('are a plain list of the own tenant or of the one asked for', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const own = await call('GET', `${BASE}/subscriptions`);
    expect(own.json).toBeInstanceOf(Array);
    expect(own.items[0]).toMatchObject({
      id: expect.stringMatching(/^SUB-/),
      state: expect.any(String),
      quantity: expect.any(Number),
    });
    const tenants = (await call('GET', '/v1/tenants')).items;
    const states = new Set();
    for (const { id } of tenants) {
      const list = (await call('GET', `${BASE}/subscriptions?tenantId=${id}`)).items;
      for (const { state, tenantId } of list) {
        states.add(state);
        expect(tenantId).toBe(id);
      }
    }
    expect(states).toEqual(new Set(['ACTIVE', 'EXPIRED', 'CANCELLED']));
    const type = own.items[0]?.serviceType;
    const some = (await call('GET', `${BASE}/subscriptions?serviceType=${type}`)).items;
    expect(new Set(some.map(({ serviceType }) => serviceType))).toEqual(new Set([type]));
  });
});

describe('products and prices', () => {
  it('know the types of the catalogue', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SV');
    expect((await call('GET', `${BASE}/products/key_vault`)).json).toMatchObject({
      serviceType: 'key_vault',
      name: 'Luna Cloud HSM',
      plans: expect.arrayContaining([{ name: 'Professional - Monthly' }]),
    });
    expect((await call('GET', `${BASE}/products/teapot`)).status).toBe(404);
  });

  it('answer a country in its currency, 400 for no country, 404 for one without prices', async () => {
    await using sandbox = await startTestSandbox();
    const prices = (query: string) => send(`${sandbox.url}${BASE}/pricing${query}`);
    expect((await prices('?countryCode=DE')).items[0]).toEqual({
      serviceType: 'key_vault',
      productType: 'SUBSCRIPTION',
      price: { value: expect.any(Number), currency: 'EUR' },
    });
    expect((await prices('')).status).toBe(400);
    expect((await prices('?countryCode=Germany')).status).toBe(400);
    expect((await prices('?countryCode=JP')).status).toBe(404);
  });
});
