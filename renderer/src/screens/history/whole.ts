import { useCallback, useEffect, useRef, useState } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { hear } from '../../api/store.ts';
import { type Source, TELL_MS } from './source.ts';

const PAGE = 100;
const REST_MS = 60;
const KEPT = 6_000;

interface Bounds {
  readonly start: number;
  readonly end: number;
}

/**
 * The whole history. Entries are numbered without a gap, so a row is a number: any place of a million can be jumped to, and
 * its page is fetched once one rests there. What is new comes with the host's events and costs no question.
 */
export function useWhole(mayMove: () => boolean): Source {
  const [shown, setShown] = useState<Bounds>();
  const [held, setHeld] = useState(0);
  const [failed, setFailed] = useState<Failure>();
  const [, redraw] = useState(0);
  const known = useRef(new Map<number, EntryView | { readonly missing: number }>());
  const latest = useRef(0);
  const bounds = useRef<Bounds | undefined>(undefined);
  const seen = useRef<readonly [first: number, end: number]>([0, PAGE]);
  const fetching = useRef(new Set<number>());
  const resting = useRef(0);

  const put = useCallback((next: Bounds) => {
    bounds.current = next;
    setShown(next);
    setHeld(latest.current - next.end);
  }, []);

  const fetchSeen = useCallback(() => {
    const now = bounds.current;
    if (now === undefined) return;
    const newest = now.end - seen.current[0];
    const oldest = Math.max(now.start, now.end - seen.current[1] + 1);
    for (let page = Math.floor(newest / PAGE); page >= Math.floor(oldest / PAGE); page--) {
      const from = Math.max(page * PAGE, now.start);
      const to = Math.min(page * PAGE + PAGE - 1, newest);
      if (fetching.current.has(page) || filled(known.current, Math.max(from, oldest), to)) continue;
      fetching.current.add(page);
      call('audit.list', { before: page * PAGE + PAGE, after: from - 1, limit: PAGE })
        .then(
          found => {
            for (const entry of found) known.current.set(entry.seq, entry);
            for (let seq = from; seq <= to; seq++)
              if (!known.current.has(seq)) known.current.set(seq, { missing: seq });
            forget(known.current, now.end - seen.current[0]);
            setFailed(undefined);
            redraw(n => n + 1);
          },
          error => setFailed(failureOf(error)),
        )
        .finally(() => fetching.current.delete(page));
    }
  }, []);

  const look = useCallback(
    (first: number, end: number) => {
      seen.current = [first, end];
      clearTimeout(resting.current);
      resting.current = window.setTimeout(fetchSeen, REST_MS);
    },
    [fetchSeen],
  );

  const again = useCallback(() => {
    call('status', {}).then(
      status => {
        latest.current = Math.max(latest.current, status.historyEnd);
        const end = bounds.current === undefined || mayMove() ? latest.current : bounds.current.end;
        put({ start: Math.min(status.historyStart, end), end });
        fetchSeen();
      },
      error => setFailed(failureOf(error)),
    );
  }, [put, fetchSeen, mayMove]);

  useEffect(() => {
    let timer = 0;
    const tell = (): void => {
      timer = 0;
      const now = bounds.current;
      if (now === undefined) return;
      if (mayMove()) {
        put({ ...now, end: latest.current });
        fetchSeen();
      } else setHeld(latest.current - now.end);
    };
    const stop = hear(event => {
      if (event.type === 'line') return again();
      if (event.type !== 'entries') return;
      for (const entry of event.entries) known.current.set(entry.seq, entry);
      latest.current = Math.max(latest.current, event.entries.at(-1)?.seq ?? 0);
      if (event.entries.some(({ kind }) => kind === 'pruned')) again();
      if (timer === 0) timer = window.setTimeout(tell, TELL_MS);
    });
    again();
    return () => {
      stop();
      clearTimeout(timer);
      clearTimeout(resting.current);
    };
  }, [again, put, fetchSeen, mayMove]);

  const end = shown?.end ?? 0;
  return {
    rows: shown === undefined ? undefined : end - shown.start + 1,
    at: row => known.current.get(end - row),
    look,
    held,
    showHeld() {
      if (shown !== undefined) put({ ...shown, end: latest.current });
    },
    failed,
    again,
  };
}

function filled(known: ReadonlyMap<number, unknown>, from: number, to: number): boolean {
  for (let seq = from; seq <= to; seq++) if (!known.has(seq)) return false;
  return true;
}

/** Hours of scrolling and following must not fill the memory: what is far from the place in sight is let go. */
function forget(known: Map<number, unknown>, place: number): void {
  if (known.size <= KEPT) return;
  for (const seq of known.keys()) if (Math.abs(seq - place) > KEPT / 4) known.delete(seq);
}
