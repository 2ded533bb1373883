import { isDeepStrictEqual } from 'node:util';
import { GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition, Entry } from './definition.ts';
import { covers, isMap, merged, setEntry } from './entries.ts';
import { readingAs } from './failures.ts';
import type { LedgerEntry, UndoChange } from './ledger.ts';
import type { EntryChange } from './registry.ts';

/** What a change makes of a file's text and of our memory of it. Pure: nothing is read or written here. */
export interface Draft {
  readonly text: string;
  readonly entries: readonly LedgerEntry[];
  readonly changes: readonly EntryChange[];
  readonly undo: readonly UndoChange[];
  /** An entry that we know nothing of, yet is ours to the letter, was taken over. */
  readonly adopted: boolean;
  /** What a person should know of it. */
  readonly remarks?: readonly string[];
}

/** A file as a draft starts from it. */
export interface Sheet {
  readonly definition: ClientDefinition;
  readonly file: string;
  readonly text: string;
  /** Ours in this file. */
  readonly entries: readonly LedgerEntry[];
  readonly force: boolean;
}

export interface Wanted {
  readonly connection: string;
  readonly entry: Entry;
  /** Best first. */
  readonly names: readonly string[];
}

/** The servers in the file, by name. Throws the `GH_CLIENT_…` of a text that cannot be worked on. */
export function serversIn(definition: ClientDefinition, file: string, text: string): Entry | undefined {
  return readingAs(definition, file, () => {
    const servers = definition.format.parse(text).at(definition.keyPath);
    if (servers === undefined || isMap(servers)) return servers;
    // The format itself says where the wrong thing stands.
    definition.format.parse(text).at([...definition.keyPath, '']);
    return undefined;
  });
}

function entryIn(sheet: Sheet, text: string, name: string): unknown {
  return readingAs(sheet.definition, sheet.file, () => sheet.definition.format.parse(text).at(pathOf(sheet, name)));
}

const pathOf = (sheet: Sheet, name: string): readonly string[] => [...sheet.definition.keyPath, name];

/** Adds or corrects one entry for each connection. `alive` tells whether a connection of the ledger still exists. */
export function draftRegister(sheet: Sheet, wanted: readonly Wanted[], alive: (connection: string) => boolean): Draft {
  const { definition, file } = sheet;
  let { text, entries } = sheet;
  let adopted = false;
  const changes: EntryChange[] = [];
  const undo: UndoChange[] = [];
  serversIn(definition, file, text);
  for (const { connection, entry, names } of wanted) {
    const known = entries.find(ours => ours.connection === connection);
    const name = known?.name ?? freeName({ ...sheet, text, entries }, names, entry, alive);
    const found = entryIn(sheet, text, name);
    const former = entries.find(ours => ours.name === name)?.written;
    const intact = former !== undefined && covers(found, former);
    if (found !== undefined && known !== undefined && !intact && !covers(found, entry) && !sheet.force) {
      throw changedBySomebody(sheet, name);
    }
    const kind = found === undefined ? 'add' : covers(found, entry) ? 'keep' : 'update';
    if (kind === 'keep' && former === undefined) adopted = true;
    if (kind !== 'keep') {
      text = readingAs(definition, file, () => setEntry(definition, text, name, entry, former));
      undo.push({ name, before: found ?? null, after: merged(found, entry, former) });
    }
    changes.push({ connection, name, kind });
    entries = [
      ...entries.filter(ours => ours.name !== name),
      { client: definition.id, file, name, connection, written: entry },
    ];
  }
  return { text, entries, changes, undo, adopted };
}

function freeName(
  sheet: Sheet,
  names: readonly string[],
  entry: Entry,
  alive: (connection: string) => boolean,
): string {
  for (const name of names) {
    const holder = sheet.entries.find(ours => ours.name === name);
    const found = entryIn(sheet, sheet.text, name);
    if (holder === undefined ? found === undefined || covers(found, entry) : takeable(holder, found, alive))
      return name;
  }
  throw new GatehouseError(
    'GH_CLIENT_NAME_TAKEN',
    `${sheet.definition.title} already has servers named ${names.join(' and ')} that are not of Gatehouse.`,
  );
}

/** An untouched entry of ours whose connection was removed makes room. */
function takeable(holder: LedgerEntry, found: unknown, alive: (connection: string) => boolean): boolean {
  return !alive(holder.connection) && (found === undefined || covers(found, holder.written));
}

/** Takes entries of ours away: those of the connections, or all. */
export function draftRemove(sheet: Sheet, connections: readonly string[] | undefined): Draft {
  const { definition, file } = sheet;
  let { text } = sheet;
  const changes: EntryChange[] = [];
  const undo: UndoChange[] = [];
  const remarks: string[] = [];
  const leaving = sheet.entries.filter(ours => connections === undefined || connections.includes(ours.connection));
  for (const { name, connection, written } of leaving) {
    const found = entryIn(sheet, text, name);
    if (found === undefined) continue;
    if (!covers(found, written) && !sheet.force) throw changedBySomebody(sheet, name);
    text = readingAs(definition, file, () => definition.format.remove(text, pathOf(sheet, name)));
    const theirs = Object.keys(isMap(found) ? found : {}).filter(key => !Object.hasOwn(written, key));
    if (theirs.length > 0)
      remarks.push(`The entry "${name}" goes with what somebody added to it: ${theirs.join(', ')}.`);
    changes.push({ connection, name, kind: 'remove' });
    undo.push({ name, before: found, after: null });
  }
  return {
    text,
    entries: sheet.entries.filter(ours => !leaving.includes(ours)),
    changes,
    undo,
    remarks,
    adopted: false,
  };
}

export interface HealDraft extends Draft {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
}

/** Corrects our untouched entries to what they would be today. */
export function draftHeal(sheet: Sheet, entryOf: (connection: string) => Entry, restore: boolean): HealDraft {
  const { definition, file } = sheet;
  let { text } = sheet;
  const changes: EntryChange[] = [];
  const undo: UndoChange[] = [];
  const missing: string[] = [];
  const changed: string[] = [];
  const entries = sheet.entries.map(ours => {
    const { name, connection, written } = ours;
    const wanted = entryOf(connection);
    const found = entryIn(sheet, text, name);
    const gone = found === undefined;
    if (gone && !restore) missing.push(name);
    if (!gone && !covers(found, wanted) && !covers(found, written)) changed.push(name);
    if (missing.includes(name) || changed.includes(name)) return ours;
    if (!covers(found, wanted)) {
      text = readingAs(definition, file, () => setEntry(definition, text, name, wanted, written));
      changes.push({ connection, name, kind: gone ? 'add' : 'update' });
      undo.push({ name, before: found ?? null, after: merged(found, wanted, written) });
    }
    return isDeepStrictEqual(written, wanted) ? ours : { ...ours, written: wanted };
  });
  return { text, entries, changes, undo, adopted: false, missing, changed };
}

/** Puts back the entries that an earlier change touched, in a file that somebody else has changed since. */
export function draftPutBack(
  sheet: Sheet,
  undone: readonly UndoChange[],
  entriesBefore: readonly LedgerEntry[],
): Draft {
  const { definition, file } = sheet;
  let { text } = sheet;
  const changes: EntryChange[] = [];
  const connectionOf = (name: string): string =>
    [...sheet.entries, ...entriesBefore].find(entry => entry.name === name)?.connection ?? '';
  for (const { name, before, after } of undone) {
    const found = entryIn(sheet, text, name) ?? null;
    if (isDeepStrictEqual(found, before)) continue;
    if (!(isMap(after) ? covers(found, after) : found === after)) throw changedBySomebody(sheet, name);
    const path = pathOf(sheet, name);
    text = readingAs(definition, file, () =>
      before === null ? definition.format.remove(text, path) : definition.format.set(text, path, before),
    );
    changes.push({
      connection: connectionOf(name),
      name,
      kind: before === null ? 'remove' : found === null ? 'add' : 'update',
    });
  }
  const touched = new Set(undone.map(({ name }) => name));
  const entries = [
    ...sheet.entries.filter(({ name }) => !touched.has(name)),
    ...entriesBefore.filter(({ name }) => touched.has(name)),
  ];
  return { text, entries, changes, undo: [], adopted: false };
}

function changedBySomebody(sheet: Sheet, name: string): GatehouseError {
  return new GatehouseError(
    'GH_CLIENT_ENTRY_CHANGED',
    `${sheet.definition.title}: the entry "${name}" in ${sheet.file} is not as Gatehouse wrote it.`,
  );
}
