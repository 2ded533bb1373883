import { describe, expect, it } from 'vitest';
import { rows, startRig } from './testing.ts';

/** The example questions of the original's README, each as a client would call for it, through HTTP to the sandbox. */
describe('the questions of the original', () => {
  it('question 1: the S3 buckets of customer-prod that do not comply', async () => {
    await using rig = await startRig();
    const told = await rig.ok('list_resources', {
      tenant_id: 'customer-prod',
      compliance_status: 'NON_COMPLIANT',
      resource_type: 'AWS::S3::Bucket',
    });
    expect(rows(told.resources).map(({ arn, drift_score }) => [arn, drift_score])).toEqual([
      ['arn:aws:s3:::acme-legacy', 1],
      ['arn:aws:s3:::acme-invoices', 0.6],
      ['arn:aws:s3:::acme-temp', 0.6],
      ['arn:aws:s3:::acme-assets', 0.2],
      ['arn:aws:s3:::acme-logs', 0.2],
    ]);
    expect(told).toMatchObject({
      source: 'demo',
      demo: true,
      totals: { total_resources: 5, by_type: { 'AWS::S3::Bucket': 5 }, by_compliance: { NON_COMPLIANT: 5 } },
      truncated: false,
      warnings: [expect.stringContaining('1 resources were not in the latest scan')],
    });
  });

  it('question 2: the critical findings of acme-corp', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_findings', { tenant_id: 'acme-corp', severity: 'CRITICAL' });
    expect(rows(told.findings).map(({ rule_id, resource_arn }) => [rule_id, resource_arn])).toEqual([
      ['sg-no-ssh-from-internet', 'arn:aws:ec2:us-east-1:222233334444:security-group/sg-0jump'],
    ]);
    expect(told).toMatchObject({ scope: 'latest', returned: 1, by_severity: { CRITICAL: 1 }, complete: true });
  });

  it('question 3: all resources with a drift above 0.5', async () => {
    await using rig = await startRig();
    const told = await rig.ok('list_resources', { tenant_id: 'customer-prod', min_drift: 0.51 });
    expect(rows(told.resources).map(({ arn }) => arn)).toEqual([
      'arn:aws:s3:::acme-legacy',
      'arn:aws:s3:::acme-invoices',
      'arn:aws:s3:::acme-temp',
    ]);
  });

  it('question 4: violations related to public access', async () => {
    await using rig = await startRig();
    const told = await rig.ok('search_violations', { tenant_id: 'customer-prod', search_term: 'public access' });
    expect(rows(told.matches).map(({ resource_arn }) => resource_arn)).toEqual([
      'arn:aws:s3:::acme-legacy',
      'arn:aws:s3:::acme-invoices',
    ]);
    expect(rows(told.matches)[0]).toMatchObject({
      matched_in: expect.arrayContaining(['observed', 'differences']),
      why: expect.arrayContaining(['BlockPublicAcls is false']),
    });
    const earlier = await rig.ok('search_violations', { tenant_id: 'acme-corp', search_term: 'public access' });
    expect(
      rows(earlier.matches)
        .map(({ rule_id }) => rule_id)
        .sort(),
    ).toEqual(['s3-block-public-policy', 's3-public-acls-blocked']);
  });

  it('question 5: a scan of xyz-staging in us-east-1 and eu-west-1', async () => {
    await using rig = await startRig();
    const told = await rig.ok('trigger_scan', { tenant_id: 'xyz-staging', regions: ['us-east-1', 'eu-west-1'] });
    expect(told).toMatchObject({
      status: 'completed',
      scan_id: expect.stringMatching(/^scan-[0-9a-f]{12}$/),
      account_id: '333344445555',
      regions_requested: ['us-east-1', 'eu-west-1'],
      regions_scanned: ['us-east-1', 'eu-west-1'],
      totals: { resources: 4, findings: 0 },
      compliance: { total: 4, compliant: 4, compliance_percentage: 100 },
      warnings: [],
    });
    expect(rig.sent('POST /scan')[0]?.body).toEqual({
      tenant_id: 'xyz-staging',
      role_arn: 'arn:aws:iam::333344445555:role/CloudGoldenGuardAuditRole',
      account_id: '333344445555',
      regions: ['us-east-1', 'eu-west-1'],
    });
  });

  it('question 6: how the compliance rate went over the last week', async () => {
    await using rig = await startRig();
    const told = await rig.ok('get_dashboard_metrics', { tenant_id: 'acme-corp', since: '7d' });
    expect(rows(told.timeline).map(({ compliance_rate, total }) => [compliance_rate, total])).toEqual([
      [37.5, 8],
      [50, 6],
      [62.5, 5],
      [62.5, 5],
      [75, 3],
      [75, 3],
    ]);
    expect(told).toMatchObject({
      compliance_over_time: {
        scans: 6,
        scans_with_rate: 6,
        first_rate: 37.5,
        last_rate: 75,
        change: { points: 37.5, direction: 'up' },
      },
      warnings: [],
    });
    expect(rig.sent().length).toBeLessThanOrEqual(20);
  });

  it('question 7: the security groups that allow SSH from 0.0.0.0/0', async () => {
    await using rig = await startRig();
    const told = await rig.ok('search_violations', { tenant_id: 'customer-prod', search_term: 'SSH from 0.0.0.0/0' });
    expect(rows(told.matches).map(({ resource_arn, why }) => [resource_arn, why])).toEqual([
      ['arn:aws:ec2:us-east-1:111122223333:security-group/sg-0bastion', ['port 22 is open to 0.0.0.0/0']],
    ]);
    expect(told).toMatchObject({ matched: 1, searched: 9, complete: true });
    const earlier = await rig.ok('search_violations', {
      tenant_id: 'acme-corp',
      search_term: 'security groups allowing SSH from 0.0.0.0/0',
    });
    expect(rows(earlier.matches).map(({ rule_id }) => rule_id)).toEqual(['sg-no-ssh-from-internet']);
  });
});
