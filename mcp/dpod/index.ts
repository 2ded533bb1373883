import type { Manifest, Settings } from '../kit/index.ts';
import { Fault } from '../kit/index.ts';
import type { Dpod } from './api.ts';
import { authorizerOf, createAuth } from './auth.ts';
import { prompts } from './prompts.ts';
import { resources } from './resources.ts';
import { SCOPES, SP, SP_SERVICES } from './scopes.ts';
import { audit } from './tools/audit.ts';
import { availability } from './tools/availability.ts';
import { agreements, pricing, products, subscriptions } from './tools/commerce.ts';
import { credentials, subscriberGroups, users } from './tools/people.ts';
import { reports } from './tools/reports.ts';
import { scopes } from './tools/scopes.ts';
import { services } from './tools/services.ts';
import { tenants } from './tools/tenants.ts';
import { tiles } from './tools/tiles.ts';

/** Fact sheet §1.4: there are exactly two regions. */
const BASE_URLS = {
  na: 'https://thales.na.market.dpondemand.io',
  eu: 'https://thales.eu.market.dpondemand.io',
} as const;
const TOKEN_URL = 'https://access.dpondemand.io/oauth/v1/token';
const STATUS_URL = 'https://status.dpondemand.io';

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value.replace(/\/+$/, '') : otherwise;
const baseUrlOf = (settings: Settings): string =>
  text(settings.baseUrl, BASE_URLS[settings.region === 'eu' ? 'eu' : 'na']);

/** Thales DPoD (Data Protection on Demand). */
export const dpod: Manifest<Dpod> = {
  name: 'dpod',
  title: 'Thales DPoD',
  description:
    'Data Protection on Demand: HSM and key management services, their clients, tenants, users, audit logs and billing.',
  version: '1.0.0',
  instructions:
    'Thales DPoD. Services can be named by UUID or name. Creating services and approving agreements costs money; deleting a service loses its keys for good. When an answer says that the outcome is unknown, look at the current state before doing anything again.',
  credentialHelp:
    'In the DPoD portal: Credentials → Platform credentials (or the credentials of one service). The secret is shown once, at creation or reset.',
  firstQuestions: [
    'Which services do I have in DPoD, and is any of them not healthy?',
    'What happened in the DPoD audit log since yesterday? Tell me anything unusual.',
  ],
  settings: [
    {
      name: 'region',
      title: 'Region',
      description: 'Where the tenant’s data lives.',
      kind: 'choice',
      required: false,
      default: 'na',
      choices: [
        { value: 'na', title: 'North America' },
        { value: 'eu', title: 'Europe' },
      ],
      variable: 'DPOD_REGION',
      namesHost: true,
    },
    {
      name: 'baseUrl',
      title: 'API address',
      description: 'Only for another address than the region’s.',
      kind: 'url',
      required: false,
      variable: 'DPOD_BASE_URL',
      namesHost: true,
    },
    {
      name: 'authUrl',
      title: 'Token address',
      description: `The whole address; ${TOKEN_URL} unless told.`,
      kind: 'url',
      required: false,
      variable: 'DPOD_AUTH_URL',
      namesHost: true,
    },
    {
      name: 'statusUrl',
      title: 'Status page',
      description: `${STATUS_URL} unless told.`,
      kind: 'url',
      required: false,
      variable: 'DPOD_STATUS_URL',
    },
    {
      name: 'downloadFolder',
      title: 'Folder for client packages',
      description: 'The only folder into which bind_client may save; a private one of this connection unless told.',
      kind: 'folder',
      required: false,
      variable: 'DPOD_DOWNLOAD_FOLDER',
    },
    {
      name: 'legacyBindings',
      title: 'Deprecated client download',
      description: 'Use it where the newer way is missing.',
      kind: 'boolean',
      required: false,
      default: true,
      variable: 'DPOD_LEGACY_BINDINGS',
    },
    {
      name: 'spServices',
      title: 'Service providers try services',
      description:
        'The vendor says that a service provider’s credential may not work on services; try it all the same.',
      kind: 'boolean',
      required: false,
      default: false,
      variable: 'DPOD_SP_SERVICES',
    },
  ],
  credentials: [
    {
      name: 'clientId',
      title: 'Client id',
      description: 'Of the credential, a UUID.',
      kind: 'text',
      required: true,
      variable: 'DPOD_CLIENT_ID',
    },
    {
      name: 'clientSecret',
      title: 'Client secret',
      description: 'Shown once by DPoD.',
      kind: 'secret',
      required: true,
      variable: 'DPOD_CLIENT_SECRET',
    },
  ],
  scopes: SCOPES,
  defaultPresentation: 'grouped',
  readOnlyVariable: 'DPOD_READ_ONLY_MODE',
  // No limit is published (§2): a modest number at once, and whatever Retry-After says.
  limits: { concurrency: 8 },
  address(settings) {
    const hosts = [text(settings.authUrl, TOKEN_URL), text(settings.statusUrl, STATUS_URL)].map(
      url => new URL(url).hostname,
    );
    return { baseUrl: baseUrlOf(settings), hosts };
  },
  open(deps) {
    const { settings } = deps;
    const authUrl = text(settings.authUrl, TOKEN_URL);
    const pollMs = typeof settings.pollMs === 'number' ? settings.pollMs : 2_000;
    return {
      auth: createAuth(deps, authUrl),
      baseUrl: baseUrlOf(settings),
      authUrl,
      statusUrl: text(settings.statusUrl, STATUS_URL),
      pollMs,
      spServices: settings.spServices === true,
    };
  },
  authorizer: state => authorizerOf(state.auth),
  async signIn(state) {
    const { tokens } = state.auth;
    // Anew: a token from before says nothing about the credential of now.
    if (tokens.current !== undefined) tokens.refused(tokens.current);
    const token = await tokens.get();
    if (token.scopes.length === 0)
      throw new Fault('GH_SIGN_IN', 'The credential has none of the API scopes of DPoD, so it can do nothing here.', {
        hint: 'Use platform credentials or the credentials of a service; roles of the portal do not count.',
      });
    const tenant = token.tenant === undefined ? '' : `, tenant ${token.tenant}`;
    const extra = state.spServices && token.scopes.includes(SP) ? [SP_SERVICES] : [];
    return {
      identity: `${String(token.claims.sub ?? token.claims.cid ?? 'credential')}${tenant}`,
      scopes: [...token.scopes, ...extra],
    };
  },
  tools: [
    services,
    tiles,
    audit,
    reports,
    tenants,
    availability,
    credentials,
    users,
    scopes,
    subscriberGroups,
    subscriptions,
    products,
    pricing,
    agreements,
  ],
  prompts,
  resources,
};
