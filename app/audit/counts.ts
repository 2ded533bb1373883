import type { DatabaseSync } from 'node:sqlite';
import type { StatsView } from '../contract/views.ts';
import type { Entry, Facet } from './entry.ts';

/**
 * Ended calls, counted for each hour as they are indexed: a chart over a million entries reads some thousand rows instead of
 * them. How long they took is kept in bands, of which medians follow closely enough for a chart.
 */
export const COUNTS_SCHEMA = `
  CREATE TABLE counts (
    hour INTEGER NOT NULL,
    connection TEXT NOT NULL, client TEXT NOT NULL, tool TEXT NOT NULL, action TEXT NOT NULL,
    effect TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL, band INTEGER NOT NULL,
    calls INTEGER NOT NULL, ms INTEGER NOT NULL,
    PRIMARY KEY (hour, connection, client, tool, action, effect, outcome, code, band)
  ) STRICT, WITHOUT ROWID;
  `;
const HOUR_MS = 3_600_000;
/** Upper ends of the bands, in ms; the last band has none. */
const BANDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];
const BUSIEST = 20;
const COUNTED = ['connection', 'client', 'tool', 'action', 'effect', 'outcome', 'code'] as const satisfies Facet[];

export interface CountsQuery {
  /** ISO times. The first bucket starts with the hour of `from`; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
  readonly bucketHours: number;
  readonly facets?: Partial<Readonly<Record<(typeof COUNTED)[number], string>>>;
}

export type Counts = StatsView;

export interface CallCounts {
  add(entries: readonly Entry[]): void;
  read(query: CountsQuery): Counts;
  /** Forgets whole hours before that of `time`. */
  forget(time: string | undefined): void;
}

export function callCounts(index: DatabaseSync): CallCounts {
  const put = index.prepare(
    `INSERT INTO counts (hour, ${COUNTED.join(', ')}, band, calls, ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, ms = ms + excluded.ms`,
  );
  return {
    add(entries) {
      const sums = new Map<string, { key: (string | number)[]; calls: number; ms: number }>();
      for (const entry of entries) {
        // An answer after the end of its call is no second call; it names no tool.
        if (entry.kind !== 'outcome' || entry.tool === undefined) continue;
        const ms = entry.durationMs ?? 0;
        const band = BANDS.findIndex(end => ms <= end);
        const key = [
          hourOf(entry.time),
          ...COUNTED.map(facet => entry[facet] ?? ''),
          band === -1 ? BANDS.length : band,
        ];
        const name = JSON.stringify(key);
        const sum = sums.get(name) ?? { key, calls: 0, ms: 0 };
        sums.set(name, { key, calls: sum.calls + 1, ms: sum.ms + Math.round(ms) });
      }
      for (const { key, calls, ms } of sums.values()) put.run(...key, calls, ms);
    },
    read(query) {
      const { bucketHours } = query;
      const first = hourOf(query.from);
      const end = Math.max(first, hourOf(new Date(Date.parse(query.to) - 1).toISOString()) + 1);
      const wanted = COUNTED.flatMap(facet => {
        const value = query.facets?.[facet];
        return value === undefined ? [] : [{ facet, value }];
      });
      const where = ['hour >= ? AND hour < ?', ...wanted.map(({ facet }) => `${facet} = ?`)].join(' AND ');
      const values = [first, end, ...wanted.map(({ value }) => value)];
      const rows = (sql: string): readonly Record<string, unknown>[] =>
        index.prepare(sql.replace('WHERE', `WHERE ${where}`)).all(...values);
      const cells = rows(
        `SELECT (hour - ${first}) / ${bucketHours} AS bucket, outcome, band, sum(calls) AS calls FROM counts WHERE GROUP BY 1, 2, 3`,
      ).map(row => ({
        bucket: Number(row.bucket),
        outcome: String(row.outcome),
        band: Number(row.band),
        calls: Number(row.calls),
      }));
      const groups = Map.groupBy(cells, ({ bucket }) => bucket);
      const sums = rows(
        `SELECT connection, tool, action, client, sum(calls) AS calls, sum(ms) AS ms,
           sum(CASE WHEN outcome IN ('error', 'unknown') THEN calls ELSE 0 END) AS failed
         FROM counts WHERE GROUP BY 1, 2, 3, 4`,
      ).map(row => ({
        connection: String(row.connection),
        tool: String(row.tool),
        action: String(row.action),
        client: String(row.client),
        calls: Number(row.calls),
        failed: Number(row.failed),
        ms: Number(row.ms),
      }));
      return {
        bucketHours,
        ...summary(cells),
        buckets: Array.from({ length: Math.ceil((end - first) / bucketHours) }, (_, bucket) => {
          const { calls: _calls, ...told } = summary(groups.get(bucket) ?? []);
          return { from: new Date((first + bucket * bucketHours) * HOUR_MS).toISOString(), ...told };
        }),
        actions: busiest(sums, ({ connection, tool, action }) => ({ connection, tool, action })).map(
          ({ ms, ...row }) => ({ ...row, meanMs: Math.round(ms / row.calls) }),
        ),
        clients: busiest(sums, ({ client }) => ({ client })).map(({ ms: _, ...row }) => row),
        connections: busiest(sums, ({ connection }) => ({ connection })).map(({ ms: _, ...row }) => row),
      };
    },
    forget(time) {
      if (time === undefined) index.exec('DELETE FROM counts');
      else index.prepare('DELETE FROM counts WHERE hour < ?').run(hourOf(time));
    },
  };
}

interface Sum {
  readonly calls: number;
  readonly failed: number;
  readonly ms: number;
}

/** Sums of what `keyOf` makes the same, the largest first. */
function busiest<S extends Sum, K extends Readonly<Record<string, string>>>(
  sums: readonly S[],
  keyOf: (sum: S) => K,
): (K & Sum)[] {
  const groups = new Map<string, K & Sum>();
  for (const sum of sums) {
    const key = keyOf(sum);
    const name = JSON.stringify(key);
    const { calls, failed, ms } = groups.get(name) ?? { calls: 0, failed: 0, ms: 0 };
    groups.set(name, { ...key, calls: calls + sum.calls, failed: failed + sum.failed, ms: ms + sum.ms });
  }
  return [...groups.values()].sort((a, b) => b.calls - a.calls).slice(0, BUSIEST);
}

interface Cell {
  readonly outcome: string;
  readonly band: number;
  readonly calls: number;
}

function summary(cells: readonly Cell[]): Pick<Counts, 'calls' | 'outcomes' | 'p50Ms' | 'p95Ms'> {
  const outcomes: Record<string, number> = {};
  const bands = new Array<number>(BANDS.length + 1).fill(0);
  let calls = 0;
  for (const cell of cells) {
    outcomes[cell.outcome] = (outcomes[cell.outcome] ?? 0) + cell.calls;
    bands[cell.band] = (bands[cell.band] ?? 0) + cell.calls;
    calls += cell.calls;
  }
  return { calls, outcomes, p50Ms: quantile(bands, calls, 0.5), p95Ms: quantile(bands, calls, 0.95) };
}

/** The value that `share` of the calls do not exceed, taken as evenly spread within its band. */
function quantile(bands: readonly number[], calls: number, share: number): number | null {
  if (calls === 0) return null;
  const wanted = share * calls;
  let before = 0;
  for (const [band, inside] of bands.entries()) {
    if (before + inside >= wanted && inside > 0) {
      const low = BANDS[band - 1] ?? 0;
      const high = BANDS[band] ?? low * 2;
      return Math.round(low + ((high - low) * (wanted - before)) / inside);
    }
    before += inside;
  }
  return BANDS.at(-1) ?? null;
}

function hourOf(time: string): number {
  return Math.floor(Date.parse(time) / HOUR_MS);
}
