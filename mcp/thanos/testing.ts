import { createSandboxClock, type RecordedRequest } from '../kit/sandbox.ts';
import { type AccountRig, type AccountRigOptions, credentialOf, type Members, openAccount } from '../kit/testing.ts';
import { thanos } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

/** Tools are called by their names: each has one action, of the same name. */
export interface Rig extends AsyncDisposable, Omit<AccountRig, 'run' | 'stored' | 'remove'> {
  readonly sandbox: Sandbox;
  /** Moves the clocks of the account and of the sandbox. */
  advance(seconds: number): void;
  /** Recorded requests to the platform, as `GET /resources`; without those of signing in. */
  sent(what?: string): readonly RecordedRequest[];
  /** The flows of the requests to Cognito, in order. */
  flows(): readonly string[];
}

/** `as`: `service` unless told. */
export type RigOptions = AccountRigOptions<SandboxOptions>;

/** An account of Thanos against a sandbox of its own, both real: requests go over HTTP. Both go by one clock, which can be moved. */
export async function startRig({
  as = 'service',
  switches,
  settings,
  secrets,
  ...options
}: RigOptions = {}): Promise<Rig> {
  const { now, advance } = createSandboxClock();
  const sandbox = await startSandbox({ scanMs: 5, gatewayMs: 50, ...switches, now });
  const credential = credentialOf(sandbox, as);
  const {
    run: _run,
    stored: _stored,
    remove,
    ...rig
  } = openAccount(thanos, {
    settings: { ...credential.settings, pollMs: 4, backoffMs: 4, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    backoffMs: 4,
    now,
    ...options,
  });
  const isSignIn = ({ path }: RecordedRequest): boolean => path === '/';
  return {
    ...rig,
    sandbox,
    advance(seconds) {
      advance(seconds);
      sandbox.advance(0);
    },
    sent: what =>
      sandbox.requests.filter(
        request => !isSignIn(request) && (what === undefined || what === `${request.method} ${request.path}`),
      ),
    flows: () =>
      sandbox.requests.filter(isSignIn).map(({ body }) => {
        const text = typeof body === 'string' ? JSON.parse(body) : body;
        return String((text as Members).AuthFlow);
      }),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      remove();
    },
  };
}

/** Rows of a member of a result. */
export function rows(list: unknown): readonly Members[] {
  return list as readonly Members[];
}

/** The variables of the original server, for a server on its own. */
export function environmentOf({ url, credentials }: Sandbox): Record<string, string> {
  const [first] = credentials;
  const { cognitoUrl, userPoolId, clientId, email, password } = { ...first?.settings, ...first?.secrets };
  return {
    PATH: process.env.PATH ?? '',
    // A slash at the end broke the original.
    THANOS_API_URL: `${url}/`,
    THANOS_COGNITO_URL: String(cognitoUrl),
    THANOS_USER_POOL_ID: String(userPoolId),
    THANOS_CLIENT_ID: String(clientId),
    THANOS_EMAIL: String(email),
    THANOS_PASSWORD: String(password),
  };
}
