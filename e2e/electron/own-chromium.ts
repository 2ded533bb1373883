import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BrowserContext } from '@playwright/test';
import { createPages } from './pages.ts';
import type { ForBrowser, ForPages } from './wire.ts';

/**
 * A Chromium that belongs to the stand-in, as Electron's belongs to Electron: whoever drives the app finds its windows there. Says where on stderr, in
 * Chromium's own words ("DevTools listening on …").
 */
export function ownChromium(app: ForPages): ForBrowser {
  // In the folder of the specs, which is removed with all that is in it.
  const profile = mkdtempSync(join(process.cwd(), 'chromium-'));
  const child = spawn(
    '/usr/bin/chromium',
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      ...['--no-first-run', '--no-startup-window', '--remote-debugging-port=0', `--user-data-dir=${profile}`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.on('exit', () => child.kill('SIGKILL'));
  const address = new Promise<string>(resolve => {
    createInterface({ input: child.stderr }).on('line', line => {
      const [, found] = /^DevTools listening on (ws:.*)$/.exec(line) ?? [];
      if (found === undefined) return;
      process.stderr.write(`${line}\n`);
      resolve(found);
    });
  });
  // With the first window: loading Playwright takes as long as the rest of the start.
  let context: Promise<BrowserContext> | undefined;
  return createPages(app, async size => {
    context ??= address.then(connect);
    const page = await (await context).newPage();
    // A size of the window: emulating one is for who drives the app.
    const devTools = await page.context().newCDPSession(page);
    const { windowId } = await devTools.send('Browser.getWindowForTarget');
    await devTools.send('Browser.setContentsSize', { windowId, ...size });
    await devTools.detach();
    return page;
  });
}

async function connect(address: string): Promise<BrowserContext> {
  const { chromium } = await import('@playwright/test');
  // Who drives the app has its own wishes for downloads, sizes and colours.
  const [context] = (await chromium.connectOverCDP(address, { noDefaults: true })).contexts();
  if (context === undefined) throw new Error('Chromium has no context for windows.');
  return context;
}
