import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer, type Route, type SandboxAnswer, type SandboxRequest, type Switches } from '../../kit/sandbox.ts';
import { evaluate, TENANTS } from './demo-data.ts';
import { BASE_CONFIGS, RULES } from './engine.ts';
import { gatewayAnswer, unauthorized, withId } from './gateway.ts';
import { findingsPage, keep, metricsOf, resourcesBy, type Store } from './store.ts';
import type { ThanosSwitches } from './switches.ts';

/** A refusal of a function: its text stands under `error` (§1.6). */
class HandlerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Platform {
  readonly routes: readonly Route[];
  /** Scans that were started and have not ended. */
  readonly running: number;
  /** Ends the scans that are due. */
  settle(): void;
}

type Handle = (request: SandboxRequest) => unknown;

/** All regions that the accounts have switched on. */
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'];
const CREATED = '2026-01-01T00:00:00Z';

/** The platform's routes (fact sheet §3). */
export function createPlatform(store: Store, now: () => number, switches: Switches<ThanosSwitches>): Platform {
  let pending: { readonly endsAt: number; finish(): void }[] = [];
  const settle = (): void => {
    const due = pending.filter(({ endsAt }) => endsAt <= now());
    pending = pending.filter(scan => !due.includes(scan));
    for (const scan of due) scan.finish();
  };

  const resources: Handle = ({ query }) => {
    need(query, 'tenant_id');
    const filters = ['snapshot_key', 'compliance_status', 'resource_type'];
    if (!filters.some(name => query.get(name)))
      throw new HandlerError(400, `Must provide one of: ${filters.join(', ')}`);
    const limit = integer(query.get('limit') ?? '100');
    const rows = switches.current.databaseDown
      ? []
      : fitting(resourcesBy(store, query).slice(0, limit), switches.current.storeBytes);
    return {
      tenant_id: query.get('tenant_id'),
      resources: rows,
      totals: {
        total_resources: rows.length,
        by_type: counted(rows.map(row => row.resource_type)),
        by_compliance: counted(rows.map(row => row.compliance_status)),
      },
    };
  };

  const findings: Handle = ({ query }) => {
    const tenant = need(query, 'tenant_id');
    return findingsPage(store, tenant, integer(query.get('limit') ?? '50'), positionOf(query.get('cursor')));
  };

  const metrics: Handle = ({ query }) => {
    const tenant = need(query, 'tenant_id');
    const limit = Number(query.get('limit') ?? '5');
    if (!Number.isInteger(limit) || limit < 1 || limit > 20)
      throw new HandlerError(400, 'limit must be a number from 1 to 20');
    const found = metricsOf(store, tenant, limit, switches.current.metrics);
    if (found === undefined) throw new HandlerError(404, 'No findings for this tenant');
    return found;
  };

  const scan = async (request: SandboxRequest): Promise<SandboxAnswer> => {
    const { scanMs, gatewayMs, gatewayStatus } = switches.current;
    const began = begin(request);
    const running = { endsAt: now() + scanMs, finish: () => void began() };
    pending.push(running);
    await sleep(Math.min(scanMs, gatewayMs), undefined, { ref: false });
    // The function goes on when the gateway has given up (§4.1).
    if (scanMs > gatewayMs) return gatewayAnswer(gatewayStatus);
    pending = pending.filter(one => one !== running);
    return withId(jsonAnswer(200, began()));
  };

  /** Checks the body; what it returns does the scan and tells the result. */
  const begin = (request: SandboxRequest): (() => unknown) => {
    const body = bodyOf(request);
    for (const name of ['tenant_id', 'role_arn', 'account_id'])
      if (!body[name]) throw new HandlerError(400, `${name} required`);
    const tenant = TENANTS.find(({ customer }) => customer.tenant_id === body.tenant_id);
    const mode = switches.current.scans;
    if (mode === 'role-error' || tenant === undefined || tenant.customer.role_arn !== body.role_arn)
      throw new HandlerError(
        500,
        `An error occurred (AccessDenied) when calling the AssumeRole operation: not authorized to perform sts:AssumeRole on resource: ${body.role_arn}`,
      );
    const regions = expanded(body.regions, mode);
    return () => {
      const seen = mode === 'region-failure' ? regions.slice(0, -1) : regions;
      const { scan: done, evaluations } = evaluate(tenant, seen, now(), 0, switches.current.swapped);
      keep(store, done.tenant, evaluations);
      const rows = evaluations.map(({ resource }) => resource.compliance_status);
      const made = evaluations.flatMap(one => one.findings);
      const count = (status: string): number => rows.filter(row => row === status).length;
      return {
        tenant_id: done.tenant,
        account_id: done.account,
        regions,
        scan_id: done.scanId,
        totals: { resources: rows.length, findings: made.length },
        compliance: {
          total: rows.length,
          compliant: count('COMPLIANT'),
          non_compliant: count('NON_COMPLIANT'),
          not_evaluated: count('NOT_EVALUATED'),
          compliance_percentage: rows.length === 0 ? 0 : (100 * count('COMPLIANT')) / rows.length,
        },
        findings_sample: made.slice(0, 10),
        snapshot_key: done.snapshotKey,
      };
    };
  };

  const rulesIn =
    (...flavours: readonly ThanosSwitches['rules'][]): Handle =>
    ({ query }) => {
      if (!flavours.includes(switches.current.rules)) return gatewayAnswer(404);
      return { rules: rulesFor(query.get('tenant_id')) };
    };

  const route = (method: string, path: string, handle: Handle): Route => ({
    method,
    path,
    handle: async request => {
      const refused = unauthorized(request, now());
      if (refused !== undefined) return refused;
      settle();
      return answered(() => handle(request));
    },
  });
  return {
    settle,
    get running() {
      return pending.length;
    },
    routes: [
      route('GET', '/resources', resources),
      route('GET', '/findings', findings),
      route('GET', '/findings/metrics', metrics),
      route('POST', '/scan', scan),
      route('GET', '/customers', () => ({ customers: sorted() })),
      route('GET', '/config/rules', rulesIn('contract')),
      route('GET', '/rules', rulesIn('rules-v1', 'contract')),
      route('GET', '/base-configs', () => ({ configs: baseConfigs() })),
      route('GET', '/groups', () => ({ groups: GROUPS })),
    ],
  };
}

async function answered(handle: () => unknown): Promise<SandboxAnswer> {
  try {
    const value = await handle();
    const isAnswer = typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
    return isAnswer ? withId(value as SandboxAnswer) : withId(jsonAnswer(200, value));
  } catch (error) {
    if (!(error instanceof HandlerError)) throw error;
    // Some refusals carry no content type (§1.6).
    return withId({ status: error.status, body: JSON.stringify({ error: error.message }) });
  }
}

function need(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (!value) throw new HandlerError(400, `${name} required`);
  return value;
}

/** As Python's `int()`: another text, and zero or less, end the function. */
function integer(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new HandlerError(500, `invalid literal for int() with base 10: '${text}'`);
  if (Number(text) <= 0) throw new HandlerError(500, 'Limit must be greater than or equal to 1');
  return Number(text);
}

function positionOf(cursor: string | null): string | undefined {
  if (cursor === null || cursor === '') return undefined;
  try {
    return String(JSON.parse(cursor).finding_id);
  } catch {
    throw new HandlerError(400, 'Invalid cursor');
  }
}

function bodyOf(request: SandboxRequest): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new HandlerError(500, 'Expecting value: line 1 column 1 (char 0)');
  }
}

function expanded(given: unknown, mode: ThanosSwitches['scans']): readonly string[] {
  const regions = Array.isArray(given) ? given.map(String) : ['us-east-1'];
  if (!regions.includes('ALL')) return regions;
  return mode === 'list-failure' ? ['us-east-1'] : REGIONS;
}

/** As many rows as the store gives at once, by their size. */
function fitting<T>(rows: readonly T[], bytes: number): readonly T[] {
  let used = 0;
  return rows.filter(row => {
    used += JSON.stringify(row).length;
    return used <= bytes;
  });
}

function counted(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, word => word)].map(([word, all]) => [word, all.length]));
}

function sorted() {
  const name = (one: (typeof TENANTS)[number]): string => String(one.customer.customer_name).toLowerCase();
  return [...TENANTS].sort((a, b) => name(a).localeCompare(name(b))).map(({ customer }) => customer);
}

const common = { created_at: CREATED, updated_at: null, enabled: true };

function rulesFor(tenant: string | null) {
  const stock = RULES.map(({ broken: _broken, type, ...rule }) => ({
    ...rule,
    resource_type: type,
    category: 'compliance',
    selector: {},
    source: 'default',
    created_by: 'system',
    editable: false,
    ...common,
  }));
  const own = {
    id: 'acme-bucket-names',
    resource_type: 'AWS::S3::Bucket',
    check: { type: 'equals', path: 'BucketName', expected: 'corp-' },
    severity: 'LOW',
    message: 'Buckets of acme begin with corp-',
    category: 'compliance',
    selector: { name_pattern: 'corp-*' },
    source: 'custom',
    tenant_id: 'acme-corp',
    created_by: 'admin',
    editable: true,
    ...common,
  };
  return tenant === own.tenant_id ? [...stock, own] : stock;
}

function baseConfigs() {
  return Object.entries(BASE_CONFIGS).map(([resource_type, desired_config]) => ({
    resource_type,
    desired_config,
    version: 'v1',
    editable: true,
    created_at: CREATED,
    updated_at: CREATED,
  }));
}

const GROUPS = [
  {
    group_id: 'grp-prod-buckets',
    name: 'Production buckets',
    resource_type: 'AWS::S3::Bucket',
    selector: { tags: { Environment: 'production' } },
    priority: 100,
    description: 'Buckets of production are versioned',
    desired_config: { Versioning: 'Enabled' },
    created_at: CREATED,
    updated_at: CREATED,
    created_by: 'admin',
  },
];
