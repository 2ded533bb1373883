import { Fault, type Request } from '../../kit/index.ts';
import { notConfigured } from '../config.ts';
import { callGateway } from '../gateway.ts';
import type { Environment, Verb } from '../permissions.ts';
import { addressOf, bodyOf, HOP, read, refusalOf } from '../platform.ts';
import { type DevopsCall, detailOf, exchange, type Item, isItem, itemsOf, jsonOf, textOf, type Way } from '../reply.ts';
import type { Driver, Executed, RollbackOrder, Status, Target } from './driver.ts';

/** §7.3 wants 60 s; a call ends after 55, and the rest is for looking where a lost write went. In ms. */
const WRITE_MS = 30_000;

/** The route, the gateway's tool, and the member of the result, for each write. */
const WORDS = {
  deploy: {
    path: '/mcp/tools/deploy_service',
    tool: 'postMcpToolsDeployService',
    member: 'deployment',
    list: 'deployments',
  },
  rollback: {
    path: '/mcp/tools/rollback_deployment',
    tool: 'postMcpToolsRollbackDeployment',
    member: 'rollback',
    list: 'rollbacks',
  },
} as const;

/** Deployments through the platform's contract (fact sheet §4), directly or through the gateway. */
export const platformDriver: Driver = {
  way,
  deploy: (call, order, key) => write(call, 'deploy', { ...order, environment: wordFor(call, order.environment) }, key),
  rollback: (call, order, key) => write(call, 'rollback', { ...order }, key),
  target,
  find,
};

function way({ state }: DevopsCall): Way {
  const { dialect, gatewayWanted } = state.config;
  const warnings = dialect === 'as-built' ? ['unverified_executor'] : [];
  return { provider: 'platform', route: gatewayWanted ? 'gateway' : 'direct', warnings };
}

/** §4.5: the original refuses the word that its own schema offers. */
function wordFor({ state }: DevopsCall, environment: Environment): string {
  return state.config.dialect === 'as-built' && environment === 'development' ? 'dev' : environment;
}

async function write(call: DevopsCall, verb: Verb, order: Item, key: string): Promise<Executed> {
  const purpose = verb === 'deploy' ? `Deploying ${order.service_name}` : 'Rolling back';
  const { gatewayWanted } = call.state.config;
  // §7.2: a write never takes another way than its own.
  const body = gatewayWanted
    ? await throughGateway(call, verb, order, key, purpose)
    : await directly(call, verb, order, key, purpose);
  return executedOf(call, verb, body, purpose);
}

async function throughGateway(call: DevopsCall, verb: Verb, order: Item, key: string, purpose: string): Promise<Item> {
  if (call.state.config.gatewayUrl === undefined) throw notConfigured('The gateway', ['CEQUENCE_GATEWAY_URL']);
  const { tool } = WORDS[verb];
  return await callGateway(call, { tool, arguments: order, purpose, idempotencyKey: key, timeoutMs: WRITE_MS });
}

async function directly(call: DevopsCall, verb: Verb, order: Item, key: string, purpose: string): Promise<Item> {
  const request: Request = {
    method: 'POST',
    path: addressOf(call) + WORDS[verb].path,
    json: { arguments: order },
    headers: { ...HOP, 'idempotency-key': key },
    // §7.4 row 2: 503 comes from the platform itself and means that nothing began.
    accept: [400, 403, 404, 409, 429, 503],
    tries: 1,
    timeoutMs: WRITE_MS,
    purpose,
  };
  const answer = await exchange(call, request);
  const body = jsonOf(answer);
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    throw new Fault('GH_VENDOR_RATE', `${purpose}: the platform takes no more requests now; nothing was done.`, {
      status: 429,
      fields: { reason: 'rate_limited', retry_after_s: Number.isFinite(seconds) ? seconds : null },
    });
  }
  if (answer.status === 503)
    throw new Fault('GH_VENDOR_DOWN', `${purpose}: the executor is down; nothing was done. ${detailOf(body)}`.trim(), {
      status: 503,
      fields: { reason: 'upstream_unavailable' },
    });
  const refused = refusalOf(answer.status, body, purpose);
  if (refused !== undefined) throw refused;
  try {
    return bodyOf(answer, purpose);
  } catch (cause) {
    throw new Fault('GH_OUTCOME_UNKNOWN', `${purpose}: the platform's answer cannot be read.`, { cause });
  }
}

/** The inner outcome counts: the original says `success: true` around a failure (§8 number 9). */
function executedOf(call: DevopsCall, verb: Verb, body: Item, purpose: string): Executed {
  const { member } = WORDS[verb];
  const result = isItem(body.result) ? body.result : body;
  const record = result[member];
  const status = isItem(record) ? statusOf(record.status) : undefined;
  if (isItem(record) && status !== undefined)
    return { status, record, message: textOf(result.message) ?? '', way: way(call) };
  const said = detailOf(result) || detailOf(body);
  const [, number] = /^(\d{3}):/.exec(said) ?? [];
  const refused = number === undefined ? undefined : refusalOf(Number(number), { detail: said }, purpose);
  if (refused !== undefined) throw refused;
  if (result.success === false && said !== '')
    throw new Fault('GH_VENDOR_REFUSED', `${purpose}: ${said}`, { fields: { reason: 'upstream_refused' } });
  throw new Fault('GH_OUTCOME_UNKNOWN', `${purpose}: the platform's answer says nothing of the outcome.`);
}

function statusOf(value: unknown): Status | undefined {
  return value === 'SUCCESS' || value === 'FAILED' || value === 'IN_PROGRESS' ? value : undefined;
}

/** Whether the history can be read beside the gateway: its tools do not have it (§3.1). */
function hasHistory({ state }: DevopsCall): boolean {
  const { apiUrl, dialect, gatewayWanted, readsFallBack } = state.config;
  return apiUrl !== undefined && dialect === 'contract' && (!gatewayWanted || readsFallBack);
}

async function target(call: DevopsCall, { deployment_id: id, environment }: RollbackOrder): Promise<Target> {
  const nothing = { service: null, from: null, to: null };
  if (!hasHistory(call)) return nothing;
  const path = `/mcp/deployments/${encodeURIComponent(id)}`;
  const found = await read(call, path, `Looking at the deployment ${id}`).catch((error: unknown) => {
    if (error instanceof Fault && ['GH_VENDOR_SCOPE', 'GH_VENDOR_DOWN'].includes(error.code)) return nothing;
    throw error;
  });
  if ('environment' in found && found.environment !== environment)
    throw new Fault('GH_INVALID_INPUT', `The deployment ${id} is in ${found.environment}, not in ${environment}.`, {
      fields: { reason: 'conflict' },
    });
  if ('service' in found) return nothing;
  return { service: textOf(found.service_name), from: textOf(found.version), to: textOf(found.previous_version) };
}

async function find(call: DevopsCall, verb: Verb, key: string): Promise<Executed | undefined> {
  if (!hasHistory(call)) return undefined;
  const { list } = WORDS[verb];
  const purpose = 'Looking for the write whose answer was lost';
  const body = await read(call, `/mcp/${list}`, purpose, { idempotency_key: key, limit: 1 }).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });
  const [record] = itemsOf(body?.[list]);
  const status = statusOf(record?.status);
  // Another one than was asked for is no proof: a platform may ignore the filter.
  if (record === undefined || status === undefined || record.idempotency_key !== key) return undefined;
  return {
    status,
    record,
    message: 'The answer was lost; this is what the platform recorded.',
    way: { ...way(call), degraded: true },
  };
}
