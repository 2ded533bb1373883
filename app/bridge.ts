/**
 * What an assistant launches: `bridge.js <connection> [--client ID] [--home FOLDER]`. Finds or starts the host, proves the
 * client's key, then pumps bytes both ways. No dependencies, nothing from the environment but the home folder.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endSoon } from '../mcp/kit/ending.ts';
import { DialError, type DialFailure, dialOrStart } from './serve/dial.ts';
import { homeFolder } from './storage/paths.ts';

/** `cli`: the `gatehouse` program that starts a host when none runs. */
export async function runBridge(args: readonly string[], cli: string): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at === -1 ? undefined : args[at + 1];
  };
  const connection = args.find((arg, at) => !arg.startsWith('--') && !args[at - 1]?.startsWith('--'));
  if (connection === undefined) {
    process.stderr.write('usage: gatehouse stdio <connection> [--client ID] [--home FOLDER]\n');
    process.exit(2);
  }
  process.stdin.pause();
  const home = option('--home') ?? homeFolder();
  try {
    const socket = await dialOrStart(home, cli, {
      role: 'client',
      client: option('--client') ?? 'terminal',
      connection,
    });
    socket.pipe(process.stdout, { end: false });
    process.stdin.pipe(socket);
    socket.on('close', endSoon);
    process.stdout.on('error', () => socket.destroy());
  } catch (error) {
    answerOffline(
      error instanceof DialError
        ? error.failure
        : { code: 'GH_HOST_DOWN', message: 'Gatehouse cannot be reached.', hint: 'Run `gatehouse doctor`.' },
    );
  }
}

/** Neither silent nor gone: every request gets a sentence, and a dual-era client goes on to `initialize` (mcp.md §3.10). */
function answerOffline(failure: DialFailure): void {
  process.stderr.write(`${failure.message} ${failure.hint}\n`);
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) answer(line, failure);
  });
  process.stdin.on('end', endSoon).resume();
}

function answer(line: string, failure: DialFailure): void {
  let message: { readonly id?: unknown; readonly method?: unknown };
  try {
    message = JSON.parse(line) as typeof message;
  } catch {
    return;
  }
  if (message === null || message.id === undefined || message.method === undefined) return;
  const error =
    message.method === 'server/discover'
      ? { code: -32601, message: 'Method not found' }
      : { code: -32000, message: `${failure.message} ${failure.hint}`, data: failure };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, error })}\n`);
}

if (process.argv[1] !== undefined && /bridge\.(js|ts)$/.test(process.argv[1]))
  void runBridge(process.argv.slice(2), join(dirname(fileURLToPath(import.meta.url)), 'gatehouse.js'));
