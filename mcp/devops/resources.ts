import { definesFor, type Resource } from '../kit/index.ts';
import { QUERY, SEARCH } from './datadog.ts';
import { logFilters, logInput, metricInput } from './filters.ts';
import { metricNames, serviceNames } from './names.ts';
import { readLogs, readMetrics } from './reads.ts';
import { type Item, isItem, itemsOf } from './reply.ts';
import type { Devops } from './state.ts';

const { resource } = definesFor<Devops>();
const mimeType = 'application/json';
/** Seconds between two looks at what is watched. */
const EVERY_S = 5;
/** The part of Datadog's budget that watching may use up; the rest is for people's calls. */
const SHARE = 0.5;

/** §3.4, with the filters of the tools. */
export const resources: readonly Resource<Devops>[] = [
  resource({
    uri: 'light-devops://logs',
    name: 'logs',
    title: 'Logs',
    description: 'The newest 100 log rows of the last week; filters may stand in the address.',
    mimeType,
    filters: logInput,
    complete: { service: serviceNames },
    watch: {
      pauseMs: (state, watched) => pauseMs(state, SEARCH, watched),
      look: async (call, given) => rowsIn(await readLogs(call, 'logs', filtersOf(given, call))),
    },
    read: async (call, given) => JSON.stringify(await readLogs(call, 'logs', filtersOf(given, call))),
  }),
  resource({
    uri: 'light-devops://metrics',
    name: 'metrics',
    title: 'Metrics',
    description: 'The last value of each metric within the last hour; filters may stand in the address.',
    mimeType,
    filters: metricInput,
    complete: { service: serviceNames, metric_type: metricNames },
    watch: {
      pauseMs: (state, watched) => pauseMs(state, QUERY, watched),
      look: async (call, given) => rowsIn(await readMetrics(call, 'metrics', given, true)),
    },
    read: async (call, given) => JSON.stringify(await readMetrics(call, 'metrics', given)),
  }),
];

type LogQuery = Parameters<typeof logFilters>[0];

function filtersOf(given: LogQuery, call: { readonly state: Devops; now(): number }) {
  return logFilters(given, call.state.config.service, call.now());
}

/** What counts as a change: the rows, without the times of the answer. */
function rowsIn({ result }: Item): string {
  return JSON.stringify(isItem(result) ? itemsOf(result.data) : []);
}

/** Every 5 s; with few requests left, these are spread over the time until Datadog counts anew. In ms. */
function pauseMs({ datadogBudget, now, secondMs }: Devops, path: string, watched: number): number {
  const least = EVERY_S * secondMs;
  const budget = datadogBudget.get(path);
  if (budget === undefined || budget.resetsAt <= now()) return least;
  const looks = (budget.remaining * SHARE) / watched;
  const left = budget.resetsAt - now();
  return Math.max(least, looks < 1 ? left : left / looks);
}
