import { defineConfig } from '@playwright/test';
import type { Electron, WindowIs } from './e2e/desk.ts';
import { electronBinary } from './e2e/electron/binary.ts';

/** The window's own specs run twice: in a browser, and through the desktop app. With a real Electron they run there too. */
const WINDOW = 'e2e/*.spec.ts';
const isReal = electronBinary(import.meta.dirname) !== undefined;

export default defineConfig<object, { readonly windowIs: WindowIs; readonly electron: Electron }>({
  testDir: '.',
  workers: 2,
  timeout: 60_000,
  reporter: 'list',
  projects: [
    { name: 'browser', testMatch: WINDOW, use: { windowIs: 'in a browser' } },
    { name: 'app', testMatch: [WINDOW, 'e2e/app/*.spec.ts'], use: { windowIs: 'of the app' } },
    ...(isReal
      ? [{ name: 'electron', testMatch: WINDOW, use: { windowIs: 'of the app', electron: 'real' } as const }]
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
