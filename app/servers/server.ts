import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { GatehouseError } from '../contract/errors.ts';
import { batchedWrite } from './batch.ts';
import type { ServerLog } from './server-log.ts';
import { type Grace, stopChild } from './stop-ladder.ts';

export type ServerState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'crash-loop';

/** What to run, and what its control channel gets first. Asked for anew at every start: settings and secrets may have changed. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly firstLine: string;
}

export interface ServerDeps {
  readonly launch: () => Launch;
  readonly log: ServerLog;
  readonly now: () => Date;
  /** Bytes from stdout. */
  readonly onOutput: (chunk: Buffer) => void;
  /** A line from the control channel, parsed. */
  readonly onControl: (message: unknown) => void;
  /** The process is gone; `expected` when it was asked to go. Called once for each start. */
  readonly onExit: (expected: boolean, reason: string) => void;
  readonly onState: (state: ServerState, reason: string) => void;
  /** Asked for anew whenever the last call ended; 0: never ended for that. */
  readonly idleMs: () => number;
  readonly grace?: Grace;
}

/** One child process of a connection: started when needed, ended by the ladder, kept from crash-looping. */
export interface Server {
  readonly state: ServerState;
  readonly reason: string;
  readonly pid: number | undefined;
  /** Starts it if it is not running. Waits out a back-off; throws `GH_SERVER_CRASH_LOOP` or `GH_SERVER_CANNOT_START`. */
  start(): Promise<void>;
  /** One character for each byte. */
  write(text: string): boolean;
  control(message: unknown): void;
  /** Tells how many calls are open; with none, the idle clock runs. */
  busy(openCalls: number): void;
  stop(): Promise<void>;
  /** Forgets earlier crashes. */
  forgive(): void;
}

/** A shorter idle time that was set meanwhile counts after this long. */
const IDLE_LOOK_MS = 30_000;
const CRASH_WINDOW_MS = 60_000;
const CRASH_LIMIT = 5;
const BACKOFF_MS = [0, 250, 1_000, 4_000] as const;

export function createServer(deps: ServerDeps): Server {
  const { log, now } = deps;
  let child: ChildProcess | undefined;
  let group: number | undefined;
  let write: ((text: string) => boolean) | undefined;
  let cannotStart: string | undefined;
  let state: ServerState = 'stopped';
  let reason = '';
  let crashes: number[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let open = 0;
  let idleSince = 0;
  let idle: NodeJS.Timeout | undefined;

  const enter = (next: ServerState, why: string): void => {
    if (state === next && reason === why) return;
    state = next;
    reason = why;
    deps.onState(next, why);
  };
  const recent = (): number[] => crashes.filter(time => time > now().getTime() - CRASH_WINDOW_MS);

  const launch = async (): Promise<void> => {
    crashes = recent();
    if (crashes.length >= CRASH_LIMIT) {
      const seconds = Math.ceil(((crashes[0] ?? 0) + CRASH_WINDOW_MS - now().getTime()) / 1_000);
      throw new GatehouseError(
        'GH_SERVER_CRASH_LOOP',
        `The server ended by itself ${CRASH_LIMIT} times within a minute (${reason}). Next try in ${seconds} s.`,
      );
    }
    const wait = BACKOFF_MS[Math.min(crashes.length, BACKOFF_MS.length - 1)] ?? 0;
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
    const order = deps.launch();
    enter('starting', '');
    await begin(order);
  };

  const begin = (order: Launch): Promise<void> =>
    new Promise((resolve, reject) => {
      const spawned = spawn(order.command, order.args, {
        cwd: order.cwd,
        env: order.env,
        stdio: ['pipe', 'pipe', 'pipe', process.platform === 'win32' ? 'overlapped' : 'pipe'],
        windowsHide: true,
      });
      child = spawned;
      write = batchedWrite(spawned.stdin);
      group = undefined;
      cannotStart = undefined;
      let over = false;
      const ended = (why: string): void => {
        if (over) return;
        over = true;
        stopWatching();
        const expected = state === 'stopping';
        if (child === spawned) {
          child = undefined;
          write = undefined;
        }
        if (expected) enter('stopped', '');
        else {
          crashes = [...recent(), now().getTime()];
          log.note(`[gatehouse] the server ended: ${why}`);
          enter(crashes.length >= CRASH_LIMIT ? 'crash-loop' : 'stopped', why);
        }
        deps.onExit(expected, why);
      };
      spawned.once('error', error => {
        ended(error.message);
        reject(
          new GatehouseError('GH_SERVER_CANNOT_START', `The server cannot be started: ${error.message}.`, {
            cause: error,
          }),
        );
      });
      spawned.once('exit', (code, signal) =>
        ended(cannotStart ?? (signal === null ? `exit code ${code}` : `signal ${signal}`)),
      );
      spawned.stdin?.on('error', () => undefined);
      spawned.stdout?.on('data', (chunk: Buffer) => {
        if (state === 'starting') enter('ready', '');
        deps.onOutput(chunk);
      });
      spawned.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
      const control = spawned.stdio[3] as Duplex | null | undefined;
      control?.on('error', () => undefined);
      let text = '';
      control?.setEncoding('utf8');
      control?.on('data', (chunk: string) => {
        const lines = (text + chunk).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) receive(line);
      });
      spawned.once('spawn', () => {
        control?.write(`${order.firstLine}\n`);
        resolve();
      });
    });

  const receive = (line: string): void => {
    let message: { readonly type?: unknown; readonly pid?: unknown; readonly message?: unknown };
    try {
      message = JSON.parse(line) as typeof message;
    } catch {
      log.note('[gatehouse] an unreadable line on the control channel was dropped');
      return;
    }
    // The two words of the launcher; everything else is of our own servers.
    if (message.type === 'group') group = Number(message.pid);
    else if (message.type === 'cannot-start') {
      cannotStart = String(message.message);
      return;
    } else deps.onControl(message);
    if (state === 'starting') enter('ready', '');
  };

  const stop = async (): Promise<void> => {
    stopWatching();
    const target = child;
    if (target === undefined) return enter('stopped', '');
    enter('stopping', '');
    await stopChild(target, group, deps.grace);
  };

  const stopWatching = (): void => {
    clearTimeout(idle);
    idle = undefined;
  };
  const stopOnce = (): Promise<void> => {
    stopping ??= stop().finally(() => {
      stopping = undefined;
    });
    return stopping;
  };

  /** Looks now and then, since to begin anew with every call would cost each of them a timer. */
  const watchIdle = (): void => {
    idle = undefined;
    const idleMs = deps.idleMs();
    if (open > 0 || child === undefined || idleMs === 0) return;
    const left = idleSince + idleMs - performance.now();
    if (left <= 0) return void stopOnce();
    idle = setTimeout(watchIdle, Math.min(left, IDLE_LOOK_MS));
    idle.unref();
  };

  return {
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get pid() {
      return child?.pid;
    },
    async start() {
      if (stopping !== undefined) await stopping;
      if (child !== undefined && state !== 'stopping') return;
      starting ??= launch().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    write: text => write?.(text) ?? false,
    control(message) {
      (child?.stdio[3] as Duplex | null | undefined)?.write(`${JSON.stringify(message)}\n`);
    },
    busy(openCalls) {
      open = openCalls;
      if (open > 0) return;
      idleSince = performance.now();
      if (idle === undefined) watchIdle();
    },
    stop: stopOnce,
    forgive() {
      crashes = [];
      if (state === 'crash-loop') enter('stopped', '');
    },
  };
}
