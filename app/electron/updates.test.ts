/** electron-updater’s own classes against a real feed on this machine; only what starts a program is replaced. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureRequestOptions, configureRequestUrl, type DownloadOptions, HttpExecutor } from 'builder-util-runtime';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UpdateState } from '../contract/index.ts';
import { createUpdates, keepLooking, type Updater, whyNoUpdates } from './updates.ts';

const NEW = '0.2.0';
const UUID_EARLY = '00000000-0000-5000-8000-000000000000';
const UUID_LATE = '00000000-0000-5000-8000-0000ffffffff';

let folder: string;
let server: Server;
let feed: Map<string, Buffer>;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-updates-'));
  feed = new Map();
  server = createServer((request, response) => {
    const body = feed.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('APPIMAGE', join(folder, 'gatehouse.AppImage'));
  writeFileSync(join(folder, 'gatehouse.AppImage'), 'the old version');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

interface Release {
  readonly bytes?: string;
  readonly promised?: string;
  readonly staging?: string;
  readonly notes?: string;
  readonly version?: string;
}

/** Puts a version into the feed as `latest-linux.yml` and `latest.yml` do. `bytes`: what is served; `promised`: what the hash is of. */
function publish(release: Release = {}): void {
  const { bytes = '#!/bin/sh\nexit 0\n', staging = '', notes = '', version = NEW } = release;
  const promised = release.promised ?? bytes;
  const sha512 = createHash('sha512').update(promised).digest('base64');
  for (const [list, file] of [
    ['/latest-linux.yml', `gatehouse-${version}.AppImage`],
    ['/latest.yml', `gatehouse-${version}.exe`],
  ] as const) {
    const about = `files:\n  - url: ${file}\n    sha512: ${sha512}\n    size: ${Buffer.byteLength(bytes)}\npath: ${file}\nsha512: ${sha512}`;
    feed.set(
      list,
      Buffer.from(
        `version: ${version}\n${about}\nreleaseDate: '2026-11-21T00:00:00.000Z'\n${staging === '' ? '' : `stagingPercentage: ${staging}\n`}releaseNotes: ${JSON.stringify(notes)}\n`,
      ),
    );
    feed.set(`/${file}`, Buffer.from(bytes));
  }
}

/** In place of Electron's network stack: what electron-updater does over it, over Node's. */
class NodeExecutor extends HttpExecutor<ClientRequest> {
  createRequest(options: object, callback: (response: unknown) => void): ClientRequest {
    return request(options, callback);
  }
  download(from: URL, destination: string, options: DownloadOptions): Promise<string> {
    return options.cancellationToken.createPromise((resolve, reject, onCancel) => {
      const asked = { headers: options.headers ?? {} };
      configureRequestUrl(from, asked);
      configureRequestOptions(asked);
      const callback = (error: Error | null): void => (error instanceof Error ? reject(error) : resolve(destination));
      this.doDownload(asked, { destination, options, onCancel, callback, responseHandler: null }, 0);
    });
  }
}

type AppAdapter = NonNullable<ConstructorParameters<typeof electronUpdater.NsisUpdater>[1]>;

/** The real updater of a system, with this process in place of Electron's. */
function updaterOf<U extends AppUpdater>(make: (adapter: AppAdapter) => U, platform: string, publisherName?: string) {
  const config = join(folder, 'app-update.yml');
  writeFileSync(
    config,
    `provider: generic\nurl: ${url}\nupdaterCacheDirName: gatehouse-updater\n${publisherName === undefined ? '' : `publisherName: ${publisherName}\n`}`,
  );
  const quit = vi.fn();
  const adapter = {
    version: '0.1.0',
    name: 'gatehouse',
    isPackaged: true,
    appUpdateConfigPath: config,
    userDataPath: join(folder, 'data'),
    baseCachePath: join(folder, 'cache'),
    whenReady: () => Promise.resolve(),
    relaunch: () => undefined,
    quit,
    onQuit: () => undefined,
  };
  const updater = make(adapter);
  updater.logger = null;
  Object.assign(updater, {
    httpExecutor: new NodeExecutor(),
    _testOnlyOptions: { platform },
  });
  updater.disableDifferentialDownload = true;
  return { updater, quit };
}

const appImage = () => updaterOf(adapter => new electronUpdater.AppImageUpdater(undefined, adapter), 'linux');
const nsis = (publisher: string) =>
  updaterOf(adapter => new electronUpdater.NsisUpdater(undefined, adapter), 'win32', publisher);

function updatesOver(updater: Updater, more: Partial<Parameters<typeof createUpdates>[0]> = {}) {
  const states: UpdateState[] = [];
  let remembered: string | undefined;
  const stopHost = vi.fn(() => Promise.resolve());
  const relaunch = vi.fn();
  const updates = createUpdates({
    updater,
    stopHost,
    relaunch,
    memory: {
      read: () => remembered,
      write: version => {
        remembered = version;
      },
    },
    onChanged: state => void states.push(state),
    now: () => new Date('2026-11-21T12:00:00Z'),
    ...more,
  });
  return { updates, states, stopHost, relaunch };
}

test('[updates] a new version is found, fetched when the person says so, and then ready', async () => {
  publish({ notes: 'Faster.' });
  const { updates, states } = updatesOver(appImage().updater);
  expect(updates.state()).toEqual({ kind: 'idle' });
  expect(await updates.check()).toEqual({ kind: 'available', version: NEW, notes: 'Faster.', postponed: false });
  expect(existsSync(join(folder, 'cache')), 'nothing is fetched unasked').toBe(false);
  expect(await updates.download()).toMatchObject({ kind: 'ready', version: NEW });
  expect(states.map(({ kind }) => kind).filter((kind, at, all) => kind !== all[at - 1])).toEqual([
    'checking',
    'available',
    'downloading',
    'ready',
  ]);
  expect(readdirSync(join(folder, 'cache', 'gatehouse-updater', 'pending'))).toContain(`gatehouse-${NEW}.AppImage`);
  expect(await updates.check(), 'what is fetched is not looked for again').toMatchObject({ kind: 'ready' });
});

test('[updates] the version at hand and older ones are no update', async () => {
  for (const version of ['0.1.0', '0.0.9']) {
    publish({ version });
    const { updates } = updatesOver(appImage().updater);
    expect(await updates.check()).toEqual({ kind: 'none', checkedAt: '2026-11-21T12:00:00.000Z' });
    expect(await updates.download()).toMatchObject({ kind: 'none' });
  }
});

test('[updates] a feed that cannot be reached or read is said as such, with a code and a next step, and can be asked again', async () => {
  const { updates } = updatesOver(appImage().updater);
  expect(await updates.check()).toMatchObject({
    kind: 'failed',
    code: 'GH_UPDATE_CHECK',
    hint: expect.stringContaining('later'),
  });
  feed.set('/latest-linux.yml', Buffer.from('nonsense: ['));
  expect(await updates.check()).toMatchObject({ kind: 'failed', code: 'GH_UPDATE_CHECK' });
  publish();
  expect(await updates.check()).toMatchObject({ kind: 'available' });
});

test('[staged-rollout] who is beyond the percentage of a staged roll-out has no update, who is within has', async () => {
  publish({ staging: '10' });
  mkdirSync(join(folder, 'data'));
  for (const [id, kind] of [
    [UUID_LATE, 'none'],
    [UUID_EARLY, 'available'],
  ] as const) {
    writeFileSync(join(folder, 'data', '.updaterId'), id);
    const { updates } = updatesOver(appImage().updater);
    expect((await updates.check()).kind, id).toBe(kind);
  }
  publish({ staging: '100' });
  writeFileSync(join(folder, 'data', '.updaterId'), '00000000-0000-5000-8000-0000fffffff0');
  expect((await updatesOver(appImage().updater).updates.check()).kind).toBe('available');
});

test('[update-signature] a file that is not the published one is refused and thrown away, and nothing can be installed', async () => {
  publish({ bytes: 'something evil', promised: 'something good' });
  const { updater, quit } = appImage();
  const { updates, stopHost } = updatesOver(updater);
  await updates.check();
  expect(await updates.download()).toMatchObject({ kind: 'failed', code: 'GH_UPDATE_REFUSED' });
  expect(await updates.install()).toMatchObject({ kind: 'failed' });
  expect(stopHost).not.toHaveBeenCalled();
  expect(quit).not.toHaveBeenCalled();
  const pending = join(folder, 'cache', 'gatehouse-updater', 'pending');
  expect(existsSync(pending) ? readdirSync(pending).filter(name => name.endsWith('.AppImage')) : []).toEqual([]);
  expect(readFileSync(join(folder, 'gatehouse.AppImage'), 'utf8')).toBe('the old version');
});

test('[update-signature] on Windows an installer of another publisher is refused although its hash is right', async () => {
  publish();
  const { updater } = nsis('Gatehouse GmbH');
  const asked: unknown[] = [];
  updater.verifyUpdateCodeSignature = (publishers, file) => {
    asked.push([publishers, existsSync(file)]);
    return Promise.resolve('signed by somebody else');
  };
  const { updates } = updatesOver(updater);
  await updates.check();
  expect(await updates.download()).toMatchObject({
    kind: 'failed',
    code: 'GH_UPDATE_REFUSED',
    message: expect.stringContaining('not signed by the application owner'),
  });
  expect(asked).toEqual([[['Gatehouse GmbH'], true]]);
});

test('[release-notes] notes come as plain text: markup of a page is no markup here', async () => {
  publish({
    notes:
      '<h2>News</h2><ul><li>One &amp; two</li><li><a href="https://x.test">three</a></li></ul><script>alert(1)</script>',
  });
  const { updates } = updatesOver(appImage().updater);
  const state = await updates.check();
  expect(state).toMatchObject({ notes: 'News\n\n- One & two\n- three\nalert(1)' });
});

test('[not-now] a version that was put off is not brought up again, is still offered where one looks, and a newer one is', async () => {
  publish();
  const { updater } = appImage();
  const { updates } = updatesOver(updater);
  await updates.check();
  expect(updates.notNow()).toMatchObject({ kind: 'available', postponed: true });
  expect(await updates.check()).toMatchObject({ kind: 'available', version: NEW, postponed: true });
  publish({ version: '0.3.0' });
  expect(await updates.check()).toMatchObject({ kind: 'available', version: '0.3.0', postponed: false });
});

test('[children-before-swap] the host has ended with its children before a byte of the app is exchanged', async () => {
  // What is installed says where its host stands when it is started in place of the old one.
  publish({ bytes: `#!/bin/sh\ncat "${join(folder, 'host')}" > "${join(folder, 'seen')}"\n` });
  writeFileSync(join(folder, 'host'), 'running');
  const { updater } = appImage();
  const image = join(folder, 'gatehouse.AppImage');
  const { updates, states, relaunch } = updatesOver(updater, {
    async stopHost() {
      expect(readFileSync(image, 'utf8')).toBe('the old version');
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(readFileSync(image, 'utf8')).toBe('the old version');
      writeFileSync(join(folder, 'host'), 'ended');
    },
  });
  await updates.check();
  await updates.download();
  // The last step asks Electron to quit, which is not here; all before it is real.
  Object.assign(updater, { quitAndInstall: (silent: boolean, again: boolean) => updater.install(silent, again) });
  await updates.install();
  await vi.waitFor(() => expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('ended'));
  expect(states.at(-1)?.kind).toBe('installing');
  expect(relaunch).not.toHaveBeenCalled();
  expect(readFileSync(image, 'utf8')).toContain('#!/bin/sh');
});

test('[children-before-swap] with a host that does not end nothing is exchanged; a swap that fails starts the app as it was', async () => {
  publish();
  const first = appImage().updater;
  const stuck = updatesOver(first, { stopHost: () => Promise.reject(new Error('a child still runs')) });
  await stuck.updates.check();
  await stuck.updates.download();
  const swap = vi.spyOn(first, 'quitAndInstall');
  expect(await stuck.updates.install()).toMatchObject({
    kind: 'failed',
    code: 'GH_UPDATE_INSTALL',
    message: 'a child still runs',
  });
  expect(swap).not.toHaveBeenCalled();

  const { updates, relaunch } = updatesOver(appImage().updater);
  await updates.check();
  await updates.download();
  rmSync(join(folder, 'gatehouse.AppImage'));
  expect(await updates.install()).toMatchObject({ kind: 'failed', code: 'GH_UPDATE_INSTALL' });
  expect(relaunch).toHaveBeenCalledOnce();
});

test('[no-updater] where the app does not update itself it says why, and no button does anything', async () => {
  const packaged = { packaged: true, resources: folder } as const;
  writeFileSync(join(folder, 'app-update.yml'), '');
  const appImage = { APPIMAGE: join(folder, 'gatehouse.AppImage') };
  expect(whyNoUpdates({ ...packaged, platform: 'linux', env: {} })).toBe('package-manager');
  expect(whyNoUpdates({ ...packaged, platform: 'linux', env: appImage })).toBeUndefined();
  expect(whyNoUpdates({ ...packaged, platform: 'linux', env: { APPIMAGE: join(folder, 'gone', 'x.AppImage') } })).toBe(
    'read-only',
  );
  expect(whyNoUpdates({ ...packaged, platform: 'win32', env: {} })).toBeUndefined();
  expect(whyNoUpdates({ ...packaged, packaged: false, platform: 'darwin', env: {} })).toBe('development');
  rmSync(join(folder, 'app-update.yml'));
  for (const platform of ['win32', 'darwin'] as const)
    expect(whyNoUpdates({ ...packaged, platform, env: {} })).toBe('unsigned');

  const updates = createUpdates({
    unsupported: 'package-manager',
    stopHost: () => Promise.reject(new Error('not to be called')),
    relaunch: () => undefined,
    memory: { read: () => undefined, write: () => undefined },
  });
  const said = { kind: 'unsupported', why: 'package-manager' };
  expect(updates.state()).toEqual(said);
  expect([await updates.check(), await updates.download(), await updates.install(), updates.notNow()]).toEqual([
    said,
    said,
    said,
    said,
  ]);
});

test('[updates] it looks by itself after the start and then a few times a day, until it is told to stop', async () => {
  vi.useFakeTimers();
  try {
    const check = vi.fn(() => Promise.resolve({ kind: 'idle' } as const));
    const looking = keepLooking({ check });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(check).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(check).toHaveBeenCalledTimes(5);
    looking[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(check).toHaveBeenCalledTimes(5);
  } finally {
    vi.useRealTimers();
  }
});
