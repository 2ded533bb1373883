import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { ORIGIN } from '../../app/electron/origin.ts';
import { eventually, isRunning } from '../../app/testing/index.ts';
import { type Electron, MAIN, type Program } from './program.ts';
import { type Snapshot, SURROUNDINGS, type Surroundings, SYSTEM, type System } from './surroundings.ts';
import { STAND_IN_ORIGIN } from './wire.ts';

/** The built app, running, with all that can be seen of it and done to it. */
export interface RunningApp {
  readonly home: string;
  readonly folder: string;
  readonly pid: number | undefined;
  /** Where the pages of its windows stand. */
  readonly origin: string;
  readonly around: Surroundings;
  /** What it wrote to stdout and stderr. */
  readonly said: () => string;
  see(): Promise<Snapshot>;
  /** The page of the main window, once it is to be seen. */
  main(): Promise<Page>;
  /** The page of the pop-over, once it is to be seen. */
  popover(): Promise<Page>;
  /** Starts the app a second time on this home, and resolves with the status with which that ended. */
  again(...args: readonly string[]): Promise<number | null>;
  ended(ms?: number): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  /** The system to behave as; only the stand-in can. */
  readonly platform?: NodeJS.Platform;
  readonly system?: Partial<System>;
  readonly packaged?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a StatusNotifier host runs; Linux only. */
  readonly trayHost?: boolean;
}

/** What a program with windows needs of its surroundings. */
const PASSED = ['DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'] as const;

/** Starts the built app on a home of its own under `folder`, as Playwright starts any Electron. */
export async function launch(
  { electron, program }: { readonly electron: Electron; readonly program: Program },
  { folder, home }: { readonly folder: string; readonly home: string },
  options: LaunchOptions = {},
): Promise<RunningApp> {
  const programs = join(folder, 'bin');
  mkdirSync(programs, { recursive: true });
  // What asks the session bus for a tray: no spec depends on the desktop that it runs on.
  writeFileSync(join(programs, 'gdbus'), `#!/bin/sh\necho "(<${options.trayHost !== false}>,)"\n`, { mode: 0o755 });
  const env = {
    ...Object.fromEntries(PASSED.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    ...program.env,
    PATH: `${programs}:${process.env.PATH ?? ''}`,
    HOME: folder,
    TMPDIR: folder,
    GATEHOUSE_HOME: home,
    GATEHOUSE_VAULT: 'memory',
    ...(options.platform === undefined ? {} : { STAND_IN_PLATFORM: options.platform }),
    ...(options.packaged === true ? { ELECTRON_FORCE_IS_PACKAGED: '1' } : {}),
    [SYSTEM]: JSON.stringify(options.system ?? {}),
    ...options.env,
  };
  const app = await _electron.launch({
    executablePath: program.executable,
    args: [...program.before.flatMap(file => ['-r', file]), MAIN, ...(options.args ?? [])],
    cwd: folder,
    env,
    acceptDownloads: true,
  });
  const child = app.process();
  const said = saidBy(child);
  const around = surroundingsOf(app);
  const see = (): Promise<Snapshot> => around.snapshot({});
  const ended = (ms = 20_000): Promise<number | null> =>
    eventually(() => child.exitCode !== null || child.signalCode !== null, ms).then(() => child.exitCode);
  const origin = electron === 'real' ? ORIGIN : STAND_IN_ORIGIN;
  const pageWhere = async (popover: boolean): Promise<Page> => {
    const page = await eventually(async () => {
      const found = (await see()).windows.find(({ alwaysOnTop, visible }) => alwaysOnTop === popover && visible);
      return found === undefined ? undefined : pageOf(app, found.window);
    }, 20_000);
    // A window may be seen before its page is there.
    await page.waitForURL(url => url.href.startsWith(origin));
    return page;
  };
  return {
    home,
    folder,
    pid: child.pid,
    origin,
    around,
    said,
    see,
    main: () => pageWhere(false),
    popover: () => pageWhere(true),
    again: (...args) =>
      new Promise((resolve, reject) => {
        spawn(program.executable, [MAIN, ...args], { cwd: folder, env, stdio: 'ignore' })
          .on('error', reject)
          .on('exit', resolve);
      }),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended().catch(() => child.kill('SIGKILL'));
      await eventually(() => child.pid === undefined || !isRunning(child.pid), 10_000);
    },
  };
}

function saidBy(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return () => said;
}

/** The recorder's, over the line that Playwright has to the app's process. */
function surroundingsOf(app: ElectronApplication): Surroundings {
  return new Proxy({} as Surroundings, {
    get: (_none, ask) => (given: unknown) =>
      app.evaluate(
        (_electronModule, [key, name, what]) => {
          const there = Reflect.get(globalThis, key) as Record<string, (given: unknown) => Promise<unknown>>;
          return there[name]?.(what);
        },
        [SURROUNDINGS, String(ask), given] as const,
      ),
  });
}

async function pageOf(app: ElectronApplication, window: number): Promise<Page | undefined> {
  for (const page of app.windows()) {
    const handle = await app.browserWindow(page);
    if ((await handle.evaluate(one => one?.id)) === window) return page;
  }
  return undefined;
}
