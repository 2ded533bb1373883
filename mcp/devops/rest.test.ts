import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from './rest/outcome.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { standaloneEnvironment } from './testing.ts';

const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');
const KEY = 'canary-key-of-the-test';
const DEPLOY = { service_name: 'orders', version: '9', environment: 'staging' };

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-devops-rest-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Served extends AsyncDisposable {
  readonly origin: string;
  readonly child: ChildProcess;
  /** Status and parsed body. */
  get(path: string, headers?: Record<string, string>): Promise<Told>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Told>;
}
interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

function start(env: Record<string, string>, options: object) {
  const given = { backend: 'devops', transport: 'streamable-http', stateFolder: folder, ...options };
  const child = spawn(process.execPath, [FIXTURE, JSON.stringify(given)], {
    env: standaloneEnvironment(sandbox, env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { err: '' };
  child.stderr.on('data', chunk => {
    said.err += chunk;
  });
  return { child, said, ended: new Promise<number | null>(done => child.once('close', done)) };
}

/** A server of its own over HTTP, with a key unless told. */
async function served(env: Record<string, string> = {}, options: object = {}): Promise<Served> {
  const { child, said, ended } = start({ GATEHOUSE_MCP_KEY: KEY, ...env }, options);
  const origin = await new Promise<string>((resolve, reject) => {
    void ended.then(code => reject(new Error(`ended with ${code}: ${said.err}`)));
    child.stderr?.on('data', () => {
      const url = /"url":"(http:[^"]+)\/mcp"/.exec(said.err)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const told = async (path: string, init: RequestInit): Promise<Told> => {
    const response = await fetch(origin + path, init);
    const { status, headers } = response;
    const text = await response.text();
    const isJson = (headers.get('content-type') ?? '').includes('json');
    return { status, headers, body: isJson ? JSON.parse(text) : { text } };
  };
  const key = { authorization: `Bearer ${KEY}` };
  return {
    origin,
    child,
    get: (path, headers = key) => told(path, { headers }),
    post: (path, body, headers = key) =>
      told(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
  };
}

describe('the REST routes of the original', () => {
  it('say what there is', async () => {
    await using server = await served();
    expect((await server.get('/')).body).toMatchObject({
      name: 'DevOps MCP HTTP Server',
      protocol: 'MCP over HTTP',
      resources: { logs: expect.any(String), metrics: expect.any(String) },
    });
    expect(Object.keys((await server.get('/')).body.tools as object)).toHaveLength(12);
    const { resources } = (await server.get('/mcp/resources')).body;
    expect(resources).toMatchObject([
      { uri: 'logs', mcp_uri: 'light-devops://logs', capabilities: { pagination: false, real_time: true } },
      { uri: 'metrics', capabilities: { filtering: ['limit', 'service', 'metric_type', 'time_range'] } },
    ]);
    const { tools } = (await server.get('/mcp/tools')).body;
    // Read-only: four of the twelve are not offered.
    expect(tools).toHaveLength(8);
  });

  it('read logs and metrics with the filters of the tools, and the original’s headers', async () => {
    await using server = await served();
    const { status, body, headers } = await server.get('/mcp/resources/logs?level=error&limit=3&service=checkout');
    expect([status, headers.get('x-gateway-type')]).toEqual([200, 'direct']);
    expect(body).toMatchObject({
      success: true,
      uri: 'logs',
      count: 3,
      filters: { level: 'ERROR', limit: 3, service: 'checkout' },
      loading: false,
      pagination: null,
      source: 'demo',
    });
    const metrics = await server.get('/mcp/resources/metrics?metric_type=cpu');
    expect(metrics.body).toMatchObject({ type: 'metrics', data: [{ name: 'cpu_utilization' }] });
  });

  it('defect 7: they refuse wrong filters, unknown resources and tools with the right status', async () => {
    await using server = await served();
    for (const [path, status] of [
      ['/mcp/resources/logs?limit=many', 400],
      ['/mcp/resources/logs?limit=0', 400],
      ['/mcp/resources/logs?limit=1&limit=2', 400],
      ['/mcp/resources/logs?metric_type=cpu', 400],
      ['/mcp/resources/nothing', 404],
      ['/nothing', 404],
    ] as const)
      expect([path, (await server.get(path)).status]).toEqual([path, status]);
    expect(await server.get('/mcp/resources/nothing')).toMatchObject({
      body: { detail: 'Resource not found: nothing' },
    });
    expect((await server.post('/mcp/tools/postMcpToolsRollbackStaging', {})).status).toBe(404);
    expect((await server.get('/mcp/tools/deploy_service')).status).toBe(405);
    expect((await server.post('/mcp/tools/get', '{"half')).status).toBe(400);
    expect(
      (await server.post('/mcp/tools/get', {}, { authorization: `Bearer ${KEY}`, 'content-type': 'text/plain' }))
        .status,
    ).toBe(415);
    expect((await server.post('/mcp/tools/get', 'x'.repeat(1_100_000))).status).toBe(400);
  });

  it('deploy under the same switches and rights as over MCP, with arguments in all three places', async () => {
    await using server = await served({ LIGHT_DEVOPS_READ_ONLY: 'false' });
    const before = sandbox.writes;
    for (const [name, body] of [
      ['deploy_service', DEPLOY],
      ['deploy_service', { arguments: DEPLOY }],
      ['postMcpToolsDeployService', { params: { arguments: DEPLOY } }],
    ] as const)
      expect(await server.post(`/mcp/tools/${name}`, body)).toMatchObject({
        status: 200,
        body: { tool: name, success: true, provider: 'platform' },
      });
    expect(sandbox.writes - before).toBe(3);
    const refused = async (environment: string) =>
      await server.post('/mcp/tools/deploy_service', { ...DEPLOY, environment });
    expect(await refused('prod')).toMatchObject({ status: 403, body: { reason: 'production_disabled' } });
    expect(await refused('moon')).toMatchObject({ status: 400, body: { code: 'GH_INVALID_INPUT' } });
    expect(sandbox.writes - before).toBe(3);
  });

  it('refuse to write when read-only, and where the role does not allow it', async () => {
    await using server = await served();
    expect(await server.post('/mcp/tools/deploy_service', DEPLOY)).toMatchObject({
      status: 403,
      body: { code: 'GH_READ_ONLY', detail: expect.any(String) },
    });
    const { refreshToken = '' } = sandbox.credentials.find(({ label }) => label === 'observer')?.secrets ?? {};
    await using observer = await served({
      LIGHT_DEVOPS_READ_ONLY: 'false',
      DESCOPE_ACCESS_KEY: '',
      DESCOPE_REFRESH_TOKEN: refreshToken,
    });
    expect(await observer.post('/mcp/tools/deploy_service', DEPLOY)).toMatchObject({
      status: 403,
      body: { code: 'GH_SCOPE_MISSING' },
    });
  });

  it('defect 9: tell a failed, a running and a lost write apart, inside, outside and by the status', async () => {
    await using server = await served({ LIGHT_DEVOPS_READ_ONLY: 'false' });
    sandbox.switches.set({ outcomes: ['FAILED', 'IN_PROGRESS'] });
    const post = () => server.post('/mcp/tools/deploy_service', { ...DEPLOY, service_name: `s${Math.random()}` });
    expect(await post()).toMatchObject({
      status: 200,
      body: { success: false, result: { success: false, deployment: { status: 'FAILED' } } },
    });
    expect(await post()).toMatchObject({ status: 202, body: { result: { deployment: { status: 'IN_PROGRESS' } } } });
    const structured = { success: false, result: { success: false, rollback: { status: 'UNKNOWN' } } };
    const trace = { demo: true, requestId: undefined };
    expect(answerOf({ structured, text: '', blocks: [], isError: false, trace }, 'tool').status).toBe(504);
  });
});

describe('the server over HTTP', () => {
  it('takes the port of PORT', async () => {
    const port = await freePort();
    await using server = await served({ PORT: String(port) });
    expect(server.origin).toBe(`http://127.0.0.1:${port}`);
    const { ended, said } = start({ PORT: 'eighty' }, {});
    expect(await ended).toBe(1);
    expect(said.err).toContain('PORT is not a port: eighty');
  });

  it('speaks MCP beside them, to the same account', async () => {
    await using server = await served();
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { authorization: `Bearer ${KEY}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.origin}/mcp`), { requestInit }));
    expect(client.getProtocolEra()).toBe('modern');
    const { structuredContent } = await client.callTool({ name: 'getMcpResourcesLogs', arguments: { limit: 1 } });
    expect(structuredContent).toMatchObject({ success: true, result: { count: 1 } });
    await client.close();
  });

  it('tells a client of the new era what changed, and does not promise it to one of the old', {
    timeout: 30_000,
  }, async () => {
    await using server = await served();
    const connected = async (mode: 'auto' | 'legacy') => {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
      const requestInit = { headers: { authorization: `Bearer ${KEY}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(`${server.origin}/mcp`), { requestInit }));
      return client;
    };
    const uri = 'light-devops://logs?service=payments';
    const [client, other, old] = [await connected('auto'), await connected('auto'), await connected('legacy')];
    expect(old.getServerCapabilities()?.resources).toEqual({});
    const told: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
    other.setNotificationHandler('notifications/resources/updated', () => void told.push('not asked for'));
    const looks = () => sandbox.requests.filter(({ path }) => path.endsWith('/search')).length;
    const before = looks();
    const listening = await client.listen({ resourceSubscriptions: [uri] });
    await other.listen({ resourceSubscriptions: ['light-devops://logs?service=orders'] });
    await eventually(() => looks() >= before + 2);
    await sleep(200);
    sandbox.writeLog('payments', 'refund booked');
    await eventually(() => told.length > 0);
    expect(told).toEqual([uri]);
    await listening.close();
    await Promise.all([client.close(), other.close(), old.close()]);
    await sleep(500);
    const after = looks();
    await sleep(6_000);
    expect(looks()).toBe(after);
  });

  it('shows its OpenAPI document, made from the schemas of the tools, and a page without anything from elsewhere', async () => {
    await using server = await served();
    const { body } = await server.get('/openapi.json', {});
    const deploy = (body.paths as Record<string, unknown>)['/mcp/tools/deploy_service'];
    const { tools } = (await server.get('/mcp/tools')).body;
    expect(JSON.stringify(deploy)).toContain('"enum":["development","staging","production"]');
    expect((tools as readonly { readonly name: string }[]).map(({ name }) => `/mcp/tools/${name}`)).toSatisfy(
      (paths: readonly string[]) => paths.every(path => path in (body.paths as object)),
    );
    const { body: shown, headers } = await server.get('/docs', {});
    expect(shown.text).toContain('POST /mcp/tools/deploy_service');
    expect(shown.text).not.toMatch(/https?:|<script|src=/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('wants its key for everything but that it lives and what it is', async () => {
    await using server = await served();
    expect(await server.get('/health', {})).toMatchObject({
      status: 200,
      body: { status: 'healthy', service: 'devops-mcp-server', version: '1.0.0' },
    });
    expect(Object.keys((await server.get('/health', {})).body)).toHaveLength(3);
    expect((await server.get('/health')).body).toMatchObject({ configuration: { read_only_mode: true } });
    for (const path of ['/mcp', '/mcp/resources', '/mcp/resources/logs', '/mcp/tools', '/tools', '/metrics']) {
      const { status, headers } = await server.get(path, {});
      expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    }
    expect((await server.post('/mcp/tools/get', {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    const open = start({}, { host: '127.0.0.2' });
    expect(await open.ended).toBe(1);
    expect(open.said.err).toContain('would let anyone on the network use this account');
  });

  it('defect 24: answers no other origin and no other host, unless the origin is configured', async () => {
    await using closed = await served();
    const evil = { authorization: `Bearer ${KEY}`, origin: 'https://evil.example' };
    expect((await closed.get('/mcp/resources', evil)).status).toBe(403);
    expect(await statusOf(closed.origin, { host: 'evil.example', authorization: `Bearer ${KEY}` })).toBe(403);
    await using opened = await served({ LIGHT_DEVOPS_CORS_ORIGINS: 'https://console.example, https://two.example' });
    const mine = { authorization: `Bearer ${KEY}`, origin: 'https://console.example' };
    const { status, headers } = await opened.get('/mcp/resources', mine);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, 'https://console.example']);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const asked = await fetch(`${opened.origin}/mcp/resources`, {
      method: 'OPTIONS',
      headers: { origin: 'https://two.example' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, 'https://two.example']);
    expect((await opened.get('/mcp/resources', evil)).status).toBe(403);
    for (const [env, reason] of [
      [{ LIGHT_DEVOPS_CORS_ORIGINS: '*', GATEHOUSE_MCP_KEY: KEY }, 'is not an origin'],
      [{ LIGHT_DEVOPS_CORS_ORIGINS: 'https://console.example' }, 'only with a key'],
    ] as const) {
      const { ended, said } = start(env, {});
      expect(await ended).toBe(1);
      expect(said.err).toContain(reason);
    }
  });

  it('limits each user on each route, and strangers by their address', async () => {
    await using server = await served({
      LIGHT_DEVOPS_HTTP_READS: '4',
      LIGHT_DEVOPS_HTTP_WRITES: '2',
      LIGHT_DEVOPS_READ_ONLY: 'false',
    });
    const statuses = async (times: number, ask: () => Promise<Told>) => {
      const told: Told[] = [];
      for (let i = 0; i < times; i++) told.push(await ask());
      return told.map(({ status }) => status);
    };
    expect(await statuses(5, () => server.get('/mcp/resources/metrics'))).toEqual([200, 200, 200, 200, 429]);
    expect((await server.get('/mcp/resources/logs')).status).toBe(200);
    const late = await server.get('/mcp/resources/metrics');
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    const wrote = sandbox.writes;
    expect(await statuses(2, () => server.post('/mcp/tools/deploy_service', DEPLOY))).toEqual([200, 200]);
    // The alias is the same route: it is the same operation.
    expect((await server.post('/mcp/tools/postMcpToolsDeployService', DEPLOY)).status).toBe(429);
    expect(sandbox.writes - wrote).toBe(2);
    const strangers = await statuses(61, () => server.get('/mcp/tools', { authorization: 'Bearer guess' }));
    expect([strangers[0], strangers.at(-1)]).toEqual([401, 429]);
  });

  it('refuses a request that a gateway brought back, and an address that is its own', async () => {
    await using server = await served({ CEQUENCE_ENABLED: 'true', CEQUENCE_GATEWAY_URL: `${sandbox.url}/gateway/mcp` });
    const again = { authorization: `Bearer ${KEY}`, 'x-gatehouse-hop': '1' };
    expect((await server.post('/mcp/tools/get', {}, again)).status).toBe(508);
    const port = await freePort();
    const { ended, said } = start({ PORT: String(port), LIGHT_DEVOPS_API_URL: `http://localhost:${port}` }, {});
    expect(await ended).toBe(1);
    expect(said.err).toContain('is this server itself');
  });
});

describe('callers with a session of their own', () => {
  const callers = { LIGHT_DEVOPS_HTTP_CALLERS: 'true', LIGHT_DEVOPS_READ_ONLY: 'false' };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const person = (label: string) => bearer(sandbox.sessionOf(label));
  const ownless = { GATEHOUSE_MCP_KEY: '', DESCOPE_ACCESS_KEY: '' };

  it('have their own rights, and deploy in their own name', async () => {
    await using server = await served({ ...callers, ...ownless });
    const [paula, olaf] = [person('prod'), person('observer')];
    expect(await server.post('/mcp/tools/authenticate_user', {}, paula)).toMatchObject({
      status: 200,
      body: { result: { user_id: 'U2demoPaula', tenant: 'T2acme' } },
    });
    const order = { ...DEPLOY, service_name: 'by-a-caller' };
    expect(await server.post('/mcp/tools/deploy_service', order, paula)).toMatchObject({
      status: 200,
      body: { result: { deployment: { deployed_by: 'U2demoPaula' } } },
    });
    expect(await server.post('/mcp/tools/deploy_service', order, olaf)).toMatchObject({ status: 403 });
    expect((await server.get('/mcp/resources/logs?limit=1', olaf)).status).toBe(200);
    expect((await server.get('/mcp/resources/logs', person('new-user'))).status).toBe(403);
    const client = new Client({ name: 'caller', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${server.origin}/mcp`), { requestInit: { headers: olaf } }),
    );
    const { structuredContent } = await client.callTool({ name: 'authenticate_user', arguments: {} });
    expect(structuredContent).toMatchObject({ result: { user_id: 'U2demoOlaf' } });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('deploy_service');
    await client.close();
  });

  it('are turned away without one, and with one that is none, has ended, or is meant for something else', async () => {
    await using server = await served({ ...callers, ...ownless });
    const { refreshToken = '' } = sandbox.credentials.find(({ label }) => label === 'observer')?.secrets ?? {};
    const past = Math.floor(Date.now() / 1_000) - 60;
    for (const headers of [
      {},
      bearer(''),
      bearer('guess'),
      bearer('a.b.c'),
      bearer(refreshToken),
      bearer(sandbox.sessionOf('prod', { exp: past })),
      bearer(sandbox.sessionOf('prod', { iss: 'P2somebodyElse' })),
      bearer(`${sandbox.sessionOf('prod').slice(0, -4)}AAAA`),
    ])
      for (const path of ['/mcp/resources/logs', '/mcp', '/tools'])
        expect((await server.get(path, headers)).status).toBe(401);
  });

  it('end with their session, and share neither limits nor the server’s own account', async () => {
    await using server = await served({ ...callers, LIGHT_DEVOPS_HTTP_READS: '3' });
    const soon = bearer(sandbox.sessionOf('observer', { exp: Math.floor(Date.now() / 1_000) + 2 }));
    expect((await server.get('/mcp/tools', soon)).status).toBe(200);
    const [paula, olaf] = [person('prod'), person('lower-case')];
    for (const status of [200, 200, 200, 429]) expect((await server.get('/mcp/tools', paula)).status).toBe(status);
    // Another token of the same person is the same user.
    expect((await server.get('/mcp/tools', person('prod'))).status).toBe(429);
    expect((await server.get('/mcp/tools', olaf)).status).toBe(200);
    expect(await server.post('/mcp/tools/authenticate_user', {})).toMatchObject({
      body: { result: { kind: 'access_key' } },
    });
    await sleep(8_000);
    expect(await server.get('/mcp/resources/logs', soon)).toMatchObject({ status: 401, body: { code: 'GH_SIGN_IN' } });
  }, 20_000);

  it('are not let in where nobody said so', async () => {
    await using server = await served();
    expect((await server.get('/mcp/tools', person('prod'))).status).toBe(401);
  });
});

async function eventually(ready: () => boolean): Promise<void> {
  for (const end = Date.now() + 12_000; !ready(); await sleep(20))
    if (Date.now() > end) throw new Error('Waited in vain.');
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** With another Host than that of the address: `fetch` does not let go of it. */
function statusOf(origin: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${origin}/mcp/resources`, { headers }, response => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
