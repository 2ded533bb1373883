import * as z from 'zod';
import { definesFor, Fault, poll } from '../../kit/index.ts';
import { change, type Dpod, type DpodCall, findService, getItem, given, type Item, serviceIdOf, uuid } from '../api.ts';
import { auditRange } from '../dates.ts';
import { AO, SP } from '../scopes.ts';
import { createAnalysis, readRecords } from './records.ts';

const { action, tool } = definesFor<Dpod>();

const date = z.string().min(8).max(40);
const filters = {
  start_date: date.optional().describe('YYYY-MM-DD or a time, UTC unless it says otherwise'),
  end_date: date.optional().describe('YYYY-MM-DD or a time; at most 31 days after start_date'),
  tenant_id: uuid.optional(),
  service_name: z
    .string()
    .min(1)
    .optional()
    .describe('UUID or name of a service; only one of service_name, resource_id, source_filter'),
  resource_id: z.string().min(1).optional().describe('UUID or name of the resource'),
  source_filter: z.string().min(1).optional().describe('cdsp, or thales/cloudhsm/<partition serial number>'),
  actor_id: z.string().min(1).optional(),
  action_filter: z.string().min(1).optional().describe('such as LUNA_SIGN or Create Key'),
  status_filter: z.string().min(1).optional().describe('such as LUNA_RET_OK or failure'),
};
const exportId = uuid.describe('jobId of an export');

interface Filters {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly tenant_id?: string | undefined;
  readonly service_name?: string | undefined;
  readonly resource_id?: string | undefined;
  readonly source_filter?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly action_filter?: string | undefined;
  readonly status_filter?: string | undefined;
}

const look = (description: string) =>
  action({
    description,
    effect: 'read',
    scopes: [SP, AO],
    input: { export_id: exportId },
    run: async ({ export_id }, call) => ({ export_job: shown(await job(call, export_id)) }),
  });

export const audit = tool({
  name: 'manage_audit_logs',
  title: 'Audit logs',
  description:
    'What happened on services, from the audit log of DPoD (kept 12 months). Service providers see nothing of their tenants here.',
  actions: {
    generate_export: action({
      description: 'Starts an export job and returns its jobId.',
      effect: 'write',
      scopes: [SP, AO],
      input: filters,
      async run(input, call) {
        return {
          export_job: shown(await start(input, call)),
          message: 'Started. get_status shows how far it is; get_logs with export_id reads it.',
        };
      },
    }),
    get_export: look('Shows an export job.'),
    get_result: look('Shows the result of an export job.'),
    get_status: look('Shows the state of an export job.'),
    get_logs: action({
      description:
        'Exports, waits, reads and sums up audit records. When it takes too long it returns a jobId: call again with export_id alone.',
      effect: 'read',
      scopes: [AO, SP],
      input: { ...filters, export_id: exportId.optional() },
      run: getLogs,
    }),
  },
});

async function getLogs(input: Filters & { readonly export_id?: string | undefined }, call: DpodCall) {
  const { export_id: known, ...asked } = input;
  if (known !== undefined && Object.values(asked).some(value => value !== undefined))
    throw new Fault(
      'GH_INVALID_INPUT',
      'With export_id no other argument is used: the export has its filters already.',
    );
  const begun = known === undefined ? await start(asked, call) : await job(call, known);
  const id = String(begun.jobId);
  call.progress(5, 100, 'The export is running');
  const { done, state } = await poll({
    ...call,
    firstMs: call.state.pollMs,
    maxMs: call.state.pollMs * 5,
    look: () => job(call, id),
    done: current => current.state !== 'ACTIVE',
    tell: (_current, looks) => call.progress(Math.min(70, 5 + looks * 5), 100, 'The export is running'),
  });
  if (!done)
    return {
      export_job: shown(state),
      pending: true,
      message: `Still running. Call get_logs with export_id ${id} to go on.`,
    };
  if (state.state !== 'SUCCEEDED' || typeof state.location !== 'string')
    throw new Fault('GH_VENDOR_REFUSED', `The export ended as ${String(state.state)}.`, {
      fields: { export_job: shown(state) },
      hint: 'Try a shorter time, or start it again.',
    });
  call.progress(75, 100, 'Reading the file');
  const analysis = createAnalysis();
  const { truncated } = await readFile(state.location, record => analysis.add(record), call).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.code, error.message, {
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.details === undefined ? {} : { details: error.details }),
      fields: { export_job: shown(state) },
      hint: `The export is there: call get_logs with export_id ${id} to read it again. If that fails too, ask for a shorter time.`,
      cause: error,
    });
  });
  call.progress(100, 100, 'Done');
  const result = analysis.result();
  return {
    export_job: shown(state),
    analysis: result,
    ...(truncated
      ? { truncated: true, note: 'The file is larger than what is read at once: the counts cover its first part only.' }
      : {}),
    message: `${String(result.total_logs)} records.`,
    formatted_summary: summary(result),
  };
}

/** A signed address: it needs no bearer, and must not get one. */
async function readFile(location: string, onRecord: (record: Item) => void, call: DpodCall) {
  const { body } = await call.http.stream({
    path: location,
    authorized: false,
    signed: true,
    headers: { accept: '*/*' },
    purpose: 'Reading the export file',
  });
  return readRecords(body, onRecord);
}

async function start(input: Filters, call: DpodCall): Promise<Item> {
  if (input.start_date === undefined || input.end_date === undefined)
    throw new Fault(
      'GH_INVALID_INPUT',
      `${input.start_date === undefined ? 'start_date' : 'end_date'} is missing; both are needed.`,
    );
  const range = auditRange(input.start_date, input.end_date, call.now());
  const json = given({
    ...range,
    tenantId: input.tenant_id,
    ...(await whichService(input, call)),
    actorId: input.actor_id,
    action: input.action_filter,
    status: input.status_filter,
  });
  const { body } = await change(call, 'POST', '/v1/audit-log-exports', 'Starting the export', { json });
  if (body?.jobId === undefined)
    throw new Fault('GH_VENDOR_ANSWER', 'The export was started, but DPoD did not say under which id.');
  return keepLocation(body, call);
}

/** §7 rows 5 and 6: the resource is always sent; a source too where it is known. Never everybody's logs by accident. */
async function whichService(
  input: Filters,
  call: DpodCall,
): Promise<{ readonly resourceId?: string; readonly source?: string }> {
  const ways = [input.service_name, input.resource_id, input.source_filter].filter(value => value !== undefined);
  if (ways.length > 1)
    throw new Fault('GH_INVALID_INPUT', 'Give only one of service_name, resource_id and source_filter.');
  if (input.source_filter !== undefined && /^(cdsp$|thales\/cloudhsm\/)/.test(input.source_filter))
    return { source: input.source_filter };
  const [identifier] = ways;
  if (identifier === undefined) return {};
  const { id, service } = await findService(call, identifier);
  const known =
    service ??
    (await call.http
      .send({ path: `/v1/service_instances/${id}`, accept: [403, 404], purpose: 'Reading the service' })
      .then(answer => (answer.status < 300 ? (answer.json() as Item) : undefined)));
  const serial = known?.partition_serial_number;
  const source =
    serial !== undefined ? `thales/cloudhsm/${String(serial)}` : known?.serviceType === 'ctaas' ? 'cdsp' : undefined;
  return { resourceId: known === undefined ? id : serviceIdOf(known), ...(source === undefined ? {} : { source }) };
}

async function job(call: DpodCall, id: string): Promise<Item> {
  return keepLocation(await getItem(call, `/v1/audit-log-exports/${id}`, 'Looking at the export'), call);
}

/** The address opens the file to anyone for 24 hours: it is used here and shown to nobody. */
function keepLocation(found: Item, call: DpodCall): Item {
  if (typeof found.location === 'string') call.keepSecret(found.location);
  return found;
}

function shown({ location, ...rest }: Item): Item {
  return {
    ...rest,
    progress: rest.progress ?? (rest.state === 'SUCCEEDED' ? 100 : 0),
    file_ready: typeof location === 'string',
  };
}

function summary(result: Readonly<Record<string, unknown>>): string {
  const {
    time_range: range,
    action_summary: actions,
    status_summary: statuses,
  } = result as {
    readonly time_range?: { readonly earliest: string; readonly latest: string };
    readonly action_summary?: {
      readonly most_common_actions: readonly (readonly [string, { readonly count: number }])[];
    };
    readonly status_summary?: { readonly status_breakdown: Readonly<Record<string, number>> };
  };
  if (range === undefined) return String(result.message);
  return [
    `${String(result.total_logs)} records from ${range.earliest} to ${range.latest}.`,
    `Actions: ${(actions?.most_common_actions ?? []).map(([name, { count }]) => `${name} ${count}`).join(', ')}.`,
    `Status: ${Object.entries(statuses?.status_breakdown ?? {})
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}.`,
  ].join('\n');
}
