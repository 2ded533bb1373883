import { describe, expect, it } from 'vitest';
import { startSandbox } from './sandbox/index.ts';
import { entry, startRig } from './testing.ts';

describe('reports and plans', () => {
  it('defect 4: the billing report is asked for with whole days in milliseconds', async () => {
    await using rig = await startRig();
    const told = await rig.ok('manage_reports', 'get_usage_billing', {
      start_date: '2026-01-01',
      end_date: '2026-01-31',
      short_code: 'key_vault',
    });
    expect(rig.sent().at(-1)).toMatchObject({
      path: '/v1/service_instances/usageBillingReport',
      query: { startDate: '2026-01-01T00:00:00.000Z', endDate: '2026-01-31T23:59:59.999Z', shortCode: 'key_vault' },
    });
    expect(told).toMatchObject({ report_type: 'usage_billing', start_date: '2026-01-01T00:00:00.000Z' });
    expect(told.csv_content).toMatch(/^Tenant ID,/);
    expect(told.content_length).toBe(String(told.csv_content).length);
    for (const dates of [
      { start_date: '2026-01-01' },
      { start_date: '2026-01-01', end_date: '2026-03-01' },
      { start_date: '2026-01-31', end_date: '2026-01-01' },
    ])
      expect(await rig.fails('manage_reports', 'get_usage_billing', dates)).toHaveProperty('code', 'GH_INVALID_INPUT');
    expect(rig.sent()).toHaveLength(1);
  });

  it('defect 27: every plan of a product is counted', async () => {
    await using rig = await startRig();
    const told = await rig.ok('manage_products', 'get_product_plans', { service_type: 'key_vault' });
    expect(told.plans_count).toBe(4);
    expect(told.plans_data).toHaveLength(4);
    expect(await rig.fails('manage_products', 'get_product_plans', { service_type: 'nothing/../x' })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
    expect(rig.sent().at(-1)?.path).toBe('/v1/backoffice/products/nothing%2F..%2Fx');
  });

  it('defect 28: services are summed up by their counts, not by the rows', async () => {
    await using rig = await startRig({ as: 'AO' });
    const { total_elements } = await rig.ok('manage_services', 'list_services', { size: 1 });
    const told = await rig.ok('manage_reports', 'get_service_summary');
    expect(told.total_services).toBe(total_elements);
    expect(told.rows).toBe((told.summary as unknown[]).length);
    expect(told.rows).toBeLessThan(Number(told.total_services));
  });
});

describe('the status page', () => {
  const CHECK = ['check_dpod_availability', 'check_dpod_status'] as const;

  it('defect 23: states are those of the page', async () => {
    await using rig = await startRig();
    const minor = await rig.ok(...CHECK);
    expect(minor).toMatchObject({
      overall_status: 'minor: Partially Degraded Service',
      services: { 'Luna Cloud HSM': { status: 'degraded_performance', regions: { EU: { status: 'operational' } } } },
      recent_incidents: [{ title: 'Slow sign operations', status: 'investigating' }],
      status_page_url: rig.sandbox.url,
    });
    rig.sandbox.switches.set({ statusPage: 'operational' });
    expect(await rig.ok(...CHECK)).toMatchObject({ overall_status: 'operational', recent_incidents: [] });
    expect(rig.sandbox.requests.every(({ authorization }) => authorization === 'absent')).toBe(true);
  });

  it('defect 23: a page without its summary is an error that names the page', async () => {
    await using rig = await startRig();
    for (const statusPage of ['html-only', 'down'] as const) {
      rig.sandbox.switches.set({ statusPage });
      expect(await rig.fails(...CHECK)).toMatchObject({
        status_page_url: rig.sandbox.url,
        timestamp: expect.any(String),
        hint: expect.stringContaining(rig.sandbox.url),
      });
    }
  });

  it('defect 24: regions come from the end of the name alone, and every incident is read', async () => {
    await using rig = await startRig();
    const { services, regional_status } = await rig.ok(...CHECK);
    expect(services).toMatchObject({
      'Message Queue': { regions: { EU: {}, NA: {} } },
      'Management Console': { regions: { Global: { status: 'operational' } } },
      'Single Sign-On': { regions: { Global: {} } },
    });
    expect(regional_status).toEqual({
      EU: { operational: 4, total: 4 },
      NA: { operational: 2, total: 3 },
      LATAM: { operational: 0, total: 1 },
      Global: { operational: 2, total: 2 },
    });
  });

  it('that is down does not close the way to the API', async () => {
    await using page = await startSandbox({ statusPage: 'down' });
    await using rig = await startRig({ settings: { statusUrl: page.url } });
    for (let turn = 0; turn < 3; turn++) await rig.fails(...CHECK);
    await rig.ok('manage_tiles', 'list_tiles');
    expect(rig.account.health().breaker).toBe('closed');
  });
});

describe('prices', () => {
  it('are ranged by product type and currency, and asked for without a token', async () => {
    await using rig = await startRig();
    const told = await rig.ok('manage_pricing', 'get_pricing_by_country', { country_code: 'us' });
    expect(told).toMatchObject({
      country_code: 'US',
      pricing_summary: { currency_breakdown: { USD: told.services_count } },
    });
    const { price_ranges } = told.pricing_summary as { price_ranges: Record<string, unknown> };
    expect(Object.keys(price_ranges).sort()).toEqual(['OVERAGE USD', 'SUBSCRIPTION USD']);
    expect(rig.sandbox.requests).toMatchObject([{ authorization: 'absent', query: { countryCode: 'US' } }]);
    const price = (country_code: string) => rig.fails('manage_pricing', 'get_pricing_by_country', { country_code });
    expect(await price('XX')).toMatchObject({ code: 'GH_INVALID_INPUT', status_code: 400 });
    expect(await price('AQ')).toMatchObject({ code: 'GH_NOT_FOUND', status_code: 404 });
    expect(await price('USA')).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });
});

describe('agreements and subscriptions', () => {
  it('an agreement is not submitted, submitted, approved or expired', async () => {
    await using rig = await startRig();
    const { content } = await rig.ok('manage_tenants', 'list', { size: 100 });
    const status = async (name: string) => {
      const { id } = entry(content, tenant => tenant.name === name);
      const told = await rig.ok('manage_service_agreements', 'get_agreement', { tenant_id: id });
      return (told.tenant_status as { status: string }).status;
    };
    expect(await status('Juniper Retail')).toBe('not submitted');
    expect(await status('Harbour Bank')).toBe('submitted');
    expect(await status('Larkspur Health')).toBe('approved');
    expect(await status('City of Alder')).toBe('expired');
    const none = entry(content, tenant => tenant.name === 'Saffron Foods').id;
    expect(await rig.fails('manage_service_agreements', 'get_agreement', { tenant_id: none })).toMatchObject({
      code: 'GH_NOT_FOUND',
      status_code: 404,
    });
  });

  it('renewal is counted where it is true, also with the vendor’s stray comma', async () => {
    await using rig = await startRig();
    const { content } = await rig.ok('manage_tenants', 'list', { size: 100 });
    const told = [];
    for (const { id } of content as { id: string }[]) {
      const { subscriptions, status_summary } = await rig.ok('manage_subscriptions', 'list_subscriptions', {
        tenant_id: id,
      });
      const renewed = (subscriptions as { autoRenewal: unknown }[]).filter(row =>
        `${row.autoRenewal}`.startsWith('true'),
      );
      expect(status_summary).toMatchObject({ billing_summary: { auto_renewal: renewed.length } });
      told.push(...renewed);
    }
    expect(told.map(({ autoRenewal }) => autoRenewal)).toContain('true,');
  });
});
