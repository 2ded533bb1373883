import { Worker } from 'node:worker_threads';
import { GatehouseError } from '../contract/errors.ts';
import { openDatabase, transaction } from '../storage/index.ts';
import { headOf, SCHEMA, sealerOf } from './chain.ts';
import type { Counts, CountsQuery } from './counts.ts';
import type { AuditQuery, Entry } from './entry.ts';
import type { ExportFormat } from './export.ts';
import { journalFiles, keep, moveInto, openJournal, type Piece } from './journal.ts';
import { type Anchor, type AuditWriter, openWriter } from './log.ts';
import type { LinkedEntry } from './search-index.ts';
import type { Verdict } from './verify.ts';
import type { WorkerReply, WorkerTask } from './worker.ts';

type Progress = (done: number, total: number | null) => void;

/**
 * Entries leave the journal and go into the search index when nothing has been written for a while, so that calls need not share the
 * processor with that. They leave it all the same after so long, with so many bytes, or while somebody reads: then the next question is
 * likely. Later while the worker thread does not run, so that a host starts quickly.
 */
const QUIET_MS = 250;
const READ_MS = 60_000;
const WAKE_MS = 3_000;
const LATEST_MS = 10_000;
const MOST_BYTES = 8 << 20;
const RETRY_MS = 5_000;

/** The history: a writer on this thread, everything that reads on a worker. */
export interface Audit extends AuditWriter {
  search(query: AuditQuery): Promise<Entry[]>;
  /** How many calls ended, when, how, and how long they took. */
  counts(query: CountsQuery): Promise<Counts>;
  get(seq: number): Promise<LinkedEntry | undefined>;
  /** Number of the oldest entry that was not pruned. */
  start(): number;
  verify(onProgress?: Progress): Promise<Verdict>;
  /** Writes a file; returns the number of entries. */
  exportTo(file: string, format: ExportFormat, query: AuditQuery, onProgress?: Progress): Promise<number>;
  /** A consistent copy of the whole history. */
  copyTo(file: string): Promise<void>;
  /** Removes entries older than `time`, leaving a sealed checkpoint so that the rest still verifies. Returns how many went. */
  prune(time: string): Promise<number>;
}

export async function openAudit(deps: {
  readonly file: string;
  readonly indexFile: string;
  readonly key: Buffer | undefined;
  readonly anchor: Anchor | undefined;
  readonly now: () => Date;
  /** The program of the worker thread. */
  readonly worker: string | URL;
}): Promise<Audit> {
  const db = openDatabase(deps.file, SCHEMA);
  db.exec('PRAGMA synchronous=FULL');
  moveInto(
    db,
    journalFiles(deps.file).map(file => ({ file, from: 0, to: undefined })),
  );
  await keep(deps.file);
  const journal = openJournal(deps.file);
  const worker = lazyWorker(deps.worker, deps.file, deps.indexFile);
  let key = deps.key;
  let timer: NodeJS.Timeout | undefined;

  /** The journal is emptied by one at a time; it is written over, so what it held must outlive a power cut before. */
  let turn: Promise<void> = Promise.resolve();
  const empty = (into: (pieces: readonly Piece[]) => unknown): Promise<void> => {
    const done = turn.then(async () => {
      writer.flush();
      const pieces = journal.pieces();
      if (pieces.length === 0) return;
      await into(pieces);
      await keep(deps.file);
      while (showing.size > 0) await Promise.all(showing);
      journal.moved(pieces);
    });
    turn = done.catch(() => undefined);
    return done;
  };
  /** Everything written so far into the database: by the worker, or on this thread. */
  const move = (): Promise<void> => empty(pieces => worker.ask({ type: 'move', pieces }));
  const settle = (): Promise<void> => empty(pieces => moveInto(db, pieces));
  let began = 0;
  let written = 0;
  let read = Number.NEGATIVE_INFINITY;
  let indexing = false;
  let closed = false;
  const isQuiet = (): boolean => performance.now() - written >= QUIET_MS;
  const isDue = (): boolean => {
    const now = performance.now();
    return now - read < READ_MS || now - began >= LATEST_MS || journal.bytes() >= MOST_BYTES;
  };
  const moveLater = (ms: number): void => {
    if (timer !== undefined) return;
    began = performance.now();
    wait(ms);
  };
  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (isQuiet() || isDue()) move().then(index, () => moveLater(RETRY_MS));
      else wait(QUIET_MS);
    }, ms);
    timer.unref();
  };
  const index = async (): Promise<void> => {
    if (indexing) return;
    indexing = true;
    try {
      for (let left = 1; left > 0 && isQuiet() && !closed; ) left = Number(await worker.ask({ type: 'index' }));
    } catch {
      // Whoever searches has it caught up, and is told what is wrong.
    }
    indexing = false;
  };
  const writer = await openWriter({ ...deps, db, journal, settle });
  const stopWatching = writer.onAppended(() => {
    written = performance.now();
    moveLater(worker.running ? QUIET_MS : WAKE_MS);
  });
  /** Everything written so far where the worker reads; the journal keeps it, so nobody waits for the disk. */
  const showing = new Set<Promise<unknown>>();
  const show = async (): Promise<void> => {
    writer.flush();
    const pieces = journal.pieces();
    if (pieces.length === 0) return;
    const shown = worker.ask({ type: 'move', pieces });
    const settled = shown.catch(() => undefined).finally(() => showing.delete(settled));
    showing.add(settled);
    await shown;
  };
  const ask = async (task: WorkerTask, onProgress?: Progress): Promise<unknown> => {
    read = performance.now();
    await show();
    return worker.ask(task, onProgress);
  };
  const getStart = db.prepare('SELECT min(seq) AS seq FROM entry');

  return {
    ...writer,
    reseal(next) {
      writer.reseal(next);
      key = next;
    },
    async adopt(given) {
      await writer.adopt(given);
      key = given;
    },
    search: query => ask({ type: 'search', query }) as Promise<Entry[]>,
    counts: query => ask({ type: 'counts', query }) as Promise<Counts>,
    get: seq => ask({ type: 'get', seq }) as Promise<LinkedEntry | undefined>,
    start: () => Number(getStart.get()?.seq ?? 1),
    async verify(onProgress) {
      const anchor = key === undefined ? undefined : await deps.anchor?.read().catch(() => undefined);
      return (await ask({ type: 'verify', key, anchor }, onProgress)) as Verdict;
    },
    exportTo: (file, format, query, onProgress) =>
      ask({ type: 'export', file, format, query }, onProgress) as Promise<number>,
    async copyTo(file) {
      await settle();
      db.exec(`VACUUM INTO '${file.replaceAll("'", "''")}'`);
    },
    async prune(time) {
      if (key === undefined)
        throw new GatehouseError(
          'GH_VAULT_LOCKED',
          'Pruning needs the vault, to seal the place where the history now begins.',
        );
      const [newestOld] = (await ask({ type: 'search', query: { to: time, limit: 1 } })) as Entry[];
      const last =
        newestOld === undefined
          ? undefined
          : headOf(db.prepare('SELECT seq, hash FROM entry WHERE seq=?').get(newestOld.seq));
      if (last === undefined) return 0;
      const mac = sealerOf(key)('checkpoint', last);
      const gone = transaction(db, () => {
        db.prepare(
          'INSERT INTO checkpoint (id, seq, hash, mac) VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET seq=excluded.seq, hash=excluded.hash, mac=excluded.mac',
        ).run(last.seq, last.hash, mac);
        return Number(db.prepare('DELETE FROM entry WHERE seq <= ?').run(last.seq).changes);
      });
      await worker.ask({ type: 'forget', seq: last.seq });
      writer.append({ kind: 'pruned', details: { upTo: last.seq, entries: gone } }, 'durable');
      return gone;
    },
    async close() {
      closed = true;
      stopWatching();
      clearTimeout(timer);
      await writer.close();
      try {
        await settle();
      } finally {
        journal.close();
        await worker.close();
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        db.close();
      }
    },
  };
}

/** Starts the worker with the first question. */
function lazyWorker(program: string | URL, auditFile: string, indexFile: string) {
  let worker: Worker | undefined;
  let nextId = 1;
  const open = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void; onProgress: Progress | undefined }
  >();

  const start = (): Worker => {
    if (worker !== undefined) return worker;
    const started = new Worker(program, { workerData: { auditFile, indexFile } });
    started.on('message', (message: WorkerReply) => {
      const asked = open.get(message.id);
      if (message.type === 'progress') return asked?.onProgress?.(message.done, message.total);
      open.delete(message.id);
      if (open.size === 0) started.unref();
      if (message.type === 'done') asked?.resolve(message.value);
      else asked?.reject(new GatehouseError('GH_AUDIT_UNREADABLE', message.message));
    });
    const gone = (why: string): void => {
      for (const asked of open.values())
        asked.reject(new GatehouseError('GH_AUDIT_UNREADABLE', `The history's worker failed: ${why}.`));
      open.clear();
      if (worker === started) worker = undefined;
    };
    started.on('error', error => gone(error.message));
    started.on('exit', () => gone('it ended'));
    started.unref();
    worker = started;
    return started;
  };
  const ask = (task: WorkerTask, onProgress?: Progress): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      open.set(id, { resolve, reject, onProgress });
      const target = start();
      target.ref();
      target.postMessage({ ...task, id });
    });
  return {
    ask,
    get running(): boolean {
      return worker !== undefined;
    },
    async close(): Promise<void> {
      if (worker !== undefined) await ask({ type: 'close' }).catch(() => undefined);
    },
  };
}
