import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, setUpDesk, test } from './desk.ts';

const MINE = '{\n    "mcpServers": { "other": { "command": "x" } }\n}\n';
const desk = setUpDesk({
  prepare(folder) {
    mkdirSync(join(folder, '.cursor'), { recursive: true });
    writeFileSync(join(folder, '.cursor', 'mcp.json'), MINE);
    writeFileSync(join(folder, '.claude.json'), '{ "mcpServers": [broken');
  },
});
const cursorFile = (): string => readFileSync(join(desk.here.folder, '.cursor', 'mcp.json'), 'utf8');
test.beforeAll(async () => {
  await desk.custom('echo', 'legacy');
  await desk.custom('second', 'legacy');
});

test('an assistant is registered after its change was shown, and taken back byte for byte', async ({ page }) => {
  await desk.open(page, '#/assistants');
  const card = page.getByRole('region', { name: 'Cursor' });
  await expect(card).toContainText('.cursor/mcp.json');
  await expect(card).toContainText('1 other server');
  await card.getByRole('button', { name: 'Register…', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Register', exact: true })).toBeDisabled();
  await dialog.getByLabel('custom/echo').check();
  await expect(dialog.getByRole('region', { name: 'The change' })).toContainText('bridge.js');
  expect(cursorFile()).toBe(MINE);
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(card).toContainText('registered');
  await expect(card.getByRole('group', { name: 'Connections of Cursor' })).toContainText('custom/echo');
  expect(cursorFile()).toContain('bridge.js');
  // The way back survives a look at another screen.
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.getByRole('link', { name: 'Assistants', exact: true }).click();
  await card.getByRole('button', { name: 'Undo' }).click();
  await expect(card.getByRole('group', { name: 'Connections of Cursor' })).toBeHidden();
  expect(cursorFile()).toBe(MINE);
});

test('one is unregistered after the change was shown', async ({ page }) => {
  await desk.api('clients.register', { client: 'cursor', connections: ['custom/echo', 'custom/second'] });
  await desk.open(page, '#/assistants');
  const card = page.getByRole('region', { name: 'Cursor' });
  await card.getByRole('button', { name: 'Unregister…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('custom/second').uncheck();
  await expect(dialog.getByRole('region', { name: 'The change' })).toContainText('-');
  await dialog.getByRole('button', { name: 'Unregister', exact: true }).click();
  const left = card.getByRole('group', { name: 'Connections of Cursor' });
  await expect(left).not.toContainText('custom/echo');
  await expect(left).toContainText('custom/second');
});

test('a key is revoked in two steps, and registering again gives a new one', async ({ page }) => {
  await desk.api('clients.register', { client: 'cursor', connections: ['custom/second'] });
  await desk.open(page, '#/assistants');
  const card = page.getByRole('region', { name: 'Cursor' });
  await card.getByRole('button', { name: 'Revoke its key…' }).click();
  await card.getByRole('button', { name: 'Revoke the key of Cursor' }).click();
  await expect(card).toContainText('key revoked');
  await card.getByRole('button', { name: 'Register…', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Register', exact: true }).click();
  await expect(card.getByText('key revoked')).toBeHidden();
});

test('an entry that somebody changed is replaced only on demand', async ({ page, tolerance }) => {
  tolerance.provoked('400');
  await desk.api('clients.register', { client: 'cursor', connections: ['custom/second'] });
  writeFileSync(join(desk.here.folder, '.cursor', 'mcp.json'), cursorFile().replace('--client', '--klient'));
  await desk.open(page, '#/assistants');
  const card = page.getByRole('region', { name: 'Cursor' });
  await expect(card).toContainText('changed by somebody');
  await card.getByRole('button', { name: 'Register…', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Replace it all the same' }).click();
  await expect(dialog.getByRole('region', { name: 'The change' })).toContainText('--client');
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(card.getByText('changed by somebody')).toBeHidden();
});

test('a file with a mistake is left alone, and the place of the mistake is told', async ({ page, tolerance }) => {
  tolerance.provoked('400');
  await desk.open(page, '#/assistants');
  const card = page.getByRole('region', { name: 'Claude Code' });
  await expect(card).toContainText('line 1');
  await card.getByRole('button', { name: 'Register…', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('custom/echo').check();
  await expect(dialog.getByRole('alert')).toContainText('GH_CLIENT_UNPARSABLE');
  await expect(dialog.getByRole('button', { name: 'Register', exact: true })).toBeDisabled();
  expect(readFileSync(join(desk.here.folder, '.claude.json'), 'utf8')).toBe('{ "mcpServers": [broken');
});
