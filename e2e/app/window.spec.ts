import { expect, test } from '@playwright/test';
import { launch } from '../electron/launch.ts';

test('[sandboxed-window] the window opens', async ({ page }) => {
  await using app = await launch(page);
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Gatehouse' })).toBeVisible();
});
