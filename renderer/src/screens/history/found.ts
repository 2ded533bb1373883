import { useCallback, useEffect, useRef, useState } from 'react';
import type { EntryView, InputOf } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { hear } from '../../api/store.ts';
import { type Source, TELL_MS } from './source.ts';
import type { Query } from './view.ts';

const PAGE = 200;
/** How many new entries are fetched at once; when there are more, the list starts over rather than leave a gap. */
const CATCH_UP = 500;
const NEAR_END = 60;
/** What follows along by itself for hours is cut at the old end; it is loaded again on demand. */
const KEPT = 3_000;

interface List {
  /** Newest first, without a gap. */
  readonly entries: readonly EntryView[];
  readonly held: readonly EntryView[];
  readonly more: boolean;
}

/** The entries that fit a query, kept up to date at the top, extended at the bottom as one gets there. */
export function useFound(query: Query, mayMove: () => boolean): Source {
  const [list, setList] = useState<List>();
  const [failed, setFailed] = useState<Failure>();
  const now = useRef<List | undefined>(undefined);
  /** Grows with every fresh start; what was asked before it is dropped. */
  const round = useRef(0);
  const extending = useRef(false);

  const put = useCallback((next: List) => {
    now.current = next;
    setList(next);
    setFailed(undefined);
  }, []);
  const ask = useCallback(
    (range: Pick<InputOf<'audit.list'>, 'before' | 'after' | 'limit'>) => call('audit.list', { ...query, ...range }),
    [query],
  );

  const again = useCallback(() => {
    const mine = ++round.current;
    ask({ limit: PAGE }).then(
      found => mine === round.current && put({ entries: found, held: [], more: found.length === PAGE }),
      error => mine === round.current && setFailed(failureOf(error)),
    );
  }, [ask, put]);

  const catchUp = useCallback(async () => {
    const before = now.current;
    // More than that are not kept aside: showing them starts over.
    if (before === undefined || before.held.length >= KEPT) return;
    const mine = round.current;
    const found = await ask({ after: (before.held[0] ?? before.entries[0])?.seq ?? 0, limit: CATCH_UP });
    const old = now.current;
    if (mine !== round.current || old === undefined || found.length === 0) return;
    if (found.length === CATCH_UP) return again();
    if (!mayMove()) return put({ ...old, held: [...found, ...old.held] });
    const all = [...found, ...old.held, ...old.entries];
    put({ entries: all.slice(0, KEPT), held: [], more: old.more || all.length > KEPT });
  }, [ask, put, again, mayMove]);

  useEffect(() => {
    let [running, moved, ended] = [false, false, false];
    const follow = async (): Promise<void> => {
      if (running) return;
      running = true;
      while (moved && !ended) {
        moved = false;
        await catchUp().catch(error => setFailed(failureOf(error)));
        await new Promise(resolve => setTimeout(resolve, TELL_MS));
      }
      running = false;
    };
    again();
    const stop = hear(event => {
      if (event.type !== 'entries' && event.type !== 'line') return;
      moved = true;
      void follow();
    });
    return () => {
      ended = true;
      round.current += 1;
      stop();
    };
  }, [again, catchUp]);

  const entries = list?.entries;
  return {
    rows: entries?.length,
    at: row => entries?.[row],
    look(_first, end) {
      const old = now.current;
      const last = old?.entries.at(-1)?.seq;
      if (old?.more !== true || last === undefined || extending.current || end < old.entries.length - NEAR_END) return;
      const mine = round.current;
      extending.current = true;
      ask({ before: last, limit: PAGE })
        .then(
          found => {
            const then = now.current;
            if (mine !== round.current || then === undefined) return;
            put({ ...then, entries: [...then.entries, ...found], more: found.length === PAGE });
          },
          error => mine === round.current && setFailed(failureOf(error)),
        )
        .finally(() => {
          extending.current = false;
        });
    },
    held: list?.held.length ?? 0,
    showHeld() {
      if (now.current === undefined) return;
      if (now.current.held.length >= KEPT) again();
      else put({ ...now.current, entries: [...now.current.held, ...now.current.entries], held: [] });
    },
    failed,
    again,
  };
}
