import { expect, it } from 'vitest';
import { endInOrder } from './ending.ts';

type BeforeQuit = (event: { preventDefault(): void }) => void;

/** What Electron would do, done by hand; the specs in e2e/app see the whole. */
function app(openCalls: () => number) {
  const told: string[] = [];
  let [beforeQuit, shutdown]: [BeforeQuit, () => void] = [() => undefined, () => undefined];
  const { end } = endInOrder({
    app: { exit: code => void told.push(`exit ${code}`) },
    onBeforeQuit: listener => {
      beforeQuit = listener;
    },
    onShutdown: listener => {
      shutdown = listener;
    },
    host: { stop: async () => void told.push('host ended') },
    openCalls: async () => openCalls(),
    begin: () => void told.push('begin'),
    finish: () => void told.push('finish'),
    drainMs: 60_000,
  });
  const quit = (): boolean => {
    let prevented = false;
    beforeQuit({
      preventDefault() {
        prevented = true;
      },
    });
    return !prevented;
  };
  return { told, shutdown: () => shutdown(), end, quit };
}

it('a quit is held up until the host has ended', async () => {
  const { told, quit } = app(() => 0);
  expect(quit()).toBe(false);
  await expect.poll(() => told).toEqual(['begin', 'host ended', 'finish', 'exit 0']);
});

it('who asks twice does not want to wait for calls', async () => {
  const { told, quit } = app(() => 1);
  quit();
  quit();
  await expect.poll(() => told, { timeout: 3_000 }).toContain('exit 0');
});

it('an update that has waited for the end may quit the app itself', async () => {
  const { told, end, quit } = app(() => 0);
  await end();
  expect(quit()).toBe(true);
  expect(told).toEqual(['begin', 'host ended', 'finish']);
});

it('when the system shuts down nothing is held up', () => {
  const { told, shutdown, quit } = app(() => 1);
  shutdown();
  expect(quit()).toBe(true);
  expect(told).toEqual(['begin', 'host ended']);
});
