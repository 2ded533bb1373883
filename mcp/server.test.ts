import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SSEClientTransportV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioClientTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from './dpod/sandbox/index.ts';
import { daysAgo } from './dpod/testing.ts';
import type { HostMessage, ServerMessage } from './kit/control.ts';
import { isHere } from './kit/over-http.ts';

let sandbox: Sandbox;
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  sandbox = await startSandbox({ pollsUntilReady: 1 });
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-server-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

function credential(label = 'SP+AO') {
  const found = sandbox.credentials.find(one => one.label === label);
  if (found === undefined) throw new Error(`The sandbox has no credential "${label}".`);
  return found;
}

function start(args: readonly string[], env: Record<string, string>, channels: readonly 'pipe'[] = []) {
  const child = spawn(process.execPath, args, {
    // With the cache a start takes half the time.
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: join(folder, 'cache'), ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...channels],
  });
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => (said.out += chunk));
  child.stderr.on('data', chunk => (said.err += chunk));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>(resolve =>
    child.once('close', code => {
      running.delete(child);
      resolve(code);
    }),
  );
  return { child, said, ended };
}

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`Waited in vain for ${what}.`);
}

// ---- Under the host

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: object;
  readonly result?: Record<string, unknown>;
}

function attach(changes: Partial<Extract<HostMessage, { type: 'start' }>> = {}) {
  const server = start([join(import.meta.dirname, 'server.ts'), 'dpod', '--control-fd', '3'], {}, ['pipe']);
  const control = server.child.stdio[3];
  if (!(control instanceof Duplex)) throw new Error('There is no control channel.');
  control.on('error', () => undefined);
  const reports: ServerMessage[] = [];
  createInterface({ input: control }).on('line', line => reports.push(JSON.parse(line) as ServerMessage));
  const answers: Message[] = [];
  if (server.child.stdout)
    createInterface({ input: server.child.stdout }).on('line', line => answers.push(JSON.parse(line) as Message));
  const tell = (message: HostMessage): void => void control.write(`${JSON.stringify(message)}\n`);
  const { settings, secrets } = credential();
  tell({
    type: 'start',
    connection: 'dpod/test',
    uuid: '5b0c7f1e-2a64-4c0f-9d53-0e6a1b7c8d90',
    settings: { ...settings, pollMs: 20 },
    secrets,
    readOnly: false,
    presentation: 'grouped',
    stateFolder: folder,
    logLevel: 'info',
    ...changes,
  });
  let ids = 0;
  const send = (method: string, params: object = {}): number => {
    ids += 1;
    server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: ids, method, params })}\n`);
    return ids;
  };
  return {
    ...server,
    control,
    reports,
    answers,
    tell,
    send,
    async ask(method: string, params: object = {}) {
      const id = send(method, params);
      const { result } = await until(() => answers.find(answer => answer.id === id), `the answer to ${method}`);
      return result ?? {};
    },
    async initialize() {
      return this.ask('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'test', version: '1' },
      });
    },
    end() {
      control.destroy();
      return server.ended;
    },
  };
}

describe('a server under the host', () => {
  it('reports its sign-in and answers a test over the control channel', async () => {
    const server = attach();
    server.tell({ type: 'test', id: 7 });
    const tested = await until(() => server.reports.find(({ type }) => type === 'tested'), 'the result of the test');
    const outcome = {
      ok: true,
      identity: expect.any(String),
      scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
      demo: true,
    };
    expect(tested).toEqual({ type: 'tested', id: 7, outcome });
    expect(server.reports).toContainEqual({ type: 'sign-in', outcome });
    expect(await server.end()).toBe(0);
  });

  it('says what is wrong with a credential, and lists its tools all the same', async () => {
    const { clientId = '' } = credential().secrets;
    const server = attach({ secrets: { clientId, clientSecret: 'canary-wrong-secret' } });
    server.tell({ type: 'test', id: 1 });
    const tested = await until(() => server.reports.find(({ type }) => type === 'tested'), 'the result of the test');
    expect(tested).toMatchObject({ outcome: { ok: false, code: 'GH_SIGN_IN', hint: expect.any(String) } });
    await server.initialize();
    expect((await server.ask('tools/list')).tools).toHaveLength(14);
    expect(JSON.stringify(server.reports) + server.said.err).not.toContain('canary');
    await server.end();
  });

  it('serves MCP over stdio, and ends when the assistant’s side ends', async () => {
    const server = attach({ presentation: 'flat', readOnly: true });
    expect(await server.initialize()).toMatchObject({ serverInfo: { name: 'gatehouse-dpod', version: '1.0.0' } });
    const { tools } = (await server.ask('tools/list')) as {
      tools: { name: string; inputSchema: object; annotations: object }[];
    };
    expect(tools).toHaveLength(44);
    expect(tools.every(({ annotations }) => 'readOnlyHint' in annotations && annotations.readOnlyHint === true)).toBe(
      true,
    );
    expect(tools.find(({ name }) => name === 'services_get_service_instance')?.inputSchema).toMatchObject({
      properties: { service_id: { type: 'string' } },
      required: ['service_id'],
      additionalProperties: false,
    });
    const result = await server.ask('tools/call', { name: 'tiles_list_tiles', arguments: { size: 1 } });
    expect(result).toMatchObject({
      structuredContent: { success: true, demo: true },
      _meta: { 'io.gatehouse/demo': true, 'io.gatehouse/vendorRequestId': expect.any(String) },
    });
    server.child.stdin?.end();
    expect(await server.ended).toBe(0);
  });

  it('narrows its tools to what the scopes allow once it is signed in', async () => {
    const server = attach({ secrets: credential('SV').secrets });
    await server.initialize();
    const names = async () => ((await server.ask('tools/list')).tools as { name: string }[]).map(({ name }) => name);
    expect(await names()).toHaveLength(14);
    server.tell({ type: 'test', id: 1 });
    await until(() => server.reports.find(({ type }) => type === 'tested'), 'the sign-in');
    expect(await names()).not.toContain('manage_users');
    expect(await names()).toContain('manage_services');
    await server.end();
  });

  it('reports an action that the vendor refuses for lack of scope', async () => {
    const server = attach();
    await server.initialize();
    const result = await server.ask('tools/call', { name: 'manage_users', arguments: { action: 'get_profile' } });
    expect(result).toMatchObject({ isError: true, structuredContent: { code: 'GH_VENDOR_SCOPE' } });
    const report = await until(() => server.reports.find(({ type }) => type === 'scope-refused'), 'the report');
    expect(report).toMatchObject({ tool: 'manage_users', action: 'get_profile' });
    await server.end();
  });

  it('answers before the deadline that the caller names', async () => {
    sandbox.switches.set({ exportOutcome: 'never' });
    try {
      const server = attach();
      await server.initialize();
      const began = Date.now();
      const result = await server.ask('tools/call', {
        name: 'manage_audit_logs',
        arguments: { action: 'get_logs', start_date: daysAgo(3), end_date: daysAgo(2) },
        _meta: { 'io.gatehouse/deadlineMs': 3_300 },
      });
      expect(result).toMatchObject({ structuredContent: { success: true, pending: true } });
      expect(Date.now() - began).toBeLessThan(3_300);
      await server.end();
    } finally {
      sandbox.switches.reset();
    }
  });

  it('has no secret in its arguments, its environment, its log or its reports', async () => {
    const { clientSecret = '' } = credential().secrets;
    const server = attach({ logLevel: 'debug' });
    await server.initialize();
    await server.ask('tools/call', { name: 'manage_tiles', arguments: { action: 'list_tiles' } });
    const proc = `/proc/${server.child.pid}`;
    const seen = ['cmdline', 'environ'].map(name => readFileSync(`${proc}/${name}`, 'utf8'));
    const log = readFileSync(join(folder, 'dpod.log'), 'utf8');
    expect(log).toContain('signed in');
    expect([...seen, log, server.said.err, JSON.stringify(server.reports)].join('\n')).not.toContain(clientSecret);
    await server.end();
  });

  it('ends in the middle of a call when the host goes away, and at a line that is no JSON, of which it says nothing', async () => {
    const server = attach();
    await server.initialize();
    sandbox.faults.inject({ kind: 'slow', path: '/v1/tiles', delayMs: 60_000 });
    const before = sandbox.requests.length;
    server.send('tools/call', { name: 'manage_tiles', arguments: { action: 'list_tiles' } });
    await until(() => sandbox.requests.slice(before).some(({ path }) => path === '/v1/tiles'), 'the request');
    expect(await server.end()).toBe(0);

    const confused = attach();
    confused.control.write('canary {"secrets"\n');
    expect(await confused.ended).toBe(2);
    expect(confused.said.err).toBe('The host sent a line that is not JSON.\n');
  });

  it('says how it is used when it is started in another way', async () => {
    for (const args of [['dpod'], ['nothing', '--control-fd', '3']]) {
      const { ended, said } = start([join(import.meta.dirname, 'server.ts'), ...args], {});
      expect(await ended).toBe(2);
      expect(said).toEqual({ out: '', err: expect.stringContaining('usage: ') });
    }
  });
});

// ---- On its own

function environment(label = 'SP+AO'): Record<string, string> {
  const { settings, secrets } = credential(label);
  return {
    DPOD_CLIENT_ID: secrets.clientId ?? '',
    DPOD_CLIENT_SECRET: secrets.clientSecret ?? '',
    DPOD_BASE_URL: String(settings.baseUrl),
    DPOD_AUTH_URL: String(settings.authUrl),
    DPOD_STATUS_URL: String(settings.statusUrl),
  };
}

const fixture = (options: object = {}): string[] => [
  join(import.meta.dirname, 'standalone.fixture.ts'),
  JSON.stringify({ stateFolder: folder, ...options }),
];

async function listening(options: object = {}, env: Record<string, string> = {}) {
  const server = start(fixture({ transport: 'streamable-http', ...options }), { ...environment(), ...env });
  const url = await until(() => /"url":"([^"]+)"/.exec(server.said.err)?.[1], 'the address');
  return {
    ...server,
    url,
    async stop() {
      server.child.kill('SIGTERM');
      return server.ended;
    },
  };
}

interface Caller {
  listTools(): Promise<{ tools: readonly { name: string; outputSchema?: unknown }[] }>;
  callTool(params: object, options?: object): Promise<unknown>;
  getPrompt(name: string, given: Record<string, string>): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  close(): Promise<void>;
}

const info = { name: 'test', version: '1' };

async function connectV2(
  mode: 'legacy' | 'auto',
  transport: ConstructorParameters<typeof StdioClientTransport>[0] | URL,
): Promise<Caller> {
  const client = new Client(info, { versionNegotiation: { mode } });
  await client.connect(
    transport instanceof URL ? new StreamableHTTPClientTransport(transport) : new StdioClientTransport(transport),
  );
  expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy');
  return {
    listTools: () => client.listTools(),
    callTool: (params, options) => client.callTool(params as Parameters<Client['callTool']>[0], options),
    getPrompt: (name, given) => client.getPrompt({ name, arguments: given }),
    readResource: uri => client.readResource({ uri }),
    close: () => client.close(),
  };
}

async function connectV1(
  transport: ConstructorParameters<typeof StdioClientTransportV1>[0] | URL | SSEClientTransportV1,
): Promise<Caller> {
  const client = new ClientV1(info);
  const link =
    transport instanceof URL
      ? new StreamableHTTPClientTransportV1(transport)
      : transport instanceof SSEClientTransportV1
        ? transport
        : new StdioClientTransportV1(transport);
  await client.connect(link as Parameters<ClientV1['connect']>[0]);
  return {
    listTools: () => client.listTools(),
    callTool: (params, options) => client.callTool(params as Parameters<ClientV1['callTool']>[0], undefined, options),
    getPrompt: (name, given) => client.getPrompt({ name, arguments: given }),
    readResource: uri => client.readResource({ uri }),
    close: () => client.close(),
  };
}

const logs = () => ({
  name: 'manage_audit_logs',
  arguments: { action: 'get_logs', start_date: daysAgo(3), end_date: daysAgo(2) },
});

/** What every client of every era does over every transport. */
async function exercise(client: Caller): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(14);
  expect(tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);

  expect(await client.callTool({ name: 'manage_tiles', arguments: { action: 'list_tiles', size: 2 } })).toMatchObject({
    structuredContent: { success: true, size: 2, demo: true },
    content: [{ type: 'text', text: expect.stringContaining('"success":true') }],
  });
  expect(await client.callTool({ name: 'manage_tiles', arguments: { action: 'nothing' } })).toMatchObject({
    isError: true,
    structuredContent: {
      success: false,
      code: 'GH_INVALID_INPUT',
      allowed_actions: expect.arrayContaining(['list_tiles']),
    },
  });
  expect(await client.callTool({ name: 'manage_tiles', arguments: {} })).toMatchObject({
    isError: true,
    structuredContent: { error: expect.stringContaining('action is missing') },
  });
  await expect(client.callTool({ name: 'manage_nothing', arguments: {} })).rejects.toThrow('Unknown tool');

  expect(await client.getPrompt('create_hsm_client', { service_name: 'a', client_name: 'b' })).toMatchObject({
    messages: [{ role: 'user', content: { type: 'text', text: expect.stringContaining('service_id: a') } }],
  });
  await expect(client.getPrompt('create_hsm_client', {})).rejects.toThrow('needs service_name, client_name');
  expect(await client.readResource('dpod://server/status')).toMatchObject({
    contents: [{ mimeType: 'text/markdown', text: expect.stringContaining('State: ready') }],
  });
  await expect(client.readResource('dpod://server/nothing')).rejects.toThrow('Resource not found');

  const told: { progress: number }[] = [];
  const onprogress = (one: { progress: number }): void => void told.push(one);
  expect(await client.callTool(logs(), { onprogress })).toMatchObject({ structuredContent: { success: true } });
  const steps = told.map(({ progress }) => progress);
  // A busy SDK client may lose the last one; that it is sent is seen below.
  expect(steps.length).toBeGreaterThan(0);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
}

/** A cancelled call stops what it does at the vendor. */
async function cancelCall(client: Caller): Promise<void> {
  sandbox.faults.inject({ kind: 'slow', path: '/v1/tiles', delayMs: 60_000 });
  const looks = () => sandbox.requests.filter(({ path, status }) => path === '/v1/tiles' && status === null).length;
  const controller = new AbortController();
  const before = looks();
  const call = client.callTool(
    { name: 'manage_tiles', arguments: { action: 'list_tiles' } },
    { signal: controller.signal },
  );
  const refused = expect(call).rejects.toThrow();
  await until(() => looks() > before, 'the request at the vendor');
  controller.abort('enough');
  await refused;
  expect(await client.callTool({ name: 'manage_tiles', arguments: { action: 'list_tiles' } })).toMatchObject({
    structuredContent: { success: true },
  });
}

describe('a server on its own', () => {
  const clients = [
    ['the v2 client, legacy', (to: Parameters<typeof connectV2>[1]) => connectV2('legacy', to)],
    ['the v2 client, auto', (to: Parameters<typeof connectV2>[1]) => connectV2('auto', to)],
    ['the v1 client', (to: Parameters<typeof connectV1>[0]) => connectV1(to)],
  ] as const;

  it.each(clients)('serves %s over stdio', async (_name, connect) => {
    const env = { NODE_COMPILE_CACHE: join(folder, 'cache'), ...environment() };
    const command = { command: process.execPath, args: fixture(), env, stderr: 'ignore' as const };
    const client = await connect(command);
    await exercise(client);
    await cancelCall(client);
    await client.close();
  });

  it('ends with its client, also in the middle of a call', async () => {
    sandbox.faults.inject({ kind: 'slow', path: '/v1/tiles', delayMs: 60_000 });
    const server = start(fixture(), environment());
    const send = (message: object) => server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: info };
    send({ id: 1, method: 'initialize', params: hello });
    const before = sandbox.requests.length;
    const call = { name: 'manage_tiles', arguments: { action: 'list_tiles' } };
    send({ id: 2, method: 'tools/call', params: call });
    await until(() => sandbox.requests.slice(before).some(({ path }) => path === '/v1/tiles'), 'the request');
    const began = Date.now();
    server.child.stdin?.end();
    expect(await server.ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(1_000);
  });

  it('serves the same clients over HTTP', async () => {
    const server = await listening();
    for (const [, connect] of clients) {
      const client = await connect(new URL(server.url));
      await exercise(client);
      await client.close();
    }
    const modern = await connectV2('auto', new URL(server.url));
    await cancelCall(modern);
    await modern.close();
    expect(server.said.out).toBe('');
    expect(await server.stop()).toBe(0);
  });

  it('defect 11: nothing but MCP is ever written to stdout', async () => {
    const server = start(fixture({ logLevel: 'DEBUG' }), environment());
    const send = (id: number, method: string, params: object): void =>
      void server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    send(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: info });
    send(2, 'tools/call', { ...logs(), _meta: { progressToken: 'p' } });
    send(3, 'tools/call', { name: 'manage_users', arguments: { action: 'get_profile' } });
    server.child.stdin?.write('this is no JSON\n');
    send(4, 'ping', {});
    const lines = await until(() => {
      const done = server.said.out.split('\n').slice(0, -1);
      return [1, 2, 3, 4].every(id => done.some(line => line.includes(`"id":${id}`))) && done;
    }, 'four answers');
    const messages = lines.map(
      line => JSON.parse(line) as Message & { jsonrpc: string; params?: { progress?: number } },
    );
    expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    const answered = messages.findIndex(({ id }) => id === 2);
    const steps = messages.slice(0, answered).flatMap(({ params }) => params?.progress ?? []);
    expect(steps.at(-1)).toBe(100);
    expect(new Set(steps).size).toBe(steps.length);
    expect(server.said.err).toContain('"level":"debug"');
    server.child.stdin?.end();
    expect(await server.ended).toBe(0);
  });

  it('check 2: with scopes of the portal only it exits with one reason on stderr, and stdout stays empty', async () => {
    const server = start(fixture({ logLevel: 'ERROR' }), environment('none'));
    expect(await server.ended).toBe(1);
    expect(server.said.out).toBe('');
    expect(server.said.err.match(/none of the API scopes/g)).toHaveLength(1);
  });

  it('exits with a reason without credentials, or with wrong ones', async () => {
    for (const [changes, reason] of [
      [{ DPOD_CLIENT_ID: '' }, 'Missing: clientId (DPOD_CLIENT_ID).'],
      [{ DPOD_BASE_URL: 'no address' }, 'DPOD_BASE_URL is not an address'],
      [{ DPOD_CLIENT_SECRET: 'canary-wrong' }, 'DPoD refused the client id or secret (status 401).'],
    ] as const) {
      const server = start(fixture(), { ...environment(), ...changes });
      expect(await server.ended).toBe(1);
      expect(server.said.out).toBe('');
      expect(server.said.err).toContain(reason);
      expect(server.said.err).not.toContain('canary');
    }
  });

  it('is read-only by option and by variable', async () => {
    for (const [options, env] of [
      [{ readOnly: true }, {}],
      [{}, { DPOD_READ_ONLY_MODE: 'true' }],
    ] as const) {
      const server = await listening(options, env);
      const { tools, configuration } = (await (await fetch(server.url.replace('/mcp', '/health'))).json()) as Record<
        string,
        unknown
      >;
      expect(configuration).toMatchObject({ read_only_mode: true });
      expect(tools).toMatchObject({ count: 14 });
      const listed = (await (await fetch(server.url.replace('/mcp', '/tools'))).json()) as {
        tools: { name: string; inputSchema: { properties: { action: { enum: string[] } } } }[];
      };
      const services = listed.tools.find(({ name }) => name === 'manage_services');
      expect(services?.inputSchema.properties.action.enum).toHaveLength(7);
      await server.stop();
    }
  });

  it('takes its log level from the option, then from LOG_LEVEL', async () => {
    const [loud, quiet] = [
      await listening({}, { LOG_LEVEL: 'DEBUG' }),
      start(fixture({ logLevel: 'warning' }), { ...environment(), LOG_LEVEL: 'DEBUG' }),
    ];
    expect(loud.said.err).toContain('"level":"debug"');
    await loud.stop();
    quiet.child.stdin?.end();
    expect(await quiet.ended).toBe(0);
    expect(quiet.said).toEqual({ out: '', err: '' });
  });

  it('defect 32: it listens on loopback only, unless there is a key', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.7', '127.0.0.2'])
      expect([host, isHere(host)]).toEqual([host, false]);
    // Stands for all that is elsewhere: what listens there by mistake is still out of everybody's reach.
    const host = '127.0.0.2';
    const open = start(fixture({ transport: 'streamable-http', host }), environment());
    expect(await open.ended).toBe(1);
    expect(open.said.err).toContain('would let anyone on the network use this account');

    const server = await listening({ host }, { GATEHOUSE_MCP_KEY: 'canary-key' });
    const at = (path: string) => server.url.replace('/mcp', path);
    for (const path of ['/mcp', '/health', '/tools', '/nothing'])
      expect((await fetch(at(path), { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await fetch(at('/health'))).status).toBe(401);
    expect((await fetch(at('/health'), { headers: { authorization: 'Bearer canary-key' } })).status).toBe(200);
    expect(server.said.err).not.toContain('canary-key');
    await server.stop();
  });

  it('answers /health and /tools, and refuses strange Host and Origin headers', async () => {
    const server = await listening();
    const { host, origin } = new URL(server.url);
    const status = (path: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${origin}${path}`, { headers }, response => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    for (const path of ['/health', '/tools', '/mcp']) {
      expect(await status(path, { host: 'evil.test' })).toBe(403);
      expect(await status(path, { host, origin: 'https://evil.test' })).toBe(403);
    }
    expect(await status('/health', { host })).toBe(200);
    for (const path of ['/nothing', '//', '/%']) expect(await status(path, { host })).toBe(404);
    expect(await (await fetch(`${origin}/health`)).json()).toMatchObject({
      status: 'healthy',
      server: {
        name: 'dpod',
        version: '1.0.0',
        transport: 'streamable-http',
        host: '127.0.0.1',
        port: Number(new URL(origin).port),
      },
      tools: { count: 14 },
      configuration: { read_only_mode: false, dpod_base_url: sandbox.url },
      scopes: { detected: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'], total_tools: 14 },
    });
    await server.stop();
  });

  it('serves old clients over SSE when told to, and new ones beside them', async () => {
    const server = await listening({ transport: 'sse' });
    const old = await connectV1(new SSEClientTransportV1(new URL(server.url)));
    await exercise(old);
    await cancelCall(old);
    const modern = await connectV2('auto', new URL(server.url.replace('/sse', '/mcp')));
    await exercise(modern);
    await Promise.all([old.close(), modern.close()]);
    expect(await server.stop()).toBe(0);
  });

  it('tells who posts to no link, or no message, what is wrong, and repeats nothing of it', async () => {
    const server = await listening({ transport: 'sse' });
    const link = await fetch(server.url);
    const reader = link.body?.pipeThrough(new TextDecoderStream()).getReader();
    const said = (await reader?.read())?.value ?? '';
    const endpoint = /^event: endpoint\ndata: (\S+)\n\n$/.exec(said)?.[1] ?? '';
    const post = async (path: string, body: string, type = 'application/json') => {
      const answer = await fetch(new URL(path, server.url), {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      return [answer.status, await answer.text()] as const;
    };
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(await post(endpoint, ping)).toEqual([202, 'Accepted']);
    expect((await reader?.read())?.value).toContain('"id":1');
    for (const [path, body, type, status] of [
      ['/messages?sessionId=other', ping, undefined, 404],
      ['/messages', ping, undefined, 404],
      [endpoint, '{"canary"', undefined, 400],
      [endpoint, '{"canary":1}', undefined, 400],
      [endpoint, ping, 'text/plain', 415],
      [endpoint, 'x'.repeat(4_200_000), undefined, 413],
    ] as const) {
      const [told, text] = await post(path, body, type);
      expect(told).toBe(status);
      expect(text).not.toContain('canary');
    }
    await reader?.cancel();
    await vi.waitFor(async () => expect((await post(endpoint, ping))[0]).toBe(404));
    const plain = await listening();
    expect((await fetch(plain.url.replace('/mcp', '/sse'))).status).toBe(404);
    await Promise.all([server.stop(), plain.stop()]);
  });

  it('keeps its log in the folder it was given', () => {
    expect(readdirSync(join(folder, 'logs'))).toContain('dpod.log');
  });
});
