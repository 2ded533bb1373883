import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawLogo } from './sandbox/png.ts';
import { daysAgo, entry, type Rig, startRig } from './testing.ts';

const tokens = (rig: Rig) => rig.sandbox.requests.filter(({ path }) => path === '/oauth/v1/token').length;

/** The acceptance checks of the fact sheet (§11). */
describe('acceptance', () => {
  it('check 1: with SP and AO get_tile_details works', async () => {
    await using rig = await startRig({ as: 'SP+AO' });
    const { id } = entry((await rig.ok('manage_tiles', 'list_tiles')).tiles);
    expect(await rig.ok('manage_tiles', 'get_tile_details', { tile_id: id })).toMatchObject({ tile: { id } });
  });

  it('check 3: set_logo, reset_secret, bind_client and change_password are refused without any network call', async () => {
    await using rig = await startRig({ readOnly: true });
    const id = '5b0c7f1e-2a64-4c0f-9d53-0e6a1b7c8d90';
    for (const [tool, action, input] of [
      ['manage_tenants', 'set_logo', { tenant_id: id, logo_data: Buffer.from(drawLogo('x')).toString('base64') }],
      ['manage_credentials', 'reset_secret', { client_id: id }],
      ['manage_services', 'bind_client', { service_id: id, client_name: 'robot' }],
      ['manage_users', 'change_password', { old_password: 'old-password', new_password: 'new-password' }],
    ] as const) {
      const told = await rig.fails(tool, action, input);
      expect(told).toMatchObject({ code: 'GH_READ_ONLY', action, read_only_mode: true });
      expect(told.error).toBe(`Blocked: read-only mode (${action}).`);
    }
    expect(rig.sandbox.requests).toEqual([]);
  });

  it('check 4: logs of a ctaas service: resourceId is sent, the job polled, the file fetched without Authorization', async () => {
    await using rig = await startRig({ switches: { pollsUntilReady: 3, exportFormat: 'gzip', auditMeta: 'string' } });
    const { instances } = await rig.ok('manage_services', 'list_services', { service_type: 'ctaas' });
    const service = entry(instances);
    rig.sandbox.forgetRequests();
    const told = await rig.ok('manage_audit_logs', 'get_logs', {
      service_name: service.name,
      start_date: daysAgo(9),
      end_date: daysAgo(2),
    });
    const [post, ...rest] = rig.sent().filter(({ path }) => path !== '/v1/service_instances');
    expect(post).toMatchObject({ method: 'POST', body: { resourceId: service.id, source: 'cdsp' } });
    const file = rest.at(-1);
    expect(file).toMatchObject({
      path: expect.stringMatching(/^\/export_files\//),
      authorization: 'absent',
      status: 200,
    });
    expect(rest.slice(0, -1).map(({ path, authorization }) => [path, authorization])).toEqual(
      Array.from({ length: 3 }, () => [file?.path.replace('/export_files', '/v1/audit-log-exports'), 'present']),
    );
    const { recent_activity, total_logs } = told.analysis as { recent_activity: object[]; total_logs: number };
    expect(total_logs).toBeGreaterThan(10);
    expect(recent_activity[0]).toMatchObject({ resourceID: service.id, source: 'cdsp', meta: {} });
  });

  it('check 5: with 120 services and more, a name on the second page resolves', async () => {
    await using rig = await startRig();
    const second = await rig.ok('manage_services', 'list_services', { page: 1, size: 100 });
    expect(second.total_elements).toBeGreaterThanOrEqual(120);
    const { name, id } = entry(second.instances);
    const told = await rig.ok('manage_services', 'get_service_instance', { service_id: name });
    expect(told).toMatchObject({ resolved_uuid: id, original_identifier: name });
  });

  it('check 6: a creation that was answered 503 is sent once, and the result says to check the list', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 503, method: 'POST', path: '/v1/service_instances' });
    const input = { name: 'only-once', service_type: 'key_vault', service_plan: 'single_hsm' };
    expect(await rig.fails('manage_services', 'create_service_instance', input)).toMatchObject({
      code: 'GH_OUTCOME_UNKNOWN',
      status_code: 503,
      error: expect.stringContaining('"only-once" may exist now'),
      hint: expect.stringContaining('Check with list_services'),
    });
    expect(rig.sent('POST')).toHaveLength(1);
  });

  it('check 7: 50 calls in an hour take one token', async () => {
    let time = Date.now();
    await using rig = await startRig({ now: () => time, switches: { clock: () => new Date(time) } });
    for (let call = 0; call < 50; call++) {
      await rig.ok('manage_services', 'get_service_instance', { service_id: await someService(rig) });
      time += 60_000;
    }
    expect(tokens(rig)).toBe(1);
    time += 10 * 60_000;
    await rig.ok('manage_tiles', 'list_tiles');
    expect(tokens(rig)).toBe(2);
  });

  it('check 7: a token that the vendor refuses is renewed exactly once by 50 parallel calls', async () => {
    await using rig = await startRig();
    await rig.ok('manage_tiles', 'list_tiles');
    expect(tokens(rig)).toBe(1);
    rig.sandbox.revokeTokens();
    await Promise.all(Array.from({ length: 50 }, () => rig.ok('manage_services', 'list_services', { size: 1 })));
    expect(tokens(rig)).toBe(2);
  });

  it('check 8: an opaque token with its scopes in the answer works, and so do scopes as list and as text', async () => {
    await using opaque = await startRig({ as: 'opaque' });
    await opaque.ok('manage_tiles', 'list_tiles');
    expect(await opaque.ok('manage_scopes', 'validate_token')).toMatchObject({ client_id: null, issuer: null });
    for (const jwtScope of ['array', 'string'] as const) {
      await using rig = await startRig({ switches: { jwtScope, responseScope: 'absent' } });
      expect(await rig.account.signIn()).toMatchObject({
        ok: true,
        scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
        demo: true,
      });
    }
  });

  it('check 9: secrets, passwords, tokens and signed addresses are never logged', async () => {
    const passwords = { old_password: 'canary-old-"quoted"', new_password: 'canary-new-\\password' };
    await using rig = await startRig();
    const logFile = join(rig.folder, 'dpod.log');
    await using logged = await startRig({ logFile });
    logged.sandbox.faults.inject({
      kind: 'status',
      status: 403,
      path: '/v1/users/changePassword',
      body: JSON.stringify({ message: `refused ${passwords.old_password} ${passwords.new_password}` }),
    });
    const refused = await logged.fails('manage_users', 'change_password', passwords);
    const range = { start_date: daysAgo(3), end_date: daysAgo(2) };
    await logged.ok('manage_audit_logs', 'get_logs', range);
    const made = await logged.ok('manage_credentials', 'create', { name: 'robot', role: 'api_appowner' });
    const { clientSecret } = made.credential as { clientSecret: string };
    logged.sandbox.faults.inject({ kind: 'status', status: 400, path: '/v1/tiles', body: `no ${clientSecret}` });
    const echoed = await logged.fails('manage_tiles', 'list_tiles');

    const written = logged.stderr() + readFileSync(logFile, 'utf8') + JSON.stringify([refused, echoed]);
    expect(written).toContain('"level":"debug"');
    const canaries = [
      logged.sandbox.credentials[0]?.secrets.clientSecret ?? '',
      clientSecret,
      'canary-old',
      'canary-new',
      'eyJ',
      'sig=',
    ];
    expect(canaries.filter(canary => canary === '' || written.includes(canary))).toEqual([]);
  });

  it('check 10: a major outage is shown as one, and a region comes from the end of the name only', async () => {
    await using rig = await startRig({ switches: { statusPage: 'major' } });
    expect(await rig.ok('check_dpod_availability', 'check_dpod_status')).toMatchObject({
      overall_status: 'major: Partial System Outage',
      services: {
        'Luna Cloud HSM': { status: 'major_outage', regions: { NA: { status: 'major_outage' } } },
        'Management Console': { regions: { Global: { status: 'operational' } } },
      },
      recent_incidents: [{ title: 'Partitions unreachable', impact: 'major' }],
    });
  });
});

async function someService(rig: Rig) {
  const { instances } = await rig.ok('manage_services', 'list_services', { size: 1 });
  return entry(instances).id;
}
