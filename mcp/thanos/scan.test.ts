import { describe, expect, it } from 'vitest';
import { startRig } from './testing.ts';

const PROD = { tenant_id: 'customer-prod' };
const BOTH = { ...PROD, regions: ['us-east-1', 'eu-west-1'] };

describe('a scan', () => {
  it('takes the default region and names the ones that it leaves out', async () => {
    await using rig = await startRig();
    expect(await rig.ok('trigger_scan', PROD)).toMatchObject({
      status: 'completed',
      regions_scanned: ['us-east-1'],
      totals: { resources: 8, findings: 8 },
      compliance: { compliance_percentage: 0 },
      warnings: [expect.stringContaining('Not scanned, though the customer is registered for them: eu-west-1')],
    });
  });

  it('wants regions that can be meant', async () => {
    await using rig = await startRig();
    for (const regions of [[], ['ALL', 'us-east-1'], ['moon-1'], 'us-east-1'])
      expect(await rig.fails('trigger_scan', { ...PROD, regions })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(rig.sent('POST /scan')).toEqual([]);
  });

  it('of all regions says when only one was scanned after all', async () => {
    await using rig = await startRig();
    const all = { ...PROD, regions: ['ALL'] };
    expect(await rig.ok('trigger_scan', all)).toMatchObject({
      regions_requested: ['ALL'],
      regions_scanned: ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'],
      warnings: [expect.stringContaining('No resource came from us-west-2, ap-southeast-1')],
    });
    rig.sandbox.switches.set({ scans: 'list-failure' });
    expect(await rig.ok('trigger_scan', all)).toMatchObject({
      warnings: [expect.stringContaining('only us-east-1 was scanned')],
    });
  });

  it('says when a region gave nothing: the platform only logs that it failed', async () => {
    await using rig = await startRig({ switches: { scans: 'region-failure' } });
    expect(await rig.ok('trigger_scan', BOTH)).toMatchObject({
      warnings: [expect.stringContaining('No resource came from eu-west-1')],
    });
  });

  it('of nothing has no rate', async () => {
    await using rig = await startRig({ switches: { scans: 'region-failure' } });
    expect(await rig.ok('trigger_scan', { tenant_id: 'fresh-start', regions: ['us-gov-west-1'] })).toMatchObject({
      totals: { resources: 0, findings: 0 },
      compliance: { total: 0, compliance_percentage: null },
      warnings: [expect.stringContaining('0 resources: nothing was scanned, or nothing could be read')],
    });
  });

  it('that AWS refuses has failed, and may be started again', async () => {
    await using rig = await startRig({ switches: { scans: 'role-error' } });
    expect(await rig.fails('trigger_scan', PROD)).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      reason: 'scan_failed',
      details: expect.stringContaining('AssumeRole'),
    });
    expect(rig.sent('POST /scan')).toHaveLength(1);
    rig.sandbox.switches.set({ scans: 'normal' });
    expect(await rig.ok('trigger_scan', PROD)).toMatchObject({ status: 'completed' });
  });

  it.each([
    [{ kind: 'status', status: 503, execute: true }],
    [{ kind: 'status', status: 504, execute: true }],
    [{ kind: 'status', status: 500, execute: true }],
    [{ kind: 'reset', when: 'after' }],
    [{ kind: 'reset', when: 'midway' }],
    [{ kind: 'truncated' }],
    [{ kind: 'html', status: 502 }],
  ] as const)('whose answer is lost has an unknown outcome: %j', async fault => {
    await using rig = await startRig();
    await rig.ok('list_customers');
    rig.sandbox.faults.inject({ ...fault, path: '/scan' });
    const told = await rig.ok('trigger_scan', BOTH);
    expect(told).toMatchObject({ status: 'unknown', scan_handle: expect.any(String) });
    expect(rig.sent('POST /scan')).toHaveLength(1);
  });

  it.each([400, 403, 404, 429])('that was answered %i was not started, and is sent once', async status => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status, path: '/scan', times: 'always' });
    await rig.fails('trigger_scan', PROD);
    expect(rig.sent('POST /scan')).toHaveLength(1);
    rig.sandbox.faults.clear();
    expect(await rig.ok('trigger_scan', PROD)).toMatchObject({ status: 'completed' });
  });

  it('without a result after 300 s is given up, and may be started again', async () => {
    await using rig = await startRig({ switches: { scanMs: 10_000_000 } });
    const { scan_handle } = await rig.ok('trigger_scan', PROD);
    rig.advance(301);
    expect(await rig.ok('get_dashboard_metrics', { ...PROD, scan_handle })).toMatchObject({
      scan: { status: 'unknown', gave_up: true, next: expect.stringContaining('may be started again') },
    });
    await rig.ok('trigger_scan', PROD);
    expect(rig.sent('POST /scan')).toHaveLength(2);
  });

  it('is waited for by the call that asks for its result, which tells how it goes', async () => {
    await using rig = await startRig({ switches: { scanMs: 250 } });
    const { scan_handle } = await rig.ok('trigger_scan', PROD);
    const { fields, progress } = await rig.call('get_dashboard_metrics', { ...PROD, scan_handle });
    expect(fields).toMatchObject({ scan: { status: 'completed', totals: { resources: 8 } } });
    expect(progress.length).toBeGreaterThan(0);
  });

  it('is found by its handle also after a restart of the server, and only by its own', async () => {
    await using rig = await startRig({ switches: { scanMs: 120_000 } });
    const { scan_handle } = await rig.ok('trigger_scan', PROD);
    expect(await rig.fails('get_dashboard_metrics', { tenant_id: 'acme-corp', scan_handle })).toMatchObject({
      error: expect.stringContaining('a handle of customer-prod'),
    });
    expect(await rig.fails('get_dashboard_metrics', { ...PROD, scan_handle: 'x' })).toMatchObject({
      error: expect.stringContaining('no handle'),
    });
    const { before } = JSON.parse(Buffer.from(String(scan_handle), 'base64url').toString());
    expect(before).toMatch(/^tenants\/customer-prod\/snapshots\//);
  });

  it('of one tenant is one at a time, and a second one sees that the first may still run', async () => {
    await using rig = await startRig({ switches: { scanMs: 120_000 } });
    const told = await Promise.all([rig.ok('trigger_scan', PROD), rig.ok('trigger_scan', PROD)]);
    expect(told[0].scan_handle).toBe(told[1].scan_handle);
    expect(rig.sent('POST /scan')).toHaveLength(1);
  });

  it('cancelled by the client stays noted as one that may run', async () => {
    await using rig = await startRig({ switches: { scanMs: 120_000, gatewayMs: 5_000 } });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const { isError } = await rig.call('trigger_scan', PROD, { signal: stop.signal });
    expect(isError).toBe(true);
    expect(await rig.ok('trigger_scan', PROD)).toMatchObject({ status: 'unknown' });
    expect(rig.sent('POST /scan')).toHaveLength(1);
  });
});
