import { Badge } from '@mantine/core';
import { type KeyboardEvent, memo, type RefObject, useLayoutEffect, useState } from 'react';
import type { EntryView } from '../../../../app/contract/index.ts';
import { actionOf, Demo, useNameOf } from '../../parts/labels.tsx';
import { useFormats, useWords } from '../../words/index.ts';
import { kindOf, resultOf } from './kinds.ts';
import type { Source } from './source.ts';

const ROW = 34;
const MARGIN = 12;
/** Browsers end at some 17 million pixels. A longer list moves faster than its scroll bar. */
const TALLEST = 16_000_000;

interface Sight {
  readonly first: number;
  readonly end: number;
  /** Where the first row stands in the scrolled content. */
  readonly top: number;
}

interface RowsProps {
  readonly source: Source;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onOpen: (seq: number) => void;
}

/**
 * A table of which only what can be seen is drawn. Rows are of one height, so that their place follows from their number alone,
 * for a million as for ten: that is why no library measures them.
 */
export function Rows({ source, scroller, onOpen }: RowsProps) {
  const { history } = useWords();
  const { rows = 0, look } = source;
  const sight = useSight(scroller, rows);
  useLayoutEffect(() => look(sight.first, sight.end), [look, sight]);
  const shown = Array.from({ length: Math.max(0, Math.min(sight.end, rows) - sight.first) }, (_, n) => sight.first + n);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of elements does not get this tall
    <div role="table" aria-label={history.table} aria-rowcount={rows + 1} className="entries">
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup">
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="row" aria-rowindex={1} className="entry head" tabIndex={-1}>
          {Object.entries(history.columns).map(([name, title]) => (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div key={name} role="columnheader" tabIndex={-1} className={name}>
              {title}
            </div>
          ))}
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <div role="rowgroup" className="scroller" ref={scroller} tabIndex={0} onKeyDown={step}>
        <div role="presentation" style={{ height: Math.min(rows * ROW, TALLEST) }}>
          <div role="presentation" style={{ transform: `translateY(${sight.top}px)` }}>
            {shown.map(row => (
              <Row key={keyOf(source, row)} entry={source.at(row)} index={row + 2} onOpen={onOpen} />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Which rows are in sight, from how far the box is scrolled. */
function useSight(scroller: RefObject<HTMLDivElement | null>, rows: number): Sight {
  const [sight, setSight] = useState<Sight>({ first: 0, end: 40, top: 0 });
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const find = (): void => {
      const { scrollTop, clientHeight } = box;
      const whole = rows * ROW;
      const room = Math.max(1, Math.min(whole, TALLEST) - clientHeight);
      const ahead = scrollTop * Math.max(1, (whole - clientHeight) / room);
      const first = Math.max(0, Math.floor(ahead / ROW) - MARGIN);
      const end = Math.min(rows, Math.ceil((ahead + clientHeight) / ROW) + MARGIN);
      const top = first * ROW - ahead + scrollTop;
      setSight(old => (old.first === first && old.end === end && old.top === top ? old : { first, end, top }));
    };
    find();
    box.addEventListener('scroll', find, { passive: true });
    const size = new ResizeObserver(find);
    size.observe(box);
    return () => {
      box.removeEventListener('scroll', find);
      size.disconnect();
    };
  }, [scroller, rows]);
  return sight;
}

function keyOf(source: Source, row: number): string {
  const entry = source.at(row);
  return entry === undefined || 'missing' in entry ? `row ${row}` : String(entry.seq);
}

/** Up and down go from entry to entry. */
function step(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = document.activeElement?.closest('.entry');
  if (row === null || row === undefined) return;
  const next = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
  event.preventDefault();
  next?.querySelector('button')?.focus();
}

interface RowProps {
  readonly entry: ReturnType<Source['at']>;
  readonly index: number;
  readonly onOpen: (seq: number) => void;
}

const Row = memo(function Row({ entry, index, onOpen }: RowProps) {
  const { history } = useWords();
  if (entry === undefined || 'missing' in entry)
    return (
      // biome-ignore lint/a11y/useSemanticElements: rows of a table without elements
      <div role="row" aria-rowindex={index} className="entry" tabIndex={-1}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="cell" className={entry === undefined ? 'quiet' : 'warn'}>
          {entry === undefined ? '…' : history.missing(entry.missing)}
        </div>
      </div>
    );
  return <Known entry={entry} index={index} onOpen={onOpen} />;
});

function Known({ entry, index, onOpen }: RowProps & { readonly entry: EntryView }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useNameOf();
  const result = resultOf(words, entry);
  const what = entry.tool === undefined ? (entry.message ?? '') : actionOf(entry.tool, entry.action);
  const who = [entry.client === undefined ? undefined : nameOf(entry.client), entry.connection]
    .filter(Boolean)
    .join(' · ');
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a table without elements
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in it is for the keyboard
    <div
      role="row"
      id={`entry-${entry.seq}`}
      aria-rowindex={index}
      className="entry known"
      tabIndex={-1}
      onClick={() => onOpen(entry.seq)}
    >
      <Cell name="time" title={formats.exactTime(entry.time)}>
        {formats.time(entry.time)}
      </Cell>
      <Cell name="what" title={what}>
        <button type="button" className="plain">
          {kindOf(words, entry.kind)}
        </button>{' '}
        {what}
      </Cell>
      <Cell name="who" title={who}>
        {entry.demo === true && <Demo size="xs" />} {who}
      </Cell>
      <Cell name="result">{result !== undefined && <Badge color={result[1]}>{result[0]}</Badge>}</Cell>
      <Cell name="took">{entry.durationMs === undefined ? '' : formats.duration(entry.durationMs)}</Cell>
    </div>
  );
}

function Cell({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title?: string;
  readonly children: React.ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: cells of a table without elements
    <div role="cell" className={name} {...(title === undefined ? {} : { title })}>
      {children}
    </div>
  );
}
