import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import { getIfAny, type Item, itemsOf, reply, type ThanosCall } from '../api.ts';
import { unknownTenant } from '../customers.ts';
import { ratesSince, type ScanRate } from '../history.ts';
import { percentChange, scanResult } from '../outcome.ts';
import { type Compliance, complianceOf, UNKNOWN_COMPLIANCE } from '../rows.ts';
import { isNewer, type Latest, latestSnapshot, MOST, resourcesBy } from '../snapshots.ts';
import { sinceMs, utcMs } from '../time.ts';
import { NO_DATA, single, TENANT } from './shared.ts';

/** What the platform keeps in its timeline at most (§4.5). */
const LONGEST = 20;

const count = z.number().nullable().catch(null);
const text = z.string().nullable().catch(null);
const head = z.object({ snapshot_key: z.string(), timestamp: z.string(), total_findings: count });
const counts = z.record(z.string(), z.number()).nullable().catch(null);
const body = z.object({
  current_scan: head.extend({ severity_counts: counts }).nullable().catch(null),
  previous_scan: head.nullable().catch(null),
  timeline: z
    .array(z.object({ snapshot_key: z.string(), timestamp: z.string(), total: count, severity_counts: counts }))
    .catch([]),
});
type Metrics = z.output<typeof body>;
type Point = Metrics['timeline'][number];

const input = {
  tenant_id: TENANT,
  scans: z.int().min(1).max(LONGEST).default(5).describe('points of the timeline; one is one scan, not one day'),
  since: z
    .string()
    .max(40)
    .optional()
    .describe('adds the compliance rate of every scan since then: 7d, 24h, 1w, a date or a time in UTC'),
  scan_handle: z
    .string()
    .max(4_000)
    .optional()
    .describe('from trigger_scan with status unknown: tells whether that scan has a result now'),
};

export const getDashboardMetrics = single({
  name: 'get_dashboard_metrics',
  title: 'Dashboard metrics',
  description:
    'Shows the latest scan: findings by severity, compliance rate, what changed since the scan before, a timeline. For the rate over time, such as the last week, give since. What is not known is null. With scan_handle it waits for the result of a scan that was cut off.',
  effect: 'read',
  input,
  async run({ tenant_id, scans, since, scan_handle }, call) {
    const from = since === undefined ? undefined : sinceMs(since, call.now());
    if (since !== undefined && from === undefined)
      throw new Fault('GH_INVALID_INPUT', 'since: must be like 7d, 24h, 1w, 2026-03-01 or 2026-03-01T08:00:00Z.');
    const scan = scan_handle === undefined ? undefined : await scanResult(call, tenant_id, scan_handle);
    const page = await getIfAny(call, {
      path: '/findings/metrics',
      query: { tenant_id, limit: from === undefined ? scans : LONGEST },
      purpose: 'Reading the metrics',
    });
    const metrics = body.parse(page?.body ?? {});
    const top = topOf(page?.body ?? {});
    const told =
      from === undefined ? await atPresent(call, tenant_id, metrics) : await overTime(call, tenant_id, metrics, from);
    const hints = told.state === 'never_scanned' ? [NO_DATA, ...(await unknownTenant(call, tenant_id))] : [];
    const { summary, warnings, ...fields } = told;
    return reply(call, scan === undefined ? summary : `${scan.summary}\n${summary}`, {
      tenant_id,
      ...fields,
      // Of the scan that the metrics call current.
      top: told.state === 'ok' ? top : [],
      ...(scan === undefined ? {} : { scan: scan.fields }),
      warnings: [...warnings, ...hints],
    });
  },
});

type State = ReturnType<typeof stateOf>;

/** The state now: the latest scan by its rows, which may be newer than what the metrics call current (§4.5). */
async function presentState(call: ThanosCall, tenant: string, metrics: Metrics): Promise<State> {
  const latest = await latestSnapshot(call, tenant);
  const key = newest(latest?.snapshotKey ?? null, metrics.current_scan?.snapshot_key ?? null);
  const rows = key === null ? undefined : await resourcesBy(call, tenant, { snapshot_key: key }, MOST);
  const cut = rows?.truncated === true;
  const told = stateOf(metrics, latest, rows === undefined || cut ? UNKNOWN_COMPLIANCE : complianceOf(rows.rows));
  const warning = 'The scan has more resources than the platform gives at once, so there is no rate.';
  return cut ? { ...told, warnings: [warning, ...told.warnings] } : told;
}

async function atPresent(call: ThanosCall, tenant: string, metrics: Metrics) {
  const told = await presentState(call, tenant, metrics);
  return { ...told, timeline: timelineOf(metrics, told), summary: summaryOf(tenant, told) };
}

/** With the latest scan, where the metrics do not know it. */
function timelineOf({ timeline }: Metrics, { state, current_scan: scan }: State): readonly Item[] {
  if (state !== 'no_findings' || scan === null) return timeline;
  const { total_findings: total, ...point } = scan;
  return [...timeline, { ...point, total }];
}

/** With a rate for every scan since a moment; 20 calls at most. */
async function overTime(call: ThanosCall, tenant: string, metrics: Metrics, since: number) {
  const { scans, warnings } = await ratesSince(call, tenant, since, metrics.timeline);
  const last = scans.at(-1);
  const told =
    last === undefined
      ? await presentState(call, tenant, metrics)
      : stateOf(metrics, { snapshotKey: last.snapshot_key, evaluatedAt: last.timestamp }, last.compliance);
  const timeline = scans.map(scan => withFindings(scan, metrics.timeline));
  const rates = scans.flatMap(({ compliance }) => compliance.rate ?? []);
  const [first = null, end = null] = [rates[0], rates.at(-1)];
  const over = {
    since: new Date(since).toISOString(),
    scans: scans.length,
    scans_with_rate: rates.length,
    first_rate: first,
    last_rate: end,
    change: first === null || end === null || rates.length < 2 ? null : percentChange(first, end),
  };
  return {
    ...told,
    timeline,
    compliance_over_time: over,
    warnings: [...warnings, ...told.warnings, ...timelineCut(metrics, since)],
    summary: `${summaryOf(tenant, told)}\n${overSummary(over, timeline)}`,
  };
}

function timelineCut({ timeline }: Metrics, since: number): readonly string[] {
  const [oldest] = timeline;
  if (timeline.length < LONGEST || oldest === undefined || utcMs(oldest.timestamp) < since) return [];
  return [`The platform tells only the last ${LONGEST} scans with findings.`];
}

function withFindings({ snapshot_key, timestamp, compliance }: ScanRate, timeline: readonly Point[]): Item {
  const point = timeline.find(one => one.snapshot_key === snapshot_key);
  // Unknown to the metrics: without findings, when nothing in it was found wanting.
  const clean = point === undefined && compliance.non_compliant === 0 ? 0 : null;
  return {
    snapshot_key,
    timestamp,
    total: point?.total ?? clean,
    severity_counts: point?.severity_counts ?? null,
    compliance_rate: compliance.rate,
    rate_evaluated: compliance.rate_evaluated,
    resources: compliance.total,
  };
}

/** Which scan is the latest, what it found, and what changed (§2.3, §4.5). */
function stateOf(metrics: Metrics, latest: Latest | null, compliance: Compliance) {
  const { current_scan: current, previous_scan: previous } = metrics;
  const common = { compliance, warnings: [] as readonly string[] };
  if (current === null && latest === null)
    return { ...common, state: 'never_scanned', current_scan: null, previous_scan: null, trend: null };
  if (latest === null || (current !== null && !isNewer(latest.snapshotKey, current.snapshot_key)))
    return {
      ...common,
      state: 'ok',
      current_scan: current,
      previous_scan: previous,
      trend: trendOf(current, previous),
    };
  // The metrics are made from findings: they do not know a scan without any, and call the one before it current.
  const clean = compliance.non_compliant === 0;
  const scan = {
    snapshot_key: latest.snapshotKey,
    timestamp: latest.evaluatedAt,
    total_findings: clean ? 0 : null,
    severity_counts: clean ? { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0 } : null,
  };
  const before = current === null ? null : headOf(current);
  return {
    state: 'no_findings',
    current_scan: scan,
    previous_scan: before,
    trend: trendOf(scan, before),
    compliance,
    warnings: clean ? [] : [whyUnknown(compliance)],
  };
}

function whyUnknown({ non_compliant: broken }: Compliance): string {
  return broken === null
    ? 'The metrics do not have the latest scan, and its resources did not come whole: what it found is unknown.'
    : 'Resources of the latest scan do not comply, but its findings did not come: it may still be running.';
}

function headOf({ snapshot_key, timestamp, total_findings }: z.output<typeof head>) {
  return { snapshot_key, timestamp, total_findings };
}

interface Counted {
  readonly total_findings: number | null;
}

function trendOf(now: Counted | null, before: Counted | null) {
  if (now?.total_findings == null || before?.total_findings == null) return null;
  const delta = now.total_findings - before.total_findings;
  return { delta, direction: delta > 0 ? 'up' : delta < 0 ? 'down' : 'flat' };
}

/** Both generations: by type, earlier by rule (§2.3). */
function topOf({ top_resources: types, top_rules: rules }: Item) {
  const entry = z.looseObject({ count, severity: text });
  return itemsOf(types ?? rules).flatMap(item => {
    const { data } = entry.safeParse(item);
    return data === undefined
      ? []
      : [{ label: String(item.resource_type ?? item.rule_id ?? ''), count: data.count, severity: data.severity }];
  });
}

function newest(a: string | null, b: string | null): string | null {
  return a === null ? b : b !== null && b > a ? b : a;
}

function summaryOf(tenant: string, told: State): string {
  const { state, current_scan: scan, compliance, trend } = told;
  if (state === 'never_scanned') return `No data about ${tenant}.`;
  const rate =
    compliance.rate === null
      ? 'compliance rate unknown'
      : `${compliance.rate} % of ${compliance.total} resources comply`;
  const change = trend === null ? '' : ` (${trend.delta > 0 ? '+' : ''}${trend.delta} since the scan before)`;
  return `${tenant}, scan of ${scan?.timestamp}: ${scan?.total_findings ?? 'unknown number of'} findings${change}; ${rate}.`;
}

function overSummary(over: { readonly since: string; readonly scans: number }, timeline: readonly Item[]): string {
  const lines = timeline.map(
    ({ timestamp, compliance_rate: rate, total }) =>
      `${timestamp}: ${rate === null ? 'rate unknown' : `${rate} %`}, ${total ?? 'unknown'} findings`,
  );
  return `${over.scans} scans since ${over.since}:\n${lines.join('\n')}`;
}
