import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import { ask, type CloudwaysCall, findApp, forgetServers, type Item, itemOf } from '../api.ts';
import { changeOf, demandNamed, listed, type Mode, plannedOf } from '../lists.ts';
import { action, enabled, hostname, onOff, operation, read, SA, shown, tool, WRITE_ROLES, write } from './shared.ts';

const word = z.string().min(1).max(120);

interface AliasChange {
  readonly server_id: string;
  readonly app_id: string;
  readonly aliases: readonly string[];
  readonly mode: Mode;
  readonly removes?: readonly string[] | undefined;
}

async function aliasChange({ server_id, app_id, aliases: given, mode }: AliasChange, call: CloudwaysCall) {
  const { aliases } = await findApp(call, server_id, app_id, true);
  if (!Array.isArray(aliases)) throw new Fault('GH_VENDOR_ANSWER', 'The list of domains could not be read.');
  return changeOf(aliases.map(String), given, mode);
}

async function planAliases(input: AliasChange, call: CloudwaysCall) {
  return plannedOf(await aliasChange(input, call), 'domain');
}

/** The vendor replaces the whole list: it is read first, so that nothing is lost by adding. */
async function changeAliases(input: AliasChange, call: CloudwaysCall) {
  const { server_id, app_id } = input;
  const limits = { signal: call.signal, deadline: call.deadline - 3_000 };
  return call.state.queue.run(
    `aliases of ${app_id}`,
    async () => {
      const change = await aliasChange(input, call);
      demandNamed(change, input.mode, input.removes);
      await ask(call, {
        method: 'POST',
        path: '/app/manage/aliases',
        fields: { server_id, app_id, aliases: change.after },
        purpose: 'Changing the domains',
      });
      await forgetServers(call);
      return { ...change, message: 'The domains are changed.' };
    },
    limits,
  );
}

const aliases = {
  update_app_aliases: action({
    description:
      'Adds, removes or replaces further domains of an application. What goes must be named in removes when replacing.',
    effect: 'destructive',
    scopes: WRITE_ROLES,
    idempotent: true,
    input: {
      ...SA,
      aliases: z.array(hostname).max(100),
      mode: z.enum(['add', 'remove', 'replace']).default('add'),
      removes: z.array(z.string()).optional().describe('for replace: every domain that goes'),
    },
    run: changeAliases,
    plan: planAliases,
  }),
};

/** A switch of an application: `status` is `enable` or `disable`. */
const toggle = (path: string, description: string) =>
  operation({
    description,
    input: { ...SA, enabled },
    path,
    fields: input => ({ server_id: input.server_id, app_id: input.app_id, status: onOff(input.enabled) }),
    idempotent: true,
    done: 'The setting is changed.',
  });

const cronJob = z.object({
  minutes: word,
  hours: word,
  days: word,
  months: word,
  weekdays: word,
  command: z.string().min(1).max(1_000),
  cmd_type: z.string().describe('php or wget'),
});

/** As in a crontab. */
function cronLine(job: unknown): string {
  const { minutes, hours, days, months, weekdays, command } = itemOf(job);
  return [minutes, hours, days, months, weekdays, command].join(' ');
}

function lines(text: unknown): readonly string[] {
  return String(text ?? '')
    .split('\n')
    .filter(line => line.trim() !== '');
}

/** §3.4 row 8: flags are 0 and 1. */
function truths(settings: Item): Item {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value === 0 || value === 1 ? value === 1 : value]),
  );
}

export const appSettings = tool({
  name: 'app_settings',
  title: 'Application settings',
  description: 'Domains, web server, PHP, cron and switches of an application.',
  actions: {
    get_app_settings: read({
      description: 'Shows the switches of an application.',
      input: SA,
      path: '/app/get_settings_value',
      show: body => ({ settings: truths(itemOf(shown(body))) }),
    }),
    get_app_fpm_settings: read({
      description: 'Shows the PHP-FPM settings of an application.',
      input: SA,
      path: '/app/manage/fpm_setting',
      show: body => ({ ...itemOf(itemOf(body).response) }),
    }),
    update_app_fpm_settings: write({
      description: 'Replaces the PHP-FPM settings of an application.',
      effect: 'destructive',
      input: { ...SA, fpm_setting: z.string().max(20_000) },
      path: '/app/manage/fpm_setting',
      idempotent: true,
      done: 'The PHP-FPM settings are replaced.',
      replaces: {
        what: 'PHP-FPM setting',
        freeText: true,
        before: body => lines(itemOf(body.response).settings),
        after: ({ fpm_setting }) => lines(fpm_setting),
      },
    }),
    reset_app_file_permissions: write({
      description: 'Sets owner and permissions of all files of an application anew.',
      input: { ...SA, ownership: z.enum(['sys_user', 'master_user']).default('sys_user') },
      path: '/app/manage/reset_permissions',
      idempotent: true,
      done: 'The permissions are set.',
    }),
    enforce_app_https: operation({
      description: 'Sends visitors from HTTP to HTTPS, or no longer. Every host name needs a valid certificate.',
      input: { ...SA, enabled },
      path: '/app/manage/enforce_https',
      fields: input => ({ server_id: input.server_id, app_id: input.app_id, status: onOff(input.enabled) }),
      idempotent: true,
      done: 'The setting is being changed.',
    }),
    update_app_cname: operation({
      description: 'Sets the primary domain of an application.',
      input: { ...SA, cname: hostname },
      path: '/app/manage/cname',
      idempotent: true,
      done: 'The domain is being set.',
    }),
    delete_app_cname: operation({
      description: 'Removes the primary domain of an application: the site is no longer found under it.',
      effect: 'destructive',
      input: SA,
      method: 'DELETE',
      path: '/app/manage/cname',
      idempotent: true,
      done: 'The domain is being removed.',
    }),
    ...aliases,
    update_app_symlink: write({
      description: 'Sets the symbolic link of an application.',
      input: { ...SA, symlink: z.string().min(1).max(500) },
      path: '/app/manage/symlink',
      idempotent: true,
      done: 'The link is set.',
    }),
    update_app_webroot: write({
      description: 'Sets the folder that visitors see: a wrong one takes the site down.',
      effect: 'destructive',
      input: { ...SA, webroot: z.string().min(1).max(500) },
      path: '/app/manage/webroot',
      idempotent: true,
      done: 'The folder is set.',
    }),
    get_cron_jobs: read({
      description: 'Lists the cron jobs of an application.',
      input: SA,
      path: '/app/manage/cronList',
    }),
    update_cron_jobs: write({
      description: 'Replaces all cron jobs of an application, by a list or by one script.',
      effect: 'destructive',
      input: { ...SA, jobs: z.array(cronJob).optional(), script: z.string().max(20_000).optional() },
      path: '/app/manage/cronList',
      fields: ({ server_id, app_id, jobs, script }) => ({
        server_id,
        app_id,
        crons: script ?? JSON.stringify(jobs ?? []),
        is_script: script !== undefined,
      }),
      idempotent: true,
      done: 'The cron jobs are replaced.',
      replaces: {
        what: 'cron job',
        freeText: true,
        before: ({ basic, script }) => [...listed(basic).map(cronLine), ...lines(script)],
        after: ({ jobs = [], script }) => (script === undefined ? jobs.map(cronLine) : lines(script)),
      },
    }),
    set_app_geo_ip: toggle('/app/manage/geo_ip_header', 'Switches the header with the country of visitors.'),
    set_app_xmlrpc: toggle('/app/manage/xmlrpc', 'Switches XML-RPC.'),
    set_app_device_detection: toggle('/app/manage/device/detection', 'Switches device detection of Varnish.'),
    set_app_ignore_query_string: toggle(
      '/app/manage/ignore/query_string',
      'Switches whether Varnish ignores query strings.',
    ),
    set_app_php_direct_execution: toggle('/app/manage/php_direct_execution', 'Switches direct execution of PHP files.'),
    set_app_cron_optimizer: toggle('/app/manage/cron_setting', 'Switches the cron optimizer of WordPress.'),
    set_app_webp: toggle('/app/manage/webP', 'Switches redirection to WebP.'),
    update_app_cors_header: operation({
      description: 'Sets the CORS header of an application.',
      input: { ...SA, cors_header: z.string().max(500) },
      path: '/app/cors_header',
      fields: ({ server_id, app_id, cors_header }) => ({ server_id, app_id, corsHeaders: cors_header }),
      idempotent: true,
      done: 'The header is being set.',
    }),
  },
});
