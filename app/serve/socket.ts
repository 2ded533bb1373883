import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { GatehouseError } from '../contract/errors.ts';
import { chars, createLineReader, type Gateway, parse } from '../gateway/index.ts';
import { batchedWrite } from '../servers/index.ts';
import { DialError, firstLine } from './dial.ts';
import { type Hello, hashOfKey, hostProof, same } from './hello.ts';
import type { ClientKeys } from './keys.ts';
import type { HostApi } from './router.ts';

/** The private socket: bridges of assistants and commands come in here, each after proving its key. */
export interface SocketDoor {
  /** Links that keep the host from going idle. */
  links(): number;
  close(): Promise<void>;
}

const RPC_LIMIT = 64 * 1024 * 1024;
const HIGH_WATER = 4 * 1024 * 1024;
/** After the end of stdin a bridge may still wait for answers this long: people pipe requests in by hand. */
const LINGER_MS = 2_000;

export async function openSocketDoor(deps: {
  readonly path: string;
  readonly gateway: Gateway;
  readonly keys: ClientKeys;
  readonly cliKey: string;
  /** UUID of `backend/name`; throws `GH_NOT_FOUND`. */
  readonly resolve: (connection: string) => string;
  readonly api: HostApi;
  readonly onRefused: (client: string, connection: string, error: GatehouseError) => void;
}): Promise<SocketDoor> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    greet(socket).catch((error: unknown) => {
      const failure = error instanceof GatehouseError ? error : undefined;
      if (failure !== undefined && socket.writable) socket.end(`${JSON.stringify({ error: failure })}\n`);
      else socket.destroy();
    });
  });

  const greet = async (socket: Socket): Promise<void> => {
    const hello = parseHello(await firstLine(socket));
    const refusing = (error: unknown): never => {
      if (error instanceof GatehouseError) deps.onRefused(hello.client, hello.connection, error);
      throw error;
    };
    let hash: Buffer;
    let connection = '';
    try {
      hash = hello.role === 'cli' ? hashOfKey(deps.cliKey) : deps.keys.hashOf(hello.client);
      if (hello.role === 'client') connection = deps.resolve(hello.connection);
    } catch (error) {
      return refusing(error);
    }
    socket.write(`${JSON.stringify({ proof: hostProof(hash, hello.nonce) })}\n`);
    const { key } = JSON.parse(await firstLine(socket)) as { readonly key?: unknown };
    const genuine =
      typeof key === 'string' && (hello.role === 'cli' ? same(key, deps.cliKey) : deps.keys.matches(hello.client, key));
    if (!genuine) return refusing(new GatehouseError('GH_CLIENT_UNKNOWN', `The key of "${hello.client}" is wrong.`));
    if (hello.role === 'cli') serveCommands(socket, deps.api);
    else serveClient(socket, deps.gateway, hello.client, connection);
  };

  rmSync(deps.path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(deps.path, 0o600);

  return {
    links: () => sockets.size,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const socket of sockets) socket.end();
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 200).unref();
      await closed;
    },
  };
}

function parseHello(line: string): Hello {
  const hello = JSON.parse(line) as Partial<Hello>;
  const texts = [hello.client, hello.connection, hello.nonce];
  if (
    hello.gatehouse !== 1 ||
    (hello.role !== 'client' && hello.role !== 'cli') ||
    texts.some(text => typeof text !== 'string' || text.length > 200)
  ) {
    throw new DialError({ code: 'GH_USAGE', message: 'not a hello', hint: '' });
  }
  return hello as Hello;
}

function serveClient(socket: Socket, gateway: Gateway, client: string, connection: string): void {
  const write = batchedWrite(socket);
  const session = gateway.open(client, connection, {
    send(...pieces) {
      for (const piece of pieces) write(chars(piece));
      if (socket.writableLength > HIGH_WATER) socket.pause();
    },
    // After what was written in this turn.
    close: () => process.nextTick(() => void socket.end()),
  });
  const reader = createLineReader(
    line => gateway.receive(session, line),
    () => gateway.tooLong(session),
  );
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    gateway.close(session);
    socket.end();
  };
  socket.on('data', chunk => reader.push(chunk));
  socket.on('drain', () => socket.resume());
  socket.on('close', close);
  socket.on('end', () => {
    const until = Date.now() + LINGER_MS;
    const wait = (): void => {
      if (session.calls.size === 0 || Date.now() > until) close();
      else setTimeout(wait, 10);
    };
    wait();
  });
}

/** Newline-delimited `{id, name, input}`; answers `{id, result}`, `{id, error}` or `{id, progress}`; `{watch:true}` asks for events. */
function serveCommands(socket: Socket, api: HostApi): void {
  const send = (message: unknown): void => void (socket.writable && socket.write(`${JSON.stringify(message)}\n`));
  let unwatch: (() => void) | undefined;
  const reader = createLineReader(
    line => {
      const message = parse(line) as {
        readonly id: number;
        readonly name: string;
        readonly input: unknown;
        readonly watch?: boolean;
      };
      if (message.watch === true) {
        unwatch ??= api.subscribe(event => event.type !== 'code' && send({ event }));
        return;
      }
      api
        .call('cli', message.name, message.input, (done, total) => send({ id: message.id, progress: { done, total } }))
        .then(
          result => send({ id: message.id, result }),
          (error: unknown) => send({ id: message.id, error }),
        );
    },
    () => socket.destroy(),
    RPC_LIMIT,
  );
  socket.on('data', chunk => {
    try {
      reader.push(chunk);
    } catch {
      socket.destroy();
    }
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => unwatch?.());
}
