import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres, type Postgres } from './postgres.ts';
import { createSeal } from './seal.ts';
import { startPostgres } from './testing-stores.ts';
import { newEntry } from './trail.ts';

let server: Awaited<ReturnType<typeof startPostgres>>;
const opened: Postgres[] = [];
const KEY = Buffer.alloc(32, 7);
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const acme = { name: 'Acme', keySha256: hash('a'), variables: { SDP_OAUTH_CLIENT_SECRET: 'canary-acme' } };
const globex = { name: 'globex', keySha256: hash('b'), variables: { SDP_OAUTH_CLIENT_SECRET: 'canary-globex' } };

function database(key = KEY, url = server.url, patienceMs = 1_500): Postgres {
  const made = openPostgres({ url, backend: 'sdp', key: () => key, log: () => undefined, patienceMs });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  server = await startPostgres();
  // A careless server: it acknowledges before it has written. Ours must not.
  server.query('ALTER ROLE gatehouse SET synchronous_commit = off');
});
afterAll(async () => {
  for (const one of opened) await one[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('the schema', () => {
  it('is asked for before anything is done, with the command to run', async () => {
    await expect(database().check()).rejects.toMatchObject({
      code: 'GH_STORE_SCHEMA',
      hint: 'Run: gatehouse mcp sdp migrate',
    });
  });

  it('is made once, however many do so at once, and again does no harm', async () => {
    const results = await Promise.all([database(), database(), database()].map(one => one.migrate()));
    expect(results.map(({ from }) => from).toSorted()).toEqual([0, 1, 1]);
    await database().check();
    expect(await database().migrate()).toEqual({ from: 1, to: 1, resealed: 0 });
    expect(server.query('SELECT count(*) FROM gatehouse.migrations')).toBe('1');
  });

  it('of a newer version is left alone', async () => {
    server.query('INSERT INTO gatehouse.migrations (version) VALUES (99)');
    for (const attempt of [database().check(), database().migrate()])
      await expect(attempt).rejects.toMatchObject({
        code: 'GH_STORE_SCHEMA',
        message: expect.stringContaining('newer'),
      });
    server.query('DELETE FROM gatehouse.migrations WHERE version = 99');
    await database().check();
  });
});

describe('tenants', () => {
  it('are kept with hashed keys and sealed credentials, and changed by importing them again', async () => {
    const db = database();
    await db.put([acme, globex]);
    const [first, second] = await db.tenants();
    expect([first, second]).toMatchObject([acme, globex]);
    await db.put([{ ...acme, name: 'ACME', variables: { SDP_OAUTH_CLIENT_SECRET: 'canary-new' } }]);
    const [renamed, untouched] = await db.tenants();
    expect(renamed).toMatchObject({
      id: first?.id,
      name: 'ACME',
      variables: { SDP_OAUTH_CLIENT_SECRET: 'canary-new' },
    });
    expect([renamed?.version === first?.version, untouched?.version === second?.version]).toEqual([false, true]);
    const everything = server.query("SELECT t::text, encode(variables, 'escape') FROM gatehouse.tenants t");
    expect(everything).not.toContain('canary');
  });

  it('never share a key, not even of those that are there already: all of a file is taken, or none', async () => {
    const db = database();
    const clash = [
      { ...acme, name: 'initech', keySha256: hash('c') },
      { ...acme, name: 'umbrella', keySha256: hash('b') },
    ];
    await expect(db.put(clash)).rejects.toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect((await db.tenants()).map(({ name }) => name)).toEqual(['ACME', 'globex']);
  });

  it('do not open under another key, of another tenant, or when a byte was changed', async () => {
    await expect(database(Buffer.alloc(32, 8)).tenants()).rejects.toMatchObject({ code: 'GH_STORE_KEY' });
    server.query(
      `UPDATE gatehouse.tenants SET variables = (SELECT variables FROM gatehouse.tenants WHERE name = 'globex') WHERE name = 'ACME'`,
    );
    await expect(database().tenants()).rejects.toMatchObject({ message: expect.stringContaining('ACME') });
    await database().put([acme]);
    server.query(
      `UPDATE gatehouse.tenants SET variables = set_byte(variables, 40, get_byte(variables, 40) # 1) WHERE name = 'globex'`,
    );
    await expect(database().tenants()).rejects.toMatchObject({ code: 'GH_STORE_KEY' });
    await database().put([globex]);
    expect(await database().tenants()).toMatchObject([acme, globex]);
  });

  it('bring nothing into the SQL: a name is a value', async () => {
    const db = database();
    expect(await db.remove(`x'; DROP TABLE gatehouse.tenants; --`)).toBe(false);
    expect(await db.tenants()).toHaveLength(2);
  });
});

describe('another key', () => {
  const NEXT = Buffer.alloc(32, 9);
  const sealed = () =>
    server.query("SELECT string_agg(encode(variables, 'hex'), ' ' ORDER BY name) FROM gatehouse.tenants");

  it('is refused with the wrong one before it, and when anything opens under neither: nothing is changed', async () => {
    const before = sealed();
    const neither = { code: 'GH_STORE_KEY', message: expect.stringContaining('nothing was changed') };
    await expect(database(NEXT).migrate(Buffer.alloc(32, 8))).rejects.toMatchObject(neither);
    expect(sealed()).toBe(before);
    const damage = () =>
      server.query(
        `UPDATE gatehouse.tenants SET variables = set_byte(variables, 40, get_byte(variables, 40) # 1) WHERE name = 'globex'`,
      );
    damage();
    const damaged = sealed();
    await expect(database(NEXT).migrate(KEY)).rejects.toMatchObject({
      ...neither,
      message: expect.stringContaining('globex'),
    });
    expect(sealed()).toBe(damaged);
    damage();
    expect(await database().tenants()).toMatchObject([acme, globex]);
  });

  it('is taken as a whole or not at all: what breaks off in the middle is undone and done again', async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("BEGIN; SELECT 1 FROM gatehouse.tenants WHERE name = 'globex' FOR UPDATE");
    const before = sealed();
    const taken = database(NEXT, server.url, 20_000).migrate(KEY);
    // The first row is done, and it waits for the second.
    const waits = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE%tenants%'";
    while (server.query(`SELECT count(*) ${waits}`) !== '1') await sleep(20);
    server.query(`SELECT pg_terminate_backend(pid) ${waits}`);
    expect(sealed()).toBe(before);
    await client.query('ROLLBACK');
    await client.end();
    expect(await taken).toMatchObject({ resealed: 2 });
    expect(await database(NEXT).tenants()).toMatchObject([acme, globex]);
    await expect(database().tenants()).rejects.toMatchObject({
      code: 'GH_STORE_KEY',
      hint: expect.stringContaining('ENCRYPTION_KEY_PREVIOUS'),
    });
    const back = await Promise.all([database().migrate(NEXT), database().migrate(NEXT)]);
    expect(back.map(({ resealed }) => resealed).toSorted()).toEqual([0, 2]);
  });
});

describe('the trail', () => {
  const entry = (action: string, time = Date.now()) =>
    newEntry({ time, event: 'api.response', result: 'success', action, details: { status: 200, fields: ['subject'] } });

  it('is that of one tenant, newest first, by kind and time', async () => {
    const db = database();
    const [a, b] = (await db.tenants()).map(({ id }) => db.trail(id));
    if (a === undefined || b === undefined) throw new Error('no tenants');
    const once = entry('GET /1', 1_000_000);
    for (const one of [once, once, entry('GET /2', 2_000_500)]) await a.append(one);
    await b.append(entry("GET /' OR true --", 1_500_000));
    const whole = await a.find({ limit: 10, offset: 0 });
    expect([whole.total, whole.entries.map(({ action }) => action)]).toEqual([2, ['GET /2', 'GET /1']]);
    expect(whole.entries[1]).toEqual(once);
    expect(await a.find({ since: 2_000_500, limit: 10, offset: 0 })).toMatchObject({
      total: 1,
      entries: [{ time: 2_000_500 }],
    });
    expect(await a.find({ until: 1_999_999, event: 'api.response', limit: 1, offset: 0 })).toMatchObject({ total: 1 });
    expect(await a.find({ event: `x' OR '1'='1`, limit: 10, offset: 0 })).toEqual({ total: 0, entries: [] });
    expect(await a.find({ limit: 1, offset: 1 })).toMatchObject({ total: 2, entries: [{ action: 'GET /1' }] });
  });

  it('has what it acknowledged after PostgreSQL was killed, and acknowledges nothing meanwhile', async () => {
    const db = database();
    const patientOne = database(KEY, server.url, 20_000);
    const [first] = await db.tenants();
    const trail = db.trail(first?.id ?? '');
    const acknowledged = entry('POST /before');
    await trail.append(acknowledged);
    await server.kill();
    const lost = trail.append(entry('POST /meanwhile'));
    await expect(lost).rejects.toMatchObject({
      code: 'GH_STORE_DOWN',
      message: expect.stringContaining('PostgreSQL at 127.0.0.1'),
    });
    expect(db.isUp).toBe(false);
    const patient = patientOne.trail(first?.id ?? '').append(entry('POST /patient'));
    await server.start();
    await patient;
    const { entries } = await trail.find({ limit: 2, offset: 0 });
    expect(entries.map(({ action }) => action)).toEqual(['POST /patient', 'POST /before']);
    expect(db.isUp).toBe(true);
  });

  it('outlives its tenant, without its name', async () => {
    const db = database();
    expect(await db.remove('acme')).toBe(true);
    expect(Number(server.query('SELECT count(*) FROM gatehouse.trail WHERE tenant_id IS NULL'))).toBeGreaterThan(2);
  });
});

describe('an address', () => {
  it('that is wrong is refused without a word of the password', async () => {
    expect(() => database(KEY, 'http://canary')).toThrow('DATABASE_URL is not an address of PostgreSQL.');
    const closed = database(KEY, 'postgres://me:canary@127.0.0.1:1/db');
    const refusal = await closed.check().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'GH_STORE_DOWN',
      message: 'PostgreSQL at 127.0.0.1:1/db cannot be reached (ECONNREFUSED).',
    });
    const missing = database(KEY, server.url.replace('/postgres', '/nothing').replace('postgres:', 'postgres:'));
    await expect(missing.check()).rejects.toMatchObject({ code: 'GH_STORE_DOWN' });
  });
});

describe('a key', () => {
  it('seals the same text never the same way, and for one tenant only', () => {
    const [one, other] = ['a', 'b'].map(id => createSeal(KEY, `sdp/${id}`, Buffer.alloc(32, 1)));
    if (one === undefined || other === undefined) throw new Error('no seals');
    const [first, second] = [one.seal('text', 'field'), one.seal('text', 'field')];
    expect(first.equals(second)).toBe(false);
    expect([one.open(first, 'field'), one.open(second, 'field')]).toEqual(['text', 'text']);
    const flipped = Buffer.from(first);
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
    const older = Buffer.concat([Buffer.of(0), first.subarray(1)]);
    for (const [seal, sealed, context] of [
      [other, first, 'field'],
      [one, first, 'other field'],
      [one, flipped, 'field'],
      [one, older, 'field'],
      [one, Buffer.alloc(3), 'field'],
    ] as const)
      expect(seal.open(sealed, context)).toBeUndefined();
    const otherSalt = createSeal(KEY, 'sdp/a', Buffer.alloc(32, 2));
    expect(otherSalt.open(first, 'field')).toBeUndefined();
    const [name, again, theirs] = [one.name('x'), one.name('x'), other.name('x')];
    expect([name === again, name === theirs]).toEqual([true, false]);
  });
});
