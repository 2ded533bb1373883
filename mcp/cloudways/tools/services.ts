import * as z from 'zod';
import { itemOf } from '../api.ts';
import { listed } from '../lists.ts';
import { operation, read, S, SA, shown, write } from './shared.ts';

const SERVICES = ['apache2', 'nginx', 'mysql', 'memcached', 'varnish', 'redis-server', 'elasticsearch', 'supervisor'];
const varnish = z.enum(['enable', 'disable', 'purge']).describe('what to do with Varnish');

export const serviceActions = {
  get_server_services_status: read({
    description: 'Shows which services of a server run.',
    input: S,
    path: '/service',
  }),
  change_service_state: write({
    description: 'Starts, stops or restarts a service of a server at once.',
    effect: 'destructive',
    input: {
      ...S,
      service: z
        .string()
        .regex(/^[a-z0-9.-]{2,40}$/)
        .describe(`${SERVICES.join(', ')}, or PHP as php8.2-fpm`),
      state: z.enum(['start', 'stop', 'restart']),
    },
    path: '/service/state',
    show: (body, { service }) => ({
      ...shown(body),
      ...(SERVICES.includes(service) || /^php[\d.]+-fpm$/.test(service)
        ? {}
        : { note: `${service} is not among the services that are known here.` }),
    }),
    done: 'Cloudways changed the service.',
  }),
  manage_server_varnish: write({
    description: 'Switches Varnish of a server on or off, or empties it.',
    effect: 'destructive',
    input: { ...S, varnish },
    aliases: { action: 'varnish', state: 'varnish' },
    path: '/service/varnish',
    fields: input => ({ server_id: input.server_id, action: input.varnish }),
    idempotent: true,
    done: 'Varnish of the server is changed.',
  }),
  manage_app_varnish: write({
    description: 'Switches Varnish of an application on or off, or empties it.',
    effect: 'destructive',
    input: { ...SA, varnish },
    aliases: { action: 'varnish', state: 'varnish' },
    path: '/service/appVarnish',
    fields: input => ({ server_id: input.server_id, app_id: input.app_id, action: input.varnish }),
    idempotent: true,
    done: 'Varnish of the application is changed.',
  }),
  get_app_varnish_status: read({
    description: 'Shows whether Varnish works for an application.',
    input: SA,
    path: '/service/appVarnish',
  }),
  get_app_varnish_settings: read({
    description: 'Shows the Varnish rules of an application.',
    input: SA,
    path: '/app/manage/varnish_setting',
    show: body => ({ ...itemOf(itemOf(body).response) }),
  }),
  update_app_varnish_settings: operation({
    description: 'Replaces the Varnish rules of an application.',
    effect: 'destructive',
    input: {
      ...SA,
      vcl_list: z
        .array(z.object({ method: z.string(), type: z.enum(['url', 'cookie']), value: z.string() }))
        .describe('all rules; method is exclude'),
    },
    path: '/app/manage/varnish_setting',
    idempotent: true,
    done: 'The rules are being replaced.',
    replaces: {
      what: 'rule of Varnish',
      before: body => listed(itemOf(body.response).vcl_list).map(ruleLine),
      after: ({ vcl_list }) => vcl_list.map(ruleLine),
    },
  }),
  clear_app_cache: operation({
    description: 'Empties the cache of an application.',
    input: SA,
    path: '/app/cache/purge',
    idempotent: true,
    done: 'The cache is being emptied.',
  }),
};

function ruleLine(rule: unknown): string {
  const { method, type, value } = itemOf(rule);
  return `${method} ${type} ${value}`;
}
