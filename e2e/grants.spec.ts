import type { Page } from '@playwright/test';
import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

const unsaved = (page: Page) => page.getByRole('region', { name: 'Not saved yet' });
const save = async (page: Page): Promise<void> => {
  await unsaved(page).getByRole('button', { name: 'Save' }).click();
  await expect(unsaved(page)).toBeHidden();
};

test('grants by effect and for one action hold at the next call', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/connections/custom/echo');
  await page.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByText('deny').click();
  await save(page);
  await expect(page.getByRole('row', { name: /^slow/ })).toContainText('grant: deny every write');
  expect(await assistant.call('write', { line: 'denied' })).toContain('GH_DENIED');
  await page.getByLabel('Grant for echo').selectOption('allow');
  await save(page);
  await expect(page.getByRole('row', { name: /^echo/ })).toContainText('grant: allow echo');
  expect(await assistant.call('echo', { text: 'granted' })).toContain('granted');
  await page.getByLabel('Grant for echo').selectOption('default');
  await page.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByText('default').click();
  await save(page);
  await expect(page.getByRole('row', { name: /^echo/ })).toContainText('default for write');
});

test('a custom tool is what the person says it is', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/connections/custom/echo');
  await page.getByLabel('What echo does').selectOption('read');
  await expect(page.getByRole('row', { name: /^echo/ })).toContainText('default for read');
  expect(await assistant.call('echo', { text: 'read' })).toContain('read');
});

test('one assistant can have grants of its own, which stand together and can be ended', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/connections/custom/echo');
  await page.getByLabel('For', { exact: true }).selectOption('terminal');
  await page.getByLabel('Grant for write').selectOption('deny');
  await save(page);
  const exceptions = page.getByRole('region', { name: 'Exceptions' });
  await expect(exceptions).toContainText('deny write for Terminal');
  expect(page.url()).toContain('client=terminal');
  expect(await assistant.call('write', { line: 'x' })).toContain('GH_DENIED');
  await exceptions.getByRole('button', { name: 'End: deny write for Terminal' }).click();
  await expect(exceptions).toBeHidden();
});

test('an action is found among many', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo');
  await page.getByLabel('Find an action').fill('slow ask');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByLabel('Find an action').fill('nothing like it');
  await expect(page.getByText('No action fits.')).toBeVisible();
});

test('what a change leads to is told before it is saved, and it can be discarded', async ({ page }) => {
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'die', effect: 'destructive' });
  await desk.open(page, '#/connections/custom/echo');
  await expect(page.getByText(/costs about [\d,]+ tokens/)).toBeVisible();
  await page.getByLabel('Grant for write').selectOption('allow');
  await page.getByLabel('Grant for die').selectOption('hide');
  await expect(unsaved(page)).toContainText('2 actions change; 1 becomes wider.');
  await expect(unsaved(page)).toContainText(/Then: 9 tools, about [\d,]+ tokens/);
  await unsaved(page).getByText('Which ones').click();
  await expect(unsaved(page).getByRole('listitem').first()).toContainText('write: ask → allow wider');
  await expect(page.getByRole('row', { name: /^write/ })).toContainText('ask → allow');
  await unsaved(page).getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByLabel('Grant for write')).toHaveValue('default');
  expect((await desk.api('grants.show', { id: 'custom/echo' })).rules).toEqual([]);
});

test('a preset is a start, from which one goes on', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo');
  await page.getByLabel('Start from').selectOption('read-only');
  await expect(page.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByLabel('hide')).toBeChecked();
  await page.getByLabel('Grant for write').selectOption('ask');
  await save(page);
  await expect(page.getByLabel('Start from')).toHaveValue('');
  await expect(page.getByRole('row', { name: /^slow/ })).toContainText('hide');
  await expect(page.getByRole('row', { name: /^write/ })).toContainText('ask');
  await page.getByLabel('Start from').selectOption('ask before changes');
  await save(page);
  expect((await desk.api('grants.show', { id: 'custom/echo' })).preset).toBe('ask');
});
