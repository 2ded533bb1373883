import { join } from 'node:path';
import { expect } from '@playwright/test';
import { test } from '../app/desktop.ts';
import { electronBinary } from './binary.ts';
import { openTrayHost } from './tray-host.ts';

/** What only a real Electron can show. */
test.skip(electronBinary(join(import.meta.dirname, '..', '..')) === undefined, 'skipped: no Electron binary');

test('[real-binary-skip] the app opens its window in a real Electron, and nothing of Electron is in the page', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  expect(main.url()).toMatch(/^app:\/\/gatehouse\/index\.html/);
  expect(await main.evaluate(() => ['require', 'process', 'electron'].filter(name => name in globalThis))).toEqual([]);
});

test('[tray-linux] the icon is registered with a panel over D-Bus, with a name, a picture and its menu', async ({
  desktop,
}) => {
  test.skip(process.platform !== 'linux', 'a StatusNotifier is of Linux');
  await using panel = await openTrayHost();
  await using app = await desktop({ args: ['--hidden'], env: { DBUS_SESSION_BUS_ADDRESS: panel.address } });
  await app.says('Ready');
  await expect.poll(async () => (await panel.items()).length).toBe(1);
  const [item] = await panel.items();
  expect(`${item?.title}\n${item?.toolTip}`).toContain('Gatehouse');
  expect(item?.hasIcon).toBe(true);
  expect(item?.menu).toEqual(expect.arrayContaining(['Ready', 'Open Gatehouse', 'Pause everything', 'Quit Gatehouse']));
});
