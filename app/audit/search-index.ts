import { DatabaseSync } from 'node:sqlite';
import { type Migration, openDatabase, transaction } from '../storage/index.ts';
import { COUNTS_SCHEMA, type Counts, type CountsQuery, callCounts } from './counts.ts';
import { type AuditQuery, type Entry, FACETS } from './entry.ts';

/**
 * The full-text index: derived data in a file of its own, so that indexing never holds up the writer and a lost index
 * is simply built again. One contentless FTS5 table; facets are tokens too, which makes every filter a merge of sorted lists.
 */
const SCHEMA: readonly Migration[] = [
  `
  CREATE VIRTUAL TABLE words USING fts5(text, facets, content='', contentless_delete=1, prefix='3', tokenize='unicode61 remove_diacritics 2');
  CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB) STRICT;
  INSERT INTO progress (id, seq) VALUES (1, 0);
  `,
  // What was indexed before there were counts is indexed again.
  `${COUNTS_SCHEMA} INSERT INTO words(words) VALUES('delete-all'); UPDATE progress SET seq=0, hash=NULL;`,
];
const BATCH = 2_000;
const TEXT_LIMIT = 4_000;

/** An entry with its hash and that of the one before it, in hexadecimal; `null` where that one was pruned or is none. */
export interface LinkedEntry {
  readonly entry: Entry;
  readonly hash: string;
  readonly previous: string | null;
}

export interface SearchIndex {
  /** The connection to the history itself, which only this thread writes. */
  readonly audit: DatabaseSync;
  /** Indexes what is new, at most `budget` entries; returns how many are left. */
  catchUp(budget: number): number;
  search(query: AuditQuery): Entry[];
  counts(query: CountsQuery): Counts;
  get(seq: number): LinkedEntry | undefined;
  /** Forgets entries up to and including `seq`. */
  forget(seq: number): void;
  close(): void;
}

export function openSearchIndex(auditFile: string, indexFile: string): SearchIndex {
  const audit = new DatabaseSync(auditFile, { timeout: 5_000 });
  // The journal is there until this has been taken through the caches of the system (`keep`).
  audit.exec('PRAGMA synchronous=NORMAL');
  const index = openDatabase(indexFile, SCHEMA);
  index.exec('PRAGMA synchronous=OFF');
  const entriesAfter = audit.prepare('SELECT seq, body, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?');
  const newest = audit.prepare('SELECT max(seq) AS seq FROM entry');
  const bodyOf = audit.prepare('SELECT body FROM entry WHERE seq=?');
  const linkOf = audit.prepare('SELECT body, hash FROM entry WHERE seq=?');
  const addWords = index.prepare('INSERT INTO words (rowid, text, facets) VALUES (?, ?, ?)');
  const counts = callCounts(index);
  const setProgress = index.prepare('UPDATE progress SET seq=?, hash=?');

  // An index of another history (an old copy was put back) is thrown away.
  const known = index.prepare('SELECT seq, hash FROM progress').get();
  const same = audit.prepare('SELECT hash FROM entry WHERE seq=?').get(Number(known?.seq ?? 0));
  if (Number(known?.seq ?? 0) > 0 && same !== undefined && !equal(same.hash, known?.hash)) reset(index);
  if (Number(known?.seq ?? 0) > Number(newest.get()?.seq ?? 0)) reset(index);

  const indexed = (): number => Number(index.prepare('SELECT seq FROM progress').get()?.seq ?? 0);

  return {
    audit,
    get(seq) {
      const row = linkOf.get(seq);
      if (row === undefined) return undefined;
      const previous = linkOf.get(seq - 1);
      return {
        entry: JSON.parse(String(row.body)) as Entry,
        hash: hexOf(row.hash),
        previous: previous === undefined ? null : hexOf(previous.hash),
      };
    },
    catchUp(budget) {
      let at = indexed();
      for (let done = 0; done < budget; ) {
        const rows = entriesAfter.all(at, Math.min(BATCH, budget - done));
        if (rows.length === 0) return 0;
        const last = rows.at(-1);
        transaction(index, () => {
          const entries = rows.map(row => JSON.parse(String(row.body)) as Entry);
          for (const entry of entries) addWords.run(entry.seq, textOf(entry), facetsOf(entry));
          counts.add(entries);
          setProgress.run(Number(last?.seq), last?.hash as Uint8Array);
        });
        at = Number(last?.seq);
        done += rows.length;
      }
      return Math.max(0, Number(newest.get()?.seq ?? 0) - at);
    },
    search(query) {
      const limit = Math.min(query.limit ?? 50, 1_000);
      const [low, high] = bounds(audit, query);
      if (matchOf(query, false) === '') {
        const rows = audit
          .prepare('SELECT body FROM entry WHERE seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?')
          .all(low, high, limit);
        return rows.map(row => JSON.parse(String(row.body)) as Entry);
      }
      const find = index.prepare(
        'SELECT rowid AS seq FROM words WHERE words MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT ?',
      );
      // Beginnings of words cost the more the more entries have them, so the last word is first taken as it stands.
      const whole = find.all(matchOf(query, false), low, high, limit);
      const found = whole.length === limit ? whole : find.all(matchOf(query, true), low, high, limit);
      const rows = found.map(row => bodyOf.get(Number(row.seq)));
      return rows.flatMap(row => (row === undefined ? [] : [JSON.parse(String(row.body)) as Entry]));
    },
    counts: query => counts.read(query),
    forget(seq) {
      const next = entriesAfter.get(seq, 1);
      transaction(index, () => {
        index.prepare('DELETE FROM words WHERE rowid <= ?').run(seq);
        counts.forget(next === undefined ? undefined : (JSON.parse(String(next.body)) as Entry).time);
      });
    },
    close() {
      audit.close();
      index.close();
    },
  };
}

function reset(index: DatabaseSync): void {
  transaction(index, () => {
    index.exec("INSERT INTO words(words) VALUES('delete-all')");
    index.exec('DELETE FROM counts');
    index.exec('UPDATE progress SET seq=0, hash=NULL');
  });
}

function hexOf(hash: unknown): string {
  return Buffer.from(hash as Uint8Array).toString('hex');
}

function equal(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.from(a).equals(Buffer.from(b));
}

/** Times grow with numbers, so a time range is a number range, found by halving. */
function bounds(audit: DatabaseSync, query: AuditQuery): [low: number, high: number] {
  const first = Number(audit.prepare('SELECT min(seq) AS seq FROM entry').get()?.seq ?? 1);
  const last = Number(audit.prepare('SELECT max(seq) AS seq FROM entry').get()?.seq ?? 0);
  const at = audit.prepare('SELECT body FROM entry WHERE seq >= ? ORDER BY seq LIMIT 1');
  const firstNotBefore = (time: string): number => {
    let low = first;
    let high = last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = at.get(middle);
      const entry = row === undefined ? undefined : (JSON.parse(String(row.body)) as Entry);
      if (entry === undefined || entry.time >= time) high = middle;
      else low = Math.max(middle, entry.seq) + 1;
    }
    return low;
  };
  const low = Math.max(query.after ?? 0, query.from === undefined ? 0 : firstNotBefore(query.from) - 1);
  const high = Math.min(
    query.before ?? Number.MAX_SAFE_INTEGER,
    query.to === undefined ? Number.MAX_SAFE_INTEGER : firstNotBefore(query.to),
  );
  return [low, high];
}

/** `unfinished`: the last word may be the beginning of a longer one, as somebody types it. */
function matchOf(query: AuditQuery, unfinished: boolean): string {
  const words = (query.text ?? '').match(/[\p{L}\p{N}]+/gu) ?? [];
  const text = words.map(
    (word, at) => `text:"${word}"${unfinished && at === words.length - 1 && word.length >= 3 ? '*' : ''}`,
  );
  const facets = FACETS.flatMap(facet => {
    const value = query.facets?.[facet];
    return value === undefined ? [] : [`facets:"${facetToken(facet, value)}"`];
  });
  return [...facets, ...text].join(' AND ');
}

function facetToken(facet: string, value: string): string {
  return `${facet}x${Buffer.from(value.toLowerCase()).toString('hex')}`;
}

function facetsOf(entry: Entry): string {
  const tokens: string[] = [];
  for (const facet of FACETS) {
    const value = entry[facet];
    if (value !== undefined) tokens.push(facetToken(facet, value));
  }
  return tokens.join(' ');
}

/** The values of an entry, without its field names. */
function textOf(entry: Entry): string {
  const { seq: _seq, time: _time, connectionUuid: _uuid, session: _session, durationMs: _ms, ...told } = entry;
  const words: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') words.push(String(value));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        if (value !== told) words.push(name);
        walk(inner);
      }
    }
  };
  walk(told);
  return words.join(' ').slice(0, TEXT_LIMIT);
}
