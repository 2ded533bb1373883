import { createHmac, randomBytes } from 'node:crypto';
import {
  contentTypeOf,
  jsonAnswer,
  Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../kit/sandbox.ts';
import type { Credential, Vendor } from './world.ts';

export const SP = 'dpod.tenant.api_spadmin';
export const AO = 'dpod.tenant.api_appowner';
export const SV = 'dpod.tenant.api_service';

/**
 * Who may do what (§3.15): what the vendor is believed to allow ("build"), and where it differs, what the seed's
 * table allowed. Behind the switch `policy`.
 */
const ACCESS = {
  services: { build: [AO], seed: [SP, AO] },
  'services.use': { build: [AO, SV], seed: [SP, AO, SV] },
  'services.deleteClient': { build: [AO, SV], seed: [SP, AO] },
  tiles: { build: [SP, AO] },
  'tiles.details': { build: [AO] },
  'tiles.update': { build: [SP] },
  audit: { build: [SP, AO], seed: [SP, AO, SV] },
  'reports.summary': { build: [SP, AO, SV] },
  'reports.billing': { build: [SP, AO] },
  tenants: { build: [SP] },
  'tenants.quotas': { build: [SP, AO] },
  users: { build: [SP] },
  credentials: { build: [SP, AO], seed: [SP] },
  'groups.get': { build: [AO] },
  groups: { build: [AO], seed: [] },
  subscriptions: { build: [SP, AO, SV], seed: [SP, AO] },
  products: { build: [SP, AO, SV] },
  'agreements.get': { build: [SP, AO, SV] },
  'agreements.decide': { build: [SP] },
} satisfies Record<string, { readonly build: readonly string[]; readonly seed?: readonly string[] }>;

type Access = keyof typeof ACCESS;

/** Whoever holds the token of a request. */
export interface Caller {
  readonly tenantId: string;
  readonly scopes: readonly string[];
  /** Not empty: a service credential, which knows these services only. */
  readonly serviceIds: readonly string[];
  readonly name: string;
}

/** Wraps a handler: 401 without a valid token, 403 without a fitting scope. */
export type Guard = (
  access: Access,
  handle: (request: SandboxRequest, caller: Caller) => SandboxAnswer,
) => Route['handle'];

export interface AccessControl {
  readonly routes: readonly Route[];
  readonly guard: Guard;
  /** Every token handed out so far is refused from now on. */
  revokeTokens(): void;
}

export function createAccess(vendor: Vendor): AccessControl {
  /** Throw-away: nobody verifies the signature. */
  const key = randomBytes(32);
  const issued = new Map<string, { readonly caller: Caller; readonly expires: number }>();
  let count = 0;

  const issueToken = (request: SandboxRequest): SandboxAnswer => {
    if (contentTypeOf(request) !== 'application/x-www-form-urlencoded') {
      return tokenError(400, 'invalid_request', 'The content type must be application/x-www-form-urlencoded');
    }
    const form = new URLSearchParams(request.body.toString('utf8'));
    const grant = form.get('grant_type');
    if (!grant) return tokenError(400, 'invalid_request', 'Missing form parameter: grant_type');
    if (grant !== 'client_credentials') return tokenError(400, 'unsupported_grant_type', 'Unsupported grant type');
    const clientId = form.get('client_id');
    const clientSecret = form.get('client_secret');
    if (!clientId || !clientSecret) {
      return tokenError(400, 'invalid_request', 'Missing form parameter: client_id or client_secret');
    }
    const credential = vendor.world.credentials.get(clientId);
    if (!credential || credential.clientSecret !== clientSecret) {
      return tokenError(401, 'invalid_client', 'Client authentication failed');
    }

    const { tokenLifetimeSeconds, expiresIn, jwtScope, responseScope } = vendor.switches.current;
    const now = Math.floor(vendor.clock().getTime() / 1000);
    const expires = now + tokenLifetimeSeconds;
    const scopes = scopeEntries(credential);
    count += 1;
    const jti = `sim-${String(count).padStart(4, '0')}`;
    const token = credential.opaque
      ? `opaque-${randomBytes(24).toString('hex')}`
      : signJwt(key, {
          iss: vendor.url,
          sub: credential.clientId,
          cid: credential.clientId,
          aud: ['dpod'],
          jti,
          iat: now,
          exp: expires,
          ...(jwtScope === 'array' ? { scope: scopes } : {}),
          ...(jwtScope === 'string' ? { scope: scopes.join(' ') } : {}),
          ...(jwtScope === 'scp' ? { scp: scopes } : {}),
        });
    const { tenantId, serviceIds, name } = credential;
    issued.set(token, { caller: { tenantId, serviceIds, name, scopes: credential.scopes }, expires });
    return jsonAnswer(
      200,
      {
        access_token: token,
        token_type: 'bearer',
        ...(expiresIn === 'present' ? { expires_in: tokenLifetimeSeconds } : {}),
        ...(responseScope === 'present' ? { scope: scopes.join(' ') } : {}),
        jti,
      },
      { 'cache-control': 'no-store' },
    );
  };

  const authenticate = (request: SandboxRequest): Caller => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new Refusal(401, 'Full authentication is required', { 'www-authenticate': 'Bearer' });
    }
    const known = issued.get(token);
    if (!known || known.expires <= vendor.clock().getTime() / 1000) {
      throw new Refusal(401, 'Invalid or expired token', { 'www-authenticate': 'Bearer error="invalid_token"' });
    }
    return known.caller;
  };

  return {
    routes: ['/oauth/v1/token', '/oauth/token'].map(path => ({ method: 'POST', path, handle: issueToken })),
    guard: (access, handle) => request => {
      const caller = authenticate(request);
      const rule: { readonly build: readonly string[]; readonly seed?: readonly string[] } = ACCESS[access];
      const allowed = vendor.switches.current.policy === 'seed' ? (rule.seed ?? rule.build) : rule.build;
      if (!caller.scopes.some(scope => allowed.includes(scope))) throw new Refusal(403, 'Insufficient scope');
      return handle(request, caller);
    },
    revokeTokens: () => issued.clear(),
  };
}

/** Scopes as they stand in the token: also the tenant's and the groups' entries, which grant nothing (§1.3). */
function scopeEntries(credential: Credential): readonly string[] {
  const tenant = `dpod.tuid.${credential.tenantId}`;
  return [tenant, ...credential.scopes, ...credential.subscriberGroups.map(group => `${tenant}.sguid.${group}`)];
}

function tokenError(status: number, error: string, description: string): SandboxAnswer {
  return jsonAnswer(status, { error, error_description: description }, { 'cache-control': 'no-store' });
}

function signJwt(key: Uint8Array, payload: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}
