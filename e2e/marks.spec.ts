import { expect, setUpDesk, test } from './desk.ts';

/** What must be said on every screen, whatever the person looks at. */
const SCREENS = ['Connections', 'Approvals', 'History', 'Assistants'];

test.describe('a demonstration', () => {
  const desk = setUpDesk({ serve: ['--demo'] });
  test('says so on every screen and at everything made up', async ({ page }) => {
    await desk.open(page);
    const card = page.getByRole('region', { name: 'dpod/demo' });
    await expect(card).toContainText('demonstration');
    await expect(card).toContainText('api_appowner');
    for (const screen of SCREENS) {
      await page.getByRole('link', { name: new RegExp(`^${screen}`) }).click();
      await expect(page.getByRole('heading', { name: screen, exact: true })).toBeVisible();
      await expect(page.getByText('Everything here is made up')).toBeVisible();
    }
  });
});

test.describe('a host that lets the command line approve', () => {
  test.skip(({ windowIs }) => windowIs !== 'in a browser', 'the app has a person, so it has no such switch');
  const desk = setUpDesk({ serve: ['--approve-from-cli'] });
  test('says so on every screen', async ({ page }) => {
    await desk.open(page);
    for (const screen of SCREENS) {
      await page.getByRole('link', { name: screen, exact: true }).click();
      await expect(page.getByText('Approving from the command line is allowed')).toBeVisible();
    }
    await expect(page.getByText('Nothing waits for you')).toBeHidden();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await expect(page.getByText('Nothing waits for you')).toBeVisible();
    await page.getByRole('link', { name: 'Connections' }).click();
    await expect(page.getByText('None yet.')).toBeVisible();
  });
});
