import type { RecordedRequest } from '../kit/sandbox.ts';
import { type AccountRig, type AccountRigOptions, credentialOf, type Members, openAccount } from '../kit/testing.ts';
import { cloudways } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

/** Actions are called by their own names, which are unique. */
export interface Rig extends AsyncDisposable, Omit<AccountRig, 'run' | 'stored' | 'remove'> {
  readonly sandbox: Sandbox;
  /** The recorded requests, without those for tokens. */
  sent(method?: string): readonly RecordedRequest[];
  /** The fields of the last change that was sent, whether as form or as JSON. */
  lastFields(): Members;
}

/** `as`: `key` unless told. */
export type RigOptions = AccountRigOptions<SandboxOptions>;

/** The live application and its server in the demo data. */
export const SHOP = { server_id: '41001', app_id: '510201' };

/** An account of Cloudways against a sandbox of its own, both real: requests go over HTTP. Operations end within 10 ms. */
export async function startRig({ as = 'key', switches, settings, secrets, ...options }: RigOptions = {}): Promise<Rig> {
  const sandbox = await startSandbox({ speed: 20_000, rateLimit: 10_000, lowRateLimit: 10_000, ...switches });
  const credential = credentialOf(sandbox, as);
  const {
    run: _run,
    stored: _stored,
    remove,
    ...rig
  } = openAccount(cloudways, {
    settings: { ...credential.settings, pollMs: 4, rateRequests: 10_000, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    ...options,
  });
  const sent: Rig['sent'] = method =>
    sandbox.requests.filter(
      request => !request.path.includes('/oauth/') && (method === undefined || request.method === method),
    );
  return {
    ...rig,
    sandbox,
    sent,
    lastFields() {
      const { body } = sent().findLast(({ method }) => method !== 'GET') ?? { body: null };
      if (typeof body === 'string') return Object.fromEntries(new URLSearchParams(body));
      return typeof body === 'object' && body !== null ? { ...body } : {};
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      remove();
    },
  };
}
