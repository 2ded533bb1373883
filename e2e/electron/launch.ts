import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { eventually, isRunning, runtime } from '../../app/testing/index.ts';
import { createPages, type Pages } from './pages.ts';
import { type Bounds, type ForApp, type ForBrowser, openWire, type Snapshot, type System } from './wire.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'dist', 'main.js');

/** The built app, running. */
export interface RunningApp {
  readonly home: string;
  readonly folder: string;
  readonly child: ChildProcess;
  readonly app: ForApp;
  readonly pages: Pages;
  /** What it wrote to stdout and stderr. */
  readonly said: () => string;
  see(): Promise<Snapshot>;
  /** The page of the main window, once it is there. */
  main(): Promise<Page>;
  /** The page of the pop-over, once it is there. */
  popover(): Promise<Page>;
  ended(ms?: number): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly folder?: string;
  readonly home?: string;
  readonly platform?: NodeJS.Platform;
  readonly system?: Partial<System>;
  readonly packaged?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a StatusNotifier host runs; Linux only. */
  readonly trayHost?: boolean;
}

/** Starts the built app under the stand-in; `page`: what its first window is made of. */
export async function launch(page: Page | undefined, options: LaunchOptions = {}): Promise<RunningApp> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gatehouse-app-'));
  const home = options.home ?? join(folder, 'home');
  const programs = join(folder, 'bin');
  mkdirSync(programs, { recursive: true });
  // What asks the session bus for a tray: there is no desktop here.
  writeFileSync(join(programs, 'gdbus'), `#!/bin/sh\necho "(<${options.trayHost !== false}>,)"\n`, { mode: 0o755 });
  const child = fork(MAIN, [...(options.args ?? [])], {
    cwd: folder,
    execPath: runtime.node,
    execArgv: ['--import', join(import.meta.dirname, 'register.ts')],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: `${programs}:${process.env.PATH ?? ''}`,
      HOME: folder,
      GATEHOUSE_HOME: home,
      GATEHOUSE_VAULT: 'memory',
      ...(options.platform === undefined ? {} : { STAND_IN_PLATFORM: options.platform }),
      ...(options.packaged === true ? { STAND_IN_PACKAGED: '1' } : {}),
      STAND_IN_SYSTEM: JSON.stringify(options.system ?? {}),
      ...options.env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const pages = createPages(() => app);
  if (page !== undefined) pages.adopt(page);
  const app: ForApp = openWire<ForBrowser, ForApp>(
    {
      send: message => {
        // One that ends at this moment is told by `disconnect`, which refuses whoever waits.
        if (child.connected) child.send(message, () => undefined);
        else throw new Error('The app has ended.');
      },
      events: child,
    },
    pages,
  );
  const ended = (ms = 20_000): Promise<number | null> =>
    eventually(() => child.exitCode !== null || child.signalCode !== null, ms).then(() => child.exitCode);
  const see = (): Promise<Snapshot> => app.snapshot({});
  const pageWhere = (small: boolean): Promise<Page> =>
    eventually(async () => {
      const found = (await see()).windows.find(({ frame, visible }) => frame === !small && visible);
      return found === undefined ? undefined : pages.pageOf(found.window);
    });
  return {
    home,
    folder,
    child,
    app,
    pages,
    said: () => said,
    see,
    main: () => pageWhere(false),
    popover: () => pageWhere(true),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended().catch(() => child.kill('SIGKILL'));
      await eventually(() => child.pid === undefined || !isRunning(child.pid), 10_000);
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type { Bounds, Snapshot, System };
