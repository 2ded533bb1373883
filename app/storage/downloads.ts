import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a person looks for a file that a program made for them: Downloads, or their own folder where there is none. */
export function downloadsFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const user = (platform === 'win32' ? env.USERPROFILE : env.HOME) || homedir();
  const named = platform === 'linux' ? xdgDownloads(env, user) : undefined;
  return [named, join(user, 'Downloads')].find(folder => folder !== undefined && existsSync(folder)) ?? user;
}

/** The desktop's own setting: Downloads has another name in other languages. */
function xdgDownloads(env: NodeJS.ProcessEnv, user: string): string | undefined {
  const file = join(env.XDG_CONFIG_HOME || join(user, '.config'), 'user-dirs.dirs');
  if (!existsSync(file)) return undefined;
  const found = /^XDG_DOWNLOAD_DIR="(.*)"$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return found?.replace('$HOME', user);
}
