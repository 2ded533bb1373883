import { readFileSync } from 'node:fs';
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
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^entry \d+$/ }).click();
  await expect(dialog).toContainText('Arguments');
  // The call knows how it ended, and where it stands in the chain.
  await expect(dialog.getByRole('button', { name: 'call ended' })).toBeVisible();
  await expect(dialog).toContainText(/\d+ of \d+/);
  await expect(dialog).toContainText(/[0-9a-f]{64}/);
  await dialog.getByRole('button', { name: 'Older entry' }).click();
  await expect(dialog).toContainText('What');
});

test('a search finds words and kinds, goes on by itself, and stands in the address', async ({ page }) => {
  await echo('needle-one');
  await desk.open(page, '#/history');
  await page.getByLabel('Search the history').fill('needle');
  await expect(page.getByRole('row')).toHaveCount(2);
  await echo('needle-two');
  await echo('something else');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Kind of entry').selectOption('tool classified');
  await expect(page.getByText('Nothing fits this search.')).toBeVisible();
  await page.getByLabel('Search the history').fill('');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.reload();
  await expect(page.getByText('Kind of entry: tool classified')).toBeVisible();
  await page.getByRole('button', { name: 'Without Kind of entry tool classified' }).click();
  await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(2);
});

test('facets and a time narrow it together, and are taken away one by one', async ({ page }) => {
  await echo('for the facets');
  await desk.open(page, '#/history?client=terminal&tool=echo&effect=read&time=hour');
  await expect(page.getByRole('row').filter({ hasText: 'echo' }).first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Gatehouse started' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Filters (3)' }).click();
  await page.getByLabel('Outcome').selectOption('failed');
  await expect(page.getByText('Nothing fits this search.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear all' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Gatehouse started' })).toBeVisible();
});

test('a read call is repeated', async ({ page }) => {
  await echo('once more');
  await desk.open(page, '#/history?kind=intent&q=once%20more');
  await page.getByRole('row').nth(1).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Repeat this call' }).click();
  await expect(dialog.getByRole('region', { name: 'The answer of just now' })).toContainText('once more');
  await page.keyboard.press('Escape');
  // The row has the focus again, so what is new may be held aside: it is looked at afresh.
  await desk.open(page, '#/history?kind=intent&q=once%20more');
  await expect(page.getByRole('row').filter({ hasText: 'gatehouse' })).toHaveCount(1);
});

test('charts say in words and tables what they show', async ({ page }) => {
  await echo('for the charts');
  await desk.open(page, '#/history');
  await page.getByText('Charts', { exact: true }).click();
  const volume = page.getByRole('figure', { name: 'Calls, by outcome' });
  await expect(volume).toContainText(/\d+ calls? ended/);
  await volume.getByText('As a table').click();
  await expect(volume.getByRole('row').nth(1)).toBeVisible();
  await expect(page.getByRole('figure', { name: 'How long calls took' })).toContainText('Half of the calls');
  await page.getByRole('figure', { name: 'Busiest tools' }).getByRole('button', { name: 'echo' }).click();
  await expect(page.getByText('Tool: echo')).toBeVisible();
});

test('what was found is written to a file, or all of it', async ({ page }) => {
  await echo('for the file');
  await desk.open(page, '#/history?kind=intent&q=for%20the%20file');
  await page.getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText(/1 entry is in .*gatehouse-history-.*\.jsonl/);
  await dialog.getByLabel('CSV').check();
  await dialog.getByLabel('All', { exact: true }).check();
  await dialog.getByLabel('File').fill(`${desk.here.folder}/all.csv`);
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('all.csv');
  expect(readFileSync(`${desk.here.folder}/all.csv`, 'utf8')).toContain('for the file');
});

test('many entries at once leave no gap, and few of them are drawn', async ({ page }) => {
  await desk.open(page, '#/history');
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  await page.mouse.move(60, 600);
  await Promise.all(Array.from({ length: 400 }, (_, n) => echo(`many ${n}`)));
  const { historyEnd } = await desk.api('status', {});
  const drawn = (): Promise<number[]> =>
    page.locator('[id^="entry-"]').evaluateAll(rows => rows.map(row => Number(row.id.slice('entry-'.length))));
  await expect.poll(async () => (await drawn())[0]).toBe(historyEnd);
  const numbers = await drawn();
  expect(numbers).toEqual(numbers.map((_, at) => historyEnd - at));
  expect(numbers.length).toBeLessThan(70);
});

test('any place of it is reached at once, and the list does not move under the eyes', async ({ page }) => {
  await Promise.all(Array.from({ length: 120 }, (_, n) => echo(`before ${n}`)));
  await desk.open(page, '#/history');
  const table = page.getByRole('table', { name: 'Entries' });
  const { historyEnd } = await desk.api('status', {});
  await expect.poll(async () => Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(historyEnd);
  // By the scroll bar, as it were: the pointer is not on the list.
  await page.mouse.move(60, 600);
  const scroller = page.locator('.scroller');
  await scroller.evaluate(box => box.scrollTo(0, box.scrollHeight));
  await expect(page.getByRole('row').filter({ hasText: 'Gatehouse started' })).toBeVisible();
  await scroller.evaluate(box => box.scrollTo(0, 900));
  const inSight = (): Promise<string | null | undefined> =>
    page.evaluate(() => document.elementFromPoint(400, 500)?.closest('.entry')?.textContent);
  await expect.poll(inSight).toMatch(/call/);
  const before = await inSight();
  await echo('while reading');
  await expect(page.getByRole('button', { name: '2 new entries' })).toBeVisible();
  expect(await inSight()).toBe(before);
  await page.getByRole('button', { name: '2 new entries' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('call ended');
  expect(await scroller.evaluate(box => box.scrollTop)).toBe(0);
});

test('older finds follow as one gets there', async ({ page }) => {
  await Promise.all(Array.from({ length: 220 }, (_, n) => echo(`older ${n}`)));
  await desk.open(page, '#/history?q=older');
  const table = page.getByRole('table', { name: 'Entries' });
  const rows = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount'));
  await expect.poll(rows).toBe(201);
  await page.locator('.scroller').evaluate(box => box.scrollTo(0, box.scrollHeight));
  await expect.poll(rows).toBe(221);
});

test('one goes through it by keyboard', async ({ page }) => {
  await desk.open(page, '#/history');
  await page.getByRole('row').nth(1).getByRole('button').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('row').nth(2).getByRole('button')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
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
  await expect(page.getByRole('status').filter({ hasText: 'The history is whole.' })).toContainText(
    /entries are as they were written/,
  );
  await expect(page.getByRole('row').filter({ hasText: 'history verified' })).toBeVisible();
});
