import { describe, expect, it } from 'vitest';
import { signIn, startTestSandbox } from './test-client.ts';

const SUMMARY = '/v1/service_instances/summary';
const BILLING = '/v1/service_instances/usageBillingReport';
const MAY = 'startDate=2026-05-01T00:00:00.000Z&endDate=2026-05-31T23:59:59.999Z';

describe('the service summary', () => {
  it('counts FIPS and other services apart, for the own tenant or all below', async () => {
    await using sandbox = await startTestSandbox();
    const owner = await signIn(sandbox, 'AO');
    const provider = await signIn(sandbox, 'SP');
    const total = Number((await owner('GET', '/v1/service_instances')).fields.totalElements);
    const own = (await owner('GET', SUMMARY)).items;
    expect(own.reduce((sum, row) => sum + Number(row.count), 0)).toBe(total);
    expect(new Set(own.map(row => row.tenantId)).size).toBe(1);
    expect(own.map(row => row.serviceType)).toEqual(expect.arrayContaining(['key_vault', 'key_vault_FIPS']));
    const below = (await provider('GET', SUMMARY)).items;
    expect(new Set(below.map(row => row.tenantId)).size).toBeGreaterThan(5);
  });

  it('comes by tenant too, as list and as file', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const rows = (await call('GET', '/v1/tenants/servicesSummary?serviceType=ctaas')).items;
    expect(rows.map(row => row.tenantName)).toEqual(
      expect.arrayContaining(['Meridian Trust Services', 'Harbour Bank']),
    );
    const file = await call('GET', '/v1/tenants/servicesSummaryFile?serviceType=ctaas');
    expect(file.headers.get('content-type')).toBe('text/csv');
    expect(file.text.trim().split('\n')).toHaveLength(rows.length + 1);
  });
});

describe('the billing report', () => {
  it('is a CSV with a line per instance', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const report = await call('GET', `${BILLING}?${MAY}&shortCode=ctaas`);
    expect(report.headers.get('content-type')).toBe('text/csv');
    const [header, ...lines] = report.text.trim().split('\n');
    expect(header).toBe('Tenant ID,Tenant Name,Service ID,Service Name,Service Type,Plan,Marketplace Name,Start,End');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('cdsp-europe,ctaas,Professional - Monthly');
    expect(lines[0]).toMatch(/2026-05-01T00:00:00\.000Z,2026-05-31T23:59:59\.999Z$/);
  });

  it('covers all tenants of a provider, or one', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const all = (await call('GET', `${BILLING}?${MAY}`)).text.trim().split('\n');
    const tenant = (await call('GET', '/v1/tenants')).items.find(({ name }) => name === 'Harbour Bank');
    const one = (await call('GET', `${BILLING}?${MAY}&tenantId=${tenant?.id}`)).text.trim().split('\n');
    expect(one.length).toBeGreaterThan(1);
    expect(one.length).toBeLessThan(all.length);
    expect(one.slice(1).every(line => line.startsWith(`${tenant?.id},Harbour Bank,`))).toBe(true);
    const owner = await signIn(sandbox, 'AO');
    expect((await owner('GET', `${BILLING}?${MAY}&tenantId=${tenant?.id}`)).status).toBe(404);
  });

  it.each([
    ['no dates', ''],
    ['plain dates', 'startDate=2026-05-01&endDate=2026-05-31'],
    ['dates without milliseconds', 'startDate=2026-05-01T00:00:00Z&endDate=2026-05-31T23:59:59Z'],
    ['reversed dates', 'startDate=2026-05-31T00:00:00.000Z&endDate=2026-05-01T23:59:59.999Z'],
    ['more than 31 days', 'startDate=2026-05-01T00:00:00.000Z&endDate=2026-06-01T23:59:59.999Z'],
    ['a day that is none', 'startDate=2026-02-30T00:00:00.000Z&endDate=2026-03-20T23:59:59.999Z'],
  ])('is refused for %s', async (_, query) => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    expect((await call('GET', `${BILLING}?${query}`)).status).toBe(400);
  });
});

describe('tenant usage', () => {
  it('comes as list and as file for a range of dates', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const range = 'startDate=2026-05-01&endDate=2026-05-31';
    const rows = (await call('GET', `/v1/tenants/usageDetails?${range}`)).items;
    expect(rows[0]).toEqual({
      tenantId: expect.any(String),
      tenantName: expect.any(String),
      serviceType: expect.any(String),
      serviceCount: expect.any(Number),
      serviceDays: expect.any(Number),
    });
    const file = await call('GET', `/v1/tenants/usageReport?${range}`);
    expect(file.headers.get('content-disposition')).toContain('usage-report.csv');
    expect(file.text.trim().split('\n')).toHaveLength(rows.length + 1);
    expect((await call('GET', '/v1/tenants/usageDetails')).status).toBe(400);
  });

  it('is not where the seed looked for it, nor at the deprecated path', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP+AO');
    const [tenant] = (await call('GET', '/v1/tenants')).items;
    expect((await call('GET', `/v1/tenants/${tenant?.id}/usage?period=30d`)).status).toBe(404);
    expect((await call('GET', '/v1/service_instances/usageDetails')).status).not.toBe(200);
  });
});
