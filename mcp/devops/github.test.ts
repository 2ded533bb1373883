import { describe, expect, it } from 'vitest';
import { DEPLOY, rows, startRig } from './testing.ts';

const DISPATCH = 'POST /github/repos/acme/shop/actions/workflows/deploy.yml/dispatches';
const RUNS = '/github/repos/acme/shop/actions/workflows/deploy.yml/runs';
const dispatches = '/github/**/dispatches';

describe('deployments through GitHub Actions', () => {
  it('dispatch the workflow, find the run by its correlation id, and follow it to its end', async () => {
    await using rig = await startRig({ as: 'github' });
    const told = await rig.ok('deploy_service', DEPLOY);
    const [run] = rig.sandbox.runs;
    expect(told).toMatchObject({
      provider: 'github',
      result: {
        deployment: {
          deployment_id: String(run?.id),
          status: 'SUCCESS',
          version: '1.8.2',
          previous_version: '1.8.1',
          deployed_by: 'paula',
        },
        message: expect.stringContaining(String(run?.html_url)),
      },
    });
    const correlation_id = run?.display_title.match(/\[(.*)\]/)?.[1];
    expect(rig.sent(DISPATCH).map(({ body }) => body)).toEqual([
      { ref: 'main', inputs: { ...DEPLOY, correlation_id } },
    ]);
    expect(rig.stderr()).not.toContain('github_pat_');
  });

  it('show the job and the step that run, and the one that failed', async () => {
    await using rig = await startRig({ as: 'github', switches: { outcomes: ['SUCCESS', 'FAILED'] } });
    const { progress } = await rig.call('deploy_service', DEPLOY);
    expect(progress.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['Looking for the run', 'The run is in_progress: deploy, step 2 of 3, "Roll out"']),
    );
    expect(progress.map(({ done }) => done)).toEqual(
      [...new Set(progress.map(({ done }) => done))].sort((a, b) => a - b),
    );
    const { error } = await rig.fails('deploy_service', DEPLOY);
    expect(error).toContain('It failed in deploy at "Health check".');
    // Without the jobs, the run itself is told all the same.
    rig.sandbox.faults.inject({ kind: 'status', status: 404, path: '/github/**/jobs', times: 'always' });
    expect((await rig.call('deploy_service', DEPLOY)).fields).toMatchObject({ success: true });
  });

  it('tell a run that failed, and one that goes on when the time is up', async () => {
    await using rig = await startRig({ as: 'github', switches: { outcomes: ['FAILED', 'IN_PROGRESS'] } });
    expect(await rig.fails('deploy_service', DEPLOY)).toMatchObject({ result: { deployment: { status: 'FAILED' } } });
    const { structured } = await rig.call('deploy_service', DEPLOY, { withinMs: 4_300 });
    expect(structured).toMatchObject({ success: true, result: { deployment: { status: 'IN_PROGRESS' } } });
  });

  it.each([
    ['a broken link', { kind: 'reset', when: 'after' }],
    ['502', { kind: 'status', status: 502, execute: true }],
  ] as const)('whose answer is lost (%s) are found by the correlation id', async (_what, fault) => {
    await using rig = await startRig({ as: 'github' });
    rig.sandbox.faults.inject({ ...fault, path: dispatches });
    expect(await rig.ok('deploy_service', DEPLOY)).toMatchObject({ result: { deployment: { version: '1.8.2' } } });
    expect(rig.sent(DISPATCH)).toHaveLength(1);
  });

  it('are not called undone when their run cannot be read afterwards', async () => {
    await using rig = await startRig({ as: 'github' });
    rig.sandbox.faults.inject({ kind: 'status', status: 404, path: '/github/**/runs/*' });
    const going = await rig.ok('deploy_service', DEPLOY);
    expect(going).toMatchObject({ result: { deployment: { status: 'IN_PROGRESS' } } });
    rig.sandbox.faults.inject({ kind: 'status', status: 404, path: '/github/**/runs', times: 'always' });
    const lost = await rig.call('deploy_service', { ...DEPLOY, version: '1.8.3' });
    expect(lost.structured).toMatchObject({ result: { deployment: { status: 'UNKNOWN' } } });
  });

  it('that are rollbacks whose answer is lost are found as rollbacks', async () => {
    await using rig = await startRig({ as: 'github' });
    rig.sandbox.faults.inject({ kind: 'reset', when: 'after', path: dispatches });
    const bad = rig.sandbox.runs.find(({ display_title: title }) => title.includes('orders 1.8.1 '));
    const order = { deployment_id: String(bad?.id), environment: 'staging', reason: 'errors rise again' };
    const { rollback } = await rig.result('rollback_deployment', order);
    expect(rollback).toMatchObject({ rollback_id: String(rig.sandbox.runs[0]?.id), to_version: '1.8.0' });
    expect(rig.sent(DISPATCH)).toHaveLength(1);
  });

  it('that GitHub never got have an unknown outcome', async () => {
    await using rig = await startRig({ as: 'github' });
    rig.sandbox.faults.inject({ kind: 'reset', when: 'before', path: dispatches });
    const { structured } = await rig.call('deploy_service', DEPLOY);
    expect(structured).toMatchObject({ warnings: ['outcome_unknown'], result: { deployment: { status: 'UNKNOWN' } } });
  });

  it.each([
    [{ githubRepository: 'acme/other' }, {}, 'GH_NOT_FOUND'],
    [{ githubRef: 'no-such-branch' }, {}, 'GH_VENDOR_REFUSED'],
    [{}, { githubToken: 'github_pat_of_somebody_else' }, 'GH_SIGN_IN'],
    [{ githubRepository: '' }, {}, 'GH_SIGN_IN'],
  ])('that GitHub refuses are errors (%o %o)', async (settings, secrets, code) => {
    await using rig = await startRig({ as: 'github', settings, secrets });
    expect(await rig.fails('deploy_service', DEPLOY)).toMatchObject({ code });
    expect(rig.sandbox.runs).toHaveLength(4);
  });

  it('are rolled back by the branch and version of the last successful run before', async () => {
    await using rig = await startRig({ as: 'github' });
    const bad = rig.sandbox.runs.find(({ display_title: title }) => title.includes('orders 1.8.1 '));
    const order = { deployment_id: String(bad?.id), environment: 'staging', reason: 'errors rise again' };
    const { rollback } = await rig.result('rollback_deployment', order);
    expect(rollback).toMatchObject({
      service_name: 'orders',
      from_version: '1.8.1',
      to_version: '1.8.0',
      status: 'SUCCESS',
      rolled_back_by: 'paula',
    });
    expect(rig.sent(DISPATCH)[0]?.body).toMatchObject({
      ref: 'release-1.8',
      inputs: { service_name: 'orders', version: '1.8.0', environment: 'staging', reason: 'errors rise again' },
    });
  });

  it('are not rolled back when there is none, none before, or it is elsewhere', async () => {
    await using rig = await startRig({ as: 'github' });
    const reason = 'errors rise again';
    const payments = String(rig.sandbox.runs[0]?.id);
    for (const [deployment_id, environment, expected] of [
      ['1', 'staging', 'not_found'],
      [payments, 'staging', 'conflict'],
      [payments, 'production', 'conflict'],
    ])
      expect(await rig.fails('rollback_deployment', { deployment_id, environment, reason })).toMatchObject({
        reason: expected,
      });
    expect(rig.sent(DISPATCH)).toHaveLength(0);
  });

  it('need no Descope; logs and metrics come from Datadog, and production keeps its switch', async () => {
    await using rig = await startRig({ as: 'github', settings: { allowProduction: false } });
    expect(await rig.result('authenticate_user')).toMatchObject({ kind: 'github_token', user_id: 'github' });
    expect(rows((await rig.result('getMcpResourcesLogs', { limit: 2 })).data)).toHaveLength(2);
    const refused = await rig.fails('deploy_service', { ...DEPLOY, environment: 'production' });
    expect(refused).toMatchObject({ reason: 'production_disabled' });
    expect(await rig.fails('get')).toMatchObject({ reason: 'not_configured', missing: ['LIGHT_DEVOPS_API_URL'] });
    expect(rig.sandbox.requests.some(({ path }) => path === RUNS)).toBe(false);
  });
});
