import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GatehouseError } from '../contract/index.ts';
import type { TrayState } from './tray-model.ts';

const STATES: readonly TrayState[] = ['ready', 'waiting', 'paused', 'attention'];

/** The file of an icon. Electron takes `…@2x` and `…@3x` beside it by itself; a macOS template takes the colour of its bar. */
export type TrayIcons = (state: TrayState, dark: boolean) => string;

/**
 * Knows the drawn icons of `folder` (`dist/icons/tray`). Throws `GH_APP_INCOMPLETE` with the first that is missing, since a
 * tray without its icon is an invisible one.
 */
export function trayIcons(folder: string, platform: NodeJS.Platform): TrayIcons {
  const nameOf: TrayIcons = (state, dark) => {
    if (platform === 'darwin') return join(folder, `${state}Template.png`);
    return join(folder, `${state}-${dark ? 'dark' : 'light'}.${platform === 'win32' ? 'ico' : 'png'}`);
  };
  for (const state of STATES)
    for (const dark of [false, true]) {
      const file = nameOf(state, dark);
      if (!existsSync(file)) throw new GatehouseError('GH_APP_INCOMPLETE', `${file} is missing.`);
    }
  return nameOf;
}
