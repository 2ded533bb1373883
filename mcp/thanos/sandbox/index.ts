import {
  createSandboxClock,
  type Refusal,
  type SandboxAnswer,
  type SandboxCredential,
  type SandboxRequest,
  type SandboxServer,
  type SandboxStart,
  type Switches,
  startSandboxServer,
} from '../../kit/sandbox.ts';
import { CLIENT_ID, cognitoFault, createCognito, DEMO_EMAIL, DEMO_PASSWORD, POOL_ID, type User } from './cognito.ts';
import { fill } from './demo-data.ts';
import { gatewayAnswer } from './gateway.ts';
import { createPlatform } from './platform.ts';
import { createStore, type Store } from './store.ts';
import { createThanosSwitches, type ThanosSwitches } from './switches.ts';

export interface Sandbox extends SandboxServer {
  readonly credentials: readonly SandboxCredential[];
  readonly switches: Switches<ThanosSwitches>;
  readonly users: User[];
  readonly store: Store;
  /** Scans that were started and have not ended. */
  readonly runningScans: number;
  /** Moves the clock of Cognito and of the platform: tokens, lock-outs, scans. */
  advance(seconds: number): void;
  revokeRefreshTokens(): void;
}

export type SandboxOptions = SandboxStart & Partial<ThanosSwitches>;

/**
 * A stand-in for both upstreams of Thanos on 127.0.0.1, built from the fact sheet alone (§7): Cognito answers `POST /` and the
 * public keys, the platform everything else. All state is in memory and made up; every answer carries `gatehouse-sandbox: thanos`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, now: systemNow = Date.now, ...initialSwitches } = options;
  const clock = createSandboxClock(systemNow, () => platform.settle());
  const { now, advance } = clock;
  const switches = createThanosSwitches(initialSwitches);
  const store = createStore();
  fill(store, now());
  const cognito = createCognito(now, switches);
  const platform = createPlatform(store, now, switches);
  const server = await startSandboxServer({
    name: 'thanos',
    port,
    clock,
    routes: () => [...cognito.routes, ...platform.routes],
    refuse,
    switches,
  });
  const settings = {
    apiUrl: server.url,
    cognitoUrl: `${server.url}/`,
    userPoolId: POOL_ID,
    clientId: CLIENT_ID,
  };
  const credential = (label: string, email: string, password: string): SandboxCredential => ({
    label,
    settings,
    secrets: { email, password },
    scopes: [],
  });
  return {
    ...server,
    store,
    switches,
    users: cognito.users,
    get runningScans() {
      return platform.running;
    },
    advance,
    revokeRefreshTokens: cognito.revokeRefreshTokens,
    credentials: [
      credential('service', DEMO_EMAIL, DEMO_PASSWORD),
      ...cognito.users.slice(1).map(({ email, password }) => credential(email.replace(/@.*$/, ''), email, password)),
    ],
  };
}

/** For a demonstration: with routes for rules, as the original expects them (§3.1). */
export function startDemonstration(options: { readonly port?: number } = {}): Promise<Sandbox> {
  return startSandbox({ ...options, rules: 'contract' });
}

/** An unknown route, and what a fault wants. */
function refuse({ status, headers }: Refusal, request: SandboxRequest): SandboxAnswer {
  if (request.path === '/' && request.method === 'POST') return cognitoFault(status);
  return gatewayAnswer(status === 405 ? 404 : status, status === 405 ? {} : headers);
}
