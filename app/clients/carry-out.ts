import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { GatehouseError } from '../contract/errors.ts';
import type { Backups } from './backups.ts';
import type { ClientDefinition } from './definition.ts';
import { codeOf, type Disk } from './disk.ts';
import { unwritable } from './failures.ts';
import type { ClientLedger, LedgerChange, LedgerUndo } from './ledger.ts';
import { holdingClientLock, holdingOwnLock } from './locks.ts';
import type { Patience } from './registry.ts';
import { hashOf, type Snapshot, takeSnapshot } from './snapshot.ts';
import type { Intent, Remembered, Target } from './targets.ts';
import { checkWritable, makeFolders, removeFile, removeFolders, stage } from './writing.ts';

export interface CarryOutDeps {
  readonly disk: Disk;
  readonly ledger: ClientLedger;
  readonly backups: Backups;
  readonly lockFolder: string;
  readonly patience: Patience;
  readonly now: () => Date;
}

/** The bookkeeping of one change: it makes a new undo, or uses one up. */
export type Bookkeeping = { readonly token: string } | { readonly undoing: LedgerUndo };

export interface CarriedOut {
  readonly before: Snapshot;
  readonly target: Target;
  readonly wrote: boolean;
}

/**
 * Makes one change to one file: plan, copy, flush the new bytes beside the file, look whether the file is still the one
 * that was planned for, tell the ledger, rename, look again. The ledger is told before the rename, so that after a death in
 * between we know of entries that are not there (which is harmless) and never the other way round. Whatever fails: the
 * file is as it was, and so is the ledger.
 */
export async function carryOut(
  deps: CarryOutDeps,
  definition: ClientDefinition,
  file: string,
  intent: Intent,
  books: Bookkeeping,
): Promise<CarriedOut> {
  const { disk, ledger, backups, patience } = deps;
  const client = definition.id;

  const carried = await holdingOwnLock(deps.lockFolder, patience.lockMs, async () => {
    const start = await remembered(ledger, client, file);
    let committed = false;
    const commit = async (change: Pick<LedgerChange, 'entries' | 'record' | 'undo' | 'forgetUndo'>): Promise<void> => {
      await ledger.commit({ client, file, ...change });
      committed = true;
    };

    const attempt = async (): Promise<CarriedOut | undefined> => {
      const before = takeSnapshot(disk, file);
      const target = intent(before, start);
      if (sameBytes(before.bytes, target.bytes)) {
        if (committed || 'undoing' in books || !isDeepStrictEqual(remember(target), remember(start))) {
          const forgetUndo = 'undoing' in books ? books.undoing.token : books.token;
          await commit({ entries: target.entries, record: target.record, forgetUndo });
        }
        return { before, target, wrote: false };
      }
      if (!(await write(before, target))) return undefined;
      await sleep(patience.settleMs);
      return holds(target) ? { before, target, wrote: true } : undefined;
    };

    /** Nobody has written since, or at least nothing of the change was lost by it. */
    const holds = (target: Target): boolean => {
      let after: Snapshot;
      try {
        after = takeSnapshot(disk, file);
      } catch {
        return true;
      }
      if (sameBytes(after.bytes, target.bytes)) return true;
      try {
        return sameBytes(after.bytes, intent(after, start).bytes);
      } catch {
        return false;
      }
    };

    /** `false`: somebody has changed the file since it was planned for. */
    const write = async (before: Snapshot, target: Target): Promise<boolean> => {
      checkWritable(disk, before);
      const backup = before.bytes === null ? null : backups.keep(client, before.bytes);
      makeFolders(disk, before.missingFolders, file);
      let done = false;
      try {
        const staged = target.bytes === null ? undefined : stage(disk, before, target.bytes, patience.renameMs);
        try {
          await holdingClientLock(disk, definition.lockFolder?.(file), patience.lockMs, async () => {
            await commit({
              entries: target.entries,
              record: target.record,
              ...('undoing' in books
                ? { forgetUndo: books.undoing.token }
                : { undo: undoOf(books.token, target, backup) }),
            });
            // Nothing may come between this look and the rename: it is all that guards against other programs.
            if (takeSnapshot(disk, file).hash !== before.hash) return;
            await (staged === undefined ? removeFile(disk, before, patience.renameMs) : staged.replace());
            done = true;
          });
        } finally {
          if (!done) staged?.drop();
        }
      } finally {
        if (!done) removeFolders(disk, before.missingFolders);
      }
      if (done && target.bytes === null) removeFolders(disk, start.record?.createdFolders ?? []);
      return done;
    };

    const undoOf = (token: string, target: Target, backup: string | null): LedgerUndo => ({
      token,
      client,
      file,
      at: deps.now().toISOString(),
      backup,
      afterHash: target.bytes === null ? null : hashOf(target.bytes),
      changes: target.undo,
      entriesBefore: start.entries,
      fileBefore: start.record ?? null,
    });

    const takeBack = async (): Promise<void> => {
      if (!committed) return;
      await ledger.commit({
        client,
        file,
        entries: start.entries,
        record: start.record ?? null,
        ...('undoing' in books ? { undo: books.undoing } : { forgetUndo: books.token }),
      });
    };

    try {
      for (let tried = 0; tried < patience.attempts; tried++) {
        const done = await attempt();
        if (done !== undefined) return done;
      }
      throw new GatehouseError('GH_CLIENT_BUSY', `${file} kept changing while Gatehouse wanted to write it.`);
    } catch (error) {
      await takeBack();
      throw codeOf(error) === undefined ? error : unwritable(file, error);
    }
  });
  if (carried.wrote) await tidy(deps, client);
  return carried;
}

/** What the ledger knows of one file. */
export async function remembered(ledger: ClientLedger, client: string, file: string): Promise<Remembered> {
  const entries = (await ledger.entries()).filter(entry => entry.client === client && entry.file === file);
  return { entries, record: await ledger.file(client, file) };
}

function remember({ entries, record }: Pick<Target, 'entries'> & { readonly record: Target['record'] | undefined }) {
  return { entries: [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)), record: record ?? null };
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

async function tidy({ ledger, backups }: CarryOutDeps, client: string): Promise<void> {
  const files = new Set((await ledger.entries()).filter(entry => entry.client === client).map(({ file }) => file));
  const records = await Promise.all([...files].map(file => ledger.file(client, file)));
  backups.prune(
    client,
    records.flatMap(record => record?.origin ?? []),
  );
}
