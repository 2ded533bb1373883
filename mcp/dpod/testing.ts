import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from '../kit/account.ts';
import type { RecordedRequest } from '../kit/sandbox.ts';
import { dpod } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

export interface Called extends ToolAnswer {
  /** The result's members. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly progress: readonly { readonly done: number; readonly total: number | undefined; readonly message: string }[];
}

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** A private folder that goes with the rig. */
  readonly folder: string;
  /** Everything the account wrote to stderr. */
  readonly stderr: () => string;
  /** Calls an action, whatever comes of it. */
  call(tool: string, action: string, input?: object, options?: CallOptions): Promise<Called>;
  /** Calls an action that must succeed, and returns its members. */
  ok(tool: string, action: string, input?: object): Promise<Readonly<Record<string, unknown>>>;
  /** Calls an action that must fail, and returns its members. */
  fails(tool: string, action: string, input?: object): Promise<Readonly<Record<string, unknown>>>;
  /** The recorded requests, "POST /v1/…" or one method, without those for tokens. */
  sent(method?: string): readonly RecordedRequest[];
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

export interface RigOptions extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox; `SP+AO` unless told. */
  readonly as?: string;
  readonly switches?: SandboxOptions;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** An account of DPoD against a sandbox of its own, both real: requests go over HTTP. */
export async function startRig({
  as = 'SP+AO',
  switches,
  settings,
  secrets,
  ...options
}: RigOptions = {}): Promise<Rig> {
  const sandbox = await startSandbox(switches);
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`The sandbox has no credential "${as}".`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dpod-'));
  const lines: string[] = [];
  const account = createAccount(dpod, {
    settings: { ...credential.settings, pollMs: 5, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    backoffMs: 5,
    ...options,
  });
  const call: Rig['call'] = async (toolName, actionName, input = {}, { signal, withinMs = 55_000 } = {}) => {
    const tool = account.catalog.tools.find(({ name }) => name === toolName);
    const action = tool?.actions.find(({ name }) => name === actionName);
    if (tool === undefined || action === undefined) throw new Error(`There is no ${toolName}/${actionName}.`);
    const progress: { done: number; total: number | undefined; message: string }[] = [];
    const answer = await account.call(
      tool,
      action,
      { ...input },
      {
        signal: signal ?? new AbortController().signal,
        withinMs,
        progress: (done, total, message) => void progress.push({ done, total, message }),
      },
    );
    return { ...answer, fields: answer.structured, progress };
  };
  return {
    sandbox,
    account,
    folder,
    stderr: () => lines.join(''),
    call,
    async ok(tool, action, input) {
      const { fields } = await call(tool, action, input);
      expect(fields).toMatchObject({ success: true });
      return fields;
    },
    async fails(tool, action, input) {
      const { fields, isError } = await call(tool, action, input);
      expect(fields).toMatchObject({ success: false });
      expect(isError).toBe(true);
      return fields;
    },
    sent: method =>
      sandbox.requests.filter(
        request => !request.path.startsWith('/oauth/') && (method === undefined || request.method === method),
      ),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first of the entries that fits; they are known to be there. */
export function entry(list: unknown, fits: (item: Readonly<Record<string, unknown>>) => boolean = () => true) {
  const found = (list as readonly Readonly<Record<string, unknown>>[]).find(fits);
  if (found === undefined) throw new Error('There is no such entry.');
  return found;
}

/** A day so many days ago, as YYYY-MM-DD. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
