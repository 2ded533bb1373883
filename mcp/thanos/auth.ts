import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import {
  type AccountDeps,
  type Authorizer,
  createTokenSource,
  Fault,
  steadyClock,
  type Token,
  type TokenSource,
} from '../kit/index.ts';
import { type Flow, initiateAuth, type Tokens } from './cognito.ts';
import { type Config, problemOf } from './config.ts';

export interface ThanosToken extends Token {
  /** Who signed in, as the token says; read for people, and nothing is decided by it. */
  readonly identity: string;
}

export interface Auth {
  readonly authorizer: Authorizer;
  readonly tokens: TokenSource<ThanosToken>;
  /** Forgets all tokens, so that the next request proves the password anew. */
  forget(): void;
}

/** §1.4 rows 2 and 3: renewed five minutes early; the kit takes half of the life where that is less. */
const MARGIN_MS = 300_000;
/** Row 7: while a token is good for longer than this, a refresh that fails is no reason to fail. */
const LAST_MS = 30_000;
/** §1.5: throttling and internal errors are tried again after 1, 2 and 4 s. */
const BACKOFF_MS = 1_000;
const TRIES = 4;
/** All tries of one sign-in. */
const SIGN_IN_MS = 40_000;
/** Row 9: a refused password is not sent again before this; Cognito's lock lasts up to 15 minutes. */
const REFUSED_MS = 60_000;
const LONGEST_LOCK_MS = 15 * 60_000;

const TRANSIENT = ['GH_VENDOR_DOWN', 'GH_VENDOR_RATE', 'GH_VENDOR_ANSWER'];

/** The token manager of §1.4. Tokens stay in memory; all are masked from the moment they arrive. */
export function createAuth(deps: AccountDeps, config: Config): Auth {
  const { email = '', password = '' } = deps.secrets;
  const now = steadyClock(deps.now);
  const backoffMs = typeof deps.settings.backoffMs === 'number' ? deps.settings.backoffMs : BACKOFF_MS;
  let refreshToken: string | undefined;
  let held: { readonly fault: Fault; readonly until: number } | undefined;
  let locks = 0;

  const attempt = async (flow: Flow, parameters: Readonly<Record<string, string>>): Promise<Tokens> => {
    const deadline = deps.now() + SIGN_IN_MS;
    const trace = { demo: false, requestId: undefined };
    const http = deps.client().bind({ signal: AbortSignal.timeout(SIGN_IN_MS), deadline, trace });
    for (let tries = 1; ; tries++) {
      try {
        return await initiateAuth(http, config, flow, parameters);
      } catch (error) {
        const pause = backoffMs * 2 ** (tries - 1);
        if (!isPassing(error) || tries >= TRIES || deps.now() + pause > deadline) throw error;
        await sleep(pause);
      }
    }
  };

  const take = (given: Tokens): ThanosToken => {
    for (const value of [given.IdToken, given.AccessToken, given.RefreshToken]) if (value) deps.keepSecret(value);
    refreshToken = given.RefreshToken ?? refreshToken;
    return {
      // Row 11: handlers read the e-mail, which the access token does not have.
      value: given.IdToken,
      expiresAt: now() + given.ExpiresIn * 1_000,
      identity: identityOf(given.IdToken, config),
    };
  };

  const byPassword = async (): Promise<ThanosToken> => {
    if (held !== undefined && held.until > now()) throw stillHeld(held.fault, held.until - now());
    try {
      const token = take(await attempt('USER_PASSWORD_AUTH', { USERNAME: email, PASSWORD: password }));
      held = undefined;
      locks = 0;
      return token;
    } catch (error) {
      if (error instanceof Fault) hold(error);
      throw error;
    }
  };

  /** Only what counts as a failed attempt at Cognito is held back. */
  const hold = (fault: Fault): void => {
    const { reason } = fault.fields;
    if (reason === 'auth_failed') held = { fault, until: now() + REFUSED_MS };
    if (reason !== 'locked_out') return;
    held = { fault, until: now() + Math.min(LONGEST_LOCK_MS, REFUSED_MS * 2 ** locks) };
    locks += 1;
  };

  const fetch = async (): Promise<ThanosToken> => {
    const problem = problemOf(config);
    if (problem !== undefined) throw problem;
    if (refreshToken === undefined) return byPassword();
    const { current } = tokens;
    try {
      return take(await attempt('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }));
    } catch (error) {
      if (error instanceof Fault && TRANSIENT.includes(error.code)) {
        if (current !== undefined && current.expiresAt - now() > LAST_MS) return current;
        throw unreachable(error);
      }
      // Expired, revoked, or rotation is on (§1.2): the password is the other way in.
      refreshToken = undefined;
      return byPassword();
    }
  };
  const tokens: TokenSource<ThanosToken> = createTokenSource({ fetch, now, marginMs: MARGIN_MS });

  return {
    tokens,
    forget() {
      refreshToken = undefined;
      if (tokens.current !== undefined) tokens.refused(tokens.current);
    },
    authorizer: {
      async headers() {
        const token = await tokens.get();
        return { headers: { authorization: `Bearer ${token.value}` }, refused: () => tokens.refused(token) };
      },
    },
  };
}

/** Cognito's own word that it may go better in a second; a link that is down is not tried again (§1.4 row 7). */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Fault)) return false;
  return ['TooManyRequestsException', 'InternalErrorException'].includes(String(error.fields.cognito_error));
}

function stillHeld(fault: Fault, leftMs: number): Fault {
  const seconds = Math.ceil(leftMs / 1_000);
  return new Fault(fault.code, `${fault.message} Nothing was sent; the next attempt is possible in ${seconds} s.`, {
    hint: fault.hint,
    fields: { ...fault.fields, wait_s: seconds },
  });
}

function unreachable(fault: Fault): Fault {
  return new Fault(fault.code, `Cognito unreachable: ${fault.message}`, {
    hint: 'Try again later. The password was not sent.',
    ...(fault.status === undefined ? {} : { status: fault.status }),
    fields: { reason: 'upstream_unavailable', ...fault.fields },
    cause: fault,
  });
}

function identityOf(idToken: string, { userPoolId }: Config): string {
  try {
    const { email, 'cognito:username': name } = decodeJwt(idToken);
    return `${String(email ?? name ?? 'service account')} (${userPoolId})`;
  } catch {
    return `service account (${userPoolId})`;
  }
}
