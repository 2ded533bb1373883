import { knownMetrics } from './datadog.ts';
import { logFilters } from './filters.ts';
import { readLogs } from './reads.ts';
import { type DevopsCall, isItem, itemsOf, textOf } from './reply.ts';

/** Rows in which names are looked for, and how long what was found is good for in ms. */
const ROWS = 500;
const LASTS_MS = 300_000;

/** The services that wrote logs lately: nobody keeps a list of them. */
export function serviceNames(_given: string, call: DevopsCall): Promise<readonly string[]> {
  return call.state.cache.get('names of services', LASTS_MS, async () => {
    const { result } = await readLogs(call, 'logs', logFilters({ limit: ROWS }, undefined, call.now()));
    const rows = isItem(result) ? itemsOf(result.data) : [];
    return [...new Set(rows.map(({ service }) => textOf(service)).filter(name => name !== null))].sort();
  });
}

export async function metricNames(_given: string, { state }: DevopsCall): Promise<readonly string[]> {
  return knownMetrics(state.config.metricQueries ?? {});
}
