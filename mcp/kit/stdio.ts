import type { Transport } from '@modelcontextprotocol/server';
import { type StdioServerHandle, StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Account } from './account.ts';
import type { Presentation } from './control.ts';
import { mcpServer } from './mcp.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';

/** The account over this process's stdin and stdout, in both eras; calls in progress and subscriptions end with it. */
export function serveOverStdio(account: Account, presentation: Presentation): StdioServerHandle {
  let server: ReturnType<typeof mcpServer> | undefined;
  const subscriptions = createSubscriptions(account, uri => {
    server?.sendResourceUpdated({ uri }).catch(() => undefined);
  });
  const make = () => {
    server = mcpServer(account, presentation, subscriptions);
    return server;
  };
  return serveStdio(make, {
    transport: tapped(new StdioServerTransport(), subscriptions),
    onerror: error => account.log.warn('protocol', { error: error.message }),
  });
}

/** The SDK answers `subscriptions/listen` by itself and tells nobody: what is listened for is seen on the wire. */
function tapped(wire: Transport, subscriptions: Subscriptions): Transport {
  const tap: Transport = {
    start() {
      wire.onmessage = (message, extra) => tap.onmessage?.(subscriptions.seen(message), extra);
      wire.onclose = () => tap.onclose?.();
      wire.onerror = error => tap.onerror?.(error);
      return wire.start();
    },
    send: (message, options) => wire.send(message, options),
    close: () => wire.close(),
  };
  return tap;
}
