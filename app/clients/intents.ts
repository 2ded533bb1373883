import type { ClientsParts } from './clients-parts.ts';
import type { ClientDefinition } from './definition.ts';
import { draftHeal, draftRegister, draftRemove, type HealDraft, type Sheet } from './drafts.ts';
import { entryFor } from './entries.ts';
import { entryNames } from './entry-name.ts';
import type { LedgerEntry } from './ledger.ts';
import type { WriteOptions } from './registry.ts';
import type { Snapshot } from './snapshot.ts';
import { type Intent, targetOf, textOf } from './targets.ts';

/** The names that an entry for the connection may have, best first. */
export function namesFor(parts: ClientsParts, connection: string): readonly string[] {
  return entryNames(parts.labelOf(connection) ?? connection);
}

export function registering(
  parts: ClientsParts,
  definition: ClientDefinition,
  connections: readonly string[],
  options: WriteOptions,
): Intent {
  return (before, start) => {
    const wanted = [...new Set(connections)].map(connection => ({
      connection,
      entry: entryFor(definition, parts.launcher, connection),
      names: namesFor(parts, connection),
    }));
    const draft = draftRegister(sheetOf(definition, before, start.entries, options), wanted, connection =>
      isAlive(parts, connection),
    );
    return targetOf({ ...parts, definition }, before, start, draft);
  };
}

/** `undefined`: all of ours. */
export function removing(
  parts: ClientsParts,
  definition: ClientDefinition,
  connections: readonly string[] | undefined,
  options: WriteOptions,
): Intent {
  return (before, start) => {
    const draft = draftRemove(sheetOf(definition, before, start.entries, options), connections);
    return targetOf({ ...parts, definition }, before, start, draft);
  };
}

/** `restore`: entries that are gone come back, if their connection is still there. `onDraft` learns what was found. */
export function healing(
  parts: ClientsParts,
  definition: ClientDefinition,
  restore: boolean,
  onDraft: (draft: HealDraft) => void,
): Intent {
  return (before, start) => {
    const draft = draftHeal(
      sheetOf(definition, before, start.entries, {}),
      connection => entryFor(definition, parts.launcher, connection),
      connection => restore && isAlive(parts, connection),
    );
    onDraft(draft);
    return targetOf({ ...parts, definition }, before, start, draft);
  };
}

function isAlive(parts: ClientsParts, connection: string): boolean {
  return parts.labelOf(connection) !== undefined;
}

function sheetOf(
  definition: ClientDefinition,
  before: Snapshot,
  entries: readonly LedgerEntry[],
  options: WriteOptions,
): Sheet {
  const { text } = textOf(definition, before);
  return { definition, file: before.file, text, entries, force: options.force === true };
}
