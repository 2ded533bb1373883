import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from '../kit/account.ts';
import type { RecordedRequest } from '../kit/sandbox.ts';
import { thanos } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Called extends ToolAnswer {
  /** The result's members. */
  readonly fields: Members;
  readonly progress: readonly string[];
}

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Everything the account wrote to stderr. */
  readonly stderr: () => string;
  /** Moves the clocks of the account and of the sandbox. */
  advance(seconds: number): void;
  call(tool: string, input?: object, options?: CallOptions): Promise<Called>;
  /** Calls a tool that must succeed, and returns its members. */
  ok(tool: string, input?: object, options?: CallOptions): Promise<Members>;
  /** Calls a tool that must fail, and returns its members. */
  fails(tool: string, input?: object): Promise<Members>;
  /** Recorded requests to the platform, as `GET /resources`; without those of signing in. */
  sent(what?: string): readonly RecordedRequest[];
  /** The flows of the requests to Cognito, in order. */
  flows(): readonly string[];
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

export interface RigOptions extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox; `service` unless told. */
  readonly as?: string;
  readonly switches?: SandboxOptions;
  readonly settings?: Members;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** An account of Thanos against a sandbox of its own, both real: requests go over HTTP. Both go by one clock, which can be moved. */
export async function startRig({
  as = 'service',
  switches,
  settings,
  secrets,
  ...options
}: RigOptions = {}): Promise<Rig> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const sandbox = await startSandbox({ scanMs: 5, gatewayMs: 50, ...switches, now });
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`The sandbox has no credential "${as}".`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-thanos-'));
  const lines: string[] = [];
  const account = createAccount(thanos, {
    settings: { ...credential.settings, pollMs: 4, backoffMs: 4, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    backoffMs: 4,
    now,
    ...options,
  });
  const call: Rig['call'] = async (name, input = {}, { signal, withinMs = 55_000 } = {}) => {
    const tool = account.catalog.tools.find(one => one.name === name);
    const action = tool?.actions.find(one => one.name === name);
    if (tool === undefined || action === undefined) throw new Error(`There is no tool ${name}.`);
    const progress: string[] = [];
    const answer = await account.call(
      tool,
      action,
      { ...input },
      {
        signal: signal ?? new AbortController().signal,
        withinMs,
        progress: (_done, _total, message) => void progress.push(message),
      },
    );
    return { ...answer, fields: answer.structured, progress };
  };
  const isSignIn = ({ path }: RecordedRequest): boolean => path === '/';
  return {
    sandbox,
    account,
    stderr: () => lines.join(''),
    advance(seconds) {
      ahead += seconds * 1_000;
      sandbox.advance(0);
    },
    call,
    async ok(name, input, callOptions) {
      const { fields } = await call(name, input, callOptions);
      expect(fields).toMatchObject({ success: true });
      return fields;
    },
    async fails(name, input) {
      const { fields, isError } = await call(name, input);
      expect(fields).toMatchObject({ success: false });
      expect(isError).toBe(true);
      return fields;
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
      rmSync(folder, { recursive: true, force: true });
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
