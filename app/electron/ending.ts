import { setTimeout as sleep } from 'node:timers/promises';
import type { App, PowerMonitor } from 'electron';
import type { HostLine } from './host-line.ts';
import type { AppState } from './state.ts';

/** So long a quit waits for calls that run; the stop ladder of the servers comes after it. */
const DRAIN_MS = 5_000;

/**
 * Quitting waits for running calls, then ends every server and the host, then the app. Asked twice, it does not wait. When the
 * system shuts down nothing is held up: the servers end with the host, whatever ends it. `end` is for who must know when all
 * have ended and goes on from there, as an update does.
 */
export function endInOrder(deps: {
  readonly app: Pick<App, 'on' | 'exit'>;
  readonly power: Pick<PowerMonitor, 'on'>;
  readonly host: HostLine;
  readonly state: () => AppState;
  readonly refresh: () => Promise<void>;
  /** Before anything else: windows may close now, the tray says so. */
  readonly begin: () => void;
  readonly finish: () => void;
  readonly drainMs?: number;
}): { readonly end: () => Promise<void> } {
  let ended: Promise<void> | undefined;
  let hurry = false;
  const work = async (): Promise<void> => {
    deps.begin();
    const busy = (): boolean => deps.state().connections.some(({ openCalls }) => openCalls > 0);
    await deps.refresh();
    for (const until = Date.now() + (deps.drainMs ?? DRAIN_MS); busy() && !hurry && Date.now() < until; ) {
      await sleep(100);
      await deps.refresh();
    }
    await deps.host.stop();
    deps.finish();
  };
  const end = (): Promise<void> => {
    ended ??= work();
    return ended;
  };
  let shutdown = false;
  deps.power.on('shutdown', () => {
    shutdown = true;
    deps.begin();
    void deps.host.stop();
  });
  deps.app.on('before-quit', event => {
    if (shutdown) return;
    event.preventDefault();
    if (ended !== undefined) {
      hurry = true;
      return;
    }
    void end().then(
      () => deps.app.exit(0),
      () => deps.app.exit(1),
    );
  });
  return { end };
}
