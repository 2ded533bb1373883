import { Socket } from 'node:net';
import { join } from 'node:path';
import { type Account, createAccount } from './account.ts';
import type { HostMessage, ServerMessage } from './control.ts';
import type { Manifest } from './define.ts';
import { endSoon } from './ending.ts';
import { serveOverStdio } from './stdio.ts';

/** How often a changed budget is told: a screen shows it, nothing depends on it. */
const HEALTH_EVERY_MS = 2_000;
/** A person waits for it, and decides within 45 s. */
const PLAN_MS = 15_000;
/** As the original server had them. Times in ms. */
const SIGN_IN_LIMITS = { perSession: 3, perAddress: 10, lockoutMs: 300_000, lifeMs: 300_000 };

/**
 * A server under the host: settings and secrets come as the first line of `controlFd`, MCP goes over stdio, reports go back
 * over `controlFd`. Ends when the host closes either; what is in mid-call is broken off.
 */
export function runAttached<State>(manifest: Manifest<State>, controlFd: number): void {
  const control = new Socket({ fd: controlFd, readable: true, writable: true });
  const report = (message: ServerMessage): void => void control.write(`${JSON.stringify(message)}\n`);
  let account: Account | undefined;
  let served: ReturnType<typeof serveOverStdio> | undefined;
  const receive = (message: HostMessage): void => {
    if (message.type === 'start') account ??= begin(message);
    else if (message.type === 'test') {
      const { id } = message;
      void account?.signIn().then(outcome => report({ type: 'tested', id, outcome }));
    } else if (message.type === 'plan') {
      const { id, tool, action, arguments: given } = message;
      const limits = { signal: AbortSignal.timeout(PLAN_MS), withinMs: PLAN_MS, progress: () => undefined };
      void account?.plan(tool, action, given, limits).then(outcome => report({ type: 'planned', id, outcome }));
    } else if (message.type === 'retire') void account?.retire().then(done => report({ type: 'retired', done }));
  };
  const begin = (start: Extract<HostMessage, { readonly type: 'start' }>): Account => {
    const created = createAccount(manifest, {
      ...start,
      logFile: join(start.stateFolder, `${manifest.name}.log`),
      onSignIn: outcome => report({ type: 'sign-in', outcome }),
      onHealth: health => report({ type: 'health', health }),
      onScopeRefused: (tool, action, message, lasting) =>
        report({ type: 'scope-refused', tool, action, message, lasting }),
      storeSecret: (field, value) => report({ type: 'store-secret', field, value }),
      browser: {
        ...SIGN_IN_LIMITS,
        open: url => report({ type: 'browser-sign-in', event: 'page', url }),
        tell: (event, details) => report({ type: 'browser-sign-in', event, details }),
      },
    });
    let told = '';
    setInterval(() => {
      const health = created.health();
      const now = JSON.stringify(health);
      if (now !== told) report({ type: 'health', health });
      told = now;
    }, HEALTH_EVERY_MS).unref();
    served = serveOverStdio(created, start.presentation);
    return created;
  };
  let text = '';
  control.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const message = messageOf(line);
      if (message === undefined) return end(2);
      receive(message);
    }
  });
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    process.exitCode = code;
    const calls = served?.close() ?? Promise.resolve();
    void Promise.allSettled([calls, account?.close()]).then(() => {
      control.destroy();
      endSoon();
    });
  };
  const gone = (): void => end(0);
  control.on('close', gone).on('end', gone).on('error', gone);
  process.stdin.on('end', gone);
}

/** Undefined for a line that is no JSON, of which not a word is repeated: secrets come this way. */
function messageOf(line: string): HostMessage | undefined {
  try {
    return JSON.parse(line) as HostMessage;
  } catch {
    process.stderr.write('The host sent a line that is not JSON.\n');
    return undefined;
  }
}
