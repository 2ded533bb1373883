import { Socket } from 'node:net';
import { join } from 'node:path';
import { type Account, createAccount } from './account.ts';
import type { HostMessage, ServerMessage } from './control.ts';
import type { Manifest } from './define.ts';
import { serveOverStdio } from './stdio.ts';

/** How often a changed budget is told: a screen shows it, nothing depends on it. */
const HEALTH_EVERY_MS = 2_000;
/** A person waits for it, and decides within 45 s. */
const PLAN_MS = 15_000;
/** As the original server had them. Times in ms. */
const SIGN_IN_LIMITS = { perSession: 3, perAddress: 10, lockoutMs: 300_000, lifeMs: 300_000 };

/**
 * A server under the host: settings and secrets come as the first line of `controlFd`, MCP goes over stdio, reports go back
 * over `controlFd`. Ends when the host closes either.
 */
export function runAttached<State>(manifest: Manifest<State>, controlFd: number): void {
  const control = new Socket({ fd: controlFd, readable: true, writable: true });
  const report = (message: ServerMessage): void => void control.write(`${JSON.stringify(message)}\n`);
  let account: Account | undefined;
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
    serveOverStdio(created, start.presentation);
    return created;
  };
  let text = '';
  control.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) receive(messageOf(line));
  });
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void (account?.close() ?? Promise.resolve()).finally(() => process.exit(0));
  };
  control.on('close', end).on('end', end).on('error', end);
  process.stdin.on('end', end);
}

/** A line that is no JSON ends the server, without a word of the line: secrets come this way. */
function messageOf(line: string): HostMessage {
  try {
    return JSON.parse(line) as HostMessage;
  } catch {
    process.stderr.write('The host sent a line that is not JSON.\n');
    process.exit(2);
  }
}
