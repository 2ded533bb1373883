/**
 * The desktop app: puts the pieces of `app/electron/` together. Each of them does one thing to Electron; what Gatehouse knows
 * and decides stays in the host. Nothing is awaited at the top: Electron is ready only when this file has run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  type WebContents,
} from 'electron';
import { noteInstalledApp } from './commands/installed-app.ts';
import type { BackendView, DesktopEvent } from './contract/index.ts';
import { GatehouseError } from './contract/index.ts';
import { demonstrateAll } from './demonstrations.ts';
import { declareScheme, serveWindow } from './electron/app-protocol.ts';
import { type Asked, askedSchema, readArguments } from './electron/arguments.ts';
import { createAttention } from './electron/attention.ts';
import { SIZE } from './electron/bounds.ts';
import { commandOnPath } from './electron/command-on-path.ts';
import { endInOrder } from './electron/ending.ts';
import { keepEndpoint } from './electron/endpoint.ts';
import { anonymous, openFailures } from './electron/failures.ts';
import { openHostLine } from './electron/host-line.ts';
import { createInbox, receiver } from './electron/inbox.ts';
import { createInvitations } from './electron/invitations.ts';
import { lockDown } from './electron/lockdown.ts';
import { atLogin } from './electron/login.ts';
import { createMainWindow } from './electron/main-window.ts';
import { openMemory } from './electron/memory.ts';
import { menuTemplate } from './electron/menu.ts';
import { createNotifications } from './electron/notifications.ts';
import { isOwnPage, mayOpen } from './electron/outside.ts';
import { createPopover } from './electron/popover.ts';
import { followScreenLock } from './electron/screen-lock.ts';
import { type AppState, followHost, NOTHING_YET } from './electron/state.ts';
import { type AppTray, createTray } from './electron/tray.ts';
import { trayIcons } from './electron/tray-icons.ts';
import { endingModel, type TrayDeed, trayModel } from './electron/tray-model.ts';
import { trayIsVisible } from './electron/tray-presence.ts';
import { createUpdates, keepLooking, loadUpdater, whyNoUpdates } from './electron/updates.ts';
import { onWake } from './electron/wake.ts';
import { webPreferences } from './electron/web-preferences.ts';
import { type Answerer, openWindowDoor } from './electron/window-door.ts';
import { wordsOf } from './electron/words.ts';
import { findRuntime } from './runtime.ts';
import { homeFolder, privateFolder } from './storage/paths.ts';
import { VERSION } from './version.ts';

const { platform } = process;
const asked = readArguments(process.argv.slice(1), process.cwd());
const demoHome = asked.demo ? mkdtempSync(join(tmpdir(), 'gatehouse-demo-')) : undefined;
const home = demoHome ?? asked.home ?? homeFolder();
process.on('exit', () => {
  if (demoHome !== undefined) rmSync(demoHome, { recursive: true, force: true });
});

app.setName('Gatehouse');
// What Chromium keeps lies in the home, so that every home has an app of its own.
app.setPath('userData', privateFolder(join(privateFolder(home), 'app')));
if (platform === 'win32') app.setAppUserModelId('io.gatehouse.app');
declareScheme(protocol);

// macOS tells of links and files by events, from the first moment on.
const inbox = createInbox(asked.invitations);
app.on('open-url', (event, url) => {
  event.preventDefault();
  inbox.take(url);
});
app.on('open-file', (event, file) => {
  event.preventDefault();
  inbox.take(file);
});

const failures = openFailures({
  folder: join(home, 'logs'),
  version: VERSION,
  now: () => new Date(),
  show: file => {
    const words = wordsOf('system', app.getPreferredSystemLanguages());
    void app.whenReady().then(() =>
      dialog.showMessageBox({
        type: 'error',
        title: 'Gatehouse',
        message: words.failed,
        detail: words.failedDetail(file),
        buttons: [words.ok],
      }),
    );
  },
});
process.on('uncaughtException', failures.note);
process.on('unhandledRejection', failures.note);

if (app.requestSingleInstanceLock(asked)) void app.whenReady().then(start).catch(notStarted);
else app.exit(0);

async function start(): Promise<void> {
  const runtime = findRuntime(VERSION, import.meta.url);
  let state: AppState = NOTHING_YET;
  let ending = false;
  const trayNow = () => (ending ? endingModel(words()) : trayModel(state, words()));
  const words = () => wordsOf(state.language, app.getPreferredSystemLanguages());
  const open = (address: string): void =>
    void shell.openExternal(address).catch((error: unknown) => failures.say(messageOf(error)));
  const openOutside = (address: string): void => {
    if (mayOpen(address)) open(address);
    else failures.say(`not opened: ${address.slice(0, 80)}`);
  };
  lockDown(app, session.defaultSession, openOutside);
  serveWindow(protocol, runtime.window);

  const host = await openHostLine(
    {
      home,
      runtime,
      env: process.env,
      demo: asked.demo,
      openPage: page => {
        if (isOwnPage(page)) open(page);
      },
    },
    () => app.quit(),
  );
  const locked = followScreenLock(powerMonitor, () => {
    // What is shown on a locked screen says less.
    notifications.end();
    notifications.show(state);
  });
  const memory = openMemory(join(home, 'app-memory.json'));
  // An AppImage is unpacked anew at every start; its own file is what stays.
  const launcher = process.env.APPIMAGE ?? process.execPath;
  const login = atLogin({
    app,
    platform,
    launcher,
    configFolder: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
  });
  const invitations = createInvitations();
  const unsupported = whyNoUpdates({
    platform,
    env: process.env,
    packaged: app.isPackaged,
    resources: process.resourcesPath,
  });
  const updater = unsupported === undefined ? { updater: await loadUpdater() } : { unsupported };
  const command = commandOnPath({
    platform,
    home,
    userFolder: homedir(),
    path: process.env.PATH ?? '',
    packaged: { link: '/usr/bin/gatehouse', target: join(process.resourcesPath, 'bin', 'gatehouse') },
  });

  // Windows
  const listeners = new Set<(event: DesktopEvent) => void>();
  const tell = (event: DesktopEvent): void => {
    for (const listener of listeners) listener(event);
  };
  host.onLine(line => tell({ type: 'line', line }));
  const options = { webPreferences: webPreferences(join(import.meta.dirname, 'preload.cjs'), app.isPackaged) };
  const createWindow = (more: Electron.BrowserWindowConstructorOptions) => new BrowserWindow(more);
  const trayVisible = (): Promise<boolean> => (tray === undefined ? Promise.resolve(false) : trayIsVisible(platform));
  const main = createMainWindow({
    createWindow,
    options: { ...options, minWidth: SIZE.minWidth, minHeight: SIZE.minHeight },
    memory,
    workAreas: () => screen.getAllDisplays().map(({ workArea }) => workArea),
    trayVisible,
    onClosed(how) {
      if (memory.get().toldAboutClosing === true || !Notification.isSupported()) return;
      memory.set({ toldAboutClosing: true });
      new Notification({
        title: 'Gatehouse',
        body: how === 'hidden' ? words().closedHint : words().closedHintNoTray,
      }).show();
    },
    // An app without a window is no citizen of the Dock.
    onVisible: visible => void (visible ? app.dock?.show() : app.dock?.hide()),
    report: failures.say,
  });
  const popover = createPopover({
    createWindow,
    options,
    anchor: () => tray?.bounds(),
    pointer: () => screen.getCursorScreenPoint(),
    workAreaAt: point => screen.getDisplayNearestPoint(point).workArea,
    openMain: place => main.show(place),
    report: failures.say,
  });
  const isWindow = (contents: WebContents): boolean =>
    [main.current(), popover.current()].some(window => window?.webContents === contents);

  // What the window asks
  const answers: { readonly [name: string]: ((input: unknown) => unknown) | undefined } = {
    'desktop.invitation': () => ({ invitation: invitations.first() }),
    'desktop.answered': input => {
      const left = invitations.answered((input as { readonly id: string }).id);
      tell({ type: 'invitation' });
      return { left };
    },
    'desktop.atLogin': () => ({ atLogin: login.get() }),
    'desktop.setAtLogin': input => {
      setAtLogin((input as { readonly atLogin: boolean }).atLogin);
      return { atLogin: login.get() };
    },
    'desktop.updates': () => updates.state(),
    'desktop.update': input => {
      const { deed } = input as { readonly deed: 'check' | 'download' | 'install' | 'later' };
      return deed === 'later' ? updates.notNow() : updates[deed]();
    },
    'desktop.command': () => command.state(),
    'desktop.setCommand': input =>
      (input as { readonly installed: boolean }).installed ? command.install() : command.remove(),
  };
  const answer: Answerer = async (name, input) => {
    const own = answers[name];
    return own === undefined ? host.call(name, input) : own(input);
  };
  openWindowDoor({
    ipcMain,
    isWindow,
    answer,
    watch(listener) {
      listeners.add(listener);
      const unwatch = host.watch(listener);
      return () => {
        listeners.delete(listener);
        unwatch();
      };
    },
    locked,
    report: failures.say,
  });

  // Tray, menu, notifications
  const act = (deed: TrayDeed): void => {
    if (deed.do === 'open') return main.show(deed.place);
    if (deed.do === 'look') return popover.show();
    if (deed.do === 'quit') return app.quit();
    if (deed.do === 'resume' && locked()) return;
    const done =
      deed.do === 'restart' ? host.call('connections.restart', { id: deed.connection }) : host.call(deed.do, {});
    done.catch((error: unknown) => inform(words().failed, messageOf(error)));
  };
  const inform = (title: string, body: string): void => {
    if (Notification.isSupported()) new Notification({ title, body }).show();
    else failures.say(`${title}: ${body}`);
  };
  let tray: AppTray | undefined;
  try {
    tray = createTray({
      createTray: icon => new Tray(icon),
      buildMenu: template => Menu.buildFromTemplate(template),
      theme: nativeTheme,
      icons: trayIcons(join(import.meta.dirname, 'icons', 'tray'), platform),
      platform,
      act,
      first: trayNow(),
    });
  } catch (error) {
    // Without a tray everything is in the window and its menu.
    failures.say(messageOf(error));
    inform('Gatehouse', words().noTrayIcon);
  }
  const showMenu = (): void =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate(platform, words(), {
          open: place => main.show(place),
          openInvitation: () => void chooseInvitation(),
          quit: () => app.quit(),
          atLogin: login.get,
          setAtLogin,
          more: [],
        }),
      ),
    );
  function setAtLogin(on: boolean): void {
    login.set(on);
    showMenu();
    tell({ type: 'settings' });
  }
  const notifications = createNotifications({
    supported: () => Notification.isSupported(),
    create: more => new Notification(more),
    words,
    locked,
    allow: id => host.call('approvals.allow', { id }),
    deny: id => host.call('approvals.deny', { id, reason: '' }),
    look: () => popover.show(),
    failed: inform,
  });
  const attend = createAttention({ app, window: () => main.current() });
  const follow = followHost(host, (now, before) => {
    state = now;
    tray?.show(trayNow());
    notifications.show(now);
    attend(now, before);
    if (now.language !== before.language) showMenu();
  });
  showMenu();

  // Links and files
  const receive = receiver({
    invitations,
    backends: async () => (await host.call('backends.list', {})) as readonly BackendView[],
    arrived() {
      main.show();
      tell({ type: 'invitation' });
    },
    refused: why => {
      const buttons = [words().ok];
      void dialog.showMessageBox({
        type: 'warning',
        title: 'Gatehouse',
        message: words().refused,
        detail: why,
        buttons,
      });
    },
  });
  async function chooseInvitation(): Promise<void> {
    const filters = [{ name: 'Gatehouse', extensions: ['gatehouse'] }];
    const { filePaths } = await dialog.showOpenDialog({ properties: ['openFile'], filters });
    for (const file of filePaths) inbox.take(file);
  }
  if (app.isPackaged) {
    app.setAsDefaultProtocolClient('gatehouse');
    if (!asked.demo) noteInstalledApp(home, launcher);
  }

  // Life
  app.on('second-instance', (_event, _argv, _folder, given) => {
    const again = askedSchema.safeParse(given);
    const more: Asked = again.success ? again.data : { hidden: false, demo: false, invitations: [] };
    if (!more.hidden && more.invitations.length === 0) main.show();
    for (const one of more.invitations) inbox.take(one);
  });
  app.on('activate', () => main.show());
  // Ours hide; and an app in the tray lives without windows.
  app.on('window-all-closed', () => undefined);
  app.on('render-process-gone', (_event, contents, { reason }) => {
    failures.say(`a window ended: ${reason}`);
    if (reason !== 'clean-exit' && isWindow(contents)) contents.reload();
  });
  const stopWaking = onWake(powerMonitor, net, () => {
    tell({ type: 'line', line: 'up' });
    void follow.refresh();
  });
  const { end } = endInOrder({
    app,
    onBeforeQuit: listener => void app.on('before-quit', listener),
    onShutdown: listener => void powerMonitor.on('shutdown', listener),
    host,
    async openCalls() {
      await follow.refresh();
      return state.connections.reduce((sum, { openCalls }) => sum + openCalls, 0);
    },
    begin() {
      main.letGo();
      popover.hide();
      ending = true;
      tray?.show(trayNow());
    },
    finish() {
      stopWaking();
      notifications.end();
      tray?.end();
    },
  });
  const updates = createUpdates({
    ...updater,
    stopHost: end,
    relaunch() {
      app.relaunch();
      app.exit(0);
    },
    memory: { read: () => memory.get().notNow, write: notNow => memory.set({ notNow }) },
    onChanged: () => tell({ type: 'updates' }),
  });
  if (unsupported === undefined) keepLooking(updates);
  await Promise.all([follow.refresh(), keepEndpoint(host, memory).check()]);
  const hidden = asked.hidden || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
  if (hidden) app.dock?.hide();
  else main.show();
  inbox.open(receive);
  if (asked.demo) await demonstrateAll((name, input) => host.call(name, input));
}

function notStarted(error: unknown): void {
  const words = wordsOf('system', app.getPreferredSystemLanguages());
  failures.say(messageOf(error));
  const { message, hint } = error instanceof GatehouseError ? error : { message: messageOf(error), hint: '' };
  dialog.showErrorBox(words.notStarted, anonymous(`${message}\n${hint}`));
  app.exit(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
