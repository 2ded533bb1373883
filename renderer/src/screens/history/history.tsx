import { Button, SegmentedControl } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useCallback, useRef } from 'react';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { Details } from './details.tsx';
import { Export } from './export.tsx';
import { Filters } from './filters.tsx';
import { useFound } from './found.ts';
import { Rows } from './rows.tsx';
import type { Source } from './source.ts';
import { useVerification, Verdict, Verify } from './verify.tsx';
import { type Query, useView } from './view.ts';
import { useWhole } from './whole.ts';
import './history.css';

const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }));

/** What assistants, people and Gatehouse did, newest first. */
export function History() {
  const { history } = useWords();
  const { query: address } = useRoute();
  const view = useView();
  const verification = useVerification();
  const charts = address.view === 'charts';
  return (
    <Page
      title={history.title}
      actions={
        <div className="actions">
          <SegmentedControl
            size="xs"
            aria-label={history.views}
            value={charts ? 'charts' : 'list'}
            onChange={value => setQuery({ view: value === 'charts' ? value : '' })}
            data={[
              { value: 'list', label: history.list },
              { value: 'charts', label: history.charts },
            ]}
          />
          <Export view={view} />
          <Verify verification={verification} />
        </div>
      }
    >
      <Verdict verification={verification} />
      <Filters view={view} charts={charts} />
      {charts ? (
        <Suspense fallback={<Loading />}>
          <Charts view={view} />
        </Suspense>
      ) : view.query === undefined ? (
        <Whole />
      ) : (
        <Found key={JSON.stringify(view.query)} query={view.query} />
      )}
      <Details />
    </Page>
  );
}

function Whole() {
  const { history } = useWords();
  const { scroller, mayMove } = useScroller();
  return (
    <List source={useWhole(mayMove)} scroller={scroller}>
      {history.nothingYet}
    </List>
  );
}

function Found({ query }: { readonly query: Query }) {
  const { history } = useWords();
  const { scroller, mayMove } = useScroller();
  return (
    <List source={useFound(query, mayMove)} scroller={scroller}>
      {history.nothingFits}
    </List>
  );
}

const NEAR_TOP = 20;

/** The list moves only while somebody watches its top, and neither points at a row nor stands on one. */
function useScroller() {
  const scroller = useRef<HTMLDivElement>(null);
  const mayMove = useCallback(() => {
    const box = scroller.current;
    return box === null || (box.scrollTop < NEAR_TOP && !box.matches(':hover, :focus-within'));
  }, []);
  return { scroller, mayMove };
}

interface ListProps {
  readonly source: Source;
  readonly scroller: ReturnType<typeof useScroller>['scroller'];
  /** What to say when there is none. */
  readonly children: ReactNode;
}

function List({ source, scroller, children }: ListProps) {
  const { history } = useWords();
  const { rows, held, failed, again, showHeld } = source;
  const open = useCallback((seq: number) => setQuery({ entry: String(seq) }), []);
  return (
    <>
      {failed !== undefined && <NotLoaded failure={failed} retry={again} />}
      {rows === undefined && failed === undefined && <Loading />}
      {rows === 0 && held === 0 && <Empty>{children}</Empty>}
      <div className="listed">
        {held > 0 && (
          <div className="pill">
            <Button
              size="compact-sm"
              radius="xl"
              onClick={() => {
                showHeld();
                scroller.current?.scrollTo(0, 0);
              }}
            >
              {history.newEntries(held)}
            </Button>
          </div>
        )}
        {rows !== undefined && rows > 0 && <Rows source={source} scroller={scroller} onOpen={open} />}
      </div>
    </>
  );
}
