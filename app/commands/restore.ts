import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { journalFiles } from '../audit/index.ts';
import { GatehouseError } from '../contract/errors.ts';
import { createFolders, openState, type Paths, takeHostLock } from '../storage/index.ts';

/** Puts a backup in place of today's files, which are kept under another name. Throws `GH_HOST_RUNNING` while a host runs. */
export function restore(
  paths: Paths,
  folder: string,
  withHistory: boolean,
): { readonly restored: string[]; readonly kept: string[] } {
  if (!existsSync(join(folder, 'state.db')))
    throw new GatehouseError('GH_NOT_FOUND', `${folder} holds no backup.`, {
      hint: 'Give the folder that `gatehouse backup` wrote.',
    });
  createFolders(paths);
  const lock = takeHostLock(paths.hostLock);
  try {
    // Opened once, so that a damaged backup is refused before anything is moved.
    openState(join(folder, 'state.db')).close();
    const restored: string[] = [];
    const kept: string[] = [];
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const put = (name: string, file: string): void => {
      if (!existsSync(join(folder, name))) return;
      for (const suffix of ['', '-wal', '-shm']) {
        if (!existsSync(`${file}${suffix}`)) continue;
        renameSync(`${file}${suffix}`, `${file}.before-${stamp}${suffix}`);
        if (suffix === '') kept.push(`${file}.before-${stamp}`);
      }
      copyFileSync(join(folder, name), file);
      restored.push(name);
    };
    put('state.db', paths.stateDatabase);
    if (withHistory || !existsSync(paths.auditDatabase)) {
      put('audit.db', paths.auditDatabase);
      for (const file of journalFiles(paths.auditDatabase)) rmSync(file, { force: true });
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${paths.auditIndex}${suffix}`, { force: true });
    }
    return { restored, kept };
  } finally {
    lock.release();
  }
}
