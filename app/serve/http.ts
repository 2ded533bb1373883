import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatehouseError } from '../contract/errors.ts';
import { same } from './hello.ts';
import { isLocalHost } from './http-guard.ts';
import { EVERY_ANSWER, windowFile } from './page.ts';
import type { HostApi } from './router.ts';

/** The window in a browser, on a loopback address: static files, the contract, its events. */
export interface HttpDoor {
  readonly origin: string;
  /** The address with the key in its fragment: for the person's eyes. */
  readonly url: string;
  /** The same with a code that is good for one exchange: for a browser's command line, which other programs can read. */
  launchUrl(): string;
  close(): Promise<void>;
}

const BODY_LIMIT = 4 * 1024 * 1024;
const LAUNCH_MS = 60_000;

/** Takes a request that is neither a file nor the contract; `true` when it did. */
export type HttpExtension = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/**
 * Listens on 127.0.0.1 only. Every request's Host and Origin are checked first; the contract wants the key in
 * `Authorization`, so that no other page and no other user of this computer gets in.
 */
export async function openHttpDoor(deps: {
  readonly port: number;
  readonly folder: string;
  readonly api: Pick<HostApi, 'call'>;
  /** Somebody has a window open, until it is closed. */
  readonly watch: HostApi['subscribe'];
  readonly extension: HttpExtension;
}): Promise<HttpDoor> {
  const key = randomBytes(24).toString('base64url');
  const launches = new Map<string, number>();
  const streams = new Set<ServerResponse>();
  const server: Server = createServer((request, response) => {
    serve(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { port } = server.address() as AddressInfo;
    response.setHeaders(new Headers(EVERY_ANSWER));
    if (!isLocalHost(request.headers.host))
      return json(response, 403, failure('GH_USAGE', 'This host name is not allowed.'));
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    if (deps.extension(request, response, url)) return;
    const { origin } = request.headers;
    if (origin !== undefined && ![`http://127.0.0.1:${port}`, `http://localhost:${port}`].includes(origin))
      return json(response, 403, failure('GH_USAGE', 'This origin is not allowed.'));
    if (!url.pathname.startsWith('/api/')) return file(request, response, url.pathname);
    if (url.pathname === '/api/launch' && request.method === 'POST') return launch(request, response);
    if (!same(request.headers.authorization ?? '', `Bearer ${key}`))
      return json(
        response,
        401,
        failure(
          'GH_USAGE',
          'The key of the window is missing or wrong. Open the address that `gatehouse serve` prints.',
        ),
      );
    if (url.pathname === '/api/events' && request.method === 'GET') return events(response);
    if (request.method !== 'POST') return json(response, 405, failure('GH_USAGE', 'Use POST.'));
    await call(url.pathname.slice('/api/'.length), await readBody(request), response);
  };

  const file = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return json(response, 405, failure('GH_USAGE', 'Use GET.'));
    const found = windowFile(deps.folder, path);
    if (found === undefined) return json(response, 404, failure('GH_NOT_FOUND', 'There is no such page.'));
    response.writeHead(200, found.headers).end(request.method === 'HEAD' ? undefined : found.body);
  };

  const launch = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { code } = JSON.parse((await readBody(request)) || '{}') as { readonly code?: unknown };
    const expires = typeof code === 'string' ? launches.get(code) : undefined;
    if (typeof code !== 'string' || expires === undefined || expires < Date.now())
      return json(
        response,
        401,
        failure(
          'GH_USAGE',
          'This launch address was used already or is too old. Open the address that `gatehouse serve` prints.',
        ),
      );
    launches.delete(code);
    json(response, 200, { key });
  };

  const events = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write(': open\n\n');
    const unwatch = deps.watch(event => response.write(`data: ${JSON.stringify(event)}\n\n`));
    const alive = setInterval(() => response.write(': alive\n\n'), 15_000);
    streams.add(response);
    response.on('close', () => {
      clearInterval(alive);
      unwatch();
      streams.delete(response);
    });
  };

  const call = async (name: string, body: string, response: ServerResponse): Promise<void> => {
    let input: unknown;
    try {
      input = body === '' ? {} : JSON.parse(body);
    } catch {
      return json(response, 400, failure('GH_INVALID_INPUT', 'The body is not JSON.'));
    }
    try {
      json(response, 200, { result: (await deps.api.call('window', name, input)) ?? null });
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      json(response, error.code === 'GH_NOT_FOUND' ? 404 : error.code === 'GH_INTERNAL' ? 500 : 400, { error });
    }
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(
        (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
          ? new GatehouseError('GH_PORT_TAKEN', `Port ${deps.port} is taken by another program.`, { cause: error })
          : error,
      ),
    );
    server.listen(deps.port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/#key=${key}`,
    launchUrl() {
      const code = randomBytes(18).toString('base64url');
      launches.set(code, Date.now() + LAUNCH_MS);
      return `${origin}/#launch=${code}`;
    },
    async close() {
      for (const stream of streams) stream.end();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        reject(new GatehouseError('GH_INVALID_INPUT', 'The request is too large.'));
        request.destroy();
      } else parts.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function failure(
  code: 'GH_USAGE' | 'GH_NOT_FOUND' | 'GH_INVALID_INPUT',
  message: string,
): { readonly error: GatehouseError } {
  return { error: new GatehouseError(code, message) };
}
