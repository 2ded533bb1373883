import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** Milliseconds between the rungs. */
export interface Grace {
  readonly afterEndMs: number;
  readonly afterTermMs: number;
}
export const GRACE: Grace = { afterEndMs: 5_000, afterTermMs: 5_000 };

/**
 * Ends a child politely, then less so:
 *
 *   end stdin ── wait 5 s ── SIGTERM ── wait 5 s ── kill the whole tree
 *
 * Resolves when the child is gone. `group` is the process group to kill in the end (custom servers have one of their own).
 */
export async function stopChild(child: ChildProcess, group: number | undefined, grace: Grace = GRACE): Promise<void> {
  const gone = new Promise<true>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(true);
    else child.once('exit', () => resolve(true));
  });
  const within = (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>(resolve => {
      timer = setTimeout(resolve, ms, false);
    });
    return Promise.race([gone, late]).finally(() => clearTimeout(timer));
  };
  child.stdin?.end();
  if (await within(grace.afterEndMs)) return;
  child.kill('SIGTERM');
  if (await within(grace.afterTermMs)) return;
  killTree(child, group);
  await gone;
}

/** Kills at once, with everything the child started. */
export function killTree(child: ChildProcess, group: number | undefined): void {
  if (process.platform === 'win32' && child.pid !== undefined) {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true, stdio: 'ignore' });
    return;
  }
  if (group !== undefined) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // the group is gone already
    }
  }
  child.kill('SIGKILL');
}
