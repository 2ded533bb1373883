import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

test('by its name one reaches any screen and connection, and does things', async ({ page }) => {
  await desk.open(page, '#/home');
  await page.keyboard.press('Control+k');
  const search = page.getByPlaceholder('A screen, a connection, or something to do');
  await expect(search).toBeFocused();
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  await page.keyboard.type('hist');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await page.getByRole('button', { name: 'Go to …' }).click();
  await page.keyboard.type('custom/echo');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'custom/echo' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('verify');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The history is whole')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('nothing of the kind');
  await expect(page.getByText('Nothing of that name.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(search).toBeHidden();
});

test('one key pauses everything and does not resume; all keys are listed', async ({ page }) => {
  await desk.open(page, '#/home');
  await page.keyboard.press('Control+.');
  await expect(page.getByText('Everything is paused.')).toBeVisible();
  await page.keyboard.press('Control+.');
  await expect(page.getByText('Everything is paused.')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('region', { name: 'Keys' })).toContainText('Ctrl+.');
});
