import { Fault, type Outcome, poll } from '../kit/index.ts';
import { type Ask, ask, askItem, type CloudwaysCall, decoded, forgetServers, type Item, isItem } from './api.ts';
import { masked } from './masking.ts';

/** An operation as it stands (fact sheet §2). */
export interface Seen {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly type: string;
  readonly status: string;
  readonly message: string;
  readonly minutesLeft: number | undefined;
  /** What a reading operation found. */
  readonly result: unknown;
  /** As the vendor told it, secrets masked. */
  readonly operation: Item;
}

const FAILED = /^(failed|error|cancell?ed)$/i;
/** A call ends this long before its deadline, so that the answer is there in time. In ms. */
const MARGIN_MS = 3_000;
/** Looks grow further apart, up to so many times the first pause: every ten seconds (§2.4). */
const SLOWEST = 2.5;

/** Every operation that an answer names, in whichever of the forms of §2.3. Ids are text: never read as numbers. */
export function handlesOf(body: unknown): string[] {
  if (!isItem(body)) return [];
  const { response, operation, server, app } = body;
  const direct = [body.operation_id, body.task_id, body.source_operation_id, body.destination_operation_id];
  const inner = isItem(operation) ? [operation.id] : [];
  const made =
    isItem(server) && Array.isArray(server.operations) ? server.operations.filter(isItem).map(one => one.id) : [];
  const ids = [...direct, ...inner, ...made].filter(id => typeof id === 'string' || typeof id === 'number').map(String);
  return [...new Set([...ids, ...handlesOf(response), ...handlesOf(app)])].filter(id => id !== '' && id !== '0');
}

export async function look(call: CloudwaysCall, id: string): Promise<Seen> {
  const body = await askItem(call, {
    path: `/operation/${encodeURIComponent(id)}`,
    purpose: `Looking at operation ${id}`,
    ignoreStatus: true,
  });
  const seen = seenOf(id, body);
  if (seen.state !== 'running') await forgetServers(call);
  return seen;
}

/** §2.4: `"0"` is running (and true in JavaScript), `"-1"` has failed, and the top-level `status` says nothing. */
function seenOf(id: string, body: Item): Seen {
  const operation = isItem(body.operation) ? body.operation : {};
  if (Object.keys(operation).length === 0)
    throw new Fault('GH_VENDOR_ANSWER', `Looking at operation ${id}: the answer names no operation.`);
  const status = String(operation.status ?? '');
  const completed = String(operation.is_completed ?? '0');
  const failed = completed === '-1' || FAILED.test(status);
  const minutes = Number(operation.estimated_time_remaining ?? Number.NaN);
  const { parameters: _parameters, data: _data, ...rest } = operation;
  return {
    id,
    state: failed ? 'failed' : ['1', 'true'].includes(completed) ? 'done' : 'running',
    type: String(operation.type ?? ''),
    status,
    message: String(operation.message ?? ''),
    minutesLeft: Number.isFinite(minutes) ? minutes : undefined,
    // Row 11 of the doubts: restore points have been seen in `data` too.
    result: masked(decoded(operation.parameters) ?? operation.data),
    operation: rest,
  };
}

/** What a tool tells of it. */
export function told(seen: Seen): Outcome {
  return {
    operation_id: seen.id,
    state: seen.state,
    ...(seen.minutesLeft === undefined || seen.state !== 'running' ? {} : { minutes_left: seen.minutesLeft }),
    ...(seen.result === undefined ? {} : { result: seen.result }),
    operation: seen.operation,
  };
}

/** Looks until it ended, the time is over or the call must answer. Reports progress, which rises with the time. */
async function watch(call: CloudwaysCall, id: string, until: number, pauseFirst: boolean): Promise<Seen> {
  const { pollMs } = call.state;
  const { state } = await poll({
    signal: call.signal,
    now: call.now,
    deadline: Math.min(call.deadline, until + MARGIN_MS),
    firstMs: pollMs,
    maxMs: pollMs * SLOWEST,
    pauseFirst,
    look: () => look(call, id),
    done: seen => seen.state !== 'running',
    tell: seen => call.progress(elapsed(call), undefined, `${seen.type} ${id}: ${seen.status}`),
  });
  return state;
}

/** Seconds that rise through the whole call, whatever it waits for. */
function elapsed(call: CloudwaysCall): number {
  return Math.max(0.001, 60 - (call.deadline - call.now()) / 1_000);
}

/**
 * Waits for operations one after another. Throws when one failed. What goes on beyond the time, or cannot be looked at now, is
 * left as a handle: it was started, and that stays true.
 */
export async function waitFor(
  call: CloudwaysCall,
  ids: readonly string[],
  timeoutSeconds: number,
  pauseFirst = true,
): Promise<Outcome> {
  const until = call.now() + timeoutSeconds * 1_000;
  const others = ids.length > 1 ? { operation_ids: ids } : {};
  let last: Seen | undefined;
  for (const id of ids) {
    const seen = await watch(call, id, until, pauseFirst).catch((error: unknown) => unseen(error, id));
    if (seen instanceof Fault)
      return {
        operation_id: id,
        ...others,
        state: 'running',
        pending: true,
        message: `It was started, but could not be looked at: ${seen.message} Ask get_operation_status for ${id} later.`,
      };
    if (seen.state === 'failed') throw failure(seen);
    if (seen.state === 'running')
      return {
        ...told(seen),
        ...others,
        pending: true,
        message: `It is still running; nothing failed. Ask wait_for_operation for ${id}.`,
      };
    last = seen;
  }
  return { ...(last === undefined ? {} : told(last)), ...others, message: 'It has finished.' };
}

/** A look that failed says nothing of the operation. Throws what ends the call. */
function unseen(error: unknown, id: string): Fault {
  if (!(error instanceof Fault)) throw error;
  if (error.code === 'GH_CANCELLED')
    throw new Fault('GH_CANCELLED', `Cancelled; operation ${id} goes on at Cloudways.`, {
      fields: { operation_id: id },
    });
  return error;
}

export function failure(seen: Seen): Fault {
  return new Fault('GH_VENDOR_REFUSED', `Operation ${seen.id} (${seen.type}) failed: ${seen.message || seen.status}`, {
    hint: 'Read why it failed; it was started, and it has ended.',
    fields: { operation_id: seen.id, state: 'failed', operation: seen.operation },
  });
}

/**
 * A change of one server: after the changes of it that other calls make, and after the operation that keeps it busy, as long
 * as the call may last. Throws `GH_VENDOR_BUSY` when its turn does not come; then nothing was done.
 */
export async function changeServer(call: CloudwaysCall, server: string, request: Ask): Promise<unknown> {
  const limits = { signal: call.signal, deadline: call.deadline - MARGIN_MS };
  return call.state.queue.run(`server ${server}`, () => whenFree(call, request), limits);
}

async function whenFree(call: CloudwaysCall, request: Ask): Promise<unknown> {
  for (;;) {
    try {
      return await ask(call, request);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'GH_VENDOR_BUSY' || call.settings.whenBusy === 'fail')
        throw error;
      const { operation_id: id } = error.fields;
      if (typeof id !== 'string' || id === '') throw error;
      call.progress(elapsed(call), undefined, error.message);
      const seen = await watch(call, id, call.deadline, true);
      if (seen.state === 'running') throw error;
    }
  }
}
