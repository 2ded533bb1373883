import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { dpod } from './index.ts';

/** The actions of the fact sheet, §3, with their kind: R, W or D. `update_tile` is the one the original named and did not have. */
const SHEET: Readonly<Record<string, string>> = {
  manage_services:
    'list_services:R get_service_instance:R create_service_instance:W delete_service_instance:D list_categories:R list_types:R get_creation_example:R bind_client:W list_service_clients:R get_service_client:R delete_service_client:D',
  manage_tiles: 'list_tiles:R search_tiles:R get_tile_details:R get_tile_plans:R update_tile:W',
  manage_audit_logs: 'generate_export:W get_export:R get_result:R get_status:R get_logs:R',
  manage_reports: 'get_service_summary:R get_usage_billing:R',
  manage_tenants:
    'list:R get:R create:W update:W delete:D get_usage:R get_settings:R update_settings:W get_hierarchy:R get_admin:R get_children:R get_hostname:R get_quotas:R get_services_summary:R get_services_summary_file:R get_logo:R set_logo:W',
  check_dpod_availability: 'check_dpod_status:R',
  manage_credentials: 'list:R get:R create:W update:W delete:D reset_secret:D',
  manage_users: 'list:R get:R create:W update:W delete:D get_profile:R change_password:D reset_mfa_token:D',
  manage_scopes: 'check_auth:R validate_token:R get_scope_permissions:R',
  manage_subscriber_groups: 'list:R get:R create:W update:W delete:D',
  manage_subscriptions: 'list_subscriptions:R',
  manage_products: 'get_product_plans:R',
  manage_pricing: 'get_pricing_by_country:R',
  manage_service_agreements: 'get_agreement:R approve_agreement:W reject_agreement:D',
};
const KIND = { read: 'R', write: 'W', destructive: 'D' } as const;
const catalog = catalogOf(dpod);

it('every action of the sheet is there with its kind, and no other', () => {
  const built = Object.fromEntries(
    catalog.tools.map(tool => [
      tool.name,
      tool.actions.map(action => `${action.name}:${KIND[action.effect]}`).join(' '),
    ]),
  );
  expect(built).toEqual(SHEET);
  expect(Object.values(SHEET).join(' ').split(' ')).toHaveLength(69);
  expect(catalog.prompts).toHaveLength(4);
  expect(catalog.resources.map(({ uri }) => uri)).toEqual(['dpod://server/status', 'dpod://server/health']);
});

it('what costs money, mails people or shows a secret is flagged, and secrets are marked', () => {
  const flagged = catalog.tools.flatMap(tool =>
    tool.actions.flatMap(action => action.flags.map(flag => `${tool.name}/${action.name} ${flag}`)),
  );
  expect(flagged.sort()).toEqual([
    'manage_credentials/create revealsSecret',
    'manage_credentials/reset_secret revealsSecret',
    'manage_service_agreements/approve_agreement costsMoney',
    'manage_services/bind_client revealsSecret',
    'manage_services/create_service_instance costsMoney',
    'manage_tenants/create contactsPeople',
    'manage_users/create contactsPeople',
  ]);
  const secrets = catalog.tools.flatMap(tool =>
    tool.actions.flatMap(action => action.secretParameters.map(path => `${tool.name}/${action.name} ${path}`)),
  );
  expect(secrets.sort()).toEqual([
    'manage_services/create_service_instance configuration.initial_admin_password',
    'manage_tenants/create admin_password',
    'manage_users/change_password new_password',
    'manage_users/change_password old_password',
    'manage_users/create password',
  ]);
  const sensitive = catalog.tools.flatMap(tool =>
    tool.actions.filter(action => action.sensitiveResult).map(action => `${tool.name}/${action.name}`),
  );
  expect(sensitive).toEqual(['manage_credentials/create', 'manage_credentials/reset_secret']);
});

it('schemas are flat objects that every client reads', () => {
  for (const tool of catalog.tools) {
    expect(tool.inputSchema).toMatchObject({ type: 'object', required: ['action'] });
    expect(JSON.stringify(tool.inputSchema)).not.toMatch(/"(oneOf|\$ref|secret)"/);
  }
  const names = catalog.tools.flatMap(tool => tool.actions.map(action => action.flatName));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
});

it('no defect and no check of the sheet is without its test', () => {
  const titles = readdirSync(import.meta.dirname)
    .filter(name => name.endsWith('.test.ts'))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  const missing = (word: string, last: number): number[] =>
    Array.from({ length: last }, (_, at) => at + 1).filter(
      number => !new RegExp(`['"\`]${word} ${number}:`).test(titles),
    );
  expect(missing('defect', 39)).toEqual([]);
  expect(missing('check', 10)).toEqual([]);
});
