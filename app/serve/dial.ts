import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hello } from './hello.ts';
import { hmacSha256, sha256 } from './sha256.ts';

/** How bridge and command line reach the host. No dependencies: a bridge must start in little more than Node's own time. */

export interface DialFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export class DialError extends Error {
  readonly failure: DialFailure;
  constructor(failure: DialFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

const HELLO_LIMIT = 16_384;
const HELLO_MS = 10_000;

/** Connects and shakes hands. Rejects with `DialError`; `GH_HOST_DOWN` when nobody listens. */
export async function dial(home: string, who: Pick<Hello, 'role' | 'client' | 'connection'>): Promise<Socket> {
  let path: string;
  try {
    path = String((JSON.parse(readFileSync(join(home, 'host.json'), 'utf8')) as { readonly socket: unknown }).socket);
  } catch {
    throw hostDown();
  }
  const socket = await open(path);
  try {
    return await shakeHands(socket, home, who);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * A young generation of 4 MB: Node's own limit lets a host grow by 130 MB in a flood of calls, and never gives them back. It is swept by
 * the thread itself: four helpers for it cost a quarter of the processor time of a call, and take it from the other processes.
 */
export const HOST_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--no-parallel-scavenge'];

/** Starts a host, detached from us, and waits until it answers. `GH_HOST_START` when it does not within `ms`. */
export async function dialOrStart(
  home: string,
  cli: string,
  who: Pick<Hello, 'role' | 'client' | 'connection'>,
  ms = 20_000,
): Promise<Socket> {
  const until = Date.now() + ms;
  let started = false;
  for (;;) {
    try {
      return await dial(home, who);
    } catch (error) {
      if (!(error instanceof DialError) || error.failure.code !== 'GH_HOST_DOWN') throw error;
    }
    if (!started) {
      started = true;
      // Loaded only when it is needed: it costs a bridge a fifth of its start-up time.
      const { spawn } = await import('node:child_process');
      spawn(process.execPath, [...HOST_FLAGS, cli, 'host', '--home', home], {
        detached: true,
        stdio: 'ignore',
        cwd: home === '' ? '/' : parentOf(home),
        windowsHide: true,
      })
        .on('error', () => undefined)
        .unref();
    }
    if (Date.now() > until) {
      throw new DialError({
        code: 'GH_HOST_START',
        message: 'Gatehouse could not be started.',
        hint: 'Run `gatehouse doctor` in a terminal; it names the cause.',
      });
    }
    await sleep(20);
  }
}

function parentOf(home: string): string {
  try {
    process.chdir(home);
    return home;
  } catch {
    return '/';
  }
}

function hostDown(): DialError {
  return new DialError({
    code: 'GH_HOST_DOWN',
    message: 'Gatehouse is not running.',
    hint: 'Start it, then reconnect.',
  });
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', () => reject(hostDown()));
  });
}

async function shakeHands(
  socket: Socket,
  home: string,
  who: Pick<Hello, 'role' | 'client' | 'connection'>,
): Promise<Socket> {
  const file = join(home, 'keys', `${who.role === 'cli' ? 'cli' : `client-${who.client}`}.key`);
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch {
    throw new DialError({
      code: 'GH_CLIENT_UNKNOWN',
      message: `Gatehouse has no key for "${who.client}" on this computer.`,
      hint: `Run \`gatehouse clients register ${who.client} --connection ${who.connection}\`, then reconnect.`,
    });
  }
  const nonce = (await random(16)).toString('base64url');
  const hello: Hello = { gatehouse: 1, nonce, ...who };
  socket.write(`${JSON.stringify(hello)}\n`);
  const reply = JSON.parse(await firstLine(socket)) as { readonly proof?: string; readonly error?: DialFailure };
  if (reply.error !== undefined) throw new DialError(reply.error);
  if (reply.proof === undefined || !same(reply.proof, proofFor(key, nonce))) {
    throw new DialError({
      code: 'GH_HOST_FALSE',
      message: 'The program on Gatehouse’s socket could not prove that it is Gatehouse.',
      hint: 'If the key of this assistant was revoked, register it again; else run `gatehouse doctor`.',
    });
  }
  socket.write(`${JSON.stringify({ key })}\n`);
  return socket;
}

/** What only a host that knows the hash of the key can answer; see hello.ts. */
function proofFor(key: string, nonce: string): string {
  return hmacSha256(sha256(Buffer.from(key)), Buffer.from(`host ${nonce}`)).toString('base64url');
}

/** Compares in a time that does not depend on where the texts differ. */
function same(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/** From the kernel itself where it is a file, since `node:crypto` takes 5 ms to load. */
async function random(bytes: number): Promise<Buffer> {
  try {
    const file = openSync('/dev/urandom', 'r');
    const found = Buffer.alloc(bytes);
    const read = readSync(file, found, 0, bytes, null);
    closeSync(file);
    if (read === bytes) return found;
  } catch {
    // Windows
  }
  const { randomBytes } = await import('node:crypto');
  return randomBytes(bytes);
}

/** Reads one line and leaves the rest on the socket. */
export function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(
            new DialError({
              code: 'GH_HOST_SILENT',
              message: 'Gatehouse did not answer.',
              hint: 'Run `gatehouse doctor`.',
            }),
          ),
        ),
      HELLO_MS,
    );
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      socket.off('readable', read).off('end', ended).off('close', ended);
      then();
    };
    const ended = (): void => finish(() => reject(hostDown()));
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        got = Buffer.concat([got, chunk]);
        const end = got.indexOf(10);
        if (end === -1) {
          if (got.length > HELLO_LIMIT) return finish(() => reject(hostDown()));
          continue;
        }
        const rest = got.subarray(end + 1);
        return finish(() => {
          if (rest.length > 0) socket.unshift(rest);
          resolve(got.toString('utf8', 0, end));
        });
      }
    };
    socket.on('readable', read).on('end', ended).on('close', ended);
    read();
  });
}
