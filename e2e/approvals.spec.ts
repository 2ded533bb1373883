import { sandboxes } from '../mcp/index.ts';
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
  await desk.interfere(page, 'approvals.allow', async () => {
    const [waiting] = await desk.api('approvals.list', {});
    await desk.api('approvals.deny', { id: waiting?.id ?? '' });
    return undefined;
  });
  await card.getByRole('button', { name: 'Allow once' }).click();
  await answer;
  await desk.interfere(page, 'approvals.allow', undefined);
  await expect(page.getByRole('alert')).toContainText('GH_APPROVAL_GONE');
  await expect(page.getByRole('region', { name: 'Just now' })).not.toContainText('allowed');
});

test('a call is told beside the last such call that went through', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.open(page, '#/approvals');
  const allow = async (line: string, more: Record<string, unknown> = {}) => {
    const answer = assistant.call('write', { line, ...more });
    const card = page.getByRole('region', wants('write'));
    await expect(card).toContainText(line);
    return { answer, card, done: () => card.getByRole('button', { name: 'Allow once' }).click() };
  };
  const first = await allow('alike', { place: 'here' });
  await first.done();
  await first.answer;
  const second = await allow('not alike', { place: 'here' });
  await second.card.getByRole('button', { name: 'Show the difference' }).click();
  const difference = second.card.getByRole('region', { name: 'The difference' });
  await expect(difference).toContainText('line');
  await expect(difference).toContainText('alike');
  await expect(difference).not.toContainText('place');
  await second.card.getByRole('button', { name: 'Deny' }).click();
  await second.answer;
});

test('a question that the assistant cannot show is answered here', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'ask', effect: 'read' });
  await desk.open(page, '#/connections');
  const answer = assistant.call('ask', { about: 'the cellar' });
  await expect(page).toHaveTitle(/^\(1\)/);
  await page.getByRole('link', { name: /Look at/ }).click();
  const card = page.getByRole('region', { name: /custom\/echo asks something for ask by Terminal/ });
  await expect(card).toContainText('Sure about the cellar?');
  await card.getByLabel('sure').check();
  await card.getByRole('button', { name: 'Answer', exact: true }).click();
  expect(await answer).toContain('accept');
  await expect(page.getByRole('region', { name: 'Just now' })).toContainText('answered');
  const again = assistant.call('ask', { about: 'the attic' });
  await card.getByRole('button', { name: 'Do not answer' }).click();
  expect(await again).toContain('decline');
});

test('what waits is answered from the command line too, where the window lends its code', async () => {
  const assistant = await desk.assistant('custom/echo');
  const code = async (): Promise<string> => (await desk.api('code.current', {})).code;
  const asked = assistant.call('ask', { about: 'the shell' });
  await expect.poll(async () => (await desk.api('questions.list', {})).length).toBe(1);
  const [question] = (await desk.here.run(['questions', 'list'])).json as readonly { readonly id: string }[];
  const answer = ['questions', 'answer', question?.id ?? '', '--set', 'sure=true'];
  expect((await desk.here.run(answer)).stderr).toContain('GH_CODE_NEEDED');
  await desk.here.run([...answer, '--code', await code()]);
  expect(await asked).toMatch(/sure\W+:true/);
  const called = assistant.call('write', { line: 'from the shell' });
  await expect.poll(async () => (await desk.api('approvals.list', {})).length).toBe(1);
  const [approval] = await desk.api('approvals.list', {});
  const shown = await desk.here.run(['approvals', 'show', approval?.id ?? '']);
  expect(shown.json).toMatchObject({ tool: 'write', similar: { arguments: expect.anything() } });
  await desk.here.run(['approvals', 'allow', approval?.id ?? '', '--code', await code()]);
  expect(await called).toContain('wrote from the shell');
});

test.describe('the pop-over', () => {
  for (const width of [360, 480])
    test(`answers at ${width} pixels, with the code for the command line`, async ({ page }) => {
      await page.setViewportSize({ width, height: 560 });
      const assistant = await desk.assistant('custom/echo');
      await desk.open(page);
      await page.evaluate(() => {
        location.hash = '#/popover';
      });
      await expect(page.getByText('Nothing waits for you.')).toBeVisible();
      const answer = assistant.call('write', { line: `at ${width}` });
      const card = page.getByRole('region', wants('write'));
      await expect(card).toContainText(`at ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      await card.getByRole('button', { name: 'Allow once' }).click();
      expect(await answer).toContain('wrote');
      await page.getByRole('button', { name: 'Show the code' }).click();
      await expect(page.getByText(/^\d{3}-\d{3}$/)).toBeVisible();
    });
});

test('what a list would lose and gain is shown before it can be allowed', async ({ page }) => {
  const load = sandboxes.cloudways;
  if (load === undefined) throw new Error('There is a sandbox for Cloudways.');
  const sandbox = await (await load()).startSandbox({ port: 0 });
  const full = sandbox.credentials.find(({ label }) => label === 'FULL');
  await desk.api('connections.add', {
    backend: 'cloudways',
    name: 'acme',
    settings: { baseUrl: full?.settings.baseUrl },
    secrets: { ...full?.secrets },
  });
  const assistant = await desk.assistant('cloudways/acme');
  await desk.open(page, '#/approvals');
  const answer = assistant.call('access', {
    action: 'update_whitelisted_ips',
    server_id: 41001,
    mode: 'replace',
    ips: ['192.0.2.1'],
    removes: ['203.0.113.7', '198.51.100.20'],
  });
  const card = page.getByRole('region', { name: /update_whitelisted_ips/ });
  const plan = card.getByRole('region', { name: 'What it would change' });
  await expect(plan.locator('del')).toHaveText(['203.0.113.7', '198.51.100.20']);
  await expect(plan).toContainText('+ 192.0.2.1');
  await card.getByRole('button', { name: 'Allow once' }).click();
  expect(await answer).toContain('The list is changed.');
  await sandbox.close();
});
