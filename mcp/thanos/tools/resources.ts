import * as z from 'zod';
import { reply, type ThanosCall } from '../api.ts';
import { unknownTenant } from '../customers.ts';
import { countBy, newestFirst, type Resource } from '../rows.ts';
import {
  boundaryOf,
  isNewer,
  latestSnapshot,
  MOST,
  type Rows,
  resourcesBy,
  resourcesByStatus,
  STATUSES,
} from '../snapshots.ts';
import { NO_DATA, single, TENANT, TYPE } from './shared.ts';

/** In the summary. */
const SHOWN = 15;
/** Filtering happens here, so more is asked for than is wanted (§2.1). */
const LEAST_ASKED = 500;

const input = {
  tenant_id: TENANT,
  compliance_status: z.enum(STATUSES).optional(),
  resource_type: TYPE.optional(),
  snapshot_key: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe('one scan; without it, the newest state of each resource'),
  min_drift: z.number().min(0).max(1).optional().describe('only drift scores from here on; 0.5 is half'),
  limit: z.int().min(1).max(MOST).default(100),
};
type Input = z.output<z.ZodObject<typeof input>>;

export const listResources = single({
  name: 'list_resources',
  title: 'Resources',
  description:
    'Lists AWS resources with compliance status and drift score, the worst first. All filters may be combined, or left out.',
  effect: 'read',
  input,
  async run(given, call) {
    const { tenant_id, snapshot_key } = given;
    const found =
      snapshot_key === undefined ? await newestOfEach(call, given) : await ofOneScan(call, given, snapshot_key);
    const matching = found.rows.filter(row => wanted(row, given)).sort(worstFirst);
    const resources = matching.slice(0, given.limit);
    const warnings = [...found.warnings, ...(found.rows.length === 0 ? await whyNothing(call, given) : [])];
    return reply(call, summaryOf(given, matching, resources), {
      tenant_id,
      resources,
      // Of all that match, not only of what is shown.
      totals: {
        total_resources: matching.length,
        by_type: countBy(matching, row => row.resource_type),
        by_compliance: countBy(matching, row => row.compliance_status),
      },
      snapshot_key: snapshot_key ?? null,
      latest_snapshot_key: found.latest,
      truncated: found.truncated || resources.length < matching.length,
      ...(warnings.length > 0 ? { warnings } : {}),
    });
  },
});

interface Found extends Rows {
  readonly latest: string | null;
  readonly warnings: readonly string[];
}

const askedFor = ({ limit }: Input): number => Math.min(MOST, Math.max(limit, LEAST_ASKED));

async function ofOneScan(call: ThanosCall, given: Input, snapshot_key: string): Promise<Found> {
  const found = await resourcesBy(call, given.tenant_id, { snapshot_key }, askedFor(given));
  const warnings = found.truncated ? ['The scan has more resources than the platform gives at once.'] : [];
  return { ...found, latest: null, warnings };
}

/**
 * Rows of all scans come back, so that a resource that was mended still has its old row: all statuses are read, and of each
 * ARN the newest row counts. By type alone one call has all statuses; cut off, it lacks just the worst rows (§3.3), so the
 * statuses are read as well.
 */
async function newestOfEach(call: ThanosCall, given: Input): Promise<Found> {
  const { tenant_id, resource_type } = given;
  const limit = askedFor(given);
  const byType = resource_type === undefined ? undefined : await resourcesBy(call, tenant_id, { resource_type }, limit);
  if (byType !== undefined && !byType.truncated) return merged([byType], null);
  const lists = await resourcesByStatus(call, tenant_id, limit);
  const boundary = boundaryOf(lists);
  // Rows by type that reach further back than the statuses cannot be judged: a newer row may be missing.
  return merged([...(byType === undefined ? [] : [{ ...byType, truncated: false }]), ...lists], boundary);
}

function merged(lists: readonly Rows[], boundary: string | null): Found {
  const all = lists.flatMap(({ rows }) => rows).sort(newestFirst);
  const sure = all.filter(row => boundary === null || isNewer(row.snapshot_key ?? '', boundary));
  // With a single scan beyond what comes at once, its rows are all there is.
  const usable = sure.length > 0 ? sure : all;
  const rows = [...new Map([...usable].reverse().map(row => [row.arn, row])).values()];
  const latest = all[0]?.snapshot_key ?? null;
  const older = rows.filter(row => row.snapshot_key !== latest).length;
  return {
    rows,
    latest,
    truncated: boundary !== null,
    warnings: [
      ...(boundary === null
        ? []
        : ['The platform holds more rows than it gives: resources that only older scans saw are missing.']),
      ...(older === 0
        ? []
        : [`${older} resources were not in the latest scan: gone since, or in a region that it left out.`]),
    ],
  };
}

function wanted(row: Resource, { compliance_status, resource_type, min_drift }: Input): boolean {
  return (
    (compliance_status === undefined || row.compliance_status === compliance_status) &&
    (resource_type === undefined || row.resource_type === resource_type) &&
    (min_drift === undefined || (row.drift_score !== null && row.drift_score >= min_drift))
  );
}

function worstFirst(a: Resource, b: Resource): number {
  return (b.drift_score ?? -1) - (a.drift_score ?? -1) || (a.arn < b.arn ? -1 : 1);
}

/** §5 row 11: whether the tenant has data at all. */
async function whyNothing(
  call: ThanosCall,
  { tenant_id, snapshot_key, resource_type }: Input,
): Promise<readonly string[]> {
  const hints = await unknownTenant(call, tenant_id);
  if (snapshot_key === undefined && resource_type === undefined) return [NO_DATA, ...hints];
  const latest = await latestSnapshot(call, tenant_id);
  if (latest === null) return [NO_DATA, ...hints];
  const what = snapshot_key === undefined ? 'no resources of this type' : 'no rows of this scan';
  return [`The tenant has data, but ${what}. Its latest scan is ${latest.snapshotKey}.`, ...hints];
}

function summaryOf({ tenant_id }: Input, matching: readonly Resource[], shown: readonly Resource[]): string {
  if (matching.length === 0) return `No resources of ${tenant_id} match.`;
  const lines = shown
    .slice(0, SHOWN)
    .map(row => `${row.arn}: ${row.compliance_status}, drift ${row.drift_score ?? 'unknown'}, ${row.region ?? ''}`);
  const more = matching.length > lines.length ? `\n… and ${matching.length - lines.length} more` : '';
  return `${matching.length} resources of ${tenant_id}, by drift:\n${lines.join('\n')}${more}`;
}
