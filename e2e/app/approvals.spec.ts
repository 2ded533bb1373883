import { expect } from '@playwright/test';
import { eventually } from '../../app/testing/index.ts';
import { ask, test } from './desktop.ts';

test('[approval-notification] a waiting call is allowed or denied from its notification, which goes with it', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const first = assistant.call('write', { line: 'hello' });
  await app.says('1 call waits');
  expect((await app.see()).notifications).toEqual([
    {
      title: 'terminal wants write/write',
      body: 'on custom/echo – changes something\nline: hello',
      buttons: ['Allow once', 'Deny'],
    },
  ]);
  await app.around.notification({ title: 'wants', button: 0 });
  expect(await first).toContain('wrote');
  await expect.poll(async () => (await app.see()).notifications).toEqual([]);
  const second = assistant.call('write', { line: 'hello again' });
  await app.says('1 call waits');
  await app.around.notification({ title: 'wants', button: 1 });
  expect(await second).toContain('GH_APPROVAL_DENIED');
  await app.says('Ready');
  expect((await app.see()).notified).toHaveLength(2);
});

test('[approval-notification] nobody allows unseen: no such button for what destroys or has long arguments', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const long = assistant.call('write', { line: 'x'.repeat(400) });
  await app.says('1 call waits');
  const [notification] = (await app.see()).notifications;
  expect(notification?.buttons).toEqual(['Deny']);
  expect(notification?.body).not.toContain('xxx');
  await app.around.notification({ title: 'wants', button: 0 });
  expect(await long).toContain('GH_APPROVAL_DENIED');
  await app.here.run(['connections', 'classify', 'custom/echo', 'write', 'destructive']);
  const destructive = assistant.call('write', { line: 'short' });
  await app.says('1 call waits');
  expect((await app.see()).notifications[0]).toMatchObject({ buttons: ['Deny'] });
  await app.around.notification({ title: 'wants', button: 0 });
  expect(await destructive).toContain('GH_APPROVAL_DENIED');
});

test('[approval-popover] a click on the notification opens the pop-over; Escape and looking elsewhere close it; its link opens the window', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const answer = assistant.call('write', { line: 'x' });
  await app.says('1 call waits');
  await app.around.notification({ title: 'wants' });
  const popover = await app.popover();
  await expect(popover.getByRole('button', { name: 'Allow once' })).toBeVisible();
  const small = async () => (await app.see()).windows.find(({ alwaysOnTop }) => alwaysOnTop);
  expect(await small()).toMatchObject({ visible: true });
  const window = (await small())?.window ?? 0;
  await app.around.key({ window, key: 'Escape' });
  expect((await small())?.visible).toBe(false);
  await app.around.clickTray({});
  expect((await small())?.visible).toBe(true);
  await app.around.window({ window, deed: 'blur' });
  expect((await small())?.visible).toBe(false);
  await app.around.clickTray({});
  await popover.getByRole('link', { name: 'Open the window' }).click();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Approvals' })).toBeVisible();
  expect((await small())?.visible).toBe(false);
  await expect.poll(() => popover.evaluate(() => location.hash)).toBe('#/popover');
  await app.around.choose({ menu: 'app', path: ['Go', 'History'] });
  await expect(main.getByRole('heading', { name: 'History' })).toBeVisible();
  expect(await popover.evaluate(() => location.hash)).toBe('#/popover');
  await app.around.notification({ title: 'wants', button: 1 });
  await answer;
});

test('[approval-popover] without notifications of the system the waiting call is at the tray and in the window', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'], system: { notifications: false } });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const answer = assistant.call('write', { line: 'x' });
  await app.says('1 call waits');
  expect((await app.see()).notified).toEqual([]);
  await app.around.clickTray({});
  await (await app.popover()).getByRole('button', { name: 'Allow once' }).click();
  expect(await answer).toContain('wrote');
});

test('[attention] a number and a flash say that something waits; the keyboard stays where it is', async ({
  desktop,
}) => {
  await using app = await desktop();
  await app.main();
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const window = (await app.see()).windows[0]?.window ?? 0;
  await app.around.window({ window, deed: 'blur' });
  const answer = assistant.call('write', { line: 'x' });
  await app.says('1 call waits');
  const seen = await app.see();
  expect(seen.badge).toBe(1);
  expect(seen.windows).toHaveLength(1);
  expect(seen.windows[0]).toMatchObject({ focused: false, flashing: true });
  await app.around.notification({ title: 'wants', button: 1 });
  await answer;
  await expect.poll(async () => (await app.see()).badge).toBe(0);
  expect((await app.see()).windows[0]).toMatchObject({ focused: false, flashing: false });
});

test('[attention] on macOS the icon in the Dock bounces once', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'], platform: 'darwin' });
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const answer = assistant.call('write', { line: 'x' });
  await app.says('1 call waits');
  expect((await app.see()).dock.bounces).toEqual(['informational']);
  await app.around.notification({ title: 'wants', button: 1 });
  await answer;
});

test('[locked-screen] while the screen is locked nothing is allowed, by no way; denying works', async ({ desktop }) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  const assistant = await app.assistant(await app.custom('echo', 'legacy'));
  const first = assistant.call('write', { line: 'secret plan' });
  await app.says('1 call waits');
  // Some systems do not tell when it happens; they are asked.
  await app.around.set({ locked: true });
  await app.around.notification({ title: 'wants write', button: 0 });
  await expect.poll(async () => (await app.see()).notified.join()).toContain('Nothing was allowed');
  await app.around.emit({ of: 'powerMonitor', event: 'lock-screen' });
  const shown = async () => (await app.see()).notifications.find(({ title }) => title.includes('wants write'));
  // Whoever walks past reads nothing of it.
  expect(await shown()).toMatchObject({ body: 'Unlock the screen to answer.', buttons: [] });
  const [waiting] = await ask(main, 'approvals.list', {});
  await expect(ask(main, 'approvals.allow', { id: waiting?.id ?? '' })).rejects.toThrow('GH_SCREEN_LOCKED');
  await expect(ask(main, 'resume', {})).rejects.toThrow('GH_SCREEN_LOCKED');
  await expect(ask(main, 'grants.set', { id: 'custom/echo', effect: 'write', verdict: 'allow' })).rejects.toThrow(
    'GH_SCREEN_LOCKED',
  );
  await ask(main, 'approvals.deny', { id: waiting?.id ?? '' });
  expect(await first).toContain('GH_APPROVAL_DENIED');
  const second = assistant.call('write', { line: 'secret plan' });
  await app.says('1 call waits');
  expect(await shown()).toMatchObject({ body: 'Unlock the screen to answer.', buttons: [] });
  await app.around.set({ locked: false });
  await app.around.emit({ of: 'powerMonitor', event: 'unlock-screen' });
  expect(await shown()).toMatchObject({ buttons: ['Allow once', 'Deny'] });
  const [still] = await eventually(async () => {
    const list = await ask(main, 'approvals.list', {});
    return list.length > 0 && list;
  });
  await ask(main, 'approvals.allow', { id: still?.id ?? '' });
  expect(await second).toContain('wrote');
});
