import type { EventEmitter } from 'node:events';
import type { Frame } from './surroundings.ts';

/** Where the pages of `app://gatehouse` stand in Chromium, which knows no scheme of ours. Nothing is ever fetched from there. */
export const STAND_IN_ORIGIN = 'https://gatehouse.stand-in';
const APP_ORIGIN = 'app://gatehouse';
export const toPage = (address: string): string => address.replace(APP_ORIGIN, STAND_IN_ORIGIN);
export const toApp = (address: string): string => address.replace(STAND_IN_ORIGIN, APP_ORIGIN);

/** What the process of the app asks of whoever holds its pages. */
export interface ForBrowser {
  /** Resolves with the target's id, as DevTools has it. */
  create(ask: { window: number; preload: string; width: number; height: number }): Promise<string>;
  load(ask: { window: number; address: string }): Promise<void>;
  send(ask: { window: number; channel: string; args: readonly unknown[] }): Promise<void>;
  reload(ask: { window: number }): Promise<void>;
  close(ask: { window: number }): Promise<void>;
}

/** What a window's page asks the process of the app. */
export interface ForPages {
  ask(ask: { window: number; frame: Frame; channel: string; args: readonly unknown[] }): Promise<unknown>;
  file(ask: { address: string; method: string }): Promise<{
    status: number;
    headers: Record<string, string>;
    body: Uint8Array;
  }>;
  /** `false`: the app does not let the page go there. */
  navigate(ask: { window: number; address: string }): Promise<boolean>;
  open(ask: { window: number; address: string }): Promise<void>;
  navigatedInPage(ask: { window: number; address: string }): Promise<void>;
  pageClosed(ask: { window: number }): Promise<void>;
}

type Ask<T> = { [N in keyof T]: { readonly ask: N; readonly id: number; readonly given: unknown } }[keyof T];
interface Reply {
  readonly reply: number;
  readonly value?: unknown;
  readonly error?: string;
}

type Methods<T> = { [N in keyof T]: (given: never) => Promise<unknown> };

/** Both ends of the line between the app's process and the specs: each asks, each answers. */
export function openWire<Mine extends Methods<Mine>, Theirs extends Methods<Theirs>>(
  port: { send(message: object): void; readonly events: EventEmitter },
  mine: Mine,
): Theirs {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 1;
  port.events.on('message', (message: Ask<Mine> | Reply) => {
    if ('reply' in message) {
      const asked = waiting.get(message.reply);
      waiting.delete(message.reply);
      if (message.error === undefined) asked?.resolve(message.value);
      else asked?.reject(new Error(message.error));
      return;
    }
    Promise.resolve()
      .then(() => mine[message.ask](message.given as never))
      .then(
        value => port.send({ reply: message.id, value }),
        (error: unknown) =>
          port.send({ reply: message.id, error: error instanceof Error ? error.message : String(error) }),
      )
      // Whoever asked has ended meanwhile.
      .catch(() => undefined);
  });
  const gone = (): void => {
    for (const { reject } of waiting.values()) reject(new Error('The other side is gone.'));
    waiting.clear();
  };
  port.events.on('disconnect', gone);
  return new Proxy({} as Theirs, {
    get: (_target, ask) => (given: unknown) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        try {
          port.send({ ask, id, given });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }),
  });
}
