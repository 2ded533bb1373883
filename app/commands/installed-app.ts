import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const schema = z.object({ launcher: z.string().min(1) });
/** An app that cannot start has said so by then. */
const FAILS_WITHIN_MS = 1_500;

const noteOf = (home: string): string => join(home, 'app.json');

/** The installed desktop app notes where it is, so that bridges and commands that need a host start it. */
export function noteInstalledApp(home: string, launcher: string): void {
  writeFileSync(`${noteOf(home)}.new`, JSON.stringify({ launcher }), { mode: 0o600 });
  renameSync(`${noteOf(home)}.new`, noteOf(home));
}

/**
 * Starts the desktop app of this home, hidden, as its host. `false`: none is installed, it is gone, there is no desktop to start
 * it in, or it ended at once; then the caller is the host.
 */
export async function startInstalledApp(home: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const launcher = launcherOf(home);
  if (launcher === undefined) return false;
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return false;
  const child = spawn(launcher, ['--hidden', '--home', home], { detached: true, stdio: 'ignore', env });
  const started = await new Promise<boolean>(resolve => {
    child.once('error', () => resolve(false));
    child.once('exit', code => resolve(code === 0));
    setTimeout(resolve, FAILS_WITHIN_MS, true);
  });
  child.unref();
  return started;
}

function launcherOf(home: string): string | undefined {
  try {
    const { launcher } = schema.parse(JSON.parse(readFileSync(noteOf(home), 'utf8')));
    return existsSync(launcher) ? launcher : undefined;
  } catch {
    return undefined;
  }
}
