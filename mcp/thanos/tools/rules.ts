import { get, getIfRouted, type Item, itemsOf, reply, type ThanosCall } from '../api.ts';
import { single, TENANT } from './shared.ts';

export const getRules = single({
  name: 'get_rules',
  title: 'Rules',
  description:
    'Shows the rules by which resources are judged; with tenant_id those of the tenant too. rules_source says where they come from: some releases have no rules but desired states.',
  effect: 'read',
  input: { tenant_id: TENANT.optional() },
  async run({ tenant_id }, call) {
    const { source, rules, warnings } = await rulesOf(call, tenant_id);
    return reply(call, `${rules.length} rules, from ${source}.`, {
      rules_source: source,
      rules,
      count: rules.length,
      warnings,
    });
  },
});

interface Found {
  readonly source: 'config-rules' | 'rules' | 'derived';
  readonly rules: readonly Item[];
  readonly warnings: readonly string[];
}

/** §2.6: the route that the original calls is not deployed, and its successor not everywhere. */
async function rulesOf(call: ThanosCall, tenant_id: string | undefined): Promise<Found> {
  for (const [path, source] of [
    ['/config/rules', 'config-rules'],
    ['/rules', 'rules'],
  ] as const) {
    const page = await getIfRouted(call, { path, query: { tenant_id }, purpose: 'Reading the rules' });
    if (page !== undefined) return { source, rules: itemsOf(page.body.rules).map(sourced), warnings: [] };
  }
  const [configs, groups] = await Promise.all([
    get(call, { path: '/base-configs', purpose: 'Reading the desired states' }),
    get(call, { path: '/groups', purpose: 'Reading the groups' }),
  ]);
  return {
    source: 'derived',
    rules: [...itemsOf(configs.body.configs).map(fromBase), ...itemsOf(groups.body.groups).map(fromGroup)],
    warnings: [
      'This release has no rules: resources are compared with these desired states.',
      'Groups are stored, but this release does not apply them.',
      ...(tenant_id === undefined ? [] : ['Desired states are the same for all tenants.']),
    ],
  };
}

function sourced(rule: Item): Item {
  return { ...rule, source: rule.source ?? 'unknown' };
}

function fromBase({ resource_type: type, desired_config }: Item): Item {
  return derived(`base-config:${type}`, type, `desired state for ${type}`, desired_config);
}

function fromGroup(group: Item): Item {
  const { group_id, name, resource_type: type, desired_config, selector, priority } = group;
  return {
    ...derived(`group:${group_id}`, type, `desired state for ${type} in the group ${name}`, desired_config),
    selector,
    priority,
  };
}

function derived(id: string, resource_type: unknown, message: string, expected: unknown): Item {
  return {
    id,
    resource_type,
    source: 'derived',
    severity: null,
    message,
    check: { type: 'golden-config', path: '', expected },
    enabled: true,
  };
}
