import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import { levelInput, logFilters, logInput, metricInput } from '../filters.ts';
import { callGateway } from '../gateway.ts';
import { read } from '../platform.ts';
import { readLogs, readMetrics, routed, unwrapped } from '../reads.ts';
import { type DevopsCall, envelope, type Item, isItem, itemsOf } from '../reply.ts';
import { named } from './shared.ts';

export const logTools = named({
  names: ['getMcpResourcesLogs'],
  title: 'Logs',
  description:
    'Log rows, newest first, from Datadog or else from the platform. An empty list means that there are none.',
  effect: 'read',
  rights: ['read_logs'],
  input: logInput,
  run: (given, call, tool) => readLogs(call, tool, logFilters(given, call.state.config.service, call.now())),
});

export const metricTools = named({
  names: ['getMcpResourcesMetrics'],
  title: 'Metrics',
  description:
    'The last value of each metric within the time. Names without any value stand in missing; nothing is made up.',
  effect: 'read',
  rights: ['read_metrics'],
  input: metricInput,
  run: (given, call, tool) => readMetrics(call, tool, given),
});

/** Filters of one path are refused on the other (§3.2). */
const OWN: Readonly<Record<'logs' | 'metrics', readonly string[]>> = {
  logs: ['level', 'since'],
  metrics: ['metric_type', 'time_range'],
};

export const byPathTools = named({
  names: ['getMcpResourcesByPath'],
  title: 'Resource by path',
  description: 'Logs or metrics by the path of the resource, with the filters of that path.',
  effect: 'read',
  rights: ['read_logs', 'read_metrics'],
  input: {
    resource_path: z.enum(['logs', 'metrics']),
    level: levelInput,
    since: logInput.since,
    limit: z.int().min(1).max(1_000).optional(),
    service: logInput.service,
    metric_type: metricInput.metric_type,
    time_range: metricInput.time_range.unwrap().optional(),
  },
  async run({ resource_path: path, ...given }, call, tool) {
    const foreign = OWN[path === 'logs' ? 'metrics' : 'logs'].filter(name => Object.hasOwn(given, name));
    if (foreign.length > 0) throw new Fault('GH_INVALID_INPUT', `${path} does not use ${foreign.join(', ')}.`);
    const { level, since, limit, service, metric_type, time_range = '1h' } = given;
    return path === 'logs'
      ? await readLogs(
          call,
          tool,
          logFilters({ level, since, limit: limit ?? 100, service }, call.state.config.service, call.now()),
        )
      : await readMetrics(call, tool, { limit: limit ?? 50, service, metric_type, time_range });
  },
});

/** A route that says what there is (§4.2). */
function discovery(
  name: string,
  title: string,
  description: string,
  path: string,
  shown: (body: Item, call: DevopsCall) => Item,
) {
  const purpose = `Reading ${path}`;
  return named({
    names: [name],
    title,
    description,
    effect: 'read',
    rights: null,
    input: {},
    async run(_given, call, tool) {
      const { value, way } = await routed(
        call,
        async () => unwrapped(await callGateway(call, { tool: name, arguments: {}, purpose })),
        () => read(call, path, purpose),
        'platform',
      );
      return envelope(call, tool, true, shown(value, call), way);
    },
  });
}

export const discoveryTools = [
  ...discovery('get', 'About the platform', 'Name, version and capabilities of the platform.', '/', body => body),
  ...discovery(
    'getMcpResources',
    'Resources',
    'The resources of the platform, with their addresses here.',
    '/mcp/resources',
    withAddresses,
  ),
  ...discovery(
    'getMcpTools',
    'Tools',
    'All tools of this server; the platform’s own list names fewer.',
    '/mcp/tools',
    withAllTools,
  ),
];

/** §3.4: bare words are no addresses in MCP. */
function withAddresses(body: Item): Item {
  const resources = itemsOf(body.resources).map(one => ({ ...one, mcp_uri: `light-devops://${one.uri}` }));
  return { ...body, resources };
}

function withAllTools(body: Item, call: DevopsCall): Item {
  const told = new Map(itemsOf(body.tools).map(one => [one.name, one]));
  const tools = call.account.tools.map(({ name }) => {
    const known = told.get(name);
    return {
      name,
      available: call.account.permits(name, name),
      ...(isItem(known) ? { description: known.description } : {}),
    };
  });
  return { tools, count: tools.length };
}
