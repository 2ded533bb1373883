import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  localhostHostValidation,
  localhostOriginValidation,
  type NodeIncomingMessageLike,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Account } from './account.ts';
import type { Callers } from './callers.ts';
import type { Presentation } from './control.ts';
import type { Manifest, Settings } from './define.ts';
import { Fault } from './fault.ts';
import { mcpServer, toolsOf } from './mcp.ts';
import { createRates, type Rates } from './rates.ts';
import type { RestAnswer, RestRequest, RestSurface } from './rest.ts';
import { createSseLinks, type SseLinks } from './sse.ts';
import type { Stores } from './stores.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface OverHttp {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  readonly presentation: Presentation;
  readonly stores: Stores;
  /** The backend's own routes, where it has any. */
  readonly rest?: RestSurface | undefined;
  /** Those who bring a session instead of a key, where that is allowed. */
  readonly callers?: Callers | undefined;
}

/** What stands behind one key. */
export interface Door {
  readonly account: Account;
  /** Whose key it is, for limits. */
  readonly user: string;
  readonly baseUrl: string;
  mcp(request: NodeIncomingMessageLike, response: ServerResponse, body?: unknown): unknown;
  /** For old clients; only where it was asked for. */
  readonly sse: SseLinks | undefined;
}

/** Bytes of a request to the backend's own routes, and of a subscription. */
const BODY_BYTES = 1024 * 1024;
/** Whoever asks for the health wants an answer, also while a store has none. In ms. */
const LOOK_MS = 1_000;
/** For one call. In ms. */
const WITHIN_MS = 55_000;
/** Requests without a right key, from one address within a minute. */
const STRANGERS = 60;
const CORS = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name',
  'access-control-max-age': '600',
} as const;

export function doorOf<State>(
  manifest: Manifest<State>,
  { account, settings }: { readonly account: Account; readonly settings: Settings },
  { presentation, transport }: Pick<OverHttp, 'presentation' | 'transport'>,
  user: string,
): Door {
  const subscriptions = createSubscriptions(account, uri => handler.notify.resourceUpdated(uri));
  // The older era is stateless here: there is no stream on which a change could be told.
  const handler = createMcpHandler(
    ({ era }) => mcpServer(account, presentation, era === 'modern' ? subscriptions : undefined),
    { onerror: error => account.log.warn('protocol', { error: error.message }) },
  );
  const serve = toNodeHandler(handler);
  return {
    account,
    user,
    baseUrl: manifest.address(settings).baseUrl,
    sse: transport === 'sse' ? createSseLinks(() => mcpServer(account, presentation)) : undefined,
    async mcp(request, response) {
      if (request.headers['mcp-method'] !== 'subscriptions/listen') return await serve(request, response);
      const body = await jsonOf(request);
      if (typeof body !== 'object' || body === null) return await serve(request, response, body);
      response.on('close', () => subscriptions.close(response));
      return await serve(request, response, subscriptions.seen(body, response));
    },
  };
}

/** Streamable HTTP at `/mcp`, for old clients SSE at `/sse`, `GET /health`, `/tools` and `/metrics`, and the backend's own routes, behind the door that the request's key opens. */
export async function listen(options: OverHttp, doorFor: (key: string) => Door | undefined): Promise<HttpServer> {
  const { rest } = options;
  const [hostAllowed, originAllowed] = [localhostHostValidation(), localhostOriginValidation()];
  const rates = createRates(Date.now);

  const own = async (request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> => {
    const { pathname, searchParams } = urlOf(request);
    const wait = rest === undefined ? 0 : waitFor(rest, rates, door.user, request);
    if (wait > 0) return tooMany(response, wait);
    const said = rest?.open(restRequest(request, undefined))?.body ?? {};
    if (pathname === '/mcp') return void (await door.mcp(request as NodeIncomingMessageLike, response));
    if (door.sse !== undefined && request.method === 'GET' && pathname === '/sse') return await door.sse.open(response);
    if (door.sse !== undefined && request.method === 'POST' && pathname === '/messages')
      return await door.sse.receive(request, response, searchParams.get('sessionId') ?? '');
    if (request.method === 'GET' && ['/health', '/metrics'].includes(pathname))
      await Promise.race([door.account.look(), sleep(LOOK_MS, undefined, { ref: false })]);
    if (request.method === 'GET' && pathname === '/health')
      return end(response, 200, { ...said, ...healthOf(door, options, server) });
    if (request.method === 'GET' && pathname === '/tools')
      return end(response, 200, { tools: toolsOf(door.account, options.presentation) });
    if (request.method === 'GET' && pathname === '/metrics')
      return endText(response, metricsOf(door.account, options.stores));
    const answer = rest === undefined ? undefined : await restAnswer(rest, door.account, request, response);
    if (answer !== undefined) return send(response, answer);
    const old = door.sse === undefined ? '' : '/sse, /messages, ';
    end(response, 404, { error: `There are /mcp, ${old}/health, /tools and /metrics.` });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { origin } = request.headers;
    const invited = origin !== undefined && rest?.origins.includes(origin) === true;
    if (isHere(options.host)) {
      if (!hostAllowed(request, response)) return;
      if (!invited && !originAllowed(request, response)) return;
    }
    if (invited) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('vary', 'Origin');
      if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end();
    }
    const key = keyIn(request);
    let door = doorFor(key) ?? options.callers?.known(key);
    if (door === undefined && options.callers !== undefined && key !== '') {
      // Proving a session costs a request to the vendor: it is counted before.
      const wait = rates.take(`from ${request.socket.remoteAddress}`, STRANGERS);
      if (wait > 0) return tooMany(response, wait);
      door = await options.callers.admit(key);
    }
    const open = rest?.open(restRequest(request, undefined));
    if (door !== undefined && (open === undefined || urlOf(request).pathname === '/health'))
      return await own(request, response, door);
    const wait = rest === undefined ? 0 : rates.take(`from ${request.socket.remoteAddress}`, STRANGERS);
    if (wait > 0) return tooMany(response, wait);
    if (open !== undefined) return send(response, open);
    if (rest === undefined) return end(response, 401, { error: 'Missing or wrong key' });
    end(response, 401, { detail: 'Missing or wrong key' }, { 'www-authenticate': 'Bearer' });
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      if (error instanceof Fault) end(response, 400, { detail: error.message, code: error.code, hint: error.hint });
      else end(response, 500, { detail: 'Something failed unexpectedly.', code: 'GH_INTERNAL' });
    });
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, options.host, resolve),
  );
  return server;
}

function waitFor(rest: RestSurface, rates: Rates, user: string, request: IncomingMessage): number {
  const { route, perMinute } = rest.limit(request.method ?? 'GET', urlOf(request).pathname);
  return rates.take(`${user} ${route}`, perMinute);
}

async function restAnswer(
  rest: RestSurface,
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<RestAnswer | undefined> {
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  // A form of another page must not get through: it cannot send this type without asking first.
  const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  if (request.method === 'POST' && !isJson)
    return { status: 415, body: { detail: 'Content-Type must be application/json' } };
  const body = request.method === 'POST' ? await jsonOf(request) : undefined;
  const options = { signal: stop.signal, withinMs: WITHIN_MS, progress: () => undefined };
  return await rest.answer(restRequest(request, body), account, options);
}

function restRequest(request: IncomingMessage, body: unknown): RestRequest {
  const { pathname: path, searchParams: query } = urlOf(request);
  return { method: request.method ?? 'GET', path, query, headers: request.headers, body };
}

/** Never throws: what is no address at all is the address of nothing. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  return URL.canParse(url, 'http://here') ? new URL(url, 'http://here') : new URL('http://here/%00');
}

/** Throws `GH_INVALID_INPUT`. */
async function jsonOf(request: AsyncIterable<unknown>): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    size += bytes.length;
    if (size > BODY_BYTES) throw new Fault('GH_INVALID_INPUT', 'The body is over 1 MiB.');
    parts.push(bytes);
  }
  const text = Buffer.concat(parts).toString();
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('GH_INVALID_INPUT', 'The body is not JSON.');
  }
}

export function isHere(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}

export function addressOf(server: HttpServer, { host, transport }: Pick<OverHttp, 'host' | 'transport'>): string {
  const path = transport === 'sse' ? 'sse' : 'mcp';
  return `http://${host}:${(server.address() as AddressInfo).port}/${path}`;
}

export async function untilTold(server: HttpServer): Promise<void> {
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  server.close();
  server.closeAllConnections();
}

/** The members that the original servers had (fact sheet of DPoD, §5). */
function healthOf({ account, baseUrl }: Door, options: OverHttp, server: HttpServer) {
  const stores = options.stores.states();
  const isWell = account.health().breaker === 'closed' && !Object.values(stores).includes('down');
  const { info, catalog } = account;
  const tools = toolsOf(account, 'grouped');
  const restricted = catalog.tools.filter(({ name, actions }) =>
    actions.some(action => !info.permits(name, action.name)),
  );
  return {
    status: isWell ? 'healthy' : 'degraded',
    timestamp: new Date().toISOString(),
    server: {
      name: catalog.backend,
      version: catalog.version,
      transport: options.transport,
      host: options.host,
      port: (server.address() as AddressInfo).port,
    },
    tools: { count: catalog.tools.length, available: tools.map(tool => tool.name) },
    ...(Object.keys(stores).length === 0 ? {} : { stores }),
    configuration: { read_only_mode: info.readOnly, [`${catalog.backend}_base_url`]: baseUrl },
    scopes: {
      detected: info.scopes ?? [],
      primary: info.scopes?.[0] ?? null,
      filtering_mode: 'union',
      total_tools: catalog.tools.length,
      scope_restricted_tools: restricted.map(({ name }) => name),
    },
  };
}

function end(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(JSON.stringify(body));
}

function tooMany(response: ServerResponse, seconds: number): void {
  const detail = `Too many requests. Wait ${seconds} s.`;
  end(response, 429, { detail, code: 'GH_TOO_MANY_CALLS' }, { 'retry-after': String(seconds) });
}

function send(response: ServerResponse, { status, body, headers = {} }: RestAnswer): void {
  if (typeof body !== 'string') return end(response, status, body, headers);
  const page = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  };
  response.writeHead(status, { ...page, ...headers }).end(body);
}

function endText(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' }).end(body);
}

const BREAKER = { closed: 0, 'half-open': 1, open: 2 } as const;

/** For Prometheus, in its text format 0.0.4. */
function metricsOf({ catalog, calls, ...account }: Account, stores: Stores): string {
  const states = Object.entries(stores.states());
  const { breaker, budgetLeft } = account.health();
  const own = `backend="${catalog.backend}"`;
  return [
    '# HELP gatehouse_tool_calls_total Calls of tools since the start.',
    '# TYPE gatehouse_tool_calls_total counter',
    `gatehouse_tool_calls_total{${own},outcome="ok"} ${calls.ok}`,
    `gatehouse_tool_calls_total{${own},outcome="failed"} ${calls.failed}`,
    '# HELP gatehouse_breaker_state Circuit breaker: 0 closed, 1 half-open, 2 open.',
    '# TYPE gatehouse_breaker_state gauge',
    `gatehouse_breaker_state{${own}} ${BREAKER[breaker]}`,
    ...(budgetLeft === undefined
      ? []
      : [
          '# HELP gatehouse_budget_left Requests left in the tightest window.',
          '# TYPE gatehouse_budget_left gauge',
          `gatehouse_budget_left{${own}} ${budgetLeft}`,
        ]),
    ...(states.length === 0
      ? []
      : [
          '# HELP gatehouse_store_up Whether the store can be reached.',
          '# TYPE gatehouse_store_up gauge',
          ...states.map(([name, state]) => `gatehouse_store_up{${own},store="${name}"} ${state === 'up' ? 1 : 0}`),
        ]),
    '',
  ].join('\n');
}

function keyIn(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}
