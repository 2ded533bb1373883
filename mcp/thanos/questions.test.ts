import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { environmentOf, rows } from './testing.ts';

let sandbox: Sandbox;
let folder: string;
let client: Client;

beforeAll(async () => {
  sandbox = await startSandbox({ scanMs: 5 });
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-thanos-questions-'));
  client = new Client({ name: 'test', version: '1' });
  const options = JSON.stringify({ backend: 'thanos', stateFolder: folder, transport: 'stdio' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(import.meta.dirname, '..', 'standalone.fixture.ts'), options],
      env: { ...environmentOf(sandbox), THANOS_READ_ONLY: 'false' },
      stderr: 'ignore',
    }),
  );
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(name: string, given: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>> {
  const { structuredContent, isError } = await client.callTool({ name, arguments: given });
  expect(isError).toBeUndefined();
  return structuredContent as Readonly<Record<string, unknown>>;
}

/** The example questions of the original's README, from an MCP client through a server of its own to the sandbox. */
describe('the questions of the original', () => {
  it('question 1: the S3 buckets of customer-prod that do not comply', async () => {
    const told = await ask('list_resources', {
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
    const told = await ask('get_findings', { tenant_id: 'acme-corp', severity: 'CRITICAL' });
    expect(rows(told.findings).map(({ rule_id, resource_arn }) => [rule_id, resource_arn])).toEqual([
      ['sg-no-ssh-from-internet', 'arn:aws:ec2:us-east-1:222233334444:security-group/sg-0jump'],
    ]);
    expect(told).toMatchObject({ scope: 'latest', returned: 1, by_severity: { CRITICAL: 1 }, complete: true });
  });

  it('question 3: all resources with a drift above 0.5', async () => {
    const told = await ask('list_resources', { tenant_id: 'customer-prod', min_drift: 0.51 });
    expect(rows(told.resources).map(({ arn }) => arn)).toEqual([
      'arn:aws:s3:::acme-legacy',
      'arn:aws:s3:::acme-invoices',
      'arn:aws:s3:::acme-temp',
    ]);
  });

  it('question 4: violations related to public access', async () => {
    const told = await ask('search_violations', { tenant_id: 'customer-prod', search_term: 'public access' });
    expect(rows(told.matches).map(({ resource_arn }) => resource_arn)).toEqual([
      'arn:aws:s3:::acme-legacy',
      'arn:aws:s3:::acme-invoices',
    ]);
    expect(rows(told.matches)[0]).toMatchObject({
      matched_in: expect.arrayContaining(['observed', 'differences']),
      why: expect.arrayContaining(['BlockPublicAcls is false']),
    });
    const earlier = await ask('search_violations', { tenant_id: 'acme-corp', search_term: 'public access' });
    expect(
      rows(earlier.matches)
        .map(({ rule_id }) => rule_id)
        .sort(),
    ).toEqual(['s3-block-public-policy', 's3-public-acls-blocked']);
  });

  it('question 5: a scan of xyz-staging in us-east-1 and eu-west-1', async () => {
    const told = await ask('trigger_scan', { tenant_id: 'xyz-staging', regions: ['us-east-1', 'eu-west-1'] });
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
    expect(sandbox.requests.find(({ path }) => path === '/scan')?.body).toEqual({
      tenant_id: 'xyz-staging',
      role_arn: 'arn:aws:iam::333344445555:role/CloudGoldenGuardAuditRole',
      account_id: '333344445555',
      regions: ['us-east-1', 'eu-west-1'],
    });
  });

  it('question 6: how the compliance rate went over the last week', async () => {
    sandbox.forgetRequests();
    const told = await ask('get_dashboard_metrics', { tenant_id: 'acme-corp', since: '7d' });
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
    expect(sandbox.requests.length).toBeLessThanOrEqual(20);
  });

  it('question 7: the security groups that allow SSH from 0.0.0.0/0', async () => {
    const told = await ask('search_violations', { tenant_id: 'customer-prod', search_term: 'SSH from 0.0.0.0/0' });
    expect(rows(told.matches).map(({ resource_arn, why }) => [resource_arn, why])).toEqual([
      ['arn:aws:ec2:us-east-1:111122223333:security-group/sg-0bastion', ['port 22 is open to 0.0.0.0/0']],
    ]);
    expect(told).toMatchObject({ matched: 1, searched: 9, complete: true });
    const earlier = await ask('search_violations', {
      tenant_id: 'acme-corp',
      search_term: 'security groups allowing SSH from 0.0.0.0/0',
    });
    expect(rows(earlier.matches).map(({ rule_id }) => rule_id)).toEqual(['sg-no-ssh-from-internet']);
  });
});
