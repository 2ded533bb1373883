import { Worker } from 'node:worker_threads';
import { GatehouseError } from '../contract/errors.ts';
import { openDatabase, transaction } from '../storage/index.ts';
import { SCHEMA, sealerOf } from './chain.ts';
import type { Counts, CountsQuery } from './counts.ts';
import type { AuditQuery, Entry } from './entry.ts';
import type { ExportFormat } from './export.ts';
import { type Anchor, type AuditWriter, headOf, openWriter } from './log.ts';
import type { Verdict } from './verify.ts';
import type { WorkerReply, WorkerTask } from './worker.ts';

type Progress = (done: number, total: number | null) => void;

/** The history: a writer on this thread, everything that reads on a worker. */
export interface Audit extends AuditWriter {
  search(query: AuditQuery): Promise<Entry[]>;
  /** How many calls ended, when, how, and how long they took. */
  counts(query: CountsQuery): Promise<Counts>;
  get(seq: number): Entry | undefined;
  /** The hashes of an entry and of the one before it, in hexadecimal; `null` where that one was pruned or is none. */
  linkOf(seq: number): { readonly hash: string | null; readonly previous: string | null };
  /** Number of the oldest entry that was not pruned. */
  start(): number;
  verify(onProgress?: Progress): Promise<Verdict>;
  /** Writes a file; returns the number of entries. */
  exportTo(file: string, format: ExportFormat, query: AuditQuery, onProgress?: Progress): Promise<number>;
  /** A consistent copy of the whole history. */
  copyTo(file: string): void;
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
  // The worker moves the log into the file: a commit here never waits for that.
  db.exec('PRAGMA wal_autocheckpoint=0');
  let key = deps.key;
  const writer = await openWriter({ ...deps, db });
  const worker = lazyWorker(deps.worker, deps.file, deps.indexFile);
  const getBody = db.prepare('SELECT body FROM entry WHERE seq=?');
  const getHash = db.prepare('SELECT hash FROM entry WHERE seq=?');
  const getStart = db.prepare('SELECT min(seq) AS seq FROM entry');
  const stopWatching = writer.onAppended(() => worker.wake());

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
    search(query) {
      writer.flush();
      return worker.ask({ type: 'search', query }) as Promise<Entry[]>;
    },
    counts(query) {
      writer.flush();
      return worker.ask({ type: 'counts', query }) as Promise<Counts>;
    },
    get(seq) {
      writer.flush();
      const row = getBody.get(seq);
      return row === undefined ? undefined : (JSON.parse(String(row.body)) as Entry);
    },
    linkOf(seq) {
      writer.flush();
      const hashOf = (at: number): string | null => {
        const hash = getHash.get(at)?.hash;
        return hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : null;
      };
      return { hash: hashOf(seq), previous: hashOf(seq - 1) };
    },
    start: () => Number(getStart.get()?.seq ?? 1),
    async verify(onProgress) {
      writer.flush();
      const anchor = key === undefined ? undefined : await deps.anchor?.read().catch(() => undefined);
      return (await worker.ask({ type: 'verify', key, anchor }, onProgress)) as Verdict;
    },
    exportTo(file, format, query, onProgress) {
      writer.flush();
      return worker.ask({ type: 'export', file, format, query }, onProgress) as Promise<number>;
    },
    copyTo(file) {
      db.exec(`VACUUM INTO '${file.replaceAll("'", "''")}'`);
    },
    async prune(time) {
      if (key === undefined)
        throw new GatehouseError(
          'GH_VAULT_LOCKED',
          'Pruning needs the vault, to seal the place where the history now begins.',
        );
      writer.flush();
      const [newestOld] = (await worker.ask({ type: 'search', query: { to: time, limit: 1 } })) as Entry[];
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
      stopWatching();
      await writer.close();
      await worker.close();
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

/** Starts the worker with the first question, or a little after the first entry. */
function lazyWorker(program: string | URL, auditFile: string, indexFile: string) {
  const WAKE_MS = 3_000;
  let worker: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;
  let nextId = 1;
  let closed = false;
  const open = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void; onProgress: Progress | undefined }
  >();

  const start = (): Worker => {
    clearTimeout(timer);
    timer = undefined;
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
    wake(): void {
      if (worker !== undefined || timer !== undefined || closed) return;
      timer = setTimeout(start, WAKE_MS);
      timer.unref();
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      if (worker !== undefined) await ask({ type: 'close' }).catch(() => undefined);
    },
  };
}
