/**
 * What every sandbox shares: a loopback HTTP server that routes, records what it was asked, and fails on demand.
 *
 * A sandbox is a stand-in for a vendor's API, for tests and demonstrations. It is written from the fact sheet and
 * shares nothing with the client it catches out, so this file imports nothing of the kit.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** The header by which the product knows that data is made up (architecture §10.5); its value names the backend. */
const SANDBOX_HEADER = 'gatehouse-sandbox';
/** A request may carry its own fault, as JSON, in this header: it strikes that request only. */
const FAULT_HEADER = 'gatehouse-sandbox-fault';

const ADMIN_PREFIX = '/__sandbox';
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_RECORDED_REQUESTS = 10_000;

// ---- Requests and answers

export interface SandboxRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Values of the `{name}` segments of the route that matched. */
  readonly params: Readonly<Record<string, string>>;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Route {
  readonly method: string;
  /** Literal segments and `{name}` segments. Where two routes match, the one with fewer `{name}` segments wins. */
  readonly path: string;
  readonly handle: (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>;
}

/** Thrown by a handler to answer an error; each sandbox writes it in its vendor's own form. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
  }
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}) {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  } satisfies SandboxAnswer;
}

/** Without parameters such as `charset`, in lower case; empty when there is none. */
export function contentTypeOf(request: SandboxRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** The body as the schema wants it. Throws Refusal 415 for another content type, 400 for anything malformed. */
export function readJson<S extends z.ZodType>(
  request: SandboxRequest,
  schema: S,
  contentType = 'application/json',
): z.output<S> {
  if (contentTypeOf(request) !== contentType) {
    throw new Refusal(415, `Content type '${contentTypeOf(request)}' not supported, use '${contentType}'`);
  }
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'Malformed JSON request');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(issue => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
  throw new Refusal(400, problems.join('; '));
}

// ---- Routing

type Found =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly allowed: readonly string[] };

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{')) {
      if (value === '') return undefined;
      try {
        params[segment.slice(1, -1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
    } else if (segment !== value) return undefined;
  }
  return params;
}

function findRoute(routes: readonly Route[], method: string, path: string): Found {
  const candidates = routes
    .flatMap(route => {
      const params = match(route.path, path);
      return params ? [{ route, params }] : [];
    })
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  // A literal path hides the `{id}` pattern of its length altogether, as in the vendors' frameworks.
  const closest = candidates.filter(
    candidate => Object.keys(candidate.params).length === Object.keys(candidates[0]?.params ?? {}).length,
  );
  return (
    closest.find(candidate => candidate.route.method === method) ?? {
      allowed: closest.map(candidate => candidate.route.method),
    }
  );
}

// ---- Faults

const matching = {
  /** Default: any method. */
  method: z.string().optional(),
  /** `*` stands for one segment, `**` for any rest. Default: any path. */
  path: z.string().optional(),
  /** How many matching requests it strikes. */
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  /** How many matching requests pass first. */
  skip: z.int().min(0).default(0),
  /** Waited before anything else happens. */
  delayMs: z.number().min(0).default(0),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** An error status in the vendor's form, or with `body` as it stands. */
  z.strictObject({
    ...matching,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    /** Seconds, or an HTTP date. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
    body: z.string().optional(),
    /** True: the request is carried out, and the error is a lie. */
    execute: z.boolean().default(false),
  }),
  /** `delayMs`, then the true answer. */
  z.strictObject({ ...matching, kind: z.literal('slow') }),
  /** Carried out; half of the body is sent as if it were whole. */
  z.strictObject({ ...matching, kind: z.literal('truncated') }),
  /** A gateway's HTML page instead of an answer; not carried out. */
  z.strictObject({ ...matching, kind: z.literal('html'), status: z.int().min(200).max(599).default(502) }),
  /** The connection breaks: before the request is carried out, in the middle of the answer, or after it was carried out with no answer. */
  z.strictObject({ ...matching, kind: z.literal('reset'), when: z.enum(['before', 'midway', 'after']) }),
  /** Carried out; answered with no body. */
  z.strictObject({ ...matching, kind: z.literal('empty'), status: z.int().min(200).max(299).default(202) }),
]);

/** A failure to inject; plain JSON, the same in process and over HTTP. */
export type Fault = z.input<typeof faultSchema>;
type ArmedFault = z.output<typeof faultSchema>;

/** The failures that wait to strike, oldest first. The first one that matches strikes. */
export interface Faults {
  inject(...faults: Fault[]): void;
  clear(): void;
  /** What has not struck yet, with the times left. */
  pending(): readonly Fault[];
}

function pathMatches(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`).test(path);
}

function createFaults() {
  let armed: ArmedFault[] = [];

  function take(method: string, path: string): ArmedFault | undefined {
    for (const fault of armed) {
      if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
      if (fault.path !== undefined && !pathMatches(fault.path, path)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      if (fault.times !== 'always') fault.times -= 1;
      armed = armed.filter(other => other.times !== 0);
      return fault;
    }
    return undefined;
  }

  return {
    take,
    inject: (...faults: Fault[]) => {
      armed.push(...faults.map(fault => faultSchema.parse(fault)));
    },
    clear: () => {
      armed = [];
    },
    pending: () => structuredClone(armed),
  };
}

// ---- Switches

/** Lasting choices of behaviour, where a fault is a single failure: a plain object under a schema. */
export interface Switches<T extends object> {
  readonly current: Readonly<T>;
  set(changes: Partial<T>): void;
  reset(): void;
}

export function createSwitches<S extends z.ZodObject>(schema: S, initial: z.input<S>): Switches<z.output<S>> {
  const start = schema.parse(initial);
  let current = start;
  return {
    get current() {
      return current;
    },
    set(changes) {
      current = schema.parse({ ...current, ...changes });
    },
    reset() {
      current = start;
    },
  };
}

// ---- Recording

/** One request as it arrived, for tests to look at. Never holds the `authorization` header itself. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** A parameter given more than once is a list. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Without `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: 'present' | 'absent';
  /** JSON as parsed, other text as it is, `null` when empty, the number of bytes when binary. */
  readonly body: unknown;
  /** By the sandbox's clock. */
  readonly time: Date;
  /** As sent back in `x-request-id`. */
  readonly requestId: string;
  /** The status answered; `null` while it runs and when the connection was broken instead. */
  readonly status: number | null;
}

function recordedBody(contentType: string, body: Buffer): unknown {
  if (body.length === 0) return null;
  if (/^(image|audio|video)\/|octet-stream|zip/.test(contentType)) return { bytes: body.length };
  const text = body.toString('utf8');
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function recordedQuery(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map(name => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values.join('') : values];
    }),
  );
}

// ---- The server

/** How a sandbox is started, beside its switches. */
export interface SandboxStart {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number;
  advance(seconds: number): void;
}

/** Goes on by itself and can be moved ahead; `moved` settles what came due by that. */
export function createSandboxClock(now = Date.now, moved: () => void = () => undefined): SandboxClock {
  let ahead = 0;
  return {
    now: () => now() + ahead,
    advance(seconds) {
      ahead += seconds * 1_000;
      moved();
    },
  };
}

export interface SandboxServerOptions {
  /** The backend's name: the value of the `gatehouse-sandbox` header. */
  readonly name: string;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** The vendor's. One that can be moved is moved over HTTP too: `POST /__sandbox/advance?seconds=`. */
  readonly clock: Pick<SandboxClock, 'now'> & Partial<SandboxClock>;
  /** Called once the address is known, since vendors put their own URLs into answers. */
  readonly routes: (url: string) => readonly Route[];
  /** A refusal, a fault's error status, an unknown path (404) or method (405), in the vendor's form. */
  readonly refuse: (refusal: Refusal, request: SandboxRequest) => SandboxAnswer;
  readonly switches?: Switches<object> | undefined;
  /** Further routes below `/__sandbox`, given in full. */
  readonly admin?: readonly Route[] | undefined;
}

/** What a running sandbox offers to tests; a backend's sandbox adds its credentials and switches. */
export interface SandboxServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Oldest first; grows while the sandbox runs. Requests to `/__sandbox` are not in it. */
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  forgetRequests(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A credential to sign in with, in the form of a connection: settings, secrets, and the vendor's scopes it will have. */
export interface SandboxCredential {
  readonly label: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  /** The demonstration has a connection of this name for it; where no credential has one, the first becomes `demo`. */
  readonly demo?: string;
}

/** What every backend's `sandbox/index.ts` exports. */
export interface SandboxModule {
  startSandbox: StartSandbox;
  /** As the demonstration starts it, where a vendor at its best is switched otherwise than one for tests. */
  startDemonstration?: StartSandbox;
}

type StartSandbox = (options?: {
  readonly port?: number;
}) => Promise<SandboxServer & { readonly credentials: readonly SandboxCredential[] }>;

/**
 * Starts the server on 127.0.0.1. Over HTTP, tests reach the same switches under `/__sandbox`:
 * `POST|GET|DELETE faults`, `PATCH|GET|DELETE switches`, `GET|DELETE requests`, `POST advance`.
 */
export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const closing = new AbortController();
  const { now, advance } = options.clock;
  const admin = [
    ...adminRoutes(faults, requests, options.switches),
    ...(advance === undefined ? [] : [advanceRoute(advance)]),
    ...(options.admin ?? []),
  ];
  let routes: readonly Route[] = [];

  const execute = async (request: SandboxRequest, among: readonly Route[]): Promise<SandboxAnswer> => {
    try {
      const found = findRoute(among, request.method, request.path);
      if ('route' in found) return await found.route.handle({ ...request, params: found.params });
      throw found.allowed.length > 0
        ? new Refusal(405, `Request method '${request.method}' not supported`, { allow: found.allowed.join(', ') })
        : new Refusal(404, 'No such resource');
    } catch (error) {
      if (error instanceof Refusal) return options.refuse(error, request);
      // A defect of the sandbox must not look like the vendor's 500.
      console.error(error);
      return { status: 599, headers: { 'content-type': 'text/plain' }, body: `Defect in the sandbox: ${error}` };
    }
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    const send = (answer: SandboxAnswer, sendBytes?: number): void => {
      const body = Buffer.from(answer.body ?? '');
      response.writeHead(answer.status, {
        [SANDBOX_HEADER]: options.name,
        'x-request-id': requestId,
        ...(answer.status === 204 ? {} : { 'content-length': String(body.length) }),
        ...answer.headers,
      });
      if (sendBytes === undefined) response.end(body);
      else response.write(body.subarray(0, sendBytes), () => incoming.socket.resetAndDestroy());
    };

    if (!isLoopback(incoming.headers.host)) {
      return send({ status: 421, body: 'This is a sandbox: it answers on its loopback address only.\n' });
    }
    const body = await readBody(incoming);
    if (body === undefined) {
      return send({ status: 413, headers: { connection: 'close' }, body: 'Request too large\n' });
    }
    const { pathname: path, searchParams: query } = new URL(`http://sandbox${incoming.url ?? '/'}`);
    const method = incoming.method ?? 'GET';
    const target = incoming.url ?? '/';
    const request: SandboxRequest = { method, path, target, query, headers: incoming.headers, body, params: {} };
    if (path === ADMIN_PREFIX || path.startsWith(`${ADMIN_PREFIX}/`)) return send(await execute(request, admin));

    const { authorization, ...headers } = incoming.headers;
    const record = {
      method,
      path,
      query: recordedQuery(query),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      authorization: authorization === undefined ? ('absent' as const) : ('present' as const),
      body: recordedBody(contentTypeOf(request), body),
      time: new Date(now()),
      requestId,
      status: null as number | null,
    };
    requests.push(record);
    if (requests.length > MAX_RECORDED_REQUESTS) requests.shift();
    const reply = (answer: SandboxAnswer): void => {
      record.status = answer.status;
      send(answer);
    };

    const fault = ownFault(incoming.headers[FAULT_HEADER]) ?? faults.take(method, path);
    if (fault === 'malformed') return reply({ status: 400, body: `Malformed ${FAULT_HEADER} header\n` });
    if (fault && fault.delayMs > 0) {
      await sleep(fault.delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    const outcome = await strike(fault, request, () => execute(request, routes), options.refuse);
    if (outcome.connection === 'broken') return void incoming.socket.resetAndDestroy();
    if (outcome.connection === 'cut') return send(outcome.answer, Math.floor(byteLength(outcome.answer) / 2));
    reply(outcome.answer);
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(error => {
      // The caller went away while its request was read or answered.
      if (!incoming.destroyed && !response.destroyed) console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port ?? 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sandbox has no TCP address.');
  const url = `http://127.0.0.1:${address.port}`;
  routes = options.routes(url);

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= new Promise(resolve => {
      closing.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  };

  return {
    url,
    requests,
    faults: { inject: faults.inject, clear: faults.clear, pending: faults.pending },
    forgetRequests: () => {
      requests.length = 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Outcome =
  | { readonly connection: 'kept' | 'cut'; readonly answer: SandboxAnswer }
  | { readonly connection: 'broken' };

/** What becomes of a request under a fault. `execute` carries it out; it never throws. */
async function strike(
  fault: ArmedFault | undefined,
  request: SandboxRequest,
  execute: () => Promise<SandboxAnswer>,
  refuse: SandboxServerOptions['refuse'],
): Promise<Outcome> {
  const kept = (answer: SandboxAnswer): Outcome => ({ connection: 'kept', answer });
  switch (fault?.kind) {
    case undefined:
    case 'slow':
      return kept(await execute());
    case 'status': {
      if (fault.execute) await execute();
      const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      const answer = refuse(new Refusal(fault.status, 'Injected by the sandbox', retryAfter), request);
      return kept(fault.body === undefined ? answer : { ...answer, body: fault.body });
    }
    case 'truncated': {
      const answer = await execute();
      const whole = Buffer.from(answer.body ?? '');
      return kept({ ...answer, body: whole.subarray(0, Math.floor(whole.length / 2)) });
    }
    case 'html':
      return kept({
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: `<html>\r\n<head><title>${fault.status}</title></head>\r\n<body>\r\n<center><h1>${fault.status}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n`,
      });
    case 'reset': {
      if (fault.when === 'before') return { connection: 'broken' };
      const answer = await execute();
      return fault.when === 'after' ? { connection: 'broken' } : { connection: 'cut', answer };
    }
    case 'empty':
      await execute();
      return kept({ status: fault.status });
  }
}

function byteLength(answer: SandboxAnswer): number {
  return Buffer.from(answer.body ?? '').length;
}

/** A web page must not reach the sandbox through a name that resolves to this machine. */
function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function ownFault(header: string | string[] | undefined): ArmedFault | 'malformed' | undefined {
  if (header === undefined) return undefined;
  try {
    return faultSchema.parse(JSON.parse(String(header)));
  } catch {
    return 'malformed';
  }
}

function advanceRoute(advance: SandboxClock['advance']): Route {
  return {
    method: 'POST',
    path: '/__sandbox/advance',
    handle: ({ query }) => {
      advance(Number(query.get('seconds') ?? 0));
      return { status: 204 };
    },
  };
}

function adminRoutes(
  faults: ReturnType<typeof createFaults>,
  requests: RecordedRequest[],
  switches: Switches<object> | undefined,
): readonly Route[] {
  const faultsPath = `${ADMIN_PREFIX}/faults`;
  const switchesPath = `${ADMIN_PREFIX}/switches`;
  const requestsPath = `${ADMIN_PREFIX}/requests`;
  const none = { status: 204 };
  const faultRoutes: readonly Route[] = [
    { method: 'GET', path: faultsPath, handle: () => jsonAnswer(200, faults.pending()) },
    {
      method: 'POST',
      path: faultsPath,
      handle: request => {
        const given = readJson(request, z.union([z.array(faultSchema), faultSchema]));
        faults.inject(...(Array.isArray(given) ? given : [given]));
        return jsonAnswer(201, faults.pending());
      },
    },
    {
      method: 'DELETE',
      path: faultsPath,
      handle: () => {
        faults.clear();
        return none;
      },
    },
  ];
  const requestRoutes: readonly Route[] = [
    { method: 'GET', path: requestsPath, handle: () => jsonAnswer(200, requests) },
    {
      method: 'DELETE',
      path: requestsPath,
      handle: () => {
        requests.length = 0;
        return none;
      },
    },
  ];
  if (!switches) return [...faultRoutes, ...requestRoutes];
  return [
    ...faultRoutes,
    ...requestRoutes,
    { method: 'GET', path: switchesPath, handle: () => jsonAnswer(200, switches.current) },
    {
      method: 'PATCH',
      path: switchesPath,
      handle: request => {
        const changes = readJson(request, z.record(z.string(), z.unknown()));
        try {
          switches.set(changes);
        } catch (error) {
          throw new Refusal(400, error instanceof Error ? error.message : String(error));
        }
        return jsonAnswer(200, switches.current);
      },
    },
    {
      method: 'DELETE',
      path: switchesPath,
      handle: () => {
        switches.reset();
        return none;
      },
    },
  ];
}

// ---- Made-up data

/** The same UUID (version 4 in form) for the same words, on every machine and in every run. */
export function stableId(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Numbers in [0, 1), the same sequence for the same words (mulberry32). */
export function createRandom(...words: readonly (string | number)[]): () => number {
  let state = createHash('sha256').update(words.join('\u0000')).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
