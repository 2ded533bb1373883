import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Answer, Fault, type Http, type Request } from '../kit/index.ts';
import { notConfigured } from './config.ts';
import { type Level, type LogFilters, type MetricFilters, RANGES } from './filters.ts';
import { type DevopsCall, exchange, type Item } from './reply.ts';
import type { Devops } from './state.ts';

/** §5.2: rows of a page, and pages of one call, at most. */
const PAGE = 1_000;
const PAGES = 5;
/** §7.3: waits after 429, and the longest of them in s. */
const TRIES = 3;
const LONGEST_S = 60;
/** In ms. */
const PROOF_MS = 15_000;

/** What a request wants of a call. */
type Link = Pick<DevopsCall, 'state' | 'http' | 'now' | 'deadline' | 'signal'>;

export interface Logs {
  readonly data: readonly Item[];
  /** False: Datadog ended the search early, or there are more pages than are read. */
  readonly complete: boolean;
}

export interface Metrics {
  readonly data: readonly Item[];
  /** Asked for, and without any value in the time. */
  readonly missing: readonly string[];
  /** Names that no filter left. */
  readonly known: readonly string[];
}

/** One request with both keys (§5.1). Throws `Fault`; waits as long as Datadog says after 429, where there is time. */
async function ask(call: Link, request: Request): Promise<Answer> {
  const { config, datadog } = call.state;
  if (datadog === undefined) throw notConfigured('Datadog', ['DATADOG_API_KEY', 'DATADOG_APP_KEY']);
  const full: Request = {
    ...request,
    path: config.datadogUrl + request.path,
    authorized: false,
    harmless: true,
    bucket: 'datadog',
    repeatOn: [500],
    accept: [400, 401, 403, 429],
    headers: { 'dd-api-key': datadog.apiKey, 'dd-application-key': datadog.appKey },
  };
  for (let tries = 1; ; tries++) {
    const answer = await exchange(call, full);
    noteBudget(call.state, request.path, answer);
    if (answer.status < 400) return answer;
    const seconds = Number(answer.headers.get('x-ratelimit-reset') ?? '');
    const wait = seconds * call.state.secondMs;
    const waits = answer.status === 429 && tries < TRIES && seconds <= LONGEST_S;
    if (!waits || call.now() + wait > call.deadline - 1_000) throw refusalOf(answer, request.purpose, seconds);
    await sleep(wait, undefined, { signal: call.signal });
  }
}

/** Each of the two has a budget of its own. */
export const SEARCH = '/api/v2/logs/events/search';
export const QUERY = '/api/v1/query';

function noteBudget({ datadogBudget, now }: Devops, path: string, { headers }: Answer): void {
  const [remaining, reset] = ['x-ratelimit-remaining', 'x-ratelimit-reset'].map(
    name => headers.get(name) || Number.NaN,
  );
  if (Number.isNaN(Number(remaining)) || Number.isNaN(Number(reset))) return;
  datadogBudget.set(path, { remaining: Number(remaining), resetsAt: now() + Number(reset) * 1_000 });
}

const errorSchema = z.object({ errors: z.array(z.string()) });

function refusalOf(answer: Answer, purpose: string, seconds: number): Fault {
  const { status } = answer;
  const details = errorSchema.safeParse(JSON.parse(answer.text || '{}')).data?.errors.join('; ') ?? '';
  if (status === 429)
    return new Fault('GH_VENDOR_RATE', `${purpose}: Datadog takes no more requests for ${seconds} s.`, {
      status,
      details,
      fields: { reason: 'rate_limited', retry_after_s: seconds },
    });
  if (status === 400)
    return new Fault('GH_VENDOR_REFUSED', `${purpose}: Datadog refuses the query.`, {
      status,
      details,
      fields: { reason: 'invalid_arguments' },
    });
  return new Fault('GH_VENDOR_SCOPE', `${purpose}: Datadog refuses the keys.`, {
    status,
    details,
    hint: 'Check that both keys belong to the site of this connection, and that the application key may read logs (logs_read_data) and metrics (timeseries_query).',
    fields: { reason: 'forbidden' },
  });
}

/** §5.3. */
const CLAUSES: Readonly<Record<Level, string>> = {
  ERROR: 'status:(emergency OR alert OR critical OR error)',
  WARN: 'status:(warn OR warning)',
  INFO: 'status:(info OR notice OR ok)',
  DEBUG: 'status:debug',
};
const LEVEL_OF: ReadonlyMap<string, Level> = new Map([
  ...['emergency', 'alert', 'critical', 'error'].map(status => [status, 'ERROR'] as const),
  ...['warn', 'warning'].map(status => [status, 'WARN'] as const),
  ...['info', 'notice', 'ok'].map(status => [status, 'INFO'] as const),
  ['debug', 'DEBUG'],
]);

const named = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const eventSchema = z.object({
  id: z.string(),
  attributes: z.object({
    timestamp: z.string(),
    status: z.string().catch(''),
    message: z.string().catch(''),
    host: z.string().optional().catch(undefined),
    service: z.string().optional().catch(undefined),
    tags: z.array(z.string()).catch([]),
    attributes: z
      .object({
        request_id: named,
        user_id: named,
        usr: z.object({ id: named }).optional().catch(undefined),
        http: z.object({ request_id: named }).optional().catch(undefined),
      })
      .catch({ request_id: undefined, user_id: undefined }),
  }),
});
const searchSchema = z.object({
  data: z.array(eventSchema).default([]),
  meta: z
    .object({ status: z.string().optional(), page: z.object({ after: z.string().optional() }).optional() })
    .default({}),
});

/** §5.2: newest first, page by page. */
export async function searchLogs(call: Link, filters: LogFilters): Promise<Logs> {
  const { level, service, from, to, limit } = filters;
  const quoted = service === undefined ? '' : `service:"${service.replace(/["\\]/g, '\\$&')}"`;
  const query = [quoted, level === undefined ? '' : CLAUSES[level]].filter(Boolean).join(' ') || '*';
  const filter = { query, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const rows: z.output<typeof eventSchema>[] = [];
  let cursor: string | undefined;
  let complete = true;
  for (let page = 1; ; page++) {
    const left = Math.min(PAGE, limit - rows.length);
    const json = { filter, sort: '-timestamp', page: { limit: left, ...(cursor === undefined ? {} : { cursor }) } };
    const answer = await ask(call, { method: 'POST', path: SEARCH, json, purpose: 'Searching the logs in Datadog' });
    const { data, meta } = parse(searchSchema, answer, 'Searching the logs in Datadog');
    rows.push(...data);
    cursor = meta.page?.after;
    if (meta.status === 'timeout') complete = false;
    if (cursor === undefined || rows.length >= limit) break;
    if (page < PAGES) continue;
    complete = false;
    break;
  }
  return { data: rows.map(entryOf), complete };
}

function entryOf({ id, attributes: row }: z.output<typeof eventSchema>): Item {
  const level = LEVEL_OF.get(row.status.toLowerCase());
  const { usr, user_id, request_id, http } = row.attributes;
  return {
    id,
    level: level ?? 'INFO',
    ...(level === undefined ? { raw_status: row.status } : {}),
    message: row.message,
    timestamp: row.timestamp,
    source: row.tags.find(tag => tag.startsWith('source:'))?.slice(7) ?? row.host ?? 'datadog',
    service: row.service ?? null,
    user_id: usr?.id ?? user_id ?? null,
    request_id: request_id ?? http?.request_id ?? null,
    is_loading: false,
  };
}

/** §5.4: the original's names, which a stock account does not have, and their units. */
const UNITS: Readonly<Record<string, string>> = {
  cpu_utilization: 'percent',
  memory_usage: 'percent',
  disk_usage: 'percent',
  network_in: 'bytes',
  network_out: 'bytes',
  response_time: 'milliseconds',
  request_count: 'count',
  error_rate: 'percent',
  database_connections: 'count',
  queue_size: 'count',
};
export function knownMetrics(queries: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set([...Object.keys(UNITS), ...Object.keys(queries)])].sort();
}

/** Values of a scope; anything else could change the query. */
const SAFE = /^[\w.:/-]+$/;

const seriesSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  series: z
    .array(
      z.object({
        query_index: z.int().default(0),
        tag_set: z.array(z.string()).catch([]),
        pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
        unit: z.array(z.object({ name: z.string(), plural: z.string().optional() }).nullable()).nullish(),
      }),
    )
    .default([]),
});

/** §5.4: the last value of each metric within the time. */
export async function queryMetrics(
  call: DevopsCall,
  filters: MetricFilters,
  service: string | undefined,
): Promise<Metrics> {
  const { metricQueries } = call.state.config;
  if (metricQueries === undefined)
    throw new Fault('GH_SIGN_IN', 'DATADOG_METRIC_QUERIES is not a JSON object of names and queries.', {
      hint: 'Such as {"cpu_utilization":"avg:system.cpu.user{scope}"}.',
      fields: { reason: 'not_configured', missing: ['DATADOG_METRIC_QUERIES'] },
    });
  if (service !== undefined && !SAFE.test(service))
    throw new Fault('GH_INVALID_INPUT', `service: ${service} cannot be part of a metric query.`);
  const known = knownMetrics(metricQueries);
  const part = filters.metric_type?.toLowerCase() ?? '';
  const names = known.filter(name => name.toLowerCase().includes(part)).slice(0, filters.limit);
  if (names.length === 0) return { data: [], missing: [], known };
  const scope = service === undefined ? '{*}' : `{service:${service}}`;
  const query = names.map(name => (metricQueries[name] ?? `avg:${name}{scope}`).replaceAll('{scope}', scope)).join(',');
  const to = Math.floor(call.now() / 1_000);
  const from = to - RANGES[filters.time_range] * 3_600;
  const purpose = 'Reading metrics from Datadog';
  const told = parse(seriesSchema, await ask(call, { path: QUERY, query: { from, to, query }, purpose }), purpose);
  if (told.status !== 'ok')
    throw new Fault('GH_VENDOR_REFUSED', `${purpose}: ${told.error ?? 'Datadog reports an error'}.`, {
      fields: { reason: 'upstream_unavailable' },
    });
  const data = told.series.flatMap(series => entriesOf(series, names[series.query_index], service));
  return { data, missing: names.filter(name => !data.some(entry => entry.name === name)), known };
}

type Series = z.output<typeof seriesSchema>['series'][number];

function entriesOf(
  { pointlist, tag_set, unit }: Series,
  name: string | undefined,
  service: string | undefined,
): Item[] {
  const last = pointlist.findLast(([, value]) => value !== null);
  if (name === undefined || last === undefined) return [];
  const tags = Object.fromEntries(tag_set.map(tag => tag.split(/:(.*)/s).slice(0, 2)));
  return [
    {
      name,
      value: last[1],
      unit: unitOf(unit?.[0]) ?? UNITS[name] ?? null,
      timestamp: new Date(last[0]).toISOString(),
      service: service ?? null,
      tags,
      is_loading: false,
    },
  ];
}

/** Datadog counts in singular; the original's table does not, but for percent. */
function unitOf(unit: { readonly name: string; readonly plural?: string | undefined } | null | undefined) {
  return unit?.name === 'percent' ? unit.name : (unit?.plural ?? unit?.name);
}

/** That both keys are right: the vendor's own check looks at one of them (§5.1). A Datadog that is down says nothing against them. */
export async function proveKeys(state: Devops, http: Http): Promise<void> {
  const to = state.now();
  const link = { state, http, now: state.now, deadline: to + PROOF_MS, signal: AbortSignal.timeout(PROOF_MS) };
  const filters = { level: undefined, service: undefined, limit: 1, from: to - 3_600_000, to, since: true };
  await searchLogs(link, filters).catch((error: unknown) => {
    if (!(error instanceof Fault && ['GH_VENDOR_DOWN', 'GH_VENDOR_RATE'].includes(error.code))) throw error;
  });
}

function parse<S extends z.ZodType>(schema: S, answer: Answer, purpose: string): z.output<S> {
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer has another shape than Datadog documents.`);
}
