import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, type PlannedChange } from '../kit/index.ts';
import type { DeployOrder, Executed, RollbackOrder, Target } from './drivers/driver.ts';
import { type Environment, neededFor, type Verb } from './permissions.ts';
import { type DevopsCall, envelope, type Item } from './reply.ts';

/** §7.4 row 3, in s, and row 5, in ms. */
const LOOKS_S = [2, 5, 10, 20];
const REMEMBERED_MS = 600_000;
/** Left for answering after the last look. In ms. */
const REST_MS = 3_000;

/** How a tool shows the result: nested as the tool itself, or flat as its alias (§3.3). */
export type Layout = 'nested' | 'flat';

interface Asked {
  readonly tool: string;
  readonly layout: Layout;
}

interface Written extends Omit<Executed, 'status'> {
  readonly status: Executed['status'] | 'UNKNOWN';
  readonly key: string;
  readonly warnings: readonly string[];
}

export async function deploy(call: DevopsCall, order: DeployOrder, asked: Asked): Promise<Item> {
  await mayWrite(call, 'deploy', order.environment);
  const { driver } = call.state;
  const name = ['deploy', order.service_name, order.version, order.environment].join('\0');
  const written = await once(call, 'deploy', { name, text: JSON.stringify(order) }, key =>
    driver.deploy(call, order, key),
  );
  const record = { deployment_id: null, ...order, timestamp: iso(call), previous_version: null, ...written.record };
  const shown = {
    deployment_id: record.deployment_id,
    service_name: record.service_name,
    version: record.version,
    environment: order.environment,
    status: written.status,
    timestamp: record.timestamp,
    deployed_by: written.record.deployed_by ?? null,
    previous_version: record.previous_version,
  };
  const { deployment_id, timestamp, environment } = shown;
  const metadata = { deployment_id, timestamp, environment, service_type: serviceType(order.service_name) };
  const nested = resultOf('deployment', shown, written, metadata);
  return shownAs(call, asked, written, nested, { ...shown });
}

export async function rollback(call: DevopsCall, order: RollbackOrder, asked: Asked): Promise<Item> {
  await mayWrite(call, 'rollback', order.environment);
  const { driver } = call.state;
  const target = await driver.target(call, order);
  const name = ['rollback', order.deployment_id, order.environment].join('\0');
  const written = await once(call, 'rollback', { name, text: JSON.stringify(order) }, key =>
    driver.rollback(call, order, key),
  );
  const { record } = written;
  const shown = {
    rollback_id: record.rollback_id ?? null,
    deployment_id: order.deployment_id,
    status: written.status,
    reason: order.reason,
    environment: order.environment,
    timestamp: record.timestamp ?? iso(call),
    rolled_back_by: record.rolled_back_by ?? null,
    previous_version: record.previous_version ?? target.to,
    ...versions(target, record),
  };
  const { rollback_id, deployment_id, timestamp, environment } = shown;
  const metadata = { rollback_id, deployment_id, timestamp, environment, reason_type: reasonType(order.reason) };
  return shownAs(call, asked, written, resultOf('rollback', shown, written, metadata), { ...shown });
}

/** Refused as the rollback itself would be, before anybody is asked. */
export async function planOfRollback(call: DevopsCall, order: RollbackOrder): Promise<readonly PlannedChange[]> {
  await mayWrite(call, 'rollback', order.environment);
  const { service, from, to } = await call.state.driver.target(call, order);
  return [
    { what: `${service ?? 'the service'} in ${order.environment}`, before: from ?? 'unknown', after: to ?? 'unknown' },
  ];
}

/** From which version to which: the executor's word first, then what was there before. */
function versions(target: Target, record: Item) {
  return { service_name: target.service, from_version: target.from, to_version: record.previous_version ?? target.to };
}

function resultOf(member: string, shown: object, { status, message, key }: Written, metadata: object): Item {
  return {
    success: status === 'SUCCESS' || status === 'IN_PROGRESS',
    [member]: shown,
    message,
    metadata: { ...metadata, idempotency_key: key },
  };
}

/** The answer, or a fault that carries it: a known failure is a failure (§3.3). */
function shownAs(call: DevopsCall, { tool, layout }: Asked, written: Written, nested: Item, flat: Item): Item {
  const { status, way, message } = written;
  const http_status = status === 'IN_PROGRESS' ? 202 : status === 'UNKNOWN' ? null : 200;
  const result = layout === 'nested' ? nested : { ...flat, http_status, response: nested };
  const warnings = [...way.warnings, ...written.warnings];
  const degraded = way.degraded === true || status === 'UNKNOWN';
  const told = envelope(call, tool, status === 'SUCCESS' || status === 'IN_PROGRESS', result, {
    ...way,
    warnings,
    degraded,
  });
  if (status !== 'FAILED') return told;
  throw new Fault('GH_VENDOR_REFUSED', `It was carried out and failed: ${message || 'no reason was given'}.`, {
    hint: 'Look at the logs of the service. The status is final: it is not tried again.',
    fields: { ...told, reason: 'failed' },
  });
}

/** §7.6: the production switch, the sign-in and the right, in this order; arguments and read-only were checked before. */
async function mayWrite(call: DevopsCall, verb: Verb, environment: Environment): Promise<void> {
  if (environment === 'production' && !call.state.config.allowProduction)
    throw new Fault('GH_READ_ONLY', 'Production is switched off for this connection; nothing was sent.', {
      hint: 'A person can allow it in the settings (LIGHT_DEVOPS_ALLOW_PRODUCTION).',
      fields: { reason: 'production_disabled', environment },
    });
  const { permissions } = await call.state.auth.principal();
  const needed = neededFor(verb, environment);
  if (needed.some(permission => permissions.includes(permission))) return;
  throw new Fault(
    'GH_SCOPE_MISSING',
    `Your role may not ${verb === 'deploy' ? 'deploy to' : 'roll back in'} ${environment}.`,
    {
      hint: `Ask for ${needed.join(' or ')}.`,
      fields: { reason: 'forbidden', missing_permission: needed.join(' or '), environment },
    },
  );
}

/** Sends a write once, and looks for it when its answer was lost (§7.4). */
async function once(
  call: DevopsCall,
  verb: Verb,
  { name, text }: { readonly name: string; readonly text: string },
  send: (key: string) => Promise<Executed>,
): Promise<Written> {
  const { pending, driver } = call.state;
  const before = pending.get(name);
  const again = before !== undefined && call.now() - before.at < REMEMBERED_MS ? before : undefined;
  const warnings = again === undefined ? [] : ['previous_outcome_unknown'];
  // The same key, so that a platform that knows keys does nothing twice.
  const key = again?.order === text ? again.key : randomUUID();
  const found = again === undefined ? undefined : await driver.find(call, verb, again.key);
  if (again !== undefined && found !== undefined) {
    pending.delete(name);
    return { ...found, key: again.key, warnings };
  }
  pending.set(name, { key, order: text, at: call.now() });
  try {
    const executed = await send(key);
    pending.delete(name);
    return { ...executed, key, warnings };
  } catch (error) {
    const unknown = error instanceof Fault && error.code === 'GH_OUTCOME_UNKNOWN';
    // After a cancellation it may have been done as well: it is remembered, and not looked for.
    if (!unknown && !call.signal.aborted) pending.delete(name);
    if (!unknown) throw error;
    return { ...(await reconciled(call, verb, name, key, error)), key, warnings };
  }
}

async function reconciled(
  call: DevopsCall,
  verb: Verb,
  name: string,
  key: string,
  lost: Fault,
): Promise<Omit<Written, 'key' | 'warnings'>> {
  const { driver, pending, secondMs } = call.state;
  for (const [index, seconds] of LOOKS_S.entries()) {
    if (call.now() + seconds * secondMs > call.deadline - REST_MS) break;
    call.progress(index + 1, undefined, 'The answer was lost: looking for what became of it');
    await sleep(seconds * secondMs, undefined, { signal: call.signal });
    const found = await driver.find(call, verb, key);
    if (found === undefined) continue;
    pending.delete(name);
    return { ...found, message: found.message };
  }
  const way = driver.way(call);
  return {
    status: 'UNKNOWN',
    record: {},
    message: `${lost.message} Check what is there before trying again; the same call within 10 minutes looks for this one first.`,
    way: { ...way, warnings: [...way.warnings, 'outcome_unknown'] },
  };
}

function iso(call: DevopsCall): string {
  return new Date(call.now()).toISOString();
}

/** §3.3: words of the original; the first that matches counts. */
function serviceType(name: string): string {
  if (/test|demo/i.test(name)) return 'test';
  if (/critical|core/i.test(name)) return 'critical';
  return /experimental|beta/i.test(name) ? 'experimental' : 'standard';
}

function reasonType(reason: string): string {
  if (/critical|urgent|security/i.test(reason)) return 'critical';
  if (/test|demo/i.test(reason)) return 'test';
  return /experimental|beta/i.test(reason) ? 'experimental' : 'standard';
}
