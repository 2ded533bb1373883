import { Fault, type PlannedChange } from '../kit/index.ts';

/** What a call that replaces a whole list does to it. */
export interface ListChange {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export type Mode = 'add' | 'remove' | 'replace';

export function changeOf(before: readonly string[], given: readonly string[], mode: Mode): ListChange {
  const after =
    mode === 'add'
      ? [...new Set([...before, ...given])]
      : mode === 'remove'
        ? before.filter(one => !given.includes(one))
        : [...new Set(given)];
  return {
    before,
    after,
    added: after.filter(one => !before.includes(one)),
    removed: before.filter(one => !after.includes(one)),
  };
}

/** A list that cannot be read is no empty list. Throws `GH_VENDOR_ANSWER`. */
export function listed(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Fault('GH_VENDOR_ANSWER', 'What is there now could not be read.');
  return value;
}

/** As the person sees it who is asked. */
export function plannedOf({ removed, added }: ListChange, what: string): readonly PlannedChange[] {
  return [
    ...removed.map(one => ({ what, before: one, after: null })),
    ...added.map(one => ({ what, before: null, after: one })),
  ];
}

/**
 * Who replaces a list names what goes: on its own the server has nobody who is shown the difference. Throws
 * `GH_INVALID_INPUT` with the difference; nothing was sent then.
 */
export function demandNamed(change: ListChange, mode: Mode, removes: readonly string[] = []): void {
  if (mode !== 'replace') return;
  const unnamed = change.removed.filter(one => !removes.includes(one));
  const wrong = removes.filter(one => !change.removed.includes(one));
  if (unnamed.length === 0 && wrong.length === 0) return;
  const said = [
    ...(unnamed.length > 0 ? [`it would also remove ${unnamed.join(', ')}`] : []),
    ...(wrong.length > 0 ? [`it would not remove ${wrong.join(', ')}`] : []),
  ];
  throw new Fault('GH_INVALID_INPUT', `Nothing was changed: ${said.join(', and ')}.`, {
    hint: 'Show the difference to the person; if it is wanted, call again with removes as it stands in `removed`.',
    fields: { ...change },
  });
}
