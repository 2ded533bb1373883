import {
  jsonAnswer,
  type Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxServer,
  type Switches,
  stableId,
  startSandboxServer,
} from '../../kit/sandbox.ts';
import { createAccess } from './access.ts';
import { auditExportRoutes } from './audit-exports.ts';
import { backofficeRoutes } from './backoffice.ts';
import { bindingRoutes } from './bindings.ts';
import { credentialRoutes } from './credentials.ts';
import { createWorld, demoCredentials } from './demo-data.ts';
import { reportRoutes } from './reports.ts';
import { serviceInstanceRoutes } from './service-instances.ts';
import { statusPageRoutes } from './status-page.ts';
import { subscriberGroupRoutes } from './subscriber-groups.ts';
import { createDpodSwitches, type DpodSwitches } from './switches.ts';
import { tenantRoutes } from './tenants.ts';
import { tileRoutes } from './tiles.ts';
import { userRoutes } from './users.ts';
import type { Vendor } from './world.ts';

/** A credential to sign in with, in the form of a connection: settings, secrets, and the API scopes it will have. */
export interface SandboxCredential {
  readonly label: string;
  /** `baseUrl`, `authUrl` (the token endpoint in full), `statusUrl`. */
  readonly settings: Record<string, unknown>;
  /** `clientId`, `clientSecret`. */
  readonly secrets: Record<string, string>;
  readonly scopes: readonly string[];
}

export interface Sandbox extends SandboxServer {
  /** The first one, SP and AO, can do everything useful. */
  readonly credentials: readonly SandboxCredential[];
  readonly switches: Switches<DpodSwitches>;
  /** From now on every token handed out so far is refused. */
  revokeTokens(): void;
}

export interface SandboxOptions extends Partial<DpodSwitches> {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Decides about expiry, and about the dates of the data, which end on its day at the start. Default: the system's. */
  readonly clock?: () => Date;
}

/**
 * A stand-in for Thales DPoD on 127.0.0.1, built from the fact sheet alone. All state is in memory and made up;
 * every answer carries `gatehouse-sandbox: dpod`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, clock = () => new Date(), ...initialSwitches } = options;
  const switches = createDpodSwitches(initialSwitches);
  const world = createWorld(clock());
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return stableId('dpod', 'new', ids);
  };
  let revokeTokens = (): void => {};

  const routes = (url: string): readonly Route[] => {
    const vendor: Vendor = { url, clock, world, switches, newId };
    const access = createAccess(vendor);
    revokeTokens = access.revokeTokens;
    const families = [
      serviceInstanceRoutes,
      bindingRoutes,
      tileRoutes,
      auditExportRoutes,
      reportRoutes,
      tenantRoutes,
      credentialRoutes,
      userRoutes,
      subscriberGroupRoutes,
      backofficeRoutes,
    ];
    return [...access.routes, ...statusPageRoutes(vendor), ...families.flatMap(family => family(vendor, access.guard))];
  };

  const server = await startSandboxServer({
    name: 'dpod',
    port,
    clock: { now: () => clock().getTime() },
    routes,
    refuse: (refusal, request) => refuse(refusal, request, clock()),
    switches,
    admin: [
      {
        method: 'POST',
        path: '/__sandbox/revoke-tokens',
        handle: () => {
          revokeTokens();
          return { status: 204 };
        },
      },
    ],
  });

  return {
    ...server,
    switches,
    revokeTokens: () => revokeTokens(),
    credentials: demoCredentials(world).map(([label, credential]) => ({
      label,
      settings: { baseUrl: server.url, authUrl: `${server.url}/oauth/v1/token`, statusUrl: server.url },
      secrets: { clientId: credential.clientId, clientSecret: credential.clientSecret },
      scopes: credential.scopes.filter(scope => scope.startsWith('dpod.tenant.api_')),
    })),
  };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The error body of §8; the identity provider has its own (RFC 6749). */
function refuse(refusal: Refusal, request: SandboxRequest, now: Date): SandboxAnswer {
  if (request.path.startsWith('/oauth/')) {
    const error = refusal.status === 401 ? 'invalid_client' : refusal.status < 500 ? 'invalid_request' : 'server_error';
    return jsonAnswer(refusal.status, { error, error_description: refusal.message }, refusal.headers);
  }
  return jsonAnswer(
    refusal.status,
    {
      status: refusal.status,
      error: REASONS[refusal.status] ?? 'Error',
      message: refusal.message,
      path: request.path,
      timestamp: now.toISOString(),
    },
    refusal.headers,
  );
}
