import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

test('the language and the colours change at once, stay, and leave nothing in the browser', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await desk.open(page, '#/settings');
  await page.getByLabel('Language').selectOption('Deutsch');
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Verlauf' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByText('dunkel', { exact: true }).click();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect.poll(ground).toBe('rgb(36, 36, 36)');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Alles anhalten' })).toBeVisible();
  await expect.poll(ground).toBe('rgb(36, 36, 36)');
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  await desk.here.run(['settings', 'set', 'language', 'en']);
  await desk.here.run(['settings', 'set', 'theme', 'system']);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect.poll(ground).toBe('rgb(255, 255, 255)');
});

test('who asks for German gets German, before anything is set', async ({ browser, windowIs }) => {
  test.skip(windowIs !== 'in a browser', 'it asks with the language of its system, not of a page');
  await desk.api('settings.set', { name: 'language', value: 'system' });
  const page = await browser.newPage({ locale: 'de-AT' });
  await page.goto(desk.url);
  await expect(page.getByRole('heading', { name: 'Übersicht' })).toBeVisible();
  await page.close();
});

test('what can be chosen takes hold; to forget a part of the history takes two steps', async ({ page }) => {
  await desk.open(page, '#/settings');
  await page.getByLabel('How long a call waits for you').selectOption('30 seconds');
  await page.getByLabel('End a server that nobody uses').selectOption('never');
  await expect
    .poll(() => desk.api('settings.get', {}))
    .toMatchObject({ approvalSeconds: 30, idleMinutes: 0, retentionDays: 0 });
  await page.getByLabel('Keep the history').selectOption('for 30 days');
  expect(await desk.api('settings.get', {})).toMatchObject({ retentionDays: 0 });
  await page.getByRole('button', { name: 'Forget what is older than 30 days…' }).click();
  await page.getByRole('button', { name: 'Forget them' }).click();
  await expect.poll(() => desk.api('settings.get', {})).toMatchObject({ retentionDays: 30 });
  await page.getByLabel('Keep the history').selectOption('for good');
  await expect.poll(() => desk.api('settings.get', {})).toMatchObject({ retentionDays: 0 });
});

test('the HTTP endpoint is switched on; a key is made, read from its file only, and revoked', async ({ page }) => {
  await desk.open(page, '#/settings');
  await page.getByLabel('Offer the connections over HTTP').click();
  await expect(page.getByRole('region', { name: 'Address' })).toContainText('/mcp/<backend>/<name>');
  await page.getByRole('textbox', { name: 'A key for another program' }).fill('my-script');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('The key stands in')).toBeVisible();
  const file = join(desk.here.home, 'keys', 'client-my-script.key');
  const key = readFileSync(file, 'utf8').trim();
  expect(await page.content()).not.toContain(key);
  const ask = (): Promise<number> =>
    fetch(new URL('/mcp/custom/echo', desk.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    }).then(({ status }) => status);
  expect(await ask()).toBe(200);
  await page.getByRole('button', { name: 'Revoke the key of my-script…' }).click();
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await expect.poll(() => existsSync(file)).toBe(false);
  expect(await ask()).toBe(401);
  await page.getByLabel('Offer the connections over HTTP').click();
  await expect(page.getByRole('region', { name: 'Address' })).toBeHidden();
});

test('the key of the vault is renewed, and a backup is made', async ({ page, tolerance }) => {
  tolerance.provoked('400');
  await desk.open(page, '#/settings');
  await page.getByRole('button', { name: 'Renew the key' }).click();
  await expect(page.getByText('sealed under the new key')).toBeVisible();
  const folder = join(desk.here.folder, 'kept');
  await page.getByLabel('Folder for the backup').fill(folder);
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByText(`The backup is in ${folder}.`)).toBeVisible();
  expect(existsSync(join(folder, 'state.db'))).toBe(true);
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('alert')).toContainText('already holds a backup');
});

test('the doctor tells what works; its report lies on the clipboard without names', async ({ page }) => {
  await desk.open(page, '#/doctor');
  await expect(page.getByText('Everything works.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Vault' })).toContainText('open');
  await page.getByRole('button', { name: 'Copy a report' }).click();
  await expect(page.getByText('on the clipboard')).toBeVisible();
  const report = await desk.copied(page);
  expect(report).toContain('ok   Vault'.toLowerCase());
  expect(report).not.toContain('custom/echo');
});
