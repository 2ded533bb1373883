import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_EMAIL, DEMO_KEY } from './sandbox/access.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { standalone } from './standalone.ts';

let sandbox: Sandbox;
let folder: string;
const running = new Set<ChildProcess>();
const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');
const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';

beforeAll(async () => {
  sandbox = await startSandbox({ rateLimit: 10_000, lowRateLimit: 10_000 });
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cloudways-server-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: join(folder, 'cache'),
  CLOUDWAYS_API_BASE: `${sandbox.url}/api`,
  CLOUDWAYS_EMAIL: DEMO_EMAIL,
  CLOUDWAYS_API_KEY: DEMO_KEY,
  BROWSER: 'none',
  ...more,
});
const options = (more: object = {}): string => JSON.stringify({ backend: 'cloudways', stateFolder: folder, ...more });

/** A server on its own over HTTP; `url` once it listens. */
function start(more: Readonly<Record<string, string>> = {}, given: object = {}) {
  const child = spawn(process.execPath, [FIXTURE, options(given)], {
    env: environment(more),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = { err: '' };
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  child.stderr.on('data', chunk => {
    said.err += chunk;
    const url = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(said.err)?.[0];
    if (url !== undefined) resolve(url);
  });
  const ended = new Promise<number | null>(done =>
    child.once('close', code => {
      running.delete(child);
      done(code);
    }),
  );
  return { child, said, listening, ended };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

describe('the server on its own', () => {
  it('speaks HTTP on port 7000 with one tool for each operation, as the original did', async () => {
    expect(standalone).toMatchObject({ transport: 'streamable-http', port: 7_000, presentation: 'flat' });
    const server = start();
    const client = await connect(await server.listening);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(168);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['ping', 'list_servers', 'git_pull']));
    const result = await client.callTool({
      name: 'get_git_ssh_key',
      arguments: { app: { server_id: 41001, app_id: 510203 } },
    });
    expect(result.structuredContent).toMatchObject({
      success: true,
      demo: true,
      key: expect.stringContaining('ssh-rsa'),
    });
    const varnish = { server: { server_id: 41001, action: 'purge' } };
    expect(await client.callTool({ name: 'manage_server_varnish', arguments: varnish })).toMatchObject({
      structuredContent: { success: true },
    });
    await client.close();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('speaks stdio and shows few tools with actions when told to', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const env = environment({ GATEHOUSE_PRESENTATION: 'grouped' });
    const args = [FIXTURE, options({ transport: 'stdio' })];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    expect((await client.listTools()).tools).toHaveLength(14);
    const result = await client.callTool({
      name: 'apps',
      arguments: { action: 'find_app', query: 'shop.example.test' },
    });
    expect(result.structuredContent).toMatchObject({ apps: [{ app_id: '510201' }] });
    await client.close();
  });

  it('says which variables of the original mean nothing here, in lines for people when told to', async () => {
    const server = start({
      ENCRYPTION_KEY: KEY,
      HTTP_POOL_SIZE: '500',
      AUTH_BASE_URL: 'http://localhost:7000',
      RATE_LIMIT_REQUESTS: '7',
      LOG_FORMAT: 'console',
      LOG_LEVEL: 'DEBUG',
    });
    const client = await connect(await server.listening);
    const { structuredContent } = await client.callTool({ name: 'rate_limit_status', arguments: {} });
    expect(structuredContent).toMatchObject({ budgets: [{ capacity: 7, window_s: 60 }, {}] });
    for (const name of ['ENCRYPTION_KEY', 'HTTP_POOL_SIZE', 'AUTH_BASE_URL'])
      expect(server.said.err).toMatch(new RegExp(`^\\S+ warn ${name} has no effect`, 'm'));
    // Request timing, and no secret.
    expect(server.said.err).toMatch(/^\S+ debug request method=POST path=\S+ status=200 ms=\d+$/m);
    expect(server.said.err).not.toContain(DEMO_KEY);
    await client.close();
    server.child.kill('SIGTERM');
    await server.ended;
    expect(readFileSync(join(folder, 'logs', 'cloudways.log'), 'utf8')).not.toContain(DEMO_KEY);
  });

  it.each([
    [{ ENCRYPTION_KEY: 'short' }, 'ENCRYPTION_KEY must be 32 bytes'],
    [{ REDIS_URL: 'redis://127.0.0.1:6379' }, 'REDIS_URL without ENCRYPTION_KEY'],
    [{ CLOUDWAYS_API_KEY: 'demo-key-3333333333333333' }, 'refused the e-mail or the API key'],
    [{ CLOUDWAYS_EMAIL: '' }, 'needs the e-mail'],
  ])('ends with one reason for %j', async (env, reason) => {
    const server = start(env);
    expect(await server.ended).toBe(1);
    expect(server.said.err.trim().split('\n')).toEqual([expect.stringContaining(reason)]);
  });

  it('starts without credentials, and asks for a sign-in when something is asked for', async () => {
    const server = start({ CLOUDWAYS_EMAIL: '', CLOUDWAYS_API_KEY: '', AUTH_SESSION_TIMEOUT: '1' });
    const client = await connect(await server.listening);
    const { structuredContent } = await client.callTool({ name: 'list_projects', arguments: {} });
    expect(structuredContent).toMatchObject({ success: false, code: 'GH_SIGN_IN', status: 'expired' });
    expect(server.said.err).toContain('browser sign-in begins');
    await client.close();
    server.child.kill('SIGTERM');
    await server.ended;
  });

  it('defect 19: it registers no clients and gives out no codes', async () => {
    const server = start();
    const { origin } = new URL(await server.listening);
    for (const path of ['/register', '/authorize', '/token', '/auth', '/.well-known/oauth-authorization-server'])
      expect((await fetch(origin + path)).status).toBe(404);
    server.child.kill('SIGTERM');
    await server.ended;
  });

  it('defect 20: it listens on this machine only, and elsewhere only with a key', async () => {
    const server = start({}, { host: '127.0.0.2' });
    expect(await server.ended).toBe(1);
    expect(server.said.err).toContain('Without a key');
  });
});
