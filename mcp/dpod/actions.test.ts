import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawLogo } from './sandbox/png.ts';
import { daysAgo, entry, type Rig, startRig } from './testing.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Every action of every tool against the stand-in: what is sent, and the members of the result (fact sheet §3). */
let rig: Rig;
let ids: {
  service: string;
  tenant: string;
  submitted: string;
  waiting: string;
  tile: string;
  user: string;
  root: string;
};
const called = new Set<string>();

beforeAll(async () => {
  rig = await startRig();
  const named = async (tool: string, action: string, list: string, name: string) =>
    String(entry((await rig.ok(tool, action, { size: 100 }))[list], item => item.name === name).id);
  const { content: users } = await rig.ok('manage_users', 'list', { size: 100 });
  const { hierarchy } = await rig.ok('manage_tenants', 'get_hierarchy');
  ids = {
    root: (hierarchy as { id: string }).id,
    service: await named('manage_services', 'list_services', 'instances', 'payroll-vault-prod'),
    tenant: await named('manage_tenants', 'list', 'content', 'Larkspur Health'),
    submitted: await named('manage_tenants', 'list', 'content', 'Harbour Bank'),
    waiting: await named('manage_tenants', 'list', 'content', 'Quarry Logistics'),
    tile: await named('manage_tiles', 'list_tiles', 'tiles', 'SureDrop'),
    user: String(entry(users, ({ accountRole }) => accountRole === 'appowner').id),
  };
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Calls it, expects success, exactly these members, and these requests since the call began ("GET /v1/…"). */
async function works(
  tool: string,
  action: string,
  input: object,
  members: readonly string[],
  requests: readonly string[],
) {
  called.add(`${tool}/${action}`);
  const before = rig.sent().length;
  const { success: _, demo, ...told } = await rig.ok(tool, action, input);
  expect(Object.keys(told).sort()).toEqual([...members].sort());
  expect(
    rig
      .sent()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`),
  ).toEqual(requests);
  expect(demo).toBe(true);
  return told as Fields;
}

/** The vendor refuses it, as the sheet says: the refusal comes through. */
async function refused(tool: string, action: string, input: object, status: number, request: string) {
  called.add(`${tool}/${action}`);
  expect(await rig.fails(tool, action, input)).toMatchObject({ status_code: status, demo: true });
  const { method, path } = rig.sent().at(-1) ?? {};
  expect(`${method} ${path}`).toBe(request);
}

const PAGE = ['total_elements', 'total_pages', 'page', 'size'];
const CONTENT = ['content', 'number', 'size', 'totalElements', 'totalPages'];

describe('every action works', () => {
  it('manage_services', async () => {
    const tool = 'manage_services';
    const base = '/v1/service_instances';
    await works(tool, 'list_services', { status: 'ACTIVE', size: 3 }, ['instances', ...PAGE], [`GET ${base}`]);
    expect(rig.sent().at(-1)?.query).toEqual({ page: '0', size: '3', status: 'ACTIVE' });
    const resolved = ['resolved_uuid', 'original_identifier'];
    const service_id = ids.service;
    await works(tool, 'get_service_instance', { service_id }, ['instance', ...resolved], [`GET ${base}/${service_id}`]);
    const input = { name: 'made-here', service_type: 'key_vault', service_plan: 'trial' };
    const made = await works(tool, 'create_service_instance', input, ['instance', 'message'], [`POST ${base}`]);
    const id = (made.instance as { service_id: string }).service_id;
    await works(
      tool,
      'delete_service_instance',
      { service_id: id },
      ['message', 'deleted_uuid', 'original_identifier', 'http_status'],
      [`DELETE ${base}/${id}`],
    );
    await works(tool, 'list_categories', {}, ['categories'], ['GET /v1/service_categories']);
    await works(tool, 'list_types', {}, ['types'], ['GET /v1/service_types']);
    await works(
      tool,
      'get_creation_example',
      { service_type: 'hsm' },
      ['api_format', 'mcp_method_1', 'mcp_method_2', 'mcp_method_3', 'message'],
      [],
    );
    const bindings = `${base}/${service_id}/bindings`;
    const bound = await works(
      tool,
      'bind_client',
      { service_id, client_name: 'made-here' },
      ['message', 'client_name', 'service_id', 'os_type', 'client_id', 'file_response', 'file_saved_to', 'note'],
      [`PUT ${bindings}`, `GET ${bindings}`],
    );
    expect(bound.file_response).toEqual({
      type: 'binary_file',
      content_type: 'application/zip',
      size_bytes: expect.any(Number),
      filename: 'setup-made-here.zip',
    });
    await works(tool, 'list_service_clients', { service_id }, ['clients', ...PAGE, ...resolved], [`GET ${bindings}`]);
    const client_id = 'made-here';
    await works(
      tool,
      'get_service_client',
      { service_id, client_id },
      ['client', 'resolved_client_id', 'client_id', ...resolved],
      [`GET ${bindings}`, `GET ${bindings}/${bound.client_id}`],
    );
    await works(
      tool,
      'delete_service_client',
      { service_id, client_id },
      ['message', 'deleted_client_id', 'http_status', ...resolved],
      [`GET ${bindings}`, `DELETE ${bindings}/${bound.client_id}`],
    );
  });

  it('manage_tiles', async () => {
    const tool = 'manage_tiles';
    await works(
      tool,
      'list_tiles',
      { provisionable: true, service_type: 'hsm' },
      ['tiles', ...PAGE],
      ['GET /v1/tiles'],
    );
    expect(rig.sent().at(-1)?.query).toEqual({ page: '0', size: '50', provisionable: 'true', serviceType: 'hsm' });
    const found = await works(
      tool,
      'search_tiles',
      { search: 'luna', size: 2 },
      ['tiles', 'search_filters', ...PAGE],
      ['GET /v1/tiles'],
    );
    expect(found.tiles).toHaveLength(2);
    const tile_id = ids.tile;
    await works(tool, 'get_tile_details', { tile_id }, ['tile'], [`GET /v1/tiles/${tile_id}`]);
    const plans = await works(
      tool,
      'get_tile_plans',
      { tile_id },
      ['tile_id', 'plans', 'total_plans'],
      [`GET /v1/tiles/${tile_id}/plans`],
    );
    expect(plans.total_plans).toBe(2);
    await works(tool, 'update_tile', { tile_id, enabled: true }, ['tile', 'message'], [`PATCH /v1/tiles/${tile_id}`]);
    expect(rig.sent().at(-1)).toMatchObject({
      headers: { 'content-type': 'application/json-patch+json' },
      body: [{ op: 'replace', path: '/enabled', value: true }],
    });
    await refused(tool, 'update_tile', { tile_id, enabled: false }, 403, `PATCH /v1/tiles/${tile_id}`);
  });

  it('manage_audit_logs', async () => {
    const tool = 'manage_audit_logs';
    const range = { start_date: daysAgo(3), end_date: daysAgo(2) };
    const base = '/v1/audit-log-exports';
    const made = await works(tool, 'generate_export', range, ['export_job', 'message'], [`POST ${base}`]);
    const export_id = (made.export_job as { jobId: string }).jobId;
    for (const action of ['get_export', 'get_result', 'get_status'])
      await works(tool, action, { export_id }, ['export_job'], [`GET ${base}/${export_id}`]);
    const told = await works(
      tool,
      'get_logs',
      { export_id },
      ['export_job', 'analysis', 'message', 'formatted_summary'],
      [`GET ${base}/${export_id}`, `GET ${base}/${export_id}`, `GET /export_files/${export_id}`],
    );
    expect(told.export_job).toMatchObject({ jobId: export_id, state: 'SUCCEEDED' });
    expect(Object.keys(told.analysis as object)).toEqual([
      'total_logs',
      'time_range',
      'action_summary',
      'status_summary',
      'source_summary',
      'recent_activity',
    ]);
  });

  it('manage_reports', async () => {
    const tool = 'manage_reports';
    await works(
      tool,
      'get_service_summary',
      {},
      ['summary', 'total_services', 'rows'],
      ['GET /v1/service_instances/summary'],
    );
    await works(
      tool,
      'get_usage_billing',
      { start_date: daysAgo(20), end_date: daysAgo(2), tenant_id: ids.tenant },
      ['report_type', 'start_date', 'end_date', 'csv_content', 'content_length', 'message'],
      ['GET /v1/service_instances/usageBillingReport'],
    );
  });

  it('manage_tenants', async () => {
    const tool = 'manage_tenants';
    const base = '/v1/tenants';
    const tenant_id = ids.tenant;
    await works(tool, 'list', { status: 'active', parent_id: ids.root }, CONTENT, [`GET ${base}`]);
    expect(rig.sent().at(-1)?.query).toEqual({ page: '0', size: '50', status: 'active', parentId: ids.root });
    const one = await rig.ok(tool, 'get', { tenant_id });
    called.add(`${tool}/get`);
    expect(one).toMatchObject({ id: tenant_id, companyName: 'Larkspur Health Ltd', accountType: 'subscriber' });
    const made = await works(
      tool,
      'create',
      {
        name: 'Made here',
        company_name: 'Made here Ltd',
        department_name: 'Ops',
        billing_address: { country: 'US', state: 'TX' },
        hostname: 'made-here',
        service_quota: 3,
        admin_given_name: 'Ada',
        admin_family_name: 'Test',
        admin_email: 'ada@made-here.test',
        admin_phone_number: '+15550100',
        admin_password: 'canary-Passw0rd',
      },
      ['tenant', 'message'],
      [`POST ${base}`],
    );
    expect(rig.sent().at(-1)?.body).toEqual({
      name: 'Made here',
      companyName: 'Made here Ltd',
      departmentName: 'Ops',
      billingAddress: { country: 'US', state: 'TX' },
      accountType: 'subscriber',
      serviceQuota: 3,
      hostname: 'made-here',
      admin: {
        givenName: 'Ada',
        familyName: 'Test',
        email: 'ada@made-here.test',
        phoneNumber: '+15550100',
        password: 'canary-Passw0rd',
      },
    });
    const made_id = (made.tenant as { id: string }).id;
    const changes = { name: 'Made anew', company_name: 'Made anew Ltd', configuration: { hostname: 'made-anew' } };
    await works(
      tool,
      'update',
      { tenant_id: made_id, ...changes },
      ['tenant', 'message'],
      [`PATCH ${base}/${made_id}`],
    );
    expect(rig.sent().at(-1)?.body).toEqual({ name: 'Made anew', companyName: 'Made anew Ltd', hostname: 'made-anew' });
    await works(
      tool,
      'delete',
      { tenant_id: made_id, force: true },
      ['message', 'tenant_id', 'http_status'],
      [`DELETE ${base}/${made_id}`],
    );
    expect(rig.sent().at(-1)?.query).toEqual({ force: 'true' });
    await works(
      tool,
      'get_usage',
      { tenant_id, start_date: daysAgo(20), end_date: daysAgo(2) },
      ['usage', 'tenant_id', 'period'],
      [`GET ${base}/usageDetails`],
    );
    await works(tool, 'get_settings', {}, ['automaticTenantOnboarding'], [`GET ${base}/settings`]);
    const settings = { automaticTenantOnboarding: true };
    expect(await works(tool, 'update_settings', { settings }, ['settings'], [`PATCH ${base}/settings`])).toEqual({
      settings,
    });
    await works(tool, 'get_hierarchy', {}, ['hierarchy'], [`GET ${base}/hierarchy`]);
    await works(
      tool,
      'get_admin',
      { tenant_id },
      ['givenName', 'familyName', 'phoneNumber', 'email'],
      [`GET ${base}/${tenant_id}/admin`],
    );
    const below = await works(
      tool,
      'get_children',
      { tenant_id: ids.root },
      ['children'],
      [`GET ${base}/${ids.root}/children`],
    );
    expect(below.children).toContain(tenant_id);
    expect(
      await works(tool, 'get_hostname', { tenant_id }, ['hostname'], [`GET ${base}/${tenant_id}/hostname`]),
    ).toEqual({ hostname: 'larkspur-health' });
    await works(tool, 'get_quotas', { tenant_id }, ['serviceQuota', 'used'], [`GET ${base}/${tenant_id}/quotas`]);
    const service_type = 'key_vault';
    await works(tool, 'get_services_summary', { service_type }, ['summary'], [`GET ${base}/servicesSummary`]);
    const file = await works(
      tool,
      'get_services_summary_file',
      { service_type },
      ['file_content', 'content_type'],
      [`GET ${base}/servicesSummaryFile`],
    );
    expect(rig.sent().at(-1)?.query).toEqual({ serviceType: service_type });
    expect(file.file_content).toMatch(/^Tenant ID,/);
    const logo_data = Buffer.from(drawLogo('made here')).toString('base64');
    await works(tool, 'set_logo', { tenant_id, logo_data }, ['message'], [`PUT ${base}/${tenant_id}/logo`]);
    await works(tool, 'get_logo', { tenant_id }, ['content_type', 'size_bytes'], [`GET ${base}/${tenant_id}/logo`]);
    await works(tool, 'get_logo', {}, ['content_type', 'size_bytes'], [`GET ${base}/logo`]);
  });

  it('check_dpod_availability', async () => {
    await works(
      'check_dpod_availability',
      'check_dpod_status',
      {},
      [
        'overall_status',
        'services',
        'regional_status',
        'recent_incidents',
        'last_updated',
        'status_page_url',
        'message',
      ],
      ['GET /api/v2/summary.json'],
    );
  });

  it('manage_credentials', async () => {
    const tool = 'manage_credentials';
    const base = '/v1/credentials/clients';
    await works(tool, 'list', { role: 'api_service', service_ids: [ids.service] }, CONTENT, [`GET ${base}`]);
    expect(rig.sent().at(-1)?.query).toMatchObject({ role: 'api_service', serviceIds: ids.service });
    const input = { name: 'made here', role: 'api_service', service_ids: [ids.service] };
    const made = await works(tool, 'create', input, ['credential', 'message'], [`POST ${base}`]);
    const { clientId: client_id, clientSecret } = made.credential as { clientId: string; clientSecret: string };
    const shown = await works(tool, 'get', { client_id }, ['credential'], [`GET ${base}/${client_id}`]);
    expect(shown.credential).not.toHaveProperty('clientSecret');
    await works(tool, 'update', { client_id, name: 'made anew' }, ['credential'], [`PATCH ${base}/${client_id}`]);
    const anew = await works(
      tool,
      'reset_secret',
      { client_id },
      ['credential', 'message'],
      [`POST ${base}/${client_id}/resetSecret`],
    );
    expect((anew.credential as { clientSecret: string }).clientSecret).not.toBe(clientSecret);
    await works(tool, 'delete', { client_id }, ['message', 'client_id'], [`DELETE ${base}/${client_id}`]);
  });

  it('manage_users', async () => {
    const tool = 'manage_users';
    const base = '/v1/users';
    await works(tool, 'list', { tenant_id: ids.tenant }, CONTENT, [`GET ${base}`]);
    expect(rig.sent().at(-1)?.query).toEqual({ page: '0', size: '50', tenantId: ids.tenant });
    const user_id = ids.user;
    called.add(`${tool}/get`);
    expect(await rig.ok(tool, 'get', { user_id })).toMatchObject({ id: user_id, accountRole: 'appowner' });
    const { content } = await rig.ok('manage_subscriber_groups', 'list');
    called.add(`${tool}/create`);
    const made = await rig.ok(tool, 'create', {
      username: 'lee@example.test',
      given_name: 'Lee',
      family_name: 'Sample',
      account_role: 'appowner',
      email_hints: { locale: 'en' },
      phone_number: '+15550101',
      password: 'canary-Passw0rd',
      subscriber_groups: [entry(content).id],
    });
    expect(made).toMatchObject({ username: 'lee@example.test', message: 'The user is created.' });
    expect(rig.sent().at(-1)).toMatchObject({
      method: 'POST',
      path: base,
      body: {
        username: 'lee@example.test',
        givenName: 'Lee',
        familyName: 'Sample',
        accountRole: 'appowner',
        emailHints: { locale: 'en' },
        phoneNumber: '+15550101',
        password: 'canary-Passw0rd',
        subscriberGroups: [entry(content).id],
      },
    });
    called.add(`${tool}/update`);
    expect(await rig.ok(tool, 'update', { user_id: made.id, family_name: 'Other' })).toMatchObject({
      familyName: 'Other',
    });
    expect(rig.sent().at(-1)).toMatchObject({
      method: 'PATCH',
      path: `${base}/${made.id}`,
      body: { familyName: 'Other' },
    });
    await works(
      tool,
      'reset_mfa_token',
      { user_id: made.id },
      ['message', 'user_id'],
      [`POST ${base}/${made.id}/resetMfaToken`],
    );
    await works(tool, 'delete', { user_id: made.id }, ['message', 'user_id'], [`DELETE ${base}/${made.id}`]);
    await refused(tool, 'get_profile', {}, 403, `GET ${base}/profile`);
    const passwords = { old_password: 'canary-old', new_password: 'canary-new' };
    await refused(tool, 'change_password', passwords, 403, `PATCH ${base}/changePassword`);
    expect(rig.sent().at(-1)?.body).toEqual({ oldPassword: 'canary-old', newPassword: 'canary-new' });
  });

  it('manage_scopes', async () => {
    const tool = 'manage_scopes';
    await works(
      tool,
      'check_auth',
      {},
      [
        'status',
        'message',
        'timestamp',
        'base_url',
        'auth_url',
        'current_scopes',
        'available_scopes',
        'scope_permissions',
      ],
      [],
    );
    await works(
      tool,
      'validate_token',
      {},
      [
        'token_valid',
        'expires_at',
        'scopes',
        'client_id',
        'issuer',
        'audience',
        'time_until_expiry',
        'cached',
        'timestamp',
      ],
      [],
    );
    await works(tool, 'get_scope_permissions', {}, ['current_scope', 'allowed_tools', 'summary', 'message'], []);
  });

  it('manage_subscriber_groups', async () => {
    const tool = 'manage_subscriber_groups';
    const base = '/v1/subscriber_groups';
    await works(tool, 'list', { page: 0, size: 2 }, CONTENT, [`GET ${base}`]);
    expect(rig.sent().at(-1)?.query).toEqual({ page: '0', size: '2' });
    const fields = ['id', 'name', 'description'];
    const input = { name: 'Made here', description: 'For a test' };
    const { id: group_id } = await works(tool, 'create', input, [...fields, 'message'], [`POST ${base}`]);
    await works(tool, 'get', { group_id }, fields, [`GET ${base}/${group_id}`]);
    await works(tool, 'update', { group_id, name: 'Made anew' }, [...fields, 'message'], [`PATCH ${base}/${group_id}`]);
    expect(rig.sent().at(-1)?.body).toEqual({ name: 'Made anew' });
    await works(tool, 'delete', { group_id }, ['message', 'group_id'], [`DELETE ${base}/${group_id}`]);
  });

  it('manage_subscriptions, manage_products and manage_pricing', async () => {
    await works(
      'manage_subscriptions',
      'list_subscriptions',
      { tenant_id: ids.tenant, service_type: 'key_vault' },
      ['subscriptions', 'filters_applied', 'status_summary', 'message'],
      ['GET /v1/backoffice/subscriptions'],
    );
    expect(rig.sent().at(-1)?.query).toEqual({ tenantId: ids.tenant, serviceType: 'key_vault' });
    await works(
      'manage_products',
      'get_product_plans',
      { service_type: 'hsm' },
      ['service_type', 'product', 'plans_data', 'plans_count', 'message'],
      ['GET /v1/backoffice/products/hsm'],
    );
    await works(
      'manage_pricing',
      'get_pricing_by_country',
      { country_code: 'DE' },
      ['country_code', 'pricing', 'pricing_summary', 'services_count', 'message'],
      ['GET /v1/backoffice/pricing'],
    );
  });

  it('manage_service_agreements', async () => {
    const tool = 'manage_service_agreements';
    const at = (tenant: string) => `/v1/backoffice/serviceAgreements/${tenant}`;
    const [first, second] = [{ tenant_id: ids.submitted }, { tenant_id: ids.waiting }];
    await works(
      tool,
      'get_agreement',
      first,
      ['tenant_id', 'agreement', 'tenant_status', 'message'],
      [`GET ${at(ids.submitted)}`],
    );
    const approved = await works(
      tool,
      'approve_agreement',
      first,
      ['tenant_id', 'action', 'message', 'approval_data'],
      [`PATCH ${at(ids.submitted)}`],
    );
    expect(approved.action).toBe('approved');
    expect(rig.sent().at(-1)?.body).toEqual({});
    await refused(tool, 'approve_agreement', first, 409, `PATCH ${at(ids.submitted)}`);
    await works(tool, 'reject_agreement', second, ['tenant_id', 'action', 'message'], [`DELETE ${at(ids.waiting)}`]);
    await refused(tool, 'reject_agreement', second, 404, `DELETE ${at(ids.waiting)}`);
  });

  it('and none was left out', () => {
    const all = rig.account.catalog.tools.flatMap(tool => tool.actions.map(({ name }) => `${tool.name}/${name}`));
    expect(all.filter(name => !called.has(name))).toEqual([]);
    expect(called.size).toBe(69);
  });
});
