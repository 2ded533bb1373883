import { setTimeout as sleep } from 'node:timers/promises';
import { connectHost } from '../commands/connect.ts';
import { ERRORS, type ErrorCode, GatehouseError, type HostEvent } from '../contract/index.ts';
import { createHost, type HostOptions } from '../host.ts';

type Listener = (event: HostEvent) => void;

/** The host as the app's windows and tray see it: the app's own, or one that ran already. */
interface Reached {
  /** Through the window's door: a person sits there. Rejects with `GatehouseError`. */
  call(name: string, input: unknown): Promise<unknown>;
  subscribe(listener: Listener): () => void;
  /** What a window hears while it is open. */
  watch(listener: Listener): () => void;
  stop(): Promise<void>;
  /** Resolves when this host is gone, whoever ended it. */
  readonly gone: Promise<void>;
  readonly own: boolean;
}

const PATIENCE_MS = 20_000;

/**
 * One host at a time holds a home. If there is none, the app becomes it. If one runs that nobody uses (a bridge or a command
 * started it), it is asked to end and the app takes its place. If it is in use, the app joins it, so that no assistant loses
 * its link, and becomes the host when that one has gone. See docs/decisions/0010-the-app-joins-or-becomes-the-host.md.
 */
export async function reachHost(options: HostOptions): Promise<Reached> {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    try {
      return await become(options);
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code !== 'GH_HOST_RUNNING' || Date.now() > until) throw error;
    }
    const joined = await join(options).catch((error: unknown) => {
      // It holds the lock but does not answer (yet, or any more): try both again.
      if (Date.now() > until) throw error;
    });
    if (joined !== undefined) return joined;
  }
}

async function become(options: HostOptions): Promise<Reached> {
  let ended = (): void => undefined;
  const gone = new Promise<void>(resolve => {
    ended = resolve;
  });
  const host = await createHost({ ...options, electron: true, onEnded: () => ended() });
  return {
    call: (name, input) => host.api.call('window', name, input),
    subscribe: host.api.subscribe,
    watch: host.watch,
    stop: host.stop,
    gone,
    own: true,
  };
}

/** `undefined`: it was idle and has ended. */
async function join({ home, runtime }: HostOptions): Promise<Reached | undefined> {
  const line = await connectHost(home, runtime.cli, { start: false });
  const { sessions, window } = await line.call('status', {});
  if (sessions === 0 && !window) {
    await line.call('host.stop', {});
    await line.closed;
    return undefined;
  }
  const { url } = await line.call('window.open', {});
  const headers = {
    authorization: `Bearer ${new URLSearchParams(new URL(url).hash.slice(1)).get('key')}`,
    'content-type': 'application/json',
  };
  const listeners = new Set<Listener>();
  const subscribe = (listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const ended = new AbortController();
  void line.closed.then(() => ended.abort());
  const stream = await fetch(new URL('/api/events', url), { headers, signal: ended.signal });
  void hear(stream, event => {
    for (const listener of listeners) listener(event);
  }).catch(() => line.close());
  return {
    async call(name, input) {
      const body = JSON.stringify(input);
      const response = await fetch(new URL(`/api/${name}`, url), { method: 'POST', headers, body }).catch(() => {
        throw new GatehouseError('GH_HOST_DOWN', 'The host ended.');
      });
      const told = (await response.json()) as {
        readonly result?: unknown;
        readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
      };
      if (told.error === undefined) return told.result;
      const { code, message, hint } = told.error;
      throw new GatehouseError(isErrorCode(code) ? code : 'GH_INTERNAL', message, { hint });
    },
    subscribe,
    watch: subscribe,
    // It is not ours to end.
    stop: async () => line.close(),
    gone: line.closed,
    own: false,
  };
}

/** Reads server-sent events until the stream ends, then rejects. */
async function hear(stream: Response, tell: Listener): Promise<never> {
  let rest = '';
  for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (block.startsWith('data: ')) tell(JSON.parse(block.slice(6)) as HostEvent);
  }
  throw new Error('the stream ended');
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** One line to whichever host there is: who listens goes on listening when another takes over. */
export interface HostLine extends Omit<Reached, 'gone' | 'own'> {
  /** A host that was not ours ended, or the next one is there. */
  onLine(listener: (line: 'up' | 'lost') => void): void;
}

/** `onEnded`: our own host was ended by somebody else (`gatehouse stop`): the app goes with it. */
export async function openHostLine(options: HostOptions, onEnded: () => void): Promise<HostLine> {
  const kept = new Map<Listener, { readonly how: 'subscribe' | 'watch'; stop: () => void }>();
  const lines = new Set<(line: 'up' | 'lost') => void>();
  let stopping = false;
  let reached = await reachHost(options);
  const follow = async (): Promise<void> => {
    for (;;) {
      await reached.gone;
      if (stopping) return;
      if (reached.own) return onEnded();
      for (const tell of lines) tell('lost');
      reached = await reachHost(options);
      for (const [listener, listening] of kept) listening.stop = reached[listening.how](listener);
      for (const tell of lines) tell('up');
    }
  };
  void follow();
  const keep = (how: 'subscribe' | 'watch', listener: Listener): (() => void) => {
    // Each is its own, though the same function may listen twice.
    const own: Listener = event => listener(event);
    kept.set(own, { how, stop: reached[how](own) });
    return () => {
      kept.get(own)?.stop();
      kept.delete(own);
    };
  };
  return {
    call: (name, input) => reached.call(name, input),
    subscribe: listener => keep('subscribe', listener),
    watch: listener => keep('watch', listener),
    onLine: listener => void lines.add(listener),
    async stop() {
      stopping = true;
      await reached.stop();
    },
  };
}
