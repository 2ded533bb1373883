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
import type { Presentation } from './control.ts';
import { mcpServer, toolsOf } from './mcp.ts';
import { createSseLinks, type SseLinks } from './sse.ts';
import type { Stores } from './stores.ts';

/** Whoever asks for the health wants an answer, also while a store has none. In ms. */
const LOOK_MS = 1_000;

/** How a server on its own is reached over HTTP. */
export interface DoorOptions {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  readonly presentation: Presentation;
  readonly stores: Stores;
}

/** What stands behind one key. */
export interface Door {
  readonly account: Account;
  readonly baseUrl: string;
  mcp(request: NodeIncomingMessageLike, response: ServerResponse): unknown;
  /** For old clients; only where it was asked for. */
  readonly sse: SseLinks | undefined;
}

export function doorOf(account: Account, baseUrl: string, options: DoorOptions): Door {
  const serverFor = () => mcpServer(account, options.presentation);
  const handler = createMcpHandler(serverFor, {
    onerror: error => account.log.warn('protocol', { error: error.message }),
  });
  const sse = options.transport === 'sse' ? createSseLinks(serverFor) : undefined;
  return { account, baseUrl, mcp: toNodeHandler(handler), sse };
}

/** Streamable HTTP at `/mcp`, for old clients SSE at `/sse`, `GET /health`, `/tools` and `/metrics`, behind the door that the request's key opens. */
export async function listen(options: DoorOptions, doorFor: (key: string) => Door | undefined): Promise<HttpServer> {
  const [hostAllowed, originAllowed] = [localhostHostValidation(), localhostOriginValidation()];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (isHere(options.host) && (!hostAllowed(request, response) || !originAllowed(request, response))) return;
    const door = doorFor(keyIn(request));
    if (door === undefined) return void end(response, 401, { error: 'Missing or wrong key' });
    const [pathname, query = ''] = (request.url ?? '/').split('?', 2);
    if (pathname === '/mcp') return void door.mcp(request as NodeIncomingMessageLike, response);
    if (door.sse !== undefined && request.method === 'GET' && pathname === '/sse') return await door.sse.open(response);
    if (door.sse !== undefined && request.method === 'POST' && pathname === '/messages')
      return await door.sse.receive(request, response, new URLSearchParams(query).get('sessionId') ?? '');
    if (request.method === 'GET' && ['/health', '/metrics'].includes(pathname ?? ''))
      await Promise.race([door.account.look(), sleep(LOOK_MS, undefined, { ref: false })]);
    if (request.method === 'GET' && pathname === '/health') return end(response, 200, healthOf(door, options, server));
    if (request.method === 'GET' && pathname === '/tools')
      return end(response, 200, { tools: toolsOf(door.account, options.presentation) });
    if (request.method === 'GET' && pathname === '/metrics')
      return endText(response, metricsOf(door.account, options.stores));
    const old = door.sse === undefined ? '' : '/sse, /messages, ';
    end(response, 404, { error: `There are /mcp, ${old}/health, /tools and /metrics.` });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, options.host, resolve),
  );
  return server;
}

export function isHere(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}

export function addressOf(server: HttpServer, options: DoorOptions): string {
  const path = options.transport === 'sse' ? 'sse' : 'mcp';
  return `http://${options.host}:${(server.address() as AddressInfo).port}/${path}`;
}

export async function untilTold(server: HttpServer): Promise<void> {
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  server.close();
  server.closeAllConnections();
}

/** The members that the original servers had (fact sheet of DPoD, §5). */
function healthOf({ account, baseUrl }: Door, options: DoorOptions, server: HttpServer) {
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

function end(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
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
