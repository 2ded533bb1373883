/** Where the recorder puts itself in the app's process, for whoever drives it. */
export const SURROUNDINGS = 'gatehouse.surroundings';
/** The variable of the environment with what the system is like at the start, as JSON. */
export const SYSTEM = 'GATEHOUSE_SPEC_SYSTEM';

/** What stands around the app's pages: what a person sees of it there, and what a person or the system does to it. */
export interface Surroundings {
  snapshot(ask: object): Promise<Snapshot>;
  /** Chooses an item by the labels that lead to it. */
  choose(ask: { menu: 'tray' | 'app'; path: readonly string[] }): Promise<void>;
  clickTray(ask: object): Promise<void>;
  /** `button`: its number; without one the notification itself is clicked. */
  notification(ask: { title: string; button?: number }): Promise<void>;
  emit(ask: { of: 'app' | 'powerMonitor'; event: string; args?: readonly unknown[] }): Promise<void>;
  /** What the system is like from now on. */
  set(ask: Partial<System>): Promise<void>;
  window(ask: { window: number; deed: 'close' | 'blur' | 'resize'; bounds?: Bounds }): Promise<void>;
  key(ask: { window: number; key: string }): Promise<void>;
  /** What the page of the window would be told. */
  permission(ask: { window: number; permission: string }): Promise<{ request: boolean; check: boolean }>;
  /** `false`: the app does not let it be saved. */
  download(ask: { address: string }): Promise<boolean>;
  throwError(ask: { message: string }): Promise<void>;
  /** Asks a line of the app's as a frame that a spec makes up. */
  invoke(ask: { window: number; frame: Frame; channel: string; args: readonly unknown[] }): Promise<unknown>;
  /** From now on what the window asks here waits for `release`, or no longer. */
  hold(ask: { channel: string; on: boolean }): Promise<void>;
  /** Resolves when something waits there; with `false` when nothing has to any longer. */
  held(ask: { channel: string }): Promise<boolean>;
  /** Lets the first that waits go on; with an answer it is told that instead. */
  release(ask: { channel: string; answer?: object }): Promise<void>;
  /** Asks for an address of the app's own scheme. */
  request(ask: { address: string; method: string }): Promise<{ status: number; headers: Record<string, string> }>;
}

export interface Frame {
  readonly url: string;
  readonly main: boolean;
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
  /** What the person chooses in the next file dialog. */
  readonly chosenFiles: readonly string[];
  readonly wasOpenedAtLogin: boolean;
}

export interface MenuEntry {
  readonly label: string;
  /** In small letters, as Electron keeps it. */
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
    /** The pop-over does; nothing else of the app's. */
    readonly alwaysOnTop: boolean;
    /** The options of its constructor. Only the stand-in knows them. */
    readonly madeWith?: Readonly<Record<string, unknown>>;
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
  /** The app's lines, with how often each was asked. */
  readonly lines: Readonly<Record<string, number>>;
}
