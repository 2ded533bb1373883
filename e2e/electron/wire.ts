import type { EventEmitter } from 'node:events';

/** Where the pages of `app://gatehouse` stand in Chromium, which knows no scheme of ours. Nothing is ever fetched from there. */
export const STAND_IN_ORIGIN = 'https://gatehouse.stand-in';
const APP_ORIGIN = 'app://gatehouse';
export const toPage = (address: string): string => address.replace(APP_ORIGIN, STAND_IN_ORIGIN);
export const toApp = (address: string): string => address.replace(STAND_IN_ORIGIN, APP_ORIGIN);

/** What the process of the app asks the specs' browser to do. */
export interface ForBrowser {
  create(ask: { window: number; preload: string; width: number; height: number }): Promise<void>;
  load(ask: { window: number; address: string }): Promise<void>;
  send(ask: { window: number; channel: string; args: readonly unknown[] }): Promise<void>;
  reload(ask: { window: number }): Promise<void>;
  close(ask: { window: number }): Promise<void>;
}

export interface Frame {
  readonly url: string;
  readonly main: boolean;
}

/** What the specs and their browser ask the process of the app. */
export interface ForApp {
  invoke(ask: { window: number; frame: Frame; channel: string; args: readonly unknown[] }): Promise<unknown>;
  request(ask: { address: string; method: string }): Promise<{
    status: number;
    headers: Record<string, string>;
    body: Uint8Array;
  }>;
  /** `false`: the app does not let the page go there. */
  navigate(ask: { window: number; address: string }): Promise<boolean>;
  open(ask: { window: number; address: string }): Promise<void>;
  navigatedInPage(ask: { window: number; address: string }): Promise<void>;
  pageClosed(ask: { window: number }): Promise<void>;

  snapshot(ask: object): Promise<Snapshot>;
  /** Chooses an item by the labels that lead to it. */
  choose(ask: { menu: 'tray' | 'app'; path: readonly string[] }): Promise<void>;
  clickTray(ask: object): Promise<void>;
  /** `button`: its number; without one the notification itself is clicked. */
  notification(ask: { title: string; button?: number }): Promise<void>;
  emit(ask: {
    of: 'app' | 'powerMonitor' | 'screen' | 'nativeTheme';
    event: string;
    args?: readonly unknown[];
  }): Promise<void>;
  /** What the system is like from now on. */
  set(ask: Partial<System>): Promise<void>;
  window(ask: { window: number; deed: 'close' | 'blur' | 'focus' | 'resize'; bounds?: Bounds }): Promise<void>;
  key(ask: { window: number; key: string }): Promise<void>;
  permission(ask: { window: number; permission: string }): Promise<{ request: boolean; check: boolean }>;
  /** `false`: the app does not let it be saved. */
  download(ask: { address: string }): Promise<boolean>;
  throwError(ask: { message: string }): Promise<void>;
}

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface System {
  readonly online: boolean;
  readonly dark: boolean;
  readonly locked: boolean;
  readonly notifications: boolean;
  readonly workAreas: readonly Bounds[];
  readonly trayBounds: Bounds;
  /** What the person chooses in the next file dialog. */
  readonly chosenFiles: readonly string[];
  readonly wasOpenedAtLogin: boolean;
}

export interface MenuEntry {
  readonly label: string;
  readonly role?: string;
  readonly accelerator?: string;
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly type: string;
  readonly submenu: readonly MenuEntry[];
}

export interface Snapshot {
  readonly tray: {
    readonly image: string;
    readonly toolTip: string;
    readonly menu: readonly MenuEntry[];
    /** How often a menu was set: on Linux only a new one is seen. */
    readonly menusSet: number;
  } | null;
  readonly appMenu: readonly MenuEntry[];
  readonly windows: readonly {
    readonly window: number;
    readonly visible: boolean;
    readonly minimized: boolean;
    readonly focused: boolean;
    readonly flashing: boolean;
    readonly bounds: Bounds;
    readonly address: string;
    readonly frame: boolean;
    readonly alwaysOnTop: boolean;
    readonly skipTaskbar: boolean;
    readonly webPreferences: Readonly<Record<string, unknown>>;
  }[];
  readonly notifications: readonly {
    readonly title: string;
    readonly body: string;
    readonly buttons: readonly string[];
  }[];
  /** All that were ever shown. */
  readonly notified: readonly string[];
  readonly dialogs: readonly { readonly message: string; readonly detail: string }[];
  readonly opened: readonly string[];
  readonly badge: number;
  readonly dock: { readonly visible: boolean; readonly bounces: readonly string[] };
  readonly login: { readonly openAtLogin: boolean; readonly args: readonly string[] };
  readonly schemes: readonly { readonly scheme: string; readonly privileges: Readonly<Record<string, unknown>> }[];
  readonly channels: readonly string[];
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
