import { type Assistant, expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
let assistant: Assistant;
const echo = (text: string): Promise<string> => assistant.call('echo', { text });
test.beforeAll(async () => {
  await desk.custom('echo', 'legacy');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'echo', effect: 'read' });
  assistant = await desk.assistant('custom/echo');
});

test('what happens is there at once, in plain words, and in detail', async ({ page }) => {
  await desk.open(page, '#/history');
  await expect(page.getByRole('row').filter({ hasText: 'Gatehouse started' })).toBeVisible();
  await echo('a-word-of-note');
  const row = page.getByRole('row').filter({ hasText: 'call ended' });
  await expect(row.first()).toContainText('Terminal · custom/echo');
  await page
    .getByRole('row')
    .filter({ hasText: /call echo/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('a-word-of-note');
  await expect(dialog).toContainText('default for read');
  expect(page.url()).toMatch(/entry=\d+/);
  await page.reload();
  await expect(dialog).toContainText('a-word-of-note');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('an outcome leads to its call', async ({ page }) => {
  await desk.open(page, '#/history?kind=outcome');
  await page.getByRole('row').nth(1).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^entry \d+$/ })
    .click();
  await expect(page.getByRole('dialog')).toContainText('Arguments');
});

test('a search finds words and kinds, goes on by itself, and stands in the address', async ({ page }) => {
  await echo('needle-one');
  await desk.open(page, '#/history');
  await page.getByLabel('Search the history').fill('needle');
  await expect(page.getByRole('row')).toHaveCount(2);
  await echo('needle-two');
  await echo('something else');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByLabel('Kind of entry').selectOption('tool classified');
  await expect(page.getByText('Nothing fits this search.')).toBeVisible();
  await page.getByLabel('Search the history').fill('');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.reload();
  await expect(page.getByLabel('Kind of entry')).toHaveValue('classification');
});

test('many entries at once leave no gap, and few of them are drawn', async ({ page }) => {
  await desk.open(page, '#/history');
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  // The window sleeps through more than it fetches at once.
  let wake: () => void = () => undefined;
  const asleep = new Promise<void>(resolve => {
    wake = resolve;
  });
  await page.route('**/api/audit.list', async route => {
    await asleep;
    await route.continue();
  });
  await Promise.all(Array.from({ length: 400 }, (_, n) => echo(`many ${n}`)));
  wake();
  const { historyEnd } = await desk.api('status', {});
  const drawn = (): Promise<number[]> =>
    page.locator('tr[id^="entry-"]').evaluateAll(rows => rows.map(row => Number(row.id.slice('entry-'.length))));
  await expect.poll(async () => (await drawn())[0]).toBe(historyEnd);
  const numbers = await drawn();
  expect(numbers).toEqual(numbers.map((_, at) => historyEnd - at));
  expect(numbers.length).toBeLessThan(90);
});

test('the list does not move under the eyes, and older entries follow on demand', async ({ page }) => {
  await Promise.all(Array.from({ length: 120 }, (_, n) => echo(`before ${n}`)));
  await desk.open(page, '#/history');
  const table = page.getByRole('table', { name: 'Entries' });
  const rows = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount'));
  await expect.poll(rows).toBeGreaterThan(100);
  const before = await rows();
  await page.getByRole('button', { name: 'Show older entries' }).click();
  await expect.poll(rows).toBe(before + 100);
  // By the scroll bar, as it were: the pointer is not on the list.
  await page.mouse.move(60, 600);
  await page.evaluate(() => scrollTo(0, 900));
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(500);
  const inSight = await page.evaluate(() => document.elementFromPoint(400, 400)?.closest('tr')?.textContent);
  await echo('while reading');
  await expect(page.getByRole('button', { name: '2 new entries' })).toBeVisible();
  expect(await page.evaluate(() => document.elementFromPoint(400, 400)?.closest('tr')?.textContent)).toBe(inSight);
  await page.getByRole('button', { name: '2 new entries' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('call ended');
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test('rows hold still while the pointer is on them', async ({ page }) => {
  await desk.open(page, '#/history');
  await page.getByRole('row').nth(2).hover();
  await echo('under the pointer');
  await expect(page.getByRole('button', { name: '2 new entries' })).toBeVisible();
});

test('the history verifies, and the verification is in it', async ({ page }) => {
  await desk.open(page, '#/history');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText(/entries are as they were written/)).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'history verified' })).toBeVisible();
});
