import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

test('grants by effect and for one action hold at the next call', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/connections/custom/echo');
  await page.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByText('deny').click();
  await expect(page.getByRole('row', { name: /^slow/ })).toContainText('grant: deny every write');
  expect(await assistant.call('write', { line: 'denied' })).toContain('GH_DENIED');
  await page.getByLabel('Grant for echo').selectOption('allow');
  await expect(page.getByRole('row', { name: /^echo/ })).toContainText('grant: allow echo');
  expect(await assistant.call('echo', { text: 'granted' })).toContain('granted');
  await page.getByLabel('Grant for echo').selectOption('default');
  await page.getByRole('radiogroup', { name: 'Changing on custom/echo' }).getByText('default').click();
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
