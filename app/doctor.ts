import { accessSync, constants, existsSync, readdirSync, statfsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CheckView, ClientView, ConnectionView, StatusView, VaultView } from './contract/index.ts';
import type { Runtime } from './runtime.ts';
import type { Paths } from './storage/index.ts';

/** What works on this machine and what does not, each with its remedy. Starts nothing and changes nothing. */
export function examine(
  runtime: Runtime,
  paths: Paths,
  host: { readonly running: boolean; readonly vault?: VaultView },
): CheckView[] {
  const check = (name: string, ok: boolean, says: string, remedy = ''): CheckView => ({
    name,
    ok,
    says,
    remedy: ok ? '' : remedy,
  });
  const missing = [runtime.cli, runtime.bridge, runtime.launcher, runtime.server, runtime.catalogs].filter(
    file => !existsSync(file),
  );
  const node = Number(process.versions.node.split('.')[0]);
  return [
    check(
      'runtime',
      node >= 24,
      `Node ${process.versions.node}`,
      'Use the Node that comes with the project: `npm run -s gatehouse -- …`.',
    ),
    check(
      'programs',
      missing.length === 0,
      missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
      'Build them with `npm run build`, or install Gatehouse again.',
    ),
    homeCheck(paths, check),
    diskCheck(paths, check),
    searchCheck(check),
    host.vault === undefined
      ? check('vault', true, 'not asked, since no host is running')
      : host.vault.state === 'open'
        ? check('vault', true, `open (${host.vault.kind}, ${host.vault.secrets} credentials)`)
        : check('vault', false, `${host.vault.message} [${host.vault.code}]`, host.vault.hint),
    check(
      'host',
      true,
      host.running ? 'running' : 'not running; it starts by itself when an assistant or a command needs it',
    ),
    check(
      'backends',
      missing.includes(runtime.catalogs) || readdirSync(runtime.catalogs).length > 0,
      existsSync(runtime.catalogs)
        ? readdirSync(runtime.catalogs)
            .map(name => name.replace('.json', ''))
            .join(', ')
        : 'none',
      'Build them with `npm run build`.',
    ),
  ];
}

type Check = (name: string, ok: boolean, says: string, remedy?: string) => CheckView;

function homeCheck(paths: Paths, check: Check): CheckView {
  if (!existsSync(paths.home)) return check('home', true, `${paths.home} (not made yet)`);
  try {
    accessSync(paths.home, constants.R_OK | constants.W_OK | constants.X_OK);
    return check('home', true, paths.home);
  } catch {
    return check(
      'home',
      false,
      `${paths.home} cannot be read and written`,
      'Give the folder back to your user, or set GATEHOUSE_HOME.',
    );
  }
}

function diskCheck(paths: Paths, check: Check): CheckView {
  let folder = paths.home;
  while (!existsSync(folder) && folder !== '/') folder = folder.slice(0, folder.lastIndexOf('/')) || '/';
  const { bavail, bsize } = statfsSync(folder);
  const megabytes = Math.floor((bavail * bsize) / 1e6);
  return check(
    'disk',
    megabytes > 200,
    megabytes < 10_000 ? `${megabytes} MB free` : `${Math.floor(megabytes / 1_000)} GB free`,
    'Free some space: without it the history cannot be written, and then no call is let through.',
  );
}

function searchCheck(check: Check): CheckView {
  const db = new DatabaseSync(':memory:');
  try {
    db.exec('CREATE VIRTUAL TABLE t USING fts5(a)');
    return check('search', true, 'full-text search is there');
  } catch {
    return check('search', false, 'this SQLite has no FTS5', 'Use the Node that comes with the project.');
  } finally {
    db.close();
  }
}

/** Connections that need a person. */
export function needsOf(connections: readonly ConnectionView[]): CheckView[] {
  const needing = connections.filter(({ state }) => state === 'attention');
  if (needing.length === 0)
    return [{ name: 'connections', ok: true, says: `${connections.length}, none needs attention`, remedy: '' }];
  return needing.map(({ id, reason, hint }) => ({ name: id, ok: false, says: reason, remedy: hint }));
}

/** Assistants whose file or entries are not as we left them. */
export function problemsOf(clients: readonly ClientView[]): CheckView[] {
  const broken = clients.flatMap(({ title, problem, entries }) => {
    const bad = entries.filter(({ state }) => state !== 'ok');
    if (problem !== null)
      return [{ name: title, ok: false, says: problem, remedy: 'Look at it among the assistants.' }];
    if (bad.length === 0) return [];
    const says = bad.map(({ connection, state }) => `${connection}: ${state}`).join('; ');
    return [{ name: title, ok: false, says, remedy: 'Register it again, or `gatehouse clients heal --restore`.' }];
  });
  const registered = clients.filter(({ entries }) => entries.length > 0).length;
  return broken.length > 0
    ? broken
    : [{ name: 'assistants', ok: true, says: `${registered} registered, their entries are in place`, remedy: '' }];
}

/** The checks as text that may be shown to others: no name of a user, a connection, an account or a host of theirs. */
export function reportOf(
  status: StatusView,
  checks: readonly CheckView[],
  own: { readonly userFolder: string; readonly connections: readonly Pick<ConnectionView, 'id' | 'backend'>[] },
): string {
  const user = own.userFolder.split(/[/\\]/).at(-1) ?? '';
  const hidden = (text: string): string => {
    let told = text.replaceAll(own.userFolder, '~');
    if (user.length > 2) told = told.replaceAll(user, 'user');
    own.connections.forEach(({ id, backend }, at) => {
      told = told.replaceAll(id, `${backend}/#${at + 1}`);
    });
    return told
      .replace(/https?:\/\/[^\s"'`]+/g, '<address>')
      .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '<mail>')
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>');
  };
  return [
    `Gatehouse ${status.version} on ${process.platform} ${process.arch}, ${status.electron ? 'desktop app' : 'in a browser'}${status.demo ? ', demonstration' : ''}`,
    `up since ${status.startedAt}; ${status.sessions} sessions, ${status.waitingApprovals} waiting, ${status.historyEnd} entries${status.paused ? ', paused' : ''}${status.approveFromCli ? ', approving from the command line' : ''}`,
    ...checks.map(({ name, ok, says, remedy }) =>
      hidden(`${ok ? 'ok  ' : 'BAD '} ${name}: ${says}${remedy === '' ? '' : ` -> ${remedy}`}`),
    ),
  ].join('\n');
}
