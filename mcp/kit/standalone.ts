import { spawn } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  localhostHostValidation,
  localhostOriginValidation,
  type NodeIncomingMessageLike,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Account, createAccount, logFileOf, notSignedIn } from './account.ts';
import type { BrowserOptions } from './browser-session.ts';
import type { CatalogField } from './catalog.ts';
import type { LogLevel, Presentation } from './control.ts';
import type { Manifest, Settings } from './define.ts';
import { Fault } from './fault.ts';
import { mcpServer, toolsOf } from './mcp.ts';
import { readTenants, tenantOf } from './tenants.ts';

export interface StandaloneOptions {
  /** The backend's own unless told, as is the port. */
  readonly transport?: 'stdio' | 'streamable-http' | 'sse';
  readonly host: string;
  readonly port?: number;
  readonly readOnly?: boolean;
  readonly logLevel?: string;
  /** Where logs and files go. */
  readonly stateFolder: string;
}

/** What is left to be decided is decided. */
interface Settled extends StandaloneOptions {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  readonly port: number;
  readonly presentation: Presentation;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * One server on its own, configured by the variables of the original server. Signs in first: when that fails, or the
 * credential has none of the backend's scopes, one reason stands on stderr, stdout stays empty and the status is 1.
 */
export async function runStandalone<State>(
  manifest: Manifest<State>,
  env: Env,
  given: StandaloneOptions,
): Promise<void> {
  const { standalone } = manifest;
  const options: Settled = {
    ...given,
    transport: given.transport ?? standalone?.transport ?? 'stdio',
    port: given.port ?? standalone?.port ?? 8_000,
    presentation:
      presentationOf(env.GATEHOUSE_PRESENTATION) ?? standalone?.presentation ?? manifest.defaultPresentation,
  };
  const warnings = standalone?.review(env) ?? [];
  const write =
    env.LOG_FORMAT?.toLowerCase() === 'console'
      ? (line: string) => writeSync(2, forPeople(line))
      : (line: string) => writeSync(2, line);
  if (options.transport === 'sse')
    throw new Fault('GH_INVALID_INPUT', 'The SSE transport of 2024 is gone from the protocol and from the SDK.', {
      hint: 'Use --transport streamable-http.',
    });
  if (env.GATEHOUSE_TENANTS) return await runTenants(manifest, env.GATEHOUSE_TENANTS, options, write);
  /** Until the sign-in stands, stderr is for its one reason; the log file has the rest. */
  let held: string[] | undefined = [];
  const opened = open(manifest, env, options, line => void (held?.push(line) ?? write(line)));
  const { account } = opened;
  for (const warning of warnings) account.log.warn(warning);
  // Without credentials a person signs in later, in the browser, when something is asked for.
  const later = manifest.browser !== undefined && !hasCredentials(manifest.credentials, env);
  if (later) account.log.info('no credentials: the first call opens a page to sign in');
  else {
    const outcome = await account.signIn();
    if (!outcome.ok) throw notSignedIn(outcome);
  }
  const lines = held;
  held = undefined;
  for (const line of lines) write(line);
  if (options.transport === 'stdio') {
    serveStdio(() => mcpServer(account, options.presentation), {
      onerror: error => account.log.warn('protocol', { error: error.message }),
    });
    await new Promise<void>(resolve => process.stdin.on('end', resolve));
    process.exit(0);
  }
  const key = env.GATEHOUSE_MCP_KEY;
  if (!isHere(options.host) && !key)
    throw new Fault(
      'GH_INVALID_INPUT',
      `Without a key, ${options.host} would let anyone on the network use this account.`,
      {
        hint: 'Use --host 127.0.0.1, or set GATEHOUSE_MCP_KEY and send it as "Authorization: Bearer …".',
      },
    );
  const door = doorOf(manifest, opened, options);
  const server = await listen(options, given => (!key || isSame(given, key) ? door : undefined));
  account.log.info('listening', { url: addressOf(server, options) });
  await untilTold(server);
}

/**
 * Several accounts in one process over HTTP, each with its own key, folder, log, limits, breaker and MCP sessions. One whose
 * credentials are refused keeps nobody else out: it says so when it is asked for something.
 */
async function runTenants<State>(
  manifest: Manifest<State>,
  file: string,
  options: Settled,
  write: (line: string) => void,
): Promise<void> {
  if (options.transport === 'stdio')
    throw new Fault('GH_INVALID_INPUT', 'Several tenants cannot share stdio: there is no key in it.', {
      hint: 'Use --transport streamable-http.',
    });
  const doors = readTenants(file).map(tenant => {
    const stateFolder = join(options.stateFolder, 'tenants', tenant.name.toLowerCase());
    const marked = (line: string) => write(line.replace('{', `{"tenant":${JSON.stringify(tenant.name)},`));
    const opened = open(manifest, tenant.variables, { ...options, stateFolder }, marked);
    return { ...tenant, ...doorOf(manifest, opened, options) };
  });
  const server = await listen(options, key => tenantOf(doors, key));
  for (const { account } of doors) account.log.info('listening', { url: addressOf(server, options) });
  await untilTold(server);
}

interface Opened {
  readonly account: Account;
  readonly settings: Settings;
}

function open<State>(manifest: Manifest<State>, env: Env, options: Settled, stderr: (line: string) => void): Opened {
  const settings = fromVariables(manifest.settings, env, true);
  const account = createAccount(manifest, {
    settings,
    stderr,
    secrets: fromVariables(manifest.credentials, env, false) as Record<string, string>,
    readOnly: options.readOnly ?? readOnlyOf(manifest, env),
    stateFolder: options.stateFolder,
    logLevel: levelOf(options.logLevel ?? env.LOG_LEVEL),
    logFile: logFileOf(options.stateFolder, manifest.name),
    ...(manifest.browser === undefined ? {} : { browser: browserOptions(env) }),
  });
  return { account, settings };
}

/** What stands behind one key. */
interface Door {
  readonly account: Account;
  readonly baseUrl: string;
  mcp(request: NodeIncomingMessageLike, response: ServerResponse): unknown;
}

function doorOf<State>(manifest: Manifest<State>, { account, settings }: Opened, options: Settled): Door {
  const handler = createMcpHandler(() => mcpServer(account, options.presentation), {
    onerror: error => account.log.warn('protocol', { error: error.message }),
  });
  return { account, baseUrl: manifest.address(settings).baseUrl, mcp: toNodeHandler(handler) };
}

/** Streamable HTTP at `/mcp`, `GET /health`, `/tools` and `/metrics`, behind the door that the request's key opens. */
async function listen(options: Settled, doorFor: (key: string) => Door | undefined): Promise<HttpServer> {
  const [hostAllowed, originAllowed] = [localhostHostValidation(), localhostOriginValidation()];
  const server = createServer((request, response) => {
    if (isHere(options.host) && (!hostAllowed(request, response) || !originAllowed(request, response))) return;
    const door = doorFor(keyIn(request));
    if (door === undefined) return void end(response, 401, { error: 'Missing or wrong key' });
    const [pathname] = (request.url ?? '/').split('?', 1);
    if (pathname === '/mcp') return void door.mcp(request as NodeIncomingMessageLike, response);
    if (request.method === 'GET' && pathname === '/health')
      return end(response, 200, healthOf(door.account, door.baseUrl, options, server));
    if (request.method === 'GET' && pathname === '/tools')
      return end(response, 200, { tools: toolsOf(door.account, options.presentation) });
    if (request.method === 'GET' && pathname === '/metrics') return endText(response, metricsOf(door.account));
    end(response, 404, { error: 'There are /mcp, /health, /tools and /metrics.' });
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, options.host, resolve),
  );
  return server;
}

function isHere(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}

function addressOf(server: HttpServer, options: Settled): string {
  return `http://${options.host}:${(server.address() as AddressInfo).port}/mcp`;
}

async function untilTold(server: HttpServer): Promise<void> {
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  server.close();
  server.closeAllConnections();
}

/** The members that the original servers had (fact sheet of DPoD, §5). */
function healthOf(account: Account, baseUrl: string, options: Settled, server: HttpServer) {
  const { info, catalog } = account;
  const tools = toolsOf(account, 'grouped');
  const restricted = catalog.tools.filter(({ name, actions }) =>
    actions.some(action => !info.permits(name, action.name)),
  );
  return {
    status: account.health().breaker === 'closed' ? 'healthy' : 'degraded',
    timestamp: new Date().toISOString(),
    server: {
      name: catalog.backend,
      version: catalog.version,
      transport: options.transport,
      host: options.host,
      port: (server.address() as AddressInfo).port,
    },
    tools: { count: catalog.tools.length, available: tools.map(tool => tool.name) },
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
function metricsOf({ catalog, calls, ...account }: Account): string {
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
    '',
  ].join('\n');
}

function keyIn(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function isSame(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function fromVariables(fields: readonly CatalogField[], env: Env, defaults: boolean): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(field => {
      const names = [field.variable, ...(field.otherVariables ?? [])].filter(name => name !== undefined);
      const value = names.map(name => env[name]).find(Boolean);
      if (field.kind === 'url' && value && !URL.canParse(value))
        throw new Fault('GH_INVALID_INPUT', `${field.variable} is not an address: ${value}`);
      if (value !== undefined && value !== '')
        return [
          [field.name, field.kind === 'boolean' ? isTrue(value) : field.kind === 'number' ? Number(value) : value],
        ];
      return defaults && field.default !== undefined ? [[field.name, field.default]] : [];
    }),
  );
}

function hasCredentials(fields: readonly CatalogField[], env: Env): boolean {
  return fields.filter(({ required }) => required).every(({ variable = '' }) => Boolean(env[variable]));
}

/** The limits of the original server, by its variables; times are in seconds there. */
function browserOptions(env: Env): BrowserOptions {
  const number = (name: string, otherwise: number): number => {
    const value = Number(env[name] ?? '');
    return Number.isFinite(value) && value > 0 ? value : otherwise;
  };
  return {
    perSession: number('MAX_AUTH_ATTEMPTS_PER_SESSION', 3),
    perAddress: number('MAX_AUTH_ATTEMPTS_PER_IP', 10),
    lockoutMs: number('AUTH_LOCKOUT_DURATION', 300) * 1_000,
    lifeMs: number('AUTH_SESSION_TIMEOUT', 300) * 1_000,
    open: url => openBrowser(url, env.BROWSER),
  };
}

/** `BROWSER` names another program, or `none`; the address is in the answer of the call in any case. */
function openBrowser(url: string, wanted: string | undefined): void {
  if (wanted === 'none') return;
  const [command, ...args] = wanted
    ? [wanted, url]
    : process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  if (command === undefined) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** What the variable says; what the backend does without it. A word that is neither yes nor no is the cautious one. */
function readOnlyOf<State>({ readOnlyVariable, standalone }: Manifest<State>, env: Env): boolean {
  const said = readOnlyVariable === undefined ? undefined : env[readOnlyVariable];
  if (standalone?.readOnly !== true) return isTrue(said);
  return !/^(0|false|no|off)$/i.test(said ?? '');
}

function presentationOf(text: string | undefined): Presentation | undefined {
  return text === 'flat' || text === 'grouped' ? text : undefined;
}

/** A line of the log as people like it: time, level, message, and the rest as name=value. */
function forPeople(line: string): string {
  const { time, level, msg, name: _name, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${time} ${level} ${msg}${fields.join('')}\n`;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(text ?? '');
}

function levelOf(text: string | undefined): LogLevel {
  const level = text?.toLowerCase();
  return level === 'debug' || level === 'warn' || level === 'error'
    ? level
    : level === 'warning'
      ? 'warn'
      : level === 'critical'
        ? 'error'
        : 'info';
}
