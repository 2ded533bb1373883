import { useCallback, useEffect, useState } from 'react';
import { type Failure, failureOf } from './client.ts';

export interface Asked<T> {
  /** The latest answer; it stays while a newer one is fetched, and when that fails. */
  readonly value: T | undefined;
  readonly failure: Failure | undefined;
  readonly again: () => void;
}

/** What one screen alone asks the host: asked when `ask` changes (give it by `useCallback`) and on demand; a late answer is dropped. */
export function useAsked<T>(ask: () => Promise<T>): Asked<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<Failure>();
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks once more
  useEffect(() => {
    let current = true;
    ask().then(
      told => {
        if (!current) return;
        setValue(() => told);
        setFailure(undefined);
      },
      error => current && setFailure(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [ask, round]);
  const again = useCallback(() => setRound(now => now + 1), []);
  return { value, failure, again };
}

/** Follows `value`, but changes at most every so many milliseconds: for what moves faster than anybody reads. */
export function useSlowed<T>(value: T, everyMs: number): T {
  const [slow, setSlow] = useState(value);
  const [changedAt, setChangedAt] = useState(0);
  useEffect(() => {
    if (Object.is(slow, value)) return;
    const timer = setTimeout(
      () => {
        setSlow(value);
        setChangedAt(Date.now());
      },
      Math.max(0, changedAt + everyMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [value, slow, changedAt, everyMs]);
  return slow;
}
