/**
 * Updates of the desktop app, over electron-updater: it looks, fetches, verifies and swaps; here is what a person sees and decides, and that nothing of ours
 * runs any more when the swap comes.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import { type ErrorCode, GatehouseError, type NoUpdates, type UpdateState } from '../contract/index.ts';

/** What of electron-updater is used. */
export type Updater = Pick<
  AppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'allowDowngrade'
  | 'checkForUpdates'
  | 'downloadUpdate'
  | 'quitAndInstall'
  | 'on'
>;

export interface UpdatesDeps {
  readonly updater?: Updater;
  readonly unsupported?: NoUpdates;
  /** Ends the host with all its children; resolves when nothing of ours runs any more. */
  readonly stopHost: () => Promise<void>;
  /** Starts the app anew when the swap failed after the host had ended. */
  readonly relaunch: () => void;
  /** The version to which the person said "not now". */
  readonly memory: { read(): string | undefined; write(version: string): void };
  readonly onChanged?: (state: UpdateState) => void;
  readonly now?: () => Date;
}

export interface Updates {
  state(): UpdateState;
  /** Looks for an update; while one is being fetched or waits to be installed, nothing happens. */
  check(): Promise<UpdateState>;
  download(): Promise<UpdateState>;
  /** Ends the host, then swaps and starts the new version. Only from `ready`. */
  install(): Promise<UpdateState>;
  /** This version is not brought up again by itself; the settings still show it. */
  notNow(): UpdateState;
}

export function createUpdates(deps: UpdatesDeps): Updates {
  const { updater, stopHost, relaunch, memory } = deps;
  const now = deps.now ?? (() => new Date());
  let state: UpdateState =
    updater === undefined ? { kind: 'unsupported', why: deps.unsupported ?? 'development' } : { kind: 'idle' };
  const become = (next: UpdateState): UpdateState => {
    state = next;
    deps.onChanged?.(state);
    return state;
  };
  const fail = (code: ErrorCode, error: unknown): UpdateState => {
    const { message, hint } = new GatehouseError(isRefused(error) ? 'GH_UPDATE_REFUSED' : code, firstLine(error));
    return become({ kind: 'failed', code: isRefused(error) ? 'GH_UPDATE_REFUSED' : code, message, hint });
  };
  const isPostponed = (version: string): boolean => memory.read() === version;

  if (updater !== undefined) {
    // A person decides when to fetch, and the host must have ended before anything is swapped.
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = false;
    updater.allowDowngrade = false;
    updater.on('download-progress', ({ percent }) => {
      if (state.kind === 'downloading') become({ ...state, percent: Math.floor(percent) });
    });
    // Also without a listener's interest: an `error` that nobody hears ends the process. What is asked for rejects by itself.
    updater.on('error', error => {
      if (state.kind !== 'installing') return;
      fail('GH_UPDATE_INSTALL', error);
      relaunch();
    });
  }

  return {
    state: () => state,

    async check() {
      if (updater === undefined || ['checking', 'downloading', 'ready', 'installing'].includes(state.kind))
        return state;
      become({ kind: 'checking' });
      try {
        const result = await updater.checkForUpdates();
        if (result === null || !result.isUpdateAvailable)
          return become({ kind: 'none', checkedAt: now().toISOString() });
        const { version } = result.updateInfo;
        return become({
          kind: 'available',
          version,
          notes: notesOf(result.updateInfo),
          postponed: isPostponed(version),
        });
      } catch (error) {
        return fail('GH_UPDATE_CHECK', error);
      }
    },

    async download() {
      if (updater === undefined || state.kind !== 'available') return state;
      const { version, notes } = state;
      become({ kind: 'downloading', version, notes, percent: 0 });
      try {
        await updater.downloadUpdate();
        return become({ kind: 'ready', version, notes, postponed: false });
      } catch (error) {
        return fail('GH_UPDATE_DOWNLOAD', error);
      }
    },

    async install() {
      if (updater === undefined || state.kind !== 'ready') return state;
      const { version, notes } = state;
      become({ kind: 'installing', version, notes });
      try {
        await stopHost();
      } catch (error) {
        // With children that still run nothing is swapped.
        return fail('GH_UPDATE_INSTALL', error);
      }
      try {
        updater.quitAndInstall(true, true);
      } catch (error) {
        fail('GH_UPDATE_INSTALL', error);
        relaunch();
      }
      return state;
    },

    notNow() {
      if (state.kind !== 'available' && state.kind !== 'ready') return state;
      memory.write(state.version);
      return become({ ...state, postponed: true });
    },
  };
}

/** Looks a little after the start and then a few times a day, until disposed of. */
export function keepLooking(updates: Pick<Updates, 'check'>, afterMs = 60_000, everyMs = 6 * 3_600_000): Disposable {
  const look = (): void => void updates.check();
  const first = setTimeout(look, afterMs);
  const others = setInterval(look, everyMs);
  return {
    [Symbol.dispose]() {
      clearTimeout(first);
      clearInterval(others);
    },
  };
}

export interface Installation {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly packaged: boolean;
  readonly resources: string;
}

/** Why this installation does not update itself; `undefined` where it does. */
export function whyNoUpdates({ platform, env, packaged, resources }: Installation): NoUpdates | undefined {
  if (!packaged) return 'development';
  if (platform === 'linux') {
    if (env.APPIMAGE === undefined) return 'package-manager';
    if (!isWritable(dirname(env.APPIMAGE))) return 'read-only';
  }
  // Unsigned packages are built without the file that says where updates come from (build/package.ts).
  return existsSync(join(resources, 'app-update.yml')) ? undefined : 'unsigned';
}

/** The updater of this system. Loads electron, so only in the packaged app. */
export async function loadUpdater(): Promise<Updater> {
  const { default: electronUpdater } = await import('electron-updater');
  return electronUpdater.autoUpdater;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A wrong hash, a wrong or missing signature: codes of electron-updater, and Squirrel.Mac's words, which has none. */
function isRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ERR_CHECKSUM_MISMATCH' ||
    code === 'ERR_UPDATER_INVALID_SIGNATURE' ||
    (error instanceof Error && /code signature .*did not pass validation/is.test(error.message))
  );
}

/** electron-updater puts whole answers of servers into its messages. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}

/** GitHub gives notes as HTML; they are shown as text. */
function notesOf({ releaseNotes }: UpdateInfo): string {
  const parts =
    typeof releaseNotes === 'string'
      ? [releaseNotes]
      : (releaseNotes ?? []).map(({ version, note }) => `${version}\n${note ?? ''}`);
  return parts.map(plain).join('\n\n').slice(0, 20_000);
}

function plain(html: string): string {
  const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", nbsp: ' ' };
  return html
    .replace(/<li[^>]*>/gi, '\n- ')
    .replace(/<br[^>]*>|<\/(?:p|h\d|ul|ol|div)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#39|\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
