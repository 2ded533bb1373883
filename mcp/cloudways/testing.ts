import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from '../kit/account.ts';
import type { RecordedRequest } from '../kit/sandbox.ts';
import { cloudways } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Called extends ToolAnswer {
  /** The result's members. */
  readonly fields: Members;
  readonly progress: readonly { readonly done: number; readonly message: string }[];
}

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly account: Account;
  readonly folder: string;
  /** Everything the account wrote to stderr. */
  readonly stderr: () => string;
  /** Calls an action by its own name, which is unique, whatever comes of it. */
  call(action: string, input?: object, options?: CallOptions): Promise<Called>;
  /** Calls an action that must succeed, and returns its members. */
  ok(action: string, input?: object): Promise<Members>;
  /** Calls an action that must fail, and returns its members. */
  fails(action: string, input?: object): Promise<Members>;
  /** The recorded requests, without those for tokens. */
  sent(method?: string): readonly RecordedRequest[];
  /** The fields of the last change that was sent, whether as form or as JSON. */
  lastFields(): Members;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

export interface RigOptions extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox; `key` unless told. */
  readonly as?: string;
  readonly switches?: SandboxOptions;
  readonly settings?: Members;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The live application and its server in the demo data. */
export const SHOP = { server_id: '41001', app_id: '510201' };

/** An account of Cloudways against a sandbox of its own, both real: requests go over HTTP. Operations end within 10 ms. */
export async function startRig({ as = 'key', switches, settings, secrets, ...options }: RigOptions = {}): Promise<Rig> {
  const sandbox = await startSandbox({ speed: 20_000, rateLimit: 10_000, lowRateLimit: 10_000, ...switches });
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`The sandbox has no credential "${as}".`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cloudways-'));
  const lines: string[] = [];
  const account = createAccount(cloudways, {
    settings: { ...credential.settings, pollMs: 4, rateRequests: 10_000, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    backoffMs: 5,
    ...options,
  });
  const call: Rig['call'] = async (name, input = {}, { signal, withinMs = 55_000 } = {}) => {
    const tool = account.catalog.tools.find(({ actions }) => actions.some(action => action.name === name));
    const action = tool?.actions.find(one => one.name === name);
    if (tool === undefined || action === undefined) throw new Error(`There is no action ${name}.`);
    const progress: { done: number; message: string }[] = [];
    const answer = await account.call(
      tool,
      action,
      { ...input },
      {
        signal: signal ?? new AbortController().signal,
        withinMs,
        progress: (done, _total, message) => void progress.push({ done, message }),
      },
    );
    return { ...answer, fields: answer.structured, progress };
  };
  const sent: Rig['sent'] = method =>
    sandbox.requests.filter(
      request => !request.path.includes('/oauth/') && (method === undefined || request.method === method),
    );
  return {
    sandbox,
    account,
    folder,
    stderr: () => lines.join(''),
    call,
    async ok(name, input) {
      const { fields } = await call(name, input);
      expect(fields).toMatchObject({ success: true });
      return fields;
    },
    async fails(name, input) {
      const { fields, isError } = await call(name, input);
      expect(fields).toMatchObject({ success: false });
      expect(isError).toBe(true);
      return fields;
    },
    sent,
    lastFields() {
      const { body } = sent().findLast(({ method }) => method !== 'GET') ?? { body: null };
      if (typeof body === 'string') return Object.fromEntries(new URLSearchParams(body));
      return typeof body === 'object' && body !== null ? { ...body } : {};
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
