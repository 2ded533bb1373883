import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatehouseError } from '../contract/index.ts';
import { demonstrateAll } from '../demonstrations.ts';
import { createHost, type Host } from '../host.ts';
import type { Runtime } from '../runtime.ts';
import { connectHost } from './connect.ts';
import type { Output } from './output.ts';

export interface ServeOptions {
  readonly port: number;
  readonly demo: boolean;
  readonly open: boolean;
  readonly approveFromCli: boolean;
}

const IDLE_MS = 10 * 60_000;

/** `gatehouse serve`: the host and its window in a browser, until Ctrl-C. Joins a host that a bridge or a command started. */
export async function serve(home: string, runtime: Runtime, options: ServeOptions, output: Output): Promise<void> {
  const demoHome = options.demo ? mkdtempSync(join(tmpdir(), 'gatehouse-demo-')) : undefined;
  const cleanUp = (): void => {
    if (demoHome !== undefined) rmSync(demoHome, { recursive: true, force: true });
  };
  let host: Host;
  let ended = (): void => undefined;
  const gone = new Promise<void>(resolve => {
    ended = resolve;
  });
  try {
    host = await createHost({
      home: demoHome ?? home,
      runtime,
      env: process.env,
      demo: options.demo,
      approveFromCli: options.approveFromCli,
      ...(options.open && process.stdout.isTTY ? { openPage: openBrowser } : {}),
      onEnded: () => ended(),
    });
  } catch (error) {
    cleanUp();
    if (!(error instanceof GatehouseError) || error.code !== 'GH_HOST_RUNNING' || options.demo) throw error;
    return joinRunning(home, runtime, options, output);
  }
  try {
    if (options.demo) await demonstrateAll((name, input) => host.api.call('window', name, input));
    const door = await host.openWindow(options.port);
    announce(
      output,
      options,
      { url: door.url, home: host.paths.home, pid: process.pid, electron: false },
      door.launchUrl(),
    );
    await Promise.race([untilTold(), gone]);
  } finally {
    await host.stop();
    cleanUp();
  }
}

async function joinRunning(home: string, runtime: Runtime, options: ServeOptions, output: Output): Promise<void> {
  if (options.approveFromCli)
    throw new GatehouseError('GH_HOST_RUNNING', 'A host is running already, without --approve-from-cli.', {
      hint: 'End it with `gatehouse stop`, then serve again.',
    });
  const line = await connectHost(home, runtime.cli, { start: false });
  const { url } = await line.call('window.open', { port: options.port });
  const { pid } = await line.call('status', {});
  output.note('A host was running already; this is its window.');
  announce(output, options, { url, home, pid, electron: false }, url);
  await Promise.race([untilTold(), line.closed]);
  line.close();
}

function announce(
  output: Output,
  options: ServeOptions,
  told: { readonly url: string; readonly home: string; readonly pid: number; readonly electron: false },
  launchUrl: string,
): void {
  output.value(told, ({ url }) =>
    [
      ...(options.demo ? ['Demonstration: made-up data in a temporary folder; nothing of it is kept.'] : []),
      ...(options.approveFromCli
        ? ['Approving from the command line is allowed: any program of this user can approve calls.']
        : []),
      `Gatehouse is ready: ${url}`,
      'Keep this address to yourself: whoever has it can approve calls. Ctrl-C ends it.',
    ].join('\n'),
  );
  if (options.open && !output.json && process.stdout.isTTY) openBrowser(launchUrl);
}

function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  if (command !== undefined)
    spawn(command, args, { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
}

function untilTold(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

/** `gatehouse host`: what bridges and commands start; no window, ends when nobody needs it. */
export async function headless(home: string, runtime: Runtime): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    createHost({ home, runtime, env: process.env, idleMs: IDLE_MS, onEnded: resolve }).then(host => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void host.stop());
    }, reject);
  });
}
