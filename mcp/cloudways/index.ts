import { createCache, createQueue, Fault, type Manifest, type Settings } from '../kit/index.ts';
import type { Cloudways } from './api.ts';
import { createAuth } from './auth.ts';
import { browser } from './browser.ts';
import { prompts } from './prompts.ts';
import { resources } from './resources.ts';
import { SCOPES } from './scopes.ts';
import { standalone } from './standalone.ts';
import { access } from './tools/access.ts';
import { account } from './tools/account.ts';
import { appCopies } from './tools/app-copies.ts';
import { appSettings } from './tools/app-settings.ts';
import { apps } from './tools/apps.ts';
import { catalogue } from './tools/catalogue.ts';
import { domains } from './tools/domains.ts';
import { git } from './tools/git.ts';
import { analytics, monitoring } from './tools/monitoring.ts';
import { operations } from './tools/operations.ts';
import { safeUpdates } from './tools/safe-updates.ts';
import { serverSettings } from './tools/server-settings.ts';
import { servers } from './tools/servers.ts';
import { ANALYTICS_WINDOW } from './unsure.ts';

const BASE_URL = 'https://api.cloudways.com/api';
/** Fact sheet §1.7: the vendor allows 100 in a minute; 90 leave room for a person in the portal. */
const REQUESTS = 90;
const WINDOW_SECONDS = 60;
/** Calls that may wait for one server. */
const WAITING = 5;
/** §2.4: the first look comes after this time. In ms. */
const POLL_MS = 4_000;

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value.replace(/\/+$/, '') : otherwise;
const number = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : otherwise;

/** The address with its version, also where it was given with one. */
function baseUrlOf(settings: Settings): string {
  const base = text(settings.baseUrl, BASE_URL);
  return /\/v\d+$/.test(base) ? base : `${base}/${settings.apiVersion === 'v1' ? 'v1' : 'v2'}`;
}

/** Cloudways: managed servers and the applications on them. */
export const cloudways: Manifest<Cloudways> = {
  name: 'cloudways',
  title: 'Cloudways',
  description: 'Managed servers, their applications, backups, certificates, Git deployments and monitoring.',
  version: '1.0.0',
  instructions:
    'Cloudways. An application is named by server_id and app_id; find_app finds both by domain or name. Most changes go on after the call: they answer an operation_id, for which wait_for_operation waits (or give wait: true). A server does one thing at a time; calls queue. When an answer has pending: true, it is not an error: wait on. When it says that the outcome is unknown, look before doing anything again.',
  credentialHelp:
    'In the Cloudways platform under API Integration: an access token (begins with cw_), or the API key with the e-mail of the account’s owner. API keys are said to stop working in October 2026.',
  firstQuestions: [
    'Which servers and applications do I have on Cloudways, and how full are their disks?',
    'Is any operation running on my servers, and did the last backups work?',
  ],
  settings: [
    {
      name: 'apiVersion',
      title: 'Version of the API',
      description: 'Version 1 was announced to end in March 2026.',
      kind: 'choice',
      required: false,
      default: 'v2',
      choices: [
        { value: 'v2', title: 'Version 2' },
        { value: 'v1', title: 'Version 1' },
      ],
      variable: 'CLOUDWAYS_API_VERSION',
    },
    {
      name: 'baseUrl',
      title: 'API address',
      description: `Only for another address than ${BASE_URL}.`,
      kind: 'url',
      required: false,
      variable: 'CLOUDWAYS_API_BASE',
      namesHost: true,
    },
    {
      name: 'role',
      title: 'Role of the access token',
      description: 'The API does not tell it. Actions beyond it are not offered.',
      kind: 'choice',
      required: false,
      choices: [
        { value: 'read', title: 'READ' },
        { value: 'limited', title: 'LIMITED' },
        { value: 'full', title: 'FULL ACCESS' },
      ],
      variable: 'CLOUDWAYS_ROLE',
    },
    {
      name: 'whenBusy',
      title: 'When a server is busy',
      description: 'Wait for its running operation, as long as a call may last, or fail at once.',
      kind: 'choice',
      required: false,
      default: 'queue',
      choices: [
        { value: 'queue', title: 'Wait' },
        { value: 'fail', title: 'Fail' },
      ],
      variable: 'CLOUDWAYS_WHEN_BUSY',
    },
    {
      name: 'ownAddresses',
      title: 'Your own addresses',
      description: 'Shutting one of them out needs a confirmation that a person types.',
      kind: 'list',
      required: false,
      variable: 'CLOUDWAYS_OWN_ADDRESSES',
    },
    {
      name: 'rateRequests',
      title: 'Requests in a window',
      description: 'The vendor allows 100 in a minute, for all programs of the account together.',
      kind: 'number',
      required: false,
      default: REQUESTS,
      variable: 'RATE_LIMIT_REQUESTS',
    },
    {
      name: 'rateWindowSeconds',
      title: 'Seconds of the window',
      description: 'For the number of requests.',
      kind: 'number',
      required: false,
      default: WINDOW_SECONDS,
      variable: 'RATE_LIMIT_WINDOW',
    },
  ],
  credentials: [
    {
      name: 'email',
      title: 'E-mail',
      description: 'Of the account’s owner; only for an API key.',
      kind: 'text',
      required: false,
      variable: 'CLOUDWAYS_EMAIL',
    },
    {
      name: 'secret',
      title: 'Access token or API key',
      description: 'Begins with cw_, or is the key from API Integration.',
      kind: 'secret',
      required: true,
      variable: 'CLOUDWAYS_API_KEY',
    },
  ],
  scopes: SCOPES,
  defaultPresentation: 'grouped',
  readOnlyVariable: 'CLOUDWAYS_READ_ONLY',
  limits: settings => ({
    // The vendor works on one thing at a time for each server (§4.3).
    concurrency: 8,
    windows: [
      {
        calls: number(settings.rateRequests, REQUESTS),
        ms: number(settings.rateWindowSeconds, WINDOW_SECONDS) * 1_000,
      },
    ],
    buckets: { analytics: [ANALYTICS_WINDOW] },
  }),
  address: settings => ({ baseUrl: baseUrlOf(settings) }),
  identityOf: (settings, { email = '', secret = '' }) => [baseUrlOf(settings), email || secret || 'browser'].join(' '),
  open(deps) {
    const { settings } = deps;
    const baseUrl = baseUrlOf(settings);
    return {
      auth: createAuth(deps, baseUrl),
      baseUrl,
      limiter: deps.limiter,
      cache: createCache(deps.store),
      queue: createQueue({ waiting: WAITING, now: deps.now }),
      pollMs: number(settings.pollMs, POLL_MS),
      role: typeof settings.role === 'string' && settings.role !== '' ? settings.role : undefined,
      ownSslPath: undefined,
    };
  },
  authorizer: state => state.auth.authorizer,
  async signIn(state) {
    const { auth } = state;
    const { credential } = auth;
    if (credential?.kind === 'api-key' && credential.email === '')
      throw new Fault('GH_SIGN_IN', 'An API key needs the e-mail of the account.', {
        hint: 'Give the e-mail too, or use an access token that begins with cw_.',
      });
    auth.renew();
    await auth.authorizer.headers();
    if (credential?.kind === 'access-token') await auth.prove(credential.token);
    const identity =
      credential?.kind === 'access-token' ? `access token (${state.role ?? 'role not told'})` : `${credential?.email}`;
    const role = state.role ?? (credential?.kind === 'access-token' ? undefined : 'full');
    return { identity, scopes: role === undefined ? null : [role] };
  },
  browser,
  standalone,
  tools: [
    account,
    operations,
    catalogue,
    servers,
    serverSettings,
    monitoring,
    analytics,
    apps,
    appSettings,
    appCopies,
    access,
    domains,
    git,
    safeUpdates,
  ],
  wrappers: ['server', 'app', 'params'],
  prompts,
  resources,
};
