import { createHash, randomUUID } from 'node:crypto';
import {
  jsonAnswer,
  Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type Switches,
} from '../../kit/sandbox.ts';
import type { Claims, Keys } from './jwt.ts';
import { PEOPLE, type Person, PROJECT_ID } from './people.ts';
import type { DevopsSwitches } from './switches.ts';

const REFRESH_SECONDS = 2_419_200;

/** Descope's form of an error (§1.6). */
export function descopeAnswer(status: number, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  const code = status === 429 ? 'E130429' : status === 400 ? 'E011003' : 'E061301';
  const body = { errorCode: code, errorDescription: 'Request is invalid', errorMessage: 'token is not valid' };
  return jsonAnswer(status, body, headers);
}

/** The routes of §1.1 that the backend uses, with logout and tenant selection. */
export function createDescope(keys: Keys, now: () => number, switches: Switches<DevopsSwitches>) {
  const dead = new Set<string>();
  let issued = 0;
  const seconds = (): number => Math.floor(now() / 1_000);

  const base = (person: Person, drn: string, life: number): Claims => ({
    amr: [person.accessKey === undefined ? 'email' : 'access_key'],
    drn,
    iss: PROJECT_ID,
    sub: person.id,
    iat: seconds(),
    exp: seconds() + life,
    jti: `${++issued}`,
  });
  const sessionFor = (person: Person, more: Claims = {}): string =>
    keys.signed({ ...base(person, 'DS', switches.current.sessionSeconds), ...person.claims, ...more });
  const refreshFor = (person: Person): string => keys.signed(base(person, 'DSR', REFRESH_SECONDS));

  /** The secret of `Bearer <projectId>:<secret>`. */
  const secretOf = (request: SandboxRequest): string => {
    const [, project, secret = ''] = /^Bearer ([^:]*):?(.*)$/.exec(request.headers.authorization ?? '') ?? [];
    if (project !== PROJECT_ID || request.headers['x-descope-project-id'] !== PROJECT_ID) throw new Refusal(400, '');
    return secret;
  };
  const refresher = (request: SandboxRequest): { readonly person: Person; readonly token: string } => {
    const token = secretOf(request);
    const claims = keys.verified(token);
    const person = PEOPLE.find(({ id }) => id === claims?.sub);
    if (person === undefined || claims?.drn !== 'DSR' || dead.has(token) || Number(claims.exp) < seconds())
      throw new Refusal(401, '');
    return { person, token };
  };
  const sessionAnswer = (person: Person, token: string, more: Claims = {}): SandboxAnswer => {
    const { rotation, cookies, sessionSeconds } = switches.current;
    if (rotation) dead.add(token);
    const [session, refresh] = [sessionFor(person, more), rotation ? refreshFor(person) : ''];
    const body = {
      ...(cookies ? {} : { sessionJwt: session, refreshJwt: refresh }),
      cookieName: 'DSR',
      cookiePath: '/',
      cookieMaxAge: REFRESH_SECONDS - 1,
      cookieExpiration: seconds() + REFRESH_SECONDS,
      sessionExpiration: seconds() + sessionSeconds,
      nextRefreshSeconds: Math.max(1, sessionSeconds - 60),
      firstSeen: false,
      user: userOf(person),
    };
    const answer = jsonAnswer(200, body);
    // One header: the shared server writes each name once, and DS is the one that a client cannot do without.
    return cookies
      ? { ...answer, headers: { ...answer.headers, 'set-cookie': `DS=${session}; Path=/; HttpOnly; Secure` } }
      : answer;
  };

  const keysAnswer = ({ params }: SandboxRequest): SandboxAnswer =>
    params.project === PROJECT_ID ? jsonAnswer(200, keys.set()) : descopeAnswer(404);
  const exchange = (request: SandboxRequest): SandboxAnswer => {
    const secret = secretOf(request);
    const person = PEOPLE.find(({ accessKey }) => accessKey === secret);
    if (person === undefined) throw new Refusal(401, '');
    const wanted = JSON.parse(request.body.toString() || '{}').loginOptions?.selectedTenant;
    return jsonAnswer(200, {
      keyId: person.id,
      sessionJwt: sessionFor(person, wanted === undefined ? {} : { dct: wanted }),
      expiration: seconds() + switches.current.sessionSeconds,
    });
  };
  const refresh = (request: SandboxRequest): SandboxAnswer => {
    const { person, token } = refresher(request);
    return sessionAnswer(person, token);
  };
  const select = (request: SandboxRequest): SandboxAnswer => {
    const { person, token } = refresher(request);
    const { tenant } = JSON.parse(request.body.toString() || '{}');
    if (!Object.keys(person.claims.tenants ?? {}).includes(tenant)) throw new Refusal(400, '');
    return sessionAnswer(person, token, { dct: tenant });
  };
  /** Codes of sign-ins in the browser, good once and for a minute. */
  const codes = new Map<string, { readonly person: Person; readonly query: URLSearchParams; readonly until: number }>();
  const authorize = ({ query }: SandboxRequest): SandboxAnswer => {
    const { hostname, protocol } = new URL(query.get('redirect_uri') ?? 'about:blank');
    if (query.get('client_id') !== PROJECT_ID || query.get('response_type') !== 'code') throw new Refusal(400, '');
    if (protocol !== 'http:' || hostname !== '127.0.0.1') throw new Refusal(400, '');
    if (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge')) throw new Refusal(400, '');
    const links = PEOPLE.filter(({ accessKey }) => accessKey === undefined).map(
      ({ label, name }) =>
        `<li><a href="/oauth2/v1/decide?person=${label}&amp;${String(query).replaceAll('&', '&amp;')}">${name} (${label})</a></li>`,
    );
    const body = `<!doctype html><title>Descope (sandbox)</title><h1>Who are you?</h1><ul>${links.join('')}</ul>`;
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
  };
  const decide = ({ query }: SandboxRequest): SandboxAnswer => {
    const person = PEOPLE.find(({ label }) => label === query.get('person'));
    const back = new URL(query.get('redirect_uri') ?? '');
    if (person === undefined) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomUUID();
      codes.set(code, { person, query, until: now() + 60_000 });
      back.searchParams.set('code', code);
    }
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', `https://sign-in.sandbox.test/${PROJECT_ID}`);
    return { status: 302, headers: { location: back.href } };
  };
  const token = ({ body }: SandboxRequest): SandboxAnswer => {
    const form = new URLSearchParams(body.toString());
    const code = form.get('code') ?? '';
    const found = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const fits =
      found !== undefined &&
      found.until > now() &&
      form.get('grant_type') === 'authorization_code' &&
      form.get('client_id') === PROJECT_ID &&
      form.get('redirect_uri') === found.query.get('redirect_uri') &&
      challenge === found.query.get('code_challenge');
    if (!fits) return jsonAnswer(400, { error: 'invalid_grant' });
    return jsonAnswer(200, {
      access_token: sessionFor(found.person),
      token_type: 'Bearer',
      refresh_token: refreshFor(found.person),
      expires_in: switches.current.sessionSeconds,
    });
  };
  const logout = (request: SandboxRequest): SandboxAnswer => {
    dead.add(refresher(request).token);
    return jsonAnswer(200, {});
  };
  const routes: readonly Route[] = [
    { method: 'GET', path: '/v2/keys/{project}', handle: keysAnswer },
    { method: 'GET', path: '/{project}/.well-known/jwks.json', handle: keysAnswer },
    { method: 'POST', path: '/v1/auth/accesskey/exchange', handle: exchange },
    { method: 'POST', path: '/v1/auth/refresh', handle: refresh },
    { method: 'POST', path: '/v1/auth/tenant/select', handle: select },
    { method: 'POST', path: '/v1/auth/logout', handle: logout },
    { method: 'GET', path: '/oauth2/v1/authorize', handle: authorize },
    { method: 'GET', path: '/oauth2/v1/decide', handle: decide },
    { method: 'POST', path: '/oauth2/v1/token', handle: token },
  ];
  return { routes, sessionFor, refreshFor };
}

function userOf({ id, name, claims }: Person) {
  const email = `${name.split(' ', 1)[0]?.toLowerCase()}@acme.test`;
  const tenants = Object.entries((claims.tenants ?? {}) as Readonly<Record<string, Claims>>);
  return {
    userId: id,
    loginIds: [email],
    name,
    email,
    status: 'enabled',
    roleNames: claims.roles ?? [],
    userTenants: tenants.map(([tenantId, { roles, permissions }]) => ({
      tenantId,
      roleNames: roles ?? [],
      permissions: permissions ?? [],
    })),
  };
}
