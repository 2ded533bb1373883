import {
  jsonAnswer,
  Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type Switches,
} from '../../kit/sandbox.ts';
import { type LogRow, logsUntil, METRICS, pointsOf, writtenRow } from './story.ts';
import type { DevopsSwitches } from './switches.ts';

export const API_KEY = 'dd-api-key-of-the-sandbox-000001';
export const APP_KEY = 'dd-app-key-of-the-sandbox-000000000000001';

const WORDS: Readonly<Record<number, string>> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden' };

/** Datadog's form of an error (§5.1). */
export function datadogAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  text = WORDS[status] ?? 'Error',
): SandboxAnswer {
  const limits = status === 429 ? limitsOf({ remaining: 0, reset: Number(headers['retry-after'] ?? '1') }) : {};
  const { 'retry-after': _notDatadogs, ...rest } = headers;
  return jsonAnswer(status, { errors: [text] }, { ...limits, ...rest });
}

function limitsOf({ remaining, reset }: NonNullable<DevopsSwitches['budget']>): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit': '300',
    'x-ratelimit-period': '3600',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-name': 'logs_public_search_api',
  };
}

/** Logs and metrics (§5). */
export function createDatadog(now: () => number, switches: Switches<DevopsSwitches>) {
  const written: LogRow[] = [];
  const guarded =
    (handle: (request: SandboxRequest) => unknown, reads = true) =>
    (request: SandboxRequest): SandboxAnswer => {
      const { 'dd-api-key': api, 'dd-application-key': app } = request.headers;
      if (api === undefined) return datadogAnswer(401);
      if (api !== API_KEY || (reads && app !== APP_KEY)) return datadogAnswer(403);
      try {
        const answer = jsonAnswer(200, handle(request));
        const { budget } = switches.current;
        return budget === null ? answer : { ...answer, headers: { ...answer.headers, ...limitsOf(budget) } };
      } catch (error) {
        if (error instanceof Refusal) return datadogAnswer(error.status, {}, error.message);
        throw error;
      }
    };
  const routes: readonly Route[] = [
    { method: 'GET', path: '/api/v1/validate', handle: guarded(() => ({ valid: true }), false) },
    {
      method: 'POST',
      path: '/api/v2/logs/events/search',
      handle: guarded(request => {
        const search: Search = JSON.parse(request.body.toString() || '{}');
        return searchLogs(search, [...written, ...logsUntil(now())], now(), switches.current);
      }),
    },
    {
      method: 'GET',
      path: '/api/v1/query',
      handle: guarded(({ query }) =>
        switches.current.metricStatus === 'error'
          ? { status: 'error', error: 'Rollup interval too small', series: [] }
          : queryMetrics(query, now()),
      ),
    },
  ];
  const write = (service: string, message: string): void => void written.unshift(writtenRow(now(), service, message));
  return { routes, write };
}

interface Search {
  readonly filter?: { readonly query?: string; readonly from?: string; readonly to?: string };
  readonly sort?: string;
  readonly page?: { readonly limit?: number; readonly cursor?: string };
}

function searchLogs(search: Search, rows: readonly LogRow[], now: number, { logPage, logStatus }: DevopsSwitches) {
  const { query = '*', from = 'now-15m', to = 'now' } = search.filter ?? {};
  const limit = search.page?.limit ?? 10;
  if (limit < 1 || limit > 1_000) throw new Refusal(400, 'page.limit must be between 1 and 1000');
  const [start, end] = [timeOf(from, now), timeOf(to, now)];
  const matches = matcher(query);
  const found = rows.filter(row => row.time >= start && row.time <= end && matches(row));
  const sorted = search.sort === 'timestamp' ? [...found].reverse() : found;
  const skip = Number(Buffer.from(search.page?.cursor ?? '', 'base64url').toString() || 0);
  const size = Math.min(limit, logPage);
  const after = skip + size < sorted.length ? Buffer.from(String(skip + size)).toString('base64url') : undefined;
  return {
    data: sorted.slice(skip, skip + size).map(eventOf),
    meta: {
      elapsed: 41,
      ...(after === undefined ? {} : { page: { after } }),
      request_id: 'pddv1-sandbox',
      status: logStatus,
    },
  };
}

function eventOf({ id, time, tags, host, service, message, status, attributes }: LogRow) {
  const timestamp = new Date(time).toISOString();
  return { id, type: 'log', attributes: { timestamp, status, message, host, service, tags, attributes } };
}

/** Date math, ISO 8601 or milliseconds. */
function timeOf(text: string, now: number): number {
  const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, amount, unit = ''] = /^now(?:-(\d+)([smhd]))?$/.exec(text) ?? [];
  if (text.startsWith('now')) return now - Number(amount ?? 0) * (units[unit] ?? 0);
  const time = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new Refusal(400, `Invalid time: ${text}`);
  return time;
}

type Matches = (row: LogRow) => boolean;

/** `service:"x"`, `status:(a OR b)`, `@attr:v`, `"text"`, a leading `-`, `*`; terms are joined by AND. */
function matcher(query: string): Matches {
  const terms = query.match(/-?(?:@?[\w.]+:)?(?:\([^)]*\)|"(?:\\.|[^"\\])*"|[^\s()"]+)/g) ?? [];
  const tests = terms.filter(term => term !== '*' && term !== 'AND').map(termOf);
  return row => tests.every(test => test(row));
}

function termOf(term: string): Matches {
  if (term.startsWith('-')) {
    const inner = termOf(term.slice(1));
    return row => !inner(row);
  }
  const [, name, given = ''] = /^(?:(@?[\w.]+):)?(.*)$/s.exec(term) ?? [];
  const values = given.startsWith('(') ? given.slice(1, -1).split(' OR ') : [given];
  const wanted = values.map(value =>
    value
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replace(/\\(.)/g, '$1'),
  );
  return row => {
    const value = attributeOf(row, name);
    return wanted.some(one => (name === undefined ? value.includes(one) : wildcard(one, value)));
  };
}

function wildcard(pattern: string, value: string): boolean {
  const source = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(value);
}

function attributeOf(row: LogRow, name: string | undefined): string {
  if (name === undefined) return row.message;
  if (name === 'service' || name === 'status' || name === 'host') return row[name];
  const path = name.replace(/^@/, '').split('.');
  const inner = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    row.attributes,
  );
  return String(inner ?? '');
}

function queryMetrics(query: URLSearchParams, now: number) {
  const [from, to] = ['from', 'to'].map(name => Number(query.get(name)) * 1_000);
  const text = query.get('query') ?? '';
  if (!from || !to || text === '') throw new Refusal(400, 'Missing required parameters: from, to, query');
  const series = text.split(/,(?![^{]*\})/).flatMap((expression, index) => {
    const [, aggr = 'avg', name, scope = '*'] = /^(\w+):([\w.]+)\{([^}]*)\}$/.exec(expression.trim()) ?? [];
    if (name === undefined) throw new Refusal(400, `Error parsing query: ${expression}`);
    const kind = METRICS.find(one => one.name === name);
    if (kind === undefined) return [];
    const service = /(?:^|,)service:([^,]+)/.exec(scope)?.[1] ?? 'orders';
    const pointlist = pointsOf(kind, service, now, from, to);
    return [
      {
        metric: name,
        display_name: name,
        expression,
        query_index: index,
        scope,
        tag_set: [],
        aggr,
        interval: 300,
        length: pointlist.length,
        start: from,
        end: to,
        unit: [{ family: 'system', name: kind.unit, plural: `${kind.unit}s`, scale_factor: 1 }, null],
        pointlist,
      },
    ];
  });
  return { status: 'ok', res_type: 'time_series', from_date: from, to_date: to, query: text, message: '', series };
}
