import { decodeProtectedHeader, errors, importJWK, type JWK, jwtVerify } from 'jose';
import * as z from 'zod';
import { type AccountDeps, type Answer, Fault, type Request } from '../kit/index.ts';
import type { Config } from './config.ts';
import { type Claims, claimsOf, type User, userSchema } from './principal.ts';

/** §7.3: one try. In ms. */
const TRY_MS = 10_000;
/** All tries of one request. In ms. */
const ALL_MS = 25_000;
/** §1.5 row 9, beyond those after which the kit repeats by itself. */
const PASSING = [520, 521, 522, 524, 530];
/** §1.4 row 7. In ms. */
const KEYS_LAST_MS = 600_000;
const REFETCH_MS = 30_000;
/** §1.4 row 3, in s. */
const LEEWAY_S = 5;
/** Keys are public, so an algorithm with a shared secret can never be right (§1.2). */
const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^EdDSA$/;

/** What Descope hands out at sign-in and renewal. */
export interface Issued {
  readonly sessionJwt: string;
  /** Present when it was rotated. */
  readonly refreshJwt: string | undefined;
  /** Seconds until Descope wants a renewal. */
  readonly nextRefreshSeconds: number | undefined;
  readonly user: User;
}

export interface Descope {
  /** A tenant, where the key is good for several. */
  exchange(accessKey: string, tenant: string | undefined): Promise<Issued>;
  refresh(refreshJwt: string): Promise<Issued>;
  /** A session in another of the user's tenants. */
  select(refreshJwt: string, tenant: string): Promise<Issued>;
  /** The refresh token for a code of the sign-in in the browser. */
  redeem(code: string, verifier: string, returnTo: string): Promise<string>;
  /** The claims of a session token whose signature, times, issuer and audience are right (§1.4). Throws `Fault`. */
  verify(token: string): Promise<Claims>;
  /** An answer came from a sandbox. */
  readonly demo: boolean;
}

const sessionSchema = z.object({
  sessionJwt: z.string().optional(),
  refreshJwt: z.string().optional(),
  nextRefreshSeconds: z.number().optional(),
  user: userSchema.optional(),
});
const keysSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string() })) });

export function createDescope(deps: AccountDeps, config: Config, now: () => number): Descope {
  let keys: readonly JWK[] | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let demo = false;

  const bearer = (secret?: string) => ({
    authorization: `Bearer ${config.projectId}${secret === undefined ? '' : `:${secret}`}`,
  });
  const send = async (
    request: Request,
    headers: Readonly<Record<string, string>> = bearer(),
    harmless = true,
  ): Promise<Answer> => {
    const trace = { demo: false, requestId: undefined };
    const deadline = deps.now() + ALL_MS;
    const http = deps.client().bind({ signal: AbortSignal.timeout(ALL_MS), deadline, trace });
    const answer = await http.send({
      ...request,
      path: config.descopeUrl + request.path,
      authorized: false,
      ...(harmless ? { harmless } : { tries: 1 }),
      timeoutMs: TRY_MS,
      repeatOn: PASSING,
      headers: { 'x-descope-project-id': config.projectId, ...headers },
    });
    demo ||= trace.demo;
    return answer;
  };

  const issue = async (path: string, secret: string, purpose: string, json: object = {}): Promise<Issued> => {
    const answer = await send({ method: 'POST', path, json, accept: [400, 401, 403], purpose }, bearer(secret));
    if (answer.status >= 400) throw refused(answer, purpose);
    const { sessionJwt, refreshJwt, nextRefreshSeconds, user = {} } = sessionSchema.parse(answer.json());
    const session = sessionJwt || cookie(answer, 'DS');
    if (!session) throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer has no session.`);
    deps.keepSecret(session);
    const rotated = refreshJwt || cookie(answer, 'DSR');
    if (rotated) deps.keepSecret(rotated);
    return { sessionJwt: session, refreshJwt: rotated, nextRefreshSeconds, user };
  };

  const fetchKeys = async (): Promise<void> => {
    const purpose = 'Reading the public keys of Descope';
    const answer = await send({ path: `/v2/keys/${config.projectId}`, purpose });
    fetchedAt = now();
    keys = keysSchema.parse(answer.json()).keys;
  };
  /** §1.4 rows 2, 7 and 8: old keys are better than none, and an unknown one is asked for once. */
  const keyNamed = async (kid: string): Promise<JWK | undefined> => {
    const find = (): JWK | undefined => keys?.find(key => key.kid === kid);
    const age = now() - fetchedAt;
    if (find() !== undefined && age < KEYS_LAST_MS) return find();
    if (keys === undefined) await fetchKeys().catch(unreachable);
    else if (age >= REFETCH_MS) await fetchKeys().catch(() => undefined);
    return find();
  };

  const verify = async (token: string): Promise<Claims> => {
    const { kid, alg } = headerOf(token);
    if (kid === undefined || alg === undefined || !ASYMMETRIC.test(alg))
      throw badToken('its header names no key or no algorithm that is allowed');
    const key = await keyNamed(kid);
    if (key === undefined) throw badToken('no key of this project signed it');
    if (key.alg !== alg) throw badToken('its algorithm is not that of the key');
    const options = { algorithms: [alg], clockTolerance: LEEWAY_S, currentDate: new Date(now()) };
    const { payload } = await jwtVerify(token, await importJWK(key, alg), options).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) throw expired();
      throw badToken(error instanceof Error ? error.message : String(error));
    });
    const claims = claimsOf(payload);
    const problem = claims === undefined ? 'its claims are malformed' : problemOf(claims, config);
    if (claims === undefined || problem !== undefined) throw badToken(problem ?? '');
    return claims;
  };

  return {
    exchange: (key, tenant) =>
      issue(
        '/v1/auth/accesskey/exchange',
        key,
        'Signing in with the access key',
        tenant === undefined ? {} : { loginOptions: { selectedTenant: tenant } },
      ),
    refresh: token => issue('/v1/auth/refresh', token, 'Renewing the session'),
    select: (token, tenant) => issue('/v1/auth/tenant/select', token, `Selecting the tenant ${tenant}`, { tenant }),
    async redeem(code, code_verifier, redirect_uri) {
      const purpose = 'Taking the answer of the sign-in';
      const grant = {
        grant_type: 'authorization_code',
        client_id: config.projectId,
        code,
        code_verifier,
        redirect_uri,
      };
      // A code is good once: a lost answer means signing in again.
      const request: Request = {
        method: 'POST',
        path: '/oauth2/v1/token',
        form: grant,
        accept: [400, 401, 403],
        purpose,
      };
      const answer = await send(request, {}, false);
      if (answer.status >= 400) throw refused(answer, purpose);
      const { refresh_token } = z.object({ refresh_token: z.string().min(1) }).parse(answer.json());
      deps.keepSecret(refresh_token);
      return refresh_token;
    },
    verify,
    get demo() {
      return demo;
    },
  };
}

function headerOf(token: string) {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw badToken('it is no JSON Web Token');
  }
}

/** §1.2: the id of the project, or an address whose last or second-last part it is. */
export function isIssuer(issuer: string, { projectId }: Pick<Config, 'projectId'>): boolean {
  return issuer.split('/').slice(-2).includes(projectId);
}

/** §1.4 rows 4 to 6. */
function problemOf({ iss = '', aud, drn }: Claims, config: Config): string | undefined {
  const { projectId, audience } = config;
  if (!isIssuer(iss, config)) return 'another project issued it';
  if (drn === 'DSR') return 'it is a refresh token, not a session token';
  const audiences = [aud ?? []].flat();
  const wanted = audience ?? (audiences.length === 0 ? undefined : projectId);
  return wanted === undefined || audiences.includes(wanted) ? undefined : `it is not meant for ${wanted}`;
}

function badToken(why: string): Fault {
  return new Fault('GH_SIGN_IN', `The session token is refused: ${why}.`, {
    hint: 'Sign in again, and check that the token belongs to this Descope project.',
    fields: { reason: 'auth_required' },
  });
}

export function expired(): Fault {
  return new Fault('GH_SIGN_IN', 'The session has ended, and there is nothing to renew it with.', {
    hint: 'Sign in again, or give this connection a refresh token or an access key.',
    fields: { reason: 'auth_expired' },
  });
}

/** §1.4 row 8: not the token's fault. */
function unreachable(error: unknown): never {
  throw new Fault('GH_VENDOR_DOWN', 'The sign-in service (Descope) cannot be reached, so no token can be checked.', {
    fields: { reason: 'upstream_unavailable' },
    cause: error,
  });
}

/** §1.6: which code a bad token has varies, so the status alone decides. */
function refused(answer: Answer, purpose: string): Fault {
  const said = z
    .object({ errorCode: z.string(), errorDescription: z.string() })
    .partial()
    .safeParse(parsed(answer.text));
  return new Fault('GH_SIGN_IN', `${purpose}: Descope refuses it. Sign in again.`, {
    status: answer.status,
    details: [said.data?.errorCode, said.data?.errorDescription].filter(Boolean).join(' '),
    fields: { reason: 'auth_required' },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Response mode "cookies": the tokens are `DS` and `DSR` (§1.1). */
function cookie(answer: Answer, name: string): string | undefined {
  const found = answer.headers.getSetCookie().find(one => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1).split(';', 1)[0] || undefined;
}
