/**
 * Given to Electron before the app (`electron -r …`): notes what the app does to the system, and does to the app what a person or the system would do. What
 * would leave the app (notifications, dialogs, programs opened, an entry at login) is noted and not carried out. It replaces methods, since
 * Electron's own module cannot be changed, and only by Electron's types; a method that cannot be replaced ends the start with its name.
 */
import {
  app,
  type BaseWindow,
  BrowserWindow,
  type Display,
  dialog,
  ipcMain,
  type LoginItemSettings,
  Menu,
  type MenuItem,
  type MessageBoxOptions,
  Notification,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  type Session,
  screen,
  session,
  shell,
  Tray,
} from 'electron';
import { type MenuEntry, SURROUNDINGS, type Surroundings, SYSTEM, type System } from './surroundings.ts';

// Electron leaves its own options there, also the one that names this file (default_app/main.ts).
while (process.argv[1] === '-r') process.argv.splice(1, 2);
// Where a packaged app finds its resources: in the folder that the spec has for itself.
if (app.isPackaged) Object.defineProperty(process, 'resourcesPath', { value: process.cwd() });

let system: System = {
  online: true,
  dark: false,
  locked: false,
  notifications: true,
  workAreas: [{ x: 0, y: 0, width: 1_920, height: 1_040 }],
  chosenFiles: [],
  wasOpenedAtLogin: false,
  ...(JSON.parse(process.env[SYSTEM] ?? '{}') as Partial<System>),
};

function replace<T extends object, N extends keyof T>(of: T, name: N, make: (real: T[N]) => T[N]): void {
  if (!Reflect.set(of, name, make(of[name]))) throw new Error(`Electron lets nobody replace ${String(name)}.`);
}

// The tray
const trays = new Map<Tray, { image: string; toolTip: string; menu: Menu | undefined; menusSet: number }>();
const noteOf = (tray: Tray) => {
  const note = trays.get(tray) ?? { image: '', toolTip: '', menu: undefined, menusSet: 0 };
  trays.set(tray, note);
  return note;
};
replace(
  Tray.prototype,
  'setImage',
  real =>
    function (this: Tray, image) {
      noteOf(this).image = String(image);
      real.call(this, image);
    },
);
replace(
  Tray.prototype,
  'setToolTip',
  real =>
    function (this: Tray, text) {
      noteOf(this).toolTip = text;
      real.call(this, text);
    },
);
replace(
  Tray.prototype,
  'setContextMenu',
  real =>
    function (this: Tray, menu) {
      const note = noteOf(this);
      note.menu = menu ?? undefined;
      note.menusSet += 1;
      real.call(this, menu);
    },
);
replace(
  Tray.prototype,
  'destroy',
  real =>
    function (this: Tray) {
      trays.delete(this);
      real.call(this);
    },
);
const theTray = () => {
  const [found] = trays;
  if (found === undefined) throw new Error('There is no tray.');
  return { tray: found[0], ...found[1] };
};

// The app's menu
let appMenu: Menu | null = null;
replace(Menu, 'setApplicationMenu', real => menu => {
  appMenu = menu;
  real.call(Menu, menu);
});
const entryOf = (item: MenuItem): MenuEntry => ({
  label: item.label,
  ...(item.role ? { role: item.role } : {}),
  ...(item.accelerator ? { accelerator: item.accelerator } : {}),
  enabled: item.enabled,
  checked: item.checked,
  type: item.type,
  submenu: entriesOf(item.submenu),
});
const entriesOf = (menu: Menu | null | undefined): readonly MenuEntry[] => (menu?.items ?? []).map(entryOf);

// Notifications
const notifications = new Set<Notification>();
const notified: string[] = [];
replace(Notification, 'isSupported', () => () => system.notifications);
replace(
  Notification.prototype,
  'show',
  () =>
    function (this: Notification) {
      notifications.add(this);
      notified.push(`${this.title}\n${this.body}`);
    },
);
replace(
  Notification.prototype,
  'close',
  () =>
    function (this: Notification) {
      notifications.delete(this);
    },
);

// Dialogs, and what the system opens
const dialogs: { message: string; detail: string }[] = [];
replace(dialog, 'showMessageBox', () => async (...given: readonly (BaseWindow | MessageBoxOptions)[]) => {
  for (const one of given) if ('message' in one) dialogs.push({ message: one.message, detail: one.detail ?? '' });
  return { response: 0, checkboxChecked: false };
});
replace(dialog, 'showErrorBox', () => (message, detail) => {
  dialogs.push({ message, detail });
  process.stderr.write(`${message}: ${detail}\n`);
});
replace(dialog, 'showOpenDialog', () => async () => ({
  canceled: system.chosenFiles.length === 0,
  filePaths: [...system.chosenFiles],
}));
const opened: string[] = [];
replace(shell, 'openExternal', () => async address => {
  opened.push(address);
});

// The app and the system
let badge = 0;
replace(app, 'setBadgeCount', () => (count = 0) => {
  badge = count;
  return true;
});
const dock = { visible: true, bounces: [] as string[] };
if (app.dock !== undefined) {
  replace(app.dock, 'bounce', () => type => dock.bounces.push(type ?? 'informational'));
  replace(app.dock, 'show', () => async () => {
    dock.visible = true;
  });
  replace(app.dock, 'hide', () => () => {
    dock.visible = false;
  });
}
let login: { readonly openAtLogin: boolean; readonly args: readonly string[] } = { openAtLogin: false, args: [] };
replace(app, 'setLoginItemSettings', () => ({ openAtLogin = false, args = [] }) => {
  login = { openAtLogin, args };
});
replace(
  app,
  'getLoginItemSettings',
  () => (): LoginItemSettings => ({
    openAtLogin: login.openAtLogin,
    wasOpenedAtLogin: system.wasOpenedAtLogin,
    status: login.openAtLogin ? 'enabled' : 'not-registered',
    executableWillLaunchAtLogin: login.openAtLogin,
    launchItems: [],
  }),
);
replace(app, 'setAsDefaultProtocolClient', () => () => true);
replace(net, 'isOnline', () => () => system.online);
const showTheme = (): void => {
  nativeTheme.themeSource = system.dark ? 'dark' : 'light';
};

// The window's scheme, lines and permissions
const schemes: { readonly scheme: string; readonly privileges: Readonly<Record<string, unknown>> }[] = [];
replace(protocol, 'registerSchemesAsPrivileged', real => given => {
  for (const { scheme, privileges } of given) schemes.push({ scheme, privileges: { ...privileges } });
  real.call(protocol, given);
});
const lines = new Map<string, (event: unknown, ...args: readonly unknown[]) => unknown>();
const asked = new Map<string, number>();
replace(ipcMain, 'handle', real => (channel, run) => {
  lines.set(channel, run as (event: unknown, ...args: readonly unknown[]) => unknown);
  asked.set(channel, 0);
  real.call(ipcMain, channel, async (event, ...args: readonly unknown[]) => {
    asked.set(channel, (asked.get(channel) ?? 0) + 1);
    const queue = held.get(channel);
    const told = queue === undefined ? undefined : await queue.wait();
    return told ?? (run(event, ...args) as unknown);
  });
});
const held = new Map<string, ReturnType<typeof createQueue>>();
/** Whoever waits here goes on when somebody says so. */
function createQueue() {
  const waiting: ((answer: object | undefined) => void)[] = [];
  let came = (): void => undefined;
  return {
    wait: () =>
      new Promise<object | undefined>(resolve => {
        waiting.push(resolve);
        came();
      }),
    async notEmpty() {
      if (waiting.length > 0) return;
      await new Promise<void>(resolve => {
        came = resolve;
      });
    },
    release: (answer?: object) => waiting.shift()?.(answer),
    releaseAll() {
      for (const go of waiting.splice(0)) go(undefined);
      came();
    },
  };
}
type Handler<N extends 'setPermissionRequestHandler' | 'setPermissionCheckHandler'> = Parameters<Session[N]>[0];
let requested: Handler<'setPermissionRequestHandler'> = null;
let checked: Handler<'setPermissionCheckHandler'> = null;
/** Held, so that what was replaced in it stays: Electron may make a new one of another's. */
let ours: Session | undefined;

// Before the app's own wait, which comes later. What is replaced here exists only from this moment on.
void app.whenReady().then(() => {
  showTheme();
  ours = session.defaultSession;
  const { setPermissionRequestHandler, setPermissionCheckHandler } = ours;
  replace(ours, 'setPermissionRequestHandler', () => handler => {
    requested = handler;
    if (ours !== undefined) setPermissionRequestHandler.call(ours, handler);
  });
  replace(ours, 'setPermissionCheckHandler', () => handler => {
    checked = handler;
    if (ours !== undefined) setPermissionCheckHandler.call(ours, handler);
  });
  replace(powerMonitor, 'getSystemIdleState', () => () => (system.locked ? 'locked' : 'active'));
  const one = screen.getPrimaryDisplay();
  const displays = (): Display[] => system.workAreas.map((workArea, id) => ({ ...one, id, workArea }));
  replace(screen, 'getAllDisplays', () => displays);
  replace(screen, 'getCursorScreenPoint', () => () => ({ x: 1_000, y: 10 }));
  replace(
    screen,
    'getDisplayNearestPoint',
    () =>
      ({ x }) =>
        displays().find(({ workArea }) => x >= workArea.x && x < workArea.x + workArea.width) ?? one,
  );
});

// Windows
const flashing = new WeakSet<BrowserWindow>();
replace(
  BrowserWindow.prototype,
  'flashFrame',
  real =>
    function (this: BrowserWindow, flash) {
      if (flash) flashing.add(this);
      else flashing.delete(this);
      real.call(this, flash);
    },
);
app.on('browser-window-created', (_event, window) => {
  window.on('focus', () => flashing.delete(window));
});
const windowOf = (id: number): BrowserWindow => {
  const found = BrowserWindow.getAllWindows().find(one => one.id === id);
  if (found === undefined) throw new Error(`There is no window ${id}.`);
  return found;
};
const madeWith = (window: object): { readonly madeWith?: Readonly<Record<string, unknown>> } =>
  'madeWith' in window ? { madeWith: { ...(window.madeWith as object) } } : {};

const emitters = { app, powerMonitor };
const surroundings: Surroundings = {
  async snapshot() {
    const [tray] = trays.values();
    return {
      tray: tray === undefined ? null : { ...tray, menu: entriesOf(tray.menu) },
      appMenu: entriesOf(appMenu),
      windows: BrowserWindow.getAllWindows().map(window => ({
        window: window.id,
        visible: window.isVisible(),
        minimized: window.isMinimized(),
        focused: window.isFocused(),
        flashing: flashing.has(window),
        bounds: window.getNormalBounds(),
        address: window.webContents.getURL(),
        alwaysOnTop: window.isAlwaysOnTop(),
        ...madeWith(window),
      })),
      notifications: [...notifications].map(({ title, body, actions }) => ({
        title,
        body,
        buttons: actions.map(({ text }) => text ?? ''),
      })),
      notified,
      dialogs,
      opened,
      badge,
      dock,
      login,
      schemes,
      lines: Object.fromEntries(asked),
    };
  },
  async choose({ menu, path }) {
    let items = (menu === 'tray' ? theTray().menu : appMenu)?.items ?? [];
    for (const [at, label] of path.entries()) {
      const item = items.find(one => one.label.startsWith(label) || one.role === label);
      if (item === undefined)
        throw new Error(`There is no "${label}" among: ${items.map(one => one.label).join(', ')}`);
      items = item.submenu?.items ?? [];
      if (at < path.length - 1) continue;
      if (!item.enabled) throw new Error(`"${label}" cannot be chosen.`);
      item.click({}, undefined, undefined);
    }
  },
  async clickTray() {
    const { tray } = theTray();
    tray.emit('click', {}, tray.getBounds(), { x: 0, y: 0 });
  },
  async notification({ title, button }) {
    const found = [...notifications].find(one => one.title.includes(title));
    if (found === undefined) throw new Error(`There is no notification "${title}".`);
    if (button === undefined) found.emit('click', {});
    else found.emit('action', { actionIndex: button, selectionIndex: -1 }, button, -1);
  },
  async emit({ of, event, args = [] }) {
    emitters[of].emit(event, { preventDefault: () => undefined }, ...args);
  },
  async set(change) {
    system = { ...system, ...change };
    if (change.dark !== undefined) showTheme();
  },
  async window({ window, deed, bounds }) {
    const found = windowOf(window);
    if (deed !== 'resize') found[deed]();
    else if (bounds !== undefined) found.setBounds(bounds);
  },
  async key({ window, key }) {
    windowOf(window).webContents.sendInputEvent({ type: 'keyDown', keyCode: key });
  },
  async permission({ window, permission }) {
    const { webContents } = windowOf(window);
    const told: unknown[] = [webContents, permission];
    const request = await new Promise<boolean>(resolve => {
      Reflect.apply(requested ?? noHandler, undefined, [...told, resolve]);
    });
    const check: unknown = Reflect.apply(checked ?? noHandler, undefined, [
      ...told,
      new URL(webContents.getURL()).href,
    ]);
    return { request, check: check === true };
  },
  async download({ address }) {
    let prevented = false;
    const event = {
      preventDefault() {
        prevented = true;
      },
    };
    ours?.emit('will-download', event, { getURL: () => address });
    return !prevented;
  },
  async throwError({ message }) {
    setImmediate(() => {
      throw new Error(message);
    });
  },
  async invoke({ window, frame, channel, args }) {
    const run = lines.get(channel);
    if (run === undefined) throw new Error(`Nothing answers ${channel}.`);
    const sender = windowOf(window).webContents;
    return run({ sender, senderFrame: { url: frame.url, parent: frame.main ? null : {} } }, ...args);
  },
  async hold({ channel, on }) {
    const before = held.get(channel);
    if (on) held.set(channel, createQueue());
    else held.delete(channel);
    before?.releaseAll();
  },
  async held({ channel }) {
    const queue = held.get(channel);
    await queue?.notEmpty();
    return queue !== undefined && held.get(channel) === queue;
  },
  async release({ channel, answer }) {
    held.get(channel)?.release(answer);
  },
  async request({ address, method }) {
    const { status, headers } = await net.fetch(address, { method });
    return { status, headers: Object.fromEntries(headers) };
  },
};
function noHandler(): never {
  throw new Error('The app has said nothing about permissions.');
}
Reflect.set(globalThis, SURROUNDINGS, surroundings);
