import { Fault } from '../kit/index.ts';
import { queryMetrics, searchLogs } from './datadog.ts';
import { type LogFilters, type MetricFilters, shownFilters } from './filters.ts';
import { callGateway } from './gateway.ts';
import { type Permission, rolesWith } from './permissions.ts';
import { read, rowsOf } from './platform.ts';
import { type DevopsCall, envelope, type Item, isItem, textOf, type Way } from './reply.ts';

/** §5.4. In ms. */
const METRICS_LAST_MS = 60_000;

interface Read<T> {
  readonly value: T;
  readonly way: Way;
}

/** §7.1 and §7.2: the gateway where it is wanted; around it only when it is out of order, never when it refuses. */
export async function routed<T>(
  call: DevopsCall,
  throughGateway: () => Promise<T>,
  direct: () => Promise<T>,
  directly: Way['provider'],
): Promise<Read<T>> {
  const { gatewayWanted, readsFallBack, dialect } = call.state.config;
  const warnings = dialect === 'as-built' && directly === 'platform' ? ['unverified_executor'] : [];
  if (!gatewayWanted) return { value: await direct(), way: { provider: directly, route: 'direct', warnings } };
  try {
    return { value: await throughGateway(), way: { provider: 'platform', route: 'gateway', warnings } };
  } catch (error) {
    const broken = error instanceof Fault && error.fields.reason === 'gateway_unavailable';
    if (!broken || !readsFallBack) throw error;
    const way: Way = {
      provider: directly,
      route: 'direct',
      fallbackReason: 'gateway_unavailable',
      degraded: true,
      warnings: [...warnings, 'The gateway did not answer; this was read directly.'],
    };
    return { value: await direct(), way };
  }
}

/** §2.3. Throws `GH_SCOPE_MISSING`. */
async function mustHave(call: DevopsCall, permission: Permission): Promise<void> {
  const { permissions } = await call.state.auth.principal();
  if (permissions.includes(permission)) return;
  throw new Fault('GH_SCOPE_MISSING', `Insufficient permissions: this needs ${permission}.`, {
    hint: `The roles that have it: ${rolesWith(permission).join(', ')}.`,
    fields: { reason: 'forbidden', missing_permission: permission },
  });
}

interface Rows {
  readonly data: readonly Item[];
  readonly complete: boolean;
}

export async function readLogs(call: DevopsCall, tool: string, filters: LogFilters): Promise<Item> {
  await mustHave(call, 'read_logs');
  const purpose = 'Reading logs';
  const { level, limit, service, from, since } = filters;
  const query = { level, limit, service, ...(since ? { since: new Date(from).toISOString() } : {}) };
  const fromPlatform = (body: Item): Rows => ({ data: rowsOf(body, purpose).map(plainLog), complete: true });
  const { value, way } = await routed(
    call,
    async () =>
      fromPlatform(
        unwrapped(await callGateway(call, { tool: 'getMcpResourcesLogs', arguments: defined(query), purpose })),
      ),
    async () =>
      call.state.datadog === undefined
        ? fromPlatform(await read(call, '/mcp/resources/logs', purpose, query))
        : await searchLogs(call, filters),
    call.state.datadog === undefined ? 'platform' : 'datadog',
  );
  const data = value.data
    .filter(row => fits(row, filters))
    .sort(newestFirst)
    .slice(0, limit);
  const window = { from: new Date(from).toISOString(), to: new Date(filters.to).toISOString() };
  const result = {
    uri: 'logs',
    type: 'logs',
    count: data.length,
    filters: shownFilters(filters),
    data,
    complete: value.complete,
    window,
  };
  const warnings = value.complete ? way.warnings : [...way.warnings, 'There may be more rows: the search ended early.'];
  return envelope(call, tool, true, result, { ...way, warnings, degraded: way.degraded === true || !value.complete });
}

function plainLog(row: Item): Item {
  return { ...row, level: row.level === 'WARNING' ? 'WARN' : row.level };
}

/** §7.5: upstream filtered already; whoever ignores a filter is caught here. */
function fits(row: Item, { level, service, from }: LogFilters): boolean {
  const time = Date.parse(String(row.timestamp));
  return (level ?? row.level) === row.level && (service ?? row.service) === row.service && !(time < from);
}

function newestFirst(a: Item, b: Item): number {
  return Date.parse(String(b.timestamp)) - Date.parse(String(a.timestamp));
}

interface Values {
  readonly data: readonly Item[];
  readonly missing: readonly string[] | null;
  readonly known: readonly string[] | null;
}

/** `fresh`: not from the cache, which keeps what was read for the next ones. */
export async function readMetrics(
  call: DevopsCall,
  tool: string,
  filters: MetricFilters,
  fresh = false,
): Promise<Item> {
  // Before the cache, which knows no rights (§5.4).
  await mustHave(call, 'read_metrics');
  const purpose = 'Reading metrics';
  const service = filters.service ?? call.state.config.service;
  const query = { ...filters, service };
  let cached = true;
  const fetch = (): Promise<Read<Values>> => {
    cached = false;
    return routed<Values>(
      call,
      async () =>
        values(
          unwrapped(await callGateway(call, { tool: 'getMcpResourcesMetrics', arguments: defined(query), purpose })),
        ),
      async () =>
        call.state.datadog === undefined
          ? values(await read(call, '/mcp/resources/metrics', purpose, query))
          : await queryMetrics(call, filters, service),
      call.state.datadog === undefined ? 'platform' : 'datadog',
    );
  };
  const values = (body: Item): Values => ({ data: rowsOf(body, purpose), missing: null, known: null });
  const { value, way } = await call.state.cache.get(JSON.stringify(query), METRICS_LAST_MS, fetch, fresh);
  const { limit, metric_type, time_range } = filters;
  const part = metric_type?.toLowerCase() ?? '';
  const data = value.data
    .filter(row => String(row.name).toLowerCase().includes(part) && (service ?? row.service) === row.service)
    .sort((a, b) => String(a.name).localeCompare(String(b.name)))
    .slice(0, limit);
  const shown = { limit, service: service ?? null, metric_type: metric_type ?? null, time_range };
  const none =
    data.length === 0 && part !== '' && value.known !== null && !value.known.some(name => name.includes(part));
  const result = {
    uri: 'metrics',
    type: 'metrics',
    count: data.length,
    filters: shown,
    data,
    cached,
    missing: value.missing ?? [],
    ...(none ? { message: `No metric is called like that. Known: ${value.known?.join(', ')}.` } : {}),
  };
  return envelope(call, tool, true, result, way);
}

/** What the platform answers is the list itself, or `{tool, success, result}` around it (§6.3 row 5). */
export function unwrapped(body: Item): Item {
  if (body.success === false && textOf(body.error) !== null)
    throw new Fault('GH_VENDOR_REFUSED', `The platform refuses it: ${body.error}.`);
  return isItem(body.result) ? body.result : body;
}

function defined(values: Item): Item {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
