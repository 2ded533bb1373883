import { type Answer, type Cache, type Call, Fault, type Limiter, type Queue } from '../kit/index.ts';
import type { Auth } from './auth.ts';
import { masked } from './masking.ts';

/** What an account keeps in memory. */
export interface Cloudways {
  readonly auth: Auth;
  /** `https://api.cloudways.com/api/v2`, without a slash at the end. */
  readonly baseUrl: string;
  readonly limiter: Limiter;
  readonly cache: Cache;
  /** Changes of one server, one after another: the vendor takes one at a time. */
  readonly queue: Queue;
  /** Milliseconds before an operation is looked at first; grows from look to look. */
  readonly pollMs: number;
  readonly role: string | undefined;
  /** The path for certificates that this address knows, once one was found. */
  ownSslPath: string | undefined;
}

export type CloudwaysCall = Call<Cloudways>;
export type Item = Readonly<Record<string, unknown>>;
type Value = string | number | boolean | readonly unknown[] | Item | undefined;
export type Fields = Readonly<Record<string, Value>>;

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly fields?: Fields;
  readonly bucket?: string;
  readonly purpose: string;
  /** With its passwords: for the one action whose purpose is to show them. */
  readonly reveal?: boolean;
  /** An operation says `status: false` of itself when all is well (§1.5). */
  readonly ignoreStatus?: boolean;
}

const HANDLED = [400, 403, 422];
/** §1.8: a question is asked again after this too. */
const UNWELL = [500];
const NO_SUCH_PATH = 'You have reached Cloudways API';

/**
 * One request; its body, out of the envelope of version 2 and with secrets masked. Throws `Fault`: an answer is a success only
 * when it is JSON (or empty) and does not say otherwise (§1.5).
 */
export async function ask(call: CloudwaysCall, request: Ask): Promise<unknown> {
  const { method = 'GET', path, purpose, bucket } = request;
  const answer = await call.http.send({
    method,
    path,
    purpose,
    accept: HANDLED,
    repeatOn: UNWELL,
    ...(bucket === undefined ? {} : { bucket }),
    ...bodyOf(method, request.fields ?? {}),
  });
  const body = readBody(answer, request);
  if (answer.status >= 400) throw refusalOf(answer, body, request);
  const inner = isItem(body) && isItem(body.data) && onlyEnvelope(body) ? body.data : body;
  const denied = [body, inner].find(one => isItem(one) && one.status === false);
  if (isItem(denied) && request.ignoreStatus !== true)
    throw new Fault('GH_VENDOR_REFUSED', `${purpose}: Cloudways refused: ${messageOf(denied)}`, {
      status: answer.status,
    });
  return request.reveal === true ? inner : masked(inner);
}

/** The same, for an answer that is an object; PHP writes an empty one as `[]`. */
export async function askItem(call: CloudwaysCall, request: Ask): Promise<Item> {
  const body = await ask(call, request);
  if (isItem(body)) return body;
  if (Array.isArray(body) && body.length === 0) return {};
  throw new Fault('GH_VENDOR_ANSWER', `${request.purpose}: the answer is not an object.`);
}

/** §1.6: a query for reads, a form for changes, JSON where a list or a truth value must not be bent. */
function bodyOf(method: string, given: Fields) {
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return {};
  if (method === 'GET') return { query: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) };
  const plain = fields.every(([, value]) => typeof value === 'string' || typeof value === 'number');
  return plain
    ? { form: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) }
    : { json: Object.fromEntries(fields) };
}

function readBody(answer: Answer, { purpose, method = 'GET', path }: Ask): unknown {
  const text = answer.text.trim();
  if (text === '') return {};
  if (text.startsWith(NO_SUCH_PATH))
    throw new Fault('GH_VENDOR_ANSWER', `${purpose}: Cloudways does not know ${method} ${path}; nothing was done.`, {
      status: answer.status,
      details: text.slice(0, 200),
      fields: { unknown_path: path },
    });
  try {
    return JSON.parse(text);
  } catch (error) {
    if (answer.status === 403) return {};
    const unclear = method === 'GET' || answer.status >= 400;
    throw new Fault(
      unclear ? 'GH_VENDOR_ANSWER' : 'GH_OUTCOME_UNKNOWN',
      `${purpose}: Cloudways answered ${answer.status}, but not with JSON${unclear ? '.' : ', so it is not known whether it was done.'}`,
      { status: answer.status, details: text.slice(0, 200), cause: error },
    );
  }
}

function onlyEnvelope(body: Item): boolean {
  return Object.keys(body).every(name => ['data', 'status', 'message'].includes(name));
}

/** The refusals of §1.5, told apart: busy, wrong input, too small a role, the edge, and the rest. */
function refusalOf(answer: Answer, body: unknown, { purpose }: Ask): Fault {
  const { status } = answer;
  const said = isItem(body) ? body : {};
  if (status === 403) return forbidden(purpose, said);
  const { operation } = said;
  if (status === 422 && isItem(operation)) {
    const id = String(operation.id ?? '');
    return new Fault(
      'GH_VENDOR_BUSY',
      `${purpose}: the server is busy with operation ${id} (${operation.type}); nothing was done.`,
      { status, fields: { operation_id: id, operation: masked(operation) } },
    );
  }
  const problems = Object.entries(said).flatMap(([field, found]) => problemsOf(field, found));
  if (status === 422 && problems.length > 0 && problems.length >= Object.keys(said).length)
    return new Fault('GH_VENDOR_REFUSED', `${purpose}: Cloudways finds the input wrong: ${problems.join(' ')}`, {
      status,
      hint: 'Correct the named arguments and call again.',
      fields: { validation: masked(said) },
    });
  return new Fault('GH_VENDOR_REFUSED', `${purpose}: Cloudways refused (${status}): ${messageOf(said)}`, { status });
}

function problemsOf(field: string, found: unknown): string[] {
  if (!Array.isArray(found)) return [];
  return found.map(problem => `${field}: ${isItem(problem) ? problem.message : problem}`);
}

function forbidden(purpose: string, said: Item): Fault {
  if (said.error === 'insufficient_scope')
    return new Fault('GH_VENDOR_SCOPE', `${purpose}: the role of this access token does not include it.`, {
      status: 403,
      lasting: true,
      fields: { insufficient_scope: true },
      hint: 'Use an access token with a larger role (FULL ACCESS), or leave it; it is not sent again until the credential changes.',
    });
  return new Fault('GH_VENDOR_REFUSED', `${purpose}: refused with 403 before it reached the API. ${messageOf(said)}`, {
    status: 403,
    hint: 'Cloudways turns away servers that it hosts itself, and some networks; try from another one.',
  });
}

function messageOf({ message, error_description: description, error }: Item): string {
  return String(message ?? description ?? error ?? 'without a reason.');
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, also where PHP made an object of it, or an empty list of nothing. */
export function itemsOf(value: unknown): readonly Item[] {
  const entries = Array.isArray(value) ? value : isItem(value) ? Object.values(value) : [];
  return entries.filter(isItem);
}

export function itemOf(value: unknown): Item {
  return isItem(value) ? value : {};
}

/** JSON text in a string, decoded; anything else as it is. Broken text is no reason to fail. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** §4.3: the list of servers changes with every write, the others hardly ever. In ms. */
const SERVERS_MS = 15_000;
const LISTS_MS = 24 * 60 * 60_000;

/** Every server with its applications, at most 15 s old; secrets are masked before it is kept. */
export async function allServers(call: CloudwaysCall, fresh = false): Promise<readonly Item[]> {
  const { cache } = call.state;
  const read = () => askItem(call, { path: '/server', purpose: 'Listing the servers' });
  const { servers } = await cache.get('/server', SERVERS_MS, read, fresh);
  return itemsOf(servers);
}

/** A list that hardly changes, at most a day old. */
export function slowList(call: CloudwaysCall, path: string, fresh = false): Promise<Item> {
  return call.state.cache.get(
    path,
    LISTS_MS,
    () => askItem(call, { path, purpose: `Reading ${path.slice(1).replaceAll('_', ' ')}` }),
    fresh,
  );
}

/** To be called after every change: what was read before may be wrong now. */
export function forgetServers(call: CloudwaysCall): Promise<void> {
  return call.state.cache.drop('/server');
}

/** The server of this id. Throws `GH_NOT_FOUND` that names the others. */
export async function findServer(call: CloudwaysCall, id: string, fresh = false): Promise<Item> {
  const servers = await allServers(call, fresh);
  const found = servers.find(server => String(server.id) === id);
  if (found !== undefined) return found;
  const known = servers.map(server => `${server.id} (${server.label})`).join(', ');
  throw new Fault('GH_NOT_FOUND', `There is no server ${id}. There are: ${known || 'none'}.`);
}

/** The application of this id on this server. Throws `GH_NOT_FOUND` that names the others. */
export async function findApp(call: CloudwaysCall, server: string, id: string, fresh = false): Promise<Item> {
  const apps = itemsOf((await findServer(call, server, fresh)).apps);
  const found = apps.find(app => String(app.id) === id);
  if (found !== undefined) return found;
  const known = apps.map(app => `${app.id} (${app.label})`).join(', ');
  throw new Fault('GH_NOT_FOUND', `There is no application ${id} on server ${server}. There are: ${known || 'none'}.`);
}
