import * as z from 'zod';
import { type Answer, type Call, Fault, type Http, type Queue, type Request } from '../kit/index.ts';
import type { Auth } from './auth.ts';
import type { Config } from './config.ts';
import type { Pending } from './handle.ts';

/** What an account keeps in memory. */
export interface Thanos {
  readonly auth: Auth;
  readonly config: Config;
  /** Milliseconds between looks for the result of a scan. */
  readonly pollMs: number;
  /** An answer came from the sandbox. */
  demo: boolean;
  /** Scans whose outcome is not known yet, by tenant. */
  readonly pending: Map<string, Pending>;
  /** Scans of one tenant, one after another: two in one second overwrite each other (§4.1). */
  readonly queue: Queue;
}

export type ThanosCall = Call<Thanos>;
export type Item = Readonly<Record<string, unknown>>;

export interface Page {
  readonly body: Item;
  /** Of the answer; the store ends a page at 1 MB without a word (§3.3). */
  readonly bytes: number;
}

interface Get {
  readonly path: string;
  readonly query?: Request['query'];
  readonly purpose: string;
}

const errorBody = z.object({ error: z.string().optional(), message: z.string().optional() });

/** One read. Throws `Fault` with the member `reason` (§4.7). */
export async function get(call: ThanosCall, request: Get): Promise<Page> {
  const answer = await send(call, request);
  if (answer.status === 404) throw missing(answer, request.purpose);
  return pageOf(answer, request.purpose);
}

/** The same; `undefined` where the function says 404, which for metrics means that there is nothing (§2.3). */
export async function getIfAny(call: ThanosCall, request: Get): Promise<Page | undefined> {
  const answer = await send(call, request);
  if (answer.status !== 404) return pageOf(answer, request.purpose);
  if (saidBy(answer).error === undefined) throw missing(answer, request.purpose);
  return undefined;
}

/** The same; `undefined` where the gateway has no such route. */
export async function getIfRouted(call: ThanosCall, request: Get): Promise<Page | undefined> {
  const answer = await send(call, request);
  return answer.status === 404 ? undefined : pageOf(answer, request.purpose);
}

async function send(call: ThanosCall, { path, query, purpose }: Get): Promise<Answer> {
  const request: Request = { path, ...(query === undefined ? {} : { query }), purpose };
  // §4.6: a function that fails is worth another try, unlike 400, 403 and 404.
  const answer = await exchange(call, { ...request, repeatOn: [500], accept: [400, 401, 403, 404] });
  const fault = refusalOf(answer, purpose);
  if (fault !== undefined) throw fault;
  return answer;
}

/** Sends as the kit does; what it throws gets a `reason`, and answers of a sandbox are noted. */
export async function exchange(call: ThanosCall, request: Request): Promise<Answer> {
  const answer = await call.http.send(request).catch((error: unknown) => {
    throw error instanceof Fault ? explained(error) : error;
  });
  if (answer.headers.has('gatehouse-sandbox')) call.state.demo = true;
  return answer;
}

function explained(fault: Fault): Fault {
  if (fault.fields.reason !== undefined || !['GH_VENDOR_DOWN', 'GH_VENDOR_RATE'].includes(fault.code)) return fault;
  return new Fault(fault.code, fault.message, {
    hint: fault.hint,
    ...(fault.status === undefined ? {} : { status: fault.status }),
    ...(fault.details === undefined ? {} : { details: fault.details }),
    fields: { ...fault.fields, reason: 'upstream_unavailable' },
    cause: fault,
  });
}

/** 400, 401 and 403; a second 401 is final (§1.4 row 10). */
export function refusalOf(answer: Answer, purpose: string): Fault | undefined {
  const { status } = answer;
  const said = saidBy(answer);
  const details = said.error ?? said.message ?? '';
  if (status === 401) {
    const why = /error_description="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1];
    return new Fault('GH_SIGN_IN', `${purpose}: Thanos refuses the token, also a fresh one${why ? `: ${why}` : ''}.`, {
      status,
      details,
      hint: 'Check that the API belongs to this user pool and this app client.',
      fields: { reason: 'auth_rejected', ...(why === undefined ? {} : { error_description: why }) },
    });
  }
  if (status === 403)
    return new Fault('GH_VENDOR_REFUSED', `${purpose}: Thanos forbids it.`, {
      status,
      details,
      fields: { reason: 'forbidden' },
    });
  if (status === 400)
    return new Fault('GH_VENDOR_REFUSED', `${purpose}: Thanos refuses the request: ${details || 'without a reason'}.`, {
      status,
      details,
      fields: { reason: 'bad_request' },
    });
  return undefined;
}

/** That the API is there and takes the token. One that is down for the moment says nothing against the credentials. */
export async function proveAddress(state: Thanos, http: Http): Promise<void> {
  const purpose = 'Trying the API';
  const request: Request = { path: '/customers', accept: [400, 401, 403, 404], tries: 1, timeoutMs: 10_000, purpose };
  const answer = await http.send(request).catch((error: unknown) => {
    if (error instanceof Fault && ['GH_VENDOR_DOWN', 'GH_VENDOR_RATE'].includes(error.code)) return undefined;
    throw error;
  });
  if (answer === undefined) return;
  state.demo = answer.headers.has('gatehouse-sandbox');
  const fault = refusalOf(answer, purpose) ?? (answer.status === 404 ? missing(answer, purpose) : undefined);
  if (fault !== undefined) throw fault;
}

function missing(answer: Answer, purpose: string): Fault {
  const { error } = saidBy(answer);
  if (error !== undefined)
    return new Fault('GH_NOT_FOUND', `${purpose}: ${error}`, { status: 404, fields: { reason: 'not_found' } });
  return new Fault('GH_NOT_FOUND', `${purpose}: there is no such route at this address.`, {
    status: 404,
    hint: 'Check the API address: it is the output api_url of the platform, without a path.',
    fields: { reason: 'not_deployed' },
  });
}

/** A function says `error`, the gateway `message`; some say so without a content type (§1.6). */
export function saidBy(answer: Answer): z.output<typeof errorBody> {
  try {
    return errorBody.parse(JSON.parse(answer.text));
  } catch {
    return {};
  }
}

function pageOf(answer: Answer, purpose: string): Page {
  const body = answer.json();
  if (!isItem(body)) throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer is not an object.`);
  return { body, bytes: answer.bytes.length };
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function itemsOf(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

/** What every reply begins with (§2.8). */
export function reply(call: ThanosCall, summary: string, fields: Item): Item {
  return {
    summary,
    source: call.state.demo ? 'demo' : 'live',
    fetched_at: new Date(call.now()).toISOString(),
    ...fields,
  };
}
