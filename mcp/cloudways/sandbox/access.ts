import { createHash } from 'node:crypto';
import type { SandboxAnswer, SandboxRequest } from '../../kit/sandbox.ts';
import { Denied, type Fields } from './requests.ts';
import type { CloudwaysSwitches } from './switches.ts';

/** The demo account's credentials (§8.4); made up, and nowhere else of use. */
export const DEMO_EMAIL = 'demo@example.test';
export const DEMO_KEY = 'demo-key-0000000000000000';
const ROLES = {
  cw_demo_read_5b1c7d90e2: 'READ',
  cw_demo_limited_81f3a6c0d4: 'LIMITED',
  cw_demo_full_3e9a2b7f61: 'FULL',
} as const;
export type Role = (typeof ROLES)[keyof typeof ROLES];
export const ACCESS_TOKENS = Object.entries(ROLES) as [string, Role][];

const LIFE_SECONDS = 3_600;

export interface Access {
  /** Answers the request for a token. */
  token(fields: Fields): unknown;
  /** Refuses whom the edge or the account's limit turns away; the headers that go with every other answer. */
  admit(request: SandboxRequest, path: string): Readonly<Record<string, string>>;
  /** Refuses who has no token, a token that ended, or too small a role. */
  authorize(request: SandboxRequest, path: string): void;
  revokeTokens(): void;
}

export function createAccess(now: () => number, switches: () => CloudwaysSwitches): Access {
  let tokens = new Map<string, number>();
  let issued = 0;
  let revoked = false;
  const seen = new Map<string, number[]>();

  const count = (bucket: string, limit: number): Readonly<Record<string, string>> => {
    const windowMs = switches().rateWindowSeconds * 1_000;
    const times = (seen.get(bucket) ?? []).filter(time => time > now() - windowMs);
    seen.set(bucket, times);
    const headers = { 'x-ratelimit-limit': String(limit) };
    if (times.length >= limit) {
      const seconds = Math.ceil(((times[0] ?? now()) + windowMs - now()) / 1_000);
      throw new Denied(
        429,
        { message: 'Too many requests' },
        {
          ...headers,
          'x-ratelimit-remaining': '0',
          'retry-after': String(Math.max(1, seconds)),
        },
      );
    }
    times.push(now());
    return { ...headers, 'x-ratelimit-remaining': String(limit - times.length) };
  };

  return {
    token({ email, api_key: key }) {
      const missing = Object.entries({ email, api_key: key }).filter(([, value]) => !value);
      if (missing.length > 0)
        throw new Denied(
          422,
          Object.fromEntries(
            missing.map(([name]) => [name, [{ code: 'required', message: `The ${name} field is required.` }]]),
          ),
        );
      if (email !== DEMO_EMAIL || key !== DEMO_KEY)
        throw new Denied(401, {
          error: 'invalid_credentials',
          error_description: 'The user credentials were incorrect.',
        });
      issued += 1;
      const token = `demo-token-${createHash('sha256').update(`cloudways ${issued}`).digest('hex').slice(0, 30)}`;
      tokens.set(token, now() + LIFE_SECONDS * 1_000);
      return { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS };
    },
    admit(request, path) {
      // §1.6: default signatures of libraries get no further than Cloudflare.
      if (/^$|^(python|node|undici|curl|go-http|java|axios|okhttp|libwww)/i.test(request.headers['user-agent'] ?? ''))
        throw edgeRefusal();
      const { rateLimit, lowRateLimit } = switches();
      const headers = count('account', rateLimit);
      if (path === '/oauth/access_token') return count('tokens', lowRateLimit);
      return path === '/app/analytics/traffic' ? count('traffic', lowRateLimit) : headers;
    },
    authorize(request, path) {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      if (request.headers.authorization === undefined)
        throw new Denied(400, { error: 'invalid_request', error_description: 'The access token is missing.' });
      const role = ACCESS_TOKENS.find(([known]) => known === token && !revoked)?.[1];
      if (role === undefined && (tokens.get(token ?? '') ?? 0) <= now())
        throw new Denied(401, { error: 'access_denied', error_description: 'The access token is invalid or expired.' });
      if (role !== undefined && !permits(role, request.method, path))
        throw new Denied(403, {
          error: 'insufficient_scope',
          message: 'This token does not have access to this endpoint',
        });
    },
    revokeTokens() {
      tokens = new Map();
      revoked = true;
    },
  };
}

/** What LIMITED may do is not published: here everything but what belongs to the whole account. */
function permits(role: Role, method: string, path: string): boolean {
  if (role === 'FULL' || method === 'GET') return role !== 'READ' || !path.endsWith('/diskUsage');
  return role === 'LIMITED' && !/^\/(member|project|integrations|server(\/\d+)?$)/.test(path);
}

class EdgeRefusal extends Denied {
  override readonly answer: SandboxAnswer = {
    status: 403,
    headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' },
    body: '<!doctype html><html><head><title>Access denied</title></head><body>error code: 1010</body></html>',
  };
}

function edgeRefusal(): Denied {
  return new EdgeRefusal(403, null);
}
