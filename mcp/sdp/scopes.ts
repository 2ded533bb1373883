/** Modules of the scopes (fact sheet §1.8) that our actions need. */
const MODULES = {
  requests: 'requests and all their parts',
  problems: 'problems and all their parts',
  changes: 'changes and all their parts',
  releases: 'releases',
  projects: 'projects, milestones, tasks, members',
  assets: 'assets',
  cmdb: 'configuration items',
  solutions: 'solutions and topics',
  users: 'users, requesters, technicians',
  setup: 'lists for choosing: categories, priorities, templates',
} as const;

export type ScopeModule = keyof typeof MODULES;
type Op = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE';

const OPS = ['ALL', 'CREATE', 'READ', 'UPDATE', 'DELETE'] as const;

/** Every scope that an action may need, and the `.ALL` that hold them. */
export const SCOPES = Object.entries(MODULES).flatMap(([module, covers]) =>
  OPS.map(op => ({
    name: `SDPOnDemand.${module}.${op}`,
    title: `${op === 'ALL' ? 'everything with' : op.toLowerCase()} ${covers}`,
  })),
);

/** The scopes of which one suffices: the exact one, or all of its module (§1.8). */
export function scopesOf(module: ScopeModule | readonly ScopeModule[], op: Op): readonly string[] {
  const modules = typeof module === 'string' ? [module] : module;
  return modules.flatMap(one => [`SDPOnDemand.${one}.${op}`, `SDPOnDemand.${one}.ALL`]);
}

/** To be pasted into the API console (§1.8), for all that the tools can do. */
export const EVERYTHING = [
  ...(['requests', 'problems', 'changes', 'releases', 'projects', 'assets', 'cmdb', 'solutions'] as const).map(
    module => `SDPOnDemand.${module}.ALL`,
  ),
  'SDPOnDemand.users.READ',
  'SDPOnDemand.setup.READ',
].join(',');

export const HELP_DESK = 'SDPOnDemand.requests.ALL,SDPOnDemand.setup.READ,SDPOnDemand.users.READ';

/** Scopes in a text (separated by spaces or commas) or a list; `undefined` where there are none. */
export function scopesIn(given: unknown): readonly string[] | undefined {
  const parts = Array.isArray(given) ? given.map(String) : typeof given === 'string' ? given.split(/[\s,]+/) : [];
  const found = parts.map(part => part.trim()).filter(part => /^SDPOnDemand\.\w+\.\w+$/.test(part));
  return found.length === 0 ? undefined : found;
}
