import { describe, expect, it } from 'vitest';
import { DEPLOY, deploymentOf, type Members, startRig } from './testing.ts';

const DEPLOYS = 'POST /mcp/tools/deploy_service';
const path = '/mcp/tools/**';
const UNKNOWN = { success: false, warnings: ['outcome_unknown'], result: { deployment: { status: 'UNKNOWN' } } };

/** Fact sheet §7.4. */
describe('a write', () => {
  it.each([
    [400, 'invalid_arguments'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [429, 'rate_limited'],
    [503, 'upstream_unavailable'],
  ])('that is answered with %i was not done, and is not sent again', async (status, reason) => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status, path, retryAfter: 7, times: 'always' });
    const refused = await rig.fails('deploy_service', DEPLOY);
    expect(refused).toMatchObject({ reason, status_code: status, ...(status === 429 ? { retry_after_s: 7 } : {}) });
    expect(rig.sent(DEPLOYS)).toHaveLength(1);
    expect(rig.sent('GET /mcp/deployments')).toHaveLength(0);
  });

  it.each([
    ['500', { kind: 'status', status: 500, execute: true }],
    ['502', { kind: 'status', status: 502, execute: true }],
    ['504', { kind: 'status', status: 504, execute: true }],
    ['a broken link', { kind: 'reset', when: 'after' }],
    ['half an answer', { kind: 'truncated' }],
    ['no body', { kind: 'empty', status: 200 }],
  ] as const)('whose answer is lost (%s) is looked for and found', async (_what, fault) => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ ...fault, path });
    const told = await rig.ok('deploy_service', DEPLOY);
    expect(told).toMatchObject({ degraded: true, result: { deployment: { status: 'SUCCESS', version: '1.8.2' } } });
    expect(rig.sandbox.writes).toBe(1);
    expect(rig.sent(DEPLOYS)).toHaveLength(1);
  });

  it('that never arrived has an unknown outcome, which is no error and no success', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'reset', when: 'before', path });
    const { structured, isError } = await rig.call('deploy_service', DEPLOY);
    expect(structured).toMatchObject(UNKNOWN);
    expect(isError).toBe(false);
    expect(rig.sent('GET /mcp/deployments')).toHaveLength(4);
    const key = rig.sent(DEPLOYS)[0]?.headers['idempotency-key'];
    expect(structured).toMatchObject({ result: { metadata: { idempotency_key: key } } });
  });

  it('after one that got lost looks for that one first, and goes by the same key', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject(
      { kind: 'reset', when: 'after', path },
      { kind: 'status', status: 404, path: '/mcp/deployments', times: 4 },
    );
    expect((await rig.call('deploy_service', DEPLOY)).structured).toMatchObject(UNKNOWN);
    const again = await rig.ok('deploy_service', DEPLOY);
    expect(again).toMatchObject({
      warnings: ['previous_outcome_unknown'],
      result: { deployment: { status: 'SUCCESS' } },
    });
    expect(rig.sandbox.writes).toBe(1);
    const third = await rig.ok('deploy_service', DEPLOY);
    expect(third).toMatchObject({ warnings: [] });
    expect(rig.sandbox.writes).toBe(2);
  });

  it('after one that got lost, where nobody may look, is done once by its key', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'reset', when: 'after', path });
    rig.sandbox.faults.inject({ kind: 'status', status: 403, path: '/mcp/deployments', times: 'always' });
    expect((await rig.call('deploy_service', DEPLOY)).structured).toMatchObject(UNKNOWN);
    expect(await rig.ok('deploy_service', DEPLOY)).toMatchObject({ warnings: ['previous_outcome_unknown'] });
    expect(rig.sandbox.writes).toBe(1);
  });

  it('that nobody can take in is a plain failure', async () => {
    await using rig = await startRig();
    await rig.ok('authenticate_user');
    await rig.sandbox.close();
    expect(await rig.fails('deploy_service', DEPLOY)).toMatchObject({ code: 'GH_VENDOR_DOWN' });
  });

  it('to production needs the switch of the connection, whatever the role', async () => {
    await using rig = await startRig({ settings: { allowProduction: false } });
    const refused = await rig.fails('deploy_service', { ...DEPLOY, environment: 'production' });
    expect(refused).toMatchObject({ code: 'GH_READ_ONLY', reason: 'production_disabled' });
    expect(rig.sandbox.writes).toBe(0);
    expect(await rig.ok('deploy_service', DEPLOY)).toMatchObject({ success: true });
  });

  it('is refused in read-only mode, under both names', async () => {
    await using rig = await startRig({ readOnly: true });
    for (const name of ['deploy_service', 'postMcpToolsDeployService'])
      expect(await rig.fails(name, DEPLOY)).toMatchObject({ code: 'GH_READ_ONLY' });
  });

  it('while another one runs is refused by the platform, which says why', async () => {
    await using rig = await startRig({ switches: { outcomes: ['IN_PROGRESS'] } });
    await rig.ok('deploy_service', DEPLOY);
    const refused = await rig.fails('deploy_service', { ...DEPLOY, version: '1.8.3' });
    expect(refused).toMatchObject({ reason: 'conflict', error: expect.stringContaining('in progress') });
    rig.advance(21);
    expect(await rig.ok('deploy_service', { ...DEPLOY, version: '1.8.3' })).toMatchObject({ success: true });
  });
});

describe('a rollback', () => {
  it('wants a reason, and says from which version to which', async () => {
    await using rig = await startRig();
    const deployment_id = deploymentOf(rig, 'checkout', '2.4.1', 'production');
    const order = { deployment_id, environment: 'prod' };
    expect(await rig.fails('rollback_deployment', { ...order, reason: ' bad ' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
    const { rollback } = await rig.result('rollback_deployment', { ...order, reason: 'urgent: errors rise' });
    expect(rollback).toMatchObject({
      service_name: 'checkout',
      from_version: '2.4.1',
      to_version: '2.4.0',
      previous_version: '2.4.0',
      status: 'SUCCESS',
      reason: 'urgent: errors rise',
      environment: 'production',
      rolled_back_by: 'U2demoPaula',
    } satisfies Members);
  });

  it('for another reason, after one that got lost, has a key of its own', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'reset', when: 'before', path });
    const deployment_id = deploymentOf(rig, 'orders', '1.8.1', 'staging');
    const order = { deployment_id, environment: 'staging' };
    const lost = await rig.call('rollback_deployment', { ...order, reason: 'errors rise' });
    expect(lost.structured).toMatchObject({ result: { rollback: { status: 'UNKNOWN', from_version: '1.8.1' } } });
    const told = await rig.ok('rollback_deployment', { ...order, reason: 'errors rise still' });
    expect(told).toMatchObject({
      warnings: ['previous_outcome_unknown'],
      result: { rollback: { to_version: '1.8.0' } },
    });
    const keys = rig.sent('POST /mcp/tools/rollback_deployment').map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('whose answer is lost is looked for and found', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'reset', when: 'after', path });
    const deployment_id = deploymentOf(rig, 'orders', '1.8.1', 'staging');
    const told = await rig.ok('rollback_deployment', { deployment_id, environment: 'staging', reason: 'errors rise' });
    expect(told).toMatchObject({ degraded: true, result: { rollback: { to_version: '1.8.0' } } });
    expect(rig.sandbox.writes).toBe(1);
  });
});
