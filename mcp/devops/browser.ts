import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type BrowserSignIn, type Elsewhere, Fault } from '../kit/index.ts';
import type { Config } from './config.ts';
import { isIssuer } from './descope.ts';
import type { Devops } from './state.ts';

/** What the vendor's own SDK asks for. */
const SCOPE = 'openid email roles descope.custom_claims offline_access';
const word = (): string => randomBytes(32).toString('base64url');

/** The sign-in of a person on Descope's own page (§1.1, OIDC with PKCE), and the choice of a tenant after it. */
export const browser: BrowserSignIn<Devops> = {
  form: {
    title: 'Sign in at Descope',
    explanation:
      'You sign in on the page of your Descope project. Gatehouse sees no password: it gets a token, and keeps it in memory unless you agree to more here.',
    fields: [],
    check: () => undefined,
  },
  ready: ({ auth }) => auth.ready,
  elsewhere: ({ auth, config }, returnTo): Elsewhere => {
    const [state, verifier] = [word(), word()];
    return {
      url: authorizeUrl(config, returnTo, state, verifier),
      isOurs: query => same(query.get('state') ?? '', state),
      async arrived(query) {
        const issuer = query.get('iss');
        // Whose words these are is not known then: they are not shown.
        if (issuer !== null && !isIssuer(issuer, config)) throw refused('The answer came from another place.');
        const code = query.get('code');
        if (code === null)
          throw refused(`Descope says: ${query.get('error_description') ?? query.get('error') ?? 'nothing'}.`);
        const { tenant, tenants } = await auth.begin(await auth.descope.redeem(code, verifier, returnTo));
        if (tenant !== null || tenants.length < 2 || config.tenant !== undefined) return [];
        return [{ name: 'tenant', label: 'Tenant', kind: 'choice', required: true, choices: tenants }];
      },
    };
  },
  signIn: async ({ auth }, { tenant }) => ({ refreshToken: await auth.choose(tenant || undefined) }),
};

function authorizeUrl({ descopeUrl, projectId }: Config, returnTo: string, state: string, verifier: string): string {
  const url = new URL(`${descopeUrl}/oauth2/v1/authorize`);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = {
    response_type: 'code',
    client_id: projectId,
    redirect_uri: returnTo,
    scope: SCOPE,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

function refused(message: string): Fault {
  return new Fault('GH_SIGN_IN', message, { hint: 'Sign in again.', fields: { reason: 'auth_required' } });
}

function same(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
