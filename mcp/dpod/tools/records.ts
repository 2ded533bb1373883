import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unzipSync } from 'fflate';
import { Fault } from '../../kit/index.ts';
import type { Item } from '../api.ts';

/** Limits of reading an export (§7 row 38: the vendor's files may have 1 GB). */
const LIMITS: Limits = { textBytes: 512 * 1024 * 1024, records: 500_000, zipBytes: 64 * 1024 * 1024 };
const MAX_RECORD_BYTES = 1024 * 1024;

interface Limits {
  /** Of the file once it is unpacked. */
  readonly textBytes: number;
  readonly records: number;
  /** Of a ZIP, which has to be held as a whole. */
  readonly zipBytes: number;
}

/**
 * Every record of an export file, one after the other: gzip or plain, newline-delimited JSON or one JSON array, or a ZIP with
 * either. Returns whether the file was read to its end.
 */
export async function readRecords(
  body: AsyncIterable<Uint8Array>,
  onRecord: (record: Item) => void,
  limits = LIMITS,
): Promise<{ readonly truncated: boolean }> {
  const source = await unpacked(body, limits);
  const splitter = createSplitter(onRecord);
  const decoder = new TextDecoder();
  let size = 0;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      splitter.push(decoder.decode(chunk, { stream: true }));
      if (size > limits.textBytes || splitter.count >= limits.records) return { truncated: true };
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(
      'GH_VENDOR_ANSWER',
      `The export file broke off after ${splitter.count} records: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
  splitter.end();
  return { truncated: false };
}

async function unpacked(body: AsyncIterable<Uint8Array>, limits: Limits): Promise<AsyncIterable<Uint8Array>> {
  const parts = body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < 4) {
    const next = await parts.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* head;
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value;
    } finally {
      // Who stops early ends the download.
      await parts.return?.();
    }
  }
  const magic = Buffer.concat(head).subarray(0, 4);
  if (magic[0] === 0x1f && magic[1] === 0x8b) return gunzipped(all());
  if (magic.toString('latin1') === 'PK\u0003\u0004') return unzipped(all(), limits);
  return all();
}

/** Not `compose`: with it, a file that breaks off hangs its reader and ends the process. Errors come out of the iteration. */
function gunzipped(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(body), createGunzip(), () => undefined);
}

async function* unzipped(body: AsyncIterable<Uint8Array>, limits: Limits): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > limits.zipBytes) throw tooLarge();
    parts.push(part);
  }
  const filter = ({ originalSize }: { readonly originalSize: number }): boolean => {
    if (originalSize > limits.textBytes) throw tooLarge();
    return true;
  };
  for (const content of Object.values(unzipSync(Buffer.concat(parts), { filter }))) {
    // A gzip inside a ZIP has not been seen, but costs one line.
    if (content[0] === 0x1f && content[1] === 0x8b) yield* gunzipped([content]);
    else yield content;
  }
}

function tooLarge(): Fault {
  return new Fault('GH_TOO_LARGE', 'The export is a ZIP of more than is read at once. Ask for a shorter time.');
}

/** Cuts text into its top-level JSON objects, whatever stands between them: line ends, commas, brackets. */
function createSplitter(onRecord: (record: Item) => void) {
  let text = '';
  let at = 0;
  let start = -1;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let count = 0;
  const cut = (end: number): void => {
    const piece = text.slice(start, end);
    start = -1;
    let record: unknown;
    try {
      record = JSON.parse(piece);
    } catch (error) {
      throw new Fault('GH_VENDOR_ANSWER', `Record ${count + 1} of the export is not JSON.`, { cause: error });
    }
    count += 1;
    onRecord(record as Item);
  };
  return {
    get count() {
      return count;
    },
    push(chunk: string): void {
      text += chunk;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (inString) {
          if (escaped) escaped = false;
          else if (code === 92) escaped = true;
          else if (code === 34) inString = false;
        } else if (code === 34) inString = depth > 0;
        else if (code === 123) {
          if (depth === 0) start = at;
          depth += 1;
        } else if (code === 125 && depth > 0) {
          depth -= 1;
          if (depth === 0) cut(at + 1);
        }
      }
      const keep = start === -1 ? text.length : start;
      text = text.slice(keep);
      at -= keep;
      start = start === -1 ? -1 : 0;
      if (text.length > MAX_RECORD_BYTES)
        throw new Fault('GH_VENDOR_ANSWER', 'The export holds something that is no record.');
    },
    end(): void {
      if (start !== -1) throw new Fault('GH_VENDOR_ANSWER', `The export file broke off in record ${count + 1}.`);
    },
  };
}

const RECENT = 10;

export interface Analysis {
  add(record: Item): void;
  result(): Readonly<Record<string, unknown>>;
}

/** Counts, and keeps the newest records (§3.3; lines may be out of order, so they are sorted by time). */
export function createAnalysis(): Analysis {
  let total = 0;
  let earliest = '';
  let latest = '';
  const [actions, statuses, sources] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const recent: Item[] = [];
  const count = (map: Map<string, number>, value: unknown): void => {
    const key = String(value ?? 'unknown');
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  return {
    add(raw) {
      const record = { ...raw, ...(typeof raw.meta === 'string' ? { meta: parsedMeta(raw.meta) } : {}) };
      const time = String(raw.time ?? '');
      total += 1;
      if (earliest === '' || time < earliest) earliest = time;
      if (time > latest) latest = time;
      count(actions, raw.action);
      count(statuses, raw.status);
      count(sources, raw.source);
      if (recent.length === RECENT && time <= String(recent.at(-1)?.time ?? '')) return;
      const place = recent.findIndex(other => String(other.time ?? '') < time);
      recent.splice(place === -1 ? recent.length : place, 0, record);
      recent.length = Math.min(recent.length, RECENT);
    },
    result() {
      if (total === 0) return { total_logs: 0, message: 'The export has no records for this time and filter.' };
      const sorted = (map: Map<string, number>): [string, number][] => [...map].sort((a, b) => b[1] - a[1]);
      return {
        total_logs: total,
        time_range: { earliest, latest },
        action_summary: {
          total_unique_actions: actions.size,
          most_common_actions: sorted(actions)
            .slice(0, 10)
            .map(([action, n]) => [
              action,
              { count: n, ...(describeAction(action) === undefined ? {} : { description: describeAction(action) }) },
            ]),
          all_actions: Object.fromEntries(sorted(actions)),
        },
        status_summary: {
          total_unique_statuses: statuses.size,
          status_breakdown: Object.fromEntries(sorted(statuses)),
        },
        source_summary: { total_unique_sources: sources.size, source_breakdown: Object.fromEntries(sorted(sources)) },
        recent_activity: recent,
      };
    },
  };
}

/** §3.3: on the wire `meta` is JSON in a string. */
function parsedMeta(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** HSM codes explain themselves once they are words; CDSP actions are phrases already. */
function describeAction(action: string): string | undefined {
  if (!action.startsWith('LUNA_')) return undefined;
  return action.slice('LUNA_'.length).toLowerCase().replaceAll('_', ' ');
}
