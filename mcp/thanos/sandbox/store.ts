import type { Evaluation, Finding, Resource, Severity } from './engine.ts';

/** Rows of all scans of all tenants; nothing is ever closed or removed (§4.5). */
export interface Store {
  readonly resources: Map<string, Resource[]>;
  readonly findings: Map<string, Finding[]>;
}

export const SEVERITIES: readonly Severity[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

export function createStore(): Store {
  return { resources: new Map(), findings: new Map() };
}

export function keep(store: Store, tenant: string, evaluations: readonly Evaluation[]): void {
  const add = <T>(map: Map<string, T[]>, rows: readonly T[]): void =>
    void map.set(tenant, [...(map.get(tenant) ?? []), ...rows]);
  add(
    store.resources,
    evaluations.map(({ resource }) => resource),
  );
  add(
    store.findings,
    evaluations.flatMap(({ findings }) => findings),
  );
}

const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const utc = (time: string): string => time.replace(/Z$/, '');

/** §3.3: one filter counts, by this precedence; each has an order of its own. */
export function resourcesBy(store: Store, query: URLSearchParams): readonly Resource[] {
  const all = store.resources.get(query.get('tenant_id') ?? '') ?? [];
  const [key, status, type] = ['snapshot_key', 'compliance_status', 'resource_type'].map(name => query.get(name));
  if (key) return all.filter(row => row.snapshot_key === key).sort((a, b) => ascending(a.arn, b.arn));
  if (status)
    return all
      .filter(row => row.compliance_status === status)
      .sort((a, b) => ascending(utc(b.last_evaluated), utc(a.last_evaluated)));
  const place = (row: Resource): string => `${row.compliance_status}#${row.drift_score.toFixed(4)}`;
  return all.filter(row => row.resource_type === type).sort((a, b) => ascending(place(a), place(b)));
}

/** A page by finding id, descending as text, all scans mixed. */
export function findingsPage(store: Store, tenant: string, limit: number, after: string | undefined) {
  const sorted = [...(store.findings.get(tenant) ?? [])].sort((a, b) => ascending(b.finding_id, a.finding_id));
  const rest = after === undefined ? sorted : sorted.filter(({ finding_id: id }) => id < after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(rest.length > limit && last !== undefined
      ? { next_cursor: JSON.stringify({ tenant_id: tenant, finding_id: last.finding_id }) }
      : {}),
  };
}

const countsOf = (rows: readonly Finding[]): Record<string, number> =>
  Object.fromEntries(SEVERITIES.map(severity => [severity, rows.filter(row => row.severity === severity).length]));

/** From findings alone, so a scan without any is invisible; `undefined`: no findings at all (404). */
export function metricsOf(store: Store, tenant: string, limit: number, generation: 'current' | 'older'): unknown {
  const byScan = Map.groupBy(store.findings.get(tenant) ?? [], ({ snapshot_key: key }) => key);
  const scans = [...byScan]
    .sort(([a], [b]) => ascending(a, b))
    .map(([snapshot_key, rows]) => {
      const timestamp =
        rows
          .map(row => row.timestamp)
          .sort(ascending)
          .at(-1) ?? '';
      return { rows, point: { snapshot_key, timestamp, severity_counts: countsOf(rows), total: rows.length } };
    });
  const [current, previous] = [scans.at(-1), scans.at(-2)];
  if (current === undefined) return undefined;
  const { total, ...head } = current.point;
  return {
    tenant_id: tenant,
    current_scan: { ...head, total_findings: total },
    previous_scan:
      previous === undefined
        ? null
        : {
            snapshot_key: previous.point.snapshot_key,
            timestamp: previous.point.timestamp,
            total_findings: previous.point.total,
          },
    ...topOf(current.rows, generation),
    timeline: scans.slice(-limit).map(({ point }) => point),
  };
}

function topOf(rows: readonly Finding[], generation: 'current' | 'older') {
  const name = generation === 'current' ? 'resource_type' : 'rule_id';
  const groups = [...Map.groupBy(rows, row => row[name])].map(([key, of]) => ({
    [name]: key,
    count: of.length,
    severity: SEVERITIES.find(severity => of.some(row => row.severity === severity)),
  }));
  const top = groups.sort((a, b) => b.count - a.count).slice(0, 5);
  return generation === 'current' ? { top_resources: top } : { top_rules: top };
}
