import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from './account.ts';
import type { Manifest, Tool } from './define.ts';

/** A backend that asks nobody, around the tools under test. `scopes` are those its sign-in finds. */
export function manifestOf(tools: readonly Tool<object>[], scopes: readonly string[] | null = null): Manifest<object> {
  return {
    name: 'test',
    title: 'Test',
    description: 'For tests.',
    version: '1.2.3',
    instructions: 'None.',
    credentialHelp: 'Ask the test.',
    settings: [],
    credentials: [
      { name: 'key', title: 'Key', description: 'A key.', kind: 'secret', required: true, variable: 'TEST_KEY' },
    ],
    scopes: [],
    defaultPresentation: 'grouped',
    limits: { concurrency: 2 },
    address: () => ({ baseUrl: 'https://vendor.test' }),
    open: () => ({}),
    authorizer: () => undefined,
    signIn: async () => ({ identity: 'tester', scopes }),
    tools,
    prompts: [],
    resources: [],
  };
}

export type Members = Readonly<Record<string, unknown>>;

export interface Called extends ToolAnswer {
  /** The result's members. */
  readonly fields: Members;
  readonly progress: readonly { readonly done: number; readonly total: number | undefined; readonly message: string }[];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

/** What a backend's own rig lets its tests choose; `S`: the switches of its sandbox. */
export interface AccountRigOptions<S> extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox. */
  readonly as?: string;
  readonly switches?: S;
  readonly settings?: Members;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** An account as a test drives it: the part of a rig that is the same for every backend. */
export interface AccountRig {
  readonly account: Account;
  /** A private folder that goes with the rig. */
  readonly folder: string;
  /** What the account gave to the vault, newest last. */
  readonly stored: readonly { readonly field: string; readonly value: string }[];
  /** Everything the account wrote to stderr. */
  stderr(): string;
  /** Calls an action of a tool, whatever comes of it. */
  run(tool: string, action: string, input?: object, options?: CallOptions): Promise<Called>;
  /** The same by the action's own name, where that is unique. */
  call(action: string, input?: object, options?: CallOptions): Promise<Called>;
  /** Calls an action that must succeed, and returns its members. */
  ok(action: string, input?: object, options?: CallOptions): Promise<Members>;
  /** Calls an action that must fail, and returns its members. */
  fails(action: string, input?: object): Promise<Members>;
  remove(): void;
}

/** An account of the backend with defaults fit for tests, which `options` overrule. */
export function openAccount<State>(
  manifest: Manifest<State>,
  { stateFolder, ...options }: Pick<AccountOptions, 'settings' | 'secrets'> & Partial<AccountOptions>,
): AccountRig {
  const folder = stateFolder ?? mkdtempSync(join(tmpdir(), `gatehouse-${manifest.name}-`));
  const lines: string[] = [];
  const stored: { field: string; value: string }[] = [];
  const account = createAccount(manifest, {
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    storeSecret: (field, value) => void stored.push({ field, value }),
    backoffMs: 5,
    ...options,
  });
  const run: AccountRig['run'] = async (toolName, name, input = {}, { signal, withinMs = 55_000 } = {}) => {
    const tool = account.catalog.tools.find(one => one.name === toolName);
    const action = tool?.actions.find(one => one.name === name);
    if (tool === undefined || action === undefined) throw new Error(`There is no ${toolName}/${name}.`);
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
  const call: AccountRig['call'] = (name, input, callOptions) => {
    const tool = account.catalog.tools.find(({ actions }) => actions.some(action => action.name === name));
    return run(tool?.name ?? '', name, input, callOptions);
  };
  return {
    account,
    folder,
    stored,
    stderr: () => lines.join(''),
    run,
    call,
    ok: async (name, input, callOptions) => succeeded(await call(name, input, callOptions)),
    fails: async (name, input) => failed(await call(name, input)),
    remove() {
      if (stateFolder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function succeeded({ fields }: Called): Members {
  expect([fields.success, fields.error, fields.details]).toEqual([true, undefined, undefined]);
  return fields;
}

export function failed({ fields, isError }: Called): Members {
  expect(fields).toMatchObject({ success: false });
  expect(isError).toBe(true);
  return fields;
}

/** The sandbox's credential of that label. */
export function credentialOf<C extends { readonly label: string }>(
  { credentials }: { readonly credentials: readonly C[] },
  label: string,
): C {
  const found = credentials.find(one => one.label === label);
  if (found === undefined) throw new Error(`The sandbox has no credential "${label}".`);
  return found;
}
