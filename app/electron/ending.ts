import { setTimeout as sleep } from 'node:timers/promises';
import type { App, PowerMonitor } from 'electron';
import type { HostLine } from './host-line.ts';
import type { AppState } from './state.ts';

/** So long a quit waits for calls that run; the stop ladder of the servers comes after it. */
const DRAIN_MS = 5_000;

/**
 * Quitting waits for running calls, then ends every server and the host, then the app. Asked twice, it does not wait. When the
 * system shuts down nothing is held up: the servers end with the host, whatever ends it.
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
}): void {
  let ending = false;
  let hurry = false;
  const end = async (): Promise<void> => {
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
  let shutdown = false;
  deps.power.on('shutdown', () => {
    shutdown = true;
    deps.begin();
    void deps.host.stop();
  });
  deps.app.on('before-quit', event => {
    if (shutdown) return;
    event.preventDefault();
    if (ending) {
      hurry = true;
      return;
    }
    ending = true;
    void end().then(
      () => deps.app.exit(0),
      () => deps.app.exit(1),
    );
  });
}
