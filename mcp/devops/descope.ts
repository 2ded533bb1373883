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
  exchange(accessKey: string): Promise<Issued>;
  refresh(refreshJwt: string): Promise<Issued>;
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

  const send = async (request: Request, secret?: string): Promise<Answer> => {
    const trace = { demo: false, requestId: undefined };
    const deadline = deps.now() + ALL_MS;
    const http = deps.client().bind({ signal: AbortSignal.timeout(ALL_MS), deadline, trace });
    const answer = await http.send({
      ...request,
      path: config.descopeUrl + request.path,
      authorized: false,
      harmless: true,
      timeoutMs: TRY_MS,
      repeatOn: PASSING,
      headers: {
        'x-descope-project-id': config.projectId,
        authorization: `Bearer ${config.projectId}${secret === undefined ? '' : `:${secret}`}`,
      },
    });
    demo ||= trace.demo;
    return answer;
  };

  const issue = async (path: string, secret: string, purpose: string): Promise<Issued> => {
    const answer = await send({ method: 'POST', path, json: {}, accept: [400, 401, 403], purpose }, secret);
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
    exchange: key => issue('/v1/auth/accesskey/exchange', key, 'Signing in with the access key'),
    refresh: token => issue('/v1/auth/refresh', token, 'Renewing the session'),
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

/** §1.4 rows 4 to 6. */
function problemOf({ iss = '', aud, drn }: Claims, { projectId, audience }: Config): string | undefined {
  if (!iss.split('/').slice(-2).includes(projectId)) return 'another project issued it';
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
