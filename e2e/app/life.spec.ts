import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { channelOf } from '../../app/electron/channels.ts';
import { eventually, isRunning } from '../../app/testing/index.ts';
import { familyOf } from '../../app/testing/programs.ts';
import type { MenuEntry } from '../electron/surroundings.ts';
import { type Desktop, test, within } from './desktop.ts';

const mainWindow = async (app: Desktop) => (await app.see()).windows.find(({ alwaysOnTop }) => !alwaysOnTop);
const numberOf = async (app: Desktop): Promise<number> => (await mainWindow(app))?.window ?? 0;

test('[single-instance] a second start hands over what it was asked for, brings the first to the front and ends', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  expect(await app.again('--hidden')).toBe(0);
  expect((await app.see()).windows).toEqual([]);
  expect(await app.again()).toBe(0);
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  await app.around.window({ window: await numberOf(app), deed: 'close' });
  await expect.poll(() => mainWindow(app)).toMatchObject({ visible: false });
  expect(await app.again('gatehouse://connect?backend=dpod&name=handed-over')).toBe(0);
  await expect.poll(() => mainWindow(app)).toMatchObject({ visible: true, focused: true });
  await expect(main.getByRole('dialog')).toContainText('dpod/handed-over');
});

test('[bounds] the window opens where it was, and in sight when its screen is gone', async ({ desktop }) => {
  await using app = await desktop({ system: { workAreas: [AREA, { ...AREA, x: 1_920 }] } });
  await app.main();
  const there = { x: 2_100, y: 120, width: 900, height: 700 };
  await app.around.window({ window: await numberOf(app), deed: 'resize', bounds: there });
  await app.around.window({ window: await numberOf(app), deed: 'close' });
  await app.around.choose({ menu: 'tray', path: ['Quit'] }).catch(() => undefined);
  await app.ended();
  const opened = async (workAreas: readonly (typeof AREA)[]) => {
    await using next = await app.reopened({ system: { workAreas } });
    await next.main();
    return (await next.see()).windows[0]?.bounds;
  };
  expect(await opened([AREA, { ...AREA, x: 1_920 }])).toEqual(there);
  expect(await opened([AREA])).toMatchObject({ x: 0, y: 0, width: 1_100, height: 800 });
  expect(await opened([{ ...AREA, x: 1_920, width: 800, height: 600 }])).toEqual({
    x: 1_920,
    y: 0,
    width: 800,
    height: 600,
  });
});
const AREA = { x: 0, y: 0, width: 1_920, height: 1_040 };

test('[hide-to-tray] closing hides the window, says so once, and the tray brings it back as it was', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  await app.around.choose({ menu: 'app', path: ['Go', 'History'] });
  const window = await numberOf(app);
  for (let round = 0; round < 2; round++) {
    await app.around.window({ window, deed: 'close' });
    await expect.poll(() => mainWindow(app)).toMatchObject({ visible: false });
    await app.around.choose({ menu: 'tray', path: ['Open Gatehouse'] });
    await expect.poll(() => mainWindow(app)).toMatchObject({ visible: true });
  }
  await expect(main.getByRole('heading', { name: 'History' })).toBeVisible();
  expect((await app.see()).notified).toEqual([
    'Gatehouse\nGatehouse keeps running here, so that assistants can work. Quit it from this menu.',
  ]);
});

test('[mac-activation] the app stands in the Dock only while its window is open; a click there opens it', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'], platform: 'darwin' });
  expect((await app.see()).dock.visible).toBe(false);
  await app.around.emit({ of: 'app', event: 'activate' });
  await app.main();
  await expect.poll(async () => (await app.see()).dock.visible).toBe(true);
  await app.around.window({ window: await numberOf(app), deed: 'close' });
  await expect.poll(async () => (await app.see()).dock.visible).toBe(false);
});

/** Electron would name these itself, in English. */
const unnamed = (menu: readonly MenuEntry[]): readonly MenuEntry[] =>
  menu.flatMap(({ submenu }) => submenu).filter(({ type, label }) => type !== 'separator' && label === '');

test('[native-menu] the menu has the system’s roles, leads to every screen, and its shortcuts are its own', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  const { appMenu } = await app.see();
  expect(appMenu.map(({ label, role }) => role ?? label)).toEqual([
    'File',
    'editmenu',
    'View',
    'Go',
    'windowmenu',
    'help',
  ]);
  expect(within(appMenu, 'File').map(({ role }) => role)).toContain('close');
  const ours = appMenu.flatMap(({ submenu }) => submenu).filter(({ role }) => role === undefined);
  const keys = ours.map(({ accelerator }) => accelerator ?? '').filter(Boolean);
  expect(new Set(keys).size).toBe(keys.length);
  // The window itself uses these.
  expect(keys).not.toContain('CmdOrCtrl+K');
  expect(keys).not.toContain('CmdOrCtrl+.');
  for (const screen of ['Home', 'Connections', 'Approvals', 'History', 'Assistants', 'Doctor']) {
    await app.around.choose({ menu: 'app', path: ['Go', screen] });
    await expect(main.getByRole('heading', { name: screen, exact: true })).toBeVisible();
  }
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  await expect(main.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await app.here.run(['settings', 'set', 'language', 'de']);
  await expect.poll(async () => (await app.see()).appMenu[0]?.label).toBe('Datei');
  const german = (await app.see()).appMenu;
  expect(within(german, 'Bearbeiten').map(({ label }) => label)).toContain('Einfügen');
  expect(within(german, 'Fenster').map(({ label }) => label)).toEqual(['Minimieren', 'Fenster schließen']);
  expect(unnamed(german)).toEqual([]);
});

test('[native-menu] on macOS the app’s own menu comes first, with settings, hiding and the end', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'], platform: 'darwin' });
  const { appMenu } = await app.see();
  expect(appMenu[0]?.role).toBe('appmenu');
  const own = within(appMenu, 'appmenu').map(({ role, label }) => role ?? label);
  for (const item of ['about', 'services', 'hide', 'hideothers', 'unhide', 'Settings…', 'Quit Gatehouse'])
    expect(own).toContain(item);
  expect(unnamed(appMenu)).toEqual([]);
});

test('[deep-links] a link is looked at first: what it would set up, and where the credentials would go', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  const link = 'gatehouse://connect?backend=cloudways&name=acme&readOnly=true&set.baseUrl=https://api.evil.example';
  await app.around.emit({ of: 'app', event: 'open-url', args: [link] });
  const dialog = main.getByRole('dialog');
  await expect(dialog).toContainText('cloudways/acme');
  await expect(dialog).toContainText('read-only');
  await expect(dialog).toContainText('Credentials will be sent to: https://api.evil.example');
  await expect(dialog.getByRole('button', { name: 'Do not' })).toBeFocused();
  await main.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  const connections = async () =>
    JSON.parse((await app.here.run(['connections', 'list'])).stdout) as readonly unknown[];
  expect(await connections()).toEqual([]);
  await app.around.emit({ of: 'app', event: 'open-url', args: [link] });
  await dialog.getByRole('button', { name: 'Set it up…' }).click();
  const form = main.getByRole('form', { name: 'Cloudways' });
  await form.getByText('More settings').click();
  const [name, address] = [
    form.getByRole('textbox', { name: 'Name' }),
    form.getByRole('textbox', { name: /API/ }).last(),
  ];
  await expect(name).toHaveValue('acme');
  await expect(form.getByRole('checkbox', { name: /read/i })).toBeChecked();
  await expect(address).toHaveValue('https://api.evil.example');
  // Nothing is set up before the person has typed the credential and sent the form.
  expect(await connections()).toEqual([]);
  // And whoever leaves it finds none of it later.
  await app.around.choose({ menu: 'app', path: ['Go', 'History'] });
  await expect(main.getByRole('heading', { name: 'History' })).toBeVisible();
  await main.evaluate(() => {
    location.hash = '#/start?step=sign-in&backend=cloudways';
  });
  await expect(name).toHaveValue('main');
  await form.getByText('More settings').click();
  await expect(address).not.toHaveValue(/evil/);
});

test('[deep-links] a link with a credential, a program, an unknown setting or nonsense is refused with a reason', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const told = async () => (await app.see()).dialogs.map(({ detail }) => detail);
  for (const [link, why] of [
    ['gatehouse://connect?backend=cloudways&name=a&set.apiKey=CANARY', 'credential|not a setting'],
    ['gatehouse://connect?backend=custom&name=a&set.command=/bin/sh', 'program'],
    ['gatehouse://connect?backend=dpod&name=a&set.nothing=1', 'not a setting'],
    ['gatehouse://connect?backend=nothing&name=a', 'no backend'],
    ['gatehouse://connect?backend=dpod&name=a&name=b', 'twice'],
    ['gatehouse://connect?backend=dpod&name=../../etc', 'name'],
    ['gatehouse://connect?backend=dpod', 'name'],
    ['gatehouse://approve?id=1', 'connect'],
    ['gatehouse:', 'read|connect'],
  ] as const) {
    const before = (await told()).length;
    await app.around.emit({ of: 'app', event: 'open-url', args: [link] });
    await expect.poll(async () => (await told()).length, link).toBe(before + 1);
    const detail = (await told()).at(-1) ?? '';
    expect(detail).toMatch(new RegExp(why));
    expect(detail).toContain('GH_INVITATION_REFUSED');
    expect(detail).not.toContain('CANARY');
  }
  expect((await app.see()).windows).toEqual([]);
});

test('[bundle-files] a file of connections is taken from the menu, the system and the command line, one after another', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  const file = join(app.folder, 'team.gatehouse');
  const connections = [
    { backend: 'dpod', name: 'one' },
    { backend: 'cloudways', name: 'two', readOnly: true },
  ];
  writeFileSync(file, JSON.stringify({ gatehouse: 1, connections }));
  await app.around.set({ chosenFiles: [file] });
  await app.around.choose({ menu: 'app', path: ['File', 'Open a connection file'] });
  const dialog = main.getByRole('dialog');
  await expect(dialog).toContainText('dpod/one');
  await expect(dialog).toContainText('team.gatehouse');
  await expect(dialog).not.toContainText(app.folder);
  await dialog.getByRole('button', { name: 'Do not' }).click();
  await expect(dialog).toContainText('cloudways/two');
  await dialog.getByRole('button', { name: 'Do not' }).click();
  await expect(dialog).toBeHidden();
  await app.around.emit({ of: 'app', event: 'open-file', args: [file] });
  await expect(dialog).toContainText('dpod/one');
  for (const [text, why] of [
    [
      JSON.stringify({ gatehouse: 1, connections: [{ backend: 'dpod', name: 'x', secrets: { key: 'CANARY' } }] }),
      'secrets',
    ],
    ['{', 'cannot be read'],
    [JSON.stringify({ gatehouse: 2, connections }), 'gatehouse'],
    ['x'.repeat(100_000), 'larger'],
  ] as const) {
    writeFileSync(file, text);
    const before = (await app.see()).dialogs.length;
    await app.around.emit({ of: 'app', event: 'open-file', args: [file] });
    await expect.poll(async () => (await app.see()).dialogs.length).toBe(before + 1);
    expect((await app.see()).dialogs.at(-1)?.detail).toMatch(new RegExp(why));
    expect(JSON.stringify((await app.see()).dialogs)).not.toContain('CANARY');
  }
});

test('[start-at-login] is switched in the settings and in the menu; on Linux it is a file of the desktop', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  const file = join(app.folder, '.config', 'autostart', 'io.gatehouse.app.desktop');
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  const box = main.getByRole('switch', { name: 'Start at login' });
  await expect(box).not.toBeChecked();
  await box.click();
  await expect(box).toBeChecked();
  expect(readFileSync(file, 'utf8')).toMatch(
    /^\[Desktop Entry\]\nType=Application\nName=Gatehouse\nExec="[^"]+" --hidden\n/,
  );
  await app.around.choose({ menu: 'app', path: ['File', 'Start at login'] });
  await expect.poll(() => existsSync(file)).toBe(false);
  expect(within((await app.see()).appMenu, 'File').find(({ type }) => type === 'checkbox')?.checked).toBe(false);
});

test('[start-at-login] macOS and Windows keep it themselves, and start the app hidden', async ({ desktop }) => {
  for (const platform of ['darwin', 'win32'] as const) {
    await using app = await desktop({ args: ['--hidden'], platform });
    const menu = platform === 'darwin' ? 'appmenu' : 'File';
    await app.around.choose({ menu: 'app', path: [menu, 'Start at login'] });
    expect((await app.see()).login).toEqual({ openAtLogin: true, args: platform === 'darwin' ? [] : ['--hidden'] });
  }
  await using app = await desktop({ platform: 'darwin', system: { wasOpenedAtLogin: true } });
  expect((await app.see()).windows).toEqual([]);
});

test('[quit-drains] quitting waits for the calls that run, then ends every child and the app', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  const connection = await app.custom('echo', 'legacy');
  const assistant = await app.assistant(connection);
  const slow = assistant.call('slow', { ms: 2_500 });
  await app.says('1 call waits');
  await app.around.notification({ title: 'wants', button: 0 });
  const busy = async () => {
    const { stdout } = await app.here.run(['connections', 'list']);
    return (JSON.parse(stdout) as readonly { readonly openCalls: number }[])[0]?.openCalls === 1;
  };
  await expect.poll(busy).toBe(true);
  const children = familyOf(app.folder).filter(pid => pid !== app.pid);
  expect(children.length).toBeGreaterThan(1);
  await app.around.choose({ menu: 'tray', path: ['Quit'] });
  expect((await app.see()).tray?.toolTip).toContain('is ending');
  expect(await slow).toContain('slept 2500');
  expect(await app.ended()).toBe(0);
  await eventually(() => children.every(pid => !isRunning(pid)), 10_000);
  const { stdout } = await app.here.run(['status']);
  expect(stdout).not.toContain(`"pid":${app.pid}`);
});

test('[quit-drains] `gatehouse stop` ends the app with its host; a server that will not end is killed', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const notes = join(app.folder, 'notes');
  await app.custom('stubborn', 'stubborn', notes);
  await app.says('Ready');
  await app.here.run(['stop']);
  expect(await app.ended(30_000)).toBe(0);
  const helper = Number(/helper (\d+)/.exec(readFileSync(notes, 'utf8'))?.[1]);
  await eventually(() => !isRunning(helper), 10_000);
});

test('[sleep-and-network] after a sleep, and when the network is back, everything is asked anew', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  const asked = async (): Promise<number> => (await app.see()).lines[channelOf('connections.list')] ?? 0;
  const before = await asked();
  await app.around.emit({ of: 'powerMonitor', event: 'resume' });
  await expect.poll(asked).toBeGreaterThan(before);
  await app.around.set({ online: false });
  await main.waitForTimeout(5_500);
  const offline = await asked();
  await app.around.set({ online: true });
  await expect.poll(asked, { timeout: 12_000 }).toBeGreaterThan(offline);
});

test('[uncaught-errors] the first unexpected failure is shown with where its report is; the report names nobody', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const message = `Authorization: Bearer CANARY-abcdefghijklmnopqrstuvwxyz at ${app.folder}/x`;
  await app.around.throwError({ message });
  await app.around.throwError({ message: 'again' });
  await expect.poll(async () => (await app.see()).dialogs.length).toBe(1);
  await app.says('Ready');
  const [dialog] = (await app.see()).dialogs;
  expect(dialog?.message).toBe('Something in Gatehouse failed unexpectedly');
  const file = join(app.home, 'logs', 'app.log');
  expect(dialog?.detail).toContain(file);
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('again');
  const report = readFileSync(file, 'utf8');
  expect(report).not.toContain('CANARY');
  expect(report).not.toContain(app.folder);
  expect((await app.see()).dialogs).toHaveLength(1);
});
