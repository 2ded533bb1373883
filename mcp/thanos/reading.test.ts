import { describe, expect, it } from 'vitest';
import { matchOf, termOf } from './matching.ts';
import type { Finding } from './rows.ts';
import { type Rig, rows, startRig } from './testing.ts';
import { sinceMs } from './time.ts';

const PROD = { tenant_id: 'customer-prod' };
const FLEET = { tenant_id: 'fleet-one' };
const STAGING = { tenant_id: 'xyz-staging' };

/** More rows of one tenant than the platform gives at once. */
function flood(rig: Rig, tenant: string, copies: number): void {
  const all = rig.sandbox.store.resources.get(tenant) ?? [];
  const latest = all
    .map(row => row.snapshot_key)
    .sort()
    .at(-1);
  const more = all
    .filter(row => row.snapshot_key === latest)
    .flatMap(row => Array.from({ length: copies }, (_, index) => ({ ...row, arn: `${row.arn}-${index}` })));
  rig.sandbox.store.resources.set(tenant, [...all, ...more]);
}

describe('metrics', () => {
  it('of a tenant whose latest scan was clean say 0, and call the one before it previous', async () => {
    await using rig = await startRig();
    expect(await rig.ok('get_dashboard_metrics', STAGING)).toMatchObject({
      state: 'no_findings',
      current_scan: { total_findings: 0, severity_counts: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0 } },
      previous_scan: { total_findings: 2 },
      trend: { delta: -2, direction: 'down' },
      compliance: { total: 4, compliant: 4, rate: 100 },
      top: [],
      timeline: [{ total: 2 }, { total: 2 }, { total: 0 }],
      warnings: [],
    });
    // Nothing in the time that was asked for: the state is told all the same.
    expect(await rig.ok('get_dashboard_metrics', { ...STAGING, since: '1h' })).toMatchObject({
      compliance: { rate: 100 },
      timeline: [],
      compliance_over_time: { scans: 0, change: null },
    });
  });

  it('over time have the scans without findings too', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_dashboard_metrics', { ...STAGING, since: '2w' });
    expect(rows(told.timeline).map(({ compliance_rate, total }) => [compliance_rate, total])).toEqual([
      [75, 2],
      [75, 2],
      [100, 0],
      [100, 0],
    ]);
    expect(told.compliance_over_time).toMatchObject({ change: { points: 25, direction: 'up' } });
  });

  it('of a tenant that was never scanned are not zero', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_dashboard_metrics', { tenant_id: 'fresh-start', since: '7d' });
    expect(told).toMatchObject({
      state: 'never_scanned',
      current_scan: null,
      trend: null,
      compliance: { total: null, rate: null },
      timeline: [],
      compliance_over_time: { scans: 0, first_rate: null, change: null },
    });
  });

  it('do not call a scan clean whose findings have not come yet', async () => {
    await using rig = await startRig();
    const all = rig.sandbox.store.findings.get('customer-prod') ?? [];
    const latest = all
      .map(row => row.snapshot_key)
      .sort()
      .at(-1);
    rig.sandbox.store.findings.set(
      'customer-prod',
      all.filter(row => row.snapshot_key !== latest),
    );
    expect(await rig.ok('get_dashboard_metrics', PROD)).toMatchObject({
      current_scan: { snapshot_key: latest, total_findings: null },
      trend: null,
      warnings: [expect.stringContaining('may still be running')],
    });
  });

  it('have no rate where not all resources come, and ask at most 20 times', async () => {
    await using rig = await startRig();
    flood(rig, 'fleet-one', 9);
    expect(await rig.ok('get_dashboard_metrics', FLEET)).toMatchObject({
      compliance: { total: null, rate: null },
      warnings: [expect.stringContaining('more resources than the platform gives')],
    });
    rig.sandbox.forgetRequests();
    const told = await rig.ok('get_dashboard_metrics', { ...FLEET, since: '7d' });
    expect(rows(told.timeline).map(({ compliance_rate }) => compliance_rate)).toEqual([0, 0, null]);
    expect(told).toMatchObject({
      compliance_over_time: { scans: 3, scans_with_rate: 2 },
      warnings: expect.arrayContaining([expect.stringContaining('1 scans have no rate')]),
    });
    expect(rig.sent().length).toBeLessThanOrEqual(20);
  });

  it('of many scans ask at most 20 times, and say what may be missing', async () => {
    await using rig = await startRig({ switches: { scanMs: 1 } });
    for (let scan = 0; scan < 25; scan++) {
      rig.advance(60);
      await rig.ok('trigger_scan', FLEET);
    }
    rig.sandbox.forgetRequests();
    const told = await rig.ok('get_dashboard_metrics', { ...FLEET, since: '1h' });
    expect(rig.sent().length).toBeLessThanOrEqual(20);
    expect(told).toMatchObject({
      compliance_over_time: { scans: 20, scans_with_rate: 20, last_rate: 0 },
      warnings: [
        expect.stringContaining('Older scans without findings may be missing'),
        expect.stringContaining('only the last 20 scans'),
      ],
    });
    // What fails for some scans leaves the others.
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/resources', skip: 3, times: 'always' });
    expect(await rig.ok('get_dashboard_metrics', { ...FLEET, since: '1h' })).toMatchObject({
      compliance_over_time: { scans: 20, scans_with_rate: 8 },
      warnings: expect.arrayContaining([expect.stringContaining('12 scans have no rate')]),
    });
  });

  it('want a moment that can be meant', async () => {
    await using rig = await startRig();
    expect(await rig.fails('get_dashboard_metrics', { ...PROD, since: 'soon' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('7d'),
    });
    const now = Date.parse('2026-03-08T00:00:00Z');
    expect(sinceMs('1w', now)).toBe(Date.parse('2026-03-01'));
    expect(sinceMs('24h', now)).toBe(Date.parse('2026-03-07'));
    expect(sinceMs('2026-03-02T08:00:00', now)).toBe(Date.parse('2026-03-02T08:00:00Z'));
  });
});

describe('what is partial says so', () => {
  it('resources beyond what the platform gives', async () => {
    await using rig = await startRig();
    flood(rig, 'fleet-one', 9);
    const told = await rig.ok('list_resources', { ...FLEET, limit: 1_000 });
    expect(told).toMatchObject({ truncated: true, warnings: [expect.stringContaining('more rows than it gives')] });
    const { resources } = await rig.ok('list_resources', { ...FLEET, resource_type: 'AWS::EC2::SecurityGroup' });
    expect(rows(resources)).toHaveLength(10);
  });

  it('resources that the store cut off at 1 MB, though fewer came than were asked for', async () => {
    await using rig = await startRig();
    const long = (rig.sandbox.store.resources.get('fleet-one') ?? []).map(row => ({
      ...row,
      metadata: 'x'.repeat(10_000),
    }));
    rig.sandbox.store.resources.set('fleet-one', long);
    const key = long
      .map(row => row.snapshot_key)
      .sort()
      .at(-1);
    const told = await rig.ok('list_resources', { ...FLEET, snapshot_key: key, limit: 1_000 });
    expect(rows(told.resources).length).toBeLessThan(121);
    expect(told).toMatchObject({ truncated: true, warnings: [expect.stringContaining('more resources')] });
    expect(await rig.ok('get_dashboard_metrics', FLEET)).toMatchObject({ compliance: { rate: null } });
    rig.sandbox.store.findings.delete('fleet-one');
    expect(await rig.ok('get_dashboard_metrics', FLEET)).toMatchObject({
      state: 'no_findings',
      current_scan: { total_findings: null },
      warnings: expect.arrayContaining([expect.stringContaining('what it found is unknown')]),
    });
  });

  it('resources beyond the limit, by their totals', async () => {
    await using rig = await startRig();
    const told = await rig.ok('list_resources', { ...FLEET, limit: 5 });
    expect(rows(told.resources)).toHaveLength(5);
    expect(told).toMatchObject({ truncated: true, totals: { total_resources: 121 } });
  });

  it('findings whose later pages fail', async () => {
    await using rig = await startRig();
    await rig.ok('list_customers');
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/findings', skip: 1, times: 'always' });
    const told = await rig.ok('search_violations', { ...FLEET, search_term: 'public access', scope: 'all' });
    expect(told).toMatchObject({
      complete: false,
      searched: 200,
      summary: expect.stringContaining('Not all findings were read'),
      warnings: [expect.stringContaining('Page 2 failed')],
    });
    rig.sandbox.faults.clear();
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/findings', skip: 1, times: 4 });
    const some = await rig.ok('get_findings', { ...FLEET, severity: 'CRITICAL', scope: 'all' });
    expect(some).toMatchObject({ returned: 0, complete: false, pages_read: 1, cursor: expect.any(String) });
    // A first page that fails is a failure.
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/findings', times: 4 });
    expect(await rig.fails('get_findings', PROD)).toMatchObject({ code: 'GH_VENDOR_DOWN' });
  });

  it('findings for which time ran out, with a cursor to go on', async () => {
    await using rig = await startRig();
    await rig.ok('list_customers');
    const told = await rig.ok('get_findings', { ...FLEET, severity: 'CRITICAL', scope: 'all' }, { withinMs: 5_900 });
    expect(told).toMatchObject({ returned: 0, pages_read: 1, complete: false, cursor: expect.any(String) });
    const next = await rig.ok('get_findings', { ...FLEET, severity: 'CRITICAL', scope: 'all', cursor: told.cursor });
    expect(next).toMatchObject({ returned: 0, complete: true, cursor: null });
  });

  it('a text of a long result leaves out the long members, structured content has them', async () => {
    await using rig = await startRig();
    const { fields, text } = await rig.call('list_resources', { ...FLEET, limit: 100 });
    expect(rows(fields.resources)[0]).toHaveProperty('config.BucketName');
    expect(JSON.parse(text).resources[0]).not.toHaveProperty('config');
    expect(text.length).toBeLessThan(JSON.stringify(fields).length * 0.6);
    const short = await rig.call('list_resources', { ...FLEET, limit: 1 });
    expect(JSON.parse(short.text).resources[0]).toHaveProperty('config');
  });
});

describe('the wire', () => {
  it('a function that fails is asked again, a refusal is not', async () => {
    await using rig = await startRig();
    await rig.ok('list_customers');
    rig.sandbox.faults.inject(
      { kind: 'status', status: 500, path: '/customers' },
      { kind: 'status', status: 429, path: '/customers' },
      { kind: 'reset', when: 'before', path: '/customers' },
    );
    await rig.ok('list_customers');
    rig.sandbox.forgetRequests();
    rig.sandbox.faults.inject({ kind: 'status', status: 400, path: '/customers', times: 'always' });
    expect(await rig.fails('list_customers')).toMatchObject({ reason: 'bad_request' });
    expect(rig.sent()).toHaveLength(1);
  });

  it('an address without the platform is told apart from a tenant without data', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 404, path: '/customers' });
    expect(await rig.account.signIn()).toMatchObject({
      ok: false,
      code: 'GH_NOT_FOUND',
      hint: expect.stringContaining('API address'),
    });
    await rig.ok('list_customers');
    rig.sandbox.faults.inject({ kind: 'status', status: 404, path: '/findings/metrics' });
    expect(await rig.fails('get_dashboard_metrics', PROD)).toMatchObject({ reason: 'not_deployed' });
  });

  it('customers are sorted by name, whatever its case', async () => {
    await using rig = await startRig();
    const { customers } = await rig.ok('list_customers');
    expect(rows(customers).map(({ customer_name }) => customer_name)).toEqual([
      'acme Corporation',
      'Acme Production',
      'Fleet One',
      'Fresh Start',
      'XYZ Staging',
    ]);
  });

  it('rules of a tenant come with the others, each with its source', async () => {
    await using rig = await startRig({ switches: { rules: 'contract' } });
    const { rules } = await rig.ok('get_rules', { tenant_id: 'acme-corp' });
    expect(rows(rules).map(({ source }) => source)).toEqual([...Array(5).fill('default'), 'custom']);
    rig.sandbox.switches.set({ rules: 'current' });
    const derived = await rig.ok('get_rules', { tenant_id: 'acme-corp' });
    expect(rows(derived.rules).map(({ id }) => id)).toEqual([
      'base-config:AWS::S3::Bucket',
      'base-config:AWS::EC2::SecurityGroup',
      'base-config:AWS::IAM::Policy',
      'group:grp-prod-buckets',
    ]);
  });
});

describe('searching', () => {
  const finding = (observed: unknown, more: object = {}): Finding => ({
    finding_id: 'f',
    rule_id: 'hierarchical-config',
    resource_arn: 'arn:aws:ec2:eu-west-1:1:security-group/sg-1',
    resource_type: 'AWS::EC2::SecurityGroup',
    severity: 'LOW',
    message: '5 settings drift from the desired state',
    category: 'compliance',
    timestamp: '',
    snapshot_key: null,
    observed,
    ...more,
  });
  const group = (...permissions: readonly object[]) => finding({ IpPermissions: permissions });
  const tcp = (from: number, to: number, cidr: string) => ({
    IpProtocol: 'tcp',
    FromPort: from,
    ToPort: to,
    IpRanges: [{ CidrIp: cidr }],
  });
  const matches = (one: Finding, term: string): boolean => matchOf(one, termOf(term)) !== undefined;

  it.each([
    ['ssh', tcp(20, 30, '10.0.0.0/8'), true],
    ['ssh from 0.0.0.0/0', tcp(20, 30, '10.0.0.0/8'), false],
    ['ssh open to the internet', tcp(0, 65_535, '0.0.0.0/0'), true],
    ['SSH from anywhere', { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] }, true],
    ['rdp', tcp(22, 22, '0.0.0.0/0'), false],
    ['internet', tcp(443, 443, '0.0.0.0/0'), true],
    ['open', tcp(443, 443, '10.0.0.0/8'), false],
  ])('%s: %j is %s', (term, permission, expected) => {
    expect(matches(group(permission), term)).toBe(expected);
  });

  it('SSH and the internet must be one permission', () => {
    expect(matches(group(tcp(22, 22, '10.0.0.0/8'), tcp(443, 443, '0.0.0.0/0')), 'ssh from 0.0.0.0/0')).toBe(false);
  });

  it('a wildcard is a star that stands alone and does not deny', () => {
    const policy = (statement: object) => finding({ PolicyDocument: { Statement: [statement] } });
    expect(matches(policy({ Effect: 'Allow', Action: ['s3:Get*', '*'] }), 'wildcards')).toBe(true);
    expect(matches(policy({ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }), 'wildcard')).toBe(true);
    expect(matches(policy({ Effect: 'Allow', Action: 's3:Get*' }), 'wildcard')).toBe(false);
    expect(matches(policy({ Effect: 'Deny', Action: '*' }), 'wildcard')).toBe(false);
    expect(matchOf(policy({ Action: 's3:Get*' }), termOf('s3:get*'))?.why).toContain(
      '"s3:get*" at observed.PolicyDocument.Statement[0].Action',
    );
  });

  it('public access is access that is not blocked, not the name of the setting', () => {
    const bucket = (on: boolean) => finding({ PublicAccessBlockConfiguration: { BlockPublicAcls: on } });
    expect(matches(bucket(false), 'public access')).toBe(true);
    expect(matches(bucket(true), 'public access')).toBe(false);
    const path = 'PublicAccessBlockConfiguration.BlockPublicAcls';
    expect(matches(finding({}, { differences: [{ path }] }), 'public access')).toBe(true);
  });

  it('every word must occur, split as in names and whatever its case', () => {
    const one = finding({ BucketName: 'x' }, { message: 'ServerSideEncryption is missing' });
    expect(matches(one, 'server side encryption')).toBe(true);
    expect(matches(one, 'ENCRYPTION bucket')).toBe(true);
    expect(matches(one, 'encryption versioning')).toBe(false);
    expect(matches(one, 'the')).toBe(false);
    expect(matches(one, '!!!')).toBe(false);
  });

  it('reports where and why, the closest first', async () => {
    await using rig = await startRig();
    const told = await rig.ok('search_violations', { tenant_id: 'customer-prod', search_term: '0.0.0.0/0' });
    const [first, second] = rows(told.matches);
    expect(first?.why).toEqual(
      expect.arrayContaining([expect.stringMatching(/^port (22|443) open to 0\.0\.0\.0\/0$/)]),
    );
    expect(second?.why).toEqual(expect.arrayContaining([expect.stringMatching(/^port (22|443) open to/)]));
    // Egress to everywhere is a text, and comes last.
    const { why } = rows(told.matches).at(-1) ?? {};
    expect(why).toEqual(expect.arrayContaining([expect.stringContaining('IpPermissionsEgress')]));
    expect(String(why)).not.toContain('open to');
  });

  it('an unhelpful severity or scope finds nothing, and reads all the same', async () => {
    await using rig = await startRig();
    const none = { tenant_id: 'customer-prod', search_term: 'bucket', severity: 'CRITICAL' };
    expect(await rig.ok('search_violations', none)).toMatchObject({ matched: 0, searched: 0, complete: true });
    const all = await rig.ok('search_violations', { ...PROD, search_term: 'acme-temp', scope: 'all' });
    expect(all).toMatchObject({ matched: 2, scope: 'all' });
  });
});
