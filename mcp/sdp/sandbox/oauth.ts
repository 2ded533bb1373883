import { randomBytes } from 'node:crypto';
import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../../kit/sandbox.ts';
import type { SdpSwitches } from './switches.ts';

export interface Client {
  readonly id: string;
  readonly secret: string;
}

interface Grant {
  readonly client: Client;
  readonly portal: string;
  readonly scopes: readonly string[];
}
interface Refresh extends Grant {
  /** When access tokens were issued for it, in ms. */
  issued: number[];
  live: string[];
}
interface Access extends Grant {
  readonly until: number;
}

/** §1.5. */
const ACCESS_SECONDS = 3_600;
const CODE_SECONDS = 180;
const PER_WINDOW = 10;
const WINDOW_MS = 600_000;
const LIVE_ACCESS = 10;
const LIVE_REFRESH = 20;
const REFRESH_PER_MINUTE = 5;

/** The accounts host of one data centre. */
export interface Accounts {
  token(request: SandboxRequest): SandboxAnswer;
  revoke(request: SandboxRequest): SandboxAnswer;
  /** A code of the API console, for its self client. */
  code(grant: Grant, lifeSeconds?: number): string;
  /** A refresh token as if a code had been exchanged. */
  refreshToken(grant: Grant, value?: string): string;
  /** Who may do what with this access token. */
  admit(value: string): Grant | undefined;
  /** From now on no access token is good. */
  forgetAccess(): void;
  /** A person takes this refresh token back. */
  withdraw(refresh: string): void;
  readonly refreshTokens: readonly string[];
}

const hex = (): string => randomBytes(16).toString('hex');
const newToken = (): string => `1000.${hex()}.${hex()}`;

export function createAccounts(deps: {
  readonly tld: string;
  readonly clients: readonly Client[];
  readonly now: () => number;
  readonly switches: () => SdpSwitches;
}): Accounts {
  const { now } = deps;
  const codes = new Map<string, Grant & { readonly until: number }>();
  const refreshes = new Map<string, Refresh>();
  const accesses = new Map<string, Access>();
  const recent = new Map<string, number[]>();

  /** Counts one more within a window; false when there are too many. */
  const within = (key: string, most: number, ms: number): boolean => {
    const times = (recent.get(key) ?? []).filter(time => time > now() - ms);
    recent.set(key, times);
    if (times.length >= most) return false;
    times.push(now());
    return true;
  };
  const error = (code: string, more: object = {}): SandboxAnswer =>
    jsonAnswer(deps.switches().oauthErrorStatus, { error: code, ...more });
  const throttled = (): SandboxAnswer =>
    error('Access Denied', {
      error_description: 'You have made too many requests continuously. Please try again after some time.',
      status: 'failure',
    });
  const drop = (value: string): void => {
    for (const access of refreshes.get(value)?.live ?? []) accesses.delete(access);
    refreshes.delete(value);
  };
  const issue = (grant: Grant, refresh?: Refresh): string => {
    const value = newToken();
    accesses.set(value, { ...grant, until: now() + ACCESS_SECONDS * 1_000 });
    if (refresh !== undefined) {
      refresh.live.push(value);
      // The oldest dies when there are too many.
      for (const old of refresh.live.splice(0, refresh.live.length - LIVE_ACCESS)) accesses.delete(old);
    }
    return value;
  };
  const keep = (grant: Grant, value = newToken()): string => {
    const mine = [...refreshes].filter(([, { portal }]) => portal === grant.portal);
    for (const [old] of mine.slice(0, Math.max(0, mine.length - LIVE_REFRESH + 1))) drop(old);
    refreshes.set(value, { ...grant, issued: [], live: [] });
    return value;
  };
  const answer = (access: string, more: object = {}): SandboxAnswer =>
    jsonAnswer(200, {
      access_token: access,
      ...more,
      api_domain: `https://www.zohoapis.${deps.tld}`,
      token_type: 'Bearer',
      expires_in: ACCESS_SECONDS,
    });

  const exchange = (client: Client, code: string): SandboxAnswer => {
    if (!within(`codes ${client.id}`, PER_WINDOW, WINDOW_MS)) return throttled();
    const grant = codes.get(code);
    codes.delete(code);
    if (grant === undefined || grant.client.id !== client.id || grant.until < now()) return error('invalid_code');
    if (!within(`refresh ${client.id}`, REFRESH_PER_MINUTE, 60_000)) return throttled();
    const value = keep(grant);
    const refresh = refreshes.get(value);
    const told = deps.switches().tellsScopes ? { scope: grant.scopes.join(' ') } : {};
    return answer(issue(grant, refresh), { refresh_token: value, ...told });
  };
  const renew = (client: Client, value: string): SandboxAnswer => {
    const refresh = refreshes.get(value);
    if (refresh === undefined || refresh.client.id !== client.id) return error('invalid_code');
    refresh.issued = refresh.issued.filter(time => time > now() - WINDOW_MS);
    if (refresh.issued.length >= PER_WINDOW) return throttled();
    refresh.issued.push(now());
    // There is never a refresh token in it (§1.4).
    return answer(issue(refresh, refresh));
  };

  return {
    token(request) {
      const given = parametersOf(request);
      const client = deps.clients.find(
        ({ id, secret }) => id === given('client_id') && secret === given('client_secret'),
      );
      if (client === undefined) return error('invalid_client');
      switch (given('grant_type')) {
        case 'authorization_code':
          return exchange(client, given('code'));
        case 'refresh_token':
          return renew(client, given('refresh_token'));
        default:
          return error('invalid_scope');
      }
    },
    revoke(request) {
      const value = parametersOf(request)('token');
      drop(value);
      accesses.delete(value);
      return jsonAnswer(200, { status: 'success' });
    },
    code(grant, lifeSeconds = CODE_SECONDS) {
      const code = newToken();
      codes.set(code, { ...grant, until: now() + lifeSeconds * 1_000 });
      return code;
    },
    refreshToken: keep,
    admit(value) {
      const access = accesses.get(value);
      return access === undefined || access.until <= now() ? undefined : access;
    },
    forgetAccess: () => accesses.clear(),
    withdraw: drop,
    get refreshTokens() {
      return [...refreshes.keys()];
    },
  };
}

/** §1.3: parameters of the body or of the query, both are taken. */
function parametersOf(request: SandboxRequest): (name: string) => string {
  const body = new URLSearchParams(request.body.toString('utf8'));
  return name => body.get(name) ?? request.query.get(name) ?? '';
}
