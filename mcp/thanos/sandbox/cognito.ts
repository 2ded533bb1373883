import { randomBytes, randomUUID } from 'node:crypto';
import {
  contentTypeOf,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type Switches,
  stableId,
} from '../../kit/sandbox.ts';
import { keys, signed } from './jwt.ts';
import type { ThanosSwitches } from './switches.ts';

/** Made up, and nowhere else of use. */
export const REGION = 'us-west-2';
export const POOL_ID = `${REGION}_Demo12345`;
export const CLIENT_ID = '4h57kdemo2example9q2';
export const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${POOL_ID}`;
export const DEMO_EMAIL = 'mcp-service@acme.test';
export const DEMO_PASSWORD = 'S3rvice!pass-demo';

const JSON_1_1 = 'application/x-amz-json-1.1';
const TARGET = 'AWSCognitoIdentityProviderService.';
const REFRESH_MS = 30 * 24 * 3_600_000;
const TEMPORARY_MS = 7 * 24 * 3_600_000;
/** §1.5: the fifth failure locks for a second, each further one for twice as long, up to about 15 minutes. */
const FREE_FAILURES = 5;
const LONGEST_LOCK_MS = 15 * 60_000;

export interface User {
  readonly email: string;
  password: string;
  state: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED' | 'UNCONFIRMED';
  enabled: boolean;
  /** When an administrator set the temporary password; milliseconds since 1970. */
  readonly createdAt: number;
}

interface Lock {
  failures: number;
  until: number;
  last: number;
}

class CognitoError extends Error {
  readonly type: string;
  readonly status: number;
  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export interface Cognito {
  readonly users: User[];
  readonly routes: readonly Route[];
  /** Refresh tokens handed out so far are refused; ID tokens stay good until they end (§1.3). */
  revokeRefreshTokens(): void;
}

type Input = Readonly<Record<string, unknown>>;

/** Amazon Cognito as far as `InitiateAuth` and the public keys (fact sheet §1). */
export function createCognito(now: () => number, switches: Switches<ThanosSwitches>): Cognito {
  const user = (email: string, password: string, more: Partial<User> = {}): User => ({
    email,
    password,
    state: 'CONFIRMED',
    enabled: true,
    createdAt: now(),
    ...more,
  });
  const users: User[] = [
    user(DEMO_EMAIL, DEMO_PASSWORD),
    user('new@acme.test', 'Temp0rary!pass', { state: 'FORCE_CHANGE_PASSWORD' }),
    user('late@acme.test', 'Temp0rary!pass', { state: 'FORCE_CHANGE_PASSWORD', createdAt: now() - 2 * TEMPORARY_MS }),
    user('reset@acme.test', 'Res3t!passw', { state: 'RESET_REQUIRED' }),
    user('unconfirmed@acme.test', 'Unc0nf!passw', { state: 'UNCONFIRMED' }),
    user('disabled@acme.test', 'D1sabled!pass', { enabled: false }),
  ];
  const refreshTokens = new Map<string, { readonly email: string; readonly until: number }>();
  const locks = new Map<string, Lock>();

  const handle = (request: SandboxRequest): SandboxAnswer => {
    if (contentTypeOf(request) !== JSON_1_1) throw new CognitoError('UnknownOperationException', '', 400);
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target !== `${TARGET}InitiateAuth`) throw new CognitoError('UnknownOperationException', '', 400);
    const input = inputOf(request);
    if (input.ClientId !== CLIENT_ID)
      throw new CognitoError('ResourceNotFoundException', `User pool client ${input.ClientId} does not exist.`);
    const parameters = (input.AuthParameters ?? {}) as Input;
    if (input.AuthFlow === 'USER_PASSWORD_AUTH') return answerOf(200, byPassword(parameters));
    if (input.AuthFlow === 'REFRESH_TOKEN_AUTH' || input.AuthFlow === 'REFRESH_TOKEN')
      return answerOf(200, byRefresh(parameters));
    throw new CognitoError('InvalidParameterException', `${input.AuthFlow} flow not enabled for this client`);
  };

  const byPassword = ({ USERNAME: name, PASSWORD: password }: Input): unknown => {
    if (!switches.current.passwordFlow)
      throw new CognitoError('InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client');
    if (typeof name !== 'string' || typeof password !== 'string')
      throw new CognitoError('InvalidParameterException', 'Missing required parameter USERNAME or PASSWORD');
    const lock = lockOf(name);
    if (lock.until > now()) throw new CognitoError('NotAuthorizedException', 'Password attempts exceeded');
    const found = users.find(({ email }) => email === name.toLowerCase());
    if (found === undefined && !switches.current.hideUsers)
      throw new CognitoError('UserNotFoundException', 'User does not exist.');
    if (found === undefined || found.password !== password) {
      fail(lock);
      throw new CognitoError('NotAuthorizedException', 'Incorrect username or password.');
    }
    locks.delete(name);
    refuseState(found);
    return challengeFor(found) ?? { AuthenticationResult: tokensFor(found, true), ChallengeParameters: {} };
  };

  const lockOf = (name: string): Lock => {
    const known = locks.get(name);
    if (known !== undefined && now() - known.last < LONGEST_LOCK_MS) return known;
    const fresh = { failures: 0, until: 0, last: now() };
    locks.set(name, fresh);
    return fresh;
  };

  const fail = (lock: Lock): void => {
    lock.failures += 1;
    lock.last = now();
    const over = lock.failures - FREE_FAILURES;
    if (over >= 0) lock.until = now() + Math.min(LONGEST_LOCK_MS, 1_000 * 2 ** over);
  };

  const refuseState = (found: User): void => {
    if (!found.enabled) throw new CognitoError('NotAuthorizedException', 'User is disabled.');
    if (found.state === 'RESET_REQUIRED')
      throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user');
    if (found.state === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
    if (found.state === 'FORCE_CHANGE_PASSWORD' && now() - found.createdAt > TEMPORARY_MS)
      throw new CognitoError(
        'NotAuthorizedException',
        'Temporary password has expired and must be reset by an administrator.',
      );
  };

  const challengeFor = (found: User): unknown => {
    const name = found.state === 'FORCE_CHANGE_PASSWORD' ? 'NEW_PASSWORD_REQUIRED' : switches.current.challenge;
    if (name === null) return undefined;
    return {
      ChallengeName: name,
      Session: `AYABe-${randomBytes(24).toString('base64url')}`,
      ChallengeParameters: {
        USER_ID_FOR_SRP: idOf(found),
        requiredAttributes: '[]',
        userAttributes: JSON.stringify({ email: found.email }),
      },
    };
  };

  const byRefresh = ({ REFRESH_TOKEN: token }: Input): unknown => {
    const known = refreshTokens.get(String(token));
    if (switches.current.rotation)
      throw new CognitoError('InvalidParameterException', 'Refresh token rotation is enabled for this client.');
    if (known === undefined) throw new CognitoError('NotAuthorizedException', 'Invalid Refresh Token.');
    if (known.until <= now()) throw new CognitoError('NotAuthorizedException', 'Refresh Token has expired');
    const found = users.find(({ email }) => email === known.email);
    if (found === undefined || !found.enabled) throw new CognitoError('NotAuthorizedException', 'User is disabled.');
    return { AuthenticationResult: tokensFor(found, switches.current.newRefreshToken), ChallengeParameters: {} };
  };

  const tokensFor = (found: User, withRefresh: boolean) => {
    const { expiresIn } = switches.current;
    const seconds = Math.floor(now() / 1_000);
    const both = {
      sub: idOf(found),
      iss: ISSUER,
      origin_jti: randomUUID(),
      event_id: randomUUID(),
      auth_time: seconds,
      iat: seconds,
      exp: seconds + expiresIn,
    };
    const idToken = signed({
      ...both,
      jti: randomUUID(),
      aud: CLIENT_ID,
      token_use: 'id',
      'cognito:username': idOf(found),
      email: found.email,
      email_verified: true,
    });
    const accessToken = signed({
      ...both,
      jti: randomUUID(),
      client_id: CLIENT_ID,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      username: idOf(found),
    });
    const tokens = { AccessToken: accessToken, ExpiresIn: expiresIn, IdToken: idToken, TokenType: 'Bearer' };
    if (!withRefresh) return tokens;
    const refresh = `eyJ-demo-refresh-${randomBytes(24).toString('base64url')}`;
    refreshTokens.set(refresh, { email: found.email, until: now() + REFRESH_MS });
    return { ...tokens, RefreshToken: refresh };
  };

  return {
    users,
    revokeRefreshTokens: () => refreshTokens.clear(),
    routes: [
      { method: 'POST', path: '/', handle: request => answered(() => handle(request)) },
      {
        method: 'GET',
        path: '/{pool}/.well-known/jwks.json',
        handle: ({ params }) =>
          params.pool === POOL_ID
            ? { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(keys) }
            : errorOf(new CognitoError('ResourceNotFoundException', 'User pool does not exist.')),
      },
    ],
  };
}

/** `cognito:username` is a UUID, since people sign in by e-mail. */
function idOf({ email }: User): string {
  return stableId('thanos', 'user', email);
}

function inputOf(request: SandboxRequest): Input {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new CognitoError('SerializationException', '');
  }
}

function answered(handle: () => SandboxAnswer): SandboxAnswer {
  try {
    return handle();
  } catch (error) {
    if (error instanceof CognitoError) return errorOf(error);
    throw error;
  }
}

function answerOf(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': JSON_1_1, 'x-amzn-requestid': randomUUID(), ...headers },
    body: JSON.stringify(body),
  };
}

function errorOf({ type, message, status }: CognitoError): SandboxAnswer {
  const headers = { 'x-amzn-errortype': `${type}:`, 'x-amzn-errormessage': message };
  return answerOf(status, { __type: type, message }, headers);
}

/** What Cognito answers where a fault wants an error: its throttling has status 400 too. */
export function cognitoFault(status: number): SandboxAnswer {
  if (status >= 500) return errorOf(new CognitoError('InternalErrorException', 'Something went wrong', status));
  if (status === 403) return errorOf(new CognitoError('ForbiddenException', 'Request not allowed due to WAF block.'));
  return errorOf(new CognitoError('TooManyRequestsException', 'Rate exceeded'));
}
