import { useCallback, useEffect, useMemo, useState } from 'react';
import type { GrantsPreviewView, GrantsView, InputOf, PresetView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { type Choice, type Place, verdictOf } from './verdicts.ts';

type Input = InputOf<'grants.preview'>;
type Change = NonNullable<Input['changes']>[number];

/** Grants as they would be set: nothing holds before it is saved, and what would follow is shown first. */
export interface Draft {
  readonly changed: boolean;
  /** The preset that was chosen and not saved yet. */
  readonly preset: PresetView | undefined;
  readonly preview: GrantsPreviewView | undefined;
  readonly choiceAt: (place: Place) => Choice;
  readonly set: (place: Place, choice: Choice) => void;
  readonly start: (preset: PresetView) => void;
  readonly discard: () => void;
  readonly save: () => Promise<void>;
}

const PRESETS: Readonly<Record<PresetView, Partial<Readonly<Record<string, Choice>>>>> = {
  default: {},
  ask: { read: 'allow', write: 'ask', destructive: 'ask' },
  'read-only': { read: 'allow', write: 'hide', destructive: 'hide' },
  full: { read: 'allow', write: 'allow', destructive: 'allow' },
};

const keyOf = ({ effect, tool, action }: Place): string => [effect, tool, action].join('\n');

export function useDraft(id: string, client: string, grants: GrantsView, onSaved: () => void): Draft {
  const [preset, setPreset] = useState<PresetView>();
  const [changes, setChanges] = useState<ReadonlyMap<string, Change>>(new Map());
  const [preview, setPreview] = useState<GrantsPreviewView>();
  const changed = preset !== undefined || changes.size > 0;

  /** What stands for a place without the changes: of the chosen preset, else as it was set. */
  const baseAt = useCallback(
    (place: Place): Choice => {
      if (preset === undefined) return verdictOf(grants.rules, client, place);
      if (preset === 'ask' && client === '') return 'default';
      return place.effect === undefined ? 'default' : (PRESETS[preset][place.effect] ?? 'default');
    },
    [preset, grants, client],
  );
  const input = useMemo<Input | undefined>(
    () =>
      changed
        ? {
            id,
            ...(client === '' ? {} : { client }),
            ...(preset === undefined ? {} : { preset }),
            changes: [...changes.values()],
          }
        : undefined,
    [changed, id, client, preset, changes],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: grants that changed elsewhere lead to another difference
  useEffect(() => {
    setPreview(undefined);
    if (input === undefined) return;
    let current = true;
    void attempt(() => call('grants.preview', input)).then(told => current && setPreview(told));
    return () => {
      current = false;
    };
  }, [input, grants]);

  const discard = useCallback(() => {
    setPreset(undefined);
    setChanges(new Map());
  }, []);
  return {
    changed,
    preset,
    preview,
    choiceAt: place => changes.get(keyOf(place))?.verdict ?? baseAt(place),
    set(place, verdict) {
      setChanges(old => {
        const next = new Map(old);
        if (verdict === baseAt(place)) next.delete(keyOf(place));
        else next.set(keyOf(place), { ...place, verdict });
        return next;
      });
    },
    start(next) {
      setPreset(next === grants.preset ? undefined : next);
      setChanges(new Map());
    },
    discard,
    async save() {
      if (input === undefined) return;
      const done = await attempt(() => call('grants.apply', input));
      if (done === undefined) return;
      discard();
      onSaved();
    },
  };
}
