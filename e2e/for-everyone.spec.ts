import type { Page } from '@playwright/test';
import { expect, setUpDesk, test } from './desk.ts';

/** By keyboard alone, by ear, on a small screen, in the dark. */
const desk = setUpDesk();
test.beforeAll(async () => {
  await desk.custom('echo', 'legacy');
  await desk.custom('a-name-as-long-as-names-can-be-1', 'legacy');
});

const PLACES = [
  '#/connections',
  '#/connections/custom/echo',
  '#/connections/custom/echo?part=settings',
  '#/connections/custom/echo?part=log',
  '#/approvals',
  '#/history',
  '#/history?entry=1',
  '#/assistants',
  '#/home',
  '#/settings',
  '#/doctor',
  '#/start',
  '#/start?step=sign-in&backend=dpod',
  '#/start?step=assistants&connection=custom%2Fecho',
];

const go = async (page: Page, place: string): Promise<void> => {
  await page.evaluate(to => {
    location.hash = to;
  }, place);
  await page.waitForTimeout(400);
};
/** A call that waits, so that its card can be looked at as well. */
const wait = async (): Promise<AsyncDisposable> => {
  const assistant = await desk.assistant('custom/echo');
  const answer = assistant.call('write', { line: 'x'.repeat(900) });
  await expect.poll(async () => (await desk.api('approvals.list', {})).length).toBe(1);
  return {
    async [Symbol.asyncDispose]() {
      const [waiting] = await desk.api('approvals.list', {});
      if (waiting !== undefined) await desk.api('approvals.deny', { id: waiting.id });
      await answer;
    },
  };
};

test('everything that can be used has a name and a role, and headings tell the page', async ({ page }) => {
  await using _waiting = await wait();
  await desk.open(page);
  for (const place of PLACES) {
    await go(page, place);
    expect(await page.evaluate(findFaults), place).toEqual([]);
  }
});

for (const scheme of ['light', 'dark'] as const) {
  test(`text can be read on its ground, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await using _waiting = await wait();
    await desk.open(page);
    const pale: Record<string, readonly string[]> = {};
    for (const place of PLACES) {
      await go(page, place);
      const found = await page.evaluate(findPaleText);
      if (found.length > 0) pale[place] = found;
    }
    expect(pale).toEqual({});
  });
}

test('nothing runs out of the window, at any width', async ({ page }) => {
  await using _waiting = await wait();
  await desk.open(page);
  const over: Record<string, number> = {};
  for (const place of PLACES) {
    await go(page, place);
    for (const width of [400, 480, 700, 900, 1_400]) {
      await page.setViewportSize({ width, height: 800 });
      let by = 0;
      // Charts are drawn anew a moment after the window's size has changed, on a busy machine a longer one.
      for (let tries = 0; tries === 0 || (by > 0 && tries < 20); tries++) {
        await page.waitForTimeout(150);
        by = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      }
      if (by > 0) over[`${place} at ${width}`] = by;
    }
  }
  expect(over).toEqual({});
});

test('by keyboard alone: about the window, add a connection, look at it, remove it', async ({ page }) => {
  await desk.open(page);
  // Where the window starts, the focus is the browser's.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
  const key = (name: string): Promise<void> => page.keyboard.press(name);
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses++) {
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute('aria-label') ?? at?.closest('label')?.textContent ?? at?.textContent ?? '';
      });
      if (name.test(here)) return;
      await key('Tab');
    }
    throw new Error(`Tab does not lead to ${name}`);
  };
  await key('Tab');
  await expect(page.getByRole('button', { name: 'Skip to the screen' })).toBeFocused();
  await key('Enter');
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeFocused();
  await tabTo(/^Add a connection/);
  await key('Enter');
  await expect(page.getByRole('heading', { name: 'Getting started' })).toBeFocused();
  await tabTo(/^Add a server of yours/);
  await key('Enter');
  await expect(page.getByRole('form')).toBeVisible();
  await tabTo(/^Back$/);
  await key('Enter');
  await tabTo(/^Connections$/);
  await key('Enter');
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeFocused();
  await tabTo(/^custom\/echo$/);
  await key('Enter');
  await expect(page.getByRole('heading', { name: 'custom/echo' })).toBeFocused();
  await tabTo(/^What assistants may do$/);
  await key('ArrowRight');
  await expect(page.getByRole('form', { name: 'Settings' })).toBeVisible();
  await tabTo(/^Remove this connection/);
  await key('Enter');
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await key('Enter');
  await expect(page.getByRole('button', { name: 'Remove this connection…' })).toBeFocused();
});

test('who moves to another screen goes on at its heading', async ({ page }) => {
  await desk.open(page);
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeFocused();
});

test('a waiting call is announced', async ({ page }) => {
  await desk.open(page, '#/history');
  await using _waiting = await wait();
  await expect(page.getByRole('status').filter({ hasText: '1 call waits for you' }).first()).toBeAttached();
});

/** Runs in the page. What an assistive program could not tell: things without a name, headings and ids in disorder. */
function findFaults(): string[] {
  const faults: string[] = [];
  const shown = (element: Element): boolean =>
    element.checkVisibility() && element.closest('[aria-hidden="true"]') === null;
  const nameOf = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    const labels =
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement
        ? [...(element.labels ?? [])]
        : [];
    return [
      element.getAttribute('aria-label') ?? '',
      ...(by ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? ''),
      ...labels.map(label => label.textContent ?? ''),
      element.matches('input, select, textarea') ? '' : (element.textContent ?? ''),
    ]
      .join(' ')
      .trim();
  };
  for (const element of document.querySelectorAll('button, a, input, select, textarea, [role], [tabindex="0"]')) {
    if (
      !shown(element) ||
      element.matches('[role="presentation"], [role="status"], [role="cell"], input[type="hidden"]')
    )
      continue;
    if (nameOf(element) === '') faults.push(`no name: ${element.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of new Set(ids)) if (ids.filter(one => one === id).length > 1) faults.push(`id twice: ${id}`);
  const levels = [...document.querySelectorAll('main h1, main h2, main h3, main h4')]
    .filter(shown)
    .map(one => Number(one.tagName[1]));
  levels.forEach((level, at) => {
    if (at > 0 && level > (levels[at - 1] ?? 0) + 1) faults.push(`heading h${level} after h${levels[at - 1]}`);
  });
  if ([...document.querySelectorAll('h1')].filter(shown).length !== 1) faults.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  if (document.documentElement.lang === '') faults.push('no language');
  return faults;
}

/** Runs in the page. Text that has less contrast with its ground than 4.5 : 1 (WCAG 2.2, 1.4.3). */
function findPaleText(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color: string): number[] => {
    if (canvas === null) return [0, 0, 0, 0];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top: number[], under: number[]): number[] => {
    const share = (top[3] ?? 255) / 255;
    return [0, 1, 2].map(at => (top[at] ?? 0) * share + (under[at] ?? 0) * (1 - share)).concat(255);
  };
  const groundOf = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255, 255];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 255 ? own : over(own, groundOf(element.parentElement));
  };
  const light = (color: number[]): number => {
    const [r = 0, g = 0, b = 0] = color.map(part => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pale = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const covered = document.querySelector('[role="dialog"]');
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (text === '' || element === null || !element.checkVisibility()) continue;
    if (covered !== null && !covered.contains(element)) continue;
    if (element.closest('[disabled], [data-disabled], .unseen, .skip, style, script') !== null) continue;
    const ground = groundOf(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)].sort((x, y) => y - x);
    const contrast = ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05);
    if (contrast < 4.5) pale.add(`${contrast.toFixed(2)} ${text.slice(0, 40)} (${element.className})`);
  }
  return [...pale];
}
