import type { Claims } from './jwt.ts';

export const PROJECT_ID = 'P2demoProject0000000000000000';

/** Who can sign in at the sandbox, and what the claims of the session say (§10 S1). */
export interface Person {
  readonly label: string;
  readonly id: string;
  readonly name: string;
  /** With an access key instead of a refresh token. */
  readonly accessKey?: string;
  readonly claims: Claims;
  /** The rights it has in effect. */
  readonly rights: readonly string[];
}

const READ = ['read_logs', 'read_metrics'];
const STAGING = [...READ, 'read_deployments', 'deploy_staging', 'rollback_staging'];

/** §2.2, in lower case: the role of the original's README and that of its code differ in case alone. */
export const ROLES: Readonly<Record<string, readonly string[]>> = {
  new_user: [],
  anonymous: READ,
  observer: READ,
  developer: STAGING,
  developer_prod_access: [...STAGING, 'read_rollbacks', 'deploy_production', 'rollback_production'],
};
const PROD = ROLES.developer_prod_access ?? [];

const within = (tenant: string, rights: Claims): Claims => ({ dct: tenant, tenants: { [tenant]: rights } });

export const PEOPLE: readonly Person[] = [
  {
    label: 'prod',
    id: 'U2demoPaula',
    name: 'Paula Example',
    claims: within('T2acme', { roles: ['Developer_prod_access'], permissions: PROD }),
    rights: PROD,
  },
  {
    label: 'developer',
    id: 'U2demoDana',
    name: 'Dana Example',
    claims: within('T2acme', { roles: ['Developer'], permissions: STAGING }),
    rights: STAGING,
  },
  {
    label: 'observer',
    id: 'U2demoOlaf',
    name: 'Olaf Example',
    claims: { roles: ['Observer'], permissions: READ },
    rights: READ,
  },
  { label: 'new-user', id: 'U2demoNina', name: 'Nina Example', claims: { roles: ['New_user'] }, rights: [] },
  {
    label: 'lower-case',
    id: 'U2demoLara',
    name: 'Lara Example',
    claims: { roles: ['developer'] },
    rights: STAGING,
  },
  {
    label: 'roles-only',
    id: 'U2demoRoy',
    name: 'Roy Example',
    claims: within('T2acme', { roles: ['Developer'] }),
    rights: STAGING,
  },
  {
    label: 'two-tenants',
    id: 'U2demoTara',
    name: 'Tara Example',
    claims: {
      permissions: READ,
      tenants: { T2acme: { permissions: STAGING }, T2other: { permissions: PROD } },
    },
    rights: READ,
  },
  {
    label: 'dsub',
    id: 'U2demoDora',
    name: 'Dora Example',
    claims: { sub: 'someone-else', dsub: 'U2demoDora', roles: ['Observer'] },
    rights: READ,
  },
  {
    label: 'url-issuer',
    id: 'U2demoUrs',
    name: 'Urs Example',
    claims: { iss: `https://sign-in.sandbox.test/v1/apps/${PROJECT_ID}`, roles: ['Observer'] },
    rights: READ,
  },
  {
    label: 'foreign-audience',
    id: 'U2demoFay',
    name: 'Fay Example',
    claims: { aud: 'another-application', roles: ['Observer'] },
    rights: [],
  },
  {
    label: 'access-key',
    id: 'K2demoKey',
    name: 'Pipeline',
    accessKey: 'K2demoKeySecretOfTheSandbox0000',
    claims: within('T2acme', { roles: ['Developer'], permissions: STAGING }),
    rights: STAGING,
  },
];

/** The rights that claims give (§2.4), as the platform and the gateway see it. */
export function rightsOf(claims: Claims): readonly string[] {
  const tenants = (claims.tenants ?? {}) as Readonly<Record<string, Claims>>;
  const names = Object.keys(tenants);
  const tenant = typeof claims.dct === 'string' ? claims.dct : names.length === 1 ? names[0] : undefined;
  const inside: Claims = tenants[tenant ?? ''] ?? {};
  const both = (name: string): string[] => [claims[name], inside[name]].flat().filter(one => typeof one === 'string');
  const given = both('permissions');
  return given.length > 0 ? given : both('roles').flatMap(role => ROLES[role.toLowerCase()] ?? []);
}
