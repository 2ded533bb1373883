import { useCallback, useEffect, useRef, useState } from 'react';
import type { EntryView, InputOf } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { useStore } from '../../api/store.ts';

const PAGE = 100;
/** How many new entries are fetched at once; when there are more, the list starts over rather than leave a gap. */
const CATCH_UP = 500;
/** What follows along by itself for hours is cut at the old end; it is loaded again on demand. */
const KEPT = 3_000;
const PAUSE_MS = 250;

interface List {
  /** Newest first, without a gap. */
  readonly entries: readonly EntryView[];
  /** New ones, held back so that the list does not move under the person's eyes. */
  readonly held: readonly EntryView[];
  readonly more: boolean;
}

interface Tail {
  readonly list: List | undefined;
  readonly failed: Failure | undefined;
  readonly showHeld: () => void;
  readonly older: () => void;
  readonly again: () => void;
}

/** The entries that fit a query, kept up to date at the top, extended on demand at the bottom. */
export function useTail(text: string, kind: string, mayMove: () => boolean): Tail {
  const [list, setList] = useState<List>();
  const [failed, setFailed] = useState<Failure>();
  const moves = useStore(state => state.historyMoves);
  const now = useRef<List | undefined>(undefined);
  /** Grows with every fresh start; what was asked before it is dropped. */
  const round = useRef(0);
  const following = useRef({ asked: false, running: false });

  const put = useCallback((next: List) => {
    now.current = next;
    setList(next);
    setFailed(undefined);
  }, []);
  const ask = useCallback(
    (range: Pick<InputOf<'audit.list'>, 'before' | 'after' | 'limit'>) =>
      call('audit.list', {
        ...range,
        ...(text.trim() === '' ? {} : { text: text.trim() }),
        ...(kind === '' ? {} : { facets: { kind } }),
      }),
    [text, kind],
  );

  const again = useCallback(() => {
    const mine = ++round.current;
    ask({ limit: PAGE }).then(
      found => mine === round.current && put({ entries: found, held: [], more: found.length === PAGE }),
      error => mine === round.current && setFailed(failureOf(error)),
    );
  }, [ask, put]);
  useEffect(() => {
    const timer = setTimeout(again, now.current === undefined ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [again]);

  const catchUp = useCallback(async () => {
    const before = now.current;
    if (before === undefined) return;
    const mine = round.current;
    const found = await ask({ after: (before.held[0] ?? before.entries[0])?.seq ?? 0, limit: CATCH_UP });
    const old = now.current;
    if (mine !== round.current || old === undefined || found.length === 0) return;
    if (found.length === CATCH_UP) return again();
    if (!mayMove()) return put({ ...old, held: [...found, ...old.held] });
    const all = [...found, ...old.held, ...old.entries];
    put({ entries: all.slice(0, KEPT), held: [], more: old.more || all.length > KEPT });
  }, [ask, put, again, mayMove]);

  /** The search of now, also for a loop that was started under another one. */
  const latest = useRef(catchUp);
  useEffect(() => {
    latest.current = catchUp;
  }, [catchUp]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looks when the history moved
  useEffect(() => {
    const state = following.current;
    state.asked = true;
    if (state.running) return;
    const follow = async (): Promise<void> => {
      state.running = true;
      while (state.asked) {
        state.asked = false;
        await latest.current().catch(error => setFailed(failureOf(error)));
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
      }
      state.running = false;
    };
    void follow();
  }, [moves]);

  return {
    list,
    failed,
    again,
    showHeld() {
      if (now.current !== undefined)
        put({ ...now.current, entries: [...now.current.held, ...now.current.entries], held: [] });
    },
    older() {
      const last = now.current?.entries.at(-1)?.seq;
      const mine = round.current;
      if (last === undefined) return;
      ask({ before: last, limit: PAGE }).then(
        found => {
          const old = now.current;
          if (mine !== round.current || old === undefined || old.entries.at(-1)?.seq !== last) return;
          put({ ...old, entries: [...old.entries, ...found], more: found.length === PAGE });
        },
        error => mine === round.current && setFailed(failureOf(error)),
      );
    },
  };
}
