import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from '../kit/account.ts';
import type { RecordedRequest } from '../kit/sandbox.ts';
import { devops } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

export type Members = Readonly<Record<string, unknown>>;

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Everything the account wrote to stderr. */
  readonly stderr: () => string;
  /** Rotated credentials that the account wants kept. */
  readonly stored: readonly (readonly [field: string, value: string])[];
  /** Moves the clocks of the account and of the sandbox. */
  advance(seconds: number): void;
  call(tool: string, input?: object, options?: CallOptions): Promise<ToolAnswer>;
  /** Calls a tool that must succeed, and returns its members. */
  ok(tool: string, input?: object): Promise<Members>;
  /** The same; its `result`. */
  result(tool: string, input?: object): Promise<Members>;
  /** Calls a tool that must fail, and returns its members. */
  fails(tool: string, input?: object): Promise<Members>;
  resource(uri: string): Promise<Members>;
  /** Recorded requests, as `POST /mcp/tools/deploy_service`. */
  sent(what: string): readonly RecordedRequest[];
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

export interface RigOptions extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox; `prod` unless told. */
  readonly as?: string;
  /** Without the keys of Datadog: logs and metrics come from the platform. */
  readonly withoutDatadog?: boolean;
  readonly gateway?: boolean;
  readonly switches?: SandboxOptions;
  readonly settings?: Members;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** An account of Light DevOps against a sandbox of its own, both real: requests go over HTTP. Both go by one clock, which can be moved. */
export async function startRig({
  as = 'prod',
  withoutDatadog = false,
  gateway = false,
  switches,
  settings,
  secrets,
  ...options
}: RigOptions = {}): Promise<Rig> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const sandbox = await startSandbox({ ...switches, now });
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`The sandbox has no credential "${as}".`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-devops-'));
  const lines: string[] = [];
  const stored: [string, string][] = [];
  const account = createAccount(devops, {
    settings: {
      ...credential.settings,
      allowProduction: true,
      secondMs: 1,
      ...(gateway ? { gatewayEnabled: true, gatewayUrl: `${sandbox.url}/gateway/mcp` } : {}),
      ...settings,
    },
    secrets: { ...credential.secrets, ...(withoutDatadog ? { datadogApiKey: '' } : {}), ...secrets },
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    storeSecret: (field, value) => void stored.push([field, value]),
    backoffMs: 4,
    now,
    ...options,
  });
  const optionsOf = ({ signal, withinMs = 55_000 }: CallOptions = {}) => ({
    signal: signal ?? new AbortController().signal,
    withinMs,
    progress: () => undefined,
  });
  const call: Rig['call'] = async (name, input = {}, callOptions) => {
    const tool = account.catalog.tools.find(one => one.name === name);
    const action = tool?.actions.find(one => one.name === name);
    if (tool === undefined || action === undefined) throw new Error(`There is no tool ${name}.`);
    return await account.call(tool, action, { ...input }, optionsOf(callOptions));
  };
  const ok: Rig['ok'] = async (name, input) => {
    const { structured, isError } = await call(name, input);
    expect(structured).toMatchObject({ success: true });
    expect(isError).toBe(false);
    return structured;
  };
  return {
    sandbox,
    account,
    stderr: () => lines.join(''),
    stored,
    advance(seconds) {
      ahead += seconds * 1_000;
    },
    call,
    ok,
    result: async (name, input) => (await ok(name, input)).result as Members,
    async fails(name, input) {
      const { structured, isError } = await call(name, input);
      expect(structured).toMatchObject({ success: false });
      expect(isError).toBe(true);
      return structured;
    },
    resource: async uri => JSON.parse((await account.resource(uri, optionsOf())).text),
    sent: what => sandbox.requests.filter(({ method, path }) => what === `${method} ${path}`),
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

export const DEPLOY = { service_name: 'orders', version: '1.8.2', environment: 'staging' } as const;

/** The id of a deployment of the story. */
export function deploymentOf({ sandbox }: Rig, service: string, version: string, environment: string): string {
  const found = sandbox.deployments.find(
    one => one.service_name === service && one.version === version && one.environment === environment,
  );
  if (found === undefined) throw new Error('The story has no such deployment.');
  return found.deployment_id;
}
