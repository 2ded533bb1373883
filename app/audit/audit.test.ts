import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, runtime } from '../testing/index.ts';
import { type Audit, journalFiles, type NewEntry, openAudit } from './index.ts';

let folder: string;
let clock: number;
let audit: Audit | undefined;
const key = Buffer.alloc(32, 7);
const anchor = {
  kept: undefined as string | undefined,
  read: async () => anchor.kept,
  write: async (text: string) => {
    anchor.kept = text;
  },
};
const open = async (over: { key?: Buffer | undefined } = { key }): Promise<Audit> => {
  audit = await openAudit({
    file: join(folder, 'audit.db'),
    indexFile: join(folder, 'audit-index.db'),
    key: over.key,
    anchor,
    now: () => new Date(clock++),
    worker: runtime.auditWorker,
  });
  return audit;
};
const close = async (): Promise<void> => {
  await audit?.close();
  audit = undefined;
};
const call = (n: number): NewEntry => ({
  kind: 'intent',
  client: n % 2 === 0 ? 'cursor' : 'claude-code',
  connection: 'dpod/acme',
  tool: 'manage_services',
  action: n % 10 === 0 ? 'delete_service_instance' : 'list_services',
  arguments: { name: `vault-${n}`, note: n === 33 ? 'Schlüsselübergabe in Zürich' : 'plain' },
});
const edit = (sql: string): void => {
  const db = new DatabaseSync(join(folder, 'audit.db'));
  db.exec(sql);
  db.close();
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'));
  clock = Date.parse('2026-11-21T10:00:00Z');
  anchor.kept = undefined;
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a history of 200 entries', () => {
  beforeEach(async () => {
    const history = await open();
    for (let n = 1; n <= 200; n++) history.append(call(n));
  });

  it('verifies, over a restart too', async () => {
    expect(await audit?.verify()).toMatchObject({ ok: true, entries: 200, brokenAt: null, anchored: false });
    await close();
    expect(await (await open()).verify()).toMatchObject({ ok: true, entries: 200, anchored: true });
  });

  it.each([
    ['one byte of an entry', "UPDATE entry SET body=replace(body, 'vault-50\"', 'vault-5O\"') WHERE seq=50", 50],
    ['an entry taken out', 'DELETE FROM entry WHERE seq=120', 120],
    [
      'two entries swapped',
      'UPDATE entry SET seq=-1 WHERE seq=7; UPDATE entry SET seq=7 WHERE seq=8; UPDATE entry SET seq=8 WHERE seq=-1',
      7,
    ],
    ['the end cut off', 'DELETE FROM entry WHERE seq>190', 191],
    [
      'the end cut off with its seal',
      'DELETE FROM entry WHERE seq>190; UPDATE seal SET seq=190, hash=(SELECT hash FROM entry WHERE seq=190)',
      191,
    ],
    [
      'a forged end under a false seal',
      "UPDATE entry SET hash=x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff' WHERE seq=200; UPDATE seal SET hash=(SELECT hash FROM entry WHERE seq=200), mac=x'00'",
      200,
    ],
    ['everything removed', 'DELETE FROM entry; DELETE FROM seal', 1],
  ])('shows %s', async (_what, sql, at) => {
    await close();
    edit(sql);
    const verdict = await (await open()).verify();
    expect(verdict.ok).toBe(false);
    expect(verdict.brokenAt).toBe(at);
    expect(verdict.reason).toMatch(/\.$/);
    // and for good, not only until the host has sealed what it found
    audit?.append(call(1));
    await close();
    expect(await (await open()).verify()).toMatchObject({ ok: false, brokenAt: at });
  });

  it('shows a chain that was computed anew', async () => {
    await close();
    const other = mkdtempSync(join(tmpdir(), 'gatehouse-forged-'));
    const forged = await openAudit({
      file: join(other, 'audit.db'),
      indexFile: join(other, 'index.db'),
      key: Buffer.alloc(32, 9),
      anchor: undefined,
      now: () => new Date(clock++),
      worker: runtime.auditWorker,
    });
    for (let n = 1; n <= 200; n++) forged.append(call(n));
    await forged.close();
    copyFileSync(join(other, 'audit.db'), join(folder, 'audit.db'));
    rmSync(other, { recursive: true });
    expect((await (await open()).verify()).ok).toBe(false);
  });

  it('shows that an old copy of the whole folder was put back, and goes on behind the gap', async () => {
    await close();
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const name of ['audit.db']) cpSync(join(folder, name), join(copy, name));
    const history = await open();
    for (let n = 201; n <= 230; n++) history.append(call(n));
    await close();
    cpSync(join(copy, 'audit.db'), join(folder, 'audit.db'));
    rmSync(join(folder, 'audit.db-wal'), { force: true });
    const again = await open();
    expect(await again.verify()).toMatchObject({ ok: false, brokenAt: 201 });
    const found = await again.search({ facets: { kind: 'history-damaged' } });
    expect(found[0]).toMatchObject({ seq: 231, message: expect.stringContaining('once reached 230') });
  });

  it('is found by words, facets, time and number, newest first, page by page', async () => {
    const history = audit as Audit;
    const numbers = async (query: Parameters<Audit['search']>[0]): Promise<number[]> =>
      (await history.search(query)).map(entry => entry.seq);
    expect(await numbers({ text: 'zurich schlüsselübergabe' })).toEqual([33]);
    expect(await numbers({ text: 'vault-1', limit: 500 })).toContain(1);
    expect(await numbers({ facets: { client: 'cursor', action: 'delete_service_instance' }, limit: 3 })).toEqual([
      200, 190, 180,
    ]);
    expect(await numbers({ before: 181, facets: { action: 'delete_service_instance' }, limit: 2 })).toEqual([180, 170]);
    expect(await numbers({ after: 197 })).toEqual([200, 199, 198]);
    expect(await numbers({ text: '"unbalanced AND (' })).toEqual([]);
    const at = (await history.get(100))?.entry.time ?? '';
    expect((await numbers({ to: at, limit: 1 }))[0]).toBeLessThanOrEqual(100);
  });

  it('is exported as JSON Lines and CSV, without formulas', async () => {
    const history = audit as Audit;
    history.append({ kind: 'intent', tool: '=cmd|calc', message: 'a "quoted", line\nand more' });
    const [jsonl, csv] = [join(folder, 'out.jsonl'), join(folder, 'out.csv')];
    expect(await history.exportTo(jsonl, 'jsonl', {})).toBe(201);
    const lines = readFileSync(jsonl, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(201);
    expect(JSON.parse(lines[0] ?? '')).toHaveProperty('seq');
    expect(await history.exportTo(csv, 'csv', { facets: { kind: 'intent' }, text: 'quoted' })).toBe(1);
    const text = readFileSync(csv, 'utf8');
    expect(text).not.toMatch(/(^|,)"?=cmd/m);
    expect(text).toContain('a ""quoted"", line');
    expect(statSync(csv).mode & 0o077).toBe(0);
  });

  it('still verifies after pruning, and shows a forged checkpoint', async () => {
    const history = audit as Audit;
    const middle = (await history.get(150))?.entry.time ?? '';
    expect(await history.prune(middle)).toBeGreaterThanOrEqual(149);
    expect(await history.verify()).toMatchObject({ ok: true, prunedTo: expect.any(Number) });
    await close();
    expect(await (await open()).verify()).toMatchObject({ ok: true });
    await close();
    edit(
      'DELETE FROM entry WHERE seq < 180; UPDATE checkpoint SET seq=179, hash=(SELECT hash FROM entry WHERE seq=180)',
    );
    expect((await (await open()).verify()).ok).toBe(false);
  });
});

it('entries written while the vault was closed continue the chain and are sealed later', async () => {
  const first = await open();
  for (let n = 1; n <= 10; n++) first.append(call(n));
  await close();
  const closed = await open({ key: undefined });
  for (let n = 11; n <= 20; n++) closed.append(call(n));
  await closed.adopt(key);
  expect(await closed.verify()).toMatchObject({ ok: true, entries: 20 });
});

it('a new key seals the end anew', async () => {
  const history = await open();
  for (let n = 1; n <= 5; n++) history.append(call(n));
  const next = Buffer.alloc(32, 8);
  history.reseal(next);
  await close();
  expect(await (await open({ key: next })).verify()).toMatchObject({ ok: true });
  await close();
  expect((await (await open({ key })).verify()).ok).toBe(false);
});

it('an interrupted change of the key is no forgery, whichever key is in force afterwards', async () => {
  const next = Buffer.alloc(32, 8);
  for (const inForce of [key, next]) {
    const history = await open();
    for (let n = 1; n <= 20; n++) history.append(call(n));
    await history.prune((await history.get(history.head().seq - 3))?.entry.time ?? '');
    history.prepareReseal(next);
    history.append(call(21));
    await close();
    expect(await (await open({ key: inForce })).verify()).toMatchObject({ ok: true, brokenAt: null });
    await close();
    if (inForce === key) expect(await (await open({ key: next })).verify()).toMatchObject({ ok: false });
    await close();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    anchor.kept = undefined;
  }
});

it('what depends on an entry waits until it is written, and learns when it could not be', async () => {
  const seen: string[] = [];
  const write = async (n: number, history: Audit): Promise<void> => {
    const before = seen.length;
    history.append(call(n), 'durable');
    history.afterCommit(error => seen.push(error?.code ?? 'written'));
    expect(seen).toHaveLength(before);
    await eventually(() => seen.length > before);
  };
  await write(1, await open());
  await close();
  for (const file of journalFiles(join(folder, 'audit.db'))) symlinkSync('/dev/full', file);
  await write(2, await open());
  await close();
  await write(3, await open());
  expect(seen).toEqual(['written', 'GH_AUDIT_UNWRITABLE', 'written']);
  expect(await audit?.verify()).toMatchObject({ ok: true, entries: 2 });
});

describe('what a crash left in the journal', () => {
  const files = (): readonly string[] => journalFiles(join(folder, 'audit.db'));
  /** A home as a killed host leaves it: the entries are in the journal alone. */
  const crashed = async (entries: number): Promise<void> => {
    const history = await open();
    await history.verify();
    for (let n = 1; n <= entries; n++) {
      history.append(call(n));
      history.flush();
    }
    await history.anchorNow();
    const left = mkdtempSync(join(tmpdir(), 'gatehouse-left-'));
    cpSync(folder, left, { recursive: true });
    await close();
    rmSync(folder, { recursive: true });
    folder = left;
  };

  it('is in the history after the next start', async () => {
    await crashed(30);
    expect(await (await open()).verify()).toMatchObject({ ok: true, entries: 30, anchored: true });
    await close();
    expect(files().map(file => existsSync(file))).toEqual([false, false]);
  });

  it('holds what a search has shown until the disk has it, should the power be cut', async () => {
    const history = await open();
    history.append(call(1), 'durable');
    expect(await history.search({ text: 'vault-1' })).toHaveLength(1);
    history.append(call(2), 'durable');
    history.flush();
    const left = mkdtempSync(join(tmpdir(), 'gatehouse-left-'));
    // What nobody took through the caches of the system is lost: the database's log.
    for (const file of [join(folder, 'audit.db'), ...files()]) cpSync(file, join(left, basename(file)));
    await close();
    rmSync(folder, { recursive: true });
    folder = left;
    expect(await (await open()).verify()).toMatchObject({ ok: true, entries: 2 });
  });

  it('is missed when it was cut off or changed', async () => {
    await crashed(30);
    const [file] = files().filter(name => statSync(name).size > 0);
    const bytes = readFileSync(file ?? '');
    bytes.write('vault-2O', bytes.indexOf('vault-20'));
    writeFileSync(file ?? '', bytes);
    expect(await (await open()).verify()).toMatchObject({ ok: false, brokenAt: 20 });
  });

  it('is moved by one at a time, however many ask', async () => {
    const history = await open();
    for (let round = 1; round <= 20; round++) {
      for (let n = 0; n < 50; n++) history.append(call(n));
      const asked = Promise.all([history.search({ limit: 1 }), history.get(round * 50), history.search({ limit: 1 })]);
      history.append(call(0));
      history.flush();
      history.prune('2000-01-01T00:00:00Z').catch(() => undefined);
      const [[newest]] = await asked;
      expect(newest?.seq).toBeGreaterThanOrEqual(round * 51 - 1);
    }
    expect(await history.verify()).toMatchObject({ ok: true, entries: 20 * 51 });
  });

  it('takes several rounds of both files, and more entries than one of them holds', async () => {
    const history = await open();
    for (let round = 0; round < 3; round++) {
      for (let n = 1; n <= 4_000; n++) {
        history.append(call(n));
        if (n % 10 === 0) history.flush();
      }
      await history.verify();
    }
    for (let n = 1; n <= 7; n++) history.append(call(n));
    await close();
    expect(await (await open()).verify()).toMatchObject({ ok: true, entries: 12_007 });
  });
});
