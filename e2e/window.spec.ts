import { expect, type Page, test } from '@playwright/test';
import { fixture, type Link, openLink, runtime, textOf } from '../app/testing/index.ts';
import { type Installation, installation } from '../app/testing/programs.ts';

/** The window as a person has it: a real host, a real browser, a real assistant's link. */
let here: Installation;
let url = '';
let client: Link;
let complaints: string[] = [];

test.beforeAll(async () => {
  here = installation();
  const serve = await here.serve();
  url = serve.url;
  const echo = ['--set', `command=${runtime.node}`, '--set', `args=["${fixture('raw-server')}","legacy"]`];
  await here.run(['connections', 'add', 'custom', '--name', 'echo', ...echo]);
  await here.run(['connections', 'test', 'custom/echo']);
  client = await openLink(here.home, 'custom/echo', 'terminal');
  await client.initialize();
});
test.afterAll(async () => {
  client.close();
  await here[Symbol.asyncDispose]();
});
test.beforeEach(({ page }) => {
  const mine: string[] = [];
  complaints = mine;
  page.on('console', message => {
    if (message.type() === 'error') mine.push(message.text());
  });
  page.on('pageerror', error => mine.push(String(error)));
});
/** A browser notes every refused request by itself; those that a test provokes are no complaint. */
const provoked = (status: string): void => {
  complaints = complaints.filter(text => !text.includes(status));
};
test.afterEach(() => expect(complaints).toEqual([]));

const open = async (page: Page, screen = ''): Promise<void> => {
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Gatehouse' })).toBeVisible();
  if (screen !== '') await page.getByRole('link', { name: screen }).click();
};
const write = (line: string): ReturnType<Link['request']> =>
  client.request('tools/call', { name: 'write', arguments: { line } });

test('the key leaves the address bar, and a reload goes on without it', async ({ page }) => {
  await open(page);
  expect(page.url()).not.toContain('key=');
  await page.reload();
  await expect(page.getByText('custom/echo', { exact: true })).toBeVisible();
});

test('without its key the window says what to do', async ({ page }) => {
  await page.goto(new URL('/', url).href);
  await expect(page.getByRole('heading', { name: 'This window needs its key' })).toBeVisible();
  await page.goto(`${new URL('/', url).href}?x#key=wrong`);
  await expect(page.getByRole('heading', { name: 'This window needs its key' })).toBeVisible();
  provoked('401');
});

test('a connection is shown, tested and restarted', async ({ page }) => {
  await open(page);
  const card = page.getByRole('region', { name: 'custom/echo' });
  await expect(card).toContainText('ready');
  await card.getByRole('button', { name: 'Test' }).click();
  await expect(card.getByRole('status')).toContainText('It works');
});

test('a change waits for the person, who allows it once', async ({ page }) => {
  await open(page, 'Approvals');
  const answer = write('from the window');
  const card = page.getByRole('region', { name: 'terminal wants write on custom/echo' });
  await expect(card).toContainText('from the window');
  await expect(page.getByRole('link', { name: /Approvals/ })).toContainText('1');
  await card.getByRole('button', { name: 'Allow once' }).click();
  expect(textOf(await answer)).toBe('wrote from the window');
  await expect(card).toBeHidden();
});

test('a refusal reaches the assistant with its reason, by keyboard alone', async ({ page }) => {
  await open(page, 'Approvals');
  const answer = write('not this');
  const card = page.getByRole('region', { name: 'terminal wants write on custom/echo' });
  await expect(card).toBeVisible();
  // A key pressed for something else must not allow it.
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await expect(card).toBeVisible();
  await card.getByLabel(/Why not/).focus();
  await page.keyboard.type('wrong tenant');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(textOf(await answer)).toContain('wrong tenant');
});

test('the history shows it as it happens, in detail, and verifies', async ({ page }) => {
  await open(page, 'History');
  await expect(page.getByRole('row').filter({ hasText: 'write' }).first()).toBeVisible();
  await client.request('prompts/get', { name: 'greet', arguments: { who: 'a-person-of-note' } });
  await expect(page.getByRole('row').filter({ hasText: 'prompts/get' }).first()).toBeVisible();
  await page.getByLabel('Search the history').fill('from the window');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('row').nth(1).click();
  await expect(page.getByRole('dialog')).toContainText('from the window');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText(/entries are as they were written/)).toBeVisible();
});

test('pausing stops calls at once, and resuming lets them through', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause everything' }).click();
  await expect(page.getByText('Everything is paused')).toBeVisible();
  expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: 'x' } }))).toContain('GH_PAUSED');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Everything is paused')).toBeHidden();
});

test('grants are set by effect and for one action', async ({ page }) => {
  await open(page);
  const card = page.getByRole('region', { name: 'custom/echo' });
  await card.getByRole('button', { name: 'What assistants may do' }).click();
  await card.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByText('deny').click();
  await expect(card.getByRole('row').filter({ hasText: 'slow' })).toContainText('grant: deny every write');
  expect(textOf(await write('denied'))).toContain('GH_DENIED');
  await card.getByLabel('Grant for echo echo').selectOption('allow');
  expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: 'yes' } }))).toBe('yes');
});

test('a connection is added by its form; a mistake is told beside what helps', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Add a connection' }).click();
  await page.getByRole('combobox', { name: 'What it connects to' }).click();
  await page.getByRole('option', { name: 'Thales DPoD' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Not a name!');
  await page.getByLabel('Client id').fill('someone');
  await page.getByLabel('Client secret').fill('canary-secret-77');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('GH_INVALID_INPUT');
  await page.getByRole('textbox', { name: 'Name' }).fill('acme');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('region', { name: 'dpod/acme' })).toBeVisible();
  expect(await page.content()).not.toContain('canary-secret-77');
  provoked('400');
  const card = page.getByRole('region', { name: 'dpod/acme' });
  await card.getByRole('button', { name: 'Remove…' }).click();
  await expect(card).toContainText('the history stays');
  await card.getByRole('button', { name: 'Remove dpod/acme' }).click();
  await expect(card).toBeHidden();
});

test('an assistant is registered after its change was shown, and taken back', async ({ page }) => {
  await open(page, 'Assistants');
  const card = page.getByRole('region', { name: 'Cursor' });
  await card.getByRole('combobox', { name: 'Connections for Cursor' }).click();
  await page.getByRole('option', { name: 'custom/echo' }).click();
  await page.keyboard.press('Escape');
  await card.getByRole('button', { name: 'Register…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('mcpServers');
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(card).toContainText('custom/echo');
  await card.getByRole('button', { name: 'Undo' }).click();
  await expect(card.getByText('custom/echo', { exact: true })).toBeHidden();
});

test('a lost line is told', async ({ page }) => {
  await open(page);
  await here.run(['stop']);
  await expect(page.getByText('The line to Gatehouse is lost')).toBeVisible();
  provoked('ERR_');
});

test('the demonstration says so everywhere', async ({ page }) => {
  const demo = installation();
  try {
    const serve = await demo.serve('--demo');
    await page.goto(serve.url);
    await expect(page.getByText('Everything here is made up')).toBeVisible();
    const card = page.getByRole('region', { name: 'dpod/demo' });
    await expect(card).toContainText('demonstration');
    await expect(card).toContainText('api_appowner');
  } finally {
    await page.goto('about:blank');
    await demo[Symbol.asyncDispose]();
  }
});
