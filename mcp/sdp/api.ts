import { type Answer, type Cache, type Call, Fault, type HttpClient, type Limiter } from '../kit/index.ts';
import type { Auth } from './auth.ts';
import type { Place } from './data-centres.ts';
import type { Journal } from './journal.ts';
import { BAD_TOKEN, HOLD_MS, OTHER_SPELLING } from './unsure.ts';

/** What one tenant keeps in memory. */
export interface Sdp {
  readonly auth: Auth;
  readonly place: Place;
  readonly limiter: Limiter;
  readonly cache: Cache;
  readonly journal: Journal;
  readonly client: () => HttpClient;
  readonly tier: string;
  /** Attempts after a 429, by the tier. */
  readonly retries: number;
  readonly files: { readonly folder: string; readonly maxBytes: number };
  /** Actions that this tenant knows with an underscore only. */
  readonly underscored: Set<string>;
}

export type SdpCall = Call<Sdp>;
export type Item = Readonly<Record<string, unknown>>;

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** What goes into `input_data`. */
  readonly input?: Item;
  readonly query?: Readonly<Record<string, string>>;
  readonly multipart?: FormData;
  /** The last word of the path is an action, of which two spellings are known. */
  readonly isAction?: boolean;
  readonly purpose: string;
}

/** A body and what the vendor warned of: it accepted the request, and may not have done it (code 3000). */
export interface Said {
  readonly body: Item;
  readonly warnings: readonly string[];
  readonly message: string | undefined;
}

const ACCEPT = 'application/vnd.manageengine.sdp.v3+json';
const HANDLED = [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429];
const WARNED = 3000;
const RATE = 4015;
const UNKNOWN_PATH = 4007;

/** One request. Throws `Fault` with the vendor's inner code (fact sheet §2.4): the outer one says nothing. */
export async function ask(call: SdpCall, request: Ask): Promise<Said> {
  const action = request.path.split('/').at(-1) ?? '';
  const { underscored } = call.state;
  if (request.isAction !== true) return await send(call, request);
  const other = { ...request, path: request.path.replace(/\/([^/]+)$/, `/${OTHER_SPELLING}$1`) };
  if (underscored.has(action)) return await send(call, other);
  try {
    return await send(call, request);
  } catch (error) {
    if (!(error instanceof Fault) || error.fields.sdp_code !== UNKNOWN_PATH) throw error;
    const said = await send(call, other);
    underscored.add(action);
    return said;
  }
}

async function send(call: SdpCall, request: Ask): Promise<Said> {
  const { method = 'GET', path, purpose } = request;
  const began = call.now();
  for (let tries = 1; ; tries++) {
    await call.state.journal.announce(request);
    const answer = await call.http
      .send({ method, path, purpose, accept: HANDLED, headers: { accept: ACCEPT }, ...carried(request) })
      .catch(async (error: unknown) => {
        if (error instanceof Fault) await call.state.journal.failed(request, error, call.now() - began);
        throw error;
      });
    const said = read(answer, request);
    await call.state.journal.note(request, { status: answer.status, code: said.code, ms: call.now() - began });
    if (answer.status === 429 || said.code === RATE) {
      // It was not done, so asking again does no harm; the limiter holds all other calls of the tenant back too.
      const holdMs = retryAfterMs(answer.headers.get('retry-after'), call.now());
      call.state.limiter.holdUntil(call.now() + holdMs);
      if (tries <= call.state.retries && call.now() + holdMs < call.deadline) continue;
      throw new Fault('GH_VENDOR_RATE', `${purpose}: ServiceDesk Plus takes no more requests for now.`, {
        status: answer.status,
        hint: `Wait ${Math.ceil(holdMs / 1_000)} s, then call again; nothing was done.`,
        fields: { sdp_code: RATE, retry_after_s: Math.ceil(holdMs / 1_000) },
      });
    }
    if (answer.status >= 400 || said.failed) throw refusalOf(answer, said, request);
    return said;
  }
}

/** §0.2 row 5: a form for changes, the query for the rest; the query is encoded throughout. */
function carried({ method = 'GET', input, query, multipart }: Ask) {
  if (multipart !== undefined) return { multipart, ...(query === undefined ? {} : { query }) };
  if (input === undefined) return query === undefined ? {} : { query };
  const data = { input_data: JSON.stringify(input) };
  return method === 'GET' || method === 'DELETE' ? { query: { ...data, ...query } } : { form: data };
}

/** Modules whose list a new token is tried on, the first that its scopes allow. */
const TRIED = ['requests', 'problems', 'changes', 'projects', 'assets', 'solutions', 'releases', 'users'];

/**
 * Whether the API takes the token. Where the scopes are not known, a refusal of one module may be a matter of scope: only when all
 * refuse is it the user or the portal. Throws `GH_SIGN_IN`.
 */
export async function tryOut(http: Call<Sdp>['http'], modules: readonly string[] | null): Promise<void> {
  const wanted = TRIED.filter(one => modules === null || modules.includes(one));
  let refused: Read | undefined;
  for (const module of modules === null ? wanted : wanted.slice(0, 1)) {
    const request: Ask = {
      path: `/${module}`,
      input: { list_info: { row_count: 1, start_index: 1 } },
      purpose: 'Signing in at ServiceDesk Plus',
    };
    const answer = await http.send({ ...request, ...carried(request), accept: HANDLED, headers: { accept: ACCEPT } });
    const said = read(answer, request);
    if (answer.status < 400 && !said.failed) return;
    if (answer.status !== 403) throw refusalOf(answer, said, request);
    refused = said;
  }
  if (refused === undefined) return;
  throw new Fault('GH_SIGN_IN', `The site does not let this user in. ${refused.message ?? ''}`.trim(), {
    status: 403,
    hint: 'Check the instance (the name after /app/), and that the user is a technician there.',
  });
}

interface Message {
  readonly code: number | undefined;
  readonly text: string | undefined;
  readonly fields: readonly string[];
}
interface Read extends Said {
  readonly code: number | undefined;
  readonly failed: boolean;
  readonly messages: readonly Message[];
}

/** `response_status` is an object or a list of one; what matters is inside (§0.2 rows 6 to 8). */
function read(answer: Answer, { purpose, method = 'GET' }: Ask): Read {
  const body = bodyOf(answer);
  if (body === undefined) {
    if (answer.status >= 400)
      return { body: {}, warnings: [], message: undefined, code: undefined, failed: true, messages: [] };
    const unclear = method === 'GET';
    throw new Fault(
      unclear ? 'GH_VENDOR_ANSWER' : 'GH_OUTCOME_UNKNOWN',
      `${purpose}: the answer (status ${answer.status}) is not JSON${unclear ? '.' : ', so it is not known whether it was done.'}`,
      { status: answer.status, details: pageTitle(answer.text) },
    );
  }
  const status = itemsOf(body.response_status)[0] ?? {};
  const outer = Number(status.status_code ?? Number.NaN);
  const messages = itemsOf(status.messages).map(messageOf);
  const code =
    messages.find(({ code }) => code !== undefined && code >= WARNED)?.code ?? (outer > 2000 ? outer : undefined);
  const failed = outer >= 4000 || status.status === 'failed';
  const warned = outer === WARNED && !failed;
  return {
    body,
    code,
    failed,
    messages,
    warnings: warned ? messages.map(({ text, fields }) => text ?? `about ${fields.join(', ')}`) : [],
    message: messages.find(({ text }) => text !== undefined)?.text,
  };
}

function messageOf(message: Item): Message {
  const fields = [message.field, ...(Array.isArray(message.fields) ? message.fields : [])].filter(isText);
  return {
    code: message.status_code === undefined ? undefined : Number(message.status_code),
    text: isText(message.message) ? message.message : undefined,
    fields,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function bodyOf(answer: Answer): Item | undefined {
  if (answer.text.trim() === '') return {};
  try {
    const body: unknown = JSON.parse(answer.text);
    return isItem(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function pageTitle(text: string): string {
  return /<title[^>]*>([^<]*)</i.exec(text)?.[1]?.trim() ?? text.slice(0, 200);
}

/** §2.6, by the inner code. */
const MEANINGS: Readonly<Record<number, string>> = {
  4001: 'a value does not exist, is not in use, or may not be set',
  4005: 'it is used elsewhere and cannot be deleted',
  4008: 'it must be unique and is not',
  4009: 'a field cannot be edited',
  4012: 'mandatory fields are missing',
  4014: 'a field is read-only',
  4016: 'the order of times is wrong, or it is done already',
  4021: 'a value is of the wrong type',
};

function refusalOf(answer: Answer, said: Read, { purpose }: Ask): Fault {
  const { status } = answer;
  const { code, messages } = said;
  const named = [...new Set(messages.flatMap(({ fields }) => fields))];
  const texts = messages.flatMap(({ text }) => text ?? []);
  const about = named.length === 0 ? '' : ` (${named.join(', ')})`;
  const fields = {
    ...(code === undefined ? {} : { sdp_code: code }),
    ...(named.length === 0 ? {} : { named_fields: named }),
  };
  const details = texts.join(' ') || (code === undefined ? pageTitle(answer.text) : '');
  const fault = (kind: Fault['code'], message: string, hint?: string, lasting = false): Fault =>
    new Fault(kind, `${purpose}: ${message}`, {
      status,
      details,
      fields,
      lasting,
      ...(hint === undefined ? {} : { hint }),
    });
  const page = code === undefined && !answer.text.trimStart().startsWith('{');
  if (!page && (status === 401 || code === 4022 || (code === undefined && BAD_TOKEN.test(answer.text))))
    return fault(
      'GH_SIGN_IN',
      'ServiceDesk Plus does not accept the token.',
      'Check data centre and portal of this connection.',
    );
  if (code === UNKNOWN_PATH || status === 404 || page)
    return fault(
      'GH_NOT_FOUND',
      'there is no record of this id, or this site does not have the function.',
      'Check the id: a display id such as 118 is not the long id.',
    );
  if (code === 7001)
    return fault('GH_VENDOR_SCOPE', 'the edition or licence of this site does not include it.', undefined, true);
  if (code === 4002 && named.length > 0)
    return fault(
      'GH_VENDOR_REFUSED',
      `a business rule or the role does not allow${about}: ${texts.join(' ')}.`,
      `Try again without ${named.join(', ')}.`,
    );
  if (status === 403 || code === 4002)
    return fault(
      'GH_VENDOR_SCOPE',
      `not allowed. ${texts.join(' ')}`.trim(),
      'With the right scope it is the role of the technician, or another portal; an administrator of the site knows.',
    );
  const meaning = MEANINGS[code ?? 0] ?? `refused (${code ?? status})`;
  const quoted = texts.length === 0 ? '' : ` It says: ${texts.join(' ')}`;
  return fault('GH_VENDOR_REFUSED', `${meaning}${about}.${quoted}`);
}

function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return HOLD_MS;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? HOLD_MS : Math.max(0, date - now);
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; an object counts as a list of one. */
export function itemsOf(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : isItem(value) ? [value] : [];
}

export function itemOf(value: unknown): Item {
  return isItem(value) ? value : {};
}
