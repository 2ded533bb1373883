import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, createAccount } from '../kit/account.ts';
import type { SignInOutcome } from '../kit/control.ts';
import { dpod } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

export interface Answer {
  readonly success: boolean;
  readonly error: string;
  readonly code: string;
  readonly hint: string;
  readonly [field: string]: unknown;
}

/** An account on a sandbox of its own, with short waits. */
export interface TestAccount {
  readonly sandbox: Sandbox;
  readonly account: Account;
  readonly folder: string;
  /** Everything that was logged. */
  readonly log: () => string;
  readonly reports: { signIns: SignInOutcome[]; refused: string[] };
  /** Calls an action of a tool and returns its structured result. */
  call(tool: string, action: string, input?: Record<string, unknown>, options?: Partial<CallOptions>): Promise<Answer>;
  /** Requests to the vendor so far, as `GET /v1/x`. */
  sent(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

interface CallOptions {
  readonly signal: AbortSignal;
  readonly withinMs: number;
  readonly progress: (done: number, total: number | undefined, message: string) => void;
}

export interface AccountChoice extends SandboxOptions {
  /** Label of the sandbox's credential; the one with SP and AO unless told. */
  readonly as?: string;
  readonly readOnly?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly now?: () => number;
}

export async function dpodAccount(choice: AccountChoice = {}): Promise<TestAccount> {
  const { as = 'SP+AO', readOnly = false, settings = {}, secrets = {}, now, ...switches } = choice;
  const sandbox = await startSandbox(switches);
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`no credential ${as}: ${sandbox.credentials.map(c => c.label)}`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dpod-'));
  const lines: string[] = [];
  const reports: TestAccount['reports'] = { signIns: [], refused: [] };
  const account = createAccount(dpod, {
    settings: { legacyBindings: true, pollMs: 5, ...credential.settings, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    readOnly,
    stateFolder: folder,
    logLevel: 'debug',
    logFile: join(folder, 'dpod.log'),
    stderr: line => void lines.push(line),
    backoffMs: 5,
    onSignIn: outcome => void reports.signIns.push(outcome),
    onScopeRefused: (tool, action) => void reports.refused.push(`${tool}/${action}`),
    ...(now === undefined ? {} : { now }),
  });
  return {
    sandbox,
    account,
    folder,
    reports,
    log: () => lines.join(''),
    sent: () => sandbox.requests.map(request => `${request.method} ${request.path}`),
    async call(toolName, actionName, input = {}, options = {}) {
      const tool = account.catalog.tools.find(({ name }) => name === toolName);
      const action = tool?.actions.find(({ name }) => name === actionName);
      if (tool === undefined || action === undefined) throw new Error(`no ${toolName}/${actionName}`);
      const { structured } = await account.call(tool, action, input, {
        signal: new AbortController().signal,
        withinMs: 20_000,
        progress: () => undefined,
        ...options,
      });
      return structured as Answer;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
