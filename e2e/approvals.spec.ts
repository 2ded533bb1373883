import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => {
  await desk.custom('echo', 'legacy');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'slow', effect: 'destructive' });
});

const wants = (tool: string) => ({ name: `Terminal wants ${tool} on custom/echo` });

test('a change waits for the person, who allows it once', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page);
  const answer = assistant.call('write', { line: 'from the window' });
  // Seen from every screen.
  await expect(page).toHaveTitle(/^\(1\) Connections/);
  await expect(page.getByRole('link', { name: /Approvals/ })).toContainText('1');
  await page.getByRole('link', { name: 'Look at it' }).click();
  const card = page.getByRole('region', wants('write'));
  await expect(card).toContainText('from the window');
  await expect(card).toContainText('changes');
  await expect(card.getByRole('timer')).toHaveAccessibleName(/\d+ seconds left/);
  await card.getByRole('button', { name: 'Allow once' }).click();
  expect(await answer).toContain('wrote from the window');
  await expect(card).toBeHidden();
  await expect(page.getByRole('region', { name: 'Just now' })).toContainText('allowed once');
  await page.getByRole('link', { name: 'In the history' }).click();
  await expect(page.getByRole('dialog')).toContainText('from the window');
});

test('a refusal reaches the assistant with its reason, by keyboard alone', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('write', { line: 'not this' });
  const card = page.getByRole('region', wants('write'));
  await expect(card).toBeVisible();
  // A key pressed for something else must not allow it.
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await expect(card).toBeVisible();
  await card.getByLabel(/Why not/).focus();
  await page.keyboard.type('wrong tenant');
  await page.keyboard.press('Enter');
  expect(await answer).toContain('wrong tenant');
  await expect(page.getByRole('region', { name: 'Just now' })).toContainText('denied');
});

test('a card cannot be allowed before it has stood still for a moment', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const first = assistant.call('write', { line: 'first' });
  const card = page.getByRole('region', wants('write'));
  const allow = card.getByRole('button', { name: 'Allow once' });
  await allow.first().click({ force: true });
  await expect(card).toHaveCount(1);
  await expect(allow).not.toHaveAttribute('aria-disabled');
  const second = assistant.call('write', { line: 'second' });
  await expect(card).toHaveCount(2);
  await page.waitForTimeout(900);
  // The second moves to where the first was: a double click must not take both.
  await allow.first().click({ clickCount: 3, delay: 30 });
  expect(await first).toContain('wrote first');
  await expect(card).toHaveCount(1);
  await page.waitForTimeout(300);
  await expect(card).toContainText('second');
  await card.getByRole('button', { name: 'Deny' }).click();
  expect(await second).toContain('GH_APPROVAL_DENIED');
});

test('allowed for a time, the same action goes through; the grant is seen and ended', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('write', { line: 'for a while' });
  const card = page.getByRole('region', wants('write'));
  await card.getByLabel('For how long').selectOption('an hour');
  await card.getByRole('button', { name: 'Allow for' }).click();
  expect(await answer).toContain('wrote for a while');
  expect(await assistant.call('write', { line: 'again' })).toContain('wrote again');
  await page.evaluate(() => {
    location.hash = '#/connections/custom/echo';
  });
  await page.getByRole('button', { name: 'End: allow write for Terminal' }).click();
  await expect(page.getByRole('region', { name: 'Exceptions' })).toBeHidden();
});

test('what destroys is allowed one call at a time', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('slow', { ms: 1 });
  const card = page.getByRole('region', wants('slow'));
  await expect(card).toContainText('destroys');
  await expect(card.getByRole('button', { name: 'Allow for' })).toHaveCount(0);
  await card.getByRole('button', { name: 'Allow once' }).click();
  expect(await answer).toContain('slept');
});

test('secret arguments are masked and long ones folded', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('write', { line: 'word '.repeat(400), password: 'canary-secret-80' });
  const card = page.getByRole('region', wants('write'));
  await expect(card).toBeVisible();
  await card.getByRole('button', { name: /Show all/ }).click();
  await expect(card).toContainText('•••');
  expect(await page.content()).not.toContain('canary-secret-80');
  await card.getByRole('button', { name: 'Deny' }).click();
  await answer;
});

test('a call that was answered elsewhere goes with a word', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('write', { line: 'x' });
  await expect(page.getByRole('region', wants('write'))).toBeVisible();
  const [waiting] = await desk.api('approvals.list', {});
  await desk.here.run(['approvals', 'deny', waiting?.id ?? '']);
  await answer;
  await expect(page.getByRole('region', { name: 'Just now' })).toContainText('answered elsewhere or withdrawn');
});

test('an answer that comes too late is told, and not shown as given', async ({ page, tolerance }) => {
  tolerance.provoked('400');
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('write', { line: 'x' });
  const card = page.getByRole('region', wants('write'));
  await expect(card.getByRole('button', { name: 'Allow once' })).not.toHaveAttribute('aria-disabled');
  // Somebody else is quicker, on the way of the click to the host.
  await page.route('**/api/approvals.allow', async route => {
    const [waiting] = await desk.api('approvals.list', {});
    await desk.api('approvals.deny', { id: waiting?.id ?? '' });
    await route.continue();
  });
  await card.getByRole('button', { name: 'Allow once' }).click();
  await answer;
  await expect(page.getByRole('alert')).toContainText('GH_APPROVAL_GONE');
  await expect(page.getByRole('region', { name: 'Just now' })).not.toContainText('allowed');
});
