import { definesFor, Fault } from '../../kit/index.ts';
import type { Dpod, DpodCall } from '../api.ts';
import { AO, SP, SV } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();

export const scopes = tool({
  name: 'manage_scopes',
  title: 'Scopes',
  description: 'What the credential of this connection may do.',
  actions: {
    check_auth: action({
      description: 'Signs in and says with which scopes.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: {},
      run: checkAuth,
    }),
    validate_token: action({
      description: 'Says how long the token lasts and what stands in it. Never shows it.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: {},
      async run(_input, call) {
        const before = call.state.auth.tokens.current;
        const token = await call.state.auth.tokens.get();
        const { claims } = token;
        return {
          token_valid: true,
          expires_at: new Date(token.expiresAt).toISOString(),
          scopes: token.scopes,
          client_id: claims.cid ?? claims.client_id ?? claims.azp ?? null,
          issuer: claims.iss ?? null,
          audience: claims.aud ?? null,
          time_until_expiry: Math.round((token.expiresAt - call.now()) / 1_000),
          cached: before?.value === token.value,
          timestamp: new Date(call.now()).toISOString(),
        };
      },
    }),
    get_scope_permissions: action({
      description: 'Lists every tool with the actions that the scopes allow, all scopes together.',
      effect: 'read',
      scopes: null,
      input: {},
      run: permissions,
    }),
  },
});

async function checkAuth(_input: object, call: DpodCall) {
  const where = {
    base_url: call.state.baseUrl,
    auth_url: call.state.authUrl,
    timestamp: new Date(call.now()).toISOString(),
  };
  try {
    const token = await call.state.auth.tokens.get();
    const has = (scope: string): boolean => token.scopes.includes(scope);
    return {
      status: 'authenticated',
      message: 'Signed in.',
      ...where,
      current_scopes: token.scopes,
      available_scopes: [SP, AO, SV],
      scope_permissions: {
        can_manage_tenants: has(SP),
        can_manage_services: has(AO),
        can_access_services: has(AO) || has(SV),
      },
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.code, error.message, {
      ...(error.details === undefined ? {} : { details: error.details }),
      hint: error.hint,
      fields: { status: 'error', message: error.message, ...where, current_scopes: [], ...error.fields },
    });
  }
}

async function permissions(_input: object, call: DpodCall) {
  const { account } = call;
  const allowed = Object.fromEntries(
    account.tools.map(({ name, actions }) => [name, actions.filter(action => account.permits(name, action))]),
  );
  const accessible = Object.values(allowed).filter(actions => actions.length > 0).length;
  const complete = account.tools.filter(({ name, actions }) => allowed[name]?.length === actions.length).length;
  return {
    current_scope: (account.scopes ?? []).join(' '),
    allowed_tools: allowed,
    summary: {
      total_tools: account.tools.length,
      accessible_tools: accessible,
      restricted_tools: account.tools.length - complete,
      access_percentage: Math.round((accessible / account.tools.length) * 100),
    },
    message: `${accessible} of ${account.tools.length} tools can be used. DPoD itself decides in the end.`,
  };
}
