import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import type { Audit } from '../../app/audit/index.ts';
import { createHost } from '../../app/host.ts';
import type { Runtime } from '../../app/runtime.ts';
import { median, quantile } from './driver.ts';
import { entry, fill, type Row } from './history.ts';

const BROWSER = '/usr/bin/chromium';
const FIRST_PAINT_MS = 500;
const FRAME_MS = 50;
const TASK_MS = 100;
const A_SECOND = 200;

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly tid: number;
  readonly pid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/** The window over a long history, measured by Chromium's own trace: first paint, scrolling, and following along. */
export async function measureWindow(runtime: Runtime, folder: string, size: number): Promise<readonly Row[]> {
  if (!existsSync(BROWSER)) return [];
  const host = await createHost({ home: join(folder, 'window'), runtime, env: process.env, vault: 'memory' });
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await fill(host.parts.audit, size);
    await host.parts.audit.search({ limit: 1 });
    const { url } = await host.openWindow(0);
    const paints: number[] = [];
    for (let n = 0; n < 5; n++) paints.push(await firstPaint(browser, url));
    const paint = median(paints);
    const page = await browser.newPage({ viewport: { width: 1_400, height: 900 } });
    const cdp = await page.context().newCDPSession(page);
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(() => {
      location.hash = '#/history';
    });
    await page.locator('.scroller [id^="entry-"]').first().waitFor();
    const scrolled = await traced(page, cdp, () => scroll(page));
    await page.locator('.scroller').evaluate(box => box.scrollTo(0, 0));
    await page.mouse.move(5, 5);
    await sleep(500);
    const followed = await traced(page, cdp, () => stream(host.parts.audit));
    const shown = await page.locator('.scroller [id^="entry-"]').first().getAttribute('id');
    const behind = host.parts.audit.head().seq - Number(shown?.slice('entry-'.length));
    const count = size.toLocaleString('en');
    return [
      {
        figure: 'window: first paint after its page was answered',
        measured: `${paint.toFixed(0)} ms (${Math.min(...paints).toFixed(0)} to ${Math.max(...paints).toFixed(0)})`,
        target: `< ${FIRST_PAINT_MS} ms`,
        ok: paint < FIRST_PAINT_MS,
      },
      {
        figure: `window: longest piece of work in a frame, scrolling ${count} entries`,
        measured: `${scrolled.longest.toFixed(0)} ms; frames p99 ${scrolled.p99.toFixed(0)} ms`,
        target: `≤ ${FRAME_MS} ms`,
        ok: scrolled.longest <= FRAME_MS,
      },
      {
        figure: `window: longest task while ${A_SECOND} entries a second arrive`,
        measured: `${followed.longest.toFixed(0)} ms; ${behind} entries behind at the end`,
        target: `≤ ${TASK_MS} ms`,
        ok: followed.longest <= TASK_MS && behind < A_SECOND,
      },
    ];
  } finally {
    await browser.close();
    await host.stop();
  }
}

/** From the first byte of the page to the first thing on the screen, nothing cached. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1_400, height: 900 } });
  const cdp = await page.context().newCDPSession(page);
  const events = await trace(cdp, async () => {
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await sleep(300);
  });
  await page.close();
  const answered = events.find(event => event.name === 'ResourceReceiveResponse')?.ts ?? 0;
  const painted = events.find(event => event.name === 'firstContentfulPaint')?.ts ?? Number.POSITIVE_INFINITY;
  return (painted - answered) / 1_000;
}

/** By wheel, by long pulls at the scroll bar, and by jumps to anywhere. */
async function scroll(page: Page): Promise<void> {
  await page.locator('.scroller').hover();
  for (let n = 0; n < 60; n++) {
    await page.mouse.wheel(0, 400);
    await sleep(16);
  }
  await page.locator('.scroller').evaluate(async box => {
    const frame = (): Promise<unknown> => new Promise(resolve => requestAnimationFrame(resolve));
    for (let n = 0; n < 120; n++) {
      box.scrollTop += box.scrollHeight / 240;
      await frame();
    }
    for (let n = 0; n < 40; n++) {
      box.scrollTop = Math.random() * box.scrollHeight;
      await new Promise(resolve => setTimeout(resolve, 60));
    }
  });
}

async function stream(audit: Audit): Promise<void> {
  const STEP_MS = 50;
  const STEPS = 160;
  for (let n = 0; n < STEPS; n++) {
    for (let at = 0; at < (A_SECOND * STEP_MS) / 1_000; at++) audit.append(entry(n * 10 + at), 'soon');
    await sleep(STEP_MS);
  }
  await sleep(600);
}

/** The longest task of the page's main thread, and how far apart its frames were. */
async function traced(
  page: Page,
  cdp: CDPSession,
  work: () => Promise<void>,
): Promise<{ readonly longest: number; readonly p99: number }> {
  await page.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const look = (now: number): void => {
      gaps.push(now - last);
      last = now;
      if (gaps.length < 100_000) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { gaps });
  });
  const events = await trace(cdp, work);
  const gaps = await page.evaluate(() => (window as unknown as { gaps: number[] }).gaps.splice(0));
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const main = new Set(
    events.filter(event => event.name === 'thread_name' && event.args.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = events.filter(
    event => event.name === 'RunTask' && main.has(threadOf(event)) && event.dur !== undefined,
  );
  if (tasks.length === 0) throw new Error('The trace has no tasks of the page.');
  return { longest: Math.max(...tasks.map(({ dur = 0 }) => dur / 1_000)), p99: quantile(gaps.slice(5), 0.99) };
}

async function trace(cdp: CDPSession, work: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { readonly value: readonly object[] }): void => {
    events.push(...(value as readonly TraceEvent[]));
  };
  cdp.on('Tracing.dataCollected', collect);
  await cdp.send('Tracing.start', {
    traceConfig: {
      includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'loading', 'toplevel'],
    },
  });
  await work();
  const complete = new Promise(resolve => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await complete;
  cdp.off('Tracing.dataCollected', collect);
  return events;
}
