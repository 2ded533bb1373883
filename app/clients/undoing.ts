import { draftPutBack } from './drafts.ts';
import type { LedgerUndo } from './ledger.ts';
import { type Intent, type TargetDeps, targetOf, textOf } from './targets.ts';

/** The way back of one change. `exact` tells, once the intent has run, whether the former bytes come back as they were. */
export function undoIntent(
  deps: TargetDeps,
  undo: LedgerUndo,
): { readonly intent: Intent; readonly exact: () => boolean } {
  const { definition, backups } = deps;
  let exact = false;
  const intent: Intent = (before, start) => {
    const former = undo.backup === null ? null : backups.read(undo.backup);
    const untouched = before.hash === undo.afterHash && !(former === null && before.linked);
    const already = former !== undefined && sameBytes(before.bytes, former);
    exact = former !== undefined && (untouched || already);
    if (former !== undefined && exact) {
      return {
        bytes: former,
        text: former === null ? null : textOf(definition, { ...before, bytes: former }).text,
        entries: undo.entriesBefore,
        record: undo.fileBefore,
        changes: undo.changes.map(({ name, before: put, after }) => ({
          connection: [...start.entries, ...undo.entriesBefore].find(entry => entry.name === name)?.connection ?? '',
          name,
          kind: put === null ? 'remove' : after === null ? 'add' : 'update',
        })),
        undo: [],
      };
    }
    const draft = draftPutBack(
      { definition, file: before.file, text: textOf(definition, before).text, entries: start.entries, force: false },
      undo.changes,
      undo.entriesBefore,
    );
    const record = start.record ?? (undo.fileBefore === null ? undefined : { ...undo.fileBefore, origin: null });
    return targetOf(deps, before, record === undefined ? start : { ...start, record }, draft);
  };
  return { intent, exact: () => exact };
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
