import * as z from 'zod';
import {
  type AccountDeps,
  type Authorizer,
  createCell,
  createTokenSource,
  Fault,
  type Token,
  type TokenSource,
} from '../kit/index.ts';

/** Fact sheet §1.4: an API key is exchanged for a token of an hour; an access token is sent as it is. */
export type Credential =
  | { readonly kind: 'api-key'; readonly email: string; readonly key: string }
  | { readonly kind: 'access-token'; readonly token: string }
  /** A token of an hour that a person signed in for in the browser; when it ends, they sign in again. */
  | { readonly kind: 'session'; readonly email: string; readonly token: Token };

export interface Auth {
  readonly credential: Credential | undefined;
  /** Milliseconds since 1970; `undefined` before the first sign-in, and for access tokens, whose end is not told. */
  readonly expiresAt: number | undefined;
  readonly authorizer: Authorizer;
  /** Whether there is a credential that may still be good; also one that another instance got by a sign-in in the browser. */
  ready(): Promise<boolean>;
  /** Throws `GH_STORE_DOWN` where others should have it too, and cannot. */
  use(credential: Credential): Promise<void>;
  /** One request for a token with this key. Throws `GH_SIGN_IN` when the vendor refuses it. */
  exchange(email: string, key: string): Promise<Token>;
  /** One request with this access token. Throws `GH_SIGN_IN` when the vendor refuses it. */
  prove(token: string): Promise<void>;
  /** Forgets the token, so that the next request proves the credential anew. */
  renew(): void;
}

/** §1.3: renewed when it ends within a minute. */
const MARGIN_MS = 60_000;
const LOGIN_MS = 30_000;
const ACCESS_TOKEN = /^cw_/;

const keptSession = z.object({ email: z.string(), token: z.object({ value: z.string(), expiresAt: z.number() }) });
const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

export function createAuth(deps: AccountDeps, baseUrl: string): Auth {
  const { email = '', secret = '' } = deps.secrets;
  let credential = credentialOf(email, secret);
  let rejected = false;
  /** What a person signed in for in the browser is for all instances of the account. */
  const session = createCell(deps.store, 'session', keptSession);

  const bound = () => {
    const trace = { demo: false, requestId: undefined };
    return deps.client().bind({ signal: AbortSignal.timeout(LOGIN_MS), deadline: deps.now() + LOGIN_MS, trace });
  };
  const exchange = async (who: string, key: string): Promise<Token> => {
    const answer = await bound()
      .send({
        method: 'POST',
        path: `${baseUrl}/oauth/access_token`,
        authorized: false,
        harmless: true,
        form: { email: who, api_key: key },
        purpose: 'Signing in at Cloudways',
      })
      .catch((error: unknown) => {
        if (error instanceof Fault && [400, 401, 422].includes(error.status ?? 0)) throw wrongKey(error);
        throw error;
      });
    const parsed = tokenAnswer.safeParse(jsonOf(answer.text));
    if (!parsed.success)
      throw new Fault('GH_SIGN_IN', 'The token address answered without a token.', {
        hint: 'Check the setting baseUrl.',
      });
    deps.keepSecret(parsed.data.access_token);
    return { value: parsed.data.access_token, expiresAt: deps.now() + parsed.data.expires_in * 1_000 };
  };
  const fetch = (): Promise<Token> => {
    if (credential?.kind !== 'api-key') throw notSignedIn();
    return exchange(credential.email, credential.key);
  };
  const newTokens = (): TokenSource<Token> => createTokenSource({ fetch, now: deps.now, marginMs: MARGIN_MS });
  let tokens = newTokens();

  const bearer = (value: string, refused: () => void) => ({
    headers: { authorization: `Bearer ${value}` },
    refused,
  });
  const prove = async (token: string): Promise<void> => {
    const headers = { authorization: `Bearer ${token}` };
    const purpose = 'Trying the access token';
    // A small list will do; a role that may not read it is a role all the same.
    const answer = await bound().send({ path: '/providers', headers, authorized: false, accept: [401, 403], purpose });
    if (answer.status === 401) throw ended({ kind: 'access-token', token });
    deps.keepSecret(token);
  };
  return {
    prove,
    async ready() {
      if (credential !== undefined && credential.kind !== 'session') return true;
      const isGood = (token: Token): boolean => token.expiresAt > deps.now();
      if (credential !== undefined && !rejected && isGood(credential.token)) return true;
      const { value: known } = await session.read();
      if (known === undefined || !isGood(known.token) || known.token.value === credential?.token.value) return false;
      deps.keepSecret(known.token.value);
      credential = { kind: 'session', ...known };
      rejected = false;
      return true;
    },
    get credential() {
      return credential;
    },
    get expiresAt() {
      return credential?.kind === 'session' ? credential.token.expiresAt : tokens.current?.expiresAt;
    },
    authorizer: {
      async headers() {
        if (credential?.kind === 'api-key') {
          const token = await tokens.get();
          return bearer(token.value, () => tokens.refused(token));
        }
        if (credential === undefined || rejected) throw rejected ? ended(credential) : notSignedIn();
        // There is nothing to renew: asking the token address would be refused, and prove nothing (§1.4).
        return bearer(credential.kind === 'session' ? credential.token.value : credential.token, () => {
          rejected = true;
        });
      },
    },
    async use(given) {
      credential = given;
      rejected = false;
      tokens = newTokens();
      if (given.kind !== 'session') return;
      const { kind: _kind, ...value } = given;
      const lifeMs = given.token.expiresAt - deps.now();
      await session.update(() => ({ result: undefined, keep: { value, lifeMs } }));
    },
    exchange,
    renew() {
      rejected = false;
      if (tokens.current !== undefined) tokens.refused(tokens.current);
    },
  };
}

/** By its prefix (§1.4). */
export function credentialOf(email: string, secret: string): Credential | undefined {
  if (secret === '') return undefined;
  return ACCESS_TOKEN.test(secret) ? { kind: 'access-token', token: secret } : { kind: 'api-key', email, key: secret };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrongKey(fault: Fault): Fault {
  const details = fault.details === undefined ? {} : { details: fault.details };
  return new Fault('GH_SIGN_IN', 'Cloudways refused the e-mail or the API key.', {
    ...details,
    ...(fault.status === undefined ? {} : { status: fault.status }),
    hint: 'Making a new key ends the old one: check the key under API Integration. An access token that begins with cw_ needs no e-mail.',
  });
}

function ended(credential: Credential | undefined): Fault {
  const what = credential?.kind === 'session' ? 'The sign-in has ended.' : 'The access token has ended or was revoked.';
  return new Fault('GH_SIGN_IN', what, {
    status: 401,
    hint: credential?.kind === 'session' ? 'Sign in again.' : 'Make a new access token at Cloudways and enter it.',
  });
}

function notSignedIn(): Fault {
  return new Fault('GH_SIGN_IN', 'There is no API key and no access token.');
}
