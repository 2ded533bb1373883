import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type AccountChoice, dpodAccount } from './test-account.ts';

/** The acceptance checks of the fact sheet, §11, under their numbers. */
const on = async (
  choice: AccountChoice,
  work: (s: Awaited<ReturnType<typeof dpodAccount>>) => Promise<void>,
): Promise<void> => {
  await using s = await dpodAccount(choice);
  await work(s);
};
const TILE = 'manage_tiles';
const SERVICES = 'manage_services';

it('check 1: with SP and AO the details of a tile can be read', () =>
  on({}, async s => {
    const { tiles } = await s.call(TILE, 'list_tiles');
    const [tile] = tiles as { id: string }[];
    expect(await s.call(TILE, 'get_tile_details', { tile_id: tile?.id })).toMatchObject({
      success: true,
      tile: { id: tile?.id },
    });
  }));

it('check 2: a credential with roles of the portal alone is refused at sign-in, with one reason', () =>
  on({ as: 'none' }, async s => {
    expect(await s.account.signIn()).toMatchObject({
      ok: false,
      code: 'GH_SIGN_IN',
      message: expect.stringContaining('none of the API scopes'),
    });
  }));

it('check 3: read-only refuses changes without any request', () =>
  on({ readOnly: true }, async s => {
    const id = '00000000-0000-4000-8000-000000000000';
    for (const [tool, action, input] of [
      ['manage_tenants', 'set_logo', { tenant_id: id, logo_data: 'AAAA' }],
      ['manage_credentials', 'reset_secret', { client_id: id }],
      [SERVICES, 'bind_client', { service_id: id, client_name: 'x' }],
      ['manage_users', 'change_password', { old_password: 'a', new_password: 'bbbbbbbb' }],
    ] as const)
      expect(await s.call(tool, action, input)).toMatchObject({
        success: false,
        code: 'GH_READ_ONLY',
        read_only_mode: true,
        action,
      });
    expect(s.sandbox.requests).toEqual([]);
  }));

it('check 4: logs of a named CTAAS service: resourceId, polling, the file without the bearer, gzip, meta decoded', () =>
  on({}, async s => {
    const { instances } = await s.call(SERVICES, 'list_services', { service_type: 'ctaas' });
    const [service] = instances as { id: string; name: string }[];
    const today = new Date();
    const day = (ago: number): string => new Date(today.getTime() - ago * 86_400_000).toISOString().slice(0, 10);
    s.sandbox.forgetRequests();
    const answer = await s.call('manage_audit_logs', 'get_logs', {
      start_date: day(29),
      end_date: day(0),
      service_name: service?.name,
    });
    expect(answer).toMatchObject({ success: true, export_job: { state: 'SUCCEEDED' } });
    const posted = s.sandbox.requests.find(({ method }) => method === 'POST');
    expect(posted?.body).toMatchObject({ resourceId: service?.id, source: 'cdsp' });
    const file = s.sandbox.requests.find(({ path }) => path.startsWith('/export_files/'));
    expect(file).toMatchObject({ authorization: 'absent', status: 200 });
    expect(s.sent().filter(line => line.startsWith('GET /v1/audit-log-exports/')).length).toBeGreaterThan(1);
    const { recent_activity: recent } = answer.analysis as { recent_activity: { meta: unknown }[] };
    expect(recent.length).toBeGreaterThan(0);
    for (const record of recent) expect(typeof record.meta).toBe('object');
  }));

it('check 5: among more than 100 services a name on the second page is found', () =>
  on({}, async s => {
    const second = await s.call(SERVICES, 'list_services', { page: 1, size: 100 });
    expect(Number(second.total_elements)).toBeGreaterThan(100);
    const [service] = second.instances as { id: string; name: string }[];
    expect(await s.call(SERVICES, 'get_service_instance', { service_id: service?.name })).toMatchObject({
      success: true,
      resolved_uuid: service?.id,
    });
  }));

it('check 6: a creation that was answered 503 is sent once, and the result says to look at the list', () =>
  on({}, async s => {
    s.sandbox.faults.inject({ kind: 'status', method: 'POST', path: '/v1/service_instances', status: 503, times: 1 });
    const answer = await s.call(SERVICES, 'create_service_instance', {
      name: 'new-vault',
      service_type: 'key_vault',
      service_plan: 'single_hsm',
    });
    expect(answer).toMatchObject({
      success: false,
      code: 'GH_OUTCOME_UNKNOWN',
      hint: expect.stringContaining('list_services'),
    });
    expect(s.sent().filter(line => line === 'POST /v1/service_instances')).toHaveLength(1);
  }));

it('check 7: fifty calls take one token; when all are refused at once, one more', () =>
  on({}, async s => {
    const call = () => s.call(SERVICES, 'list_services', { size: 1 });
    await Promise.all(Array.from({ length: 50 }, call));
    const tokens = (): number => s.sent().filter(line => line === 'POST /oauth/v1/token').length;
    expect(tokens()).toBe(1);
    s.sandbox.revokeTokens();
    const answers = await Promise.all(Array.from({ length: 50 }, call));
    expect(answers.every(answer => answer.success)).toBe(true);
    expect(tokens()).toBe(2);
  }));

it.each([
  ['an opaque token', { as: 'opaque' }],
  ['scope as a list in the token only', { jwtScope: 'array', responseScope: 'absent' }],
  ['scope as text in the token only', { jwtScope: 'string', responseScope: 'absent' }],
  ['scp in the token only', { jwtScope: 'scp', responseScope: 'absent' }],
  ['scope in the answer only', { jwtScope: 'absent' }],
] as const)('check 8: %s signs in with both scopes', (_what, choice) =>
  on(choice, async s => {
    expect(await s.account.signIn()).toMatchObject({
      ok: true,
      scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
    });
  }),
);

it('check 9: secrets, passwords, bearer and signed addresses are in no log', () =>
  on({}, async s => {
    const password = 'canary-Passw0rd-1';
    await s.call('manage_users', 'change_password', { old_password: password, new_password: `${password}-new` });
    await s.call(SERVICES, 'create_service_instance', {
      name: 'ctaas-new',
      service_type: 'ctaas',
      configuration: { cluster: 'gcp-us-east1', initial_admin_password: password },
    });
    const created = await s.call('manage_credentials', 'create', { name: 'reporting', role: 'api_appowner' });
    const day = new Date().toISOString().slice(0, 10);
    const logs = await s.call('manage_audit_logs', 'get_logs', { start_date: day, end_date: day });
    const { clientSecret } = created.credential as { clientSecret: string };
    expect(clientSecret.length).toBeGreaterThan(8);
    const [credential] = s.sandbox.credentials;
    const kept = s.log() + readFileSync(join(s.folder, 'dpod.log'), 'utf8');
    expect(kept).toContain('change_password');
    for (const canary of [
      password,
      clientSecret,
      credential?.secrets.clientSecret ?? '',
      'sig=',
      'Bearer ey',
      'eyJhbGci',
    ])
      expect(kept.includes(canary), canary).toBe(false);
    expect(JSON.stringify(logs)).not.toContain('export_files');
  }));

it('check 10: a major outage is shown as one, and regions come from the ends of names alone', () =>
  on({ statusPage: 'major' }, async s => {
    const answer = await s.call('check_dpod_availability', 'check_dpod_status');
    expect(JSON.stringify(answer.services)).toContain('major_outage');
    expect(answer.overall_status).not.toBe('operational');
    expect(Object.keys(answer.regional_status as object).sort()).toEqual(expect.arrayContaining(['EU', 'NA']));
    expect(
      Object.keys(answer.regional_status as object).every(region => ['EU', 'NA', 'LATAM', 'Global'].includes(region)),
    ).toBe(true);
  }));
