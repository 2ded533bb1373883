import * as z from 'zod';
import { definesFor, type Tool, withBrief } from '../../kit/index.ts';
import type { Thanos, ThanosCall } from '../api.ts';
import { getIfAny } from '../api.ts';
import { latestSnapshot } from '../snapshots.ts';

const { action, tool } = definesFor<Thanos>();
type Spec = Parameters<typeof action>[0];

/** Members that are left out of the text form of a long result (§2.8). */
const LONG = ['config', 'desired_config', 'observed', 'expected'];

export const TENANT = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/, 'must be a tenant id; list_customers names them')
  .describe('list_customers names them');
export const SEVERITY = z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']);
export const TYPE = z.string().trim().min(1).max(100).describe('such as AWS::S3::Bucket');
export const SCOPE = z.enum(['latest', 'all']).default('latest').describe('the latest scan, or all scans ever');

/** A tool of one action under its own name; Cognito's pool knows no scopes (§0). */
export function single<const S extends Readonly<Record<string, z.ZodType>>>(spec: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: 'read' | 'write';
  readonly input: S;
  run(input: z.output<z.ZodObject<S>>, call: ThanosCall): Promise<Readonly<Record<string, unknown>>>;
}): Tool<Thanos> {
  const { name, title, description, effect, input, run } = spec;
  return tool({
    name,
    title,
    description,
    actions: {
      [name]: action({
        description,
        effect,
        scopes: null,
        input,
        run: async (given: z.output<z.ZodObject<S>>, call: ThanosCall) => withBrief(await run(given, call), LONG),
      } as Spec),
    },
  });
}

/** The key of the scan that is the latest: by its rows, else by the metrics (§4.5). `null`: nothing is known of any. */
export async function latestScan(call: ThanosCall, tenant: string): Promise<string | null> {
  const latest = await latestSnapshot(call, tenant);
  if (latest !== null) return latest.snapshotKey;
  const page = await getIfAny(call, {
    path: '/findings/metrics',
    query: { tenant_id: tenant, limit: 1 },
    purpose: 'Reading the metrics',
  });
  const key = z.object({ current_scan: z.object({ snapshot_key: z.string() }) }).safeParse(page?.body);
  return key.data?.current_scan.snapshot_key ?? null;
}

export const NO_DATA =
  'No data returned. The tenant was never scanned, or its id is wrong, or the platform hides an error of its database: it answers all of these alike.';
