import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SSEClientTransportV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPostgres } from '../kit/postgres.ts';
import { keyIn } from '../kit/seal.ts';
import { readTenants, type Tenant, tenantOf } from '../kit/tenants.ts';
import { startServer } from '../kit/testing-servers.ts';
import { startPostgres, startRedis } from '../kit/testing-stores.ts';
import { type Desk, type Sandbox, startSandbox } from './sandbox/index.ts';
import { variablesOf } from './testing.ts';

type Members = Readonly<Record<string, unknown>>;
type Name = 'us' | 'eu';

const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');
const KEYS = { us: 'key-of-northwind-0123456789abcdef', eu: 'key-of-contoso-0123456789abcdef0' };
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Two tenants behind one kind of link. A is the attacker; `folders` are their private ones. */
interface Site {
  readonly sandbox: Sandbox;
  readonly a: Client;
  readonly b: Client;
  readonly folders: Readonly<Record<Name, string>>;
  readonly url?: string;
  close(): Promise<void>;
}

/** 50 requests in ten seconds. */
const PACE = { SDP_RATE_LIMIT_TIER: 'premium' };
const PLAIN = { PATH: process.env.PATH ?? '' };

const tenantsOf = (sandbox: Sandbox): readonly Tenant[] =>
  (['us', 'eu'] as const).map(name => ({
    name: `tenant-${name}`,
    keySha256: hash(KEYS[name]),
    variables: variablesOf(sandbox, name, { ...PACE, LOG_LEVEL: 'debug' }),
  }));

/** Told apart by their keys: both in one process, or, with stores, each asks another process that has both. */
async function overHttp(
  prepare: (sandbox: Sandbox, folder: string) => Promise<Prepared>,
  processes: number,
): Promise<Site> {
  const sandbox = await startSandbox();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-tenants-'));
  const { env, stores, ids = { us: 'tenant-us', eu: 'tenant-eu' } } = await prepare(sandbox, folder);
  const start = () => startServer({ backend: 'sdp', stateFolder: folder }, env);
  const servers = await Promise.all(Array.from({ length: processes }, start));
  const [first] = servers;
  const last = servers.at(-1);
  if (first === undefined || last === undefined) throw new Error('no server');
  const [a, b] = await Promise.all([first.connect(KEYS.us), last.connect(KEYS.eu)]);
  return {
    sandbox,
    a,
    b,
    url: first.url,
    folders: { us: join(folder, 'tenants', ids.us), eu: join(folder, 'tenants', ids.eu) },
    async close() {
      await Promise.all([a.close(), b.close()]);
      for (const part of [...servers, ...stores]) await part[Symbol.asyncDispose]();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The variables of the servers, and what must end after them. */
interface Prepared {
  readonly env: Readonly<Record<string, string>>;
  readonly stores: readonly AsyncDisposable[];
  /** By which the tenants' folders are called. */
  readonly ids?: Readonly<Record<Name, string>>;
}

async function fromFile(sandbox: Sandbox, folder: string): Promise<Prepared> {
  const file = join(folder, 'tenants.json');
  writeFileSync(file, JSON.stringify(tenantsOf(sandbox)), { mode: 0o600 });
  return { env: { GATEHOUSE_TENANTS: file }, stores: [] };
}

const ENCRYPTION_KEY = 'a key of the test with more than 32 characters';

async function withRedis(sandbox: Sandbox, folder: string): Promise<Prepared> {
  const redis = await startRedis();
  const { env } = await fromFile(sandbox, folder);
  return { env: { ...env, REDIS_URL: redis.url, ENCRYPTION_KEY }, stores: [redis] };
}

async function withPostgres(sandbox: Sandbox): Promise<Prepared> {
  const server = await startPostgres();
  const key = () => keyIn(ENCRYPTION_KEY, 'the test');
  await using database = openPostgres({ url: server.url, backend: 'sdp', key, log: () => undefined });
  await database.migrate();
  await database.put(tenantsOf(sandbox));
  const [eu, us] = await database.tenants();
  const ids = { us: us?.id ?? '', eu: eu?.id ?? '' };
  return { env: { DATABASE_URL: server.url, ENCRYPTION_KEY }, stores: [server], ids };
}

/** A process for each, as under Gatehouse. */
async function overStdio(): Promise<Site> {
  const sandbox = await startSandbox();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-tenants-'));
  const folders = { us: join(folder, 'us'), eu: join(folder, 'eu') };
  const connect = async (name: Name): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' });
    const args = [FIXTURE, JSON.stringify({ backend: 'sdp', stateFolder: folders[name] })];
    const env = { ...PLAIN, ...variablesOf(sandbox, name, { ...PACE, LOG_LEVEL: 'debug' }) };
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    return client;
  };
  const [a, b] = await Promise.all([connect('us'), connect('eu')]);
  return {
    sandbox,
    a,
    b,
    folders,
    async close() {
      await Promise.all([a.close(), b.close()]);
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const idIn = ({ tenant }: Desk, table: string): string => [...(tenant.tables.get(table)?.keys() ?? [])][0] ?? '';

describe.each([
  ['HTTP', () => overHttp(fromFile, 1)],
  ['stdio', overStdio],
  ['HTTP and Redis', () => overHttp(withRedis, 2)],
  ['HTTP and PostgreSQL', () => overHttp(withPostgres, 2)],
] as const)('over %s, tenant A', (_link, begin) => {
  let site: Site;
  /** All that A was answered. */
  let heard = '';
  beforeAll(async () => {
    site = await begin();
  });
  afterAll(() => site.close());
  const ask = async (client: Client, name: string, args: object): Promise<Members> => {
    const { structuredContent } = await client.callTool({ name, arguments: { ...args } });
    const fields = structuredContent as Members;
    if (client === site.a) heard += JSON.stringify(fields);
    return fields;
  };
  const a = (name: string, args: object) => ask(site.a, name, args);
  const b = (name: string, args: object) => ask(site.b, name, args);

  it('attack 1, data: does not read a record of B by its id', async () => {
    const theirs = idIn(site.sandbox.eu, 'requests');
    expect(await b('requests', { action: 'get_request', request_id: theirs })).toMatchObject({ success: true });
    expect(await a('requests', { action: 'get_request', request_id: theirs })).toMatchObject({ code: 'GH_NOT_FOUND' });
  });

  it('attack 2, cache: gets its own choices after B asked for the same list', async () => {
    const args = { kind: 'priority' };
    expect(JSON.stringify(await b('get_metadata', args))).toContain('P1');
    const mine = JSON.stringify(await a('get_metadata', args));
    expect(mine).toContain('Urgent');
    expect(mine).not.toContain('P1');
  });

  it('attack 3, token: sends nothing to the hosts of B, and is told no token', async () => {
    const before = site.sandbox.eu.apiServer.requests.length + site.sandbox.eu.accountsServer.requests.length;
    await a('connection', { action: 'get_tenant' });
    await a('requests', { action: 'list_requests', limit: 1 });
    expect(site.sandbox.eu.apiServer.requests.length + site.sandbox.eu.accountsServer.requests.length).toBe(before);
    expect(heard).not.toMatch(/1000\.[0-9a-f]{32}/);
  });

  it('attack 4, cursor: a page or a display id of B leads to its own rows', async () => {
    const theirs = (await b('requests', { action: 'list_requests', limit: 2 })) as { next_start_index: number };
    const next = await a('requests', { action: 'list_requests', limit: 2, start_index: theirs.next_start_index });
    expect(JSON.stringify(next)).not.toMatch(/"118342\d{12}"/);
    const { request } = await a('requests', { action: 'get_request', request_id: '101' });
    expect(request).toMatchObject({ id: expect.stringMatching(/^204781/) });
  });

  it('attack 5, subscription: is not told of changes', async () => {
    expect(site.a.getServerCapabilities()?.resources?.subscribe).toBeUndefined();
    await expect(site.a.subscribeResource({ uri: 'sdp://site/choices' })).rejects.toThrow();
  });

  it('attack 6, error text: learns nothing of B from refusals', async () => {
    const theirs = idIn(site.sandbox.eu, 'problems');
    const refused = JSON.stringify([
      await a('problems', { action: 'get_problem', problem_id: theirs }),
      await a('requests', { action: 'update_request', request_id: '101', technician: 'jana.weber@contoso.example' }),
    ]);
    expect(refused).not.toMatch(/Jana Weber|helpdesk|tenant-eu|118342\d{12}/);
  });

  it('attack 8, breaker: opens its own, not that of B', async () => {
    site.sandbox.us.apiServer.faults.inject({ kind: 'status', status: 500, times: 'always' });
    // Half of all that it asked lately must fail.
    const isOpen = async () => (await a('connection', { action: 'get_circuit_status' })).state === 'open';
    for (let n = 0; n < 40 && !(await isOpen()); n++) await a('requests', { action: 'create_request', subject: 'x' });
    site.sandbox.us.apiServer.faults.clear();
    expect(await a('connection', { action: 'get_circuit_status' })).toMatchObject({ state: 'open' });
    expect(await b('connection', { action: 'get_circuit_status' })).toMatchObject({ state: 'closed' });
    expect(await b('requests', { action: 'list_requests', limit: 1 })).toMatchObject({ success: true });
    await a('connection', { action: 'reset_circuit' });
  });

  it('attack 9, log: its log has nothing of B', () => {
    const logs = { us: '', eu: '' };
    for (const name of ['us', 'eu'] as const)
      logs[name] = readFileSync(join(site.folders[name], 'logs', 'sdp.log'), 'utf8');
    expect(logs.us).toContain('/app/itdesk/');
    expect(logs.us).not.toContain('helpdesk');
    expect(logs.eu).not.toContain('itdesk');
  });

  it('attack 10, audit search: finds its own requests only', async () => {
    const { items } = (await a('connection', { action: 'get_audit_log', limit: 100 })) as { items: { time: string }[] };
    expect(items.length).toBeGreaterThan(3);
    const posts = site.sandbox.eu.apiServer.requests.length;
    const { total_count } = await b('connection', { action: 'get_audit_log' });
    // The trial at the sign-in is not in it.
    expect(total_count).toBe(posts - 1);
  });

  it('attack 11, attachment folder: sends no file of B', async () => {
    const theirs = join(site.folders.eu, 'downloads');
    mkdirSync(theirs, { recursive: true });
    mkdirSync(join(site.folders.us, 'downloads'), { recursive: true });
    writeFileSync(join(theirs, 'secret.txt'), 'x');
    expect(existsSync(join(theirs, 'secret.txt'))).toBe(true);
    for (const file of [
      join(theirs, 'secret.txt'),
      '../../tenant-eu/downloads/secret.txt',
      '../../eu/downloads/secret.txt',
    ])
      expect(
        await a('request_attachments', {
          action: 'add_request_attachment',
          request_id: idIn(site.sandbox.us, 'requests'),
          file,
        }),
      ).toMatchObject({ code: 'GH_FILE' });
  });

  it('attack 12, session id: names no other tenant by an argument, a session or a header', async () => {
    expect(await a('connection', { action: 'get_tenant', tenant_id: 'tenant-eu' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
    if (site.url === undefined) return;
    const headers = {
      authorization: `Bearer ${KEYS.us}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': 'of-tenant-eu',
      'x-tenant-id': 'tenant-eu',
    };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'connection', arguments: { action: 'get_tenant' } },
    });
    const told = await (await fetch(site.url, { method: 'POST', headers, body })).text();
    expect(told).not.toContain('helpdesk');
    for (const authorization of ['', 'Bearer wrong', `Bearer ${hash(KEYS.eu)}`])
      expect((await fetch(site.url, { method: 'POST', headers: { ...headers, authorization }, body })).status).toBe(
        401,
      );
  });

  it('and its metrics and health are its own', async () => {
    if (site.url === undefined) return;
    const read = async (path: string, name: Name): Promise<string> =>
      (await fetch(new URL(path, site.url), { headers: { authorization: `Bearer ${KEYS[name]}` } })).text();
    const [mine, theirs] = await Promise.all([read('/metrics', 'us'), read('/metrics', 'eu')]);
    expect(mine).toMatch(/gatehouse_tool_calls_total\{backend="sdp",outcome="failed"\} [1-9]/);
    expect(theirs).toContain('gatehouse_tool_calls_total{backend="sdp",outcome="failed"} 0');
    expect(theirs).toContain('gatehouse_breaker_state{backend="sdp"} 0');
    expect(await read('/health', 'us')).toContain('/app/itdesk/');
    expect(await read('/health', 'us')).not.toContain('helpdesk');
  });

  it('attack 7, limiter: uses up its own pace, not that of B', async () => {
    const leave = new AbortController();
    const call = { name: 'people', arguments: { action: 'list_users', limit: 1 } };
    const calls = Array.from({ length: 60 }, () => site.a.callTool(call, { signal: leave.signal }).catch(() => 'left'));
    expect(await b('people', { action: 'list_users', limit: 1 })).toMatchObject({ success: true });
    const used = async (ask: typeof a): Promise<number | undefined> => {
      const { windows } = await ask('connection', { action: 'get_rate_limit_status' });
      return (windows as { used: number }[])[3]?.used;
    };
    await vi.waitFor(async () => expect(await used(a)).toBe(50), { timeout: 8_000 });
    expect(await used(b)).toBeLessThan(25);
    leave.abort();
    expect(await Promise.all(calls)).toContain('left');
  });
});

describe('over SSE', () => {
  it('attack 12, session id: a message to the link of B reaches nobody', async () => {
    await using sandbox = await startSandbox().then(made => ({ ...made, [Symbol.asyncDispose]: () => made.close() }));
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-sse-'));
    const { env } = await fromFile(sandbox, folder);
    await using server = await startServer({ backend: 'sdp', stateFolder: folder, transport: 'sse' }, env);
    const headersOf = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
    const connect = async (name: Name) => {
      const client = new ClientV1({ name: 'test', version: '1' });
      const requestInit = { headers: headersOf(KEYS[name]) };
      const link = new SSEClientTransportV1(new URL(server.url), { requestInit });
      await client.connect(link as Parameters<ClientV1['connect']>[0]);
      return client;
    };
    const [a, b] = [await connect('us'), await connect('eu')];
    const tenant = { name: 'connection', arguments: { action: 'get_tenant' } };
    expect(await a.callTool(tenant)).toMatchObject({ structuredContent: { tenant: { portal: 'itdesk' } } });
    expect(await b.callTool(tenant)).toMatchObject({ structuredContent: { tenant: { portal: 'helpdesk' } } });

    const link = await fetch(server.url, { headers: headersOf(KEYS.eu) });
    const reader = link.body?.pipeThrough(new TextDecoderStream()).getReader();
    const endpoint = /data: (\S+)/.exec((await reader?.read())?.value ?? '')?.[1] ?? '';
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const post = async (headers: Record<string, string>) =>
      (await fetch(new URL(endpoint, server.url), { method: 'POST', headers, body })).status;
    expect(await post(headersOf(KEYS.us))).toBe(404);
    expect(await post({ ...headersOf(KEYS.eu), authorization: '' })).toBe(401);
    expect(await post(headersOf(KEYS.eu))).toBe(202);
    expect((await fetch(server.url)).status).toBe(401);
    await reader?.cancel();
    await Promise.all([a.close(), b.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('the file of tenants', () => {
  it('is read only when nobody else can read it, and never quoted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-file-'));
    try {
      const file = join(folder, 'tenants.json');
      const one = { name: 'acme', keySha256: hash('k'), variables: { SDP_OAUTH_CLIENT_SECRET: 'canary' } };
      writeFileSync(file, JSON.stringify([one]), { mode: 0o600 });
      const all = readTenants(file);
      expect([tenantOf(all, 'k')?.name, tenantOf(all, 'other'), tenantOf(all, '')]).toEqual([
        'acme',
        undefined,
        undefined,
      ]);
      for (const wrong of [
        [one, { ...one, keySha256: hash('l') }],
        [one, { ...one, name: 'other' }],
        [{ ...one, key: 'canary' }],
        [],
      ]) {
        writeFileSync(file, JSON.stringify(wrong));
        expect(() => readTenants(file)).toThrow(
          expect.not.objectContaining({ message: expect.stringContaining('canary') }),
        );
        expect(() => readTenants(file)).toThrow('The file of tenants');
      }
      writeFileSync(join(folder, 'open.json'), JSON.stringify([one]), { mode: 0o644 });
      expect(() => readTenants(join(folder, 'open.json'))).toThrow('can be read by others');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
