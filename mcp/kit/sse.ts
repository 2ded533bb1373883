import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJSONRPCMessage, type Server, type Transport } from '@modelcontextprotocol/server';

/**
 * The HTTP+SSE transport of MCP 2024-11-05, for clients that know nothing newer: `GET /sse` is the way out, `POST /messages` the
 * way in. The SDK of both eras has dropped it; see docs/decisions/0001.
 */
export interface SseLinks {
  /** `GET /sse`: a link that lasts until either side ends it. */
  open(response: ServerResponse): Promise<void>;
  /** `POST /messages?sessionId=…`: 202, and the answer comes on the link. */
  receive(request: IncomingMessage, response: ServerResponse, sessionId: string): Promise<void>;
}

/** So that nothing between here and there takes the link for dead; a client that is gone is noticed by it. In ms. */
const ALIVE_MS = 30_000;
const MAX_BYTES = 4 * 1024 * 1024;
const MOST_LINKS = 100;

/** The links of one account: the id of a link of another account is unknown here. `serverFor` makes one server for each link. */
export function createSseLinks(serverFor: () => Server): SseLinks {
  const links = new Map<string, Transport>();
  return {
    async open(response) {
      if (links.size >= MOST_LINKS) return refuse(response, 503, 'Too many links are open.');
      const id = randomUUID();
      const transport = transportOver(response, id, () => links.delete(id));
      links.set(id, transport);
      await serverFor().connect(transport);
    },
    async receive(request, response, sessionId) {
      const transport = links.get(sessionId);
      if (transport === undefined) return refuse(response, 404, 'There is no such link. Open one with GET /sse.');
      if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
        return refuse(response, 415, 'A message is application/json.');
      const body = await bodyOf(request);
      if (body === undefined) return refuse(response, 413, 'The message is over 4 MiB.');
      const message = messageIn(body);
      // Not a word of what was sent: it may hold secrets.
      if (message === undefined) return refuse(response, 400, 'This is not a message of JSON-RPC.');
      response.writeHead(202).end('Accepted');
      transport.onmessage?.(message);
    },
  };
}

function transportOver(response: ServerResponse, sessionId: string, ended: () => void): Transport {
  const event = (name: string, data: string): void => void response.write(`event: ${name}\ndata: ${data}\n\n`);
  const transport: Transport = {
    sessionId,
    async start() {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-store, no-transform',
        'x-accel-buffering': 'no',
      });
      const alive = setInterval(() => response.write(': alive\n\n'), ALIVE_MS).unref();
      response.once('close', () => {
        clearInterval(alive);
        ended();
        transport.onclose?.();
      });
      event('endpoint', `/messages?sessionId=${sessionId}`);
    },
    async send(message) {
      event('message', JSON.stringify(message));
    },
    async close() {
      response.end();
    },
  };
  return transport;
}

function messageIn(body: string) {
  try {
    return parseJSONRPCMessage(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** `undefined` when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ error }));
}
