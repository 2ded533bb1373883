import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dpod } from './index.ts';
import { type AccountChoice, dpodAccount, type TestAccount } from './test-account.ts';

/** The defects of the original server, fact sheet §7, under their numbers: none of them is here. */
const SERVICES = 'manage_services';
const AUDIT = 'manage_audit_logs';
const TENANTS = 'manage_tenants';
const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const on = async (choice: AccountChoice, work: (s: TestAccount) => Promise<void>): Promise<void> => {
  await using s = await dpodAccount(choice);
  await work(s);
};
/** One account for tests that only read. */
let s: TestAccount;
beforeAll(async () => {
  s = await dpodAccount();
});
afterAll(() => s[Symbol.asyncDispose]());
const actionOf = (tool: string, action: string) =>
  s.account.catalog.tools.find(({ name }) => name === tool)?.actions.find(({ name }) => name === action);
const postOf = (account: TestAccount) =>
  account.sandbox.requests.findLast(({ method, path }) => method === 'POST' && path === '/v1/audit-log-exports');
const firstService = async (filter: Record<string, unknown> = {}) =>
  (
    (await s.call(SERVICES, 'list_services', { size: 1, ...filter })).instances as {
      id: string;
      name: string;
      partition_serial_number: string;
    }[]
  )[0];
const firstTenant = async () => ((await s.call(TENANTS, 'list', { size: 5 })).content as { id: string }[])[1]?.id;

describe('scopes', () => {
  it('defect 1: several scopes are united for actions too', () =>
    expect(
      s.account
        .signIn()
        .then(
          () => s.account.info.permits('manage_tiles', 'get_tile_details') && s.account.info.permits(TENANTS, 'list'),
        ),
    ).resolves.toBe(true));

  it('defect 2: search_tiles, subscriber groups and update_tile can be called', async () => {
    expect(await s.call('manage_tiles', 'search_tiles', { search: 'luna' })).toMatchObject({
      success: true,
      search_filters: { search: 'luna' },
    });
    await on({}, async own => {
      const made = await own.call('manage_subscriber_groups', 'create', { name: 'Finance' });
      expect(made.success).toBe(true);
      expect(
        await own.call('manage_subscriber_groups', 'update', { group_id: made.id, description: 'money' }),
      ).toMatchObject({ success: true });
      expect(await own.call('manage_subscriber_groups', 'list')).toMatchObject({ success: true });
      expect(await own.call('manage_subscriber_groups', 'delete', { group_id: made.id })).toMatchObject({
        success: true,
      });
      const { tiles } = await own.call('manage_tiles', 'list_tiles');
      const tile = (tiles as { id: string }[])[0]?.id;
      expect(await own.call('manage_tiles', 'update_tile', { tile_id: tile, enabled: true })).toMatchObject({
        success: true,
      });
    });
  });

  it('defect 20: check_auth tells the scopes of the token', async () => {
    expect(await s.call('manage_scopes', 'check_auth')).toMatchObject({
      status: 'authenticated',
      current_scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
      scope_permissions: { can_manage_tenants: true, can_manage_services: true, can_access_services: true },
    });
  });

  it('defect 21: validate_token reads scope as a list and as text', async () => {
    for (const jwtScope of ['array', 'string'] as const)
      await on({ jwtScope }, async own => {
        const told = await own.call('manage_scopes', 'validate_token');
        expect(told).toMatchObject({
          success: true,
          token_valid: true,
          scopes: expect.arrayContaining(['dpod.tenant.api_appowner']),
        });
        expect(JSON.stringify(told)).not.toContain('eyJ');
      });
  });

  it('defect 22: get_scope_permissions has all 14 tools and every scope', async () => {
    const { allowed_tools: allowed, summary } = await s.call('manage_scopes', 'get_scope_permissions');
    expect(Object.keys(allowed as object)).toHaveLength(14);
    expect(summary).toMatchObject({ total_tools: 14, accessible_tools: 14 });
    expect((allowed as Record<string, string[]>).manage_tiles).toEqual(
      expect.arrayContaining(['get_tile_details', 'update_tile']),
    );
  });

  it('a refusal for lack of scope names what is allowed, and sends nothing but the sign-in', () =>
    on({ as: 'AO' }, async own => {
      expect(await own.call(TENANTS, 'list')).toMatchObject({
        success: false,
        code: 'GH_SCOPE_MISSING',
        scope_restricted: true,
        tool: TENANTS,
        allowed_actions: ['get_quotas'],
      });
      expect(own.sent()).toEqual(['POST /oauth/v1/token']);
    }));

  it('a refusal by the vendor is told as such, and reported', () =>
    on({ as: 'SP', settings: { spServices: true } }, async own => {
      expect(await own.call(SERVICES, 'list_services')).toMatchObject({
        success: false,
        code: 'GH_VENDOR_SCOPE',
        status_code: 403,
      });
      expect(own.reports.refused).toEqual(['manage_services/list_services']);
    }));
});

describe('read-only and start', () => {
  it('defect 3: only reads pass; the variable is honoured', () =>
    on({ readOnly: true }, async own => {
      for (const tool of own.account.catalog.tools)
        for (const action of tool.actions)
          expect(own.account.info.permits(tool.name, action.name)).toBe(action.effect === 'read');
      expect(dpod.readOnlyVariable).toBe('DPOD_READ_ONLY_MODE');
    }));

  it('defect 19: one token for all calls', () =>
    on({}, async own => {
      for (let n = 0; n < 5; n++) await own.call(SERVICES, 'list_services', { size: 1 });
      expect(own.sent().filter(line => line.includes('token'))).toHaveLength(1);
    }));

  it('defect 33: what needs no credentials is asked without any', () =>
    on({ secrets: { clientId: '', clientSecret: '' } }, async own => {
      for (const [tool, action, input] of [
        [SERVICES, 'list_categories', {}],
        [SERVICES, 'list_types', {}],
        ['manage_pricing', 'get_pricing_by_country', { country_code: 'us' }],
        ['check_dpod_availability', 'check_dpod_status', {}],
        [SERVICES, 'get_creation_example', {}],
      ] as const)
        expect(await own.call(tool, action, input), action).toMatchObject({ success: true });
      expect(own.sandbox.requests.every(({ authorization }) => authorization === 'absent')).toBe(true);
      expect(own.sent()).not.toContain('POST /oauth/v1/token');
    }));

  it('defect 34: there is one version', () => {
    expect(s.account.catalog.version).toBe(dpod.version);
    expect(s.account.info.version).toBe(dpod.version);
  });

  it('defect 37: every argument in the schemas is used, and no others are taken', async () => {
    const names = s.account.catalog.tools.flatMap(tool => tool.actions.flatMap(action => action.parameters));
    for (const gone of [
      'category',
      'period',
      'format',
      'credential_id',
      'mfa_enabled',
      'job_title',
      'agreement_id',
      'product_id',
      'subscription_id',
    ])
      expect(names).not.toContain(gone);
    expect(await s.call(SERVICES, 'list_services', { colour: 'red' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('colour'),
    });
  });

  it('defect 39: prompts and actions have the names that exist', () => {
    expect(s.account.catalog.prompts.map(({ name }) => name)).toEqual([
      'get_service_logs',
      'create_hsm_service',
      'create_ctaas_service',
      'create_hsm_client',
    ]);
    expect(actionOf(SERVICES, 'list')).toBeUndefined();
  });
});

describe('audit logs', () => {
  it('defect 5: a named CTAAS service is asked for by resourceId', async () => {
    const service = await firstService({ service_type: 'ctaas' });
    await s.call(AUDIT, 'generate_export', { start_date: day(3), end_date: day(0), service_name: service?.name });
    expect(postOf(s)?.body).toMatchObject({ resourceId: service?.id, source: 'cdsp' });
  });

  it('defect 6: a service without a known source is asked for by resourceId, and an unknown one is refused', async () => {
    const service = await firstService({ service_type: 'key_vault' });
    await s.call(AUDIT, 'generate_export', { start_date: day(3), end_date: day(0), resource_id: service?.id });
    expect(postOf(s)?.body).toMatchObject({
      resourceId: service?.id,
      source: `thales/cloudhsm/${service?.partition_serial_number}`,
    });
    const before = s.sandbox.requests.length;
    expect(
      await s.call(AUDIT, 'get_logs', { start_date: day(3), end_date: day(0), service_name: 'no-such-thing' }),
    ).toMatchObject({ code: 'GH_NOT_FOUND' });
    expect(s.sandbox.requests.slice(before).some(({ method }) => method === 'POST')).toBe(false);
  });

  it('defect 7: a service is looked for on all pages', async () => {
    const last = await s.call(SERVICES, 'list_services', { page: 1, size: 100 });
    const service = (last.instances as { id: string; name: string }[]).at(-1);
    await s.call(AUDIT, 'generate_export', {
      start_date: day(3),
      end_date: day(0),
      service_name: service?.name.toUpperCase(),
    });
    expect(postOf(s)?.body).toMatchObject({ resourceId: service?.id });
  });

  it('defect 8: an export takes all filters', async () => {
    const tenant = await firstTenant();
    await s.call(AUDIT, 'generate_export', {
      start_date: '2026/11/01',
      end_date: '2026-11-03',
      tenant_id: tenant,
      actor_id: 'a-1',
      action_filter: 'LUNA_SIGN',
      status_filter: 'LUNA_RET_OK',
      source_filter: 'cdsp',
    });
    expect(postOf(s)?.body).toEqual({
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-03T23:59:59Z',
      tenantId: tenant,
      source: 'cdsp',
      actorId: 'a-1',
      action: 'LUNA_SIGN',
      status: 'LUNA_RET_OK',
    });
  });

  it('defect 9: one date alone is refused', async () => {
    expect(await s.call(AUDIT, 'get_logs', { start_date: day(3) })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('end_date'),
    });
    expect(await s.call(AUDIT, 'generate_export', { end_date: day(3) })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('start_date'),
    });
  });

  it.each([
    ['reversed', day(1), day(3), 'before'],
    ['over 31 days', day(40), day(1), '31 days'],
    ['over a year ago', day(400), day(380), '12 months'],
    ['no date at all', 'yesterday', day(0), 'not a date'],
    ['a day that is not in the calendar', '2026-02-30', '2026-03-01', 'not a date'],
  ])('defect 10: a range that is %s is refused before anything is sent', async (_what, start_date, end_date, says) => {
    const before = s.sandbox.requests.length;
    expect(await s.call(AUDIT, 'get_logs', { start_date, end_date })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining(says),
    });
    expect(s.sandbox.requests).toHaveLength(before);
  });

  it('an offset in a time is kept', async () => {
    await s.call(AUDIT, 'generate_export', { start_date: '2026-11-01T02:00:00+02:00', end_date: '2026-11-02' });
    expect(postOf(s)?.body).toMatchObject({ from: '2026-11-01T00:00:00Z' });
  });

  it('defect 11: nothing in the server writes to stdout', () => {
    for (const name of [
      'index',
      'api',
      'auth',
      'dates',
      'prompts',
      'resources',
      'tools/audit',
      'tools/records',
      'tools/services',
    ])
      expect(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8')).not.toMatch(/console\.|process\.stdout/);
  });

  it('defect 12: actions without a description are summed up too', async () => {
    const service = await firstService({ service_type: 'ctaas' });
    const logs = await s.call(AUDIT, 'get_logs', { start_date: day(29), end_date: day(0), service_name: service?.id });
    expect(logs.formatted_summary).toMatch(/records from .*\nActions: \w/);
  });

  it('defect 13: recent activity is the newest, sorted by time', async () => {
    const { analysis } = await s.call(AUDIT, 'get_logs', { start_date: day(10), end_date: day(0) });
    const { recent_activity: recent, time_range: range } = analysis as {
      recent_activity: { time: string }[];
      time_range: { latest: string };
    };
    const times = recent.map(({ time }) => time);
    expect(times).toEqual(times.toSorted().reverse());
    expect(times[0]).toBe(range.latest);
  });

  it('defect 14: the job in the result is the finished one, and the signed address stands nowhere', async () => {
    const logs = await s.call(AUDIT, 'get_logs', { start_date: day(2), end_date: day(0) });
    expect(logs.export_job).toMatchObject({ state: 'SUCCEEDED', progress: 100, file_ready: true });
    const { jobId } = logs.export_job as { jobId: string };
    for (const action of ['get_export', 'get_result', 'get_status']) {
      const told = await s.call(AUDIT, action, { export_id: jobId });
      expect(told).toMatchObject({ success: true, export_job: { state: 'SUCCEEDED' } });
      expect(JSON.stringify(told)).not.toContain('export_files');
    }
    expect(s.log()).not.toContain('sig=');
  });

  it.each(['gzip', 'ndjson', 'json', 'zip', 'zip-ndjson'] as const)('an export as %s is read', exportFormat =>
    on({ exportFormat, auditMeta: 'object' }, async own => {
      const logs = await own.call(AUDIT, 'get_logs', { start_date: day(5), end_date: day(0) });
      expect(Number((logs.analysis as { total_logs: number }).total_logs)).toBeGreaterThan(10);
    }),
  );

  it('defect 38: a large file is read bit by bit, within its limit of time', { timeout: 60_000 }, () =>
    on({ auditRepeat: 60 }, async own => {
      const before = process.memoryUsage().rss;
      const logs = await own.call(AUDIT, 'get_logs', { start_date: day(20), end_date: day(0) }, { withinMs: 50_000 });
      expect(Number((logs.analysis as { total_logs: number }).total_logs)).toBeGreaterThan(100_000);
      expect((logs.analysis as { recent_activity: unknown[] }).recent_activity).toHaveLength(10);
      expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(700);
    }),
  );

  it.each([
    ['truncated', /broke off/],
    ['html', /an HTML page/],
  ] as const)('a file that is %s is an error, never a wrong count', (kind, says) =>
    on({ exportFormat: 'ndjson' }, async own => {
      own.sandbox.faults.inject({ kind, path: '/export_files/**', times: 'always' });
      const logs = await own.call(AUDIT, 'get_logs', { start_date: day(5), end_date: day(0) });
      expect(JSON.stringify(logs)).toMatch(says);
      expect(Number((logs.analysis as { total_logs?: number } | undefined)?.total_logs ?? 0)).toBe(0);
    }),
  );

  it('a gzip that breaks off is an error, and the server goes on', () =>
    on({ exportFormat: 'gzip' }, async own => {
      own.sandbox.faults.inject({ kind: 'truncated', path: '/export_files/**', times: 'always' });
      const range = { start_date: day(5), end_date: day(0) };
      expect(await own.call(AUDIT, 'get_logs', range)).toMatchObject({ success: false, code: 'GH_VENDOR_ANSWER' });
      own.sandbox.faults.clear();
      expect(await own.call(AUDIT, 'get_logs', range)).toMatchObject({ success: true });
    }));

  it('a long export gives a handle, and goes on with it', () =>
    on({ pollsUntilReady: 12 }, async own => {
      const steps: number[] = [];
      const first = await own.call(
        AUDIT,
        'get_logs',
        { start_date: day(5), end_date: day(0) },
        { withinMs: 3_050, progress: done => steps.push(done) },
      );
      expect(first).toMatchObject({ success: true, pending: true, export_job: { state: 'ACTIVE' } });
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      const { jobId } = first.export_job as { jobId: string };
      const rest: number[] = [];
      expect(
        await own.call(AUDIT, 'get_logs', { export_id: jobId }, { progress: done => rest.push(done) }),
      ).toMatchObject({ success: true, export_job: { jobId, state: 'SUCCEEDED' } });
      expect(rest.at(-1)).toBe(100);
    }));

  it.each(['FAILED', 'CANCELLED'] as const)('an export that ended as %s is an error', exportOutcome =>
    on({ exportOutcome }, async own => {
      expect(await own.call(AUDIT, 'get_logs', { start_date: day(5), end_date: day(0) })).toMatchObject({
        success: false,
        export_job: { state: exportOutcome },
      });
    }),
  );
});

describe('reports and tenants', () => {
  it('defect 4: the billing report takes its dates', async () => {
    expect(
      await s.call('manage_reports', 'get_usage_billing', {
        start_date: '2026-10-01',
        end_date: '2026-10-31',
        short_code: 'key_vault',
      }),
    ).toMatchObject({
      success: true,
      start_date: '2026-10-01T00:00:00.000Z',
      end_date: '2026-10-31T23:59:59.999Z',
      csv_content: expect.stringContaining('Tenant ID'),
    });
  });

  it('defect 15: tenants are changed by PATCH, usage is asked where the vendor has it, and limits are the vendor’s', () =>
    on({}, async own => {
      const tenant = await firstTenant();
      expect(await own.call(TENANTS, 'update', { tenant_id: tenant, name: 'New Name' })).toMatchObject({
        success: true,
      });
      await own.call(TENANTS, 'get_usage', { tenant_id: tenant, start_date: day(20), end_date: day(1) });
      expect(own.sent()).toEqual(
        expect.arrayContaining([`PATCH /v1/tenants/${tenant}`, 'GET /v1/tenants/usageDetails']),
      );
      const input = {
        name: 'A',
        company_name: 'Acme Ltd',
        billing_address: { country: 'US' },
        hostname: 'x'.repeat(25),
        admin_given_name: 'A',
        admin_family_name: 'B',
        admin_email: 'a@b.test',
        admin_phone_number: '+15550100',
      };
      expect(await own.call(TENANTS, 'create', input)).toMatchObject({
        code: 'GH_INVALID_INPUT',
        error: expect.stringContaining('hostname'),
      });
      expect(
        await own.call(TENANTS, 'create', { ...input, hostname: 'acme-new', account_type: 'trial' }),
      ).toMatchObject({ code: 'GH_INVALID_INPUT' });
      expect(await own.call(TENANTS, 'create', { ...input, hostname: 'acme-new' })).toMatchObject({
        success: true,
        tenant: { name: 'A' },
      });
    }));

  it('defect 25: a logo goes there and back as base64 and as an image', () =>
    on({}, async own => {
      const tenant = await firstTenant();
      const tool = own.account.catalog.tools.find(({ name }) => name === TENANTS);
      const action = tool?.actions.find(({ name }) => name === 'get_logo');
      if (tool === undefined || action === undefined) throw new Error('no get_logo');
      const got = await own.account.call(
        tool,
        action,
        { tenant_id: tenant },
        { signal: new AbortController().signal, withinMs: 5_000, progress: () => undefined },
      );
      const [image] = got.blocks;
      expect(image).toMatchObject({ type: 'image', mimeType: 'image/png' });
      const logo_data = image?.type === 'image' ? image.data : '';
      expect(await own.call(TENANTS, 'set_logo', { tenant_id: tenant, logo_data })).toMatchObject({ success: true });
      expect(
        await own.call(TENANTS, 'set_logo', { tenant_id: tenant, logo_data: Buffer.from('GIF89a').toString('base64') }),
      ).toMatchObject({ code: 'GH_INVALID_INPUT' });
    }));

  it('defect 28: total_services is the sum of the counts', async () => {
    const { summary, total_services: total } = await s.call('manage_reports', 'get_service_summary');
    expect(total).toBe((summary as { count: number }[]).reduce((sum, row) => sum + row.count, 0));
  });

  it('defect 35: the hierarchy is wrapped, whether tree or list', async () => {
    for (const hierarchy of ['tree', 'list'] as const)
      await on({ hierarchy }, async own => {
        const told = await own.call(TENANTS, 'get_hierarchy');
        expect(told.success).toBe(true);
        expect(Array.isArray(told.hierarchy)).toBe(hierarchy === 'list');
      });
  });

  it('defect 36: a host name has no quotes', async () => {
    expect((await s.call(TENANTS, 'get_hostname', { tenant_id: await firstTenant() })).hostname).toMatch(/^[a-z-]+$/);
  });

  it('defect 26: any 2xx is a success', () =>
    on({}, async own => {
      expect(await own.call('manage_credentials', 'create', { name: 'x-1', role: 'api_appowner' })).toMatchObject({
        success: true,
        credential: { clientSecret: expect.any(String) },
      });
      const user = await own.call('manage_users', 'create', {
        username: 'lee@example.test',
        given_name: 'Lee',
        family_name: 'Sample',
        account_role: 'admin',
        email_hints: {},
      });
      expect(user.success).toBe(true);
      expect(await own.call('manage_users', 'delete', { user_id: user.id })).toMatchObject({ success: true });
    }));

  it('defect 27: plans are counted', async () => {
    const { plans_count: count, plans_data: plans } = await s.call('manage_products', 'get_product_plans', {
      service_type: 'key_vault',
    });
    expect(count).toBe((plans as unknown[]).length);
    expect(count).toBeGreaterThan(1);
  });
});

describe('services', () => {
  const vault = { name: 'new-vault', service_type: 'key_vault', service_plan: 'single_hsm' };

  it('defect 16: a client is made on the bindings path, and its id is looked up', () =>
    on({}, async own => {
      const service = await firstService({ service_type: 'key_vault' });
      const told = await own.call(SERVICES, 'bind_client', { service_id: service?.id, client_name: 'app-1' });
      expect(told).toMatchObject({ success: true, client_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect(own.sent()).toContain(`PUT /v1/service_instances/${service?.id}/bindings`);
      expect(own.sent().some(line => line.includes('/v1/services/'))).toBe(false);
      expect(
        await own.call(SERVICES, 'get_service_client', { service_id: service?.id, client_id: 'app-1' }),
      ).toMatchObject({ resolved_client_id: told.client_id });
      expect(
        await own.call(SERVICES, 'delete_service_client', { service_id: service?.id, client_id: 'app-1' }),
      ).toMatchObject({ success: true, deleted_client_id: told.client_id });
    }));

  it('where the newer path is missing, the deprecated one is used, if the setting allows it', async () => {
    const service = await firstService({ service_type: 'key_vault' });
    const input = { service_id: service?.id, client_name: 'app-1' };
    await on({ bindingEndpoint: 404 }, async own =>
      expect(await own.call(SERVICES, 'bind_client', input)).toMatchObject({ success: true }),
    );
    await on({ bindingEndpoint: 405, settings: { legacyBindings: false } }, async own => {
      expect(await own.call(SERVICES, 'bind_client', input)).toMatchObject({ success: false });
      expect(own.sent().some(line => line.includes('/v1/services/'))).toBe(false);
    });
  });

  it.each(['zip', 'json'] as const)(
    'defect 17: the package (%s) is a new private file in the allowed folder, and its content is shown to nobody',
    bindingAnswer =>
      on({ bindingAnswer }, async own => {
        const service = await firstService({ service_type: 'key_vault' });
        const bind = (client_name: string) =>
          own.call(SERVICES, 'bind_client', { service_id: service?.id, client_name });
        const told = await bind('app-1');
        const file = String(told.file_saved_to);
        expect(file.startsWith(join(own.folder, 'downloads'))).toBe(true);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
        const content = readFileSync(file);
        expect(content.length).toBeGreaterThan(20);
        const again = await bind('../../etc/passwd');
        expect(String(again.file_saved_to).startsWith(join(own.folder, 'downloads'))).toBe(true);
        expect(readFileSync(file).equals(content)).toBe(true);
        expect(actionOf(SERVICES, 'bind_client')?.parameters).not.toContain('download_path');
        if (bindingAnswer === 'json') {
          const [hidden] = /[0-9a-f]{20,}|secret-[\w-]+/.exec(content.toString()) ?? [''];
          if (hidden !== '') expect(JSON.stringify(told)).not.toContain(hidden);
        }
      }),
  );

  it('a folder that cannot be written is told, with what to do about the client that exists', () =>
    on({}, async own => {
      const folder = join(own.folder, 'link');
      mkdirSync(join(own.folder, 'elsewhere'));
      symlinkSync(join(own.folder, 'elsewhere', 'missing'), folder);
      await using other = await dpodAccount({ settings: { downloadFolder: folder } });
      const service = await firstService({ service_type: 'key_vault' });
      expect(
        await other.call(SERVICES, 'bind_client', { service_id: service?.id, client_name: 'app-9' }),
      ).toMatchObject({ code: 'GH_FILE', hint: expect.stringContaining('delete the client') });
      expect(existsSync(join(own.folder, 'elsewhere', 'missing'))).toBe(false);
    }));

  it.each([
    [{ kind: 'status', status: 500 }, 'GH_OUTCOME_UNKNOWN'],
    [{ kind: 'reset', when: 'after' }, 'GH_OUTCOME_UNKNOWN'],
    [{ kind: 'truncated' }, undefined],
  ] as const)('defect 18: a POST that may have run is never repeated (%o)', (fault, code) =>
    on({}, async own => {
      own.sandbox.faults.inject({ ...fault, method: 'POST', path: '/v1/service_instances', times: 1 });
      const told = await own.call(SERVICES, 'create_service_instance', vault);
      if (code !== undefined) expect(told.code).toBe(code);
      expect(own.sent().filter(line => line === 'POST /v1/service_instances')).toHaveLength(1);
    }),
  );

  it('a POST that was refused for the rate is sent again after the named time', () =>
    on({}, async own => {
      own.sandbox.faults.inject({
        kind: 'status',
        status: 429,
        retryAfter: 1,
        method: 'POST',
        path: '/v1/service_instances',
        times: 1,
      });
      expect(await own.call(SERVICES, 'create_service_instance', vault)).toMatchObject({ success: true });
      const posts = own.sandbox.requests.filter(
        ({ method, path }) => method === 'POST' && path === '/v1/service_instances',
      );
      expect(posts).toHaveLength(2);
      expect((posts[1]?.time.getTime() ?? 0) - (posts[0]?.time.getTime() ?? 0)).toBeGreaterThanOrEqual(990);
    }));

  it('a creation can be watched until it is ready, and a deletion until it is gone', () =>
    on({ deletion: 'later' }, async own => {
      const made = await own.call(SERVICES, 'create_service_instance', { ...vault, wait: true });
      expect(made).toMatchObject({ success: true, instance: { status: 'ACTIVE' } });
      expect(await own.call(SERVICES, 'delete_service_instance', { service_id: 'new-vault' })).toMatchObject({
        success: true,
        http_status: 202,
        message: 'The service is deleted.',
      });
    }));

  it('defect 29: an example for a type that nobody knows invents nothing', async () => {
    const told = await s.call(SERVICES, 'get_creation_example', { service_type: 'payshield_eu' });
    expect(told.success).toBe(true);
    expect(JSON.stringify(told)).not.toMatch(/single_hsm|deviceType/);
  });

  it('defect 30: there is one default for the device, and it is the FIPS one', () =>
    on({}, async own => {
      await own.call(SERVICES, 'create_service_instance', vault);
      const body = own.sandbox.requests.find(
        ({ method, path }) => method === 'POST' && path === '/v1/service_instances',
      )?.body;
      expect(body).toMatchObject({ createParams: { deviceType: 'cryptovisor_fips' } });
      expect(
        own.account.prompt('create_hsm_service', {
          service_type: 'key_vault',
          service_name: 'abcd',
          service_plan: 'trial',
        }),
      ).toContain('cryptovisor_fips');
    }));

  it('defect 31: no prompt takes a password, and the argument that does is marked as secret', () => {
    expect(JSON.stringify(s.account.catalog.prompts.map(prompt => prompt.arguments))).not.toMatch(/password/i);
    expect(actionOf(SERVICES, 'create_service_instance')?.secretParameters).toEqual([
      'configuration.initial_admin_password',
    ]);
  });
});

describe('the status page', () => {
  it('defect 23: components and incidents are as the page has them', async () => {
    const told = await s.call('check_dpod_availability', 'check_dpod_status');
    expect(told.overall_status).toContain('minor');
    expect(JSON.stringify(told.services)).toContain('degraded_performance');
    expect(JSON.stringify(told.recent_incidents)).toContain('investigating');
    await on({ statusPage: 'operational' }, async own =>
      expect(await own.call('check_dpod_availability', 'check_dpod_status')).toMatchObject({
        overall_status: 'operational',
      }),
    );
  });

  it('defect 24: regions come from the end of the name alone', async () => {
    const { services, regional_status: regions } = await s.call('check_dpod_availability', 'check_dpod_status');
    for (const name of Object.keys(services as object)) expect(name).not.toMatch(/Region\)/);
    expect(Object.keys(regions as object).every(region => /^(EU|NA|LATAM|Global)$/.test(region))).toBe(true);
  });

  it.each(['down', 'html-only'] as const)(
    'a status page that is %s is an error with the address, not a guess',
    statusPage =>
      on({ statusPage }, async own => {
        expect(await own.call('check_dpod_availability', 'check_dpod_status')).toMatchObject({
          success: false,
          status_page_url: own.sandbox.url,
        });
      }),
  );
});

it('defect 32: over HTTP only loopback is served without a key', async () => {
  const { runStandalone } = await import('../kit/standalone.ts');
  const [credential] = s.sandbox.credentials;
  const env = {
    DPOD_CLIENT_ID: credential?.secrets.clientId,
    DPOD_CLIENT_SECRET: credential?.secrets.clientSecret,
    DPOD_BASE_URL: s.sandbox.url,
    DPOD_AUTH_URL: `${s.sandbox.url}/oauth/v1/token`,
    LOG_LEVEL: 'ERROR',
  };
  const options = { transport: 'streamable-http', host: '0.0.0.0', port: 0, stateFolder: s.folder } as const;
  await expect(runStandalone(dpod, env, options)).rejects.toMatchObject({
    code: 'GH_INVALID_INPUT',
    hint: expect.stringContaining('127.0.0.1'),
  });
});
