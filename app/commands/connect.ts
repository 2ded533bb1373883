import { createInterface } from 'node:readline';
import { type CallHost, ERRORS, type ErrorCode, GatehouseError, type HostEvent } from '../contract/index.ts';
import { DialError, dial, dialOrStart } from '../serve/dial.ts';

/** A command's line to the host. */
export interface HostLine {
  readonly call: CallHost;
  watch(listener: (event: HostEvent) => void): void;
  close(): void;
  readonly closed: Promise<void>;
}

type Reply = {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly progress?: { readonly done: number; readonly total: number | null };
  readonly event?: HostEvent;
};

/** Connects to the running host, or starts one when `start` says so. Throws `GH_HOST_DOWN` and the errors of the handshake. */
export async function connectHost(
  home: string,
  cli: string,
  options: { readonly start: boolean; readonly onProgress?: (done: number, total: number | null) => void },
): Promise<HostLine> {
  const who = { role: 'cli', client: 'cli', connection: '' } as const;
  const socket = await (options.start ? dialOrStart(home, cli, who) : dial(home, who)).catch((error: unknown) => {
    throw error instanceof DialError ? asGatehouseError(error.failure) : error;
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners: ((event: HostEvent) => void)[] = [];
  let next = 1;
  createInterface({ input: socket }).on('line', line => {
    const reply = JSON.parse(line) as Reply;
    if (reply.event !== undefined) {
      for (const listener of listeners) listener(reply.event);
      return;
    }
    if (reply.progress !== undefined) return options.onProgress?.(reply.progress.done, reply.progress.total);
    const asked = waiting.get(reply.id ?? 0);
    waiting.delete(reply.id ?? 0);
    if (reply.error === undefined) asked?.resolve(reply.result);
    else asked?.reject(asGatehouseError(reply.error));
  });
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()));
  void closed.then(() => {
    for (const { reject } of waiting.values()) reject(new GatehouseError('GH_HOST_DOWN', 'The host ended.'));
  });
  const call = (name: string, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, name, input })}\n`);
    });
  return {
    call: call as CallHost,
    watch(listener) {
      listeners.push(listener);
      socket.write('{"watch":true}\n');
    },
    close: () => void socket.end(),
    closed,
  };
}

function asGatehouseError(failure: {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}): GatehouseError {
  const code: ErrorCode = failure.code in ERRORS ? (failure.code as ErrorCode) : 'GH_INTERNAL';
  return new GatehouseError(code, failure.message, { hint: failure.hint });
}
