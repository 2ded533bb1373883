import { defineConfig } from '@playwright/test';
import type { WindowIs } from './e2e/desk.ts';

/** The window's own specs run twice: in a browser, and through the desktop app. */
const WINDOW = 'e2e/*.spec.ts';

export default defineConfig<object, { readonly windowIs: WindowIs }>({
  testDir: '.',
  workers: 2,
  timeout: 60_000,
  reporter: 'list',
  projects: [
    { name: 'browser', testMatch: WINDOW, use: { windowIs: 'in a browser' } },
    { name: 'app', testMatch: [WINDOW, 'e2e/app/*.spec.ts'], use: { windowIs: 'of the app' } },
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
