import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';
import { GatehouseError } from '../contract/index.ts';

/** Whether the app starts, hidden, when the person logs in. */
export interface AtLogin {
  get(): boolean;
  set(on: boolean): void;
}

/**
 * macOS and Windows keep it themselves; on Linux it is a file in the desktop's autostart folder. `launcher`: the program to
 * start, a path that an update does not change.
 */
export function atLogin(deps: {
  readonly app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
  readonly launcher: string;
  /** `XDG_CONFIG_HOME`, or `.config` in the person's folder. */
  readonly configFolder: string;
}): AtLogin {
  const { app, platform, launcher } = deps;
  if (platform === 'darwin')
    return {
      get: () => app.getLoginItemSettings().openAtLogin,
      set: on => app.setLoginItemSettings({ openAtLogin: on }),
    };
  if (platform === 'win32') {
    const item = { path: launcher, args: ['--hidden'] };
    return {
      get: () => app.getLoginItemSettings(item).openAtLogin,
      set: on => app.setLoginItemSettings({ ...item, openAtLogin: on }),
    };
  }
  const folder = join(deps.configFolder, 'autostart');
  const file = join(folder, 'io.gatehouse.app.desktop');
  return {
    get: () => existsSync(file),
    set(on) {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, autostartEntry(launcher));
    },
  };
}

/** freedesktop.org, Desktop Entry Specification 1.5, "The Exec key": quotes, and a backslash before what a shell would read. */
export function autostartEntry(launcher: string): string {
  if (/[\n\r]/.test(launcher))
    throw new GatehouseError('GH_USAGE', 'The path of the app holds a line break; the desktop cannot start it.');
  const quoted = launcher
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `[Desktop Entry]\nType=Application\nName=Gatehouse\nExec="${quoted}" --hidden\nX-GNOME-Autostart-enabled=true\n`;
}
