import { createCache, type Manifest } from '../kit/index.ts';
import { createAuth } from './auth.ts';
import { browser } from './browser.ts';
import { configOf } from './config.ts';
import { proveKeys } from './datadog.ts';
import { githubDriver } from './drivers/github.ts';
import { platformDriver } from './drivers/platform.ts';
import { credentials, settings } from './fields.ts';
import { endSession } from './gateway.ts';
import { PERMISSIONS, rolesWith } from './permissions.ts';
import { prompts } from './prompts.ts';
import { resources } from './resources.ts';
import { restOf } from './rest/index.ts';
import type { Devops } from './state.ts';
import { byPathTools, discoveryTools, logTools, metricTools } from './tools/reads.ts';
import { signInTools } from './tools/sign-in.ts';
import { deployTools, rollbackTools } from './tools/writes.ts';

const [deploy, deployAlias] = deployTools;
const [rollback, rollbackAlias] = rollbackTools;
const [signIn, signInAlias] = signInTools;

/** Light DevOps: deploy, roll back, logs and metrics. */
export const devops: Manifest<Devops> = {
  name: 'devops',
  title: 'Light DevOps',
  description: 'Deployments, rollbacks, logs and metrics, with sign-in and roles by Descope and data from Datadog.',
  version: '1.0.0',
  instructions:
    'Light DevOps. An empty list means that there is nothing: data is never made up. missing names metrics without a value. A write with status UNKNOWN may have been done: look at the logs and metrics first; the same call within 10 minutes looks for the lost one before it sends anything. Names beginning with get or post are the same operations under the names of the gateway.',
  credentialHelp:
    'An access key of your Descope project (for machines), or the refresh token of a user. For logs and metrics straight from Datadog also an API key and an application key that may read logs and metrics.',
  firstQuestions: [
    'Which errors were logged in staging in the last hour, and by which service?',
    'How did latency and errors of production go over the last day?',
  ],
  settings,
  credentials,
  scopes: PERMISSIONS.map(name => ({ name, title: `${name.replace('_', ' ')}: ${rolesWith(name).join(', ')}` })),
  defaultPresentation: 'flat',
  readOnlyVariable: 'LIGHT_DEVOPS_READ_ONLY',
  // §5.1: Datadog's numbers are not published; what its answers tell counts for its own requests alone.
  limits: { concurrency: 6, buckets: { datadog: [] } },
  address(given) {
    const { apiUrl, gatewayUrl, descopeUrl, datadogUrl, executor, github } = configOf(given);
    const githubUrl = executor === 'github' ? github.url : undefined;
    const all = [apiUrl, gatewayUrl, descopeUrl, datadogUrl, githubUrl].filter(
      url => url !== undefined && URL.canParse(url),
    );
    return { baseUrl: all[0] ?? descopeUrl, hosts: all.map(url => new URL(String(url)).hostname) };
  },
  open(deps) {
    const config = configOf(deps.settings);
    const { datadogApiKey: apiKey = '', datadogAppKey: appKey = '' } = deps.secrets;
    const { secondMs } = deps.settings;
    return {
      config,
      auth: createAuth(deps, config),
      driver: config.executor === 'github' ? githubDriver : platformDriver,
      cache: createCache(deps.store),
      // §5.1: reads need both.
      datadog: apiKey === '' || appKey === '' ? undefined : { apiKey, appKey },
      datadogBudget: new Map(),
      githubToken: deps.secrets.githubToken || undefined,
      pending: new Map(),
      gateway: undefined,
      secondMs: typeof secondMs === 'number' ? secondMs : 1_000,
      now: deps.now,
      demo: false,
    };
  },
  authorizer: state => state.auth.authorizer,
  async signIn(state, http) {
    state.auth.forget();
    const { userId, name, roles, permissions } = await state.auth.principal();
    if (state.datadog !== undefined) await proveKeys(state, http);
    return { identity: `${name ?? userId} (${roles.join(', ') || 'no role'})`, scopes: permissions };
  },
  close: endSession,
  browser,
  standalone: {
    transport: 'stdio',
    port: 8_001,
    portVariable: 'PORT',
    presentation: 'flat',
    readOnly: true,
    review: () => [],
    rest: restOf,
    // As the original: whoever calls brings a session of Descope's, and has the rights that it says.
    callers: {
      variable: 'LIGHT_DEVOPS_HTTP_CALLERS',
      secretsFor: (token, { accessKey: _key, refreshToken: _refresh, ...secrets }) =>
        /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? { ...secrets, sessionToken: token } : undefined,
    },
  },
  tools: [
    deploy,
    rollback,
    signIn,
    ...logTools,
    ...metricTools,
    deployAlias,
    rollbackAlias,
    signInAlias,
    ...discoveryTools,
    ...byPathTools,
  ].filter(tool => tool !== undefined),
  wrappers: ['arguments', 'params'],
  prompts,
  resources,
};
