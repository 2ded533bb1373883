import { expect, onlyInBrowser, setUpDesk, test } from './desk.ts';

/** The frame around every screen: the key, the line, the pause, the way about. */
const desk = setUpDesk();
test.beforeAll(async () => void (await desk.custom('echo', 'legacy')));

const needsKey = { name: 'This window needs its key' };

test('the key leaves the address bar, and a reload goes on without it', async ({ page }) => {
  await desk.open(page);
  expect(page.url()).not.toContain('key=');
  await page.reload();
  await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('a place in the window has an address, which a reload keeps', async ({ page }) => {
  await desk.open(page, '#/connections/custom/echo?part=settings');
  await expect(page.getByRole('form', { name: 'Settings' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('form', { name: 'Settings' })).toBeVisible();
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.goBack();
  await expect(page.getByRole('form', { name: 'Settings' })).toBeVisible();
});

test('an address that leads nowhere says so and leads back', async ({ page }) => {
  await desk.open(page, '#/connections/custom/nothing');
  await page.getByRole('link', { name: 'See all connections' }).click();
  await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
});

test('the pause stops calls at once and resuming lets them through', async ({ page }) => {
  const assistant = await desk.assistant('custom/echo');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'echo', effect: 'read' });
  await desk.open(page, '#/history');
  await page.getByRole('button', { name: 'Pause everything' }).click();
  await expect(page.getByText('Everything is paused')).toBeVisible();
  expect(await assistant.call('echo', { text: 'hello' })).toContain('GH_PAUSED');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Everything is paused')).toBeHidden();
  expect(await assistant.call('echo', { text: 'hello' })).toContain('hello');
});

test('a pause from the command line is seen at once', async ({ page }) => {
  await desk.open(page);
  await desk.here.run(['pause']);
  await expect(page.getByText('Everything is paused')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause everything' })).toBeVisible();
});

test('one list that cannot be loaded leaves the others alone and can be tried again', async ({ page, tolerance }) => {
  tolerance.provoked('500');
  const error = { code: 'GH_INTERNAL', message: 'clients.list failed: for a test.', hint: 'Run `gatehouse doctor`.' };
  await desk.interfere(page, 'clients.list', async () => ({ error }));
  await desk.open(page);
  await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
  await page.getByRole('link', { name: 'Assistants', exact: true }).click();
  const told = page.getByRole('alert');
  await expect(told).toContainText('clients.list failed: for a test.');
  await expect(told).toContainText('Run gatehouse doctor.');
  await expect(told).toContainText('GH_INTERNAL');
  await desk.interfere(page, 'clients.list', undefined);
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('region', { name: 'Cursor' })).toBeVisible();
});

test('the one-time code is shown when asked for, and works', async ({ page }) => {
  await desk.api('pause', {});
  await desk.open(page, '#/approvals');
  await expect(page.getByText(/\d{3}-\d{3}/)).toBeHidden();
  await page.getByRole('button', { name: 'Show the code' }).click();
  const code = (await page.getByText(/^\d{3}-\d{3}$/).textContent()) ?? '';
  expect((await desk.here.run(['resume', '--code', code])).status).toBe(0);
  await expect(page.getByText(code)).toBeHidden();
});

test('a narrow window keeps every screen in reach', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await desk.open(page);
  await page.getByRole('button', { name: 'Screens' }).click();
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeInViewport();
  await expect(page.getByRole('link', { name: 'Approvals' })).not.toBeInViewport();
});

test.describe('with an address and a key', () => {
  onlyInBrowser();

  test('the page may run its own scripts and styles, and nothing else', async ({ page }) => {
    const response = await page.goto(desk.url);
    const rules = response?.headers()['content-security-policy'] ?? '';
    expect(rules).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{20,}'; /);
    expect(rules).not.toContain('unsafe');
    expect((await page.request.get(desk.url)).headers()['content-security-policy']).not.toBe(rules);
    await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
    const painted = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    // 500 ms is what the bench holds; here the machine is busy with other tests.
    expect(painted).toBeLessThan(3_000);
  });

  test('without its key, or with another one, the window says what to do', async ({ page, tolerance }) => {
    tolerance.provoked('401');
    const plain = new URL('/', desk.url).href;
    await page.goto(plain);
    await expect(page.getByRole('heading', needsKey)).toBeVisible();
    await page.goto(`${plain}?x#key=wrong`);
    await expect(page.getByRole('heading', needsKey)).toBeVisible();
    await page.goto(`${plain}?y#launch=used`);
    await expect(page.getByText('good for one use')).toBeVisible();
  });

  test('a good address pasted over a window without a key opens it', async ({ page }) => {
    await page.goto(new URL('/', desk.url).href);
    await expect(page.getByRole('heading', needsKey)).toBeVisible();
    await page.goto(desk.url);
    await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
    expect(page.url()).not.toContain('key=');
  });

  // The last: they end the host.
  test('a lost line is told; a host with another key asks for the new address', async ({ page, tolerance }) => {
    tolerance.provoked('ERR_');
    tolerance.provoked('401');
    await desk.open(page);
    await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
    const port = new URL(desk.url).port;
    await desk.here.run(['stop']);
    await expect(page.getByText('The line to Gatehouse is lost')).toBeVisible();
    await page.getByRole('button', { name: 'Pause everything' }).click();
    await expect(page.getByRole('alert')).toContainText('GH_HOST_DOWN');
    desk.url = (await desk.here.serve('--port', port)).url;
    await expect(page.getByRole('heading', needsKey)).toBeVisible();
    await page.goto(desk.url);
    await expect(page.getByRole('region', { name: 'custom/echo' })).toBeVisible();
  });
});
