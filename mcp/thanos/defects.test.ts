import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { configOf, problemOf } from './config.ts';
import { thanos } from './index.ts';
import { differencesOf } from './rows.ts';
import { type Rig, rows, startRig } from './testing.ts';
import { utcMs } from './time.ts';

const PROD = { tenant_id: 'customer-prod' };
const CORP = { tenant_id: 'acme-corp' };
const FLEET = { tenant_id: 'fleet-one' };
const snapshots = (rig: Rig, tenant: string): string[] =>
  [...new Set((rig.sandbox.store.resources.get(tenant) ?? []).map(row => row.snapshot_key))].sort();

/** Fact sheet §5, by number. */
describe('defects of the original', () => {
  it.each([
    ['current', 'derived', 4],
    ['rules-v1', 'rules', 5],
    ['contract', 'config-rules', 5],
  ] as const)('defect 1: rules come from whatever route is there (%s)', async (rules, source, count) => {
    await using rig = await startRig({ switches: { rules } });
    const told = await rig.ok('get_rules');
    expect(told).toMatchObject({ rules_source: source, count });
    expect(rows(told.rules).every(rule => typeof rule.source === 'string')).toBe(true);
  });

  it('defect 2: resources are listed without a filter, with one, and with several', async () => {
    await using rig = await startRig();
    const count = async (filters: object): Promise<unknown> => {
      const { totals } = await rig.ok('list_resources', { ...PROD, ...filters });
      return totals;
    };
    expect(await count({})).toMatchObject({ total_resources: 10, by_type: { 'AWS::S3::Bucket': 5 } });
    const type = { resource_type: 'AWS::IAM::Policy' };
    expect(await count(type)).toMatchObject({ total_resources: 2, by_type: { 'AWS::IAM::Policy': 2 } });
    expect(await count({ ...type, compliance_status: 'COMPLIANT' })).toMatchObject({ total_resources: 0 });
    const [first = ''] = snapshots(rig, 'customer-prod');
    const open = { resource_type: 'AWS::S3::Bucket', min_drift: 0.6 };
    expect(await count({ snapshot_key: first, ...open })).toMatchObject({ total_resources: 4 });
  });

  it('defect 2: a resource that was mended is not listed by its old row', async () => {
    await using rig = await startRig();
    const told = await rig.ok('list_resources', { ...CORP, compliance_status: 'NON_COMPLIANT' });
    expect(rows(told.resources).map(({ arn }) => arn)).toEqual([
      'arn:aws:s3:::corp-www',
      'arn:aws:ec2:us-east-1:222233334444:security-group/sg-0jump',
    ]);
  });

  it('defect 3: severity and type filter findings, though the platform ignores them', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_findings', { ...CORP, severity: 'HIGH', resource_type: 'AWS::S3::Bucket' });
    expect(told).toMatchObject({ returned: 2, by_severity: { HIGH: 2 } });
    expect(await rig.ok('get_findings', { ...CORP, resource_type: 'AWS::IAM::Policy' })).toMatchObject({ returned: 0 });
  });

  it('defect 4: numbers that the platform does not send are computed, or null', async () => {
    await using rig = await startRig();
    expect(await rig.ok('get_dashboard_metrics', CORP)).toMatchObject({
      state: 'ok',
      current_scan: { total_findings: 3, severity_counts: { CRITICAL: 1, HIGH: 2, MEDIUM: 0, LOW: 0 } },
      previous_scan: { total_findings: 3 },
      trend: { delta: 0, direction: 'flat' },
      compliance: { total: 8, compliant: 6, non_compliant: 2, not_evaluated: 0, rate: 75, rate_evaluated: 75 },
    });
    rig.sandbox.switches.set({ databaseDown: true });
    expect(await rig.ok('get_dashboard_metrics', CORP)).toMatchObject({
      compliance: { total: null, compliant: null, rate: null, rate_evaluated: null },
      summary: expect.stringContaining('compliance rate unknown'),
    });
  });

  it('defect 5: the search reads every page and more than the message', async () => {
    await using rig = await startRig();
    expect(await rig.ok('search_violations', { ...FLEET, search_term: 'public access', limit: 200 })).toMatchObject({
      matched: 12,
      searched: 121,
      complete: true,
    });
    expect(rig.sent('GET /findings')).toHaveLength(2);
    const wild = await rig.ok('search_violations', { ...PROD, search_term: 'wildcard' });
    expect(rows(wild.matches).map(({ resource_arn, why, matched_in }) => [resource_arn, why, matched_in])).toEqual([
      ['arn:aws:iam::111122223333:policy/deploy-all', ['Action is *'], ['observed']],
    ]);
  });

  it('defect 6: findings say of which scan they are, and whether there are more', async () => {
    await using rig = await startRig();
    const latest = snapshots(rig, 'fleet-one').at(-1);
    const first = await rig.ok('get_findings', { ...FLEET, limit: 50 });
    expect(first).toMatchObject({ scope: 'latest', snapshot_key: latest, returned: 50, complete: false });
    const ids = new Set(rows(first.findings).map(row => row.finding_id));
    let cursor = first.cursor;
    for (; cursor !== null; ) {
      const next = await rig.ok('get_findings', { ...FLEET, limit: 50, cursor });
      for (const row of rows(next.findings)) {
        expect(row.snapshot_key).toBe(latest);
        ids.add(row.finding_id);
      }
      ({ cursor } = next);
    }
    expect(ids.size).toBe(121);
    const all = await rig.ok('get_findings', { ...FLEET, scope: 'all', limit: 200 });
    expect(all).toMatchObject({ scope: 'all', snapshot_key: null, returned: 200, complete: false, pages_read: 2 });
  });

  it('defect 7: a failure is an error and not a text', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 403, path: '/resources', times: 'always' });
    const answer = await rig.call('list_resources', PROD);
    expect(answer.isError).toBe(true);
    expect(answer.fields).toMatchObject({ success: false, code: 'GH_VENDOR_REFUSED', reason: 'forbidden' });
  });

  it('defect 8: a challenge says what to do', async () => {
    await using rig = await startRig({ as: 'new' });
    expect(await rig.fails('list_customers')).toMatchObject({
      challenge: 'NEW_PASSWORD_REQUIRED',
      hint: expect.stringContaining(
        'aws cognito-idp admin-set-user-password --region us-west-2 --user-pool-id us-west-2_Demo12345',
      ),
    });
  });

  it('defect 9: numbers that must be whole are', async () => {
    await using rig = await startRig();
    for (const [tool, more] of [
      ['list_resources', {}],
      ['get_findings', {}],
      ['search_violations', { search_term: 'x' }],
    ] as const)
      expect(await rig.fails(tool, { ...PROD, ...more, limit: 50.5 })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(rig.sent('GET /findings')).toEqual([]);
  });

  it.each([true, false])(
    'defect 10: differences are the right way round (swapped by the platform: %s)',
    async swapped => {
      await using rig = await startRig({ switches: { swapped } });
      await rig.ok('trigger_scan', { ...PROD, regions: ['us-east-1', 'eu-west-1'] });
      const told = await rig.ok('get_findings', { ...PROD, resource_type: 'AWS::S3::Bucket' });
      const invoices = rows(told.findings).find(row => row.resource_arn === 'arn:aws:s3:::acme-invoices');
      expect(rows(invoices?.differences)).toEqual(
        expect.arrayContaining([
          { path: 'PublicAccessBlockConfiguration.BlockPublicAcls', actual: false, expected: true },
          { path: 'BucketName', actual: 'acme-invoices', expected: null },
        ]),
      );
    },
  );

  it('defect 10: what the whole objects do not contradict is left as it is', () => {
    const differences = [{ path: 'A.B', actual: 1, expected: 2 }];
    expect(differencesOf({ differences })).toEqual(differences);
    expect(differencesOf({ differences, observed: { A: { B: 1 } }, expected: { A: { B: 2 } } })).toEqual(differences);
    expect(differencesOf({ differences, observed: { A: { B: 3 } } })).toEqual(differences);
  });

  it('defect 11: an empty list is checked against the rest, and called what it is', async () => {
    await using rig = await startRig();
    const some = await rig.ok('list_resources', { ...PROD, snapshot_key: 'tenants/customer-prod/snapshots/x' });
    expect(some.warnings).toEqual([expect.stringContaining('The tenant has data')]);
    rig.sandbox.switches.set({ databaseDown: true });
    expect(await rig.ok('list_resources', PROD)).toMatchObject({
      resources: [],
      warnings: [expect.stringContaining('No data returned')],
    });
    expect(await rig.ok('get_findings', { tenant_id: 'no-such' })).toMatchObject({
      returned: 0,
      warnings: [expect.stringContaining('No data returned'), expect.stringContaining('No customer is registered')],
    });
  });

  it('defect 12: a scan that is cut off is unknown, sent once, and its result is read later', async () => {
    await using rig = await startRig({ switches: { scanMs: 120_000 } });
    const told = await rig.ok('trigger_scan', CORP);
    expect(told).toMatchObject({ status: 'unknown', scan_id: null, totals: null, compliance: null });
    const { scan_handle } = told;
    expect(await rig.ok('trigger_scan', CORP)).toMatchObject({ status: 'unknown', scan_handle });
    const early = await rig.ok('get_dashboard_metrics', { ...CORP, scan_handle }, { withinMs: 3_020 });
    expect(early).toMatchObject({ scan: { status: 'unknown', gave_up: false } });
    expect(rig.sent('POST /scan')).toHaveLength(1);
    rig.advance(130);
    expect(await rig.ok('get_dashboard_metrics', { ...CORP, scan_handle })).toMatchObject({
      scan: {
        status: 'completed',
        scan_id: expect.stringMatching(/^scan-/),
        totals: { resources: 8, findings: 3 },
        compliance: { rate: 75 },
      },
    });
    expect(rig.sent('POST /scan')).toHaveLength(1);
  });

  it('defect 13: only the registered role and account are scanned', async () => {
    await using rig = await startRig();
    const foreign = { role_arn: 'arn:aws:iam::999988887777:role/Mine' };
    expect(await rig.fails('trigger_scan', { ...CORP, ...foreign })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(await rig.fails('trigger_scan', { ...CORP, account_id: '999988887777' })).toMatchObject({
      error: expect.stringContaining('registered with 222233334444'),
    });
    expect(await rig.fails('trigger_scan', { tenant_id: 'no-such' })).toMatchObject({ code: 'GH_NOT_FOUND' });
    expect(rig.sent('POST /scan')).toEqual([]);
  });

  it('defect 14: an argument that is not known is refused by name', async () => {
    await using rig = await startRig();
    expect(await rig.fails('list_customers', { page: 2 })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('page'),
    });
    for (const { inputSchema } of catalogOf(thanos).tools) expect(inputSchema.additionalProperties).toBe(false);
  });

  it.each([
    ['current', 'AWS::S3::Bucket'],
    ['older', 'hierarchical-config'],
  ] as const)('defect 15: the metrics of both releases are understood (%s)', async (metrics, label) => {
    await using rig = await startRig({ switches: { metrics } });
    const told = await rig.ok('get_dashboard_metrics', PROD);
    expect(rows(told.top)[0]).toMatchObject({ label, count: expect.any(Number), severity: 'HIGH' });
  });

  it('defect 16: regions with several middle parts are regions', async () => {
    const of = (userPoolId: string) => configOf({ userPoolId, clientId: 'abc' });
    expect(of('us-gov-west-1_AbC1')).toMatchObject({
      region: 'us-gov-west-1',
      cognitoUrl: 'https://cognito-idp.us-gov-west-1.amazonaws.com/',
    });
    expect(problemOf(of('us-gov-west-1_AbC1'))).toBeUndefined();
    await using rig = await startRig();
    expect(await rig.ok('trigger_scan', { tenant_id: 'fresh-start', regions: ['us-gov-west-1'] })).toMatchObject({
      status: 'completed',
      regions_scanned: ['us-gov-west-1'],
    });
  });

  it('defect 17: times with and without a zone are UTC', async () => {
    expect(utcMs('2026-03-02T08:15:09.120331')).toBe(utcMs('2026-03-02T08:15:09.120Z'));
    await using rig = await startRig();
    for (const tenant of [PROD, CORP]) {
      const told = await rig.ok('get_dashboard_metrics', { ...tenant, since: '36h' });
      expect(told.compliance_over_time).toMatchObject({ scans: 1 });
    }
  });

  it('defect 18: read-only is enforced here, since the platform knows no rights', async () => {
    await using rig = await startRig({ readOnly: true });
    expect(rig.account.info.permits('trigger_scan', 'trigger_scan')).toBe(false);
    expect(await rig.fails('trigger_scan', CORP)).toMatchObject({ code: 'GH_READ_ONLY' });
    expect(rig.sandbox.requests).toEqual([]);
    expect(thanos.standalone?.readOnly).toBe(true);
  });
});
