import { posix, win32 } from 'node:path';
import type { Place } from './definition.ts';
import type { Disk } from './disk.ts';

export interface PlaceDeps {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly disk: Pick<Disk, 'statSync' | 'readdirSync'>;
}

/** The real machine, as the client definitions ask about it. */
export function placeOn(deps: PlaceDeps): Place {
  const { platform, env, disk } = deps;
  const path = platform === 'win32' ? win32 : posix;
  const exists = (file: string): boolean => {
    try {
      return disk.statSync(file, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  };
  return {
    platform,
    env,
    home: deps.homeFolder,
    join: (...parts) => path.join(...parts),
    exists,
    names: folder => {
      try {
        return disk.readdirSync(folder).sort();
      } catch {
        return [];
      }
    },
    program: name => {
      const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
      const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder));
      return folders
        .flatMap(folder => endings.map(ending => path.join(folder, name + ending)))
        .find(file => exists(file));
    },
  };
}

/** `<app>` of clients.md: where desktop programs keep settings. Taken from the environment, which may be redirected. */
export function appFolder(place: Place): string {
  if (place.platform === 'darwin') return place.join(place.home, 'Library', 'Application Support');
  if (place.platform === 'win32') return place.env.APPDATA || place.join(place.home, 'AppData', 'Roaming');
  const xdg = place.env.XDG_CONFIG_HOME;
  return xdg?.startsWith('/') ? xdg : place.join(place.home, '.config');
}

export function localAppFolder(place: Place): string {
  return place.env.LOCALAPPDATA || place.join(place.home, 'AppData', 'Local');
}
