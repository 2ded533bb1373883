import { existsSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { test } from './desktop.ts';

test('[no-updater] the settings say why an app that was not installed does not update itself, and offer nothing', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  await expect(main.getByText('It runs from a checkout and does not update itself.')).toBeVisible();
  await expect(main.getByRole('button', { name: 'Look for updates' })).toHaveCount(0);
});

test('[no-updater] a package of deb or rpm names the package manager, in German too', async ({ desktop }) => {
  await using app = await desktop({ packaged: true });
  const main = await app.main();
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  await expect(main.getByText('Updates come from your package manager.')).toBeVisible();
  await app.here.run(['settings', 'set', 'language', 'de']);
  await expect(main.getByText('Aktualisierungen bringt Ihre Paketverwaltung.')).toBeVisible();
});

test('[updates] an AppImage that knows its feed loads its updater and offers to look, and a look that fails says so', async ({
  desktop,
}) => {
  const image = { APPIMAGE: '' };
  await using app = await desktop({
    packaged: true,
    env: image,
    before: async ({ folder }) => {
      image.APPIMAGE = join(folder, 'gatehouse.AppImage');
      writeFileSync(image.APPIMAGE, '');
      // Nobody listens there, and the stand-in has no network of Electron's either.
      writeFileSync(join(folder, 'app-update.yml'), 'provider: generic\nurl: http://127.0.0.1:9\n');
    },
  });
  const main = await app.main();
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  await main.getByRole('button', { name: 'Look for updates' }).click();
  await expect(main.getByText('GH_UPDATE_CHECK')).toBeVisible();
  await expect(main.getByRole('button', { name: 'Look for updates' })).toBeVisible();
});

test('[command-on-path] a switch in the settings puts the command where terminals look, and takes it away again', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  await app.around.choose({ menu: 'app', path: ['File', 'Settings'] });
  const link = join(app.folder, '.local', 'bin', 'gatehouse');
  const box = main.getByRole('switch', { name: 'The command gatehouse in terminals' });
  await expect(box).not.toBeChecked();
  await box.click();
  await expect(box).toBeChecked();
  expect(readlinkSync(link)).toBe(join(app.home, 'bin', 'gatehouse'));
  await box.click();
  await expect(box).not.toBeChecked();
  expect(existsSync(link)).toBe(false);
});
