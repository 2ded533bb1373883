import { parentPort, workerData } from 'node:worker_threads';
import type { CountsQuery } from './counts.ts';
import type { AuditQuery } from './entry.ts';
import { type ExportFormat, exportEntries } from './export.ts';
import { moveInto, type Piece } from './journal.ts';
import { openSearchIndex } from './search-index.ts';
import { verifyHistory } from './verify.ts';

/** The worker thread of the history: storing, indexing, searching, verifying and exporting, away from the gateway's thread. */
export type WorkerTask =
  | { readonly type: 'move'; readonly pieces: readonly Piece[] }
  /** A slice of what the index lacks; says how many are left. */
  | { readonly type: 'index' }
  | { readonly type: 'get'; readonly seq: number }
  | { readonly type: 'search'; readonly query: AuditQuery }
  | { readonly type: 'counts'; readonly query: CountsQuery }
  | { readonly type: 'verify'; readonly key: Uint8Array | undefined; readonly anchor: string | undefined }
  | { readonly type: 'export'; readonly query: AuditQuery; readonly file: string; readonly format: ExportFormat }
  | { readonly type: 'forget'; readonly seq: number }
  | { readonly type: 'close' };
export type WorkerRequest = WorkerTask & { readonly id: number };
export type WorkerReply =
  | { readonly id: number; readonly type: 'done'; readonly value: unknown }
  | { readonly id: number; readonly type: 'failed'; readonly message: string }
  | { readonly id: number; readonly type: 'progress'; readonly done: number; readonly total: number | null };

/** Takes some 10 ms. */
const SLICE = 500;
/** After a search the next is likely: so long the index keeps up with what is moved, instead of in idle moments alone. */
const SEARCHED_MS = 60_000;
const SLICE_THEN = 2_000;

const { auditFile, indexFile } = workerData as { readonly auditFile: string; readonly indexFile: string };
const port = parentPort;
if (port === null) throw new Error('worker.ts is the entry of a worker thread');
const index = openSearchIndex(auditFile, indexFile);
let searchedAt = Number.NEGATIVE_INFINITY;
const reply = (message: WorkerReply): void => port.postMessage(message);

const run = async (request: WorkerRequest): Promise<unknown> => {
  switch (request.type) {
    case 'move':
      return moveInto(index.audit, request.pieces);
    case 'index':
      return index.catchUp(SLICE);
    case 'get':
      return index.get(request.seq);
    case 'search':
      searchedAt = performance.now();
      index.catchUp(Number.POSITIVE_INFINITY);
      return index.search(request.query);
    case 'counts':
      index.catchUp(Number.POSITIVE_INFINITY);
      return index.counts(request.query);
    case 'verify':
      return verifyHistory(auditFile, request.key && Buffer.from(request.key), request.anchor, (done, total) =>
        reply({ id: request.id, type: 'progress', done, total }),
      );
    case 'export':
      index.catchUp(Number.POSITIVE_INFINITY);
      return exportEntries(index, request.query, request.file, request.format, done =>
        reply({ id: request.id, type: 'progress', done, total: null }),
      );
    case 'forget':
      return index.forget(request.seq);
    case 'close':
      index.close();
      return undefined;
  }
};

port.on('message', (request: WorkerRequest) => {
  run(request)
    .then(
      value => reply({ id: request.id, type: 'done', value }),
      (error: Error) => reply({ id: request.id, type: 'failed', message: error.message }),
    )
    .finally(() => {
      if (request.type === 'close') port.close();
      if (request.type === 'move' && performance.now() - searchedAt < SEARCHED_MS) index.catchUp(SLICE_THEN);
    });
});
