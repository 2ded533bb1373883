import * as z from 'zod';
import { Fault, type Http } from '../kit/index.ts';
import type { Config } from './config.ts';

/** Amazon Cognito's `InitiateAuth` over plain HTTPS (fact sheet §1.1, §1.2, §1.5); unsigned, as the operation is public. */
const TARGET = 'AWSCognitoIdentityProviderService.InitiateAuth';
const CONTENT_TYPE = 'application/x-amz-json-1.1';
const TIMEOUT_MS = 10_000;

const tokens = z.object({
  IdToken: z.string().min(1),
  AccessToken: z.string().min(1),
  /** Seconds. */
  ExpiresIn: z.number().positive(),
  /** A refresh answers none, as a rule. */
  RefreshToken: z.string().min(1).optional(),
});
const success = z.object({ AuthenticationResult: tokens });
const challenge = z.object({ ChallengeName: z.string() });
const failure = z.object({ __type: z.string().default(''), message: z.string().default('') });

export type Tokens = z.output<typeof tokens>;
export type Flow = 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH';

/** Why it failed: a word for programs (§4.7), beside the code. */
export type Reason =
  | 'auth_failed'
  | 'account_state'
  | 'locked_out'
  | 'throttled'
  | 'misconfigured'
  | 'forbidden'
  | 'upstream_unavailable';

/** One request. Throws `Fault` with the member `reason`; a challenge, which arrives as 200, is a failure as well. */
export async function initiateAuth(
  http: Http,
  config: Config,
  flow: Flow,
  parameters: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const body = { AuthFlow: flow, ClientId: config.clientId, AuthParameters: parameters };
  const answer = await http.send({
    method: 'POST',
    path: config.cognitoUrl,
    authorized: false,
    headers: { 'content-type': CONTENT_TYPE, 'x-amz-target': TARGET },
    body: Buffer.from(JSON.stringify(body)),
    accept: [400, 403, 500],
    // A second try is this backend's business: Cognito says "too many" with 400.
    tries: 1,
    harmless: true,
    timeoutMs: TIMEOUT_MS,
    purpose: 'Signing in at Cognito',
  });
  const said = parsed(answer.text);
  if (answer.status !== 200) throw refusal(config, said, answer.status, answer.headers.get('x-amzn-errortype'));
  const given = success.safeParse(said);
  if (given.success) return given.data.AuthenticationResult;
  const asked = challenge.safeParse(said);
  if (asked.success) throw challenged(config, asked.data.ChallengeName, parameters.USERNAME ?? '');
  throw fault('GH_VENDOR_ANSWER', 'upstream_unavailable', 'Cognito answered neither tokens nor a challenge.', {
    hint: 'Check the setting cognitoUrl.',
  });
}

/** The administrator's command for a password that stays (§1.5). */
function permanentPassword({ region, userPoolId }: Config, email: string): string {
  return `aws cognito-idp admin-set-user-password --region ${region} --user-pool-id ${userPoolId} --username ${email} --password '<a new password>' --permanent`;
}

function challenged(config: Config, name: string, email: string): Fault {
  if (name === 'NEW_PASSWORD_REQUIRED')
    return fault('GH_SIGN_IN', 'account_state', 'The service account still has a temporary password.', {
      hint: `An administrator sets a permanent one: ${permanentPassword(config, email)}`,
      fields: { challenge: name },
    });
  return fault(
    'GH_SIGN_IN',
    'account_state',
    `Cognito asks for ${name}: MFA is not supported for the service account.`,
    {
      hint: 'Use an account without MFA, made for this purpose alone.',
      fields: { challenge: name },
    },
  );
}

/** §1.5: by the type, then by the message only to word it. */
function refusal(config: Config, said: unknown, status: number, header: string | null): Fault {
  const { __type: given, message } = failure.catch({ __type: '', message: '' }).parse(said);
  const type = (given.replace(/^.*#/, '') || (header ?? '').split(':', 1).join('')).trim();
  const more = { status, details: message, fields: { cognito_error: type } };
  switch (type) {
    case 'NotAuthorizedException':
      return notAuthorized(config, message, more);
    case 'UserNotFoundException':
      return refused(more);
    case 'PasswordResetRequiredException':
    case 'UserNotConfirmedException':
      return fault('GH_SIGN_IN', 'account_state', `The service account cannot sign in: ${type}.`, {
        ...more,
        hint: 'Ask the administrator of the user pool to confirm the account or to reset its password.',
      });
    case 'InvalidParameterException':
      return fault('GH_SIGN_IN', 'misconfigured', 'Cognito refuses this way to sign in.', {
        ...more,
        hint: 'The app client needs ALLOW_USER_PASSWORD_AUTH among its authentication flows.',
      });
    case 'ResourceNotFoundException':
      return fault('GH_SIGN_IN', 'misconfigured', 'Cognito does not know this app client.', {
        ...more,
        hint: 'Check the user pool id, whose beginning is the region, and the app client id.',
      });
    case 'TooManyRequestsException':
    case 'LimitExceededException':
      return fault('GH_VENDOR_RATE', 'throttled', 'Cognito takes no more sign-ins at the moment.', more);
    case 'ForbiddenException':
      return fault('GH_VENDOR_REFUSED', 'forbidden', 'A firewall rule before Cognito refused the request.', more);
    case 'InternalErrorException':
      return fault('GH_VENDOR_DOWN', 'upstream_unavailable', 'Cognito has an internal error.', more);
    default:
      return fault(
        status >= 500 ? 'GH_VENDOR_DOWN' : 'GH_SIGN_IN',
        status >= 500 ? 'upstream_unavailable' : 'misconfigured',
        `Cognito answered ${status}${type === '' ? '' : ` (${type})`}.`,
        more,
      );
  }
}

function notAuthorized(config: Config, message: string, more: More): Fault {
  if (/attempts exceeded/i.test(message))
    return fault('GH_SIGN_IN', 'locked_out', 'Cognito has locked the account after too many wrong passwords.', {
      ...more,
      hint: 'Wait: the lock doubles with each failure, up to about 15 minutes. Nothing is sent before then.',
    });
  if (/disabled/i.test(message))
    return fault('GH_SIGN_IN', 'account_state', 'The service account is disabled.', {
      ...more,
      hint: 'Ask the administrator of the user pool to enable it.',
    });
  if (/temporary password/i.test(message))
    return fault('GH_SIGN_IN', 'account_state', 'The temporary password of the service account has expired.', {
      ...more,
      hint: `An administrator sets a permanent one: ${permanentPassword(config, '<e-mail>')}`,
    });
  return refused(more);
}

function refused(more: More): Fault {
  return fault('GH_SIGN_IN', 'auth_failed', 'E-mail or password refused by Cognito.', {
    ...more,
    hint: 'Check both, that the account exists in this pool, and that its password is permanent. An unknown account looks the same.',
  });
}

interface More {
  readonly status?: number;
  readonly details?: string;
  readonly hint?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

function fault(code: Fault['code'], reason: Reason, message: string, more: More): Fault {
  return new Fault(code, message, { ...more, fields: { reason, ...more.fields } });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
