import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Table } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { InputOf, StatsView } from '../../../../app/contract/index.ts';
import { call, type Failure, failureOf } from '../../api/client.ts';
import { hear } from '../../api/store.ts';
import { actionOf } from '../../parts/labels.tsx';
import { Empty, Loading } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { setQuery } from '../../route.ts';
import { type Formats, useFormats, useWords } from '../../words/index.ts';
import { resultWord } from './kinds.ts';
import type { View } from './view.ts';

const OUTCOMES = ['ok', 'error', 'refused', 'cancelled', 'unknown'] as const;
const COLORS: Readonly<Record<string, string>> = {
  ok: 'teal.7',
  error: 'red.7',
  refused: 'orange.6',
  cancelled: 'gray.5',
  unknown: 'grape.6',
};
const ANEW_MS = 3_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Ended calls in pictures, each with its words and its numbers. Of the view's filters those count that calls have. */
export function Charts({ view }: { readonly view: View }) {
  const { history } = useWords();
  const [stats, setStats] = useState<StatsView>();
  const [failed, setFailed] = useState<Failure>();
  const [again, setAgain] = useState(0);
  // Looks anew now and then while the history moves: drawing is dear.
  useEffect(() => {
    let timer = 0;
    const stop = hear(event => {
      if ((event.type !== 'entries' && event.type !== 'line') || timer !== 0) return;
      timer = window.setTimeout(() => {
        timer = 0;
        setAgain(n => n + 1);
      }, ANEW_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    let current = true;
    call('audit.stats', rangeOf(view, Date.now())).then(
      told => {
        if (!current) return;
        setStats(told);
        setFailed(undefined);
      },
      error => current && setFailed(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [view, again]);
  if (failed !== undefined) return <NotLoaded failure={failed} retry={() => setAgain(again + 1)} />;
  if (stats === undefined) return <Loading />;
  if (stats.calls === 0) return <Empty>{history.chart.none}</Empty>;
  return (
    <div className="charts">
      <Volume stats={stats} />
      <Outcomes stats={stats} />
      <Latency stats={stats} />
      <Busiest stats={stats} />
    </div>
  );
}

/** The time of the view, a week unless told, in some twenty to fifty buckets. */
function rangeOf({ query, facets }: View, now: number): InputOf<'audit.stats'> {
  const from = query?.from === undefined ? now - WEEK_MS : Date.parse(query.from);
  const to = Math.max(from + HOUR_MS, query?.to === undefined ? now : Date.parse(query.to));
  const hours = (to - from) / HOUR_MS;
  const bucketHours = [1, 3, 6, 12, 24, 168].find(size => hours / size <= 48) ?? 744;
  const { client, connection, tool, effect, outcome } = facets;
  const start = new Date(from);
  if (bucketHours >= 24) start.setHours(0, 0, 0, 0);
  return {
    from: start.toISOString(),
    to: new Date(to).toISOString(),
    bucketHours,
    facets: Object.fromEntries(
      Object.entries({ client, connection, tool, effect, outcome }).filter(([, value]) => value !== undefined),
    ),
  };
}

const labelOf = (formats: Formats, stats: StatsView, from: string): string =>
  stats.bucketHours >= 24
    ? formats.day(from)
    : stats.bucketHours === 1
      ? formats.clock(from)
      : `${formats.day(from)} ${formats.clock(from)}`;

function Chart({
  title,
  says,
  table,
  children,
}: {
  readonly title: string;
  readonly says?: string;
  readonly table?: ReactNode;
  readonly children: ReactNode;
}) {
  const { history } = useWords();
  return (
    <figure className="figure" aria-label={title}>
      <figcaption>
        <b>{title}</b>
        {says !== undefined && <div className="quiet">{says}</div>}
      </figcaption>
      {children}
      {table !== undefined && (
        <details>
          <summary>{history.chart.asTable}</summary>
          <div className="chart-table">{table}</div>
        </details>
      )}
    </figure>
  );
}

function Volume({ stats }: { readonly stats: StatsView }) {
  const words = useWords();
  const formats = useFormats();
  const { chart } = words.history;
  const used = OUTCOMES.filter(outcome => (stats.outcomes[outcome] ?? 0) > 0);
  const failed = stats.calls - (stats.outcomes.ok ?? 0);
  const filled = stats.buckets.filter(bucket => Object.keys(bucket.outcomes).length > 0);
  return (
    <Chart
      title={chart.volume}
      says={chart.volumeSays(stats.calls, failed)}
      table={
        <Numbers
          head={[chart.bucket, ...used.map(outcome => resultWord(words, outcome))]}
          rows={filled.map(bucket => [
            labelOf(formats, stats, bucket.from),
            ...used.map(outcome => formats.number(bucket.outcomes[outcome] ?? 0)),
          ])}
        />
      }
    >
      <div aria-hidden="true">
        <BarChart
          h={220}
          data={stats.buckets.map(bucket => ({ at: labelOf(formats, stats, bucket.from), ...bucket.outcomes }))}
          dataKey="at"
          type="stacked"
          series={used.map(name => ({ name, label: resultWord(words, name), color: COLORS[name] ?? 'gray' }))}
          withLegend={used.length > 1}
          tickLine="none"
          gridAxis="x"
          valueFormatter={value => formats.number(value)}
          barChartProps={{ accessibilityLayer: false }}
          barProps={{ isAnimationActive: false }}
        />
      </div>
    </Chart>
  );
}

function Outcomes({ stats }: { readonly stats: StatsView }) {
  const words = useWords();
  const { chart } = words.history;
  return (
    <Chart title={chart.outcomes}>
      <ul className="bars-list">
        {Object.entries(stats.outcomes)
          .toSorted(([, a], [, b]) => b - a)
          .map(([outcome, calls]) => (
            <li key={outcome}>
              <button type="button" className="plain link" onClick={() => setQuery({ view: '', outcome })}>
                {resultWord(words, outcome)}
              </button>
              <span>{chart.share(calls, stats.calls)}</span>
              <Share of={calls / stats.calls} color={COLORS[outcome] ?? 'gray.5'} />
            </li>
          ))}
      </ul>
    </Chart>
  );
}

function Latency({ stats }: { readonly stats: StatsView }) {
  const words = useWords();
  const formats = useFormats();
  const { chart } = words.history;
  if (stats.p50Ms === null || stats.p95Ms === null) return null;
  const ms = (value: number | null): string => (value === null ? '' : formats.duration(value));
  return (
    <Chart
      title={chart.latency}
      says={chart.latencySays(formats.duration(stats.p50Ms), formats.duration(stats.p95Ms))}
      table={
        <Numbers
          head={[chart.bucket, chart.middle, chart.slow]}
          rows={stats.buckets
            .filter(bucket => bucket.p50Ms !== null)
            .map(bucket => [labelOf(formats, stats, bucket.from), ms(bucket.p50Ms), ms(bucket.p95Ms)])}
        />
      }
    >
      <div aria-hidden="true">
        <LineChart
          h={220}
          data={stats.buckets.map(bucket => ({
            at: labelOf(formats, stats, bucket.from),
            middle: bucket.p50Ms,
            slow: bucket.p95Ms,
          }))}
          dataKey="at"
          series={[
            { name: 'middle', label: chart.middle, color: 'blue.6' },
            { name: 'slow', label: chart.slow, color: 'orange.6' },
          ]}
          withLegend
          connectNulls
          curveType="linear"
          tickLine="none"
          gridAxis="x"
          valueFormatter={value => formats.duration(value)}
          yAxisProps={{ width: 70 }}
          lineChartProps={{ accessibilityLayer: false }}
          lineProps={{ isAnimationActive: false }}
        />
      </div>
    </Chart>
  );
}

function Busiest({ stats }: { readonly stats: StatsView }) {
  const words = useWords();
  const formats = useFormats();
  const { chart } = words.history;
  const most = Math.max(1, ...stats.actions.map(({ calls }) => calls));
  return (
    <Chart title={chart.busiest}>
      <Table className="rows" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{chart.tool}</Table.Th>
            <Table.Th ta="right">{chart.calls}</Table.Th>
            <Table.Th ta="right">{chart.failed}</Table.Th>
            <Table.Th ta="right">{chart.mean}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {stats.actions.slice(0, 10).map(({ connection, tool, action, calls, failed, meanMs }) => (
            <Table.Tr key={`${connection}/${tool}/${action}`}>
              <Table.Td className="wrap">
                <button type="button" className="plain link" onClick={() => setQuery({ view: '', connection, tool })}>
                  {actionOf(tool, action)}
                </button>
                <div className="quiet small">{connection}</div>
                <Share of={calls / most} color="blue.6" />
              </Table.Td>
              <Table.Td ta="right">{formats.number(calls)}</Table.Td>
              <Table.Td ta="right">{failed === 0 ? '–' : formats.number(failed)}</Table.Td>
              <Table.Td ta="right">{formats.duration(meanMs)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Chart>
  );
}

function Share({ of, color }: { readonly of: number; readonly color: string }) {
  const [name, shade] = color.split('.');
  return (
    <div className="share" aria-hidden="true">
      <div style={{ width: `${Math.max(1, 100 * of)}%`, background: `var(--mantine-color-${name}-${shade})` }} />
    </div>
  );
}

function Numbers({ head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <Table verticalSpacing={2}>
      <Table.Thead>
        <Table.Tr>
          {head.map(title => (
            <Table.Th key={title}>{title}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(row => (
          <Table.Tr key={row[0]}>
            {row.map((cell, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change places
              <Table.Td key={at}>{cell}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
