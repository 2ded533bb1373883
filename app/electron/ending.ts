import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from 'electron';
import type { HostLine } from './host-line.ts';

/** So long a quit waits for calls that run; the stop ladder of the servers comes after it. */
const DRAIN_MS = 5_000;

/**
 * Quitting waits for running calls, then ends every server and the host, then the app. Asked twice, it does not wait. When the
 * system shuts down nothing is held up: the servers end with the host, whatever ends it. `end` is for who must know when all
 * have ended and goes on from there, as an update does.
 */
export function endInOrder(deps: {
  readonly app: Pick<App, 'exit'>;
  readonly onBeforeQuit: (listener: (event: { preventDefault(): void }) => void) => void;
  readonly onShutdown: (listener: () => void) => void;
  readonly host: Pick<HostLine, 'stop'>;
  /** Calls that run now. */
  readonly openCalls: () => Promise<number>;
  /** Before anything else: windows may close now, the tray says so. */
  readonly begin: () => void;
  readonly finish: () => void;
  readonly drainMs?: number;
}): { readonly end: () => Promise<void> } {
  let ended: Promise<void> | undefined;
  let hurry = false;
  let done = false;
  const work = async (): Promise<void> => {
    deps.begin();
    const until = Date.now() + (deps.drainMs ?? DRAIN_MS);
    while ((await deps.openCalls()) > 0 && !hurry && Date.now() < until) await sleep(100);
    await deps.host.stop();
    deps.finish();
  };
  const end = (): Promise<void> => {
    ended ??= work().finally(() => {
      done = true;
    });
    return ended;
  };
  let shutdown = false;
  deps.onShutdown(() => {
    shutdown = true;
    deps.begin();
    void deps.host.stop();
  });
  deps.onBeforeQuit(event => {
    if (shutdown || done) return;
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
