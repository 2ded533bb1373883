import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real server of Debian's packages for one test, on loopback, with a folder of its own; it can be taken away and brought back. */
export interface StoreServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it at once, as a power cut would; `start` brings it back with what it had written down. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It takes connections and answers nothing, until it goes on. */
  hang(): void;
  goOn(): void;
}

interface Plan {
  readonly url: string;
  readonly folder: string;
  readonly command: readonly string[];
  /** What ends it without a chance to tidy up. */
  readonly killWith: 'SIGKILL' | 'SIGQUIT';
  /** Throws until it takes connections. */
  isReady(): boolean;
}

async function run({ url, folder, command: [program = '', ...args], killWith, isReady }: Plan): Promise<StoreServer> {
  let child: ChildProcess | undefined;
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk;
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise(resolve => running.once('exit', resolve));
    running.kill('SIGCONT');
    running.kill(killWith);
    await ended;
  };
  const start = async (): Promise<void> => {
    child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
    for (let tries = 0; !isReady(); tries++) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`${program} did not start: ${said.slice(-2_000)}`);
      await sleep(50);
    }
  };
  await start();
  return {
    url,
    kill,
    start,
    hang: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Redis that writes down every change before it answers (`appendfsync always`), with a password. */
export async function startRedis(
  password = 'password-of-the-test',
): Promise<StoreServer & { keys(): readonly string[]; dump(): string; forget(): void }> {
  const folder = mkdtempSync('/tmp/gh-redis-');
  const port = await freePort();
  const cli = (...args: readonly string[]) =>
    spawnSync('redis-cli', ['-h', '127.0.0.1', '-p', String(port), '--no-auth-warning', '-a', password, ...args], {
      encoding: 'utf8',
    }).stdout;
  const settings = [
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  const server = await run({
    url: `redis://:${password}@127.0.0.1:${port}`,
    folder,
    command: ['redis-server', '--port', String(port), '--requirepass', password, ...settings],
    killWith: 'SIGKILL',
    isReady: () => cli('ping').trim() === 'PONG',
  });
  const keys = (): readonly string[] => cli('--raw', 'keys', '*').split('\n').filter(Boolean);
  return {
    ...server,
    keys,
    forget: () => void cli('flushall'),
    dump: () =>
      keys()
        .map(key => `${key} ${cli('--raw', 'get', key)}`)
        .join('\n'),
  };
}

/** PostgreSQL, newest of what is installed. It refuses to run as root, so it runs as its own user then. */
export async function startPostgres(): Promise<StoreServer & { query(sql: string): string }> {
  const folder = mkdtempSync('/tmp/gh-postgres-');
  const programs = '/usr/lib/postgresql';
  const [version = ''] = existsSync(programs)
    ? readdirSync(programs).toSorted((one, other) => Number(other) - Number(one))
    : [];
  const program = (name: string): string => join(programs, version, 'bin', name);
  const asUser = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const call = (...command: readonly string[]) => {
    const [first = '', ...rest] = [...asUser, ...command];
    return spawnSync(first, rest, { encoding: 'utf8', cwd: '/tmp' });
  };
  if (asUser.length > 0) spawnSync('chown', ['postgres', folder]);
  const port = await freePort();
  const made = call(
    program('initdb'),
    '-D',
    join(folder, 'data'),
    '-A',
    'trust',
    '-U',
    'gatehouse',
    '-E',
    'UTF8',
    '--locale=C',
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const psql = (sql: string) =>
    call('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'gatehouse', '-d', 'postgres', '-At', '-c', sql);
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'shared_buffers=16MB'];
  const server = await run({
    url: `postgres://gatehouse@127.0.0.1:${port}/postgres`,
    folder,
    command: [...asUser, program('postgres'), '-D', join(folder, 'data'), ...settings.flatMap(one => ['-c', one])],
    // Its immediate shutdown: a killed one leaves children behind.
    killWith: 'SIGQUIT',
    isReady: () => psql('SELECT 1').stdout.trim() === '1',
  });
  return {
    ...server,
    query(sql) {
      const { status, stdout, stderr } = psql(sql);
      if (status !== 0) throw new Error(stderr);
      return stdout.trim();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
