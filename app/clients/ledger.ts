import type { Entry } from './definition.ts';

/**
 * What Gatehouse remembers of its own doing in other programs' files. Entries are known by this and not by extra keys in
 * the entry (clients.md §3.7). Nothing in it is secret.
 */
export interface ClientLedger {
  /** All entries that we wrote, of every client. */
  entries(): Awaitable<readonly LedgerEntry[]>;
  file(client: string, file: string): Awaitable<LedgerFile | undefined>;
  undo(token: string): Awaitable<LedgerUndo | undefined>;
  /** One transaction: all of it or nothing. */
  commit(change: LedgerChange): Awaitable<void>;
}

export type Awaitable<T> = T | Promise<T>;

export interface LedgerEntry {
  readonly client: string;
  readonly file: string;
  readonly name: string;
  readonly connection: string;
  /** The entry as we wrote it; what differs from it in the file was changed by somebody else. */
  readonly written: Entry;
}

/** What a file was like before we came. */
export interface LedgerFile {
  readonly client: string;
  readonly file: string;
  readonly existed: boolean;
  /** The key of the servers (`mcpServers`) stood there before. */
  readonly hadKey: boolean;
  /** Folders that we made for it, outermost first. */
  readonly createdFolders: readonly string[];
  /** Copy of the first bytes, while every change since was ours; `null` once somebody else has written, or no file was. */
  readonly origin: string | null;
  /** SHA-256 (hex) of the file after our last write. */
  readonly lastHash: string | null;
}

export interface LedgerUndo {
  readonly token: string;
  readonly client: string;
  readonly file: string;
  /** ISO 8601. */
  readonly at: string;
  /** Copy of the bytes before; `null`: there was no file. */
  readonly backup: string | null;
  /** SHA-256 (hex) of the bytes that we wrote; `null`: we removed the file. */
  readonly afterHash: string | null;
  readonly changes: readonly UndoChange[];
  readonly entriesBefore: readonly LedgerEntry[];
  readonly fileBefore: LedgerFile | null;
}

export interface UndoChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface LedgerChange {
  readonly client: string;
  readonly file: string;
  /** All our entries in this file from now on, in place of those before. */
  readonly entries: readonly LedgerEntry[];
  /** `null`: nothing of ours is left. */
  readonly record: LedgerFile | null;
  readonly undo?: LedgerUndo;
  readonly forgetUndo?: string;
}

/** A ledger for tests and `--demo`. */
export function memoryLedger(): ClientLedger {
  let entries: readonly LedgerEntry[] = [];
  const files = new Map<string, LedgerFile>();
  const undos = new Map<string, LedgerUndo>();
  const key = (client: string, file: string): string => `${client}\n${file}`;
  return {
    entries: () => entries,
    file: (client, file) => files.get(key(client, file)),
    undo: token => undos.get(token),
    commit: change => {
      entries = [
        ...entries.filter(entry => entry.client !== change.client || entry.file !== change.file),
        ...change.entries,
      ];
      if (change.record === null) files.delete(key(change.client, change.file));
      else files.set(key(change.client, change.file), change.record);
      if (change.undo !== undefined) undos.set(change.undo.token, change.undo);
      if (change.forgetUndo !== undefined) undos.delete(change.forgetUndo);
    },
  };
}
