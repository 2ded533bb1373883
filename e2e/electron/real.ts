import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { electronBinary } from './binary.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The built app on a real Electron. It is used wherever there is a binary; where this was written there was none. */
export interface RealApp extends AsyncDisposable {
  readonly pid: number | undefined;
  window(): Promise<Page>;
}

export async function launchReal({
  folder,
  home,
  args,
}: {
  readonly folder: string;
  readonly home: string;
  readonly args: readonly string[];
}): Promise<RealApp> {
  const executablePath = electronBinary(ROOT);
  if (executablePath === undefined) throw new Error('There is no Electron binary.');
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const app: ElectronApplication = await _electron.launch({
    executablePath,
    args: [join(ROOT, 'dist', 'main.js'), ...args],
    cwd: folder,
    env: { ...env, HOME: folder, TMPDIR: folder, GATEHOUSE_HOME: home, GATEHOUSE_VAULT: 'memory' },
  });
  return {
    pid: app.process().pid,
    window: () => app.firstWindow(),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
