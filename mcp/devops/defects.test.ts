import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { devops } from './index.ts';
import { DEPLOY, deploymentOf, type Members, rows, startRig } from './testing.ts';

const DEPLOYS = 'POST /mcp/tools/deploy_service';
const LOGS = 'getMcpResourcesLogs';
const METRICS = 'getMcpResourcesMetrics';

/** Fact sheet §8, by number. */
describe('defects of the original', () => {
  it('defect 1: outcomes of deployments and rollbacks are those of the platform', async () => {
    await using rig = await startRig({ switches: { outcomes: ['SUCCESS', 'FAILED', 'IN_PROGRESS'] } });
    const done = await rig.result('deploy_service', DEPLOY);
    expect(done).toMatchObject({ success: true, deployment: { status: 'SUCCESS', previous_version: '1.8.1' } });
    const failed = await rig.fails('deploy_service', { ...DEPLOY, version: '1.8.3' });
    expect(failed).toMatchObject({ reason: 'failed', result: { deployment: { status: 'FAILED' } } });
    const runs = await rig.result('deploy_service', { ...DEPLOY, version: '1.8.4' });
    expect(runs).toMatchObject({ success: true, deployment: { status: 'IN_PROGRESS' } });
    expect(rig.sandbox.writes).toBe(3);
  });

  it('defect 1: an original server, whose outcomes are random, is said to be one', async () => {
    await using rig = await startRig({
      settings: { platformDialect: 'as-built' },
      switches: { platform: 'as-built', outcomes: ['SUCCESS'] },
    });
    const told = await rig.ok('deploy_service', { ...DEPLOY, environment: 'development' });
    expect(told).toMatchObject({
      warnings: ['unverified_executor'],
      result: { deployment: { environment: 'development' } },
    });
    expect(rig.sent(DEPLOYS)[0]?.body).toMatchObject({ arguments: { environment: 'dev' } });
  });

  it.each(['json', 'sse'] as const)('defect 2: gateway answers are waited for and used (%s)', async gatewayForm => {
    await using rig = await startRig({ gateway: true, switches: { gatewayForm } });
    const told = await rig.ok(LOGS, { level: 'ERROR', limit: 5 });
    expect(told).toMatchObject({ route: 'gateway', provider: 'platform', degraded: false });
    expect(rows((told.result as Members).data)[0]).toMatchObject({
      level: 'ERROR',
      message: 'payment provider timed out',
    });
  });

  it('defect 2: an error of the gateway is an error', async () => {
    await using rig = await startRig({ gateway: true, as: 'developer' });
    rig.sandbox.faults.inject({ kind: 'status', status: 403, path: '/gateway/mcp', times: 'always' });
    expect(await rig.fails(LOGS)).toMatchObject({ reason: 'policy_denied' });
    expect(rig.sent('POST /api/v2/logs/events/search')).toHaveLength(1);
  });

  it('defect 3: empty is empty', async () => {
    await using rig = await startRig();
    expect(await rig.result(LOGS, { service: 'no-such-service' })).toMatchObject({
      count: 0,
      data: [],
      complete: true,
    });
    const metrics = await rig.result(METRICS, { metric_type: 'queue' });
    expect(metrics).toMatchObject({ count: 0, data: [], missing: ['queue_size'] });
  });

  it('defect 3: an error of Datadog is an error, also one inside of 200', async () => {
    await using rig = await startRig();
    await rig.ok(LOGS);
    rig.sandbox.faults.inject({ kind: 'status', status: 500, path: '/api/**', times: 'always' });
    expect(await rig.fails(LOGS)).toMatchObject({ code: 'GH_VENDOR_DOWN' });
    rig.sandbox.faults.clear();
    rig.sandbox.switches.set({ metricStatus: 'error' });
    expect(await rig.fails(METRICS)).toMatchObject({ error: expect.stringContaining('Rollup interval too small') });
  });

  it('defect 3: made-up rows of an original server are refused', async () => {
    const settings = { platformDialect: 'as-built' };
    await using rig = await startRig({ settings, switches: { platform: 'as-built' }, withoutDatadog: true });
    expect(await rig.fails(LOGS)).toMatchObject({ reason: 'synthetic_data' });
  });

  it('defect 4: all aliases work', async () => {
    await using rig = await startRig();
    const rolled = {
      deployment_id: deploymentOf(rig, 'checkout', '2.4.1', 'production'),
      reason: 'errors rise again',
      environment: 'production',
    };
    for (const [name, input] of [
      ['postMcpToolsDeployService', DEPLOY],
      ['postMcpToolsRollbackDeployment', rolled],
      ['postMcpToolsAuthenticateUser', {}],
      ['get', {}],
      ['getMcpResources', {}],
      ['getMcpTools', {}],
      [LOGS, {}],
      [METRICS, {}],
      ['getMcpResourcesByPath', { resource_path: 'metrics' }],
    ] as const)
      expect(await rig.ok(name, input)).toMatchObject({ tool: name, source: 'demo' });
  });

  it('defect 5: an alias reports what was done, flat, with the whole answer beside it', async () => {
    await using rig = await startRig();
    const told = await rig.result('postMcpToolsDeployService', DEPLOY);
    expect(told).toMatchObject({ ...DEPLOY, status: 'SUCCESS', http_status: 200, response: { success: true } });
    expect(told.deployment_id).toBe(rig.sandbox.deployments[0]?.deployment_id);
    const who = await rig.result('postMcpToolsAuthenticateUser');
    expect(who).toMatchObject({ user_id: 'U2demoPaula', login_id: 'paula@acme.test', scopes: [], authenticated: true });
  });

  it('defect 6: logs and metrics of the platform are read when there is data', async () => {
    await using rig = await startRig({ withoutDatadog: true });
    const told = await rig.ok(LOGS, { limit: 3 });
    expect(told).toMatchObject({ provider: 'platform', result: { count: 3 } });
    expect(rows((told.result as Members).data)[0]).toMatchObject({ timestamp: expect.stringMatching(/^20.*Z$/) });
    expect(await rig.result(METRICS)).toMatchObject({ count: 8 });
    expect(await rig.resource('light-devops://logs')).toMatchObject({ success: true, result: { count: 100 } });
  });

  it('defect 7: a refusal is told as one, with the right that is missing', async () => {
    await using rig = await startRig({ as: 'new-user' });
    expect(await rig.fails(LOGS)).toMatchObject({ code: 'GH_SCOPE_MISSING' });
    await expect(rig.resource('light-devops://metrics')).rejects.toMatchObject({
      fields: { missing_permission: 'read_metrics' },
    });
  });

  it('defect 7: a refusal that the platform wraps into 500 is told as what it is', async () => {
    const settings = { platformDialect: 'as-built' };
    await using rig = await startRig({ settings, withoutDatadog: true });
    const body = JSON.stringify({ detail: '403: Insufficient permissions to read logs' });
    rig.sandbox.faults.inject({ kind: 'status', status: 500, body, path: '/mcp/resources/logs', times: 'always' });
    expect(await rig.fails(LOGS)).toMatchObject({ reason: 'forbidden' });
  });

  it.each([
    ['prod', 'deploy_production'],
    ['PRODUCTION', 'deploy_production'],
  ])('defect 8: %s is production, and needs its right', async (environment, missing_permission) => {
    await using rig = await startRig({ as: 'developer' });
    const refused = await rig.fails('deploy_service', { ...DEPLOY, environment });
    expect(refused).toMatchObject({ reason: 'forbidden', missing_permission, environment: 'production' });
    expect(rig.sent(DEPLOYS)).toHaveLength(0);
  });

  it('defect 8: development is offered to whoever may deploy anywhere, and unknown words are refused', async () => {
    await using rig = await startRig({ as: 'developer' });
    const done = await rig.result('deploy_service', { ...DEPLOY, environment: 'dev' });
    expect(done).toMatchObject({ deployment: { environment: 'development', status: 'SUCCESS' } });
    for (const environment of ['qa', 'production2', ''])
      expect(await rig.fails('deploy_service', { ...DEPLOY, environment })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    const rolled = { deployment_id: 'x', reason: 'because it fails', environment: 'development' };
    expect(await rig.fails('rollback_deployment', rolled)).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });

  it('defect 9: the outer success is that of the deployment, and a failure is an error', async () => {
    const settings = { platformDialect: 'as-built' };
    await using rig = await startRig({ settings, switches: { platform: 'as-built', outcomes: ['FAILED'] } });
    expect(await rig.fails('deploy_service', DEPLOY)).toMatchObject({ success: false, result: { success: false } });
  });

  it('defect 10: a deployment that does not exist, or is elsewhere, is not rolled back', async () => {
    await using rig = await startRig();
    const reason = 'errors rise again';
    const unknown = await rig.fails('rollback_deployment', { deployment_id: 'none', reason, environment: 'staging' });
    expect(unknown).toMatchObject({ code: 'GH_NOT_FOUND', reason: 'not_found' });
    const deployment_id = deploymentOf(rig, 'orders', '1.8.1', 'staging');
    const elsewhere = await rig.fails('rollback_deployment', { deployment_id, reason, environment: 'production' });
    expect(elsewhere).toMatchObject({ reason: 'conflict' });
    const again = deploymentOf(rig, 'checkout', '2.4.2', 'production');
    const twice = await rig.fails('rollback_deployment', { deployment_id: again, reason, environment: 'production' });
    expect(twice).toMatchObject({ reason: 'conflict', error: expect.stringContaining('already rolled back') });
    expect(rig.sandbox.writes).toBe(0);
  });

  it('defect 11: a write never goes around the gateway', async () => {
    await using rig = await startRig({ gateway: true, switches: { policy: 'prod-freeze' } });
    expect(await rig.fails('deploy_service', DEPLOY)).toMatchObject({ reason: 'policy_denied', policy: 'prod-freeze' });
    rig.sandbox.faults.inject({ kind: 'status', status: 502, path: '/gateway/mcp', times: 'always' });
    const lost = await rig.call('deploy_service', { ...DEPLOY, version: '1.8.9' });
    expect(lost.structured).toMatchObject({ success: false, result: { deployment: { status: 'UNKNOWN' } } });
    expect(lost.isError).toBe(false);
    expect(rig.sent(DEPLOYS)).toHaveLength(0);
    expect(rig.sandbox.writes).toBe(0);
  });

  it('defect 11: a write whose answer the gateway lost is found, not repeated', async () => {
    await using rig = await startRig({ gateway: true, switches: { losesAnswers: true } });
    const told = await rig.ok('deploy_service', DEPLOY);
    expect(told).toMatchObject({ degraded: true, result: { deployment: { status: 'SUCCESS', version: '1.8.2' } } });
    expect(rig.sandbox.writes).toBe(1);
  });

  it('defect 12: isError counts, both routes look alike, and a session that ended is opened again', async () => {
    await using rig = await startRig({ gateway: true });
    const shape = (told: Members): string[] => Object.keys(told.result as Members).sort();
    const through = await rig.ok(LOGS);
    await using direct = await startRig();
    expect(shape(through)).toEqual(shape(await direct.ok(LOGS)));
    rig.sandbox.endGatewaySessions();
    expect(await rig.ok('deploy_service', DEPLOY)).toMatchObject({ route: 'gateway' });
    expect(rig.sandbox.writes).toBe(1);
    const bad = { deployment_id: deploymentOf(rig, 'checkout', '2.4.2', 'production'), environment: 'production' };
    const refused = await rig.fails('rollback_deployment', { ...bad, reason: 'errors rise again' });
    expect(refused).toMatchObject({ error: expect.stringContaining('already rolled back') });
  });

  it('defect 13: the gateway is off unless switched on, and without an address it is named as missing', async () => {
    const field = catalogOf(devops).settings.find(({ variable }) => variable === 'CEQUENCE_ENABLED');
    expect(field?.default).toBe(false);
    await using rig = await startRig({ settings: { gatewayEnabled: true } });
    const refused = await rig.fails('deploy_service', DEPLOY);
    expect(refused).toMatchObject({ reason: 'not_configured', missing: ['CEQUENCE_GATEWAY_URL'] });
    expect(rig.sent(DEPLOYS)).toHaveLength(0);
  });

  it.each([
    ['roles-only', 'T2acme', ['Developer']],
    ['lower-case', null, ['developer']],
    ['developer', 'T2acme', ['Developer']],
  ])('defect 14: rights come from roles and tenants (%s)', async (as, tenant, roles) => {
    await using rig = await startRig({ as });
    const who = await rig.result('authenticate_user');
    expect(who).toMatchObject({ tenant, roles, kind: 'user' });
    expect(who.permissions).toEqual([
      'read_logs',
      'read_metrics',
      'read_deployments',
      'deploy_staging',
      'rollback_staging',
    ]);
    expect(await rig.ok('deploy_service', DEPLOY)).toMatchObject({ success: true });
  });

  it('defect 15: tokens in cookies are taken, and sessions are renewed', async () => {
    await using rig = await startRig({ switches: { cookies: true } });
    await rig.ok(LOGS);
    rig.advance(700);
    await rig.ok('deploy_service', DEPLOY);
    expect(rig.sent('POST /v1/auth/refresh')).toHaveLength(2);
  });

  it('defect 15: a rotated refresh token replaces the stored one', async () => {
    await using rig = await startRig({ switches: { rotation: true } });
    await rig.ok(LOGS);
    rig.advance(700);
    await rig.ok('deploy_service', DEPLOY);
    expect(rig.stored.map(({ field }) => field)).toEqual(['refreshToken', 'refreshToken']);
  });

  it('defect 16: anonymous reading is off by default, and never beside a credential', async () => {
    const field = catalogOf(devops).settings.find(({ variable }) => variable === 'AUTH_ALLOW_ANONYMOUS');
    expect(field?.default).toBe(false);
    const settings = { allowAnonymous: true };
    await using rig = await startRig({ settings });
    expect(await rig.result('authenticate_user')).toMatchObject({ kind: 'user', user_id: 'U2demoPaula' });
    await using nobody = await startRig({ settings, secrets: { refreshToken: '' } });
    expect(await nobody.result('authenticate_user')).toMatchObject({
      kind: 'anonymous',
      permissions: ['read_logs', 'read_metrics'],
    });
    expect(await nobody.ok(LOGS)).toMatchObject({ provider: 'datadog' });
    expect(await nobody.fails('deploy_service', { ...DEPLOY, environment: 'prod' })).toMatchObject({
      code: 'GH_SCOPE_MISSING',
    });
    await using wrong = await startRig({ settings, secrets: { refreshToken: 'not-a-token-at-all' } });
    expect(await wrong.fails(LOGS)).toMatchObject({ code: 'GH_SIGN_IN' });
  });

  it('defect 17: no token is in a log or a result', async () => {
    await using rig = await startRig({ gateway: true });
    const token = rig.sandbox.sessionOf('observer');
    const who = await rig.call('authenticate_user', { session_token: token });
    expect(who.structured).toMatchObject({ success: true, result: { user_id: 'U2demoOlaf' } });
    await rig.ok(LOGS);
    await rig.ok('deploy_service', DEPLOY);
    for (const text of [rig.stderr(), who.text]) expect(text).not.toMatch(/eyJ[\w-]{10}|dd-(api|app)-key/);
    expect(await rig.result('authenticate_user')).toMatchObject({ user_id: 'U2demoPaula' });
  });

  it('defect 18: the audience is checked, and no management key is asked for', async () => {
    await using foreign = await startRig({ as: 'foreign-audience' });
    expect(await foreign.fails(LOGS)).toMatchObject({
      code: 'GH_SIGN_IN',
      error: expect.stringContaining('not meant for'),
    });
    const settings = { audience: 'another-application' };
    await using right = await startRig({ as: 'foreign-audience', settings });
    expect(await right.ok(LOGS)).toMatchObject({ success: true });
    await using missing = await startRig({ settings });
    expect(await missing.fails(LOGS)).toMatchObject({ code: 'GH_SIGN_IN' });
    const catalog = catalogOf(devops);
    expect(JSON.stringify([catalog.settings, catalog.credentials])).not.toMatch(/management/i);
  });

  it('defect 19: every filter is applied, and shown as applied', async () => {
    await using rig = await startRig();
    const since = new Date(Date.now() - 2 * 3_600_000).toISOString();
    const logs = await rig.result(LOGS, { since, service: 'payments', level: 'warn', limit: 2 });
    expect(logs).toMatchObject({ filters: { since, service: 'payments', level: 'WARN', limit: 2 }, count: 2 });
    expect(rows(logs.data).every(row => row.service === 'payments' && row.level === 'WARN')).toBe(true);
    const metrics = await rig.result(METRICS, { metric_type: 'CPU', service: 'checkout', time_range: '6h' });
    expect(rows(metrics.data).map(({ name, service }) => [name, service])).toEqual([['cpu_utilization', 'checkout']]);
    const query = rig.sent('GET /api/v1/query')[0]?.query ?? {};
    expect(Number(query.to) - Number(query.from)).toBe(6 * 3_600);
    const asked = await rig.fails(LOGS, { offset: 5 });
    expect(asked).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(await rig.fails(LOGS, { since: '2999-01-01' })).toMatchObject({ reason: 'invalid_arguments' });
  });

  it.each(['DEBUG', 'INFO', 'WARN', 'ERROR'])('defect 20: the level is that of the status (%s)', async level => {
    await using rig = await startRig();
    const { data } = await rig.result(LOGS, { level, limit: 1_000 });
    expect(rows(data).length).toBeGreaterThan(10);
    expect(new Set(rows(data).map(row => row.level))).toEqual(new Set([level]));
  });

  it('defect 21: the memory of metrics knows all parameters and no rights', async () => {
    await using rig = await startRig();
    expect(await rig.result(METRICS, { service: 'checkout' })).toMatchObject({ cached: false, count: 8 });
    expect(await rig.result(METRICS, { service: 'checkout' })).toMatchObject({ cached: true, count: 8 });
    expect(await rig.result(METRICS, { service: 'orders' })).toMatchObject({ cached: false });
    rig.advance(61);
    expect(await rig.result(METRICS, { service: 'checkout' })).toMatchObject({ cached: false });
  });

  it('defect 22: an unexpected answer is told as a failure with a code and a next step', async () => {
    await using rig = await startRig({ withoutDatadog: true });
    rig.sandbox.faults.inject({ kind: 'html', status: 200, path: '/mcp/resources/logs' });
    expect(await rig.fails(LOGS)).toMatchObject({ code: 'GH_VENDOR_ANSWER', hint: expect.any(String) });
  });

  it('defect 23: a reason may quote anything', async () => {
    await using rig = await startRig();
    const reason = 'it logs "<script>" and calls system( on start';
    const deployment_id = deploymentOf(rig, 'orders', '1.8.1', 'staging');
    const limits = { signal: AbortSignal.timeout(10_000), withinMs: 10_000, progress: () => undefined };
    const order = { deployment_id, reason, environment: 'staging' };
    // Who is asked sees it before; and nothing was done by looking.
    expect(await rig.account.plan('rollback_deployment', 'rollback_deployment', order, limits)).toEqual({
      ok: true,
      changes: [{ what: 'orders in staging', before: '1.8.1', after: '1.8.0' }],
    });
    expect(rig.sent('POST /mcp/tools/rollback_deployment')).toEqual([]);
    const told = await rig.result('rollback_deployment', { deployment_id, reason, environment: 'staging' });
    expect(told).toMatchObject({ rollback: { reason, from_version: '1.8.1', to_version: '1.8.0' } });
  });

  it('defect 24: it listens nowhere unless asked, and then on its own machine', () => {
    expect(devops.standalone).toMatchObject({ transport: 'stdio', port: 8_001, readOnly: true });
  });

  it('defect 25: there are twelve tools, and the list of tools names them all', async () => {
    await using rig = await startRig();
    const { tools } = await rig.result('getMcpTools');
    expect(rows(tools).map(({ name }) => name)).toEqual(catalogOf(devops).tools.map(({ name }) => name));
    expect(rows(tools)).toHaveLength(12);
  });

  it('defect 26: resources promise no paging', async () => {
    await using rig = await startRig();
    const { resources } = await rig.result('getMcpResources');
    expect(rows(resources)).toMatchObject([
      { uri: 'logs', mcp_uri: 'light-devops://logs', capabilities: { pagination: false } },
      { uri: 'metrics', mcp_uri: 'light-devops://metrics', capabilities: { pagination: false } },
    ]);
  });

  it('defect 27: a sign-in service that cannot be reached is no bad token', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 503, path: '/v2/keys/**', times: 'always' });
    const refused = await rig.fails(LOGS);
    expect(refused).toMatchObject({ code: 'GH_VENDOR_DOWN', error: expect.stringContaining('cannot be reached') });
  });
});
