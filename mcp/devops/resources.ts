import type { Resource } from '../kit/index.ts';
import { logFilters } from './filters.ts';
import { readLogs, readMetrics } from './reads.ts';
import type { Devops } from './state.ts';

const mimeType = 'application/json';

/** §3.4; filters are for the tools. */
export const resources: readonly Resource<Devops>[] = [
  {
    uri: 'light-devops://logs',
    name: 'logs',
    title: 'Logs',
    description: 'The newest 100 log rows of the last week.',
    mimeType,
    async read(call) {
      const filters = logFilters({ limit: 100 }, call.state.config.service, call.now());
      return JSON.stringify(await readLogs(call, 'logs', filters));
    },
  },
  {
    uri: 'light-devops://metrics',
    name: 'metrics',
    title: 'Metrics',
    description: 'The last value of each metric within the last hour.',
    mimeType,
    read: async call => JSON.stringify(await readMetrics(call, 'metrics', { limit: 50, time_range: '1h' })),
  },
];
