import { readFileSync } from 'node:fs';
import { fixture, runtime } from '../app/testing/index.ts';
import { sandboxes } from '../mcp/index.ts';
import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

test('a connection is shown with its state, tested, restarted and stopped', async ({ page }) => {
  await desk.open(page);
  const card = page.getByRole('region', { name: 'custom/echo' });
  await expect(card).toContainText('ready');
  await card.getByRole('button', { name: 'Test' }).click();
  await expect(card.getByRole('status')).toContainText('It works');
  await card.getByRole('button', { name: 'Restart' }).click();
  await expect(card.getByRole('status')).toContainText('Restarted');
  await card.getByRole('link', { name: 'custom/echo', exact: true }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('starts when needed')).toBeVisible();
});

test('one is added by the form of its backend; a mistake is told where it was made', async ({ page, tolerance }) => {
  tolerance.provoked('400');
  await desk.open(page);
  await page.getByRole('link', { name: 'Add a connection' }).click();
  await page.getByRole('link', { name: 'Add a server of yours' }).click();
  const form = page.getByRole('form');
  await form.getByRole('textbox', { name: 'Name' }).fill('Not a name!');
  await form.getByLabel('Command').fill(runtime.node);
  await form.getByLabel('Arguments').fill(`${fixture('raw-server')}\nlegacy`);
  await form.getByRole('button', { name: 'Add a variable' }).click();
  await form.getByLabel('Variable 1', { exact: true }).fill('API_TOKEN');
  await form.getByLabel('Value 1', { exact: true }).fill('canary-secret-77');
  await form.getByRole('button', { name: 'Store and sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('GH_INVALID_INPUT');
  await form.getByRole('textbox', { name: 'Name' }).fill('second');
  await form.getByRole('button', { name: 'Store and sign in' }).click();
  await expect(page.getByText('It works.')).toBeVisible();
  const assistant = await desk.assistant('custom/second');
  await desk.api('connections.classify', { id: 'custom/second', tool: 'where', effect: 'read' });
  // It has the secret, and Gatehouse masks the value wherever it turns up.
  expect(await assistant.call('where')).toContain('API_TOKEN');
  await desk.open(page, '#/connections/custom/second');
  await expect(page.getByRole('row', { name: /^echo/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Settings and credentials' }).click();
  await expect(page.getByText('API_TOKEN: stored')).toBeVisible();
  expect(await page.content()).not.toContain('canary-secret-77');
});

test('an added connection whose first test fails is there, with the reason and what to do', async ({ page }) => {
  await desk.open(page, '#/start?step=sign-in&backend=custom');
  const form = page.getByRole('form');
  await form.getByRole('textbox', { name: 'Name' }).fill('dead');
  await form.getByLabel('Command').fill(runtime.node);
  await form.getByLabel('Arguments').fill(`${fixture('raw-server')}\ndead`);
  await form.getByRole('button', { name: 'Store and sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('GH_');
  await desk.open(page, '#/connections/custom/dead?part=log');
  await expect(page.getByRole('region', { name: 'Log' })).toContainText('the config is missing');
});

test('leaving the form forgets what was typed', async ({ page }) => {
  await desk.open(page, '#/start?step=sign-in&backend=dpod');
  const secret = page.getByRole('textbox', { name: 'Client secret' });
  await secret.fill('canary-secret-78');
  await page.getByRole('link', { name: 'Back' }).click();
  await page.getByRole('link', { name: 'Connect an account of Thales DPoD' }).click();
  await expect(secret).toHaveValue('');
});

test('a new name keeps the page and the assistants', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'echo', effect: 'read' });
  await desk.open(page, '#/connections/custom/echo?part=settings');
  const save = page.getByRole('button', { name: 'Save the settings' });
  await expect(save).toBeDisabled();
  await page.getByLabel('Name').fill('renamed');
  await save.click();
  await expect(page.getByRole('heading', { name: 'custom/renamed' })).toBeVisible();
  expect(await assistant.call('echo', { text: 'still here' })).toContain('still here');
  await page.getByLabel('Name').fill('echo');
  await save.click();
  await expect(page.getByRole('heading', { name: 'custom/echo' })).toBeVisible();
});

test('a change that drops the credentials says so before it is made', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo?part=settings');
  const credentials = page.getByRole('form', { name: 'Credentials' });
  await credentials.getByRole('button', { name: 'Add a variable' }).click();
  await credentials.getByLabel('Variable 1', { exact: true }).fill('TOKEN');
  await credentials.getByLabel('Value 1', { exact: true }).fill('canary-secret-79');
  await credentials.getByRole('button', { name: 'Store and test' }).click();
  await expect(page.getByText('Stored, and it works')).toBeVisible();
  await page.getByLabel('Environment', { exact: true }).fill('MODE=other');
  await expect(page.getByText('This change drops the credentials')).toBeVisible();
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await expect(page.getByText('None is stored.')).toBeVisible();
});

test('read-only is switched on and hides what changes', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo?part=settings');
  await page.getByLabel('Read-only').check();
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await expect(page.getByText('read-only', { exact: true })).toBeVisible();
  await page.getByRole('tab', { name: 'What assistants may do' }).click();
  await expect(page.getByRole('row', { name: /^write/ })).toContainText('the connection is read-only');
  await page.getByRole('tab', { name: 'Settings and credentials' }).click();
  await page.getByLabel('Read-only').uncheck();
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await expect(page.getByText('read-only', { exact: true })).toBeHidden();
});

test('a server that offers other tools wants a look, and is accepted after it', async ({ page }) => {
  await desk.custom('drifting', 'drifting', `${desk.here.folder}/drift`);
  await desk.api('connections.restart', { id: 'custom/drifting' });
  await desk.api('connections.test', { id: 'custom/drifting' }).catch(() => undefined);
  await desk.open(page);
  const card = page.getByRole('region', { name: 'custom/drifting' });
  await expect(card).toContainText('needs attention');
  await expect(card).not.toContainText('gatehouse connections');
  await card.getByRole('link', { name: 'Look at the difference' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('extra_0');
  await page.getByRole('button', { name: 'Accept what it offers now' }).click();
  await expect(page.getByRole('row', { name: /^extra_0/ })).toBeVisible();
});

test('one is removed in two steps, the second of which says what is lost', async ({ page, tolerance }) => {
  // Its grants may be asked for at the very moment of its removal.
  tolerance.provoked('404');
  await desk.custom('short-lived', 'legacy');
  await desk.open(page, '#/connections/custom/short-lived');
  await page.getByRole('button', { name: 'Remove this connection…' }).click();
  await expect(page.getByText('the history stays')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await page.getByRole('button', { name: 'Remove custom/short-lived' }).click();
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'custom/short-lived' })).toBeHidden();
});

test('the page tells what the vendor permits, and its limits', async ({ page }) => {
  const load = sandboxes.dpod;
  if (load === undefined) throw new Error('There is a sandbox for DPoD.');
  const sandbox = await (await load()).startSandbox({ port: 0 });
  const [given] = sandbox.credentials;
  await desk.api('connections.add', {
    backend: 'dpod',
    name: 'acme',
    settings: { ...given?.settings },
    secrets: { ...given?.secrets },
  });
  await desk.api('connections.test', { id: 'dpod/acme' });
  await desk.open(page, '#/connections/dpod/acme');
  await expect(page.getByText('Calls left at the vendor')).toBeVisible();
  await expect(page.getByText('Way to the vendor')).toBeVisible();
  await expect(page.locator('dd', { hasText: /^open$/ })).toBeVisible();
  await expect(page.getByRole('table')).toContainText(/permits|unknown|any/);
  await page.getByRole('link', { name: 'Its calls' }).click();
  await expect(page.getByText('Connection: dpod/acme')).toBeVisible();
  await desk.api('connections.remove', { id: 'dpod/acme' });
  await sandbox.close();
});

test('what the server says appears as it says it, and is narrowed by level', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo?part=log');
  await desk.api('connections.restart', { id: 'custom/echo' });
  const log = page.getByRole('region', { name: 'Log' });
  const assistant = await desk.assistant('custom/echo');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'rubbish', effect: 'read' });
  await assistant.call('rubbish');
  await expect(log).toContainText('Listening on port 3000');
  await page.getByLabel('Find in the log').fill('half');
  await expect(log).not.toContainText('Listening');
  await page.getByLabel('Find in the log').fill('');
  await page.getByLabel('Show', { exact: true }).selectOption('errors only');
  await expect(page.getByText('It has said nothing of this kind.')).toBeVisible();
});

test('one is passed on as a file of its settings, without its credential', async ({ page }) => {
  await desk.api('connections.add', {
    backend: 'dpod',
    name: 'shared',
    settings: {},
    secrets: { clientId: 'canary-id', clientSecret: 'canary-secret-78' },
  });
  await desk.open(page, '#/connections/dpod/shared?part=settings');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a file' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('dpod-shared.gatehouse');
  const text = readFileSync(await file.path(), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ gatehouse: 1, connections: [{ backend: 'dpod', name: 'shared' }] });
  expect(text).not.toContain('canary');
  await expect(page.getByText('dpod-shared.gatehouse is in your downloads.')).toBeVisible();
  await desk.api('connections.remove', { id: 'dpod/shared' });
});
