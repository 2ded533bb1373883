import { isDeepStrictEqual } from 'node:util';
import { GatehouseError } from '../contract/errors.ts';
import type { Backups } from './backups.ts';
import type { ClientDefinition } from './definition.ts';
import { type Draft, serversIn } from './drafts.ts';
import { type Decoded, decode, encode } from './encoding.ts';
import { isMap } from './entries.ts';
import { readingAs } from './failures.ts';
import type { LedgerEntry, LedgerFile, UndoChange } from './ledger.ts';
import type { EntryChange } from './registry.ts';
import { hashOf, type Snapshot } from './snapshot.ts';

/** What the ledger says of one client's file. */
export interface Remembered {
  readonly entries: readonly LedgerEntry[];
  readonly record: LedgerFile | undefined;
}

/** How file and ledger shall be after a change. */
export interface Target {
  /** `null`: no file. */
  readonly bytes: Buffer | null;
  /** Without a byte order mark. */
  readonly text: string | null;
  readonly entries: readonly LedgerEntry[];
  readonly record: LedgerFile | null;
  readonly changes: readonly EntryChange[];
  readonly undo: readonly UndoChange[];
  readonly remarks?: readonly string[];
}

/** A change as a function of what is found, so that it can be made anew when somebody writes in between. */
export type Intent = (before: Snapshot, start: Remembered) => Target;

export interface TargetDeps {
  readonly definition: ClientDefinition;
  readonly backups: Backups;
}

/** The file's text as a draft starts from it; a file that is not there has none. */
export function textOf(definition: ClientDefinition, before: Snapshot): Decoded {
  return before.bytes === null ? { text: '', bom: false } : decode(definition, before.file, before.bytes);
}

/** The target that stands as it is, with the ledger corrected where the draft knows better. */
function untouched(before: Snapshot, decoded: Decoded, start: Remembered, draft: Draft, definition: string): Target {
  const record: LedgerFile = start.record ?? {
    client: definition,
    file: before.file,
    existed: true,
    hadKey: true,
    createdFolders: [],
    origin: null,
    lastHash: null,
  };
  return {
    bytes: before.bytes,
    text: before.bytes === null ? null : decoded.text,
    entries: draft.entries,
    record: draft.entries.length === 0 ? null : record,
    changes: draft.changes,
    undo: [],
  };
}

/** What a draft means for the bytes and for our memory of the file. */
export function targetOf(deps: TargetDeps, before: Snapshot, start: Remembered, draft: Draft): Target {
  const { definition } = deps;
  const decoded = textOf(definition, before);
  if (draft.changes.every(({ kind }) => kind === 'keep')) {
    return untouched(before, decoded, start, draft, definition.id);
  }
  const { entries, changes, undo, remarks = [] } = draft;
  checkOthers(definition, before.file, decoded.text, draft);
  if (entries.length === 0) {
    const bytes = bytesWithoutUs(deps, before, decoded.bom, start, draft.text);
    return {
      bytes,
      text: bytes === null ? null : decode(definition, before.file, bytes).text,
      entries,
      record: null,
      changes,
      undo,
      remarks,
    };
  }
  const bytes = encode({ text: draft.text, bom: decoded.bom });
  const record = { ...recordOf(deps, before, decoded.text, start, draft), lastHash: hashOf(bytes) };
  return { bytes, text: draft.text, entries, record, changes, undo, remarks };
}

/** The last line of defence: what an edit has made must be a document of the client in which all others stand as before. */
function checkOthers(definition: ClientDefinition, file: string, was: string, draft: Draft): void {
  const ours = new Set(draft.changes.map(({ name }) => name));
  const othersIn = (text: string): unknown =>
    Object.fromEntries(Object.entries(serversIn(definition, file, text) ?? {}).filter(([name]) => !ours.has(name)));
  const before = othersIn(was);
  let after: unknown;
  try {
    after = othersIn(draft.text);
  } catch {
    after = undefined;
  }
  if (isDeepStrictEqual(before, after)) return;
  throw new GatehouseError('GH_INTERNAL', `${file} was left alone, since the edit would have changed more than ours.`, {
    hint: 'Add the entry by hand, as `gatehouse clients link` or the window shows it, and report the file’s layout.',
  });
}

function recordOf(deps: TargetDeps, before: Snapshot, text: string, start: Remembered, draft: Draft): LedgerFile {
  const { definition, backups } = deps;
  const servers = serversIn(definition, before.file, text);
  const { record } = start;
  const weStandIn = start.entries.some(({ name }) => servers !== undefined && Object.hasOwn(servers, name));
  if (record !== undefined && before.bytes !== null && weStandIn) {
    const onlyWe = record.lastHash === before.hash || record.origin === backups.nameOf(definition.id, before.bytes);
    return { ...record, origin: onlyWe ? record.origin : null };
  }
  return {
    client: definition.id,
    file: before.file,
    existed: before.bytes !== null,
    hadKey: servers !== undefined,
    createdFolders: [...new Set([...(record?.createdFolders ?? []), ...before.missingFolders])],
    origin: before.bytes === null || draft.adopted ? null : backups.nameOf(definition.id, before.bytes),
    lastHash: null,
  };
}

/** The file once our last entry is out: the first bytes if only we have written since, else without what we had added. */
function bytesWithoutUs(
  deps: TargetDeps,
  before: Snapshot,
  bom: boolean,
  start: Remembered,
  without: string,
): Buffer | null {
  const { definition, backups } = deps;
  const { record } = start;
  if (record !== undefined && record.lastHash === before.hash && record.origin !== null) {
    const origin = backups.read(record.origin);
    if (origin !== undefined) return origin;
  }
  const { format, keyPath } = definition;
  return readingAs(definition, before.file, () => {
    let text = without;
    if (record?.hadKey === false && isEmptyMap(format.parse(text).at(keyPath))) {
      const shorter = format.remove(text, keyPath);
      if (format.comments(shorter) === format.comments(text)) text = shorter;
    }
    const nothingLeft = isEmptyMap(format.parse(text).value) && format.comments(text) === 0;
    return nothingLeft && record?.existed === false && !before.linked ? null : encode({ text, bom });
  });
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}
