import * as z from 'zod';
import { isPermission, PERMISSIONS, type Permission, permissionsOfRoles } from './permissions.ts';

/** Who is signed in, and what they may do. */
export interface Principal {
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly loginId: string | null;
  readonly roles: readonly string[];
  readonly permissions: readonly Permission[];
  readonly tenant: string | null;
  /** All tenants of the user, of which one can be selected. */
  readonly tenants: readonly string[];
  readonly kind: 'user' | 'access_key' | 'anonymous' | 'github_token';
  /** When the session ends, in ms since 1970; `null`: never. */
  readonly expiresAt: number | null;
  readonly warnings: readonly string[];
}

const names = z.array(z.string()).catch([]);
const rights = { permissions: names.optional(), roles: names.optional() };
const claimsSchema = z.object({
  sub: z.string().optional(),
  dsub: z.string().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  exp: z.number(),
  drn: z.string().optional(),
  dct: z.string().optional(),
  tenants: z.record(z.string(), z.object(rights).catch({})).optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  ...rights,
});
export type Claims = z.output<typeof claimsSchema>;

export function claimsOf(payload: unknown): Claims | undefined {
  return claimsSchema.safeParse(payload).data;
}

/** The `user` of a session object; what the token itself does not say (§1.2: e-mail and name are no standard claims). */
export const userSchema = z.object({
  name: z.string().optional(),
  email: z.string().optional(),
  loginIds: names.optional(),
});
export type User = z.output<typeof userSchema>;

/** §2.4, with the tenant that is selected or the only one. */
export function principalOf(claims: Claims, user: User = {}): Principal {
  const tenants = claims.tenants ?? {};
  const ids = Object.keys(tenants);
  const tenant = claims.dct ?? (ids.length === 1 ? ids[0] : undefined);
  const inside = tenants[tenant ?? ''] ?? {};
  const roles = [...new Set([...(claims.roles ?? []), ...(inside.roles ?? [])])];
  const claimed = [...(claims.permissions ?? []), ...(inside.permissions ?? [])].filter(isPermission);
  const userId = claims.dsub ?? claims.sub ?? '';
  return {
    userId,
    name: claims.name ?? user.name ?? null,
    email: claims.email ?? user.email ?? null,
    loginId: user.loginIds?.[0] ?? claims.email ?? user.email ?? null,
    roles,
    permissions: claimed.length > 0 ? PERMISSIONS.filter(one => claimed.includes(one)) : permissionsOfRoles(roles),
    tenant: tenant ?? null,
    tenants: ids,
    kind: userId.startsWith('K') ? 'access_key' : 'user',
    expiresAt: claims.exp * 1_000,
    warnings:
      tenant === undefined && ids.length > 1
        ? [
            `This user has ${ids.length} tenants and none is selected (DESCOPE_TENANT): only rights outside of tenants count.`,
          ]
        : [],
  };
}

/** With GitHub Actions and no Descope project the token's own rights decide, and the switches of the connection. */
export const GITHUB: Principal = {
  userId: 'github',
  name: 'GitHub token',
  email: null,
  loginId: null,
  roles: [],
  permissions: PERMISSIONS,
  tenant: null,
  tenants: [],
  kind: 'github_token',
  expiresAt: null,
  warnings: [
    'There is no Descope project, so there are no roles: whoever has this connection may do what the token may.',
  ],
};

/** §1.7. */
export const ANONYMOUS: Principal = {
  userId: 'anonymous',
  name: 'Anonymous User',
  email: null,
  loginId: null,
  roles: ['anonymous'],
  permissions: permissionsOfRoles(['anonymous']),
  tenant: 'default',
  tenants: [],
  kind: 'anonymous',
  expiresAt: null,
  warnings: [],
};
