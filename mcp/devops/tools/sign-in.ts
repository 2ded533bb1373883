import * as z from 'zod';
import { Fault, secret } from '../../kit/index.ts';
import { type Principal, principalOf } from '../principal.ts';
import { type DevopsCall, envelope } from '../reply.ts';
import { named } from './shared.ts';

const token = z.string().trim().min(1).optional();

export const signInTools = named({
  names: ['authenticate_user', 'postMcpToolsAuthenticateUser'],
  title: 'Who is signed in',
  description:
    'Checks the session of this connection and says who it is and what they may do. A token given as argument is checked instead, and changes nothing; better give none.',
  effect: 'read',
  rights: null,
  anonymous: true,
  input: {
    session_token: secret(token.describe('not needed: the stored session is checked')),
    refresh_token: secret(token.describe('only with session_token')),
  },
  async run({ session_token, refresh_token }, call, tool) {
    if (session_token === undefined && refresh_token !== undefined)
      throw new Fault('GH_INVALID_INPUT', 'refresh_token is used only with session_token.');
    const principal =
      session_token === undefined
        ? await call.state.auth.principal()
        : await principalOfToken(call, session_token, refresh_token);
    const more = tool === 'authenticate_user' ? {} : { login_id: principal.loginId, scopes: [], authenticated: true };
    const { warnings } = principal;
    return envelope(
      call,
      tool,
      true,
      { ...shown(principal), ...more },
      { provider: 'descope', route: 'direct', warnings },
    );
  },
});

/** Checked and, where it has ended, renewed; only for this answer (§3.2). */
async function principalOfToken(call: DevopsCall, token: string, refresh: string | undefined): Promise<Principal> {
  const { descope } = call.state.auth;
  try {
    return principalOf(await descope.verify(token));
  } catch (error) {
    const isRefused = error instanceof Fault && error.code === 'GH_SIGN_IN';
    if (!isRefused || refresh === undefined) throw error;
    const issued = await descope.refresh(refresh);
    return principalOf(await descope.verify(issued.sessionJwt), issued.user);
  }
}

function shown({ userId, name, email, roles, permissions, tenant, kind, expiresAt }: Principal) {
  const expires_at = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { user_id: userId, name, email, roles, permissions, tenant, kind, expires_at };
}
