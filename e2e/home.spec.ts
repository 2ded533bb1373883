import { fixture, runtime } from '../app/testing/index.ts';
import { expect, setUpDesk, test } from './desk.ts';

const desk = setUpDesk();
test.beforeAll(async () => {
  await desk.custom('echo', 'legacy');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'echo', effect: 'read' });
});

test('calls are counted by outcome, drawn, told in a sentence, and stand in the list of the last', async ({ page }) => {
  await desk.open(page, '#/home');
  const calls = page.getByRole('region', { name: 'Calls', exact: true });
  await expect(calls).toContainText('No call in this time.');
  const assistant = await desk.assistant('custom/echo');
  await assistant.call('echo', { text: 'one' });
  await assistant.call('echo', { text: 'two' });
  await desk.api('grants.set', { id: 'custom/echo', tool: 'echo', verdict: 'deny' });
  await assistant.call('echo', { text: 'three' });
  await desk.api('grants.set', { id: 'custom/echo', tool: 'echo', verdict: 'default' });
  await expect(calls).toContainText('3 calls: 2 done and 1 refused.');
  await expect(calls.locator('svg.recharts-surface').first()).toBeVisible();
  await calls.getByRole('button', { name: 'Show the numbers' }).click();
  await expect(calls.getByRole('row').last()).toContainText('2');
  await calls.getByText('7 days').click();
  await expect(calls).toContainText('3 calls');
  const last = page.getByRole('region', { name: 'Last calls' });
  await expect(last.getByRole('row')).toHaveCount(4);
  await expect(last.getByRole('row').nth(1)).toContainText('refused');
  await last.getByRole('link', { name: 'echo' }).last().click();
  await expect(page.getByRole('dialog')).toContainText('custom/echo');
});

test('what needs a person says why, with the one button that helps', async ({ page }) => {
  const settings = { command: runtime.node, args: [fixture('raw-server'), 'dead'] };
  await desk.api('connections.add', { backend: 'custom', name: 'dead', settings });
  await desk.open(page, '#/home');
  await desk.api('connections.test', { id: 'custom/dead' });
  const dead = page.getByRole('region', { name: 'custom/dead' });
  await expect(dead).toContainText('needs attention');
  await expect(dead.getByRole('button')).toHaveText(['Restart it']);
  await expect(page.getByRole('region', { name: /^custom\// }).first()).toContainText('custom/dead');
  await desk.api('connections.remove', { id: 'custom/dead' });
  await expect(dead).toBeHidden();
});

test('what waits is there at once, and leads to where it is answered', async ({ page }) => {
  await desk.open(page, '#/home');
  await expect(page.getByText('Nothing waits for you.')).toBeVisible();
  const assistant = await desk.assistant('custom/echo');
  const answer = assistant.call('write', { line: 'x' });
  const waiting = page.getByRole('region', { name: 'What waits for you' });
  await expect(waiting).toContainText('Terminal wants write on custom/echo');
  await waiting.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('button', { name: 'Deny' }).click();
  expect(await answer).toContain('GH_APPROVAL_DENIED');
});

test('while no assistant uses a connection, the way on stands here', async ({ page }) => {
  await desk.open(page, '#/home');
  await page.getByRole('link', { name: 'Connect an assistant' }).click();
  await expect(page.getByText('Which assistant should use it?')).toBeVisible();
});
