import { defineConfig } from '@playwright/test';
import type { WindowIs } from './e2e/desk.ts';
import { electronBinary } from './e2e/electron/binary.ts';
import type { Electron } from './e2e/electron/program.ts';

/**
 * The window's own specs run twice: in a browser, and in the desktop app with what stands around the window. That app is driven as
 * Playwright drives any Electron, here over the stand-in; with a real Electron all of it runs there too.
 */
const WINDOW = 'e2e/*.spec.ts';
const AROUND = 'e2e/app/*.spec.ts';
/** What only a real Electron can show; where there is none, these say so. */
const REAL = 'e2e/electron/*.spec.ts';
const isReal = electronBinary(import.meta.dirname) !== undefined;

export default defineConfig<object, { readonly windowIs: WindowIs; readonly electron: Electron }>({
  testDir: '.',
  workers: 2,
  timeout: 60_000,
  // Real browsers on a busy machine; what needed it is named as flaky at the end.
  retries: 1,
  // `npm test` counts by the JSON.
  reporter: [
    ['list'],
    ['./e2e/skipped.ts'],
    ...('PLAYWRIGHT_JSON_OUTPUT_NAME' in process.env ? [['json'] as const] : []),
  ],
  projects: [
    { name: 'browser', testMatch: WINDOW, use: { windowIs: 'in a browser' } },
    { name: 'app', testMatch: [WINDOW, AROUND], use: { windowIs: 'of the app' } },
    {
      name: 'electron',
      testMatch: isReal ? [REAL, WINDOW, AROUND] : REAL,
      use: { windowIs: 'of the app', electron: 'real' },
    },
  ],
  use: {
    browserName: 'chromium',
    actionTimeout: 10_000,
    viewport: { width: 1_100, height: 800 },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
