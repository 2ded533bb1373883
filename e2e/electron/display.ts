import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { eventually } from '../../app/testing/index.ts';

/** Where the windows of a real Electron are shown. */
interface Display extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** On Linux without a display an Xvfb of our own, so that no screen is needed; elsewhere what is there. */
export async function openDisplay(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<Display> {
  if (platform !== 'linux' || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined)
    return { env: {}, [Symbol.asyncDispose]: async () => undefined };
  // It chooses a number that is free and tells it on fd 3.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const told = server.stdio[3];
  if (!(told instanceof Readable)) throw new Error('Xvfb was given no line to tell its display on.');
  const number = await new Promise<string>((resolve, reject) => {
    createInterface({ input: told }).once('line', resolve);
    server.once('error', () =>
      reject(new Error('A real Electron needs a display or Xvfb (Debian and Ubuntu: apt-get install xvfb).')),
    );
    server.once('exit', code => reject(new Error(`Xvfb ended with ${code}.`)));
  });
  return {
    env: { DISPLAY: `:${number}` },
    async [Symbol.asyncDispose]() {
      server.kill();
      await eventually(() => server.exitCode !== null || server.signalCode !== null, 5_000);
    },
  };
}
