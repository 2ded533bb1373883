import { defineConfig } from '@playwright/test';
import type { WindowIs } from './e2e/desk.ts';
import { electronBinary } from './e2e/electron/binary.ts';
import type { Electron } from './e2e/electron/program.ts';

/** The window's own specs run twice: in a browser, and through the desktop app. With a real Electron they run there too. */
const WINDOW = 'e2e/*.spec.ts';
/** What stands around it. */
const AROUND = 'e2e/app/*.spec.ts';
const isReal = electronBinary(import.meta.dirname) !== undefined;

export default defineConfig<object, { readonly windowIs: WindowIs; readonly electron: Electron }>({
  testDir: '.',
  workers: 2,
  timeout: 60_000,
  reporter: 'list',
  projects: [
    { name: 'browser', testMatch: WINDOW, use: { windowIs: 'in a browser' } },
    { name: 'app', testMatch: [WINDOW, AROUND], use: { windowIs: 'of the app' } },
    {
      name: 'driven',
      testMatch: WINDOW,
      use: { windowIs: 'of the driven app' },
    },
    ...(isReal
      ? [
          {
            name: 'electron',
            testMatch: [WINDOW, AROUND],
            use: { windowIs: 'of the driven app', electron: 'real' } as const,
          },
        ]
      : []),
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
