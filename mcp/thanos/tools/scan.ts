import * as z from 'zod';
import { type Answer, Fault } from '../../kit/index.ts';
import { exchange, type Item, isItem, itemsOf, refusalOf, reply, saidBy, type ThanosCall } from '../api.ts';
import { type Customer, customersOf } from '../customers.ts';
import { handleOf, type Pending } from '../handle.ts';
import { LONGEST_SCAN_MS, newScan } from '../outcome.ts';
import { findingsOf, percent } from '../rows.ts';
import { latestSnapshot, MOST, resourcesBy } from '../snapshots.ts';
import { single, TENANT } from './shared.ts';

/** §4.1: the gateway gives up after 30 s; a little more, so that it says so itself. */
const TIMEOUT_MS = 35_000;
const DEFAULT_REGIONS = ['us-east-1'];
/** Several middle parts, as in us-gov-west-1 (§5 row 16). */
const REGION = /^([a-z]{2}(-[a-z]+)+-\d|ALL)$/;
const PURPOSE = 'Starting the scan';

const input = {
  tenant_id: TENANT,
  role_arn: z
    .string()
    .regex(/^arn:aws(-[a-z]+)*:iam::\d{12}:role\/.+$/, 'must be the ARN of an IAM role')
    .optional()
    .describe('only the registered role; it is filled in'),
  account_id: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .optional()
    .describe('only the registered account; it is filled in'),
  regions: z
    .array(z.string().regex(REGION, 'must be a region such as eu-west-1, or ALL'))
    .min(1)
    .max(50)
    .refine(list => !list.includes('ALL') || list.length === 1, 'ALL stands alone')
    .optional()
    .describe('us-east-1 unless told; ["ALL"] is every region of the account'),
};

export const triggerScan = single({
  name: 'trigger_scan',
  title: 'Scan',
  description:
    'Scans the AWS account of a customer now, which adds findings and mails alerts to those who subscribed. A long scan answers status unknown and a scan_handle: it goes on; never start it again, but give the handle to get_dashboard_metrics.',
  effect: 'write',
  input,
  async run({ tenant_id, role_arn, account_id, regions = DEFAULT_REGIONS }, call) {
    const customer = await registered(call, tenant_id, role_arn, account_id);
    return call.state.queue.run(tenant_id, () => scanOnce(call, customer, regions), call);
  },
});

async function scanOnce(call: ThanosCall, customer: Customer, regions: string[]): Promise<Item> {
  const { tenant_id: tenant } = customer;
  const running = await stillRunning(call, tenant);
  if (running !== undefined)
    return unknown(call, customer, running, ['Such a scan was started already; no other was started.']);
  const latest = await latestSnapshot(call, tenant);
  const scan: Pending = { tenant, startedAt: call.now(), before: latest?.snapshotKey ?? null, regions };
  const answer = await start(call, customer, regions, scan);
  return answer === undefined ? unknown(call, customer, scan, []) : completed(call, customer, scan, answer);
}

/** §2.4: the platform assumes whatever role it is told to, so only what is registered is let through. Throws `Fault`. */
async function registered(
  call: ThanosCall,
  tenant: string,
  role: string | undefined,
  account: string | undefined,
): Promise<Customer> {
  const customers = await customersOf(call);
  const customer = customers.find(({ tenant_id: id }) => id === tenant);
  if (customer === undefined) {
    const known = customers.map(({ tenant_id: id }) => id).join(', ') || 'none';
    throw new Fault(
      'GH_NOT_FOUND',
      `No customer is registered as ${tenant}; nothing was started. There are: ${known}.`,
    );
  }
  for (const [name, given, own] of [
    ['role_arn', role, customer.role_arn],
    ['account_id', account, customer.account_id],
  ])
    if (given !== undefined && given !== own)
      throw new Fault('GH_INVALID_INPUT', `${name}: ${tenant} is registered with ${own}; nothing was started.`, {
        hint: `Leave ${name} out: it is filled in.`,
      });
  return customer;
}

/** A scan of the tenant whose outcome is not known, and which may still be running: a second one would double findings and mails. */
async function stillRunning(call: ThanosCall, tenant: string): Promise<Pending | undefined> {
  const scan = call.state.pending.get(tenant);
  if (scan === undefined) return undefined;
  if (call.now() - scan.startedAt < LONGEST_SCAN_MS && (await newScan(call, scan)) === undefined) return scan;
  call.state.pending.delete(tenant);
  return undefined;
}

/** Sends it once. `undefined`: the outcome is not known. Throws `Fault` where it certainly failed. */
async function start(
  call: ThanosCall,
  customer: Customer,
  regions: readonly string[],
  scan: Pending,
): Promise<Answer | undefined> {
  const { tenant_id, role_arn, account_id } = customer;
  call.state.pending.set(tenant_id, scan);
  let answer: Answer;
  try {
    answer = await exchange(call, {
      method: 'POST',
      path: '/scan',
      json: { tenant_id, role_arn, account_id, regions },
      accept: [400, 401, 403, 404, 500, 502, 503, 504],
      tries: 1,
      timeoutMs: TIMEOUT_MS,
      purpose: PURPOSE,
    });
  } catch (error) {
    if (error instanceof Fault && error.code === 'GH_OUTCOME_UNKNOWN') return undefined;
    // Cancelled after it was sent: it may run, so it stays noted.
    if (!(error instanceof Fault) || error.code !== 'GH_CANCELLED') call.state.pending.delete(tenant_id);
    throw error;
  }
  const failure = failureOf(answer);
  if (failure !== undefined) {
    call.state.pending.delete(tenant_id);
    throw failure;
  }
  if (answer.status >= 500 || !isItem(bodyOf(answer))) return undefined;
  call.state.pending.delete(tenant_id);
  return answer;
}

/** What the function itself says of a failure is certain; a 5xx of the gateway is not (§4.1). */
function failureOf(answer: Answer): Fault | undefined {
  const refusal = refusalOf(answer, PURPOSE);
  if (refusal !== undefined) return refusal;
  const { error } = saidBy(answer);
  if (answer.status === 404)
    return new Fault('GH_NOT_FOUND', `${PURPOSE}: there is no such route at this address.`, {
      status: 404,
      fields: { reason: 'not_deployed' },
    });
  if (answer.status < 500 || error === undefined) return undefined;
  return new Fault('GH_VENDOR_REFUSED', 'The scan failed.', {
    status: answer.status,
    details: error,
    hint: 'Where AWS refuses the role, its trust policy must name the platform. What was scanned before the failure may have been stored.',
    fields: { reason: 'scan_failed' },
  });
}

function bodyOf(answer: Answer): unknown {
  try {
    return answer.json();
  } catch {
    return undefined;
  }
}

function unknown(call: ThanosCall, customer: Customer, scan: Pending, warnings: readonly string[]): Item {
  const summary =
    'The scan was started, and its outcome is not known: it goes on for up to 300 s. Do not start it again. Call get_dashboard_metrics with tenant_id and scan_handle for its result, first after 30 s.';
  return reply(call, summary, {
    status: 'unknown',
    scan_id: null,
    snapshot_key: null,
    tenant_id: scan.tenant,
    account_id: customer.account_id,
    regions_requested: scan.regions,
    regions_scanned: [],
    totals: null,
    compliance: null,
    findings_sample: [],
    started_at: new Date(scan.startedAt).toISOString(),
    scan_handle: handleOf(scan),
    warnings,
  });
}

const result = z.looseObject({
  scan_id: z.string().nullable().catch(null),
  snapshot_key: z.string().nullable().catch(null),
  account_id: z.string().catch(''),
  regions: z.array(z.string()).catch([]),
  totals: z.looseObject({ resources: z.number(), findings: z.number() }).nullable().catch(null),
  compliance: z
    .object({ total: z.number(), compliant: z.number(), non_compliant: z.number(), not_evaluated: z.number() })
    .nullable()
    .catch(null),
});

async function completed(call: ThanosCall, customer: Customer, scan: Pending, answer: Answer): Promise<Item> {
  const body = bodyOf(answer);
  const told = result.parse(body);
  const { compliance: counts } = told;
  const nothing = told.totals?.resources === 0;
  const rate = counts === null || counts.total === 0 ? null : percent(counts.compliant, counts.total);
  const summary = nothing
    ? `The scan of ${scan.tenant} saw 0 resources: nothing was scanned, or nothing could be read.`
    : `The scan of ${scan.tenant} saw ${told.totals?.resources} resources: ${told.totals?.findings} findings, ${rate === null ? 'rate unknown' : `${rate} % comply`}.`;
  return reply(call, summary, {
    status: 'completed',
    scan_id: told.scan_id,
    snapshot_key: told.snapshot_key,
    tenant_id: scan.tenant,
    account_id: told.account_id || customer.account_id,
    regions_requested: scan.regions,
    regions_scanned: told.regions,
    totals: told.totals,
    // 0 % of nothing is no rate (§4.1).
    compliance: counts === null ? null : { ...counts, compliance_percentage: rate },
    findings_sample: findingsOf(isItem(body) ? itemsOf(body.findings_sample) : []),
    started_at: new Date(scan.startedAt).toISOString(),
    warnings: [
      ...(nothing ? ['0 resources: nothing was scanned, or nothing could be read.'] : []),
      ...regionWarnings(customer, scan.regions, told.regions),
      ...(nothing ? [] : await silentRegions(call, scan.tenant, told.snapshot_key, told.regions)),
    ],
  });
}

function regionWarnings(
  { regions: own }: Customer,
  asked: readonly string[],
  scanned: readonly string[],
): readonly string[] {
  if (asked.includes('ALL'))
    // §4.1: when the list of regions cannot be read, the platform takes us-east-1 without a word.
    return scanned.length === 1
      ? [
          `All regions were asked for, and only ${scanned[0]} was scanned: the list of regions could not be read, or the account has no other.`,
        ]
      : [];
  const left = own.filter(region => !asked.includes(region));
  const dropped = asked.filter(region => !scanned.includes(region));
  return [
    ...(left.length === 0 ? [] : [`Not scanned, though the customer is registered for them: ${left.join(', ')}.`]),
    ...(dropped.length === 0 ? [] : [`Asked for and not scanned: ${dropped.join(', ')}.`]),
  ];
}

/** A region that fails is only logged by the platform (§4.1); one without a single resource is worth a word. */
async function silentRegions(
  call: ThanosCall,
  tenant: string,
  key: string | null,
  regions: readonly string[],
): Promise<readonly string[]> {
  if (key === null || regions.length < 2) return [];
  const found = await resourcesBy(call, tenant, { snapshot_key: key }, MOST).catch(() => undefined);
  if (found === undefined || found.truncated) return [];
  const silent = regions.filter(region => !found.rows.some(row => row.region === region));
  return silent.length === 0
    ? []
    : [`No resource came from ${silent.join(', ')}: there is none, or it could not be read.`];
}
