import { app as makeApp, restorePoint } from './demo-data.ts';
import { del, type Family, get, nothing, post, put, SA } from './endpoints.ts';
import { appOf, check, Denied, isTrue, listOf, serverOf } from './requests.ts';
import { presentApp } from './servers.ts';
import type { App, Vendor, Visit } from './world.ts';

const ON_OFF = ['enable', 'disable'] as const;
const DURATIONS = ['15m', '30m', '1h', '1d'] as const;

/** Applications: life, settings, backups, access, staging, analytics. */
export const apps: Family = vendor => [
  ...life(vendor),
  ...backups(vendor),
  ...settings(vendor),
  ...toggles(vendor),
  ...access(vendor),
  ...staging(vendor),
  ...analytics(vendor),
  ...safeUpdates(vendor),
];

/** Starts work on the application of a visit and answers its id. */
function worker(vendor: Vendor) {
  return (visit: Visit, type: string, seconds: number, end?: (app: App) => unknown) => {
    const one = appOf(vendor.world, visit.fields);
    const ended = () => {
      const failure = end?.(one);
      return typeof failure === 'string' ? { failure } : undefined;
    };
    return vendor.operations.start({ type, seconds, server: one.server_id, app: one.id, end: ended });
  };
}

const life = (vendor: Vendor) => {
  const { world } = vendor;
  const start = worker(vendor);
  const copy = (source: App, label: unknown, target: string, staging = false): App => {
    const on = serverOf(world, { server_id: target });
    const { application, project_id: project, id } = source;
    const newId = vendor.newId();
    return makeApp(
      vendor.now(),
      on,
      newId,
      String(label),
      application,
      `u${newId}`,
      project,
      '',
      [],
      staging ? id : null,
    );
  };
  const clone = (type: string, staging: boolean) => (visit: Visit) => {
    const source = appOf(world, visit.fields);
    const target = String(visit.fields.destination_server_id ?? source.server_id);
    const made = copy(source, visit.fields.app_label ?? `${source.label} copy`, target, staging);
    const id = start(visit, type, 240, () => void serverOf(world, { server_id: target }).apps.push(made));
    if (target === source.server_id) return { app_id: made.id, operation_id: id };
    const other = vendor.operations.start({ type, seconds: 240, server: target });
    return { source_operation_id: id, destination_operation_id: other };
  };
  return [
    post(
      '/app',
      { server_id: 'server', application: 'text', app_version: 'text', app_label: 'text', 'project_name?': 'text' },
      ({ fields }) => {
        const on = serverOf(world, fields);
        const id = vendor.newId();
        const made = makeApp(
          vendor.now(),
          on,
          id,
          String(fields.app_label),
          String(fields.application),
          `u${id}`,
          null,
        );
        const end = () => {
          on.apps.push(made);
          return undefined;
        };
        return {
          operation_id: vendor.operations.start({ type: 'add_app', seconds: 180, server: on.id, app: id, end }),
        };
      },
    ),
    post('/app/clone', { ...SA, app_label: 'text', 'project_name?': 'text' }, clone('add_app_clone', false)),
    post(
      '/app/cloneToOtherServer',
      { ...SA, destination_server_id: 'integer', app_label: 'text' },
      clone('add_app_clone', false),
    ),
    post('/staging/app/cloneApp', SA, clone('add_staging_app', true)),
    post(
      '/staging/app/cloneToOtherServer',
      { ...SA, destination_server_id: 'integer' },
      clone('add_staging_app', true),
    ),
    put('/app/{app_id}', { ...SA, label: 'text' }, visit => {
      appOf(world, visit.fields).label = String(visit.fields.label);
      return { status: true };
    }),
    del('/app/{app_id}', SA, visit => ({
      operation_id: start(visit, 'delete_app', 60, one => {
        const on = serverOf(world, visit.fields);
        on.apps = on.apps.filter(other => other !== one);
      }),
    })),
  ];
};

const backups = (vendor: Vendor) => {
  const { world } = vendor;
  const start = worker(vendor);
  return [
    post('/app/manage/takeBackup', SA, visit => ({
      status: true,
      operation_id: start(visit, 'add_app_backup', 90, one => {
        one.hidden.restorePoints.unshift(restorePoint(vendor.now()));
      }),
    })),
    get('/app/manage/backup', SA, visit => {
      const one = appOf(world, visit.fields);
      const end = () => ({
        parameters: { backup_dates: one.hidden.restorePoints, local_backup_exists: one.hidden.localBackup },
      });
      const work = { type: 'app_restore_points', seconds: 8, server: one.server_id, app: one.id, reads: true, end };
      return { status: true, operation_id: vendor.operations.start(work) };
    }),
    del('/app/manage/backup', SA, visit => {
      appOf(world, visit.fields).hidden.localBackup = false;
      return nothing(vendor);
    }),
    post('/app/manage/restore', { ...SA, time: 'text', 'type?': 'text' }, visit => {
      const points = appOf(world, visit.fields).hidden.restorePoints;
      check({ time: points }, visit.fields, world);
      return {
        operation_id: start(visit, 'restore_app', 180, one => {
          one.hidden.restored = true;
        }),
      };
    }),
    post('/app/manage/rollback', SA, visit => ({
      operation_id: start(visit, 'rollback_app', 180, one => {
        if (!one.hidden.restored) return 'There is no restore to roll back.';
        one.hidden.restored = false;
        return undefined;
      }),
    })),
  ];
};

const settings = (vendor: Vendor) => {
  const { world } = vendor;
  const start = worker(vendor);
  const at = ({ fields }: Visit) => appOf(world, fields);
  return [
    post('/app/cache/purge', SA, visit => ({ status: true, operation_id: start(visit, 'purge_app_cache', 10) })),
    get('/app/get_settings_value', SA, visit => {
      const one = at(visit);
      return { status: true, application_id: one.sys_user, ...one.hidden.flags };
    }),
    get('/app/monitor/summary', { ...SA, type: ['bw', 'db'] }, ({ fields }) => ({
      content:
        fields.type === 'bw'
          ? { app_home: 1_503_232, app_mysql: 384_000, total: 1_887_232 }
          : [
              { name: 'wp_postmeta', size: '182.4 MB' },
              { name: 'wp_options', size: '35.1 MB' },
            ],
    })),
    get('/app/manage/varnish_setting', SA, visit => {
      const { varnish } = at(visit).hidden;
      return {
        response: { varnish_app_enabled: varnish.enabled, varnish_enabled: true, vcl_list: varnish.rules },
      };
    }),
    post('/app/manage/varnish_setting', { ...SA, vcl_list: 'list' }, visit => {
      at(visit).hidden.varnish.rules = visit.fields.vcl_list as unknown[];
      return { operation_id: start(visit, 'update_varnish', 20) };
    }),
    get('/service/appVarnish', SA, visit => ({ status: true, varnish_app_enabled: at(visit).hidden.varnish.enabled })),
    post('/service/appVarnish', { ...SA, action: ['enable', 'disable', 'purge'] }, visit => {
      const { action } = visit.fields;
      if (action !== 'purge') at(visit).hidden.varnish.enabled = action === 'enable';
      return nothing(vendor);
    }),
    get('/app/manage/fpm_setting', SA, visit => ({ response: { fpm_enabled: true, settings: at(visit).hidden.fpm } })),
    post('/app/manage/fpm_setting', { ...SA, fpm_setting: 'text' }, visit => {
      at(visit).hidden.fpm = String(visit.fields.fpm_setting);
      return nothing(vendor);
    }),
    post('/app/manage/reset_permissions', { ...SA, ownership: ['sys_user', 'master_user'] }, () => nothing(vendor)),
    post('/app/manage/enforce_https', { ...SA, status: ON_OFF }, visit => ({
      status: true,
      operation_id: start(visit, 'enforce_https', 20, one => {
        one.hidden.flags.enforce_https = visit.fields.status === 'enable' ? 1 : 0;
      }),
    })),
    post('/app/manage/cname', { ...SA, cname: 'text' }, visit => ({
      operation_id: start(visit, 'update_cname', 30, one => {
        one.cname = String(visit.fields.cname);
      }),
    })),
    del('/app/manage/cname', SA, visit => ({
      operation_id: start(visit, 'delete_cname', 30, one => {
        one.cname = '';
      }),
    })),
    post('/app/manage/aliases', { ...SA, aliases: 'list' }, visit => {
      at(visit).aliases = listOf(visit.fields.aliases);
      return nothing(vendor);
    }),
    post('/app/manage/symlink', { ...SA, symlink: 'text' }, visit => {
      at(visit).symlink = String(visit.fields.symlink);
      return nothing(vendor);
    }),
    post('/app/manage/webroot', { ...SA, webroot: 'text' }, visit => {
      at(visit).webroot = String(visit.fields.webroot);
      return nothing(vendor);
    }),
    get('/app/manage/cronList', SA, visit => at(visit).hidden.cron),
    post('/app/manage/cronList', { ...SA, crons: 'text', is_script: 'bool' }, visit => {
      const { crons, is_script: script } = visit.fields;
      at(visit).hidden.cron = isTrue(script)
        ? { basic: [], script: String(crons) }
        : { basic: JSON.parse(String(crons)) as unknown[], script: '' };
      return nothing(vendor);
    }),
  ];
};

/** Path and flag of the setting; those that answer an operation, and in which form. */
const TOGGLES = [
  ['/app/manage/geo_ip_header', 'geo_ip_setting', 'now'],
  ['/app/manage/xmlrpc', 'xml_rpc_setting', 'now'],
  ['/app/manage/device/detection', 'device_detection', 'operation'],
  ['/app/manage/ignore/query_string', 'ignore_query_string', 'operation'],
  ['/app/manage/php_direct_execution', 'php_direct_execution', 'operation'],
  ['/app/manage/cron_setting', 'wp_cron_setting', 'operation'],
  ['/app/manage/webP', 'webp', 'response'],
] as const;

const toggles = (vendor: Vendor) => {
  const start = worker(vendor);
  return [
    ...TOGGLES.map(([path, flag, form]) =>
      post(path, { ...SA, status: ON_OFF }, visit => {
        const set = (one: App): void => {
          one.hidden.flags[flag] = visit.fields.status === 'enable' ? 1 : 0;
        };
        if (form === 'now') {
          set(appOf(vendor.world, visit.fields));
          return { response: {}, status: true };
        }
        const id = start(visit, 'update_app_setting', 20, set);
        return form === 'response' ? { response: { operation_id: id } } : { status: true, operation_id: id };
      }),
    ),
    post('/app/cors_header', { ...SA, corsHeaders: 'text' }, visit => ({
      status: true,
      operation_id: start(visit, 'update_cors', 20, one => {
        one.hidden.flags.cors_header = visit.fields.corsHeaders;
      }),
    })),
  ];
};

const access = (vendor: Vendor) => {
  const { world } = vendor;
  const start = worker(vendor);
  const at = ({ fields }: Visit) => appOf(world, fields);
  const credOf = (visit: Visit) => {
    const found = at(visit).hidden.creds.find(({ id }) => id === visit.fields.app_cred_id);
    if (found === undefined) throw new Denied(422, { status: false, message: 'Credential not found.' });
    return found;
  };
  const person = { username: 'text', password: 'text' } as const;
  return [
    get('/app/creds', SA, visit => ({ app_creds: at(visit).hidden.creds })),
    post('/app/creds', { ...SA, ...person }, visit => {
      const id = vendor.newId();
      const { username, password } = visit.fields;
      at(visit).hidden.creds.push({ id, sys_user: String(username), sys_password: String(password), ssh_keys: [] });
      return { app_cred_id: id };
    }),
    put('/app/creds/{app_cred_id}', { ...SA, app_cred_id: 'integer', ...person }, visit => {
      const found = credOf(visit);
      found.sys_user = String(visit.fields.username);
      found.sys_password = String(visit.fields.password);
      return [];
    }),
    del('/app/creds/{app_cred_id}', { ...SA, app_cred_id: 'integer' }, visit => {
      const found = credOf(visit);
      const { hidden } = at(visit);
      hidden.creds = hidden.creds.filter(one => one !== found);
      return [];
    }),
    post('/app/creds/changeAdminCredentials', { ...SA, password: 'text' }, visit => ({
      response: {
        operation_id: start(visit, 'change_admin', 30, one => {
          one.app_password = String(visit.fields.password);
        }),
      },
    })),
    post('/app/manage/dbPassword', { ...SA, password: 'text' }, visit => {
      at(visit).mysql_password = String(visit.fields.password);
      return nothing(vendor);
    }),
    get('/app/getAppSshPerms', SA, visit => {
      const one = at(visit);
      return { response: { ssh_status: { [one.sys_user]: one.hidden.sshAccess } } };
    }),
    post('/app/updateAppSshPerms', { ...SA, update_perms_action: ['enable', 'disable', 'confirmed_enable'] }, visit => {
      at(visit).hidden.sshAccess = visit.fields.update_perms_action !== 'disable';
      return { status: true, confirmation: false };
    }),
    get('/app/getApplicationAccess', SA, visit => {
      const one = at(visit);
      return { response: { app_status: { [one.sys_user]: one.hidden.state === 'enable' } }, status: true };
    }),
    post('/app/state', { ...SA, state: ON_OFF }, visit => {
      at(visit).hidden.state = String(visit.fields.state);
      return { status: true };
    }),
  ];
};

const staging = (vendor: Vendor) => {
  const start = worker(vendor);
  const at = ({ fields }: Visit) => appOf(vendor.world, fields);
  const sync = {
    ...SA,
    source_app_id: 'integer',
    source_server_id: 'integer',
    action: ['push', 'pull'],
    'appFiles?': 'bool',
    'dbFiles?': 'bool',
    'backup?': 'bool',
  } as const;
  return [
    post('/sync/app', sync, visit => ({
      operation_id: start(visit, visit.fields.action === 'push' ? 'push_to_live' : 'pull_from_live', 120),
    })),
    post('/staging/auth/status', { ...SA, action: ON_OFF }, visit => {
      // §1.6: refused at the edge when its parameters are in the query.
      if (visit.request.query.size > 0) throw new Denied(403, { message: 'Forbidden' });
      return { status: true, operation_id: start(visit, 'staging_auth', 20) };
    }),
    post('/staging/htaccessUpdate', { ...SA, username: 'text', password: 'text' }, visit => ({
      operation_id: start(visit, 'staging_htaccess', 20),
    })),
    get('/staging/app/logs', SA, visit => ({ logs: [{ app: presentApp(at(visit)).label, result: '1' }] })),
    get('/staging/app/tables', SA, visit => {
      at(visit);
      return { tables: ['wp_options', 'wp_postmeta', 'wp_posts'] };
    }),
  ];
};

const RESOURCES = {
  traffic: ['top_ips', 'top_bots', 'top_urls', 'top_statuses'],
  php: ['url_durations', 'processes', 'slow_pages'],
  mysql: ['running_queries', 'slow_queries'],
} as const;

const TABLES: Readonly<Record<string, { header: string[]; body: unknown[][] }>> = {
  top_ips: {
    header: ['IP', 'Count'],
    body: [
      ['192.0.2.66', 48_211],
      ['198.51.100.4', 310],
    ],
  },
  top_statuses: {
    header: ['Status', 'Count'],
    body: [
      ['200', 1_042],
      ['404', 17],
    ],
  },
  slow_pages: { header: ['URL', 'Occurrences', 'Max Time', 'Avg. Duration'], body: [['/cart', 12, '8.1', '4.2']] },
  slow_queries: { header: ['Query', 'Execution Time', 'Occurrences'], body: [['SELECT * FROM wp_options', '3.2', 44]] },
};

const analytics = (vendor: Vendor) => {
  const measure = (visit: Visit, resource: string) => {
    const one = appOf(vendor.world, visit.fields);
    const table = TABLES[resource] ?? { header: ['Name', 'Count'], body: [['example', 3]] };
    const end = () => ({
      parameters: { [resource]: { ...table, footer: [], from: '19/01/2026 20:00', until: '19/01/2026 21:00' } },
    });
    const work = { type: 'app_analytics', seconds: 9, server: one.server_id, app: one.id, reads: true, end };
    return { status: true, task_id: vendor.operations.start(work) };
  };
  return [
    ...Object.entries(RESOURCES).map(([kind, resources]) =>
      get(`/app/analytics/${kind}`, { ...SA, duration: DURATIONS, resource: resources }, visit =>
        measure(visit, String(visit.fields.resource)),
      ),
    ),
    get('/app/analytics/cron', SA, visit => measure(visit, 'running_crons')),
    post(
      '/app/analytics/trafficDetails',
      { ...SA, from: 'text', until: 'text', resource: RESOURCES.traffic, 'resource_list?': 'list' },
      visit => measure(visit, String(visit.fields.resource)),
    ),
  ];
};

const safeUpdates = (vendor: Vendor) => {
  const start = worker(vendor);
  const at = ({ fields }: Visit) => appOf(vendor.world, fields);
  return [
    get('/app/safeupdates', SA, visit => ({ status: true, operation_id: start(visit, 'safe_update_check', 20) })),
    get('/app/safeupdates/list', { server_id: 'server' }, ({ fields }) => ({
      data: serverOf(vendor.world, fields).apps.map(({ id, label, hidden }) => ({
        app_id: Number(id),
        label,
        safeupdate_enabled: hidden.safeUpdate.status === 1,
      })),
    })),
    get('/app/safeupdates/{app_id}/status', SA, visit => ({ status: at(visit).hidden.safeUpdate.status })),
    post('/app/safeupdates/status', { ...SA, status: ['0', '1'] }, visit => {
      at(visit).hidden.safeUpdate.status = Number(visit.fields.status);
      return { message: 'Updated' };
    }),
    get('/app/safeupdates/{app_id}/settings', SA, visit => ({ settings: at(visit).hidden.safeUpdate })),
    post('/app/safeupdates/settings', { ...SA, day_of_week: 'text', time_slot: 'text' }, visit => {
      const { day_of_week: day, time_slot: slot } = visit.fields;
      Object.assign(at(visit).hidden.safeUpdate, { day_of_week: day, time_slot: slot });
      return { message: 'Updated' };
    }),
    get('/app/safeupdates/{app_id}/schedule', SA, visit => {
      at(visit);
      return { schedule: [] };
    }),
    get('/app/safeupdates/{app_id}/history', SA, visit => {
      at(visit);
      return { history: [] };
    }),
    put('/app/safeupdates/{app_id}', SA, visit => ({ operation_id: start(visit, 'safe_update', 240) })),
  ];
};
