import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { dpod } from './index.ts';
import { AO, SP, SP_SERVICES, SV } from './scopes.ts';

const catalog = catalogOf(dpod);
const actions = catalog.tools.flatMap(tool =>
  tool.actions.map(action => ({ ...action, path: `${tool.name}.${action.name}` })),
);

/** The numbers in titles such as 'defect 7: …', of the tests here and of those of the server as a whole. */
function numbersInTitles(word: string): number[] {
  const here = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  const text = [...here, '../server.test.ts']
    .map(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
    .join();
  const found = text.matchAll(new RegExp(`['"\`]${word} (\\d+): `, 'g'));
  return [...new Set([...found].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('the tests', () => {
  it('show for all 39 weak points of the original server that they are avoided', () => {
    expect(numbersInTitles('defect')).toEqual(upTo(39));
  });

  it('hold all 10 acceptance checks', () => {
    expect(numbersInTitles('check')).toEqual(upTo(10));
  });
});

/**
 * The sheet's 68 actions and `update_tile`: kind (§3) and the scopes of its build column (§3.15). `+` is the setting with which
 * service providers try services; `*` is everyone.
 */
const SHEET = `
manage_services.list_services R AO +
manage_services.get_service_instance R AO SV +
manage_services.create_service_instance W AO +
manage_services.delete_service_instance D AO +
manage_services.list_categories R *
manage_services.list_types R *
manage_services.get_creation_example R *
manage_services.bind_client W AO SV +
manage_services.list_service_clients R AO SV +
manage_services.get_service_client R AO SV +
manage_services.delete_service_client D AO SV +
manage_tiles.list_tiles R SP AO
manage_tiles.search_tiles R SP AO
manage_tiles.get_tile_details R AO
manage_tiles.get_tile_plans R AO
manage_tiles.update_tile W SP
manage_audit_logs.generate_export W SP AO
manage_audit_logs.get_export R SP AO
manage_audit_logs.get_result R SP AO
manage_audit_logs.get_status R SP AO
manage_audit_logs.get_logs R SP AO
manage_reports.get_service_summary R SP AO SV
manage_reports.get_usage_billing R SP AO
manage_tenants.list R SP
manage_tenants.get R SP
manage_tenants.create W SP
manage_tenants.update W SP
manage_tenants.delete D SP
manage_tenants.get_usage R SP
manage_tenants.get_settings R SP
manage_tenants.update_settings W SP
manage_tenants.get_hierarchy R SP
manage_tenants.get_admin R SP
manage_tenants.get_children R SP
manage_tenants.get_hostname R SP
manage_tenants.get_quotas R SP AO
manage_tenants.get_services_summary R SP
manage_tenants.get_services_summary_file R SP
manage_tenants.get_logo R SP
manage_tenants.set_logo W SP
check_dpod_availability.check_dpod_status R *
manage_credentials.list R SP AO
manage_credentials.get R SP AO
manage_credentials.create W SP AO
manage_credentials.update W SP AO
manage_credentials.delete D SP AO
manage_credentials.reset_secret D SP AO
manage_users.list R SP
manage_users.get R SP
manage_users.create W SP
manage_users.update W SP
manage_users.delete D SP
manage_users.get_profile R SP
manage_users.change_password D SP
manage_users.reset_mfa_token D SP
manage_scopes.check_auth R *
manage_scopes.validate_token R *
manage_scopes.get_scope_permissions R *
manage_subscriber_groups.list R AO
manage_subscriber_groups.get R AO
manage_subscriber_groups.create W AO
manage_subscriber_groups.update W AO
manage_subscriber_groups.delete D AO
manage_subscriptions.list_subscriptions R SP AO SV
manage_products.get_product_plans R SP AO SV
manage_pricing.get_pricing_by_country R *
manage_service_agreements.get_agreement R SP AO SV
manage_service_agreements.approve_agreement W SP
manage_service_agreements.reject_agreement D SP
`;
const EFFECTS = new Map(Object.entries({ R: 'read', W: 'write', D: 'destructive' }));
const SCOPES = new Map(Object.entries({ SP, AO, SV, '+': SP_SERVICES }));

const sheet = SHEET.trim()
  .split('\n')
  .map(line => {
    const [path = '', kind = '', ...scopes] = line.split(' ');
    return { path, effect: EFFECTS.get(kind), scopes: scopes[0] === '*' ? null : scopes.map(name => SCOPES.get(name)) };
  });

describe('the catalogue', () => {
  it('has the sheet’s actions in 14 tools, each with its effect and scopes', () => {
    const sorted = (scopes: readonly (string | undefined)[] | null) => (scopes === null ? null : [...scopes].sort());
    expect(sheet).toHaveLength(69);
    expect(catalog.tools).toHaveLength(14);
    expect(actions.map(({ path, effect, scopes }) => ({ path, effect, scopes: sorted(scopes) }))).toEqual(
      sheet.map(({ path, effect, scopes }) => ({ path, effect, scopes: sorted(scopes) })),
    );
  });

  it('marks what costs money, reveals a secret or writes to people', () => {
    const marked = actions.filter(({ flags }) => flags.length > 0).map(({ path, flags }) => [path, ...flags]);
    expect(marked).toEqual([
      ['manage_services.create_service_instance', 'costsMoney'],
      ['manage_services.bind_client', 'revealsSecret'],
      ['manage_tenants.create', 'contactsPeople'],
      ['manage_credentials.create', 'revealsSecret'],
      ['manage_credentials.reset_secret', 'revealsSecret'],
      ['manage_users.create', 'contactsPeople'],
      ['manage_service_agreements.approve_agreement', 'costsMoney'],
    ]);
    expect(actions.filter(({ sensitiveResult }) => sensitiveResult).map(({ path }) => path)).toEqual([
      'manage_credentials.create',
      'manage_credentials.reset_secret',
    ]);
  });

  it('names every secret argument', () => {
    expect(
      actions.flatMap(({ path, secretParameters }) => secretParameters.map(parameter => `${path} ${parameter}`)),
    ).toEqual([
      'manage_services.create_service_instance configuration.initial_admin_password',
      'manage_tenants.create admin_password',
      'manage_users.create password',
      'manage_users.change_password old_password',
      'manage_users.change_password new_password',
    ]);
  });

  it('has four prompts with their arguments, and two resources', () => {
    const shown = catalog.prompts.map(({ name, arguments: given }) => [
      name,
      ...given.map(argument => argument.name + (argument.required ? '*' : '')),
    ]);
    expect(shown).toEqual([
      [
        'get_service_logs',
        'start_date*',
        'end_date*',
        'service_name',
        'source_filter',
        'action_filter',
        'status_filter',
      ],
      ['create_hsm_service', 'service_type*', 'service_name*', 'service_plan*', 'device_type'],
      ['create_ctaas_service', 'cluster*', 'service_name*', 'service_plan'],
      ['create_hsm_client', 'service_name*', 'client_name*', 'os_type'],
    ]);
    expect(catalog.resources.map(({ uri, mimeType }) => [uri, mimeType])).toEqual([
      ['dpod://server/status', 'text/markdown'],
      ['dpod://server/health', 'text/markdown'],
    ]);
  });

  it('offers the two regions of the vendor and the variables of the original server', () => {
    expect(catalog.settings.find(({ name }) => name === 'region')?.choices?.map(({ value }) => value)).toEqual([
      'na',
      'eu',
    ]);
    expect(dpod.address({}).baseUrl).toBe('https://thales.na.market.dpondemand.io');
    expect(dpod.address({ region: 'eu' }).baseUrl).toBe('https://thales.eu.market.dpondemand.io');
    expect(dpod.address({ region: 'eu', baseUrl: 'https://x.test/' }).baseUrl).toBe('https://x.test');
    const variables = [...catalog.settings, ...catalog.credentials].map(({ variable }) => variable);
    expect(variables).toEqual(
      expect.arrayContaining(['DPOD_CLIENT_ID', 'DPOD_CLIENT_SECRET', 'DPOD_BASE_URL', 'DPOD_AUTH_URL']),
    );
    expect(dpod.readOnlyVariable).toBe('DPOD_READ_ONLY_MODE');
  });
});
