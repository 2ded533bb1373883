import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Members } from './testing.ts';

/** A server on its own, as a process over HTTP on a free port. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Everything on stderr so far. */
  said(): string;
  /** Calls a tool and returns the members of the result; `key`: the tenant's, or the server's. */
  call(tool: string, input?: object, key?: string): Promise<Members>;
  read(path: '/health' | '/metrics', key?: string): Promise<string>;
  connect(key?: string): Promise<Client>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');

/** Throws what it wrote on stderr when it ends before it listens. */
export async function startServer(
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const given = JSON.stringify({ transport: 'streamable-http', ...options });
  const child = spawn(process.execPath, [FIXTURE, given], {
    env: { PATH: process.env.PATH ?? '', BROWSER: 'none', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    ended.then(() => reject(new Error(said)));
    child.stderr.on('data', chunk => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+\/\w+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  const clients = new Map<string, Promise<Client>>();
  const headersOf = (key: string): Record<string, string> => (key === '' ? {} : { authorization: `Bearer ${key}` });
  const connect = async (key = ''): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' });
    const requestInit = { headers: headersOf(key) };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url,
    said: () => said,
    connect,
    kill,
    async call(tool, input = {}, key = '') {
      const known = clients.get(key) ?? connect(key);
      clients.set(key, known);
      const { structuredContent } = await (await known).callTool({ name: tool, arguments: { ...input } });
      return { ...(structuredContent as Members) };
    },
    read: async (path, key = '') => (await fetch(new URL(path, url), { headers: headersOf(key) })).text(),
    async [Symbol.asyncDispose]() {
      for (const client of clients.values()) await client.then(one => one.close()).catch(() => undefined);
      await kill();
    },
  };
}

/** A server on its own that is not meant to get far: its status, and what it said. */
export async function runToEnd(
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [FIXTURE, JSON.stringify(options)], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'pipe',
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => (said.out += chunk));
  child.stderr.on('data', chunk => (said.err += chunk));
  const status = await new Promise<number | null>(done => child.once('close', done));
  return { ...said, status };
}

const WATCH = `import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  if (['redis', 'pg'].includes(name)) process.stderr.write('loads ' + name + '\\n');
  return next(name, context);
} });`;

/** Variables of a server that tells which clients of stores it loads: they cost time and memory. */
export const WATCHED = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WATCH)}` };

export function loadedBy(server: RunningServer): readonly string[] {
  return [...server.said().matchAll(/^loads (\w+)$/gm)].map(([, name = '']) => name);
}
