import {
  createSandboxClock,
  type Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxClock,
  type SandboxCredential,
  type SandboxRequest,
  type SandboxServer,
  type SandboxStart,
  type Switches,
  startSandboxServer,
} from '../../kit/sandbox.ts';
import { Denied, deny, failed, html } from './answers.ts';
import { createTenant, PLANS } from './demo-data.ts';
import type { Endpoint } from './endpoints.ts';
import { admit, inputOf } from './input.ts';
import { moduleRoutes } from './modules.ts';
import { type Accounts, type Client, createAccounts } from './oauth.ts';
import { partRoutes } from './parts.ts';
import { requestRoutes } from './requests.ts';
import { setupRoutes } from './setup.ts';
import { createSdpSwitches, type SdpSwitches } from './switches.ts';
import type { Tenant, Vendor } from './world.ts';

/** One customer: its data centre has a host for accounts and one for the API. */
export interface Desk {
  readonly tenant: Tenant;
  readonly accounts: Accounts;
  readonly client: Client;
  readonly accountsServer: SandboxServer;
  readonly apiServer: SandboxServer;
  /** A code as the API console gives it out; good for three minutes. */
  newCode(scopes: readonly string[]): string;
  /** A refresh token with these scopes. */
  newRefreshToken(scopes: readonly string[]): string;
}

/** The server's own members are those of the first customer's API. */
export interface Sandbox extends SandboxServer {
  readonly credentials: readonly SandboxCredential[];
  readonly switches: Switches<SdpSwitches>;
  readonly us: Desk;
  readonly eu: Desk;
  /** Moves the vendor's clock, and with it tokens and limits. */
  advance(seconds: number): void;
}

/** `port` is that of the first customer's API; the other hosts take any free ones. */
export type SandboxOptions = SandboxStart & Partial<SdpSwitches>;

const MODULES = [
  'requests',
  'problems',
  'changes',
  'releases',
  'projects',
  'assets',
  'cmdb',
  'solutions',
  'users',
  'setup',
];
const scopesFor = (op: string): string[] => MODULES.map(module => `SDPOnDemand.${module}.${op}`);
const TLDS = { US: 'com', EU: 'eu' } as const;
const ENDPOINTS: readonly Endpoint[] = [...requestRoutes, ...partRoutes, ...moduleRoutes, ...setupRoutes];

/**
 * A stand-in for ServiceDesk Plus Cloud and the Zoho accounts, on 127.0.0.1, built from the fact sheet alone (§8). All state is
 * in memory and made up; every answer carries `gatehouse-sandbox: sdp`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, now: systemNow = Date.now, ...initial } = options;
  const clock = createSandboxClock(systemNow);
  const switches = createSdpSwitches(initial);
  const vendor: Vendor = { switches, now: clock.now };
  const [us, eu] = await Promise.all(
    PLANS.map((plan, index) => startDesk(plan, vendor, index === 0 ? port : 0, clock)),
  );
  if (us === undefined || eu === undefined) throw new Error('The sandbox has two customers.');
  const servers = [us, eu].flatMap(desk => [desk.apiServer, desk.accountsServer]);
  const close = async (): Promise<void> => void (await Promise.all(servers.map(server => server.close())));
  return {
    ...us.apiServer,
    credentials: [us, eu].flatMap(credentialsOf),
    switches,
    us,
    eu,
    advance: clock.advance,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startDesk(
  plan: (typeof PLANS)[number],
  vendor: Vendor,
  port: number | undefined,
  clock: SandboxClock,
): Promise<Desk> {
  const tenant = createTenant(plan, vendor.now());
  const client = {
    id: `1000.DEMO${plan.dataCentre}SELFCLIENT0000000`,
    secret: `demo-secret-${plan.name}-00000000000000000000`,
  };
  const tld = TLDS[plan.dataCentre === 'EU' ? 'EU' : 'US'];
  const accounts = createAccounts({ tld, clients: [client], now: vendor.now, switches: () => vendor.switches.current });
  const shared = { name: 'sdp', switches: vendor.switches };
  const accountsServer = await startSandboxServer({
    ...shared,
    clock: { now: clock.now },
    routes: () => [
      { method: 'POST', path: '/oauth/v2/token', handle: accounts.token },
      { method: 'POST', path: '/oauth/v2/token/revoke', handle: accounts.revoke },
    ],
    refuse: refusal => html(refusal.status),
  });
  const budget = createBudget(vendor);
  const apiServer = await startSandboxServer({
    ...shared,
    port,
    clock,
    routes: () => ENDPOINTS.flatMap(endpoint => routesFor(endpoint, tenant, vendor, accounts, budget)),
    refuse: refusal => refuse(refusal, vendor),
  });
  const grant = (scopes: readonly string[]) => ({ client, portal: tenant.portal, scopes });
  return {
    tenant,
    accounts,
    client,
    accountsServer,
    apiServer,
    newCode: scopes => accounts.code(grant(scopes)),
    newRefreshToken: scopes => accounts.refreshToken(grant(scopes)),
  };
}

function credentialsOf(desk: Desk): readonly SandboxCredential[] {
  const { tenant, client } = desk;
  const settings = {
    dataCenter: tenant.dataCentre,
    portal: tenant.portal,
    baseUrl: desk.apiServer.url,
    accountsUrl: desk.accountsServer.url,
  };
  const secrets = { clientId: client.id, clientSecret: client.secret };
  const withToken = (label: string, scopes: readonly string[], more: object = {}): SandboxCredential => ({
    label,
    // The vendor does not tell the scopes with a refresh: the user declares them.
    settings: { ...settings, scopes },
    secrets: { ...secrets, refreshToken: desk.newRefreshToken(scopes) },
    scopes,
    ...more,
  });
  return [
    withToken(tenant.name, scopesFor('ALL'), { demo: tenant.name === 'us' ? 'northwind' : 'contoso' }),
    withToken(`${tenant.name}-reader`, scopesFor('READ')),
    withToken(`${tenant.name}-helpdesk`, [
      'SDPOnDemand.requests.ALL',
      'SDPOnDemand.setup.READ',
      'SDPOnDemand.users.READ',
    ]),
    {
      label: `${tenant.name}-code`,
      settings,
      secrets: { ...secrets, grantCode: desk.newCode(scopesFor('ALL')) },
      scopes: scopesFor('ALL'),
    },
  ];
}

/** Both prefixes (§1.2), and both spellings of an action (§3). */
function routesFor(
  endpoint: Endpoint,
  tenant: Tenant,
  vendor: Vendor,
  accounts: Accounts,
  budget: () => void,
): readonly Route[] {
  const cut = endpoint.path.lastIndexOf('/');
  const underscored = `${endpoint.path.slice(0, cut)}/_${endpoint.path.slice(cut + 1)}`;
  const spellings = endpoint.isAction ? (['plain', 'underscore'] as const) : (['any'] as const);
  return spellings.flatMap(spelling =>
    ['/app/{portal}/api/v3', '/api/v3'].map(prefix => ({
      method: endpoint.method,
      path: prefix + (spelling === 'underscore' ? underscored : endpoint.path),
      handle: (request: SandboxRequest) =>
        answered(vendor, () => {
          const wanted = vendor.switches.current.actionRoutes;
          if (spelling !== 'any' && wanted !== 'both' && wanted !== spelling) return refuseUnknown(vendor);
          admit(request);
          const portal = request.params.portal ?? tenant.portal;
          authorize(request, endpoint, accounts, tenant, portal);
          budget();
          return endpoint.run({ tenant, vendor, request, params: request.params, input: inputOf(request) });
        }),
    })),
  );
}

/** §8: a header and nothing else; 401 for a token that is not known here, 403 for another portal or too few scopes. */
function authorize(
  request: SandboxRequest,
  endpoint: Endpoint,
  accounts: Accounts,
  tenant: Tenant,
  portal: string,
): void {
  const value = /^(?:Zoho-oauthtoken|Bearer) (.+)$/.exec(String(request.headers.authorization ?? ''))?.[1];
  const grant = value === undefined ? undefined : accounts.admit(value);
  if (grant === undefined) throw new Denied(failed(401, [{ status_code: 4002, message: 'UNAUTHORISED' }]));
  if (portal !== tenant.portal || grant.portal !== portal) deny.rights();
  const enough = endpoint.scopes.some(
    scope =>
      grant.scopes.includes(`SDPOnDemand.${scope}`) || grant.scopes.includes(`SDPOnDemand.${scope.split('.', 1)}.ALL`),
  );
  if (!enough) deny.rights();
}

/** §1.5: no figure is known, so it is a switch. */
function createBudget(vendor: Vendor): () => void {
  let times: number[] = [];
  return () => {
    const { perMinute, retryAfter } = vendor.switches.current;
    times = times.filter(time => time > vendor.now() - 60_000);
    if (perMinute !== null && times.length >= perMinute) {
      const headers = retryAfter === null ? {} : { 'retry-after': String(retryAfter) };
      throw new Denied(failed(429, [{ status_code: 4015, message: 'API Rate Limit reached' }], headers));
    }
    times.push(vendor.now());
  };
}

function answered(vendor: Vendor, work: () => SandboxAnswer): SandboxAnswer {
  try {
    return work();
  } catch (error) {
    if (error instanceof Denied)
      return vendor.switches.current.failuresWith200 ? { ...error.answer, status: 200 } : error.answer;
    throw error;
  }
}

function refuseUnknown(vendor: Vendor): SandboxAnswer {
  const { unknownPath } = vendor.switches.current;
  if (unknownPath === 'json') return failed(404, [{ status_code: 4007, message: 'Invalid URL' }]);
  return html(unknownPath === 'html401' ? 401 : 400);
}

/** An unknown path or verb, and what a fault wants. */
function refuse(refusal: Refusal, vendor: Vendor): SandboxAnswer {
  if (refusal.status === 404 || refusal.status === 405) return refuseUnknown(vendor);
  const codes: Readonly<Record<number, number>> = { 401: 4002, 403: 4002, 429: 4015, 500: 4004 };
  const message = refusal.status === 401 ? 'UNAUTHORISED' : refusal.message;
  return failed(refusal.status, [{ status_code: codes[refusal.status] ?? 4004, message }], refusal.headers);
}
