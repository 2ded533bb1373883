import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadedBy, startServer, WATCHED } from '../kit/testing-servers.ts';
import { startPostgres } from '../kit/testing-stores.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { variablesOf } from './testing.ts';

const KEYS = { us: 'key-of-northwind-0123456789abcdef', eu: 'key-of-contoso-0123456789abcdef0' };
const ENCRYPTION_KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';
const CLI = join(import.meta.dirname, '..', '..', 'app', 'cli.ts');

let sandbox: Sandbox;
let database: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let count = 0;

beforeAll(async () => {
  [sandbox, database] = await Promise.all([startSandbox(), startPostgres()]);
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-postgres-'));
});
afterAll(async () => {
  await sandbox.close();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  DATABASE_URL: database.url,
  ENCRYPTION_KEY,
  ...more,
});
const instance = (more: Readonly<Record<string, string>> = {}) =>
  startServer({ backend: 'sdp', stateFolder: join(folder, String(count++)) }, environment(more));

/** `gatehouse mcp sdp …`, as a person runs it. */
function gatehouse(task: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'mcp', 'sdp', ...task, '--json'], {
    env: { PATH: process.env.PATH ?? '', GATEHOUSE_HOME: join(folder, 'home'), ...environment(more) },
    encoding: 'utf8',
  });
  return { status, out: stdout === '' ? undefined : (JSON.parse(stdout) as unknown), said: stderr };
}
function tenantsFile(): string {
  const file = join(folder, 'tenants.json');
  const tenants = (['us', 'eu'] as const).map(name => ({
    name: `tenant-${name}`,
    keySha256: createHash('sha256').update(KEYS[name]).digest('hex'),
    variables: variablesOf(sandbox, name, { SDP_RATE_LIMIT_TIER: 'premium' }),
  }));
  writeFileSync(file, JSON.stringify(tenants), { mode: 0o600 });
  return file;
}
const LIST = { action: 'list_requests', limit: 1 };
const CREATE = { action: 'create_request', subject: 'canary-subject' };

describe('tenants and what they did in PostgreSQL', () => {
  it('want a schema first, and a server that finds none says which command makes it', async () => {
    const failure = await instance().then(() => 'started', String);
    expect(failure).toContain('has schema 0, and 1 is needed: gatehouse mcp sdp migrate makes it');
    expect(gatehouse(['list-tenants'])).toMatchObject({
      status: 1,
      said: expect.stringContaining('gatehouse mcp sdp migrate'),
    });
    expect(gatehouse(['migrate'])).toMatchObject({ status: 0, out: { from: 0, to: 1 } });
    expect(gatehouse(['migrate'])).toMatchObject({ status: 0, out: { from: 1, to: 1 } });
    expect(await instance().then(() => 'started', String)).toContain('no tenants in the database yet');
  });

  it('are imported from a file, with nothing of theirs in the clear', async () => {
    const file = tenantsFile();
    expect(gatehouse(['import-tenants'], { GATEHOUSE_TENANTS: file })).toMatchObject({
      status: 0,
      out: { imported: ['tenant-us', 'tenant-eu'] },
    });
    expect(gatehouse(['list-tenants']).out).toMatchObject({ tenants: [{ name: 'tenant-eu' }, { name: 'tenant-us' }] });
    expect(database.query("SELECT t::text, encode(variables, 'escape') FROM gatehouse.tenants t")).not.toMatch(
      /SDP_|1000\./,
    );
    expect(gatehouse(['import-tenants'])).toMatchObject({
      status: 1,
      said: expect.stringContaining('GATEHOUSE_TENANTS is missing'),
    });
    expect(gatehouse(['list-tenants'], { ENCRYPTION_KEY: ENCRYPTION_KEY.replace('M', 'N') })).toMatchObject({
      status: 1,
      said: expect.stringContaining('GH_STORE_KEY'),
    });
    expect(gatehouse(['remove-tenant', 'nobody'])).toMatchObject({ status: 1 });
    expect(gatehouse(['fly'])).toMatchObject({ status: 1, said: expect.stringContaining('migrate, import-tenants') });
  });

  it('are sealed under another key when told both, and the server starts with the new one', async () => {
    const next = { ENCRYPTION_KEY: ENCRYPTION_KEY.replace('M', 'N') };
    const wrong = { ...next, ENCRYPTION_KEY_PREVIOUS: ENCRYPTION_KEY.replace('M', 'Q') };
    expect(gatehouse(['migrate'], wrong)).toMatchObject({
      status: 1,
      said: expect.stringContaining('open neither under ENCRYPTION_KEY nor under ENCRYPTION_KEY_PREVIOUS'),
    });
    const short = gatehouse(['migrate'], { ...next, ENCRYPTION_KEY_PREVIOUS: 'canary-short' });
    expect(short).toMatchObject({ status: 1, said: expect.stringContaining('ENCRYPTION_KEY_PREVIOUS is too short') });
    expect(short.said).not.toContain('canary');
    const both = { ...next, ENCRYPTION_KEY_PREVIOUS: ENCRYPTION_KEY };
    expect(gatehouse(['migrate'], both)).toMatchObject({ status: 0, out: { resealed: 2 } });
    expect(gatehouse(['migrate'], both)).toMatchObject({ status: 0, out: { resealed: 0 } });
    expect(gatehouse(['list-tenants'])).toMatchObject({ status: 1, said: expect.stringContaining('GH_STORE_KEY') });
    {
      await using server = await instance(next);
      expect(await server.call('requests', LIST, KEYS.us)).toMatchObject({ success: true });
      // The next test counts from nothing.
      database.query('DELETE FROM gatehouse.trail');
    }
    const back = gatehouse(['migrate'], { ENCRYPTION_KEY_PREVIOUS: next.ENCRYPTION_KEY });
    expect(back).toMatchObject({ status: 0, out: { resealed: 2 } });
  });

  it('serve several instances: what one did, the other finds', async () => {
    await using one = await instance();
    await using other = await instance();
    expect(await one.call('requests', LIST, KEYS.us)).toMatchObject({ success: true });
    expect(await other.call('requests', CREATE, KEYS.us)).toMatchObject({ success: true });
    const log = { action: 'get_audit_log', limit: 10 };
    const { items } = await one.call('connection', log, KEYS.us);
    expect(items).toMatchObject([
      {
        event_type: 'api.response',
        action: 'POST /requests',
        status: 200,
        fields: expect.arrayContaining(['subject']),
      },
      { event_type: 'api.request', event_category: 'api', action: 'POST /requests' },
      { event_type: 'api.response', action: 'GET /requests' },
    ]);
    expect(await other.call('connection', log, KEYS.eu)).toMatchObject({ total_count: 0 });
    expect(database.query('SELECT t::text FROM gatehouse.trail t')).not.toContain('canary');
    expect(JSON.parse(await one.read('/health', KEYS.us))).toMatchObject({ stores: { postgres: 'up' } });
    expect(one.said() + other.said()).not.toMatch(/1000\.[0-9a-f]{32}/);
  });

  it('while it is away nothing is changed at the vendor, reading goes on, and nothing of that is lost', async () => {
    await using one = await instance();
    await one.call('requests', LIST, KEYS.us);
    const before = Number(database.query('SELECT count(*) FROM gatehouse.trail'));
    const posts = () => sandbox.us.apiServer.requests.filter(({ method }) => method === 'POST').length;
    const sent = posts();
    await database.kill();
    expect(await one.call('requests', CREATE, KEYS.us)).toMatchObject({
      code: 'GH_STORE_DOWN',
      error: expect.stringContaining('PostgreSQL at 127.0.0.1'),
    });
    expect(posts()).toBe(sent);
    expect(await one.call('requests', LIST, KEYS.us)).toMatchObject({ success: true });
    expect(await one.call('connection', { action: 'get_tenant_health' }, KEYS.us)).toMatchObject({
      status: 'unhealthy',
      checks: { audit: 'unhealthy' },
    });
    expect(JSON.parse(await one.read('/health', KEYS.us))).toMatchObject({
      status: 'degraded',
      stores: { postgres: 'down' },
    });
    expect(await one.read('/metrics', KEYS.us)).toContain('gatehouse_store_up{backend="sdp",store="postgres"} 0');
    await database.start();
    expect(await one.call('requests', CREATE, KEYS.us)).toMatchObject({ success: true });
    // Those from before, the reading meanwhile, and the two of the change.
    expect(Number(database.query('SELECT count(*) FROM gatehouse.trail'))).toBe(before + 3);
    expect(JSON.parse(await one.read('/health', KEYS.us))).toMatchObject({ status: 'healthy' });
  }, 60_000);

  it('let nobody in who was removed, and whoever was added, without a restart', async () => {
    await using one = await instance();
    expect(await one.call('requests', LIST, KEYS.eu)).toMatchObject({ success: true });
    const status = async (key: string): Promise<number> =>
      (await fetch(new URL('/tools', one.url), { headers: { authorization: `Bearer ${key}` } })).status;
    expect(gatehouse(['remove-tenant', 'tenant-eu']).status).toBe(0);
    await vi.waitFor(async () => expect(await status(KEYS.eu)).toBe(401), { timeout: 25_000, interval: 500 });
    expect(await status(KEYS.us)).toBe(200);
    gatehouse(['import-tenants'], { GATEHOUSE_TENANTS: tenantsFile() });
    await vi.waitFor(async () => expect(await status(KEYS.eu)).toBe(200), { timeout: 25_000, interval: 500 });
  }, 60_000);

  it('of a tenant that cannot be served keep nobody else out', async () => {
    const file = join(folder, 'wrong.json');
    const variables = { ...variablesOf(sandbox, 'eu'), SDP_DATA_CENTER: 'MOON' };
    const keySha256 = createHash('sha256').update('key-of-the-moon').digest('hex');
    writeFileSync(file, JSON.stringify([{ name: 'moon', keySha256, variables }]), { mode: 0o600 });
    expect(gatehouse(['import-tenants'], { GATEHOUSE_TENANTS: file }).status).toBe(0);
    await using one = await instance();
    expect(await one.call('requests', LIST, KEYS.us)).toMatchObject({ success: true });
    expect(one.said()).toContain('There is no data centre MOON');
    await expect(one.connect('key-of-the-moon')).rejects.toThrow();
    expect(gatehouse(['remove-tenant', 'MOON']).status).toBe(0);
  });

  it('are what loads the client of PostgreSQL, and nothing else does', async () => {
    await using stored = await instance(WATCHED);
    await using plain = await instance({ ...WATCHED, ...variablesOf(sandbox, 'us'), DATABASE_URL: '' });
    expect([loadedBy(stored), loadedBy(plain)]).toEqual([['pg'], []]);
  });

  it.each([
    [{ ENCRYPTION_KEY: '' }, 'DATABASE_URL without ENCRYPTION_KEY'],
    [{ ENCRYPTION_KEY: 'short' }, 'ENCRYPTION_KEY is too short'],
    [{ DATABASE_URL: 'postgres://me:canary@127.0.0.1:1/db' }, 'PostgreSQL at 127.0.0.1:1/db cannot be reached'],
    [{ GATEHOUSE_TENANTS: '/tmp/tenants.json' }, 'both name tenants'],
  ])('a server does not start with %j', async (more, reason) => {
    const failure = await instance(more).then(() => 'started', String);
    expect(failure).toContain(reason);
    expect(failure).not.toContain('canary');
  });
});
