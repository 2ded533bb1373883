/**
 * Runs a custom server in a process group of its own and ends that group when the host goes, whatever ended the host:
 * the host holds the other end of fd 3. The first line there says what to run; nothing of it stands in our argv.
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { cutOffLater } from '../../mcp/kit/ending.ts';

interface Order {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const WINDOWS = process.platform === 'win32';
const GRACE_MS = 2_000;
const control = new Socket({ fd: 3, readable: true, writable: true });

let text = '';
control.setEncoding('utf8').on('data', (chunk: string) => {
  if (text.includes('\n')) return;
  text += chunk;
  if (text.includes('\n')) run(JSON.parse(text.slice(0, text.indexOf('\n'))) as Order);
});
// A host that is killed before it has read all resets the line: 'close' follows, and ends the group.
control.on('error', () => undefined);
control.on('close', () => end(1));

/** By running out of things to wait for, as `endSoon` does; stdin is the server's, so it is left alone. */
function end(code: number): void {
  process.exitCode = code;
  control.removeAllListeners('close').removeAllListeners('end').destroy();
  cutOffLater();
}

function run(order: Order): void {
  const child = spawn(order.command, order.args, {
    cwd: order.cwd,
    env: order.env,
    stdio: ['inherit', 'inherit', 'inherit'],
    detached: !WINDOWS,
    windowsHide: true,
    shell: WINDOWS && !/\.exe$/i.test(order.command),
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (WINDOWS) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true, stdio: 'ignore' });
      else process.kill(-child.pid, signal);
    } catch {
      // nobody is left in the group
    }
  };
  child.on('error', error => {
    process.stderr.write(`cannot start ${order.command}: ${error.message}\n`);
    control.write(`${JSON.stringify({ type: 'cannot-start', message: error.message })}\n`, () => end(127));
  });
  child.on('spawn', () => control.write(`${JSON.stringify({ type: 'group', pid: child.pid })}\n`));
  child.on('exit', code => {
    signalGroup('SIGKILL');
    end(code ?? 1);
  });
  const endGroup = (): void => {
    signalGroup('SIGTERM');
    setTimeout(() => {
      signalGroup('SIGKILL');
      end(1);
    }, GRACE_MS).unref();
  };
  process.on('SIGTERM', () => signalGroup('SIGTERM'));
  process.on('SIGINT', () => undefined);
  control.removeAllListeners('close').on('close', endGroup).on('end', endGroup);
}
