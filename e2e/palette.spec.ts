import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { AXE_TAGS, expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

const search = (page: Page) => page.getByRole('combobox', { name: 'A screen, a connection, or something to do' });
const type = async (page: Page, words: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type(words);
};

test('by its name one reaches any screen and connection, and does things', async ({ page }) => {
  await desk.open(page, '#/home');
  await type(page, 'hist');
  await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toHaveText('History');
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'History' })).toBeFocused();
  await page.getByRole('button', { name: 'Go to …' }).click();
  await page.getByRole('option', { name: /^custom\/echo/ }).click();
  await expect(page.getByRole('heading', { name: 'custom/echo' })).toBeVisible();
  await type(page, 'verify');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The history is whole')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('The history is whole')).toBeHidden();
  await type(page, 'echo');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toHaveText('Test custom/echo');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toHaveText(/^custom\/echo/);
  await page.keyboard.type(' nothing of the kind');
  await expect(page.getByText('Nothing of that name.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(search(page)).toBeHidden();
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
