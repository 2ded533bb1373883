import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../storage/index.ts';
import { type Head, sha256 } from './chain.ts';

/**
 * The last moments of the history on their way into its database. A commit of SQLite costs more than everything else that
 * happens to a call, so entries are first written to one of two small files, a batch in one piece, and the worker thread moves
 * them into the database a little later; what is left after a crash is moved at the next start. A file is
 *
 *   batch:   u32 length of the rest · u48 number of its first entry · u8 sealed · 32 bytes hash of its last entry · 32 bytes seal · records
 *   record:  u32 length of the body · 32 bytes hash of the entry before · the body, JSON in UTF-8
 *
 * one batch after the other, then a length of 0. Numbers are little-endian.
 */
const BATCH_HEAD = 75;
const RECORD_HEAD = 36;
const END = 4;
/** A file of this size is left for the other one, as soon as that one has been moved. */
const FULL = 1 << 20;

/** A part of a journal file that waits to be moved: whole batches. */
export interface Piece {
  readonly file: string;
  readonly from: number;
  /** Exclusive; `undefined`: to the end, whatever an earlier host left there. */
  readonly to: number | undefined;
}

export interface Journal {
  /** Adds an entry to the next batch; returns its hash. */
  add(seq: number, body: string, previous: Buffer): Buffer;
  /** Writes the batch. When that fails the batch is forgotten, and the files hold what they held. */
  write(end: Head, mac: Buffer | undefined, durable: boolean): void;
  /** Through the caches of the system. */
  sync(): void;
  pieces(): readonly Piece[];
  /** How much waits to be moved. */
  bytes(): number;
  /** These pieces are in the database, for good. */
  moved(pieces: readonly Piece[]): void;
  close(): void;
}

interface File {
  readonly path: string;
  readonly fd: number;
  /** Bytes that are in the database, and bytes written. */
  moved: number;
  end: number;
  dirty: boolean;
}

/** The two files beside the history's database. */
export function journalFiles(database: string): readonly [string, string] {
  return [`${database}-journal-a`, `${database}-journal-b`];
}

/** Opens both files, empty. What an earlier host left in them must have been moved before. */
export function openJournal(database: string): Journal {
  const empty = (path: string): File => ({ path, fd: openSync(path, 'w+', 0o600), moved: 0, end: 0, dirty: false });
  const [one, two] = journalFiles(database);
  let active = empty(one);
  let other = empty(two);
  let batch = Buffer.allocUnsafe(64 * 1024);
  let first = 0;
  let at = BATCH_HEAD;

  const room = (bytes: number): void => {
    if (at + bytes + END <= batch.length) return;
    const larger = Buffer.allocUnsafe((at + bytes) * 2);
    batch.copy(larger, 0, 0, at);
    batch = larger;
  };
  const flushed = (file: File): void => {
    if (file.dirty) fdatasyncSync(file.fd);
    file.dirty = false;
  };
  const sync = (): void => {
    flushed(other);
    flushed(active);
  };

  return {
    add(seq, body, previous) {
      const bytes = Buffer.byteLength(body);
      room(RECORD_HEAD + bytes);
      if (at === BATCH_HEAD) first = seq;
      batch.writeUInt32LE(bytes, at);
      previous.copy(batch, at + 4);
      batch.write(body, at + RECORD_HEAD);
      const hash = sha256(batch.subarray(at + 4, at + RECORD_HEAD + bytes));
      at += RECORD_HEAD + bytes;
      return hash;
    },
    write(end, mac, durable) {
      if (active.end >= FULL && other.moved === other.end) {
        [active, other] = [other, active];
        active.moved = 0;
        active.end = 0;
      }
      batch.writeUInt32LE(at - 4, 0);
      batch.writeUIntLE(at === BATCH_HEAD ? end.seq + 1 : first, 4, 6);
      batch[10] = mac === undefined ? 0 : 1;
      end.hash.copy(batch, 11);
      mac?.copy(batch, 43);
      batch.writeUInt32LE(0, at);
      const length = at;
      at = BATCH_HEAD;
      active.dirty = true;
      if (writeSync(active.fd, batch, 0, length + END, active.end) !== length + END)
        throw new Error('the disk took only a part of it');
      if (durable) sync();
      active.end += length;
    },
    sync,
    pieces: () =>
      [other, active]
        .filter(({ moved, end }) => moved < end)
        .map(({ path, moved, end }) => ({ file: path, from: moved, to: end })),
    bytes: () => active.end - active.moved + other.end - other.moved,
    moved(pieces) {
      for (const { file, to } of pieces) {
        const found = file === active.path ? active : other;
        if (to === found.end) {
          found.moved = 0;
          found.end = 0;
        } else found.moved = to ?? 0;
      }
    },
    close() {
      for (const { fd, path, moved, end } of [active, other]) {
        closeSync(fd);
        if (moved === end) rmSync(path, { force: true });
      }
    },
  };
}

/** Puts the entries of the pieces into the database, with the seal of the last; those it has already are passed over. Until `keep` the journal is still needed. */
export function moveInto(db: DatabaseSync, pieces: readonly Piece[]): void {
  const insert = db.prepare('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)');
  const seal = db.prepare(
    'INSERT INTO seal (id, seq, hash, mac) VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET seq=excluded.seq, hash=excluded.hash, mac=excluded.mac WHERE excluded.seq >= seq',
  );
  const runs = pieces.map(runIn).filter(({ bytes }) => bytes.length >= BATCH_HEAD);
  if (runs.length === 0) return;
  runs.sort((a, b) => firstOf(a) - firstOf(b));
  transaction(db, () => {
    let last = Number(
      db
        .prepare('SELECT max(seq) AS seq FROM (SELECT max(seq) AS seq FROM entry UNION ALL SELECT seq FROM checkpoint)')
        .get()?.seq ?? 0,
    );
    let sealed: Batch | undefined;
    for (const run of runs)
      for (const batch of batchesOf(run)) {
        for (const { seq, body, hash } of batch.entries) {
          if (seq <= last) continue;
          insert.run(seq, body, hash);
          last = seq;
        }
        if (batch.mac !== undefined) sealed = batch;
      }
    if (sealed?.mac !== undefined) seal.run(sealed.end.seq, sealed.end.hash, sealed.mac);
  });
}

/** Takes what was put into the database through the caches of the system, so that the journal may be written over. */
export async function keep(database: string): Promise<void> {
  const log = await open(`${database}-wal`, 'r+').catch((error: NodeJS.ErrnoException) => {
    // Without a log everything is in the database, and was taken there through the caches.
    if (error.code !== 'ENOENT') throw error;
  });
  await log?.datasync().finally(() => log.close());
}

interface Batch {
  readonly first: number;
  readonly entries: readonly { readonly seq: number; readonly body: string; readonly hash: Buffer }[];
  readonly end: Head;
  readonly mac: Buffer | undefined;
}

/** What stands in a piece; `isOurs`: this very process wrote it, whole. */
interface Run {
  readonly bytes: Buffer;
  readonly isOurs: boolean;
}

/** The whole batches, up to the first that a power cut left incomplete; one at a time, since there may be many. */
function* batchesOf({ bytes, isOurs }: Run): Generator<Batch> {
  let next: number | undefined;
  for (let at = 0; at + BATCH_HEAD <= bytes.length; ) {
    const length = bytes.readUInt32LE(at) + 4;
    const isWhole = length >= BATCH_HEAD && at + length <= bytes.length;
    const batch = isWhole ? batchIn(bytes.subarray(at, at + length), isOurs) : undefined;
    if (batch === undefined || (next !== undefined && batch.first !== next)) return;
    yield batch;
    next = batch.end.seq + 1;
    at += length;
  }
}

function firstOf({ bytes }: Run): number {
  return bytes.readUIntLE(4, 6);
}

/** Unless it is ours, every entry must have the hash that the next one names. */
function batchIn(bytes: Buffer, isOurs: boolean): Batch | undefined {
  const first = bytes.readUIntLE(4, 6);
  const entries: { seq: number; body: string; hash: Buffer }[] = [];
  const last = bytes.subarray(11, 43);
  let hash = last;
  for (let at = BATCH_HEAD; at < bytes.length; ) {
    const end = at + RECORD_HEAD <= bytes.length ? at + RECORD_HEAD + bytes.readUInt32LE(at) : bytes.length + 1;
    const before = entries.at(-1);
    if (
      end > bytes.length ||
      (before !== undefined && bytes.compare(before.hash, 0, 32, at + 4, at + RECORD_HEAD) !== 0)
    )
      return undefined;
    const named = end < bytes.length ? bytes.subarray(end + 4, end + RECORD_HEAD) : last;
    hash = isOurs ? named : sha256(bytes.subarray(at + 4, end));
    entries.push({ seq: first + entries.length, body: bytes.toString('utf8', at + RECORD_HEAD, end), hash });
    at = end;
  }
  if (!hash.equals(last)) return undefined;
  const mac = bytes[10] === 1 ? Buffer.from(bytes.subarray(43, BATCH_HEAD)) : undefined;
  return { first, entries, end: { seq: first + entries.length - 1, hash: Buffer.from(hash) }, mac };
}

function runIn({ file, from, to }: Piece): Run {
  const isOurs = to !== undefined;
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: Buffer.alloc(0), isOurs };
    throw error;
  }
  try {
    const bytes = Buffer.allocUnsafe((to ?? fstatSync(fd).size) - from);
    return { bytes: bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)), isOurs };
  } finally {
    closeSync(fd);
  }
}
