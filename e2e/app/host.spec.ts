import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { eventually, fixture, runtime } from '../../app/testing/index.ts';
import type { Installation } from '../../app/testing/programs.ts';
import { type Assistant, connectAssistant } from '../assistant.ts';
import { ask, test } from './desktop.ts';

const addEcho = async (here: Installation): Promise<void> => {
  const args = JSON.stringify([fixture('raw-server'), 'legacy']);
  await here.run([
    'connections',
    'add',
    'custom',
    '--name',
    'echo',
    '--set',
    `command=${runtime.node}`,
    '--set',
    `args=${args}`,
  ]);
  await here.run(['connections', 'test', 'custom/echo']);
};

test('an idle host that a command started makes room for the app', async ({ desktop }) => {
  let before: number | undefined;
  await using app = await desktop({
    before: async here => {
      await addEcho(here);
      before = here.hostPid();
    },
  });
  const main = await app.main();
  await expect(main.getByText('custom/echo').first()).toBeVisible();
  expect(before).toBeGreaterThan(0);
  expect(app.here.hostPid()).toBe(app.pid);
});

test('a host in use is joined, so that no assistant loses its link; when it ends, the app takes its place', async ({
  desktop,
}) => {
  let assistant: Assistant | undefined;
  await using app = await desktop({
    before: async here => {
      await addEcho(here);
      assistant = await connectAssistant(here.home, 'custom/echo');
    },
  });
  const main = await app.main();
  await expect(main.getByText('custom/echo').first()).toBeVisible();
  expect(app.here.hostPid()).not.toBe(app.pid);
  const answer = assistant?.call('write', { line: 'over another host' });
  await app.says('1 call waits');
  await app.around.notification({ title: 'wants', button: 0 });
  expect(await answer).toContain('wrote');
  await main.evaluate(() => {
    location.hash = '#/approvals';
  });
  const second = assistant?.call('write', { line: 'from the window' });
  await main.getByRole('button', { name: 'Allow once' }).click();
  expect(await second).toContain('wrote');
  await assistant?.close();
  await app.here.run(['stop']);
  await eventually(() => app.here.hostPid() === app.pid, 20_000);
  await expect(main.getByText('The line to Gatehouse is lost')).toBeHidden();
  await app.around.choose({ menu: 'tray', path: ['Pause everything'] });
  await expect(main.getByText('Everything is paused')).toBeVisible();
});

test('an installed app notes where it is, for whoever needs a host', async ({ desktop }) => {
  await using app = await desktop({
    args: ['--hidden'],
    packaged: true,
    env: { APPIMAGE: '/opt/Gatehouse.AppImage' },
  });
  const note = join(app.home, 'app.json');
  await expect.poll(() => existsSync(note)).toBe(true);
  expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ launcher: '/opt/Gatehouse.AppImage' });
});

test('the MCP endpoint over HTTP is open while the setting is on, at the same address after a restart', async ({
  desktop,
}) => {
  await using app = await desktop();
  const addressIn = (at: Page): Promise<string | null> => ask(at, 'status', {}).then(({ mcpEndpoint }) => mcpEndpoint);
  const main = await app.main();
  expect(await addressIn(main)).toBeNull();
  await ask(main, 'settings.set', { name: 'mcpEndpoint', value: true });
  await expect.poll(() => addressIn(main)).toContain('/mcp/');
  const address = await addressIn(main);
  await app.around.choose({ menu: 'tray', path: ['Quit'] }).catch(() => undefined);
  await app.ended();
  await using again = await app.reopened();
  expect(await addressIn(await again.main())).toBe(address);
});
