import * as z from 'zod';
import { askItem, decoded, itemOf, itemsOf } from '../api.ts';
import { STORAGE_FIELD } from '../unsure.ts';
import { action, computed, READ_ROLES, S, SA, tool } from './shared.ts';

const DURATION = z.enum(['15m', '30m', '1h', '1d']);
const BUCKET = 'analytics';
const TRAFFIC = ['top_ips', 'top_bots', 'top_urls', 'top_statuses'];
const RESOURCE = z
  .enum([...TRAFFIC, 'url_durations', 'processes', 'slow_pages', 'running_queries', 'slow_queries'])
  .describe(
    'traffic: top_ips, top_bots, top_urls, top_statuses; PHP: url_durations, processes, slow_pages; MySQL: running_queries, slow_queries',
  );
const MOMENT = z.string().regex(/^\d\d\/\d\d\/\d{4} \d\d:\d\d$/, 'must be DD/MM/YYYY HH:mm');

/** §2.5: a table of the operation, under the name of what was asked for. */
const table = (result: unknown, { resource }: { readonly resource: string }) => {
  const found = itemOf(result)[resource];
  return found === undefined ? {} : { table: found };
};

export const monitoring = tool({
  name: 'monitoring',
  title: 'Monitoring',
  description: 'Load of servers, and disk use of applications.',
  actions: {
    get_server_monitoring_detail: computed({
      description: 'Shows a measured value of a server over time.',
      input: {
        ...S,
        target: z.string().min(1).max(80).describe('get_monitor_options names them'),
        duration: z.string().min(1).max(40).describe('such as 1 Day'),
        timezone: z.string().max(60).default('UTC'),
        output_format: z.enum(['json', 'svg']).default('json'),
        storage: z.boolean().default(false),
      },
      path: '/server/monitor/detail',
      fields: ({ storage, ...rest }) => ({ ...rest, [STORAGE_FIELD]: storage }),
      show: body => ({ content: decoded(itemOf(body).content ?? itemOf(body).contents) }),
    }),
    get_server_analytics: computed({
      description: 'Measures CPU and memory by application of a server, which takes some seconds.',
      input: S,
      path: '/server/analytics/serverUsage',
    }),
    get_app_monitoring_summary: action({
      description: 'Shows the disk use of an application (disk_kb, in KB) and its largest database tables.',
      effect: 'read',
      scopes: READ_ROLES,
      input: SA,
      async run(input, call) {
        const ask = (type: string) =>
          askItem(call, { path: '/app/monitor/summary', fields: { ...input, type }, purpose: 'Reading the summary' });
        // §5.2 row 3: `bw` is no bandwidth but the disk.
        const [disk, tables] = await Promise.all([ask('bw'), ask('db')]);
        return { disk_kb: disk.content ?? {}, database_tables: itemsOf(tables.content) };
      },
    }),
  },
});

export const analytics = tool({
  name: 'analytics',
  title: 'Analytics',
  description:
    'Traffic, PHP, MySQL and cron of applications. They have a small budget of their own: 18 requests in a minute.',
  actions: {
    get_app_analytics_traffic: measured(
      'traffic',
      TRAFFIC,
      'Measures the traffic of an application: who asks for what.',
    ),
    get_app_analytics_php: measured(
      'php',
      ['url_durations', 'processes', 'slow_pages'],
      'Measures PHP of an application: slow pages and running processes.',
    ),
    get_app_analytics_mysql: measured(
      'mysql',
      ['running_queries', 'slow_queries'],
      'Measures MySQL of an application: slow and running queries.',
    ),
    get_app_analytics_cron: computed({
      description: 'Shows the running cron jobs of an application.',
      input: SA,
      path: '/app/analytics/cron',
      bucket: BUCKET,
    }),
    get_app_traffic_details: computed({
      description: 'Measures the traffic of an application between two moments.',
      input: {
        ...SA,
        from: MOMENT.describe('DD/MM/YYYY HH:mm'),
        until: MOMENT.describe('DD/MM/YYYY HH:mm'),
        resource: RESOURCE,
        resource_list: z.array(z.string()).optional().describe('only these'),
      },
      method: 'POST',
      path: '/app/analytics/trafficDetails',
      bucket: BUCKET,
      found: table,
    }),
  },
});

function measured(kind: string, resources: readonly string[], description: string) {
  return computed({
    description,
    input: {
      ...SA,
      duration: DURATION,
      resource: RESOURCE.refine(value => resources.includes(value), `must be one of: ${resources.join(', ')}`),
    },
    path: `/app/analytics/${kind}`,
    bucket: BUCKET,
    found: table,
  });
}
