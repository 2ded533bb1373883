import { Fault } from '../kit/index.ts';
import type { ThanosCall } from './api.ts';
import { type Compliance, complianceOf, type Resource, UNKNOWN_COMPLIANCE } from './rows.ts';
import { boundaryOf, isNewer, MOST, resourcesBy, resourcesByStatus } from './snapshots.ts';
import { utcMs } from './time.ts';

export interface ScanRate {
  readonly snapshot_key: string;
  readonly timestamp: string;
  readonly compliance: Compliance;
}

export interface Rates {
  /** Oldest first. */
  readonly scans: readonly ScanRate[];
  readonly warnings: readonly string[];
}

/** Calls for single scans, beside three by status and the one for the metrics: 20 together. */
const SINGLE_CALLS = 16;

/**
 * How compliant each scan since a moment (ms since 1970) was, also those without findings, which the metrics do not know (§4.5).
 * Three calls by status tell it for all scans whose rows came whole; the others are asked for one by one, the newest first.
 */
export async function ratesSince(
  call: ThanosCall,
  tenant: string,
  since: number,
  known: readonly { readonly snapshot_key: string; readonly timestamp: string }[],
): Promise<Rates> {
  const lists = await resourcesByStatus(call, tenant, MOST);
  const boundary = boundaryOf(lists);
  const rows = Map.groupBy(
    lists.flatMap(list => list.rows),
    row => row.snapshot_key ?? '',
  );
  const times = new Map(known.map(point => [point.snapshot_key, point.timestamp]));
  for (const [key, group] of rows) if (key !== '' && !times.has(key)) times.set(key, latestOf(group));
  const scans = [...times].filter(([, time]) => utcMs(time) >= since).sort(([a], [b]) => (a < b ? 1 : -1));
  const whole = (key: string): boolean => rows.has(key) && isNewer(key, boundary);
  const asked = scans.filter(([key]) => !whole(key)).slice(0, SINGLE_CALLS);
  const single = new Map(
    await Promise.all(asked.map(async ([key]) => [key, await rateOf(call, tenant, key)] as const)),
  );
  const found = scans.map(([snapshot_key, timestamp]): ScanRate => {
    const group = whole(snapshot_key) ? (rows.get(snapshot_key) ?? []) : [];
    return { snapshot_key, timestamp, compliance: single.get(snapshot_key) ?? complianceOf(group) };
  });
  return {
    scans: found.reverse(),
    warnings: warningsOf(
      found,
      boundary,
      lists.flatMap(list => list.rows),
      since,
    ),
  };
}

/** Of one scan; unknown where its rows do not come, or not all at once, since those that come are no sample. */
async function rateOf(call: ThanosCall, tenant: string, snapshot_key: string): Promise<Compliance> {
  try {
    const { rows, truncated } = await resourcesBy(call, tenant, { snapshot_key }, MOST);
    return truncated ? UNKNOWN_COMPLIANCE : complianceOf(rows);
  } catch (error) {
    if (error instanceof Fault && ['GH_VENDOR_DOWN', 'GH_VENDOR_RATE'].includes(error.code)) return UNKNOWN_COMPLIANCE;
    throw error;
  }
}

function latestOf(rows: readonly Resource[]): string {
  return rows.reduce(
    (latest, row) => (utcMs(row.last_evaluated) > utcMs(latest) ? row.last_evaluated : latest),
    rows[0]?.last_evaluated ?? '',
  );
}

function warningsOf(
  scans: readonly ScanRate[],
  boundary: string | null,
  rows: readonly Resource[],
  since: number,
): readonly string[] {
  const without = scans.filter(({ compliance }) => compliance.rate === null).length;
  const reached =
    boundary === null || rows.some(row => row.snapshot_key === boundary && utcMs(row.last_evaluated) < since);
  return [
    ...(without === 0 ? [] : [`${without} scans have no rate: their resources did not come, or not whole.`]),
    ...(reached ? [] : ['Older scans without findings may be missing: the platform gives only its newest rows.']),
  ];
}
