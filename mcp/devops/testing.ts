import { createSandboxClock, type RecordedRequest } from '../kit/sandbox.ts';
import { type AccountRig, type AccountRigOptions, credentialOf, type Members, openAccount } from '../kit/testing.ts';
import { devops } from './index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

export type { Members };

/** Tools are called by their names: each has one action, of the same name. */
export interface Rig extends AsyncDisposable, Omit<AccountRig, 'run' | 'folder' | 'remove'> {
  readonly sandbox: Sandbox;
  /** Moves the clocks of the account and of the sandbox. */
  advance(seconds: number): void;
  /** As `ok`; its `result`. */
  result(tool: string, input?: object): Promise<Members>;
  resource(uri: string): Promise<Members>;
  /** Recorded requests, as `POST /mcp/tools/deploy_service`. */
  sent(what: string): readonly RecordedRequest[];
}

/** `as`: `prod` unless told. */
export interface RigOptions extends AccountRigOptions<SandboxOptions> {
  /** Without the keys of Datadog: logs and metrics come from the platform. */
  readonly withoutDatadog?: boolean;
  readonly gateway?: boolean;
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
  const { now, advance } = createSandboxClock();
  const sandbox = await startSandbox({ ...switches, now });
  const credential = credentialOf(sandbox, as);
  const {
    run: _run,
    folder: _folder,
    remove,
    ...rig
  } = openAccount(devops, {
    settings: {
      ...credential.settings,
      allowProduction: true,
      secondMs: 1,
      ...(gateway ? { gatewayEnabled: true, gatewayUrl: `${sandbox.url}/gateway/mcp` } : {}),
      ...settings,
    },
    secrets: { ...credential.secrets, ...(withoutDatadog ? { datadogApiKey: '' } : {}), ...secrets },
    backoffMs: 4,
    now,
    ...options,
  });
  return {
    ...rig,
    sandbox,
    advance,
    result: async (name, input) => (await rig.ok(name, input)).result as Members,
    resource: async uri => {
      const { signal } = new AbortController();
      return JSON.parse(
        (await rig.account.resource(uri, { signal, withinMs: 55_000, progress: () => undefined })).text,
      );
    },
    sent: what => sandbox.requests.filter(({ method, path }) => what === `${method} ${path}`),
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

export const DEPLOY = { service_name: 'orders', version: '1.8.2', environment: 'staging' } as const;

/** The id of a deployment of the story. */
export function deploymentOf({ sandbox }: Rig, service: string, version: string, environment: string): string {
  const found = sandbox.deployments.find(
    one => one.service_name === service && one.version === version && one.environment === environment,
  );
  if (found === undefined) throw new Error('The story has no such deployment.');
  return found.deployment_id;
}

/** The variables of the original server, with the other spelling of Datadog's keys. */
export function standaloneEnvironment(
  sandbox: Sandbox,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const credential = sandbox.credentials.find(({ label }) => label === 'access-key');
  const { accessKey = '', datadogApiKey = '', datadogAppKey = '' } = credential?.secrets ?? {};
  return {
    PATH: process.env.PATH ?? '',
    LIGHT_DEVOPS_API_URL: `${sandbox.url}/`,
    DESCOPE_PROJECT_ID: String(credential?.settings.projectId),
    DESCOPE_BASE_URL: sandbox.url,
    DESCOPE_ACCESS_KEY: accessKey,
    DATADOG_BASE_URL: sandbox.url,
    DD_API_KEY: datadogApiKey,
    DD_APP_KEY: datadogAppKey,
    ...more,
  };
}
