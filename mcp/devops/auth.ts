import { type AccountDeps, type Authorizer, createTokenSource, Fault, steadyClock, type Token } from '../kit/index.ts';
import { type Config, notConfigured } from './config.ts';
import { createDescope, type Descope, expired, type Issued } from './descope.ts';
import { ANONYMOUS, GITHUB, type Principal, principalOf } from './principal.ts';

interface Session extends Token {
  /** When it is no longer good; `expiresAt` is when it is to be renewed. In ms since 1970. */
  readonly endsAt: number;
  readonly principal: Principal;
}

export interface Auth {
  readonly authorizer: Authorizer;
  readonly descope: Descope;
  /** False: a person has to sign in first, on a page. */
  readonly ready: boolean;
  /** Uses the answer of a sign-in in the browser from now on; says who it is, so that a tenant can be chosen. Throws `Fault`. */
  begin(refreshToken: string): Promise<Principal>;
  /** The tenant that the person chose; returns the refresh token as it is now. Throws `Fault`. */
  choose(tenant: string | undefined): Promise<string>;
  /** Who is signed in; signs in when need be. Throws `Fault`. */
  principal(): Promise<Principal>;
  /** Forgets the session, so that the next request proves the credential anew. */
  forget(): void;
}

/** §1.5 row 3. In ms. */
const MARGIN_MS = 60_000;
const SHORT_MS = 180_000;
/** After a renewal that failed for a while, the next attempt (row 7). In ms. */
const AGAIN_MS = 5_000;
const PASSING = ['GH_VENDOR_DOWN', 'GH_VENDOR_RATE', 'GH_VENDOR_ANSWER'];

/** The session manager of §1.5. Session tokens stay in memory; all tokens are masked from the moment they arrive. */
export function createAuth(deps: AccountDeps, config: Config): Auth {
  const now = steadyClock(deps.now);
  const descope = createDescope(deps, config, now);
  const { sessionToken = '', accessKey = '' } = deps.secrets;
  let refreshToken = deps.secrets.refreshToken ?? '';
  /** The token that was given, until the vendor or the time refuses it. */
  let given = sessionToken;
  let last: Session | undefined;
  let { tenant } = config;
  /** Descope refused to renew: a person has to sign in again (§1.5 row 6). */
  let signedOut = false;
  /** Somebody signed in on a page, and has perhaps still to choose a tenant. */
  let arrived: string | undefined;
  const isUser = (): boolean => sessionToken !== '' || refreshToken !== '';
  const hasToken = (deps.secrets.githubToken ?? '') !== '';
  const isGithub = config.executor === 'github' && config.projectId === '' && !isUser() && accessKey === '' && hasToken;
  const isAnonymous = !isGithub && !isUser() && accessKey === '' && config.allowAnonymous;

  const sessionFrom = async (issued: Issued): Promise<Session> => {
    if (issued.refreshJwt !== undefined && issued.refreshJwt !== refreshToken) {
      refreshToken = issued.refreshJwt;
      deps.storeSecret?.('refreshToken', refreshToken);
    }
    const principal = principalOf(await descope.verify(issued.sessionJwt), issued.user);
    const endsAt = principal.expiresAt ?? 0;
    const life = endsAt - now();
    const ahead = life <= SHORT_MS ? life / 2 : MARGIN_MS;
    const wanted = (issued.nextRefreshSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
    last = { value: issued.sessionJwt, endsAt, expiresAt: Math.min(endsAt - ahead, now() + wanted), principal };
    return last;
  };

  /** §2.4: another tenant than the one of the token, where one is wanted. */
  const inTenant = async (session: Session): Promise<Session> => {
    const { tenants, tenant: current } = session.principal;
    if (tenant === undefined || current === tenant) return session;
    if (tenants.includes(tenant)) return await sessionFrom(await descope.select(refreshToken, tenant));
    throw new Fault(
      'GH_SIGN_IN',
      `There is no tenant ${tenant} for this user. There are: ${tenants.join(', ') || 'none'}.`,
      {
        hint: 'Correct the tenant (DESCOPE_TENANT), or leave it out.',
        fields: { reason: 'auth_required' },
      },
    );
  };

  const byGiven = async (): Promise<Session | undefined> => {
    const token = given;
    given = '';
    if (token === '') return undefined;
    try {
      const session = await sessionFrom({
        sessionJwt: token,
        refreshJwt: undefined,
        nextRefreshSeconds: undefined,
        user: {},
      });
      // Without a refresh token there is nothing to renew it with: it is used to its end.
      return refreshToken === '' ? { ...session, expiresAt: session.endsAt } : session;
    } catch (error) {
      if (refreshToken === '' || !(error instanceof Fault) || error.code !== 'GH_SIGN_IN') throw error;
      return undefined;
    }
  };

  const renew = async (): Promise<Session> => {
    if (isUser()) {
      const session = await byGiven();
      if (session !== undefined) return session;
      if (refreshToken === '') throw expired();
      const issued = await descope.refresh(refreshToken).catch((error: unknown) => {
        signedOut = error instanceof Fault && error.code === 'GH_SIGN_IN';
        throw error;
      });
      signedOut = false;
      return await inTenant(await sessionFrom(issued));
    }
    if (accessKey !== '') return await sessionFrom(await descope.exchange(accessKey, tenant));
    throw new Fault('GH_SIGN_IN', 'Nobody is signed in: there is no access key and no refresh token.', {
      hint: 'Call a tool: it opens a page to sign in. Or give this connection a credential (DESCOPE_ACCESS_KEY or DESCOPE_REFRESH_TOKEN).',
      fields: { reason: 'auth_required' },
    });
  };

  const tokens = createTokenSource<Session>({
    now,
    marginMs: 0,
    fetch: async () => {
      if (config.projectId === '') throw notConfigured('The sign-in', missingOf(isUser() || accessKey !== ''));
      try {
        return await renew();
      } catch (error) {
        const usable =
          last !== undefined && last.endsAt > now() && error instanceof Fault && PASSING.includes(error.code);
        if (!usable || last === undefined) throw error;
        return { ...last, expiresAt: now() + AGAIN_MS };
      }
    },
  });

  return {
    descope,
    get ready() {
      return config.projectId === '' || (isUser() ? !signedOut : accessKey !== '') || isGithub || isAnonymous;
    },
    async begin(token) {
      const issued = await descope.refresh(token);
      arrived = issued.refreshJwt ?? token;
      return principalOf(await descope.verify(issued.sessionJwt), issued.user);
    },
    async choose(wanted) {
      if (arrived === undefined) throw expired();
      const [before, earlier] = [refreshToken, tenant];
      [refreshToken, tenant] = [arrived, wanted ?? tenant];
      try {
        await tokens.get();
      } catch (error) {
        [refreshToken, tenant] = [before, earlier];
        throw error;
      }
      return refreshToken;
    },
    authorizer: {
      async headers() {
        if (isAnonymous || isGithub) return { headers: {}, refused: () => undefined };
        const session = await tokens.get();
        return {
          headers: { authorization: `Bearer ${session.value}` },
          refused: () => {
            if (last?.value === session.value) last = undefined;
            tokens.refused(session);
          },
        };
      },
    },
    principal: async () => (isGithub ? GITHUB : isAnonymous ? ANONYMOUS : (await tokens.get()).principal),
    forget() {
      given = sessionToken;
      last = undefined;
      if (tokens.current !== undefined) tokens.refused(tokens.current);
    },
  };
}

function missingOf(hasCredential: boolean): readonly string[] {
  return ['DESCOPE_PROJECT_ID', ...(hasCredential ? [] : ['DESCOPE_ACCESS_KEY or DESCOPE_REFRESH_TOKEN'])];
}
