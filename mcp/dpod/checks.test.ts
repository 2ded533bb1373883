import { expect, it } from 'vitest';
import type { SandboxOptions } from './sandbox/index.ts';
import { type Rig, type RigOptions, startRig } from './testing.ts';

/** The acceptance checks of the fact sheet, §11, under their numbers. */
const on = async (
  options: RigOptions & { readonly switches?: SandboxOptions },
  work: (
    rig: Rig,
    call: (...what: Parameters<Rig['call']>) => Promise<Readonly<Record<string, unknown>>>,
  ) => Promise<void>,
): Promise<void> => {
  await using rig = await startRig(options);
  await work(rig, async (...what) => (await rig.call(...what)).fields);
};
const sentTo = (rig: Rig): string[] => rig.sandbox.requests.map(({ method, path }) => `${method} ${path}`);
const TILE = 'manage_tiles';
const SERVICES = 'manage_services';

it('check 1: with SP and AO the details of a tile can be read', () =>
  on({}, async (_s, call) => {
    const { tiles } = await call(TILE, 'list_tiles');
    const [tile] = tiles as { id: string }[];
    expect(await call(TILE, 'get_tile_details', { tile_id: tile?.id })).toMatchObject({
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
  on({ readOnly: true }, async (s, call) => {
    const id = '00000000-0000-4000-8000-000000000000';
    for (const [tool, action, input] of [
      ['manage_tenants', 'set_logo', { tenant_id: id, logo_data: 'AAAA' }],
      ['manage_credentials', 'reset_secret', { client_id: id }],
      [SERVICES, 'bind_client', { service_id: id, client_name: 'x' }],
      ['manage_users', 'change_password', { old_password: 'a', new_password: 'bbbbbbbb' }],
    ] as const)
      expect(await call(tool, action, input)).toMatchObject({
        success: false,
        code: 'GH_READ_ONLY',
        read_only_mode: true,
        action,
      });
    expect(s.sandbox.requests).toEqual([]);
  }));

it('check 4: logs of a named CTAAS service: resourceId, polling, the file without the bearer, gzip, meta decoded', () =>
  on({}, async (s, call) => {
    const { instances } = await call(SERVICES, 'list_services', { service_type: 'ctaas' });
    const [service] = instances as { id: string; name: string }[];
    const today = new Date();
    const day = (ago: number): string => new Date(today.getTime() - ago * 86_400_000).toISOString().slice(0, 10);
    s.sandbox.forgetRequests();
    const answer = await call('manage_audit_logs', 'get_logs', {
      start_date: day(29),
      end_date: day(0),
      service_name: service?.name,
    });
    expect(answer).toMatchObject({ success: true, export_job: { state: 'SUCCEEDED' } });
    const posted = s.sandbox.requests.find(({ method }) => method === 'POST');
    expect(posted?.body).toMatchObject({ resourceId: service?.id, source: 'cdsp' });
    const file = s.sandbox.requests.find(({ path }) => path.startsWith('/export_files/'));
    expect(file).toMatchObject({ authorization: 'absent', status: 200 });
    expect(sentTo(s).filter(line => line.startsWith('GET /v1/audit-log-exports/')).length).toBeGreaterThan(1);
    const { recent_activity: recent } = answer.analysis as { recent_activity: { meta: unknown }[] };
    expect(recent.length).toBeGreaterThan(0);
    for (const record of recent) expect(typeof record.meta).toBe('object');
  }));

it('check 5: among more than 100 services a name on the second page is found', () =>
  on({}, async (_s, call) => {
    const second = await call(SERVICES, 'list_services', { page: 1, size: 100 });
    expect(Number(second.total_elements)).toBeGreaterThan(100);
    const [service] = second.instances as { id: string; name: string }[];
    expect(await call(SERVICES, 'get_service_instance', { service_id: service?.name })).toMatchObject({
      success: true,
      resolved_uuid: service?.id,
    });
  }));

it('check 6: a creation that was answered 503 is sent once, and the result says to look at the list', () =>
  on({}, async (s, call) => {
    s.sandbox.faults.inject({ kind: 'status', method: 'POST', path: '/v1/service_instances', status: 503, times: 1 });
    const answer = await call(SERVICES, 'create_service_instance', {
      name: 'new-vault',
      service_type: 'key_vault',
      service_plan: 'single_hsm',
    });
    expect(answer).toMatchObject({
      success: false,
      code: 'GH_OUTCOME_UNKNOWN',
      hint: expect.stringContaining('list_services'),
    });
    expect(sentTo(s).filter(line => line === 'POST /v1/service_instances')).toHaveLength(1);
  }));

it('check 7: fifty calls take one token; when all are refused at once, one more', () =>
  on({}, async (s, call) => {
    const list = () => call(SERVICES, 'list_services', { size: 1 });
    await Promise.all(Array.from({ length: 50 }, list));
    const tokens = (): number => sentTo(s).filter(line => line === 'POST /oauth/v1/token').length;
    expect(tokens()).toBe(1);
    s.sandbox.revokeTokens();
    const answers = await Promise.all(Array.from({ length: 50 }, list));
    expect(answers.every(answer => answer.success)).toBe(true);
    expect(tokens()).toBe(2);
  }));

it.each([
  ['an opaque token', { as: 'opaque' }],
  ['scope as a list in the token only', { switches: { jwtScope: 'array', responseScope: 'absent' } }],
  ['scope as text in the token only', { switches: { jwtScope: 'string', responseScope: 'absent' } }],
  ['scp in the token only', { switches: { jwtScope: 'scp', responseScope: 'absent' } }],
  ['scope in the answer only', { switches: { jwtScope: 'absent' } }],
] as const)('check 8: %s signs in with both scopes', (_what, choice) =>
  on(choice, async s => {
    expect(await s.account.signIn()).toMatchObject({
      ok: true,
      scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
    });
  }),
);

it('check 9: secrets, passwords, bearer and signed addresses are in no log', () =>
  on({}, async (s, call) => {
    const password = 'canary-Passw0rd-1';
    await call('manage_users', 'change_password', { old_password: password, new_password: `${password}-new` });
    await call(SERVICES, 'create_service_instance', {
      name: 'ctaas-new',
      service_type: 'ctaas',
      configuration: { cluster: 'gcp-us-east1', initial_admin_password: password },
    });
    const created = await call('manage_credentials', 'create', { name: 'reporting', role: 'api_appowner' });
    const day = new Date().toISOString().slice(0, 10);
    const logs = await call('manage_audit_logs', 'get_logs', { start_date: day, end_date: day });
    const { clientSecret } = created.credential as { clientSecret: string };
    expect(clientSecret.length).toBeGreaterThan(8);
    const [credential] = s.sandbox.credentials;
    const kept = s.stderr();
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
  on({ switches: { statusPage: 'major' } }, async (_s, call) => {
    const answer = await call('check_dpod_availability', 'check_dpod_status');
    expect(JSON.stringify(answer.services)).toContain('major_outage');
    expect(answer.overall_status).not.toBe('operational');
    expect(Object.keys(answer.regional_status as object).sort()).toEqual(expect.arrayContaining(['EU', 'NA']));
    expect(
      Object.keys(answer.regional_status as object).every(region => ['EU', 'NA', 'LATAM', 'Global'].includes(region)),
    ).toBe(true);
  }));
