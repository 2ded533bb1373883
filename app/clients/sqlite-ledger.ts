import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../storage/index.ts';
import type { ClientLedger, LedgerEntry, LedgerFile, LedgerUndo } from './ledger.ts';

/** What is kept of one file, as one row: entries and record can never disagree. */
interface Row {
  readonly entries: readonly LedgerEntry[];
  readonly record: LedgerFile | null;
}

/** As many changes as can be undone for each file. */
const UNDOS_KEPT = 50;

/**
 * The ledger in the table `ledger(key, value)` of `state.db`: a row `file <client> <file>` for each file and a row
 * `undo <token>` for each change that can be undone.
 */
export function sqliteLedger(db: DatabaseSync): ClientLedger {
  const fileKey = (client: string, file: string): string => `file ${client} ${file}`;
  const undoKey = (token: string): string => `undo ${token}`;
  const read = <T>(key: string): T | undefined => {
    const row = db.prepare('SELECT value FROM ledger WHERE key=?').get(key);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as T);
  };
  const all = <T>(prefix: string): readonly T[] =>
    db
      .prepare('SELECT value FROM ledger WHERE key >= ? AND key < ? ORDER BY key')
      .all(prefix, `${prefix}\u{10ffff}`)
      .map(row => JSON.parse(String(row.value)) as T);
  const put = (key: string, value: unknown): void => {
    db.prepare('INSERT INTO ledger (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value=excluded.value').run(
      key,
      JSON.stringify(value),
    );
  };
  const remove = (key: string): void => {
    db.prepare('DELETE FROM ledger WHERE key=?').run(key);
  };
  const forgetOldUndos = (client: string, file: string): void => {
    const old = all<LedgerUndo>('undo ')
      .filter(undo => undo.client === client && undo.file === file)
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(UNDOS_KEPT);
    for (const { token } of old) remove(undoKey(token));
  };
  return {
    entries: () => all<Row>('file ').flatMap(row => row.entries),
    file: (client, file) => read<Row>(fileKey(client, file))?.record ?? undefined,
    undo: token => read<LedgerUndo>(undoKey(token)),
    commit: ({ client, file, entries, record, undo, forgetUndo }) =>
      transaction(db, () => {
        if (entries.length === 0 && record === null) remove(fileKey(client, file));
        else put(fileKey(client, file), { entries, record } satisfies Row);
        if (undo !== undefined) {
          put(undoKey(undo.token), undo);
          forgetOldUndos(client, file);
        }
        if (forgetUndo !== undefined) remove(undoKey(forgetUndo));
      }),
  };
}
