/** Rights, roles and environments (fact sheet §2). */
export const PERMISSIONS = [
  'read_logs',
  'read_metrics',
  'read_deployments',
  'read_rollbacks',
  'deploy_staging',
  'deploy_production',
  'rollback_staging',
  'rollback_production',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
export type Verb = 'deploy' | 'rollback';

const READ: readonly Permission[] = ['read_logs', 'read_metrics'];
const DEVELOPER: readonly Permission[] = [...READ, 'read_deployments', 'deploy_staging', 'rollback_staging'];

/** §2.2, compared without regard to case: the original's page and its code differ in that alone. */
const ROLES: ReadonlyMap<string, readonly Permission[]> = new Map([
  ['anonymous', READ],
  ['observer', READ],
  ['developer', DEVELOPER],
  ['developer_prod_access', [...DEVELOPER, 'read_rollbacks', 'deploy_production', 'rollback_production']],
]);

export function permissionsOfRoles(roles: readonly string[]): readonly Permission[] {
  const given = new Set(roles.flatMap(role => ROLES.get(role.toLowerCase()) ?? []));
  return PERMISSIONS.filter(permission => given.has(permission));
}

export function isPermission(name: string): name is Permission {
  return PERMISSIONS.some(permission => permission === name);
}

/** The roles that have a right, for people. */
export function rolesWith(permission: Permission): readonly string[] {
  const names = ['Observer', 'Developer', 'Developer_prod_access'];
  return names.filter(name => ROLES.get(name.toLowerCase())?.includes(permission));
}

/** §2.3: the rights of which one is needed. There is none of its own for development. */
export function neededFor(verb: Verb, environment: Environment): readonly Permission[] {
  if (environment === 'development') return [`${verb}_staging`, `${verb}_production`];
  return [`${verb}_${environment}`];
}

const SHORT: Readonly<Record<string, Environment>> = {
  dev: 'development',
  develop: 'development',
  stage: 'staging',
  stg: 'staging',
  prod: 'production',
  prd: 'production',
};

/** A known short form as the word it stands for; anything else stays and is refused by the schema (§8 number 8). */
export function environmentNamed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  return SHORT[word] ?? word;
}
