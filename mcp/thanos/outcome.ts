import { Fault, poll } from '../kit/index.ts';
import type { Item, ThanosCall } from './api.ts';
import { type Pending, scanOf } from './handle.ts';
import { complianceOf, type Resource } from './rows.ts';
import { isNewer, latestSnapshot, MOST, resourcesBy } from './snapshots.ts';

/** §4.1: the function runs up to 300 s, whatever the gateway says; after that nothing more comes. In ms. */
export const LONGEST_SCAN_MS = 300_000;

/** In points of percent. */
export function percentChange(first: number, last: number) {
  const points = Math.round((last - first) * 10) / 10;
  return { points, direction: points > 0 ? 'up' : points < 0 ? 'down' : 'flat' };
}

/** Left for reading the metrics after the wait, which may be slow. In ms. */
const REST_MS = 10_000;

interface Told {
  readonly summary: string;
  readonly fields: Item;
}

/** What has become of a scan that was cut off. Waits as long as the call may. Throws `GH_INVALID_INPUT`. */
export async function scanResult(call: ThanosCall, tenant: string, handle: string): Promise<Told> {
  const scan = scanOf(handle);
  if (scan.tenant !== tenant)
    throw new Fault('GH_INVALID_INPUT', `scan_handle: it is a handle of ${scan.tenant}, not of ${tenant}.`);
  const over = (): boolean => call.now() - scan.startedAt > LONGEST_SCAN_MS;
  const { state: key } = await poll({
    signal: call.signal,
    deadline: call.deadline - REST_MS,
    now: call.now,
    firstMs: call.state.pollMs,
    maxMs: call.state.pollMs,
    look: () => newScan(call, scan),
    done: found => found !== undefined || over(),
    tell: (_found, looks) => call.progress(looks, undefined, `Looked ${looks} times for the result of the scan`),
  });
  if (key === undefined) return notYet(scan, over());
  call.state.pending.delete(tenant);
  const { rows, truncated } = await resourcesBy(call, tenant, { snapshot_key: key }, MOST);
  return found(scan, key, rows, truncated, over());
}

/** The key of a scan that is newer than what was there before; `undefined`: none yet. */
export async function newScan(call: ThanosCall, scan: Pending): Promise<string | undefined> {
  const latest = await latestSnapshot(call, scan.tenant);
  return latest !== null && isNewer(latest.snapshotKey, scan.before) ? latest.snapshotKey : undefined;
}

function notYet({ startedAt }: Pending, over: boolean): Told {
  const started = new Date(startedAt).toISOString();
  const next = over
    ? 'It has had its 300 s, and no result appeared: it failed, or it found nothing to store. It may be started again.'
    : 'Ask again with the same handle. Do not start it again: findings and mails would be doubled.';
  return {
    summary: `The scan of ${started} has no result yet. ${next}`,
    fields: { status: 'unknown', scan_id: null, snapshot_key: null, started_at: started, gave_up: over, next },
  };
}

function found(scan: Pending, key: string, rows: readonly Resource[], truncated: boolean, over: boolean): Told {
  const scanId = rows[0]?.scan_id;
  const findings = rows.reduce((sum, row) => sum + (row.findings_count ?? 0), 0);
  const started = new Date(scan.startedAt).toISOString();
  return {
    summary: `The scan of ${started} has a result: ${rows.length} resources, ${findings} findings.`,
    fields: {
      status: 'completed',
      scan_id: typeof scanId === 'string' ? scanId : null,
      snapshot_key: key,
      started_at: started,
      regions_requested: scan.regions,
      totals: { resources: rows.length, findings },
      compliance: complianceOf(rows),
      truncated,
      warnings: [
        ...(over ? [] : ['The platform does not tell when a scan ends: numbers may still grow.']),
        'It is the newest scan of the tenant; one that somebody else started meanwhile looks the same.',
      ],
    },
  };
}
