/**
 * Stands in for `electron` where its binary cannot be had. It knows what the app uses and no more: any other use throws with
 * its name, and `satisfies` keeps what is here to Electron's own types. It knows nothing of tests; its windows are pages of a Chromium of its own.
 */
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Real from 'electron';
import { VERSION } from '../../app/version.ts';
import { ownChromium } from './own-chromium.ts';
import { strict } from './strict.ts';
import { StandInWindow, windows } from './windows.ts';
import type { ForBrowser, ForPages } from './wire.ts';

// app
const events = new EventEmitter();
const paths: Record<string, string> = {};
let exiting = false;
let passSecond: NodeJS.Timeout | undefined;

const dock = {
  show: async () => undefined,
  hide: () => undefined,
  bounce: () => 1,
} satisfies Partial<Real.Dock>;

const known = {
  isPackaged: process.env.ELECTRON_FORCE_IS_PACKAGED !== undefined,
  setName: () => undefined,
  setPath(name: string, path: string) {
    if (!existsSync(path)) throw new Error(`Failed to set path: ${path} does not exist`);
    paths[name] = path;
  },
  getVersion: () => VERSION,
  getName: () => 'Gatehouse',
  getPath: (name: string) => paths[name] ?? '',
  setAppUserModelId: () => undefined,
  whenReady: () => ready,
  getPreferredSystemLanguages: () => ['en-US'],
  /** Across processes, as Electron does it: the second leaves a note for the first. */
  requestSingleInstanceLock(data: Record<never, never> = {}) {
    const folder = join(paths.userData ?? '.', 'stand-in');
    mkdirSync(folder, { recursive: true });
    const owner = join(folder, 'owner');
    if (existsSync(owner) && isRunning(Number(readFileSync(owner, 'utf8')))) {
      const note = JSON.stringify({ argv: process.argv, folder: process.cwd(), data });
      writeFileSync(join(folder, `second-${process.pid}.json`), note);
      return false;
    }
    writeFileSync(owner, String(process.pid));
    passSecond = setInterval(() => {
      for (const name of readdirSync(folder).filter(one => one.endsWith('.json'))) {
        const note = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
          readonly argv: string[];
          readonly folder: string;
          readonly data: unknown;
        };
        rmSync(join(folder, name));
        events.emit('second-instance', {}, note.argv, note.folder, note.data);
      }
    }, 50);
    return true;
  },
  quit() {
    let prevented = false;
    events.emit('before-quit', {
      preventDefault() {
        prevented = true;
      },
    });
    if (prevented) return;
    for (const window of windows.values()) window.close();
    if (windows.size === 0) known.exit(0);
  },
  exit(code = 0) {
    if (exiting) return;
    exiting = true;
    clearInterval(passSecond);
    process.exit(code);
  },
  setBadgeCount: () => true,
  getLoginItemSettings: () => ({
    openAtLogin: false,
    wasOpenedAtLogin: false,
    status: 'not-registered',
    executableWillLaunchAtLogin: false,
    launchItems: [],
  }),
  setLoginItemSettings: () => undefined,
  setAsDefaultProtocolClient: () => true,
} satisfies Partial<Real.App>;

export const app = strict(
  'app',
  Object.assign(events, known, {
    commandLine: strict('commandLine', { appendSwitch: () => undefined } satisfies Partial<Real.CommandLine>),
    dock: process.platform === 'darwin' ? strict('dock', dock) : undefined,
  }),
);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// windows
class BoundWindow extends StandInWindow {
  constructor(options: Real.BrowserWindowConstructorOptions = {}) {
    super({ browser, created: contents => void events.emit('web-contents-created', {}, contents) }, options);
    events.emit('browser-window-created', {}, this);
  }
  static getAllWindows(): readonly StandInWindow[] {
    return [...windows.values()];
  }
  static fromWebContents(contents: unknown): StandInWindow | null {
    return [...windows.values()].find(({ webContents }) => webContents === contents) ?? null;
  }
}
type WindowLike = Pick<
  Real.BrowserWindow,
  | 'id'
  | 'show'
  | 'hide'
  | 'focus'
  | 'blur'
  | 'close'
  | 'minimize'
  | 'maximize'
  | 'flashFrame'
  | 'isVisible'
  | 'isAlwaysOnTop'
  | 'getNormalBounds'
  | 'setBounds'
  | 'loadURL'
>;
export const BrowserWindow = strict(
  'BrowserWindow',
  BoundWindow satisfies new (
    options?: Real.BrowserWindowConstructorOptions,
  ) => WindowLike,
);
export const webContents = strict('webContents', {
  fromDevToolsTargetId: (target: string) =>
    [...windows.values()].find(({ webContents: { targetId } }) => targetId === target)?.webContents,
});

// menus and the tray
class StandInMenuItem {
  readonly label: string;
  readonly role: string | undefined;
  readonly accelerator: string | null;
  readonly enabled: boolean;
  readonly type: string;
  readonly submenu: StandInMenu | undefined;
  checked: boolean;
  readonly click: (event: unknown, window: unknown, contents: unknown) => void;
  constructor(options: Real.MenuItemConstructorOptions) {
    const { label, role, type, submenu, accelerator = null, enabled = true, checked = false, click } = options;
    if (label === undefined && role === undefined && type !== 'separator')
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    this.label = label ?? '';
    this.role = role?.toLowerCase();
    if (Array.isArray(submenu)) this.submenu = new StandInMenu(submenu);
    this.type = type ?? (this.submenu === undefined ? 'normal' : 'submenu');
    this.accelerator = accelerator;
    this.enabled = enabled;
    this.checked = checked;
    this.click = event => {
      if (this.type === 'checkbox') this.checked = !this.checked;
      click?.(this as never, undefined, event as never);
    };
  }
}
class StandInMenu {
  readonly items: readonly StandInMenuItem[];
  constructor(template: readonly (Real.MenuItemConstructorOptions | Real.MenuItem)[]) {
    this.items = template.map(one => new StandInMenuItem(one as Real.MenuItemConstructorOptions));
  }
}
export const Menu = strict('Menu', {
  buildFromTemplate: (template: readonly Real.MenuItemConstructorOptions[]) => new StandInMenu(template),
  setApplicationMenu: (_menu: StandInMenu) => undefined,
});

class StandInTray extends EventEmitter {
  constructor(image: string) {
    super();
    StandInTray.#mustExist(image);
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return strict('Tray', this);
  }
  static #mustExist(image: string): void {
    if (!existsSync(image)) throw new Error(`Failed to load image from path '${image}'`);
  }
  setImage(image: string): void {
    StandInTray.#mustExist(image);
  }
  setToolTip(_text: string): void {}
  setContextMenu(_menu: StandInMenu): void {}
  getBounds(): Real.Rectangle {
    return process.platform === 'linux'
      ? { x: 0, y: 0, width: 0, height: 0 }
      : { x: 1_700, y: 0, width: 24, height: 24 };
  }
  destroy(): void {}
}
export const Tray = strict(
  'Tray',
  StandInTray satisfies new (
    image: string,
  ) => Pick<Real.Tray, 'setToolTip' | 'getBounds' | 'destroy'>,
);

// notifications
class StandInNotification extends EventEmitter {
  readonly title: string;
  readonly body: string;
  readonly actions: Real.NotificationAction[];
  constructor({ title = '', body = '', actions = [] }: Real.NotificationConstructorOptions = {}) {
    super();
    this.title = title;
    this.body = body;
    this.actions = actions;
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return strict('Notification', this);
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {}
  close(): void {}
}
export const Notification = strict(
  'Notification',
  StandInNotification satisfies new (
    options?: Real.NotificationConstructorOptions,
  ) => Pick<Real.Notification, 'title' | 'body' | 'actions' | 'show' | 'close'>,
);

// the rest of the system
let themeSource: Real.NativeTheme['themeSource'] = 'system';
const isDark = (): boolean => themeSource === 'dark';
const theme = new EventEmitter();
export const nativeTheme = strict(
  'nativeTheme',
  Object.defineProperties(theme, {
    shouldUseDarkColors: { get: isDark, enumerable: true },
    shouldUseDarkColorsForSystemIntegratedUI: { get: isDark, enumerable: true },
    themeSource: {
      get: () => themeSource,
      set(source: Real.NativeTheme['themeSource']) {
        themeSource = source;
        theme.emit('updated');
      },
      enumerable: true,
    },
  }),
);
export const net = strict('net', {
  isOnline: () => true,
  async fetch(address: string, init: { readonly method?: string } = {}) {
    if (schemeHandler === undefined) throw new Error(`net::ERR_UNKNOWN_URL_SCHEME ${address}`);
    return schemeHandler(new Request(address, init));
  },
});
export const powerMonitor = strict(
  'powerMonitor',
  Object.assign(new EventEmitter(), { getSystemIdleState: () => 'active' } satisfies Partial<Real.PowerMonitor>),
);
const display: Pick<Real.Display, 'id' | 'workArea'> = {
  id: 1,
  workArea: { x: 0, y: 0, width: 1_920, height: 1_040 },
};
export const screen = strict(
  'screen',
  Object.assign(new EventEmitter(), {
    getPrimaryDisplay: () => display,
    getAllDisplays: () => [display],
    getCursorScreenPoint: () => ({ x: 0, y: 0 }),
    getDisplayNearestPoint: () => display,
  }),
);
export const dialog = strict('dialog', {
  showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
  showErrorBox: () => undefined,
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
} satisfies Partial<Real.Dialog>);
export const shell = strict('shell', { openExternal: async () => undefined } satisfies Partial<Real.Shell>);

// the window's scheme, permissions and lines
export const session = strict('session', {
  defaultSession: strict(
    'session.defaultSession',
    Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: () => undefined,
      setPermissionCheckHandler: () => undefined,
      setDevicePermissionHandler: () => undefined,
      setDisplayMediaRequestHandler: () => undefined,
    } satisfies Partial<Real.Session>),
  ),
});
let schemeHandler: ((request: Request) => Response | Promise<Response>) | undefined;
const declared = new Set<string>();
let isReady = false;
export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: Real.CustomScheme[]) {
    if (isReady) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme } of schemes) declared.add(scheme);
  },
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>) {
    if (!declared.has(scheme)) throw new Error(`${scheme} was not declared.`);
    schemeHandler = handler;
  },
} satisfies Partial<Real.Protocol>);
const lines = new Map<string, (event: unknown, ...args: readonly unknown[]) => unknown>();
export const ipcMain = strict('ipcMain', {
  handle(channel: string, run: (event: unknown, ...args: readonly unknown[]) => unknown) {
    if (lines.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    lines.set(channel, run);
  },
});

// what the pages of its windows ask
const windowOf = (window: number): StandInWindow => {
  const found = windows.get(window);
  if (found === undefined) throw new Error(`There is no window ${window}.`);
  return found;
};
const forPages: ForPages = {
  async ask({ window, frame, channel, args }) {
    const run = lines.get(channel);
    if (run === undefined) throw new Error(`Error: No handler registered for '${channel}'`);
    const sender = windowOf(window).webContents;
    return run({ sender, senderFrame: { url: frame.url, parent: frame.main ? null : {} } }, ...args);
  },
  async file({ address, method }) {
    const response = await net.fetch(address, { method });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  },
  async navigate({ window, address }) {
    let prevented = false;
    const event = {
      url: address,
      preventDefault() {
        prevented = true;
      },
    };
    windowOf(window).webContents.emit('will-navigate', event);
    return !prevented;
  },
  async open({ window, address }) {
    const { action } = windowOf(window).webContents.openHandler({ url: address });
    if (action !== 'deny') throw new Error('The stand-in opens no further windows.');
  },
  async navigatedInPage({ window, address }) {
    const contents = windows.get(window)?.webContents;
    if (contents === undefined) return;
    contents.address = address;
    contents.emit('did-navigate-in-page', {}, address, true, 0, 0);
  },
  async pageClosed({ window }) {
    windows.get(window)?.destroy();
  },
};

// As Electron does it on POSIX.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => known.quit());
// A second start has no windows: it hands over and ends.
const nowhere = new Proxy({} as ForBrowser, {
  get: () => () => Promise.reject(new Error('There is nowhere to show a window.')),
});
const browser = process.argv.includes('--remote-debugging-port=0') ? ownChromium(forPages) : nowhere;
const ready = new Promise<void>(resolve => {
  setTimeout(() => {
    isReady = true;
    app.emit('ready', {}, {});
    resolve();
  }, 20);
});
