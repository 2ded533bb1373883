import type { RecordedRequest } from '../kit/sandbox.ts';
import { type AccountRig, type AccountRigOptions, credentialOf, type Members, openAccount } from '../kit/testing.ts';
import { sdp } from './index.ts';
import { type Desk, type Sandbox, type SandboxOptions, startSandbox } from './sandbox/index.ts';

/** Actions are called by their own names, which are unique. */
export interface Rig extends AsyncDisposable, Omit<AccountRig, 'run' | 'remove'> {
  readonly sandbox: Sandbox;
  readonly desk: Desk;
  /** Requests to the API, of one method where it is named. */
  sent(method?: string): readonly RecordedRequest[];
  /** `input_data` of the last request to the API, or of the last one with this method. */
  lastInput(method?: string): Members;
  /** Requests for tokens. */
  tokenRequests(): readonly RecordedRequest[];
  /** The id of a row of one of the site's tables, by its name, title or subject; its first row unless told. */
  idOf(table: string, name?: string): string;
}

/** `as`: `us` unless told. */
export interface RigOptions extends AccountRigOptions<SandboxOptions> {
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
  const credential = credentialOf(sandbox, as);
  const desk = as.startsWith('eu') ? sandbox.eu : sandbox.us;
  const {
    run: _run,
    remove,
    ...rig
  } = openAccount(paced ? sdp : { ...sdp, limits: { concurrency: 10 } }, {
    settings: { ...credential.settings, ...settings },
    secrets: { ...credential.secrets, ...secrets },
    ...options,
  });
  const sent: Rig['sent'] = method =>
    desk.apiServer.requests.filter(request => method === undefined || request.method === method);
  return {
    ...rig,
    sandbox,
    desk,
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
      remove();
    },
  };
}

/** The variables of a server on its own for this site of the sandbox. */
export function variablesOf(
  sandbox: Sandbox,
  label: 'us' | 'eu',
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { settings, secrets } = sandbox.credentials.find(one => one.label === label) ?? { settings: {}, secrets: {} };
  const given: Members = { ...settings, ...secrets };
  return {
    SDP_DATA_CENTER: String(given.dataCenter),
    SDP_BASE_URL: String(given.baseUrl),
    SDP_INSTANCE_NAME: String(given.portal),
    SDP_ACCOUNTS_URL: String(given.accountsUrl),
    SDP_OAUTH_CLIENT_ID: String(given.clientId),
    SDP_OAUTH_CLIENT_SECRET: String(given.clientSecret),
    SDP_OAUTH_REFRESH_TOKEN: String(given.refreshToken),
    ...more,
  };
}
