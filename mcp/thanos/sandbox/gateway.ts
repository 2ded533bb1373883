import { randomBytes } from 'node:crypto';
import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../../kit/sandbox.ts';
import { CLIENT_ID, ISSUER } from './cognito.ts';
import { verified } from './jwt.ts';

/** The gateway's own words (§1.6); those of a function stand under `error`. */
const WORDS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Endpoint request timed out',
};

export function gatewayAnswer(status: number, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  return withId(jsonAnswer(status, { message: WORDS[status] ?? 'Error' }, headers));
}

/** Every answer of the gateway names its request. */
export function withId(answer: SandboxAnswer): SandboxAnswer {
  return { ...answer, headers: { 'apigw-requestid': `${randomBytes(10).toString('base64url')}=`, ...answer.headers } };
}

/** The JWT authorizer: the refusal, or nothing. It takes the bare token, or `Bearer` and the token. */
export function unauthorized(request: SandboxRequest, now: number): SandboxAnswer | undefined {
  const given = (request.headers.authorization ?? '').replace(/^Bearer /i, '');
  const why = given === '' ? undefined : problemOf(given, now);
  if (given !== '' && why === undefined) return undefined;
  const description = why === undefined ? '' : ` error="invalid_token" error_description="${why}"`;
  return gatewayAnswer(401, { 'www-authenticate': `Bearer scope=""${description}` });
}

function problemOf(token: string, now: number): string | undefined {
  const claims = verified(token);
  if (claims === undefined) return 'signature verification failed';
  if (claims.iss !== ISSUER) return 'invalid issuer';
  if ((claims.aud ?? claims.client_id) !== CLIENT_ID) return 'the token has an invalid audience';
  if (Number(claims.exp) * 1_000 <= now) return 'the token has expired';
  return undefined;
}
