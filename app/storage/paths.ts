import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatehouseError } from '../contract/errors.ts';

/** Where everything of one installation lives. */
export interface Paths {
  readonly home: string;
  readonly stateDatabase: string;
  readonly auditDatabase: string;
  readonly auditIndex: string;
  readonly hostLock: string;
  /** What a bridge or a command needs to find the running host: socket, pid, start time. No secret. */
  readonly hostProfile: string;
  /** 0600 key files, one for each client and one for the command line. */
  readonly keys: string;
  readonly logs: string;
  /** One private folder for each connection, by UUID. */
  readonly connections: string;
  /** Copies of clients' config files made before the first change. */
  readonly backups: string;
  readonly socket: string;
}

/** The home folder: `GATEHOUSE_HOME`, else the system's usual place for application data. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.GATEHOUSE_HOME) return env.GATEHOUSE_HOME;
  const user = homedir();
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Gatehouse');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(user, 'AppData', 'Local'), 'Gatehouse');
  return join(env.XDG_DATA_HOME ?? join(user, '.local', 'share'), 'gatehouse');
}

/** Names the parts of a home; creates nothing. */
export function pathsOf(home: string): Paths {
  return {
    home,
    stateDatabase: join(home, 'state.db'),
    auditDatabase: join(home, 'audit.db'),
    auditIndex: join(home, 'audit-index.db'),
    hostLock: join(home, 'host.lock'),
    hostProfile: join(home, 'host.json'),
    keys: join(home, 'keys'),
    logs: join(home, 'logs'),
    connections: join(home, 'connections'),
    backups: join(home, 'backups'),
    socket: socketPath(home),
  };
}

/** Creates the folders of a home, all of mode 0700. */
export function createFolders(paths: Paths): void {
  for (const folder of [paths.home, paths.keys, paths.logs, paths.connections, paths.backups]) privateFolder(folder);
  if (process.platform !== 'win32') privateFolder(join(paths.socket, '..'));
}

/** A folder that only its owner may enter. Throws when somebody else owns it: a shared temp folder can be squatted. */
export function privateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return folder;
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new GatehouseError('GH_FOLDER_NOT_OURS', `${folder} is not a folder of this user.`);
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}

/** macOS limits socket paths to 104 bytes, so a deep home gets a short folder of its own. On Windows a pipe. */
function socketPath(home: string): string {
  const tag = createHash('sha256').update(home).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\gatehouse-${tag}`;
  const inside = join(home, 'run', 'host.sock');
  return Buffer.byteLength(inside) <= 100 ? inside : join(tmpdir(), `gatehouse-${process.getuid?.()}-${tag}`, 's');
}
