import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { expect } from '@playwright/test';
import { windowProcedures } from '../../app/contract/index.ts';
import { channelOf, LISTEN } from '../../app/electron/channels.ts';
import { ask, onlyOnStandIn, test } from './desktop.ts';

test.describe('the options of windows', () => {
  onlyOnStandIn('Electron does not tell the options that a window was made with');

  test('[sandboxed-window] [context-isolation] every window is sandboxed, without Node, with one preload script', async ({
    desktop,
  }) => {
    await using app = await desktop();
    await app.main();
    await app.around.clickTray({});
    const assistant = await app.assistant(await app.custom('echo', 'legacy'));
    const answer = assistant.call('write', { line: 'x' });
    await app.says('1 call waits');
    await app.around.clickTray({});
    await app.popover();
    const made = (await app.see()).windows.map(({ madeWith }) => madeWith);
    expect(made).toHaveLength(2);
    expect(made[1]).toMatchObject({ frame: false, skipTaskbar: true, alwaysOnTop: true });
    for (const options of made) {
      const { webPreferences } = options as { readonly webPreferences: Readonly<Record<string, unknown>> };
      expect(webPreferences).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
      });
      expect(String(webPreferences.preload)).toMatch(/dist\/preload\.cjs$/);
      expect(existsSync(String(webPreferences.preload))).toBe(true);
      // Everything that could be switched on is named above: a new one is looked at here first.
      expect(Object.keys(webPreferences)).toHaveLength(14);
    }
    await app.around.notification({ title: 'wants', button: 1 });
    await answer;
  });

  test('[sandboxed-window] an installed app has no developer tools', async ({ desktop }) => {
    await using app = await desktop({ packaged: true });
    await app.main();
    expect((await app.see()).windows[0]?.madeWith).toMatchObject({ webPreferences: { devTools: false } });
  });
});

test('[context-isolation] the page sees one object of the app, which it cannot change, and nothing of Electron', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  const seen = await main.evaluate(() => {
    const door = (window as unknown as { readonly gatehouse: { call: Record<string, unknown> } }).gatehouse;
    const names = ['require', 'module', 'process', 'global', 'Buffer', 'ipcRenderer', 'electron', '__standIn'];
    const status = door.call.status;
    try {
      door.call.status = () => 'mine';
    } catch {
      // It is frozen, as it should be.
    }
    const changed = door.call.status !== status;
    return { there: names.filter(name => name in window), changed, keys: Object.keys(door) };
  });
  expect(seen).toEqual({ there: [], changed: false, keys: ['call', 'listen'] });
});

test('[csp] the page’s rules allow its own files and one nonce, and Chromium holds to them', async ({ desktop }) => {
  const rules: string[] = [];
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  main.on('response', response => {
    if (response.request().isNavigationRequest()) rules.push(response.headers()['content-security-policy'] ?? '');
  });
  await main.reload();
  await expect.poll(() => rules.length).toBe(1);
  expect(rules[0]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{20,}'; /);
  expect(rules[0]).not.toContain('unsafe');
  await main.reload();
  await expect.poll(() => rules.length).toBe(2);
  expect(rules[1]).not.toBe(rules[0]);
  const broken = await main.evaluate(async () => {
    const told: string[] = [];
    document.addEventListener('securitypolicyviolation', event => told.push(event.violatedDirective));
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    await fetch('https://example.com/').catch(() => undefined);
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    await new Promise(resolve => setTimeout(resolve, 300));
    return { told, ran: 'ran' in window };
  });
  expect(broken.ran).toBe(false);
  expect(broken.told.sort()).toEqual(['connect-src', 'frame-src', 'script-src-elem']);
});

test('[app-protocol] the scheme gives the window’s files and nothing else, and has no right it does not need', async ({
  desktop,
}) => {
  await using app = await desktop({ args: ['--hidden'] });
  const get = (path: string, method = 'GET') => app.around.request({ address: `app://gatehouse${path}`, method });
  expect(await get('/index.html')).toMatchObject({ status: 200 });
  expect((await get('/index.html')).headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  for (const path of [
    '/../main.js',
    '/assets/../../main.js',
    '/..%2fmain.js',
    '/%2e%2e/main.js',
    '/..%5cmain.js',
    '/etc/passwd',
    '/assets',
    '/index.html%00.js',
    '/%E0%A4%A',
  ])
    expect(
      await get(path).then(
        ({ status }) => status,
        () => 'refused',
      ),
      path,
    ).not.toBe(200);
  expect((await get('/index.html', 'POST')).status).toBe(404);
  expect((await app.around.request({ address: 'app://elsewhere/index.html', method: 'GET' })).status).toBe(404);
  expect((await app.see()).schemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
});

test('[navigation-denied] no page leads the window elsewhere', async ({ desktop }) => {
  await using app = await desktop();
  const main = await app.main();
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
  for (const address of [
    'https://example.com/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'https://gatehouse.evil/',
  ]) {
    await main
      .evaluate(to => {
        location.href = to;
      }, address)
      .catch(() => undefined);
    await main.waitForTimeout(200);
    expect(main.url().startsWith(app.origin)).toBe(true);
  }
  expect((await app.see()).opened).toEqual([]);
  await expect(main.getByRole('heading', { name: 'Getting started' })).toBeVisible();
});

test('[navigation-denied] nothing is downloaded but what the page itself made', async ({ desktop }) => {
  await using app = await desktop({ args: ['--hidden'] });
  for (const [address, allowed] of [
    ['blob:app://gatehouse/0b5c', true],
    ['blob:https://example.com/0b5c', false],
    ['https://example.com/setup.exe', false],
    ['app://gatehouse/index.html', false],
    ['data:text/plain,x', false],
  ] as const)
    expect(await app.around.download({ address }), address).toBe(allowed);
});

test('[new-windows-denied] no page opens a window of its own', async ({ desktop }) => {
  await using app = await desktop();
  const main = await app.main();
  await main.evaluate(() => {
    window.open('https://example.com/');
    window.open('app://gatehouse/index.html');
  });
  await main.waitForTimeout(200);
  const { windows, opened } = await app.see();
  expect(windows).toHaveLength(1);
  expect(opened).toEqual([]);
  expect(main.context().pages()).toHaveLength(1);
});

test('[permissions-denied] a page is granted nothing but to write to the clipboard', async ({ desktop }) => {
  await using app = await desktop();
  await app.main();
  const window = (await app.see()).windows[0]?.window ?? 0;
  const granted: string[] = [];
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'hid',
    'serial',
    'usb',
    'clipboard-read',
    'clipboard-sanitized-write',
    'display-capture',
    'idle-detection',
    'storage-access',
    'window-management',
    'fileSystem',
    'keyboardLock',
    'speaker-selection',
  ]) {
    const { request, check } = await app.around.permission({ window, permission });
    if (request || check) granted.push(permission);
  }
  expect(granted).toEqual(['clipboard-sanitized-write']);
});

test('[open-external] what leads out is opened by the system only where it is on the list', async ({ desktop }) => {
  await using app = await desktop();
  const main = await app.main();
  const good = [
    'https://status.dpondemand.io/',
    'cursor://anysphere.cursor-deeplink/mcp/install?name=x',
    'vscode:mcp/install?%7B%7D',
  ];
  // What is no address at all is refused by the page itself.
  for (const address of [
    ...good,
    'http://status.dpondemand.io/',
    'https://status.dpondemand.io.evil.example/',
    'https://user:password@status.dpondemand.io/',
    'https://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'smb://server/share',
    'not an address',
  ])
    await main.evaluate(to => void window.open(to), address).catch(() => undefined);
  await expect.poll(async () => (await app.see()).opened).toEqual(good);
});

test('[preload-api] one function for each procedure of the contract, and one line for each; nothing general', async ({
  desktop,
}) => {
  await using app = await desktop();
  const main = await app.main();
  const names = await main.evaluate(() => {
    const door = (window as unknown as { readonly gatehouse: { readonly call: object } }).gatehouse;
    return Object.entries(door.call).map(([name, one]) => [name, typeof one]);
  });
  expect(names).toEqual(Object.keys(windowProcedures).map(name => [name, 'function']));
  const { lines } = await app.see();
  expect(Object.keys(lines).sort()).toEqual([...Object.keys(windowProcedures).map(channelOf), LISTEN].sort());
  expect(await ask(main, 'status', {})).toMatchObject({ electron: true, pid: app.pid, window: true });
});

test('[ipc-wrapper] a line is answered to the main frame of our windows only, with what the contract allows', async ({
  desktop,
}) => {
  await using app = await desktop();
  await app.main();
  const window = (await app.see()).windows[0]?.window ?? 0;
  const ours = { url: 'app://gatehouse/index.html', main: true };
  const say = (frame: { url: string; main: boolean }, ...args: readonly unknown[]) =>
    app.around.invoke({ window, frame, channel: channelOf('connections.test'), args });
  const code = async (answer: Promise<unknown>) =>
    ((await answer) as { readonly error?: { readonly code: string } }).error?.code;
  const id = randomUUID();
  expect(await code(say(ours, { id }))).toBe('GH_NOT_FOUND');
  for (const frame of [
    { url: 'https://example.com/', main: true },
    { url: 'app://elsewhere/index.html', main: true },
    { url: 'app://gatehouse.example/index.html', main: true },
    { url: 'file:///index.html', main: true },
    { url: 'about:blank', main: true },
    { ...ours, main: false },
  ])
    expect(await code(say(frame, { id })), frame.url).toBe('GH_USAGE');
  expect(await code(say(ours, { id, more: 1 }))).toBe('GH_INVALID_INPUT');
  expect(await code(say(ours, { id: 7 }))).toBe('GH_INVALID_INPUT');
  expect(await code(say(ours, { id }, { id }))).toBe('GH_INVALID_INPUT');
  expect(await code(say(ours))).toBe('GH_INVALID_INPUT');
  expect(await code(say(ours, 'id'))).toBe('GH_INVALID_INPUT');
});
