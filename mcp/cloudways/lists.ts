import { Fault } from '../kit/index.ts';

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

/**
 * Who replaces a list names what goes, so that an approval, which shows the arguments, shows the difference. Throws
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
