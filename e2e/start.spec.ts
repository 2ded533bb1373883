import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, runtime } from '../app/testing/index.ts';
import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk({ prepare: folder => mkdirSync(join(folder, '.cursor'), { recursive: true }) });
const cursorFile = (): string => readFileSync(join(desk.here.folder, '.cursor', 'mcp.json'), 'utf8');

test('from nothing to an assistant that answers, with made-up data', async ({ page }) => {
  const began = Date.now();
  await desk.open(page, '');
  await expect(page.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  await page.getByRole('button', { name: 'Try it with made-up data: Thales DPoD' }).click();
  await expect(page.getByText('It works.')).toBeVisible();
  await expect(page.getByText('demonstration')).toBeVisible();
  await expect(page.getByText('dpod.tenant.api_appowner')).toBeVisible();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page.getByRole('radio', { name: 'Cursor' })).toBeChecked();
  await expect(page.getByRole('region', { name: 'The change' })).toContainText('mcpServers');
  await page.getByRole('button', { name: 'Let Cursor use it' }).click();
  await expect(page.getByText('Cursor can use dpod/demo now.')).toBeVisible();
  await page.getByRole('button', { name: 'Copy Ask this first' }).first().click();
  expect(await desk.copied(page)).toContain('DPoD');
  expect(cursorFile()).toContain('--client');
  // As Cursor does it.
  const assistant = await desk.assistant('dpod/demo');
  expect(await assistant.call('manage_services', { action: 'list_services' })).toContain('success');
  expect(Date.now() - began).toBeLessThan(120_000);
  await page.getByRole('link', { name: 'Go to Home' }).click();
  await expect(page.getByRole('region', { name: 'Last calls' })).toContainText('list_services');
  await expect(page.getByText('No assistant uses Gatehouse yet.')).toBeHidden();
});

test('a server of one’s own is added; it is left and taken up again where it was', async ({ page }) => {
  await desk.open(page, '#/start');
  await page.getByRole('link', { name: 'Add a server of yours' }).click();
  const form = page.getByRole('form', { name: 'Custom server' });
  await form.getByLabel('Command').fill(runtime.node);
  await form.getByLabel('Arguments').fill(`${fixture('raw-server')}\nlegacy`);
  await form.getByRole('button', { name: 'Add a variable' }).click();
  await form.getByLabel('Variable 1', { exact: true }).fill('API_TOKEN');
  await form.getByLabel('Value 1', { exact: true }).fill('canary-secret-91');
  await form.getByRole('textbox', { name: 'Name' }).fill('mine');
  await form.getByRole('button', { name: 'Store and sign in' }).click();
  await expect(page.getByText('It works.')).toBeVisible();
  expect(await page.content()).not.toContain('canary-secret-91');
  await page.reload();
  await expect(page.getByText('It works.')).toBeVisible();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.getByRole('link', { name: 'Add a connection' }).click();
  await page.getByRole('link', { name: 'Go on with custom/mine' }).click();
  await expect(page.getByText('It works.')).toBeVisible();
  expect(page.url()).not.toContain('canary');
});

test('a credential that does not work is corrected on the spot; what was typed is gone', async ({ page }) => {
  const list = await desk.api('connections.list', {});
  const there = list.find(({ demo }) => demo) ?? (await desk.api('connections.demo', { backend: 'dpod' }))[0];
  const settings = there?.settings ?? {};
  await desk.open(page, '#/start?step=sign-in&backend=dpod');
  const form = page.getByRole('form', { name: 'Thales DPoD' });
  await expect(form.getByText('Where to find it')).toBeVisible();
  await form.getByLabel('Client id').fill('00000000-0000-4000-8000-000000000000');
  await form.getByRole('textbox', { name: 'Client secret' }).fill('canary-secret-92');
  await form.getByText('More settings').click();
  await form.getByLabel('API address').fill(String(settings.baseUrl));
  await form.getByLabel('Token address').fill(String(settings.authUrl));
  await form.getByRole('textbox', { name: 'Name' }).fill('wrong');
  await form.getByRole('button', { name: 'Store and sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('GH_');
  await expect(page.getByRole('form', { name: 'Credentials' })).toBeVisible();
  expect(await page.content()).not.toContain('canary-secret-92');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toContainText('GH_');
});

test('an address of a connection that is gone leads back to the choice', async ({ page }) => {
  await desk.open(page, '#/start?step=assistants&connection=dpod%2Fgone');
  await expect(page.getByText('There is no such connection any more.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Add a server of yours' })).toBeVisible();
});
