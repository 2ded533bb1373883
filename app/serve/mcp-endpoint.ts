import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatehouseError } from '../contract/errors.ts';
import { chars, concat, fromBytes, type Gateway, parse, print, type Session, type WireText } from '../gateway/index.ts';
import { isLocalHost, isLocalOrigin } from './http-guard.ts';

/**
 * MCP over loopback HTTP at `/mcp/<backend>/<name>`, for clients that want a URL (mcp.md §1.8, §3.11). Off by default. The
 * key of a client goes into `Authorization: Bearer`; each POST is an exchange of its own, in either era. A client of the 2025 era gets a
 * session id at `initialize`, under which it may be asked questions, cancel, and be told of changes on a stream of its own (GET).
 */
export interface McpEndpointDeps {
  readonly gateway: Gateway;
  readonly enabled: () => boolean;
  /** The client whose key this is, or `undefined`. */
  readonly clientOf: (key: string) => string | undefined;
  readonly resolve: (connection: string) => string;
}

const K = 'io.modelcontextprotocol/';
const MODERN = '2026-07-28';
const BODY_LIMIT = 16 * 1024 * 1024;
const ALIVE_MS = 15_000;
const STREAM = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } as const;
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};
/** Other errors of a modern request travel as 200. */
const STATUS: Readonly<Record<number, number>> = { [-32601]: 404, [-32020]: 400, [-32021]: 400, [-32022]: 400 };

type Message = {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: { readonly [key: string]: unknown };
};

export function createMcpEndpoint(
  deps: McpEndpointDeps,
): (request: IncomingMessage, response: ServerResponse, url: URL) => boolean {
  const legacy = createLegacySessions();
  return (request, response, url) => {
    if (!url.pathname.startsWith('/mcp/') && url.pathname !== '/mcp') return false;
    handle(deps, legacy, request, response, url).catch(() => response.destroy());
    return true;
  };
}

/** What a client of the 2025 era said at `initialize`, under the session id that its later requests carry. */
interface LegacySession {
  readonly client: string;
  readonly connection: string;
  readonly capabilities: Record<string, unknown>;
  /** Exchanges that are open now: answers to questions and cancellations belong to one of them. */
  readonly exchanges: Set<Session>;
  /** What it watches; told on the stream that it opened with GET, and looked at as long as that is open. */
  readonly uris: Set<string>;
  stream: Session | undefined;
}

const LEGACY_SESSIONS_AT_MOST = 1_000;

function createLegacySessions() {
  const sessions = new Map<string, LegacySession>();
  return {
    begin(client: string, connection: string, message: Message): string {
      const given = message.params?.capabilities;
      const capabilities = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
      const id = randomUUID();
      sessions.set(id, { client, connection, capabilities, exchanges: new Set(), uris: new Set(), stream: undefined });
      const [oldest] = sessions.keys();
      if (sessions.size > LEGACY_SESSIONS_AT_MOST && oldest !== undefined) sessions.delete(oldest);
      return id;
    },
    /** Only for the client that began it, on the connection it was begun for. */
    find(id: string, client: string, connection: string): LegacySession | undefined {
      const found = sessions.get(id);
      return found?.client === client && found.connection === connection ? found : undefined;
    },
    end: (id: string): boolean => sessions.delete(id),
  };
}

async function handle(
  deps: McpEndpointDeps,
  sessions: ReturnType<typeof createLegacySessions>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const end = (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    response
      .writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers })
      .end(body === undefined ? undefined : JSON.stringify(body));
  };
  if (!isLocalHost(request.headers.host)) return end(403, rpcError(null, -32000, 'Host not allowed'));
  if (!isLocalOrigin(request.headers.origin)) return end(403, rpcError(null, -32000, 'Origin not allowed'));
  if (!deps.enabled())
    return end(
      404,
      rpcError(
        null,
        -32000,
        'The MCP endpoint is switched off. Switch it on with: gatehouse settings set mcpEndpoint true',
      ),
    );
  const isStream = request.method === 'GET' && request.headers['mcp-session-id'] !== undefined;
  if (request.method !== 'POST' && request.method !== 'DELETE' && !isStream)
    return end(405, rpcError(null, -32000, 'Method not allowed'), { allow: 'GET, POST, DELETE' });
  const client = deps.clientOf(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
  if (client === undefined)
    return end(401, rpcError(null, -32000, 'Missing or wrong key'), { 'www-authenticate': 'Bearer' });
  if (request.method === 'POST' && !/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return end(415, rpcError(null, -32000, 'Content-Type must be application/json'));
  let connection: string;
  try {
    connection = deps.resolve(decodeURIComponent(url.pathname.slice('/mcp/'.length)));
  } catch (error) {
    return end(
      404,
      rpcError(null, -32000, error instanceof GatehouseError ? `${error.message} ${error.hint}` : 'No such connection'),
    );
  }
  const sessionId = one(request, 'mcp-session-id');
  const begun = sessionId === undefined ? undefined : sessions.find(sessionId, client, connection);
  if (sessionId !== undefined && begun === undefined) return end(404, rpcError(null, -32000, 'This session has ended'));
  if (request.method === 'DELETE') {
    for (const exchange of begun?.exchanges ?? []) deps.gateway.close(exchange);
    if (begun?.stream !== undefined) deps.gateway.close(begun.stream);
    return end(sessionId !== undefined && sessions.end(sessionId) ? 200 : 404);
  }
  if (request.method === 'GET') return begun === undefined ? end(404) : tell(deps.gateway, begun, response);
  const body = await bodyOf(request);
  if (body === undefined) return end(413, rpcError(null, -32000, 'Too large'), { connection: 'close' });
  let message: Message;
  try {
    message = JSON.parse(body.toString('utf8')) as Message;
  } catch {
    return end(400, rpcError(null, -32700, 'Parse error'));
  }
  if (begun !== undefined && isReply(message)) {
    for (const exchange of begun.exchanges) if (exchange.replied(message.id, message)) break;
    return end(202);
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message) || typeof message.method !== 'string')
    return end(400, rpcError(null, -32600, 'One JSON-RPC request per POST'));
  const legacy = isLegacy(message, request);
  const mismatch = legacy ? undefined : headerMismatch(message, request);
  if (mismatch !== undefined) return end(400, rpcError(message.id, mismatch.code, mismatch.message, mismatch.data));
  if (message.id === undefined) {
    for (const exchange of begun?.exchanges ?? []) deps.gateway.receive(exchange, fromBytes(body));
    return end(202);
  }
  let session = begun;
  if (legacy && message.method === 'initialize') {
    const id = sessions.begin(client, connection, message);
    response.setHeader('mcp-session-id', id);
    session = sessions.find(id, client, connection);
  }
  converse(deps.gateway, client, connection, body, message, legacy, session, response);
}

/** The stream of a client of the 2025 era for what is not an answer; a new one takes the place of the old. */
function tell(gateway: Gateway, begun: LegacySession, response: ServerResponse): void {
  if (begun.stream !== undefined) gateway.close(begun.stream);
  response.writeHead(200, STREAM).write(': open\n\n');
  const alive = setInterval(() => response.write(': alive\n\n'), ALIVE_MS);
  const session = gateway.open(
    begun.client,
    begun.connection,
    {
      send: (...pieces) => writeEvent(response, concat(pieces)),
      close: () => void response.end(),
    },
    { stateless: true, uris: begun.uris },
  );
  session.initialized = true;
  begun.stream = session;
  response.on('close', () => {
    clearInterval(alive);
    gateway.close(session);
    if (begun.stream === session) begun.stream = undefined;
  });
}

/** A line ends itself; a second end closes the event. */
function writeEvent(response: ServerResponse, line: WireText): void {
  response.write('event: message\ndata: ');
  response.write(chars(line), 'latin1');
  response.write('\n');
}

function isReply(value: unknown): value is { readonly id: unknown; readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !('method' in value) && ('result' in value || 'error' in value);
}

/** One exchange: plain JSON, or a stream as soon as a notification comes first. */
function converse(
  gateway: Gateway,
  client: string,
  connection: string,
  body: Buffer,
  message: Message,
  legacy: boolean,
  begun: LegacySession | undefined,
  response: ServerResponse,
): void {
  let streaming = false;
  let alive: NodeJS.Timeout | undefined;
  const stream = (line: WireText): void => {
    if (!streaming) {
      streaming = true;
      response.writeHead(200, STREAM);
      alive = setInterval(() => response.write(': alive\n\n'), ALIVE_MS);
    }
    writeEvent(response, line);
  };
  const finish = (session: Session): void => {
    clearInterval(alive);
    begun?.exchanges.delete(session);
    response.end();
    gateway.close(session);
  };
  const session = gateway.open(
    client,
    connection,
    {
      send(...pieces) {
        const line = concat(pieces);
        const sent = parse(line) as {
          readonly id?: unknown;
          readonly method?: unknown;
          readonly error?: { readonly code: number };
        };
        if (sent.method !== undefined) return stream(line);
        if (streaming) stream(line);
        else {
          const status =
            legacy || sent.error === undefined
              ? 200
              : (STATUS[sent.error.code] ?? (sent.error.code === -32602 && isEnvelopeFault(message) ? 400 : 200));
          response.writeHead(status, { 'content-type': 'application/json' }).write(chars(line), 'latin1');
        }
        setImmediate(finish, session);
      },
      close: () => void response.end(),
    },
    { stateless: true, ...(begun === undefined ? {} : { uris: begun.uris }) },
  );
  if (begun !== undefined) {
    session.capabilities = begun.capabilities;
    begun.exchanges.add(session);
  }
  response.on('close', () => {
    clearInterval(alive);
    begun?.exchanges.delete(session);
    gateway.close(session);
  });
  gateway.receive(session, body.includes(10) ? print(message) : fromBytes(body));
}

function isLegacy(message: Message, request: IncomingMessage): boolean {
  const header = request.headers['mcp-protocol-version'];
  if (envelope(message)[`${K}protocolVersion`] !== undefined) return false;
  return (
    message.method === 'initialize' ||
    (typeof header === 'string' ? header < MODERN : request.headers['mcp-method'] === undefined)
  );
}

function headerMismatch(
  message: Message,
  request: IncomingMessage,
): { readonly code: number; readonly message: string; readonly data?: unknown } | undefined {
  const version = envelope(message)[`${K}protocolVersion`];
  const header = one(request, 'mcp-protocol-version');
  const mismatch = (name: string) => ({ code: -32020, message: `Header mismatch: ${name}` });
  if (message.id === undefined && version === undefined) return undefined;
  if (version === undefined) return { code: -32602, message: `Missing _meta key ${K}protocolVersion` };
  if (header?.trim() !== version) return mismatch('MCP-Protocol-Version');
  if (version !== MODERN)
    return { code: -32022, message: 'Unsupported protocol version', data: { supported: [MODERN], requested: version } };
  if (one(request, 'mcp-method')?.trim() !== message.method) return mismatch('Mcp-Method');
  const named = NAMED[message.method];
  if (named !== undefined && plain(one(request, 'mcp-name')) !== message.params?.[named]) return mismatch('Mcp-Name');
  return undefined;
}

function isEnvelopeFault(message: Message): boolean {
  const capabilities = envelope(message)[`${K}clientCapabilities`];
  return typeof capabilities !== 'object' || capabilities === null;
}

function envelope(message: Message): Readonly<Record<string, unknown>> {
  const meta = message.params?._meta;
  return typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>) : {};
}

function one(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Names that are not ASCII travel as `=?base64?…?=`. */
function plain(value: string | undefined): string | undefined {
  const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value?.trim() ?? '')?.[1];
  return encoded === undefined ? value?.trim() : Buffer.from(encoded, 'base64').toString('utf8');
}

function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) parts.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
  });
}

function rpcError(id: unknown, code: number, message: string, data?: unknown): unknown {
  return {
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: { code, message, ...(data === undefined ? {} : { data }) },
  };
}
