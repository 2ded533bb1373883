import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Account, type AccountOptions, createAccount, type ToolAnswer } from '../kit/account.ts';
import type { RecordedRequest } from '../kit/sandbox.ts';
import { sdp } from './index.ts';
import { type Desk, type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

type Members = Readonly<Record<string, unknown>>;

interface Called extends ToolAnswer {
  /** The result's members. */
  readonly fields: Members;
}

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly desk: Desk;
  readonly account: Account;
  /** The private folder of the account. */
  readonly folder: string;
  /** What the account gave to the vault, newest last. */
  readonly stored: readonly { readonly field: string; readonly value: string }[];
  readonly stderr: () => string;
  /** Calls an action by its own name, which is unique, whatever comes of it. */
  call(action: string, input?: object, options?: { readonly withinMs?: number }): Promise<Called>;
  /** Calls an action that must succeed, and returns its members. */
  ok(action: string, input?: object): Promise<Members>;
  /** Calls an action that must fail, and returns its members. */
  fails(action: string, input?: object): Promise<Members>;
  /** Requests to the API, of one method where it is named. */
  sent(method?: string): readonly RecordedRequest[];
  /** `input_data` of the last request to the API, or of the last one with this method. */
  lastInput(method?: string): Members;
  /** Requests for tokens. */
  tokenRequests(): readonly RecordedRequest[];
  /** The id of a row of one of the site's tables, by its name, title or subject; its first row unless told. */
  idOf(table: string, name?: string): string;
}

export interface RigOptions extends Partial<Omit<AccountOptions, 'settings' | 'secrets'>> {
  /** Label of a credential of the sandbox; `us` unless told. */
  readonly as?: string;
  readonly switches?: SandboxOptions;
  readonly settings?: Members;
  readonly secrets?: Readonly<Record<string, string>>;
  /** One that runs already, for a second account; it is not closed then. */
  readonly sandbox?: Sandbox;
  /** With the limits of the tier; otherwise there are none. */
  readonly paced?: boolean;
}

/** An account against a sandbox, both real: requests go over HTTP. */
export async function startRig({
  as = 'us',
  switches,
  settings,
  secrets,
  paced = false,
  ...options
}: RigOptions = {}): Promise<Rig> {
  const sandbox = options.sandbox ?? (await startSandbox(switches));
  const credential = sandbox.credentials.find(({ label }) => label === as);
  if (credential === undefined) throw new Error(`The sandbox has no credential "${as}".`);
  const desk = as.startsWith('eu') ? sandbox.eu : sandbox.us;
  const folder = options.stateFolder ?? mkdtempSync(join(tmpdir(), 'gatehouse-sdp-'));
  const lines: string[] = [];
  const stored: { field: string; value: string }[] = [];
  const account = createAccount(paced ? sdp : { ...sdp, limits: { concurrency: 10 } }, {
    settings: { ...credential.settings, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    readOnly: false,
    stateFolder: folder,
    logLevel: 'debug',
    stderr: line => void lines.push(line),
    backoffMs: 5,
    storeSecret: (field, value) => void stored.push({ field, value }),
    ...options,
  });
  const call: Rig['call'] = async (name, input = {}, { withinMs = 55_000 } = {}) => {
    const tool = account.catalog.tools.find(({ actions }) => actions.some(action => action.name === name));
    const action = tool?.actions.find(one => one.name === name);
    if (tool === undefined || action === undefined) throw new Error(`There is no action ${name}.`);
    const signal = new AbortController().signal;
    const answer = await account.call(tool, action, { ...input }, { signal, withinMs, progress: () => undefined });
    return { ...answer, fields: answer.structured };
  };
  const sent: Rig['sent'] = method =>
    desk.apiServer.requests.filter(request => method === undefined || request.method === method);
  return {
    sandbox,
    desk,
    account,
    folder,
    stored,
    stderr: () => lines.join(''),
    call,
    async ok(name, input) {
      const { fields } = await call(name, input);
      expect([name, fields.success, fields.error, fields.details]).toEqual([name, true, undefined, undefined]);
      return fields;
    },
    async fails(name, input) {
      const { fields, isError } = await call(name, input);
      expect(fields).toMatchObject({ success: false });
      expect(isError).toBe(true);
      return fields;
    },
    sent,
    lastInput(method) {
      const request = sent(method).findLast(({ body, query }) => query.input_data !== undefined || body !== null);
      const { input_data: inQuery } = request?.query ?? {};
      const inBody = typeof request?.body === 'string' ? new URLSearchParams(request.body).get('input_data') : null;
      return JSON.parse(inBody ?? String(inQuery ?? '{}')) as Members;
    },
    tokenRequests: () => desk.accountsServer.requests.filter(({ path }) => path === '/oauth/v2/token'),
    idOf(table, name) {
      const rows = [...(desk.tenant.tables.get(table)?.values() ?? [])];
      const row = rows.find(
        one => name === undefined || [one.name, one.title, one.subject, one.display_id].includes(name),
      );
      if (row === undefined) throw new Error(`The site has no ${name ?? 'row'} in ${table}.`);
      return String(row.id);
    },
    async [Symbol.asyncDispose]() {
      if (options.sandbox === undefined) await sandbox.close();
      if (options.stateFolder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
