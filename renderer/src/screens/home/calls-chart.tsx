import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import type { Bar, Counted } from './calls.tsx';

const COLORS: Readonly<Record<Counted, string>> = {
  ok: 'var(--gh-bar-ok)',
  failed: 'var(--gh-bar-failed)',
  refused: 'var(--gh-bar-refused)',
  cancelled: 'var(--gh-bar-cancelled)',
};

interface CallsChartProps {
  readonly bars: readonly Bar[];
  readonly shown: readonly Counted[];
  readonly names: Readonly<Record<Counted, string>>;
}

/** Drawn for the eyes alone: its sentence and its numbers stand beside it. */
export function CallsChart({ bars, shown, names }: CallsChartProps) {
  return (
    <BarChart
      h={220}
      data={[...bars]}
      dataKey="label"
      type="stacked"
      series={shown.map(name => ({ name, label: names[name], color: COLORS[name] }))}
      withLegend
      legendProps={{ verticalAlign: 'bottom', itemSorter: null }}
      tickLine="none"
      gridAxis="x"
      maxBarWidth={36}
      yAxisProps={{ allowDecimals: false, width: 36 }}
      xAxisProps={{ interval: 'preserveStartEnd', minTickGap: 24 }}
      barProps={{ isAnimationActive: false }}
      barChartProps={{ accessibilityLayer: false }}
    />
  );
}
