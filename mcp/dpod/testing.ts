import type { RecordedRequest } from '../kit/sandbox.ts';
import {
  type AccountRig,
  type AccountRigOptions,
  type Called,
  type CallOptions,
  credentialOf,
  failed,
  type Members,
  openAccount,
  succeeded,
} from '../kit/testing.ts';
import { dpod } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

export interface Rig extends AsyncDisposable, Pick<AccountRig, 'account' | 'folder' | 'stderr'> {
  readonly sandbox: Sandbox;
  /** Calls an action, whatever comes of it. */
  call(tool: string, action: string, input?: object, options?: CallOptions): Promise<Called>;
  /** Calls an action that must succeed, and returns its members. */
  ok(tool: string, action: string, input?: object): Promise<Members>;
  /** Calls an action that must fail, and returns its members. */
  fails(tool: string, action: string, input?: object): Promise<Members>;
  /** The recorded requests, "POST /v1/…" or one method, without those for tokens. */
  sent(method?: string): readonly RecordedRequest[];
}

/** `as`: `SP+AO` unless told. */
export type RigOptions = AccountRigOptions<SandboxOptions>;

/** An account of DPoD against a sandbox of its own, both real: requests go over HTTP. */
export async function startRig({
  as = 'SP+AO',
  switches,
  settings,
  secrets,
  ...options
}: RigOptions = {}): Promise<Rig> {
  const sandbox = await startSandbox(switches);
  const credential = credentialOf(sandbox, as);
  const { account, folder, stderr, run, remove } = openAccount(dpod, {
    settings: { ...credential.settings, pollMs: 5, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    ...options,
  });
  return {
    sandbox,
    account,
    folder,
    stderr,
    call: run,
    ok: async (tool, action, input) => succeeded(await run(tool, action, input)),
    fails: async (tool, action, input) => failed(await run(tool, action, input)),
    sent: method =>
      sandbox.requests.filter(
        request => !request.path.startsWith('/oauth/') && (method === undefined || request.method === method),
      ),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      remove();
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
