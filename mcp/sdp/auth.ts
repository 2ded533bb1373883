import * as z from 'zod';
import { type AccountDeps, type Authorizer, createTokenSource, Fault, type Token } from '../kit/index.ts';
import { DATA_CENTRES, type Place } from './data-centres.ts';
import { scopesIn } from './scopes.ts';
import { createTokenBook, keyOf, MOST_TOKENS } from './token-book.ts';

/** OAuth of one tenant (fact sheet §1): a refresh token that lasts, and access tokens of an hour. */
export interface Auth {
  readonly authorizer: Authorizer;
  /** A token that is good: the kept one where it still is. Throws `GH_SIGN_IN`, `GH_VENDOR_RATE`. */
  ensure(): Promise<void>;
  /** One new access token, within the budget, for a person who wants it. */
  renew(): Promise<void>;
  /** Takes the refresh token back, and with it all its access tokens. */
  revoke(): Promise<void>;
  readonly scopes: readonly string[] | undefined;
  readonly state: TokenState;
}

export interface TokenState {
  readonly token: 'valid' | 'expiring' | 'expired' | 'none' | 'needs_reauth';
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly refreshes: number;
  readonly lastRefreshed: number | undefined;
  /** Tokens asked for in the last ten minutes, and how many may be. */
  readonly budget: { readonly used: number; readonly of: number; readonly waitMs: number };
}

interface Access extends Token {
  /** It was fetched because the one before was refused: another refusal is about something else. */
  readonly afterRefusal: boolean;
  readonly fetchedAt: number;
}

/** §1.9. */
const MARGIN_MS = 300_000;
const TOKEN_MS = 30_000;
/** A new token that is refused within this time is not renewed again: that would only use the budget up. In ms. */
const FRESH_MS = 60_000;
/** After a refusal for good, nothing is asked for this long, unless the credentials change. In ms. */
const REST_MS = 600_000;

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3_600),
  refresh_token: z.string().min(1).optional(),
  scope: z.unknown().optional(),
});
const errorAnswer = z.looseObject({ error: z.string(), error_description: z.string().optional() });
const keptToken = z.object({ key: z.string(), value: z.string(), expiresAt: z.number() });

type Answer = z.output<typeof tokenAnswer>;

export function createAuth(deps: AccountDeps, place: Place): Auth {
  const { clientId = '', clientSecret = '' } = deps.secrets;
  const { now } = deps;
  const book = createTokenBook(deps.stateFolder, now, deps.store);
  let refreshToken = deps.secrets.refreshToken || undefined;
  let grantCode = deps.secrets.grantCode || undefined;
  let dead: { readonly fault: Fault; readonly until: number } | undefined;
  let afterRefusal = false;
  let refreshes = 0;
  let lastRefreshed: number | undefined;
  const key = (): string => keyOf(refreshToken ?? '');

  const post = async (path: string, form: Readonly<Record<string, string>>, purpose: string) => {
    const trace = { demo: false, requestId: undefined };
    const http = deps.client().bind({ signal: AbortSignal.timeout(TOKEN_MS), deadline: now() + TOKEN_MS, trace });
    const request = { method: 'POST', authorized: false, form, purpose, accept: [400, 401, 403, 429] } as const;
    return http.send({ ...request, path: `${place.accountsUrl}${path}` });
  };
  const ask = async (form: Readonly<Record<string, string>>, purpose: string): Promise<Answer> => {
    const client = { client_id: clientId, client_secret: clientSecret };
    const answer = await post('/oauth/v2/token', { ...form, ...client }, purpose);
    const body = jsonOf(answer.text);
    // The body decides: a refusal may come with status 200 (§0.2 row 3).
    const refused = errorAnswer.safeParse(body);
    if (refused.success) throw refusal(refused.data, purpose, place);
    const granted = tokenAnswer.safeParse(body);
    if (granted.success) return granted.data;
    throw new Fault('GH_SIGN_IN', `${purpose}: ${place.accountsUrl} answered ${answer.status}, without a token.`, {
      status: answer.status,
      hint: 'Check the data centre of this connection.',
    });
  };
  const accept = (answer: Answer): Access => {
    deps.keepSecret(answer.access_token);
    const told = scopesIn(answer.scope);
    if (told !== undefined) book.tell(key(), told);
    lastRefreshed = now();
    const token = {
      value: answer.access_token,
      expiresAt: now() + answer.expires_in * 1_000,
      fetchedAt: now(),
      afterRefusal,
    };
    afterRefusal = false;
    deps.storeSecret?.('accessToken', JSON.stringify({ key: key(), value: token.value, expiresAt: token.expiresAt }));
    return token;
  };
  /** At once to the vault: a refresh token that is lost cannot be had again. */
  const keepRefreshToken = (value: string): void => {
    refreshToken = value;
    deps.keepSecret(value);
    deps.storeSecret?.('refreshToken', value);
  };

  const exchange = async (code: string): Promise<Access> => {
    // It is good once; whatever comes of it, it is not sent again.
    grantCode = undefined;
    deps.storeSecret?.('grantCode', '');
    const before = refreshToken;
    const answer = await ask({ grant_type: 'authorization_code', code }, 'Exchanging the code');
    if (answer.refresh_token === undefined)
      throw new Fault('GH_SIGN_IN', 'The code gave no refresh token.', { hint: 'Generate a code in the Self Client.' });
    keepRefreshToken(answer.refresh_token);
    // It is there already; others only need to know.
    await book.claim(key()).catch(() => 0);
    // §1.5: there may be 20 for a user; the one that is replaced must not stay.
    if (before !== undefined && before !== refreshToken)
      await revoke(before).catch((error: unknown) =>
        deps.log.warn('the replaced refresh token was not revoked', { error: String(error) }),
      );
    return accept(answer);
  };
  const revoke = async (token: string): Promise<void> => {
    const { status } = await post('/oauth/v2/token/revoke', { token }, 'Revoking the refresh token');
    if (status !== 200) throw new Fault('GH_VENDOR_REFUSED', `Zoho did not revoke it (${status}).`, { status });
  };
  const refresh = async (): Promise<Access> => {
    const known = refreshToken;
    if (known === undefined)
      throw new Fault('GH_SIGN_IN', 'There is no refresh token and no code.', {
        hint: `Generate a code in the Self Client at ${consoleOf(place)} and enter it.`,
      });
    const waitMs = await book.claim(key());
    if (waitMs > 0) {
      const living = tokens.current;
      if (living !== undefined && living.expiresAt > now()) return living;
      throw throttled(waitMs, now());
    }
    refreshes += 1;
    const answer = await ask({ grant_type: 'refresh_token', refresh_token: known }, 'Asking Zoho for access');
    // Zoho never rotates it (§1.4); should it do so one day, the old one is worthless.
    if (answer.refresh_token !== undefined && answer.refresh_token !== known) keepRefreshToken(answer.refresh_token);
    return accept(answer);
  };
  const fetch = async (): Promise<Access> => {
    const code = grantCode;
    if (dead !== undefined && code === undefined && now() < dead.until) throw dead.fault;
    try {
      const token = code === undefined ? await refresh() : await exchange(code);
      dead = undefined;
      return token;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // A code that has ended says nothing of the refresh token that is there already.
      const final = error.fields.needs_reauth === true && (code === undefined || refreshToken === undefined);
      if (final) dead = { fault: error, until: now() + REST_MS };
      const living = error.fields.by === 'vendor' ? await rest() : undefined;
      if (living !== undefined) return living;
      throw error;
    }
  };
  /** The vendor throttles: nothing is asked for until its window is over. What is still good is used on. */
  const rest = async (): Promise<Access | undefined> => {
    await book.throttled(key());
    const { current } = tokens;
    return current !== undefined && current.expiresAt > now() ? current : undefined;
  };
  const initial = keptFrom(deps.secrets.accessToken, key(), now());
  if (initial !== undefined) deps.keepSecret(initial.value);
  const tokens = createTokenSource<Access>({
    fetch,
    now,
    marginMs: MARGIN_MS,
    ...(initial === undefined || grantCode !== undefined ? {} : { initial }),
  });

  return {
    authorizer: {
      async headers() {
        const token = await tokens.get();
        return {
          headers: { authorization: `Zoho-oauthtoken ${token.value}` },
          refused() {
            if (token.afterRefusal && now() - token.fetchedAt < FRESH_MS) return;
            afterRefusal = true;
            tokens.refused(token);
          },
          // V20: some hosts answer an unknown path with an HTML page and 401; that is not about the token.
          concerns: answer => !(answer.get('content-type') ?? '').includes('html'),
        };
      },
    },
    async ensure() {
      await tokens.get();
    },
    async renew() {
      const waitMs = book.wait(key());
      if (waitMs > 0) throw throttled(waitMs, now());
      if (tokens.current !== undefined) tokens.refused(tokens.current);
      await tokens.get();
    },
    async revoke() {
      if (refreshToken !== undefined) await revoke(refreshToken);
    },
    get scopes() {
      return book.scopes(key()) ?? scopesIn(deps.settings.scopes);
    },
    get state() {
      const { current } = tokens;
      const leftMs = (current?.expiresAt ?? 0) - now();
      const living =
        leftMs > MARGIN_MS ? ('valid' as const) : leftMs > 0 ? ('expiring' as const) : ('expired' as const);
      return {
        token: dead !== undefined ? ('needs_reauth' as const) : current === undefined ? ('none' as const) : living,
        expiresAt: current?.expiresAt,
        refreshes,
        lastRefreshed,
        budget: { used: book.used(key()), of: MOST_TOKENS, waitMs: book.wait(key()) },
      };
    },
  };
}

function consoleOf(place: Place): string {
  return DATA_CENTRES[place.dataCentre]?.console ?? 'the API console';
}

/** The token that the vault kept over a restart; none where it belongs to another refresh token. */
function keptFrom(sealed: string | undefined, key: string, now: number): Access | undefined {
  const parsed = keptToken.safeParse(jsonOf(sealed ?? ''));
  if (!parsed.success || parsed.data.key !== key || parsed.data.expiresAt <= now) return undefined;
  const { value, expiresAt } = parsed.data;
  return { value, expiresAt, fetchedAt: now, afterRefusal: false };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function throttled(waitMs: number, now: number): Fault {
  return new Fault(
    'GH_VENDOR_RATE',
    `Too many tokens were asked for; the next one may be asked for in ${Math.ceil(waitMs / 1_000)} s.`,
    { fields: { throttled: true, by: 'gatehouse', throttled_until: new Date(now + waitMs).toISOString() } },
  );
}

/** §1.6. Codes are compared without case, `_` and space alike. */
function refusal(said: z.output<typeof errorAnswer>, purpose: string, place: Place): Fault {
  const code = said.error.toLowerCase().replaceAll(' ', '_');
  const more = said.error_description === undefined ? {} : { details: said.error_description };
  const fields = { oauth_error: code };
  switch (code) {
    case 'invalid_client':
    case 'invalid_client_secret':
      return new Fault('GH_SIGN_IN', `${purpose}: Zoho does not know this client id and secret (${code}).`, {
        ...more,
        fields: { ...fields, needs_reauth: true },
        hint: `The connection says ${place.dataCentre}: a client of another data centre is unknown there. Check both at ${consoleOf(place)}.`,
      });
    case 'invalid_code':
    case 'invalid_grant':
      return new Fault('GH_SIGN_IN', `${purpose}: the code or refresh token has ended or was revoked (${code}).`, {
        ...more,
        fields: { ...fields, needs_reauth: true },
        hint: `Generate a new code in the Self Client at ${consoleOf(place)}; it is good once, for a few minutes.`,
      });
    case 'invalid_scope':
      return new Fault('GH_SIGN_IN', `${purpose}: a scope is unknown or not allowed (invalid_scope).`, {
        ...more,
        fields: { ...fields, needs_reauth: true },
        hint: 'Generate a code with the scopes of the form, joined by commas.',
      });
    case 'access_denied':
      return new Fault('GH_VENDOR_RATE', `${purpose}: Zoho says that too many tokens were asked for.`, {
        ...more,
        fields: { ...fields, throttled: true, by: 'vendor' },
        hint: 'Wait ten minutes; nothing is asked for until then.',
      });
    default:
      return new Fault('GH_VENDOR_DOWN', `${purpose}: Zoho answered ${said.error}.`, { ...more, fields });
  }
}
