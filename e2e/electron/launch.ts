import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { eventually, isRunning, runtime } from '../../app/testing/index.ts';
import { createPages, type Pages } from './pages.ts';
import { MAIN } from './program.ts';
import type { Surroundings } from './surroundings.ts';
import { type ForBrowser, type ForPages, openWire } from './wire.ts';

/** The built app under the stand-in, with its windows in the specs' own browser. */
export interface ForkedApp extends AsyncDisposable {
  readonly pid: number | undefined;
  readonly around: Surroundings;
  readonly pages: Pages;
}

export function forkApp({
  folder,
  home,
  args,
}: {
  readonly folder: string;
  readonly home: string;
  readonly args: readonly string[];
}): ForkedApp {
  const here = import.meta.dirname;
  const child: ChildProcess = fork(join(here, 'default-app.ts'), ['-r', join(here, 'recorder.ts'), MAIN, ...args], {
    cwd: folder,
    execPath: runtime.node,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, GATEHOUSE_HOME: home, GATEHOUSE_VAULT: 'memory' },
  });
  const pages = createPages(() => around);
  const around = openWire<ForBrowser, ForPages & Surroundings>(
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
  return {
    pid: child.pid,
    around,
    pages,
    async [Symbol.asyncDispose]() {
      const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
      if (!ended()) child.kill('SIGTERM');
      await eventually(ended, 20_000).catch(() => child.kill('SIGKILL'));
      await eventually(() => child.pid === undefined || !isRunning(child.pid), 10_000);
    },
  };
}
