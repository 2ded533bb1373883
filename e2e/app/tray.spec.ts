import { existsSync } from 'node:fs';
import { expect } from '@playwright/test';
import { labels, test, within } from './desktop.ts';

test('[tray-state] icon, tool tip and menu say what is: ready, attention, waiting, paused', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  await app.says('Ready');
  expect((await app.see()).tray?.image).toMatch(/ready-light\.png$/);
  await app.custom('dead', 'dead');
  await app.says('1 thing needs attention');
  expect((await app.see()).tray?.image).toMatch(/attention-light\.png$/);
  const connection = await app.custom('echo', 'legacy');
  const assistant = await app.assistant(connection);
  const answers = [assistant.call('write', { line: 'a' }), assistant.call('write', { line: 'b' })];
  await app.says('2 calls wait for you');
  const { tray, badge } = await app.see();
  expect(tray?.image).toMatch(/waiting-light\.png$/);
  expect(tray?.menu[0]).toMatchObject({ label: '2 calls wait for you', enabled: false });
  expect(badge).toBe(2);
  await app.here.run(['pause']);
  for (const { title } of (await app.see()).notifications) await app.around.notification({ title, button: 1 });
  await Promise.all(answers);
  await app.says('Everything is paused');
  expect((await app.see()).tray?.image).toMatch(/paused-light\.png$/);
});

test('[tray-menu] everything is within reach of the menu, and each item leads where it says', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  await app.says('Ready');
  expect(labels((await app.see()).tray?.menu ?? [])).toEqual([
    'Ready',
    'Open Gatehouse',
    'Pause everything',
    'Connections',
    'Assistants…',
    'Doctor…',
    'Quit Gatehouse',
  ]);
  await app.around.choose({ menu: 'tray', path: ['Doctor'] });
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Doctor' })).toBeVisible();
  await app.around.choose({ menu: 'tray', path: ['Assistants'] });
  await expect(main.getByRole('heading', { name: 'Assistants' })).toBeVisible();
  await app.around.choose({ menu: 'tray', path: ['Connections', 'Add a connection'] });
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  await app.around.choose({ menu: 'tray', path: ['Quit'] }).catch(() => undefined);
  expect(await app.ended()).toBe(0);
});

test('[tray-approvals] the icon and the menu open what waits, where it is answered', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  const connection = await app.custom('echo', 'legacy');
  const assistant = await app.assistant(connection);
  const first = assistant.call('write', { line: 'from the tray' });
  await app.says('1 call waits');
  await app.around.clickTray({});
  const popover = await app.popover();
  await popover.getByRole('button', { name: 'Allow once' }).click();
  expect(await first).toContain('wrote');
  await app.says('Ready');
  await popover.keyboard.press('Escape');
  const second = assistant.call('write', { line: 'by the menu' });
  await app.says('1 call waits');
  await app.around.choose({ menu: 'tray', path: ['Look at waiting calls'] });
  await popover.getByRole('button', { name: 'Deny', exact: true }).click();
  expect(await second).toContain('GH_APPROVAL_DENIED');
});

test('[tray-pause] pausing stops calls at once, resuming lets them through', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  await app.around.choose({ menu: 'tray', path: ['Pause everything'] });
  await app.says('Everything is paused');
  expect(await assistant.call('write', { line: 'x' })).toContain('GH_PAUSED');
  await app.around.set({ locked: true });
  await app.around.choose({ menu: 'tray', path: ['Resume'] });
  expect(await assistant.call('write', { line: 'x' })).toContain('GH_PAUSED');
  await app.around.set({ locked: false });
  await app.around.choose({ menu: 'tray', path: ['Resume'] });
  await app.says('Ready');
});

test('[tray-connections] connections stand with their state; one is shown and restarted from there', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  await app.custom('echo', 'legacy');
  await app.custom('dead', 'dead');
  await app.says('needs attention');
  const listed = async () => labels(within((await app.see()).tray?.menu ?? [], 'Connections'));
  // What needs somebody comes first.
  await expect.poll(listed).toEqual(['custom/dead – needs attention', 'custom/echo – ready', 'Add a connection…']);
  const pid = async () => {
    const { stdout } = await app.here.run(['connections', 'list']);
    const all = JSON.parse(stdout) as readonly { readonly id: string; readonly pid: number | null }[];
    return all.find(({ id }) => id === 'custom/echo')?.pid;
  };
  const before = await pid();
  await app.around.choose({ menu: 'tray', path: ['Connections', 'custom/echo', 'Restart'] });
  await expect.poll(pid).not.toBe(before);
  await app.around.choose({ menu: 'tray', path: ['Connections', 'custom/echo', 'Show'] });
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'custom/echo' })).toBeVisible();
});

test('[tray-icons] on Windows an ICO for the bar’s own theme, changed with it', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'], platform: 'win32' });
  await app.says('Ready');
  expect((await app.see()).tray?.image).toMatch(/ready-light\.ico$/);
  await app.around.set({ dark: true });
  const { tray } = await app.see();
  expect(tray?.image).toMatch(/ready-dark\.ico$/);
  expect(existsSync(tray?.image ?? '')).toBe(true);
});

test('[tray-template-images] on macOS a template with its sharper variant beside it; a click is the menu’s', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'], platform: 'darwin' });
  await app.says('Ready');
  const image = (await app.see()).tray?.image ?? '';
  expect(image).toMatch(/readyTemplate\.png$/);
  expect(existsSync(image.replace('.png', '@2x.png'))).toBe(true);
  await app.around.clickTray({});
  expect((await app.see()).windows).toEqual([]);
});

test('[tray-linux] each change sets a new menu, a click opens the window, the pop-over stands at the pointer', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  await app.says('Ready');
  const before = (await app.see()).tray?.menusSet ?? 0;
  await app.here.run(['pause']);
  await app.says('paused');
  expect((await app.see()).tray?.menusSet).toBeGreaterThan(before);
  await app.around.clickTray({});
  await expect((await app.main()).getByRole('heading', { name: 'Gatehouse' })).toBeVisible();
  await app.around.choose({ menu: 'tray', path: ['Resume'] });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const answer = assistant.call('write', { line: 'x' });
  await app.says('1 call waits');
  await app.around.clickTray({});
  await app.popover();
  const small = (await app.see()).windows.find(({ alwaysOnTop }) => alwaysOnTop);
  // The recorder puts the pointer at 1000, 10; Linux tells no place of the icon.
  expect(small?.bounds).toMatchObject({ x: 800, y: 14 });
  await app.around.notification({ title: 'wants', button: 1 });
  await answer;
});

test('[tray-absent] where no tray can be seen, closing leaves the window within reach, and the menu quits', async ({
  desktop,
}) => {
  await using app = await desktop({ trayHost: false });
  await app.main();
  const [main] = (await app.see()).windows;
  await app.around.window({ window: main?.window ?? 0, deed: 'close' });
  await expect.poll(async () => (await app.see()).windows[0]).toMatchObject({ visible: true, minimized: true });
  expect((await app.see()).notified.join()).toContain('Quit it from the File menu');
  await app.around.choose({ menu: 'app', path: ['File', 'Quit'] }).catch(() => undefined);
  expect(await app.ended()).toBe(0);
});
