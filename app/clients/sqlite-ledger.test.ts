import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openState } from '../storage/index.ts';
import {
  type ClientLedger,
  type LedgerEntry,
  type LedgerFile,
  type LedgerUndo,
  memoryLedger,
  sqliteLedger,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-'));
const database = join(folder, 'state.db');
const db = openState(database);
beforeAll(() => db.exec('DELETE FROM ledger'));
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const entry = (name: string, file = '/h/a'): LedgerEntry => ({
  client: 'cursor',
  file,
  name,
  connection: `c/${name}`,
  written: { command: 'x', args: ['ü'] },
});
const record = (file = '/h/a'): LedgerFile => ({
  client: 'cursor',
  file,
  existed: true,
  hadKey: false,
  createdFolders: ['/h'],
  origin: 'copy',
  lastHash: 'ab',
});
const undo = (token: string, at = '2026-01-01T00:00:00.000Z'): LedgerUndo => ({
  token,
  client: 'cursor',
  file: '/h/a',
  at,
  backup: null,
  afterHash: null,
  changes: [{ name: 'x', before: null, after: { command: 'x' } }],
  entriesBefore: [],
  fileBefore: null,
});
const about = { client: 'cursor', file: '/h/a' };

describe.each([
  ['in memory', memoryLedger],
  ['in SQLite', () => sqliteLedger(db)],
])('the ledger %s', (_, create: () => ClientLedger) => {
  it('replaces the entries of one file and keeps those of others', async () => {
    const ledger = create();
    await ledger.commit({ ...about, entries: [entry('x'), entry('y')], record: record(), undo: undo('t1') });
    await ledger.commit({ ...about, file: '/h/a b', entries: [entry('z', '/h/a b')], record: record('/h/a b') });
    await ledger.commit({ ...about, entries: [entry('y')], record: record() });
    expect(await ledger.entries()).toEqual(expect.arrayContaining([entry('y'), entry('z', '/h/a b')]));
    expect(await ledger.entries()).toHaveLength(2);
    expect(await ledger.file('cursor', '/h/a')).toEqual(record());
    expect(await ledger.undo('t1')).toEqual(undo('t1'));
    await ledger.commit({ ...about, entries: [], record: null, forgetUndo: 't1' });
    expect(await ledger.entries()).toEqual([entry('z', '/h/a b')]);
    expect([await ledger.file('cursor', '/h/a'), await ledger.undo('t1')]).toEqual([undefined, undefined]);
    await ledger.commit({ ...about, file: '/h/a b', entries: [], record: null });
    expect(await ledger.entries()).toEqual([]);
  });
});

describe('the ledger in SQLite', () => {
  it('commits all of a change or nothing of it', () => {
    const ledger = sqliteLedger(db);
    const impossible = { ...undo('t2'), changes: [{ name: 'x', before: 1n, after: null }] };
    expect(() => ledger.commit({ ...about, entries: [entry('x')], record: record(), undo: impossible })).toThrow();
    expect([ledger.entries(), ledger.file('cursor', '/h/a'), ledger.undo('t2')]).toEqual([[], undefined, undefined]);
  });

  it('is there for the next process, and keeps the last fifty changes of a file', () => {
    const ledger = sqliteLedger(db);
    for (let at = 0; at < 60; at++) {
      const time = new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();
      ledger.commit({ ...about, entries: [entry('x')], record: record(), undo: undo(`u${at}`, time) });
    }
    const other = openState(database);
    try {
      const again = sqliteLedger(other);
      expect(again.entries()).toEqual([entry('x')]);
      expect([again.undo('u9'), again.undo('u10'), again.undo('u59')].map(found => found !== undefined)).toEqual([
        false,
        true,
        true,
      ]);
    } finally {
      other.close();
    }
  });
});
