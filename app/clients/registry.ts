import type { ErrorCode } from '../contract/errors.ts';
import type { ClientLimits, Launch } from './definition.ts';
import type { Disk } from './disk.ts';
import type { ClientLedger } from './ledger.ts';

/** What the module needs from its surroundings. */
export interface ClientsDeps {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** The bridge. An entry's arguments are these, then the connection, `--client` and the client's id. */
  readonly launcher: Launch;
  /**
   * What people call a connection (`dpod/acme`): the entry's name is made from it. `undefined` when the connection exists
   * no more. Unless given, a connection is called what it is.
   */
  readonly labelOf?: (connection: string) => string | undefined;
  /** Names of the tools that a connection offers, for warnings about clients that take no more or no longer ones. */
  readonly toolsOf?: (connection: string) => readonly string[];
  readonly ledger: ClientLedger;
  /** Private folder for copies of the files before a change. */
  readonly backupFolder: string;
  /** Where the locks between Gatehouse's own writers lie; inside the backup folder unless told. */
  readonly lockFolder?: string;
  readonly now: () => Date;
  /** Version written into a `.mcpb` bundle (semver). */
  readonly version?: string;
  /** The file system; another one only to inject faults. */
  readonly disk?: Disk;
  readonly patience?: Partial<Patience>;
}

/** How long the module waits for others, in ms. */
export interface Patience {
  /** For another Gatehouse writer or the client's own lock; over ten seconds, so that a dead client's lock is outlived. */
  readonly lockMs: number;
  /** Between writing and looking whether somebody wrote at the same time. */
  readonly settleMs: number;
  /** First pause before a failed rename is tried again (Windows); doubles each time. */
  readonly renameMs: number;
  /** How often a change is planned anew when the file keeps changing. */
  readonly attempts: number;
}

/** The assistants on this machine and our entries in their files. One per host. */
export interface Clients {
  /** All known clients with what is found of each. Never throws: what is wrong with a file stands in `problem`. */
  list(): Promise<readonly ClientState[]>;
  /**
   * What `register` (or with `remove`, `unregister`) would do, without doing it. Throws what they would throw because of
   * the file's content.
   */
  preview(client: string, connections: readonly string[], options?: PreviewOptions): Promise<ClientChange>;
  /**
   * Puts one entry for each connection into the client's file, creating the file and its folder if need be. Doing it
   * twice changes nothing, not even the modification time. Throws `GH_CLIENT_…`; then the file is as it was.
   */
  register(client: string, connections: readonly string[], options?: WriteOptions): Promise<WrittenChange>;
  /** Takes our entries for these connections (all of ours, when none is named) away again, and what we had created. */
  unregister(client: string, connections?: readonly string[], options?: WriteOptions): Promise<WrittenChange>;
  /**
   * Gives back the former file byte for byte, or its absence. When somebody else has changed the file since, only our
   * entries are put back to what they were (`exact: false`); `GH_CLIENT_ENTRY_CHANGED` when those were changed too.
   */
  undo(token: string): Promise<UndoneChange>;
  /** Rewrites entries whose launcher has moved. Tells of entries that are gone; puts them back only with `restore`. */
  heal(options?: { readonly restore?: boolean }): Promise<readonly HealReport[]>;
  /** A link that makes the client ask to install the entry. `GH_CLIENT_NO_LINK` where there is none. */
  link(client: string, connection: string): string;
  /** A `.mcpb` bundle for Claude Desktop. The same input gives the same bytes. */
  bundle(connection: string): Bundle;
}

export interface WriteOptions {
  /** Overwrite or remove even an entry of ours that somebody changed. */
  readonly force?: boolean;
}

export interface PreviewOptions extends WriteOptions {
  readonly remove?: boolean;
}

export interface ClientState {
  readonly id: string;
  readonly title: string;
  readonly installed: 'yes' | 'leftovers' | 'no';
  readonly evidence: readonly string[];
  /** The file that is written; `null` when it cannot be told (see `problem`). */
  readonly file: string | null;
  readonly because: string;
  /** Other places of the client that hold servers of their own; we do not write there. */
  readonly otherFiles: readonly string[];
  readonly entries: readonly EntryState[];
  /** Names of servers that are not ours. */
  readonly otherNames: readonly string[];
  readonly problem: ClientProblem | null;
  readonly afterwards: string;
  readonly notes: readonly string[];
  readonly limits: ClientLimits;
  readonly canLink: boolean;
  readonly canBundle: boolean;
}

export interface EntryState {
  readonly connection: string;
  readonly name: string;
  readonly file: string;
  /** `moved`: it still names an old launcher. `changed`: somebody edited it. `unknown`: the file cannot be read. */
  readonly state: 'ok' | 'missing' | 'changed' | 'moved' | 'unknown';
}

export interface ClientProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export interface EntryChange {
  readonly connection: string;
  readonly name: string;
  readonly kind: 'add' | 'update' | 'keep' | 'remove';
}

export interface ClientChange {
  readonly client: string;
  readonly file: string;
  /** The file's text (without a byte order mark); `null`: no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** Unified; empty when nothing changes. */
  readonly diff: string;
  readonly changes: readonly EntryChange[];
  readonly afterwards: string;
  readonly warnings: readonly string[];
}

export interface WrittenChange extends ClientChange {
  /** For `undo`; absent when nothing had to be written. */
  readonly undo?: string;
}

export interface UndoneChange extends ClientChange {
  /** The bytes are those of before; else only our entries were put back. */
  readonly exact: boolean;
  readonly note: string;
}

export interface HealReport {
  readonly client: string;
  readonly file: string;
  /** Names of entries that were rewritten or, with `restore`, put back. */
  readonly healed: readonly string[];
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  readonly changes: readonly EntryChange[];
  readonly problem: ClientProblem | null;
  readonly undo?: string;
}

export interface Bundle {
  readonly name: string;
  readonly bytes: Uint8Array;
}
