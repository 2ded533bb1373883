import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { AXE_TAGS, expect, setUpDesk, test } from './desk.ts';

/** Every screen in both themes: what axe finds (nothing may be), and pictures for people to look at. */
const desk = setUpDesk({
  prepare(folder) {
    mkdirSync(join(folder, '.cursor'), { recursive: true });
    mkdirSync(join(folder, '.gemini'), { recursive: true });
  },
});
const PICTURES = join(import.meta.dirname, '..', 'test-results', 'screens');
const PLACES: Readonly<Record<string, string>> = {
  home: '#/home',
  connections: '#/connections',
  connection: '#/connections/dpod/demo',
  'connection-settings': '#/connections/dpod/demo?part=settings',
  'connection-log': '#/connections/dpod/demo?part=log',
  approvals: '#/approvals',
  history: '#/history',
  'history-charts': '#/history?view=charts',
  'history-found': '#/history?kind=outcome&time=day',
  'history-entry': '#/history?entry=1',
  assistants: '#/assistants',
  settings: '#/settings',
  doctor: '#/doctor',
  popover: '#/popover',
  start: '#/start',
  'start-sign-in': '#/start?step=sign-in&backend=dpod',
  'start-check': '#/start?step=check&connection=dpod%2Fdemo',
  'start-assistants': '#/start?step=assistants&connection=dpod%2Fdemo&client=cursor',
  'start-done': '#/start?step=done&connection=dpod%2Fdemo',
};

test.beforeAll(async () => {
  await desk.api('connections.demo', { backend: 'dpod' });
  await desk.api('connections.test', { id: 'dpod/demo' });
  await desk.custom('echo', 'legacy');
  await desk.api('connections.classify', { id: 'custom/echo', tool: 'ask', effect: 'read' });
  await desk.custom('dead', 'dead').catch(() => undefined);
  const assistant = await desk.assistant('dpod/demo');
  for (const [tool, args] of [
    ['manage_services', { action: 'list_services' }],
    ['manage_tenants', { action: 'list_tenants' }],
    ['manage_services', { action: 'get_service_instance', service_id: 'nothing-of-the-kind' }],
    ['manage_users', { action: 'list_users' }],
  ] as const)
    await assistant.call(tool, args);
});

const go = async (page: Page, place: string): Promise<void> => {
  await page.evaluate(to => {
    location.hash = to;
  }, place);
  await page.waitForTimeout(350);
};

for (const scheme of ['light', 'dark'] as const) {
  test(`every screen is without fault for axe, ${scheme}; its picture is kept`, async ({ page, windowIs }) => {
    test.skip(windowIs !== 'in a browser' && scheme === 'dark', 'the page is the same; once is enough');
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const assistant = await desk.assistant('custom/echo');
    const answer = assistant.call('write', { line: 'a line that is written when a person allows it' });
    const asked = assistant.call('ask', { about: 'the picture' });
    await expect.poll(async () => (await desk.api('approvals.list', {})).length).toBe(1);
    await expect.poll(async () => (await desk.api('questions.list', {})).length).toBe(1);
    await desk.open(page, '#/home');
    const faults: Record<string, unknown> = {};
    for (const [name, place] of Object.entries(PLACES)) {
      await page.setViewportSize({ width: 900, height: 800 });
      await go(page, place);
      const picture = (width: number): string => join(PICTURES, `${name}-${width}-${scheme}.png`);
      await page.screenshot({ path: picture(900), fullPage: true });
      await page.setViewportSize({ width: 1_400, height: 900 });
      await page.screenshot({ path: picture(1_400), fullPage: true });
      const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
      if (violations.length > 0)
        faults[name] = violations.map(({ id, nodes }) => ({
          id,
          nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`),
        }));
    }
    const [waiting] = await desk.api('approvals.list', {});
    if (waiting !== undefined) await desk.api('approvals.deny', { id: waiting.id });
    const [question] = await desk.api('questions.list', {});
    if (question !== undefined) await desk.api('questions.answer', { id: question.id, action: 'decline' });
    await answer;
    await asked;
    expect(faults).toEqual({});
  });
}
