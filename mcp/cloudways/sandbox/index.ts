import {
  createSandboxClock,
  jsonAnswer,
  type Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxCredential,
  type SandboxRequest,
  type SandboxServer,
  type SandboxStart,
  type Switches,
  startSandboxServer,
} from '../../kit/sandbox.ts';
import { ACCESS_TOKENS, createAccess, DEMO_EMAIL, DEMO_KEY } from './access.ts';
import { account } from './account.ts';
import { apps } from './apps.ts';
import { delivery } from './delivery.ts';
import { createWorld } from './demo-data.ts';
import { type Endpoint, get } from './endpoints.ts';
import { createOperations } from './operations.ts';
import { check, Denied, type Fields, fieldsOf } from './requests.ts';
import { presentServer, servers } from './servers.ts';
import { type CloudwaysSwitches, createCloudwaysSwitches } from './switches.ts';
import type { Vendor, Visit, World } from './world.ts';

export interface Sandbox extends SandboxServer {
  /** The first one, with the account's API key, can do everything. */
  readonly credentials: readonly SandboxCredential[];
  readonly switches: Switches<CloudwaysSwitches>;
  readonly world: World;
  /** Moves the vendor's clock, and with it operations, tokens and limits. */
  advance(seconds: number): void;
  /** From now on every token handed out so far is refused, and every access token too. */
  revokeTokens(): void;
}

export type SandboxOptions = SandboxStart & Partial<CloudwaysSwitches>;

/** §1.5: what the vendor says on a path that it does not know, with status 200. */
const UNKNOWN: SandboxAnswer = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=UTF-8' },
  body: 'You have reached Cloudways API.',
};

/**
 * A stand-in for the Cloudways API on 127.0.0.1, built from the fact sheet alone (§8), below `/api/v1` and `/api/v2`. All
 * state is in memory and made up; every answer carries `gatehouse-sandbox: cloudways`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, now: systemNow = Date.now, ...initialSwitches } = options;
  const clock = createSandboxClock(systemNow, () => vendor.operations.settle());
  const { now, advance } = clock;
  const switches = createCloudwaysSwitches(initialSwitches);
  const world = createWorld(now());
  let ids = 0;
  const vendor: Vendor = {
    world,
    switches,
    operations: createOperations(now, () => switches.current),
    now,
    newId: () => {
      ids += 1;
      return String(510_900 + ids);
    },
  };
  const access = createAccess(now, () => switches.current);

  const endpoints: readonly Endpoint[] = [
    ...[servers, apps, delivery, account].flatMap(family => family(vendor)),
    get('/operation/{operation_id}', { operation_id: 'text' }, ({ fields }) =>
      vendor.operations.read(String(fields.operation_id)),
    ),
  ];
  const routes = (['v1', 'v2'] as const).flatMap(version => [
    ...endpoints.map(endpoint => routeOf(endpoint, version, vendor, access)),
    ...(version === 'v2' ? [routeOf(pagedServers(world), version, vendor, access)] : []),
    tokenRoute(version, access),
  ]);

  const server = await startSandboxServer({
    name: 'cloudways',
    port,
    clock,
    routes: () => routes.map(route => override(route, routes, vendor)),
    refuse,
    switches,
  });
  const settings = { baseUrl: `${server.url}/api` };
  const key: SandboxCredential = {
    label: 'key',
    settings,
    secrets: { email: DEMO_EMAIL, secret: DEMO_KEY },
    scopes: ['full'],
  };
  return {
    ...server,
    world,
    switches,
    advance,
    revokeTokens: access.revokeTokens,
    credentials: [
      key,
      ...ACCESS_TOKENS.map(([secret, role]) => ({
        label: role,
        settings: { ...settings, role: role.toLowerCase() },
        secrets: { secret },
        scopes: [role.toLowerCase()],
      })),
    ],
  };
}

function routeOf(
  endpoint: Endpoint,
  version: 'v1' | 'v2',
  vendor: Vendor,
  access: ReturnType<typeof createAccess>,
): Route {
  const handle = (request: SandboxRequest): SandboxAnswer => {
    const path = request.path.replace(/^\/api\/v\d/, '');
    const headers = access.admit(request, path);
    const body = (): unknown => {
      access.authorize(request, path);
      vendor.operations.settle();
      const fields = fieldsOf(request);
      check(endpoint.rules, fields, vendor.world);
      const visit: Visit = { request, fields, version };
      return endpoint.run(visit);
    };
    return withHeaders(() => jsonAnswer(200, body()), headers);
  };
  return { method: endpoint.method, path: `/api/${version}${endpoint.path}`, handle: answered(handle) };
}

function tokenRoute(version: 'v1' | 'v2', access: ReturnType<typeof createAccess>): Route {
  const path = '/oauth/access_token';
  const handle = (request: SandboxRequest): SandboxAnswer => {
    const headers = access.admit(request, path);
    return withHeaders(() => jsonAnswer(200, access.token(fieldsOf(request))), headers);
  };
  return { method: 'POST', path: `/api/${version}${path}`, handle: answered(handle) };
}

/** A POST that names another verb in `_method` is that verb, where the switch says so (§8.1). */
function override(route: Route, routes: readonly Route[], vendor: Vendor): Route {
  if (route.method !== 'POST') return route;
  return {
    ...route,
    handle: request => {
      const wanted = vendor.switches.current.methodOverride ? fieldsOf(request)._method : undefined;
      const other = routes.find(({ method, path }) => method === wanted && path === route.path);
      return (other ?? route).handle(request);
    },
  };
}

function answered(handle: (request: SandboxRequest) => SandboxAnswer): Route['handle'] {
  return request => withHeaders(() => handle(request), {});
}

/** The answer, or what denied it, with the headers that go with both. */
function withHeaders(answer: () => SandboxAnswer, headers: Readonly<Record<string, string>>): SandboxAnswer {
  try {
    const given = answer();
    return { ...given, headers: { ...headers, ...given.headers } };
  } catch (error) {
    if (error instanceof Denied) return { ...error.answer, headers: { ...headers, ...error.answer.headers } };
    throw error;
  }
}

/** §6.2: the summary of version 2, without applications, in pages. */
function pagedServers(world: World): Endpoint {
  const number = (fields: Fields, name: string, otherwise: number): number => Number(fields[name] ?? otherwise);
  return get('/servers', {}, ({ fields }) => {
    const [page, limit] = [number(fields, 'page', 1), number(fields, 'limit', 100)];
    const shown = world.servers.slice((page - 1) * limit, page * limit).map(one => {
      const { apps: _apps, ...summary } = presentServer(one);
      return summary;
    });
    const pagination = { current_page: page, last_page: Math.max(1, Math.ceil(world.servers.length / limit)) };
    return { data: { servers: shown, pagination } };
  });
}

/** An unknown path, a wrong verb, and what a fault wants. */
function refuse(refusal: Refusal): SandboxAnswer {
  if (refusal.status === 404 || refusal.status === 405) return UNKNOWN;
  return jsonAnswer(refusal.status, { message: refusal.message }, refusal.headers);
}
