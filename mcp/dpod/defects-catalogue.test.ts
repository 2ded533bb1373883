import { describe, expect, it } from 'vitest';
import { entry, startRig } from './testing.ts';

describe('what the server says of itself', () => {
  it('defect 31: the password of a ctaas service is no argument of a prompt, and stands in none', async () => {
    await using rig = await startRig();
    const { prompts } = rig.account.catalog;
    expect(prompts.flatMap(prompt => prompt.arguments).filter(({ name }) => /password|secret/.test(name))).toEqual([]);
    const given = { cluster: 'gcp-us-east1', service_name: 'my-ctaas', initial_admin_password: 'canary-Passw0rd' };
    const text = rig.account.prompt('create_ctaas_service', given);
    expect(text).not.toContain('canary');
    expect(text).toContain('Ask the person for the initial administrator password');
    const create = entry(
      entry(rig.account.catalog.tools, ({ name }) => name === 'manage_services').actions,
      ({ name }) => name === 'create_service_instance',
    );
    expect(create.secretParameters).toEqual(['configuration.initial_admin_password']);
  });

  it('defect 34: there is one version', async () => {
    await using rig = await startRig();
    const { version } = rig.account.catalog;
    const { text } = await rig.account.resource('dpod://server/status', {
      signal: new AbortController().signal,
      withinMs: 5_000,
      progress: () => undefined,
    });
    expect(text).toContain(`Version: ${version}`);
    await rig.ok('manage_tiles', 'list_tiles');
    expect(rig.sandbox.requests.at(-1)?.headers['user-agent']).toBe(`gatehouse/${version}`);
  });

  it('defect 37: arguments that did nothing are gone, and one that an action does not use is refused', async () => {
    await using rig = await startRig();
    const properties = (name: string) =>
      Object.keys(
        (entry(rig.account.catalog.tools, tool => tool.name === name).inputSchema as { properties: object }).properties,
      );
    const gone: Record<string, string[]> = {
      manage_tiles: ['category'],
      manage_audit_logs: ['page', 'size'],
      manage_reports: ['period', 'service_type', 'format'],
      manage_tenants: ['period'],
      manage_credentials: ['credential_id', 'tenant_id', 'type'],
      manage_users: [
        'status',
        'email',
        'department_name',
        'job_title',
        'force_password_change',
        'mfa_enabled',
        'groups',
        'description',
        'configuration',
      ],
      manage_subscriber_groups: ['tenant_id'],
      manage_subscriptions: ['subscription_id', 'page', 'size', 'status'],
      manage_products: ['product_id', 'page', 'size', 'category'],
      manage_pricing: ['service_type'],
      manage_service_agreements: ['agreement_id', 'page', 'size', 'status'],
    };
    for (const [tool, names] of Object.entries(gone))
      expect(properties(tool).filter(name => names.includes(name))).toEqual([]);
    expect(await rig.fails('manage_users', 'get_profile', { user_id: 'x' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: 'get_profile does not use user_id. It takes no arguments.',
    });
    expect(rig.sandbox.requests).toEqual([]);
  });

  it('defect 37: every argument in a schema is used by some action of its tool', async () => {
    await using rig = await startRig();
    for (const { inputSchema, actions } of rig.account.catalog.tools) {
      const { properties } = inputSchema as { properties: object };
      expect(Object.keys(properties).sort()).toEqual(
        ['action', ...new Set(actions.flatMap(({ parameters }) => parameters))].sort(),
      );
    }
  });

  it('defect 39: descriptions, prompts and instructions name only tools, actions and arguments that exist', async () => {
    await using rig = await startRig();
    const { tools, prompts, instructions } = rig.account.catalog;
    const known = new Set([
      ...tools.map(({ name }) => name),
      ...tools.flatMap(({ actions }) => actions.flatMap(({ name, parameters }) => [name, ...parameters])),
      ...prompts.flatMap(prompt => [prompt.name, ...prompt.arguments.map(({ name }) => name)]),
    ]);
    const given = {
      start_date: 'x',
      end_date: 'x',
      service_type: 'x',
      service_name: 'xxxx',
      service_plan: 'x',
      cluster: 'x',
      client_name: 'x',
    };
    const values = [
      'single_hsm',
      'dual_hsm',
      'multi_hsm',
      'key_vault',
      'cryptovisor_fips',
      'initial_admin_password',
      'file_saved_to',
    ];
    const texts = [
      instructions,
      ...tools.flatMap(({ description, actions }) => [description, ...actions.map(action => action.description)]),
      ...prompts.map(({ name }) => rig.account.prompt(name, given)),
    ];
    const named = texts.flatMap(text => text.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(name => !known.has(name) && !values.includes(name) && !/^api_/.test(name))).toEqual([]);
  });

  it('the resources tell the true state, without a secret', async () => {
    await using rig = await startRig();
    await rig.account.signIn();
    const read = async (uri: string, account = rig.account) =>
      (
        await account.resource(uri, {
          signal: new AbortController().signal,
          withinMs: 5_000,
          progress: () => undefined,
        })
      ).text;
    const [status, health] = [await read('dpod://server/status'), await read('dpod://server/health')];
    expect(status).toContain('State: ready');
    expect(status).toContain('Tools: 14, prompts: 4, resources: 2');
    expect(status).toContain('Scopes: dpod.tenant.api_spadmin, dpod.tenant.api_appowner');
    expect(health).toContain('| sign-in | ok |');
    expect(status + health).not.toMatch(/eyJ|sandbox-secret/);
    await using refused = await startRig({ secrets: { clientSecret: 'wrong-secret' } });
    expect(await read('dpod://server/status', refused.account)).toContain('State: not signed in');
    expect(await read('dpod://server/health', refused.account)).toContain('Recommendation: ');
  });

  it('a prompt without a needed argument is refused by name', async () => {
    await using rig = await startRig();
    expect(() => rig.account.prompt('create_hsm_client', { client_name: 'x' })).toThrow(
      'create_hsm_client needs service_name.',
    );
    expect(() => rig.account.prompt('create_hsm_client', { client_name: 'x'.repeat(65), service_name: 'y' })).toThrow(
      'client_name must have',
    );
    expect(() => rig.account.prompt('nothing', {})).toThrow('There is no prompt "nothing".');
    expect(rig.account.prompt('get_service_logs', { start_date: 'a', end_date: 'b' })).toContain(
      '- start_date: a\n- end_date: b\nIf',
    );
  });
});
