import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntryView, InputOf, OutputOf, ProcedureName } from '../contract/index.ts';
import { chars, createLineReader, parse } from '../gateway/index.ts';
import { createHost, type Host, type HostOptions } from '../host.ts';
import { findRuntime } from '../runtime.ts';
import { dial } from '../serve/dial.ts';
import { openState } from '../storage/index.ts';
import { VERSION } from '../version.ts';

/** The built programs: `npm test` builds before it tests. */
export const runtime = findRuntime(VERSION, new URL('../host.ts', import.meta.url).href);

/** The path of a server of this folder, as arguments of Node. */
export const fixture = (name: string): string => join(import.meta.dirname, `${name}.fixture.mjs`);

export interface TestHost extends Host {
  readonly home: string;
  /** A procedure of the contract through the window's door. */
  readonly window: <N extends ProcedureName>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>;
  /** A custom connection to a fixture, with all its tools classified as `effect`. */
  custom(name: string, program: string, args?: readonly string[], effect?: 'read' | 'write'): Promise<string>;
  /** A line to the host as a bridge would have it. */
  link(connection: string, client?: string): Promise<Link>;
  /** All entries so far, oldest first. */
  entries(): Promise<readonly EntryView[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A real host in this process, in a folder of its own, with a vault in memory and short waits. */
export async function startHost(options: Partial<HostOptions> = {}): Promise<TestHost> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'gatehouse-home-'));
  const host = await createHost({
    runtime,
    env: process.env,
    vault: 'memory',
    grace: { afterEndMs: 400, afterTermMs: 400 },
    ...options,
    home,
  });
  const window = (name: string, input: unknown): Promise<unknown> => host.api.call('window', name, input);
  const call = window as TestHost['window'];
  return {
    ...host,
    home,
    window: call,
    async custom(name, program, args = [], effect = 'read') {
      await call('connections.add', {
        backend: 'custom',
        name,
        settings: { command: process.execPath, args: [fixture(program), ...args] },
      });
      const id = `custom/${name}`;
      const tested = await call('connections.test', { id });
      if (!tested.ok) throw new Error(tested.message);
      const { uuid } = host.parts.connections.get(id);
      for (const tool of host.parts.pinned.get(uuid)?.accepted.tools ?? [])
        await call('connections.classify', { id, tool: String(tool.name), effect });
      return id;
    },
    link: (connection, client = 'terminal') => {
      if (client !== 'terminal') host.parts.keys.issue(client);
      return openLink(home, connection, client);
    },
    async entries() {
      const found: EntryView[] = [];
      for (let before: number | undefined; ; ) {
        const page = await call('audit.list', { limit: 1_000, ...(before === undefined ? {} : { before }) });
        found.push(...page);
        before = page.at(-1)?.seq;
        if (page.length < 1_000 || before === undefined) return found.reverse();
      }
    },
    async [Symbol.asyncDispose]() {
      await host.stop();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

export type Message = { readonly [key: string]: unknown };

/** One JSON message per line, both ways, over the host's socket: what a bridge pumps. */
export interface Link {
  readonly socket: Socket;
  /** Everything that came, oldest first. */
  readonly received: readonly Message[];
  send(message: Message | string | Uint8Array): void;
  /** Sends a request and waits for the answer under its id. */
  request(method: string, params?: Message, id?: string | number): Promise<Message>;
  /** The first message, old or new, for which it is true. */
  find(what: (message: Message) => boolean, ms?: number): Promise<Message>;
  initialize(capabilities?: Message): Promise<Message>;
  close(): void;
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
};

/** The params of a request of the 2026 era. */
export function modern(params: Message = {}, capabilities: Message = {}): Message {
  return { ...params, _meta: { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': capabilities } };
}

/** A line to the host of a home, proven with the client's key. */
export async function openLink(home: string, connection: string, client: string): Promise<Link> {
  const socket = await dial(home, { role: 'client', client, connection });
  const received: Message[] = [];
  const reader = createLineReader(
    line => void received.push(parse(line) as Message),
    head => void received.push({ tooLong: chars(head).length }),
  );
  socket.on('data', chunk => reader.push(chunk as Buffer));
  let next = 1;
  const link: Link = {
    socket,
    received,
    send: message =>
      void socket.write(
        typeof message === 'string' || message instanceof Uint8Array
          ? message
          : `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`,
      ),
    request(method, params = {}, id = next++) {
      link.send({ id, method, params });
      return link.find(message => message.id === id && message.method === undefined);
    },
    find: (what, ms = 15_000) => eventually(() => received.find(what), ms),
    initialize: (capabilities = {}) =>
      link.request('initialize', {
        protocolVersion: '2025-11-25',
        capabilities,
        clientInfo: { name: 'raw', version: '1' },
      }),
    close: () => void socket.destroy(),
  };
  return link;
}

/** Asks again and again until there is an answer that is neither undefined nor false; throws after `ms`. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 15_000,
): Promise<T> {
  for (const until = Date.now() + ms; ; await sleep(5)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > until) throw new Error(`not within ${ms} ms: ${look}`);
  }
}

/** The text of a tool's result. */
export function textOf(message: Message): string {
  const result = message.result as { readonly content?: readonly { readonly text?: string }[] } | undefined;
  return result?.content?.[0]?.text ?? JSON.stringify(message.error ?? message);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The state database with bare connections, for tests of what hangs on them. */
export function stateWith(file: string, ...uuids: readonly string[]): DatabaseSync {
  const db = openState(file);
  const add = db.prepare(
    "INSERT OR IGNORE INTO connection VALUES (?, 'custom', ?, '{}', 0, 'flat', NULL, NULL, 0, '')",
  );
  for (const uuid of uuids) add.run(uuid, uuid);
  return db;
}
