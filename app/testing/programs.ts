import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Runtime } from '../runtime.ts';
import { eventually, isRunning, runtime } from './index.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The first line of stdout, parsed. */
  readonly json: unknown;
}

/** A home in a temporary folder, with the real programs run on it as a person or an assistant runs them. */
export interface Installation {
  /** Holds the home and whatever a test puts beside it. */
  readonly folder: string;
  readonly home: string;
  /** `gatehouse --json …`. */
  run(args: readonly string[], input?: string): Promise<Ran>;
  /** `gatehouse …`, which goes on; ended with the installation. */
  start(args: readonly string[]): ChildProcess;
  /** `gatehouse serve --json --no-open …`, ready; ended with the installation. */
  serve(...args: readonly string[]): Promise<{ readonly url: string; readonly child: ChildProcess }>;
  /** The bridge, as an assistant starts it: empty environment, `/` as the working directory. */
  bridge(connection: string, client?: string): ChildProcess;
  hostPid(): number | undefined;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `programs`: those of the checkout unless told. */
export function installation(
  more: (folder: string) => Readonly<Record<string, string>> = () => ({}),
  programs: Pick<Runtime, 'node' | 'cli' | 'bridge'> = runtime,
): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-installed-'));
  const home = join(folder, 'home');
  const children = new Set<ChildProcess>();
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    GATEHOUSE_HOME: home,
    GATEHOUSE_VAULT: 'memory',
    ...more(folder),
  };
  const start = (args: readonly string[], options: { readonly env: Record<string, string>; readonly cwd: string }) => {
    const child = spawn(programs.node, args, { ...options, stdio: 'pipe' });
    children.add(child.on('exit', () => children.delete(child)));
    return child;
  };
  const hostPid = (): number | undefined => {
    try {
      return Number((JSON.parse(readFileSync(join(home, 'host.json'), 'utf8')) as { readonly pid: number }).pid);
    } catch {
      return undefined;
    }
  };
  return {
    folder,
    home,
    hostPid,
    start: args => start([programs.cli, ...args], { env: environment, cwd: folder }),
    run(args, input = '') {
      const child = start([programs.cli, '--json', ...args], { env: environment, cwd: folder });
      child.stdin.end(input);
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      return new Promise(resolve => {
        child.on('close', status => resolve({ status, stdout, stderr, json: parsed(stdout) }));
      });
    },
    async serve(...args) {
      const child = start([programs.cli, 'serve', '--json', '--no-open', ...args], { env: environment, cwd: folder });
      const line = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdout }).once('line', resolve);
        child.once('exit', code => reject(new Error(`serve ended with ${code}`)));
      });
      return { child, url: (JSON.parse(line) as { readonly url: string }).url };
    },
    bridge: (connection, client = 'terminal') =>
      start([programs.bridge, connection, '--client', client, '--home', home], { env: {}, cwd: '/' }),
    async [Symbol.asyncDispose]() {
      const pid = hostPid();
      for (const child of children) child.kill();
      if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGTERM');
      await eventually(() => (pid === undefined || !isRunning(pid)) && children.size === 0, 20_000);
      // A browser of the app writes to its folder for a moment longer.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.split('\n', 1)[0] ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** Every process whose command line or working directory names the text. Linux only. */
export function processesOf(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Processes that know of a folder by their arguments, environment or working directory, and all that they started. */
export function familyOf(folder: string): readonly number[] {
  const parents = new Map<number, number>();
  const family = new Set<number>();
  for (const pid of readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)) {
    try {
      const read = (part: string): string => readFileSync(`/proc/${pid}/${part}`, 'latin1');
      parents.set(pid, Number(read('stat').split(') ')[1]?.split(' ')[1]));
      if (`${read('cmdline')}${read('environ')}${readlinkSync(`/proc/${pid}/cwd`)}`.includes(folder)) family.add(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  for (let size = -1; size !== family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

/** All files below a folder with their bytes, for canary searches. */
export function* filesBelow(folder: string): Generator<readonly [string, Buffer]> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    yield [file, readFileSync(file)];
  }
}
