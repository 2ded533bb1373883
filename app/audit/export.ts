import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { AuditQuery, Entry } from './entry.ts';
import type { SearchIndex } from './search-index.ts';

export type ExportFormat = 'jsonl' | 'csv';

const COLUMNS = [
  'seq',
  'time',
  'kind',
  'call',
  'client',
  'session',
  'connection',
  'tool',
  'action',
  'effect',
  'flags',
  'decision',
  'rule',
  'approver',
  'arguments',
  'outcome',
  'code',
  'message',
  'durationMs',
  'bytesIn',
  'bytesOut',
  'vendorRequestId',
  'demo',
  'door',
  'details',
] as const satisfies readonly (keyof Entry)[];

/** Writes the entries of a query, newest first, beside `file` and renames at the end. Returns how many. */
export async function exportEntries(
  index: SearchIndex,
  query: AuditQuery,
  file: string,
  format: ExportFormat,
  onProgress: (written: number) => void,
): Promise<number> {
  const partial = `${file}.partial`;
  const out = createWriteStream(partial, { mode: 0o600 });
  try {
    if (format === 'csv') out.write(`${COLUMNS.join(',')}\r\n`);
    let written = 0;
    let before = query.before;
    const wanted = query.limit ?? Number.POSITIVE_INFINITY;
    while (written < wanted) {
      const page = index.search({
        ...query,
        ...(before === undefined ? {} : { before }),
        limit: Math.min(1_000, wanted - written),
      });
      if (page.length === 0) break;
      for (const entry of page) {
        if (!out.write(format === 'csv' ? csvLine(entry) : `${JSON.stringify(entry)}\n`)) await once(out, 'drain');
      }
      written += page.length;
      before = page.at(-1)?.seq;
      onProgress(written);
    }
    out.end();
    await once(out, 'finish');
    await rename(partial, file);
    return written;
  } catch (error) {
    out.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** RFC 4180; a value that a spreadsheet would run as a formula is prefixed with an apostrophe. */
export function csvLine(entry: Entry): string {
  const cells = COLUMNS.map(column => {
    const value = entry[column];
    if (value === undefined) return '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${cells.join(',')}\r\n`;
}
