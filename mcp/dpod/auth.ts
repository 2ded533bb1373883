import { decodeJwt } from 'jose';
import * as z from 'zod';
import {
  type AccountDeps,
  type Authorizer,
  createTokenSource,
  Fault,
  type Token,
  type TokenSource,
} from '../kit/index.ts';
import { API_SCOPES } from './scopes.ts';

/** Fact sheet §1: client credentials in the body, no Basic header, no `scope` parameter. */
export interface DpodToken extends Token {
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  /** `dpod.tuid.<uuid>` of the token: the tenant, for people. */
  readonly tenant: string | undefined;
}

/** §6: renewed when it ends within 300 s. */
const MARGIN_MS = 300_000;
/** §1.2: the vendor says one hour. */
const DEFAULT_LIFE_SECONDS = 3_600;

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  scope: z.union([z.string(), z.array(z.string())]).optional(),
});

export interface Auth {
  readonly tokens: TokenSource<DpodToken>;
}

export function createAuth(deps: AccountDeps, tokenUrl: string): Auth {
  const fetchToken = async (): Promise<DpodToken> => {
    const { clientId = '', clientSecret = '' } = deps.secrets;
    if (clientId === '' || clientSecret === '')
      throw new Fault('GH_SIGN_IN', 'There is no client id or no client secret.', {
        fields: { status: 'not_configured' },
      });
    const trace = { demo: false, requestId: undefined };
    const http = deps.client().bind({ signal: AbortSignal.timeout(30_000), deadline: deps.now() + 30_000, trace });
    const answer = await http
      .send({
        method: 'POST',
        path: tokenUrl,
        authorized: false,
        harmless: true,
        form: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
        purpose: 'Signing in at DPoD',
      })
      .catch((error: unknown) => {
        if (!(error instanceof Fault) || (error.status !== 400 && error.status !== 401)) throw error;
        throw new Fault('GH_SIGN_IN', `DPoD refused the client id or secret (status ${error.status}).`, {
          status: error.status,
          ...(error.details === undefined ? {} : { details: error.details }),
        });
      });
    const parsed = tokenAnswer.safeParse(answer.json());
    if (!parsed.success)
      throw new Fault('GH_SIGN_IN', 'The token address answered 200 without an access_token.', {
        hint: 'Check the setting authUrl.',
      });
    const token = readToken(parsed.data, deps.now());
    deps.keepSecret(token.value);
    return token;
  };
  return { tokens: createTokenSource({ fetch: fetchToken, now: deps.now, marginMs: MARGIN_MS }) };
}

/** Scopes are united from the answer, claim `scope` and claim `scp`; a token that is not a JWT is fine (§1.3). */
export function readToken(answer: z.output<typeof tokenAnswer>, now: number): DpodToken {
  const claims = claimsOf(answer.access_token);
  const entries = [answer.scope, claims.scope, claims.scp].flatMap(listed);
  const ends = typeof claims.exp === 'number' ? claims.exp * 1_000 : now + DEFAULT_LIFE_SECONDS * 1_000;
  return {
    value: answer.access_token,
    // `exp` is by the vendor's clock: with ours ahead of it every token would seem to be over.
    expiresAt: answer.expires_in === undefined ? ends : now + answer.expires_in * 1_000,
    scopes: API_SCOPES.filter(scope => entries.includes(scope)),
    claims,
    tenant: entries.map(entry => /^dpod\.tuid\.([0-9a-f-]{36})$/.exec(entry)?.[1]).find(Boolean),
  };
}

/** Read for expiry and scopes only: nothing is decided by claims that nobody verified (§1.2). */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

function listed(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/\s+/).filter(entry => entry !== '');
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : [];
}

export function authorizerOf(auth: Auth): Authorizer {
  return {
    async headers() {
      const token = await auth.tokens.get();
      return { headers: { authorization: `Bearer ${token.value}` }, refused: () => auth.tokens.refused(token) };
    },
  };
}
