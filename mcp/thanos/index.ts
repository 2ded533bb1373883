import { createQueue, type Manifest } from '../kit/index.ts';
import { proveAddress, type Thanos } from './api.ts';
import { createAuth } from './auth.ts';
import { configOf } from './config.ts';
import { setup } from './setup.ts';
import { listCustomers } from './tools/customers.ts';
import { getFindings } from './tools/findings.ts';
import { getDashboardMetrics } from './tools/metrics.ts';
import { listResources } from './tools/resources.ts';
import { getRules } from './tools/rules.ts';
import { triggerScan } from './tools/scan.ts';
import { searchViolations } from './tools/search.ts';

/** §4.5: between looks for the result of a scan. In ms. */
const POLL_MS = 15_000;

/** Thanos: AWS compliance of many customers (not the Prometheus project of that name). */
export const thanos: Manifest<Thanos> = {
  name: 'thanos',
  title: 'Thanos',
  description: 'AWS compliance: drift of S3, IAM and security groups against a desired state, for many customers.',
  version: '1.0.0',
  instructions:
    'Thanos, AWS compliance. Findings and resources are those of the latest scan unless asked otherwise; the platform keeps all scans for ever. null means unknown, never 0. complete: false or truncated: true means that there is more. A scan with status unknown goes on: never start it again, give its scan_handle to get_dashboard_metrics.',
  credentialHelp:
    'A service account of the Cognito user pool of your Thanos, with a permanent password and without MFA. Any account of the pool can read every customer and start scans: the platform knows no rights.',
  setup,
  firstQuestions: [
    'Which customers are there in Thanos, and how compliant is each of them?',
    'Which security groups of my customers allow SSH from anywhere?',
  ],
  settings: [
    {
      name: 'apiUrl',
      title: 'API address',
      description: 'Of your Thanos: the output api_url of its infrastructure.',
      kind: 'url',
      required: true,
      variable: 'THANOS_API_URL',
      namesHost: true,
    },
    {
      name: 'userPoolId',
      title: 'User pool id',
      description: 'Such as us-west-2_AbCdEf123; its beginning is the region of Cognito.',
      kind: 'text',
      required: true,
      variable: 'THANOS_USER_POOL_ID',
      namesHost: true,
    },
    {
      name: 'clientId',
      title: 'App client id',
      description: 'Of an app client without a secret that allows USER_PASSWORD_AUTH.',
      kind: 'text',
      required: true,
      variable: 'THANOS_CLIENT_ID',
    },
    {
      name: 'cognitoUrl',
      title: 'Cognito address',
      description: 'Only for another address than the region’s.',
      kind: 'url',
      required: false,
      variable: 'THANOS_COGNITO_URL',
      namesHost: true,
    },
  ],
  credentials: [
    {
      name: 'email',
      title: 'E-mail',
      description: 'Of the service account.',
      kind: 'text',
      required: true,
      variable: 'THANOS_EMAIL',
    },
    {
      name: 'password',
      title: 'Password',
      description: 'A permanent one. Five wrong ones lock the account for a while.',
      kind: 'secret',
      required: true,
      variable: 'THANOS_PASSWORD',
    },
  ],
  scopes: [],
  defaultPresentation: 'flat',
  readOnlyVariable: 'THANOS_READ_ONLY',
  // §1.6 gives no number of requests; functions run one for each request.
  limits: { concurrency: 6 },
  address(settings) {
    const { apiUrl, cognitoUrl } = configOf(settings);
    return { baseUrl: apiUrl, hosts: [new URL(cognitoUrl).hostname], requestIdHeader: 'apigw-requestid' };
  },
  open(deps) {
    const config = configOf(deps.settings);
    const { pollMs } = deps.settings;
    return {
      auth: createAuth(deps, config),
      config,
      pollMs: typeof pollMs === 'number' ? pollMs : POLL_MS,
      demo: false,
      pending: new Map(),
      queue: createQueue({ waiting: 1, now: deps.now }),
    };
  },
  authorizer: state => state.auth.authorizer,
  async signIn(state, http) {
    state.auth.forget();
    const { identity } = await state.auth.tokens.get();
    await proveAddress(state, http);
    return { identity, scopes: null };
  },
  standalone: {
    transport: 'stdio',
    port: 8_000,
    presentation: 'flat',
    readOnly: true,
    review: () => [],
  },
  tools: [listResources, getFindings, getDashboardMetrics, triggerScan, listCustomers, getRules, searchViolations],
  prompts: [],
  resources: [],
};
