import { setTimeout as sleep } from 'node:timers/promises';
import { type Breaker, BreakerOpen, type BreakerRule, createBreaker } from './breaker.ts';
import type { Health } from './control.ts';
import { Fault } from './fault.ts';
import type { Limiter } from './limiter.ts';
import { redactText } from './redact.ts';
import type { SharedStore } from './shared-store.ts';

/** How requests of an account prove who they are. */
export interface Authorizer {
  /** The headers to send, and what to call when the vendor answers 401 to them (then they are asked for once more). */
  headers(): Promise<Proof>;
}

interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  refused(): void;
  /** Whether a 401 with these headers is about this proof at all; every one is, unless told. */
  concerns?(answer: Headers): boolean;
}

/** What one call of a tool learns from the answers to its requests. */
export interface Trace {
  /** An answer came from a sandbox. */
  demo: boolean;
  /** The vendor's id of the last request. */
  requestId: string | undefined;
}

/** The vendor's side of one account: limiter, breaker and address check are shared by all its calls. */
export interface HttpClient {
  /** Requests on behalf of one call. */
  bind(call: { readonly signal: AbortSignal; readonly deadline: number; readonly trace: Trace }): Http;
  health(): Health;
  /** Closes the circuit breaker of the base URL at once, for a person who knows that the vendor is well again. */
  closeBreaker(): Promise<void>;
  /** Asks what is shared with other processes how it is; `health` tells it then. Throws `GH_STORE_DOWN`. */
  look(): Promise<void>;
  /** Whether any answer so far came from a sandbox. */
  readonly sandbox: boolean;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, or absolute. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** A form with files, which are read as they are sent. */
  readonly multipart?: FormData;
  /** `false`: sent without the account's authorization (public or signed addresses). */
  readonly authorized?: boolean;
  /** The address came from the vendor itself and carries its own proof: any https host will do, and it never gets ours. */
  readonly signed?: boolean;
  /** Statuses beyond 2xx that the caller handles itself. */
  readonly accept?: readonly number[];
  /** Tries at most; 4 unless told. A renewal of the authorization after a 401 is not counted. */
  readonly tries?: number;
  /** Asking twice does no harm, whatever the method: a request for a token. */
  readonly harmless?: boolean;
  /** Statuses beyond 429, 502, 503 and 504 after which a read is repeated. */
  readonly repeatOn?: readonly number[];
  /** Milliseconds for one try, body included; the client's unless told, for a stream the time that the call has. */
  readonly timeoutMs?: number;
  /** Bytes of the answer; 16 MiB unless told. */
  readonly maxBytes?: number;
  /** Whether what came so far is the whole answer: a stream of events may go on after it. */
  readonly enough?: (text: string, headers: Headers) => boolean;
  /** The budget that it uses up beside the account's: a name of the manifest's `limits.buckets`. */
  readonly bucket?: string;
  /** For messages: "the list of services could not be read". */
  readonly purpose: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Parsed. Throws `GH_VENDOR_ANSWER` when it is not JSON; `undefined` for an empty body. */
  json(): unknown;
}

export interface Http {
  /** Throws `Fault`: see `faultOf` for which. Never repeats what may have been executed. */
  send(request: Request): Promise<Answer>;
  /** A body to be read bit by bit; throws as `send` does. The caller reads it to the end or cancels it. */
  stream(request: Request): Promise<{ readonly headers: Headers; readonly body: ReadableStream<Uint8Array> }>;
}

export interface HttpDeps {
  readonly baseUrl: string;
  readonly authorizer: Authorizer | undefined;
  readonly limiter: Limiter;
  /** Hosts beside that of the base URL, as exact names or `.suffix`. https only, but for loopback. */
  readonly hosts?: readonly string[];
  readonly userAgent: string;
  /** Values that may never appear in a message. */
  readonly secrets: () => Iterable<string>;
  readonly now: () => number;
  readonly onHealth: (health: Health) => void;
  readonly log: (level: 'debug' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** The name of the header that carries the vendor's request id. */
  readonly requestIdHeader?: string;
  /** First pause before a repeat, in ms; doubles each time. */
  readonly backoffMs?: number;
  /** Milliseconds for one try; 30,000 unless told. */
  readonly timeoutMs?: number;
  /** When nothing more is sent to a host; after 8 failures in a row, for 15 s, unless told. */
  readonly breaker?: BreakerRule;
  /** Where the breakers' states are kept. */
  readonly store: SharedStore;
}

const TRIES = 4;
/** The part of a pause that is left to chance, so that many who failed at once do not come back at once. */
const JITTER = 0.25;
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;
const BREAKER: BreakerRule = { failures: 8, openMs: 15_000, trials: 1 };
const REPEATABLE = [429, 502, 503, 504];

/** A try that failed, and what is known of it. */
class Failure extends Error {
  readonly fault: Fault;
  /** The vendor is unwell, as opposed to refusing. */
  readonly unwell: boolean;
  /** It cannot have been executed. */
  readonly unexecuted: boolean;
  readonly repeatable: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(fault: Fault, facts: Pick<Failure, 'unwell' | 'unexecuted' | 'repeatable' | 'retryAfterMs'>) {
    super(fault.message);
    this.fault = fault;
    this.unwell = facts.unwell;
    this.unexecuted = facts.unexecuted;
    this.repeatable = facts.repeatable;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

export function createHttpClient(deps: HttpDeps): HttpClient {
  const { limiter, now, authorizer } = deps;
  const tryMs = deps.timeoutMs ?? TIMEOUT_MS;
  const base = new URL(deps.baseUrl);
  const rule = deps.breaker ?? BREAKER;
  const newBreaker = (host: string): Breaker =>
    createBreaker({
      store: deps.store,
      name: host,
      rule,
      onChange: () => {
        if (host === base.host) deps.onHealth(health());
      },
    });
  const breaker = newBreaker(base.host);
  /** One for each host: a status page that is down must not close the way to the API. */
  const breakers = new Map([[base.host, breaker]]);
  const breakerOf = ({ host }: URL): Breaker => {
    const known = breakers.get(host) ?? newBreaker(host);
    breakers.set(host, known);
    return known;
  };
  const verdictOn = (outcome: { readonly value: Response } | { readonly error: unknown }) => {
    if ('value' in outcome) return rule.statuses?.includes(outcome.value.status) === true ? 'unwell' : 'well';
    return outcome.error instanceof Failure && outcome.error.unwell ? 'unwell' : 'neither';
  };
  const health = (): Health => {
    const left = limiter.left();
    return { breaker: breaker.state, ...(left === undefined ? {} : { budgetLeft: left }) };
  };
  const clean = (text: string): string => redactText(text, deps.secrets());
  let sandbox = false;

  const addressOf = (request: Request): URL => {
    const url = new URL(request.path.startsWith('/') ? base.href.replace(/\/$/, '') + request.path : request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
    }
    const signed = request.signed === true && request.authorized === false;
    if (!isAllowed(url, signed ? undefined : [base.hostname, ...(deps.hosts ?? [])], isLoopback(base))) {
      throw new Fault(
        'GH_VENDOR_ANSWER',
        `${request.purpose}: ${url.protocol}//${url.host} is not an address of this vendor, so nothing was sent there.`,
      );
    }
    return url;
  };

  const bind: HttpClient['bind'] = call => {
    const cancelled = (request: Request): Fault =>
      new Fault('GH_CANCELLED', `${request.purpose}: cancelled${isRead(request) ? '' : '; it may have been done'}.`);

    /** One try, with a renewal of the authorization when the vendor answers 401 (which means: not executed). */
    const attempt = async (request: Request, timeoutMs: number): Promise<Response> => {
      const url = addressOf(request);
      for (let renewed = false; ; renewed = true) {
        const proof = request.authorized === false ? undefined : await authorizer?.headers();
        // The breaker is innermost: what it waits for must never be something that itself waits for the breaker.
        const response = await limiter.run(
          () => breakerOf(url).run(() => transmit(url, request, proof?.headers ?? {}, timeoutMs), verdictOn),
          call.signal,
          call.deadline,
          request.bucket,
        );
        if (response.status === 401 && proof !== undefined && proof.concerns?.(response.headers) !== false) {
          proof.refused();
          if (!renewed) {
            await response.body?.cancel();
            continue;
          }
        }
        if (response.ok || request.accept?.includes(response.status)) return response;
        throw await refusal(response, request);
      }
    };

    /** Any answer below 500. */
    const transmit = async (
      url: URL,
      request: Request,
      proof: Readonly<Record<string, string>>,
      timeoutMs: number,
    ): Promise<Response> => {
      const leftMs = call.deadline - now();
      if (leftMs <= 0) throw new Fault('GH_VENDOR_RATE', `${request.purpose}: no time was left to send it.`);
      const timeout = AbortSignal.timeout(Math.max(1, Math.min(timeoutMs, leftMs)));
      const body =
        request.json !== undefined
          ? JSON.stringify(request.json)
          : request.form !== undefined
            ? new URLSearchParams(request.form).toString()
            : request.multipart !== undefined
              ? request.multipart
              : request.body === undefined
                ? undefined
                : Buffer.from(request.body);
      const began = now();
      const method = request.method ?? 'GET';
      let response: Response;
      try {
        response = await fetch(url, {
          method,
          redirect: 'manual',
          headers: {
            accept: 'application/json',
            'user-agent': deps.userAgent,
            ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
            ...(request.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
            ...proof,
            ...request.headers,
          },
          ...(body === undefined ? {} : { body }),
          signal: AbortSignal.any([call.signal, timeout]),
        });
      } catch (error) {
        if (call.signal.aborted) throw cancelled(request);
        throw unreachable(error, timeout.aborted, request);
      }
      deps.log('debug', 'request', { method, path: url.pathname, status: response.status, ms: now() - began });
      const remaining = numberIn(response.headers, 'x-ratelimit-remaining');
      if (remaining !== undefined)
        limiter.told({ remaining, limit: numberIn(response.headers, 'x-ratelimit-limit') }, request.bucket);
      if (response.headers.has('gatehouse-sandbox')) {
        call.trace.demo = true;
        sandbox = true;
      }
      call.trace.requestId = response.headers.get(deps.requestIdHeader ?? 'x-request-id') ?? call.trace.requestId;
      if (response.status >= 500 && !request.accept?.includes(response.status)) throw await refusal(response, request);
      return response;
    };

    const unreachable = (error: unknown, timedOut: boolean, request: Request): Failure => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
      const unexecuted = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(code);
      const why = timedOut ? 'no answer in time' : clean(cause instanceof Error ? cause.message : String(cause));
      const fault =
        isRead(request) || unexecuted
          ? new Fault('GH_VENDOR_DOWN', `${request.purpose}: the vendor could not be reached (${why}).`, {
              cause: error,
            })
          : new Fault(
              'GH_OUTCOME_UNKNOWN',
              `${request.purpose}: the link broke after the request was sent (${why}), so it is not known whether it was done.`,
              { cause: error },
            );
      return new Failure(fault, { unwell: true, unexecuted, repeatable: true, retryAfterMs: undefined });
    };

    const refusal = async (response: Response, request: Request): Promise<Failure> => {
      const { status } = response;
      const bytes = await collect(response, 64 * 1024, request).catch(() => new Uint8Array());
      const details = clean(gist(bytes, response.headers));
      const retryAfterMs = retryAfter(response.headers.get('retry-after'), now());
      if (status === 429 && retryAfterMs !== undefined) limiter.holdUntil(now() + retryAfterMs);
      const unwell = status >= 500;
      const unknown = unwell && !isRead(request);
      const code =
        status === 401
          ? 'GH_SIGN_IN'
          : status === 403 && request.authorized !== false
            ? 'GH_VENDOR_SCOPE'
            : status === 404
              ? 'GH_NOT_FOUND'
              : status === 429
                ? 'GH_VENDOR_RATE'
                : unknown
                  ? 'GH_OUTCOME_UNKNOWN'
                  : unwell
                    ? 'GH_VENDOR_DOWN'
                    : 'GH_VENDOR_REFUSED';
      const tail = unknown ? ', so it is not known whether it was done' : '';
      const wait = retryAfterMs === undefined ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1_000)} s.`;
      const fault = new Fault(code, `${request.purpose}: the vendor answered ${status}${tail}.${wait}`, {
        status,
        details,
      });
      return new Failure(fault, {
        unwell,
        unexecuted: status === 429,
        repeatable: REPEATABLE.includes(status) || request.repeatOn?.includes(status) === true,
        retryAfterMs,
      });
    };

    /** Tries again what cannot have been executed, and what only reads. */
    const persist = async <T>(request: Request, once: () => Promise<T>): Promise<T> => {
      for (let tries = 1; ; tries++) {
        try {
          return await once();
        } catch (error) {
          if (error instanceof BreakerOpen)
            throw new Fault('GH_VENDOR_DOWN', `${request.purpose}: ${whyOpen(rule)}, so nothing is sent for a while.`);
          if (!(error instanceof Failure))
            throw call.signal.aborted && !(error instanceof Fault)
              ? new Fault('GH_CANCELLED', `${request.purpose}: cancelled.`)
              : error;
          const pause = error.retryAfterMs ?? (deps.backoffMs ?? 500) * 2 ** (tries - 1) * (1 + Math.random() * JITTER);
          const again =
            error.repeatable &&
            (isRead(request) || error.unexecuted) &&
            tries < (request.tries ?? TRIES) &&
            now() + pause < call.deadline - 1_000;
          if (!again) throw error.fault;
          deps.log('warn', 'repeating a request', { purpose: request.purpose, why: error.message, pause, tries });
          await sleep(pause, undefined, { signal: call.signal }).catch(() => {
            throw new Fault('GH_CANCELLED', `${request.purpose}: cancelled.`);
          });
        }
      }
    };

    const whole = async (response: Response, request: Request): Promise<Uint8Array> => {
      try {
        return await collect(response, request.maxBytes ?? MAX_BYTES, request);
      } catch (error) {
        if (error instanceof Fault) throw error;
        if (call.signal.aborted) throw cancelled(request);
        const read = isRead(request);
        const fault = new Fault(
          read ? 'GH_VENDOR_ANSWER' : 'GH_OUTCOME_UNKNOWN',
          `${request.purpose}: the answer broke off${read ? '' : ', though the vendor had accepted the request'}.`,
          { cause: error, status: response.status },
        );
        throw new Failure(fault, { unwell: false, unexecuted: false, repeatable: true, retryAfterMs: undefined });
      }
    };

    return {
      send: request =>
        persist(request, async () => {
          const response = await attempt(request, request.timeoutMs ?? tryMs);
          return answerOf(response, await whole(response, request), request, clean);
        }),
      async stream(request) {
        // A large file may take as long as the call itself.
        const timeoutMs = request.timeoutMs ?? Number.POSITIVE_INFINITY;
        const response = await persist(request, () => attempt(request, timeoutMs));
        return { headers: response.headers, body: response.body ?? new ReadableStream({ start: c => c.close() }) };
      },
    };
  };
  return {
    bind,
    health,
    closeBreaker: () => breaker.close(),
    async look() {
      await Promise.all([breaker.look(), limiter.state()]);
    },
    get sandbox() {
      return sandbox;
    },
  };
}

function answerOf(response: Response, bytes: Uint8Array, request: Request, clean: (text: string) => string): Answer {
  let text: string | undefined;
  const asText = (): string => {
    text ??= new TextDecoder().decode(bytes);
    return text;
  };
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    get text() {
      return asText();
    },
    json() {
      if (asText().trim() === '') return undefined;
      try {
        return JSON.parse(asText()) as unknown;
      } catch (error) {
        throw new Fault(
          'GH_VENDOR_ANSWER',
          `${request.purpose}: the vendor's answer (status ${response.status}) is not JSON.`,
          {
            cause: error,
            status: response.status,
            details: clean(gist(bytes, response.headers)),
          },
        );
      }
    },
  };
}

async function collect(response: Response, maxBytes: number, request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes)
      throw new Fault(
        'GH_TOO_LARGE',
        `${request.purpose}: the answer is over ${Math.round(maxBytes / 1_048_576)} MiB.`,
      );
    parts.push(part);
    if (request.enough?.(Buffer.concat(parts).toString(), response.headers)) break;
  }
  return Buffer.concat(parts);
}

/** A vendor's error body for people: its sentence where it has one, else its beginning. */
function gist(bytes: Uint8Array, headers: Headers): string {
  const text = new TextDecoder().decode(bytes).trim();
  if ((headers.get('content-type') ?? '').includes('html') || /^<(!doctype|html)/i.test(text)) {
    const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1]?.trim();
    return `an HTML page${title ? `: ${title}` : ''}`;
  }
  return text.slice(0, 500);
}

/** Milliseconds, from seconds or an HTTP date (RFC 9110 §10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function numberIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function whyOpen({ failures, share }: BreakerRule): string {
  if (share === undefined) return `the vendor failed ${failures} times in a row`;
  return `${share.part * 100} % of the requests of the last ${share.ms / 1_000} s failed`;
}

function isRead(request: Request): boolean {
  return (request.method ?? 'GET') === 'GET' || request.harmless === true;
}

function isLoopback(url: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}

/** `hosts`: exact names or `.suffix`; `undefined`: any. Plain http and loopback only where the vendor itself is there (a sandbox). */
function isAllowed(url: URL, hosts: readonly string[] | undefined, local: boolean): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (isLoopback(url) ? !local : url.protocol !== 'https:') return false;
  if (hosts === undefined) return true;
  return hosts.some(host => (host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host));
}
