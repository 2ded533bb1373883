/**
 * Stands in for `electron` where its binary cannot be had. It knows what the app uses and no more: any other use throws with
 * its name, and `satisfies` keeps what is here to Electron's own types. Windows are pages of the specs' Chromium.
 */
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Real from 'electron';
import { VERSION } from '../../app/version.ts';
import { strict } from './strict.ts';
import { StandInWindow, windows } from './windows.ts';
import { type ForApp, type ForBrowser, type MenuEntry, openWire, type System } from './wire.ts';

let system: System = {
  online: true,
  dark: false,
  locked: false,
  notifications: true,
  workAreas: [{ x: 0, y: 0, width: 1_920, height: 1_040 }],
  trayBounds: { x: 1_700, y: 0, width: 24, height: 24 },
  chosenFiles: [],
  wasOpenedAtLogin: false,
  ...(JSON.parse(process.env.STAND_IN_SYSTEM ?? '{}') as Partial<System>),
};
const seen = {
  dialogs: [] as { message: string; detail: string }[],
  opened: [] as string[],
  notified: [] as string[],
  badge: 0,
  dockVisible: true,
  bounces: [] as string[],
  login: { openAtLogin: false, args: [] as readonly string[] },
  schemes: [] as Real.CustomScheme[],
};

// app
const events = new EventEmitter();
const paths: Record<string, string> = {};
let exiting = false;
let passSecond: NodeJS.Timeout | undefined;

const dock = {
  show: async () => {
    seen.dockVisible = true;
  },
  hide: () => {
    seen.dockVisible = false;
  },
  bounce: (type: 'critical' | 'informational' = 'informational') => {
    seen.bounces.push(type);
    return seen.bounces.length;
  },
} satisfies Partial<Real.Dock>;

const known = {
  isPackaged: process.env.STAND_IN_PACKAGED === '1',
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
  setBadgeCount(count = 0) {
    seen.badge = count;
    return true;
  },
  getLoginItemSettings: () => ({
    openAtLogin: seen.login.openAtLogin,
    wasOpenedAtLogin: system.wasOpenedAtLogin,
    status: seen.login.openAtLogin ? 'enabled' : 'not-registered',
    executableWillLaunchAtLogin: seen.login.openAtLogin,
    launchItems: [],
  }),
  setLoginItemSettings({ openAtLogin = false, args = [] }: Real.Settings) {
    seen.login = { openAtLogin, args };
  },
  setAsDefaultProtocolClient: () => true,
} satisfies Partial<Real.App>;

export const app = strict(
  'app',
  Object.assign(events, known, { dock: process.platform === 'darwin' ? strict('dock', dock) : undefined }),
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
  }
}
type WindowLike = Pick<
  Real.BrowserWindow,
  | 'id'
  | 'show'
  | 'hide'
  | 'focus'
  | 'minimize'
  | 'maximize'
  | 'flashFrame'
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

// menus and the tray
interface Item extends Real.MenuItemConstructorOptions {
  readonly entries: readonly Item[];
}
class StandInMenu {
  readonly items: readonly Item[];
  constructor(items: readonly Item[]) {
    this.items = items;
  }
}
const itemsOf = (template: readonly Real.MenuItemConstructorOptions[]): readonly Item[] =>
  template.map(item => {
    if (item.label === undefined && item.role === undefined && item.type !== 'separator')
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    const submenu = Array.isArray(item.submenu) ? itemsOf(item.submenu) : [];
    return { ...item, entries: submenu };
  });
let appMenu = new StandInMenu([]);
export const Menu = strict('Menu', {
  buildFromTemplate: (template: readonly Real.MenuItemConstructorOptions[]) => new StandInMenu(itemsOf(template)),
  setApplicationMenu(menu: StandInMenu) {
    appMenu = menu;
  },
});

let tray: StandInTray | undefined;
class StandInTray extends EventEmitter {
  image: string;
  toolTip = '';
  menu = new StandInMenu([]);
  menusSet = 0;
  constructor(image: string) {
    super();
    this.image = image;
    tray = strict('Tray', this);
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return tray;
  }
  setImage(image: string): void {
    if (!existsSync(image)) throw new Error(`Failed to load image from path '${image}'`);
    this.image = image;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setContextMenu(menu: StandInMenu): void {
    this.menu = menu;
    this.menusSet += 1;
  }
  getBounds(): Real.Rectangle {
    return process.platform === 'linux' ? { x: 0, y: 0, width: 0, height: 0 } : system.trayBounds;
  }
  destroy(): void {
    tray = undefined;
  }
}
export const Tray = strict(
  'Tray',
  StandInTray satisfies new (
    image: string,
  ) => Pick<Real.Tray, 'setToolTip' | 'getBounds' | 'destroy'>,
);

// notifications
const notifications = new Set<StandInNotification>();
class StandInNotification extends EventEmitter {
  readonly options: Real.NotificationConstructorOptions;
  constructor(options: Real.NotificationConstructorOptions = {}) {
    super();
    this.options = options;
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return strict('Notification', this);
  }
  static isSupported(): boolean {
    return system.notifications;
  }
  show(): void {
    notifications.add(this);
    seen.notified.push(`${this.options.title}\n${this.options.body}`);
  }
  close(): void {
    notifications.delete(this);
  }
}
export const Notification = strict(
  'Notification',
  StandInNotification satisfies new (
    options?: Real.NotificationConstructorOptions,
  ) => Pick<Real.Notification, 'show' | 'close'>,
);

// the rest of the system
export const nativeTheme = strict(
  'nativeTheme',
  Object.defineProperties(new EventEmitter(), {
    shouldUseDarkColors: { get: () => system.dark, enumerable: true },
    shouldUseDarkColorsForSystemIntegratedUI: { get: () => system.dark, enumerable: true },
  }),
);
export const net = strict('net', { isOnline: () => system.online } satisfies Partial<Real.Net>);
export const powerMonitor = strict(
  'powerMonitor',
  Object.assign(new EventEmitter(), {
    getSystemIdleState: () => (system.locked ? 'locked' : 'active'),
  } satisfies Partial<Real.PowerMonitor>),
);
type Display = Pick<Real.Display, 'id' | 'workArea'>;
const displays = (): Display[] => system.workAreas.map((workArea, id) => ({ id, workArea }));
export const screen = strict(
  'screen',
  Object.assign(new EventEmitter(), {
    getAllDisplays: displays,
    getCursorScreenPoint: () => ({ x: 1_000, y: 10 }),
    getDisplayNearestPoint: ({ x }: Real.Point) =>
      displays().find(({ workArea }) => x >= workArea.x && x < workArea.x + workArea.width) ?? displays()[0],
  }),
);
export const dialog = strict('dialog', {
  async showMessageBox({ message, detail = '' }: Real.MessageBoxOptions) {
    seen.dialogs.push({ message, detail });
    return { response: 0, checkboxChecked: false };
  },
  showErrorBox(message: string, detail: string) {
    seen.dialogs.push({ message, detail });
    process.stderr.write(`${message}: ${detail}\n`);
  },
  showOpenDialog: async () => ({ canceled: system.chosenFiles.length === 0, filePaths: [...system.chosenFiles] }),
});
export const shell = strict('shell', {
  async openExternal(address: string) {
    seen.opened.push(address);
  },
} satisfies Partial<Real.Shell>);

// the window's scheme, permissions and lines
type RequestHandler = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void;
type CheckHandler = (contents: unknown, permission: string, origin: string) => boolean;
let [requested, checked]: [RequestHandler, CheckHandler] = [(_c, _p, answer) => answer(true), () => true];
const sessionEvents = new EventEmitter();
export const session = strict('session', {
  defaultSession: strict(
    'session.defaultSession',
    Object.assign(sessionEvents, {
      setPermissionRequestHandler(handler: RequestHandler) {
        requested = handler;
      },
      setPermissionCheckHandler(handler: CheckHandler) {
        checked = handler;
      },
      setDevicePermissionHandler: () => undefined,
      setDisplayMediaRequestHandler: () => undefined,
    }),
  ),
});
let schemeHandler: ((request: Request) => Response | Promise<Response>) | undefined;
let isReady = false;
export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: Real.CustomScheme[]) {
    if (isReady) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    seen.schemes.push(...schemes);
  },
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>) {
    if (!seen.schemes.some(one => one.scheme === scheme)) throw new Error(`${scheme} was not declared.`);
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

// for the specs
const windowOf = (window: number): StandInWindow => {
  const found = windows.get(window);
  if (found === undefined) throw new Error(`There is no window ${window}.`);
  return found;
};
const entryOf = ({
  label,
  role,
  accelerator,
  enabled = true,
  checked: on = false,
  type = 'normal',
  entries,
}: Item): MenuEntry => ({
  label: label ?? '',
  ...(role === undefined ? {} : { role }),
  ...(accelerator === undefined ? {} : { accelerator: String(accelerator) }),
  enabled,
  checked: on,
  type,
  submenu: entries.map(entryOf),
});
const sources = { app: events, powerMonitor, screen, nativeTheme };
const forApp: ForApp = {
  async invoke({ window, frame, channel, args }) {
    const run = lines.get(channel);
    if (run === undefined) throw new Error(`Error: No handler registered for '${channel}'`);
    const sender = windowOf(window).webContents;
    return run({ sender, senderFrame: { url: frame.url, parent: frame.main ? null : {} } }, ...args);
  },
  async request({ address, method }) {
    if (schemeHandler === undefined) throw new Error('Nothing answers app://');
    const response = await schemeHandler(new Request(address, { method }));
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
  async snapshot() {
    return {
      tray:
        tray === undefined
          ? null
          : { image: tray.image, toolTip: tray.toolTip, menu: tray.menu.items.map(entryOf), menusSet: tray.menusSet },
      appMenu: appMenu.items.map(entryOf),
      windows: [...windows.values()].map(
        ({ id, visible, minimized, focused, flashing, bounds, webContents, options }) => ({
          window: id,
          visible,
          minimized,
          focused,
          flashing,
          bounds,
          address: webContents.address,
          frame: options.frame !== false,
          alwaysOnTop: options.alwaysOnTop === true,
          skipTaskbar: options.skipTaskbar === true,
          webPreferences: { ...options.webPreferences },
        }),
      ),
      notifications: [...notifications].map(({ options }) => ({
        title: options.title ?? '',
        body: options.body ?? '',
        buttons: (options.actions ?? []).map(({ text }) => text ?? ''),
      })),
      notified: seen.notified,
      dialogs: seen.dialogs,
      opened: seen.opened,
      badge: seen.badge,
      dock: { visible: seen.dockVisible, bounces: seen.bounces },
      login: seen.login,
      schemes: seen.schemes.map(({ scheme, privileges }) => ({ scheme, privileges: { ...privileges } })),
      channels: [...lines.keys()],
    };
  },
  async choose({ menu, path }) {
    let items = menu === 'tray' ? (tray?.menu.items ?? []) : appMenu.items;
    for (const [at, label] of path.entries()) {
      const item = items.find(one => one.label?.startsWith(label) || one.role === label);
      if (item === undefined)
        throw new Error(`There is no "${label}" among: ${items.map(one => one.label).join(', ')}`);
      items = item.entries;
      if (at < path.length - 1) continue;
      if (item.enabled === false) throw new Error(`"${label}" cannot be chosen.`);
      const chosen = { ...item, checked: item.type === 'checkbox' ? item.checked !== true : item.checked };
      item.click?.(chosen as never, undefined, {} as never);
    }
  },
  async clickTray() {
    if (tray === undefined) throw new Error('There is no tray.');
    tray.emit('click', {}, tray.getBounds(), {});
  },
  async notification({ title, button }) {
    const found = [...notifications].find(({ options }) => options.title?.includes(title));
    if (found === undefined) throw new Error(`There is no notification "${title}".`);
    if (button === undefined) found.emit('click', {});
    else found.emit('action', { actionIndex: button, selectionIndex: -1 }, button, -1);
  },
  async emit({ of, event, args = [] }) {
    sources[of].emit(event, { preventDefault: () => undefined }, ...args);
  },
  async set(change) {
    system = { ...system, ...change };
  },
  async window({ window, deed, bounds }) {
    const found = windowOf(window);
    if (deed === 'resize' && bounds !== undefined) found.setBounds(bounds);
    else if (deed !== 'resize') found[deed]();
  },
  async key({ window, key }) {
    windowOf(window).webContents.emit('before-input-event', {}, { type: 'keyDown', key });
  },
  async permission({ window, permission }) {
    const contents = windowOf(window).webContents;
    const request = await new Promise<boolean>(resolve => requested(contents, permission, resolve));
    return { request, check: checked(contents, permission, new URL(contents.address).href) };
  },
  async download({ address }) {
    let prevented = false;
    const event = {
      preventDefault() {
        prevented = true;
      },
    };
    sessionEvents.emit('will-download', event, { getURL: () => address });
    return !prevented;
  },
  async throwError({ message }) {
    setImmediate(() => {
      throw new Error(message);
    });
  },
};

if (process.send === undefined) throw new Error('The stand-in runs under the specs, which hold its other end.');
process.on('disconnect', () => process.exit(1));
// As Electron does it on POSIX.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => known.quit());
const browser: ForBrowser = openWire<ForApp, ForBrowser>(
  { send: message => void process.send?.(message, () => undefined), events: process },
  forApp,
);
const ready = new Promise<void>(resolve => {
  setTimeout(() => {
    isReady = true;
    resolve();
  }, 20);
});
