import { Button, Group, SegmentedControl, Skeleton, Title } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { StatsView } from '../../../../app/contract/index.ts';
import { useAsked, useSlowed } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { useStore } from '../../api/store.ts';
import { useNow } from '../../parts/now.ts';
import { Empty } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { hashOf, setQuery, useRoute } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';

const CallsChart = lazy(async () => ({ default: (await import('./calls-chart.tsx')).CallsChart }));
const HOUR_MS = 3_600_000;
const FRESH_MS = 3_000;
const OUTCOMES = ['ok', 'failed', 'refused', 'cancelled'] as const;
export type Counted = (typeof OUTCOMES)[number];
export type Bar = Readonly<Record<Counted, number>> & { readonly from: string; readonly label: string };

/** Calls by outcome over the last day or week: a chart, its sentence, and its numbers. */
export function Calls() {
  const { calls } = useWords().home;
  const { query } = useRoute();
  const week = query.span === 'week';
  const { value: stats, failure, again } = useStats(week);
  return (
    <section className="panel" aria-labelledby="home-calls">
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5" id="home-calls">
          {calls.title}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={calls.span}
          data={[
            { value: 'day', label: calls.day },
            { value: 'week', label: calls.week },
          ]}
          value={week ? 'week' : 'day'}
          onChange={span => setQuery({ span: span === 'day' ? '' : span })}
        />
      </Group>
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {stats === undefined && failure === undefined && <Skeleton height={220} animate={false} />}
      {stats?.calls === 0 && <Empty>{calls.none}</Empty>}
      {stats !== undefined && stats.calls > 0 && <Figure stats={stats} />}
    </section>
  );
}

function Figure({ stats }: { readonly stats: StatsView }) {
  const { calls } = useWords().home;
  const formats = useFormats();
  const [numbers, setNumbers] = useState(false);
  const bars = stats.buckets.map(({ from, outcomes }) => ({
    from,
    label: stats.bucketHours === 24 ? formats.day(from) : formats.clock(from),
    ...counted(outcomes),
  }));
  const total = counted(stats.outcomes);
  const shown = OUTCOMES.filter(outcome => total[outcome] > 0);
  const busiest = bars.reduce((most, bar) => (sumOf(bar) > sumOf(most) ? bar : most));
  return (
    <>
      <p className="told-by-words">
        {calls.summary(
          stats.calls,
          shown.map(outcome => calls.part(total[outcome], calls.outcomes[outcome])),
          sumOf(busiest),
          busiest.label,
        )}
      </p>
      <div aria-hidden="true" className="chart">
        <Suspense fallback={<Skeleton height={220} animate={false} />}>
          <CallsChart bars={bars} shown={shown} names={calls.outcomes} />
        </Suspense>
      </div>
      <Group gap="xs">
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={numbers}
          onClick={() => setNumbers(before => !before)}
        >
          {numbers ? calls.hideNumbers : calls.showNumbers}
        </Button>
        <a className="small" href={hashOf(['history'])}>
          {calls.history}
        </a>
      </Group>
      {numbers && <Numbers bars={bars.filter(bar => sumOf(bar) > 0)} shown={shown} />}
    </>
  );
}

function Numbers({ bars, shown }: { readonly bars: readonly Bar[]; readonly shown: readonly Counted[] }) {
  const { calls } = useWords().home;
  const formats = useFormats();
  return (
    <table className="numbers">
      <thead>
        <tr>
          <th>{calls.when}</th>
          {shown.map(outcome => (
            <th key={outcome}>{calls.outcomes[outcome]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.map(bar => (
          <tr key={bar.from}>
            <td title={formats.exactTime(bar.from)}>{bar.label}</td>
            {shown.map(outcome => (
              <td key={outcome}>{formats.number(bar[outcome])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Anew when the history moved and when the hour is over. */
function useStats(week: boolean) {
  const moves = useSlowed(
    useStore(state => state.historyMoves),
    FRESH_MS,
  );
  const hour = Math.floor(useNow(60_000) / HOUR_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks anew when the history moved
  const ask = useCallback(() => {
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    midnight.setDate(midnight.getDate() - 6);
    const from = week ? midnight.getTime() : (hour - 23) * HOUR_MS;
    const to = (hour + 1) * HOUR_MS;
    return call('audit.stats', {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      bucketHours: week ? 24 : 1,
    });
  }, [week, hour, moves]);
  return useAsked(ask);
}

function counted(outcomes: Readonly<Record<string, number>>): Readonly<Record<Counted, number>> {
  const { ok = 0, error = 0, unknown = 0, refused = 0, cancelled = 0 } = outcomes;
  return { ok, failed: error + unknown, refused, cancelled };
}

function sumOf(bar: Readonly<Record<Counted, number>>): number {
  return OUTCOMES.reduce((sum, outcome) => sum + bar[outcome], 0);
}
