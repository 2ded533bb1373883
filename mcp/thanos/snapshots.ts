import { get, type Page, type ThanosCall } from './api.ts';
import { newestFirst, type Resource, resourcesOf } from './rows.ts';

export const STATUSES = ['COMPLIANT', 'NON_COMPLIANT', 'NOT_EVALUATED'] as const;
/** The most that is asked for at once. */
export const MOST = 1_000;
/** The store stops at 1 MB without a word (§3.3): an answer of this size may be cut off. Bytes. */
const NEAR_THE_STORES_END = 900_000;

export interface Rows {
  readonly rows: readonly Resource[];
  /** There may be more than came. */
  readonly truncated: boolean;
}

/** Resources by one filter: the platform takes one and ignores the others (§2.1). */
export async function resourcesBy(
  call: ThanosCall,
  tenant: string,
  filter: { readonly snapshot_key?: string; readonly compliance_status?: string; readonly resource_type?: string },
  limit: number,
): Promise<Rows> {
  const page: Page = await get(call, {
    path: '/resources',
    query: { tenant_id: tenant, ...filter, limit },
    purpose: 'Listing the resources',
  });
  const rows = resourcesOf(page.body);
  return { rows, truncated: rows.length >= limit || page.bytes >= NEAR_THE_STORES_END };
}

/** All statuses, newest first, of all scans: one call for each status. */
export async function resourcesByStatus(call: ThanosCall, tenant: string, limit: number): Promise<readonly Rows[]> {
  return Promise.all(STATUSES.map(compliance_status => resourcesBy(call, tenant, { compliance_status }, limit)));
}

export interface Latest {
  readonly snapshotKey: string;
  readonly evaluatedAt: string;
}

/**
 * §4.5: the newest row of each status, and of these the newest, in three calls. `null`: never scanned, or the platform hides an
 * error of its database: there is no telling which.
 */
export async function latestSnapshot(call: ThanosCall, tenant: string): Promise<Latest | null> {
  const found = (await resourcesByStatus(call, tenant, 1)).flatMap(({ rows }) => rows);
  const [newest] = found.filter(row => row.snapshot_key !== null).sort(newestFirst);
  if (newest?.snapshot_key == null) return null;
  return { snapshotKey: newest.snapshot_key, evaluatedAt: newest.last_evaluated };
}

/** Keys of one tenant sort by time (§3.4). */
export function isNewer(key: string, than: string | null): boolean {
  return than === null || key > than;
}

/**
 * Rows by status reach back only so far when they are cut off. Scans newer than this key are whole; `null`: all are.
 */
export function boundaryOf(lists: readonly Rows[]): string | null {
  const ends = lists.filter(({ truncated }) => truncated).map(({ rows }) => [...rows].sort(newestFirst).at(-1));
  const keys = ends.map(row => row?.snapshot_key ?? '').sort();
  return keys.at(-1) ?? null;
}
