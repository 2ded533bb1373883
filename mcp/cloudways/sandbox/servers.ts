import { app, restorePoint, server } from './demo-data.ts';
import { del, type Family, get, nothing, post, put, S } from './endpoints.ts';
import { listOf, serverOf } from './requests.ts';
import { type App, type Server, stamp, type Vendor, type Visit } from './world.ts';

const YES_NO = ['yes', 'no'] as const;
const FLAGS = {
  remove_app_tmp: YES_NO,
  remove_app_private_html: YES_NO,
  rotate_system_log: YES_NO,
  rotate_app_log: YES_NO,
  remove_app_local_backup: YES_NO,
} as const;

/** As `GET /server` shows it, passwords and all. */
export function presentServer(one: Server): Record<string, unknown> {
  const { hidden: _hidden, apps, ...shown } = one;
  return {
    ...shown,
    tenant_id: '1',
    is_terminated: '0',
    zone: null,
    snapshot_frequency: null,
    addons: [],
    operations: [],
    apps: apps.map(presentApp),
  };
}

export function presentApp({ hidden: _hidden, ...shown }: App): Record<string, unknown> {
  return shown;
}

/** Servers: life, settings, disk, services, their summaries. */
export const servers: Family = vendor => [...life(vendor), ...manage(vendor), ...services(vendor), ...monitor(vendor)];

const life = (vendor: Vendor) => {
  const { world, operations } = vendor;
  const at = ({ fields }: Visit) => serverOf(world, fields);
  const turn = (type: string, seconds: number, status: 'running' | 'stopped') => (visit: Visit) => {
    const one = at(visit);
    const end = () => {
      one.status = status;
      return undefined;
    };
    return { status: true, operation_id: operations.start({ type, seconds, server: one.id, end }) };
  };
  const place = { cloud: 'text', region: 'text', instance_type: 'text' } as const;
  const make = ({ fields }: Visit, label: unknown): Server => {
    const made = server(
      vendor.now(),
      vendor.newId(),
      String(label),
      'running',
      String(fields.cloud),
      String(fields.region),
      String(fields.instance_type),
      '203.0.113.120',
    );
    made.apps = [app(vendor.now(), made, vendor.newId(), String(fields.app_label), 'wordpress', `u${made.id}`, null)];
    return made;
  };
  const resize = (type: string) => (visit: Visit) => {
    const one = at(visit);
    const { instance_type: size } = visit.fields;
    const end = () => {
      if (size !== undefined) one.instance_type = String(size);
      return undefined;
    };
    return { operation_id: operations.start({ type, seconds: 300, server: one.id, end }) };
  };
  return [
    get('/server', {}, () => ({ status: true, servers: world.servers.map(presentServer) })),
    post('/server/start', S, turn('starting_server', 60, 'running')),
    post('/server/stop', S, turn('stopping_server', 60, 'stopped')),
    post('/server/restart', S, turn('restarting_server', 120, 'running')),
    post(
      '/server',
      {
        ...place,
        application: 'text',
        app_version: 'text',
        server_label: 'text',
        app_label: 'text',
        'project_name?': 'text',
      },
      visit => {
        const made = make(visit, visit.fields.server_label);
        world.servers.push(made);
        const id = operations.start({ type: 'add_server', seconds: 420, server: made.id });
        return { server: { ...presentServer(made), operations: [{ id: String(id), type: 'add_server' }] } };
      },
    ),
    post('/server/cloneServer', { source_server_id: 'integer', ...place, 'app_label?': 'text' }, visit => {
      const source = serverOf(world, { server_id: visit.fields.source_server_id });
      const made = make(visit, `${source.label} (copy)`);
      world.servers.push(made);
      return { operation_id: operations.start({ type: 'clone_server', seconds: 600, server: source.id }) };
    }),
    post('/server/scaleServer', { ...S, instance_type: 'text' }, resize('scale_server')),
    post('/server/scaleVolume', { ...S, volume_size: 'integer', 'volume_type?': 'text' }, resize('scale_volume')),
    post('/server/attachStorage', { ...S, server_storage: 'integer' }, resize('attach_storage')),
    post('/server/scaleStorage', { ...S, server_storage: 'integer' }, resize('scale_storage')),
    put('/server/{server_id}', { ...S, label: 'text' }, visit => {
      at(visit).label = String(visit.fields.label);
      return { status: true };
    }),
    del('/server/{server_id}', S, visit => {
      const one = at(visit);
      const end = () => {
        world.servers = world.servers.filter(other => other !== one);
        return undefined;
      };
      return { operation_id: operations.start({ type: 'delete_server', seconds: 60, server: one.id, end }) };
    }),
    post('/ssh_key', { ...S, ssh_key_name: 'text', ssh_key: 'text', 'app_creds_id?': 'integer' }, visit => {
      const id = vendor.newId();
      at(visit).ssh_keys.push({ id, label: String(visit.fields.ssh_key_name) });
      return { id };
    }),
    put('/ssh_key/{ssh_key_id}', { ...S, ssh_key_id: 'integer', ssh_key_name: 'text' }, visit => {
      for (const key of at(visit).ssh_keys)
        if (key.id === visit.fields.ssh_key_id) key.label = String(visit.fields.ssh_key_name);
      return nothing(vendor);
    }),
    del('/ssh_key/{ssh_key_id}', { ...S, ssh_key_id: 'integer' }, visit => {
      const one = at(visit);
      one.ssh_keys = one.ssh_keys.filter(({ id }) => id !== visit.fields.ssh_key_id);
      return nothing(vendor);
    }),
  ];
};

const manage = (vendor: Vendor) => {
  const { world, operations } = vendor;
  const at = ({ fields }: Visit) => serverOf(world, fields);
  return [
    post('/server/manage/backup', S, visit => {
      const one = at(visit);
      const end = () => {
        for (const each of one.apps) each.hidden.restorePoints.unshift(restorePoint(vendor.now()));
        return undefined;
      };
      return { operation_id: operations.start({ type: 'backup_server', seconds: 300, server: one.id, end }) };
    }),
    get('/server/manage/settings', S, visit => ({ settings: at(visit).hidden.settings })),
    post('/server/manage/settings', S, visit => {
      const { server_id: _id, ...changes } = visit.fields;
      Object.assign(at(visit).hidden.settings, changes);
      return nothing(vendor);
    }),
    post(
      '/server/manage/backupSettings',
      {
        ...S,
        local_backups: 'bool',
        'backup_frequency?': 'integer',
        'backup_retention?': 'integer',
        'backup_time?': 'text',
      },
      visit => {
        const one = at(visit);
        one.local_backups = visit.fields.local_backups === 'true';
        one.backup_frequency = String(visit.fields.backup_frequency ?? one.backup_frequency);
        return nothing(vendor);
      },
    ),
    post('/server/manage/snapshotFrequency', { ...S, snapshot_frequency: 'integer' }, () => nothing(vendor)),
    post('/server/manage/remove_local_backup', S, visit => {
      for (const each of at(visit).apps) each.hidden.localBackup = false;
      return nothing(vendor);
    }),
    post('/server/manage/package', { ...S, package_name: 'text', package_version: 'text' }, visit => {
      const one = at(visit);
      const { package_name: name, package_version: version } = visit.fields;
      const end = () => {
        Object.assign(one.hidden.settings.package_versions as object, { [String(name)]: version });
        return undefined;
      };
      return { operation_id: operations.start({ type: 'update_package', seconds: 180, server: one.id, end }) };
    }),
    post('/server/manage/masterUsername', { ...S, username: 'text' }, visit => {
      at(visit).master_user = String(visit.fields.username);
      return nothing(vendor);
    }),
    post('/server/manage/masterPassword', { ...S, password: 'text' }, visit => {
      at(visit).master_password = String(visit.fields.password);
      return nothing(vendor);
    }),
    get('/server/manage/getMaintenanceWinSettings', S, visit => ({
      maintenance_settings: at(visit).hidden.maintenance,
    })),
    post('/server/manage/postMaintenanceWinSettings', { ...S, day: 'text', hour: 'integer' }, visit => {
      at(visit).hidden.maintenance = { day: String(visit.fields.day), hour: Number(visit.fields.hour) };
      return { message: 'Maintenance Time Successfully Update' };
    }),
    get('/server/disk', S, visit => ({ settings: at(visit).hidden.disk })),
    put('/server/disk/{server_id}', { ...S, automate_cleanup: ['enable', 'disable'], ...FLAGS }, visit => {
      const { server_id: _id, automate_cleanup: automate, ...flags } = visit.fields;
      Object.assign(at(visit).hidden.disk, flags, { automate_cleanup: `${automate}d` });
      return nothing(vendor);
    }),
    post('/server/disk/cleanup', { ...S, ...FLAGS }, visit => {
      const one = at(visit);
      const end = () => {
        one.hidden.diskUsed = Math.max(20, one.hidden.diskUsed - 17);
        if (visit.fields.remove_app_local_backup === 'yes')
          for (const each of one.apps) each.hidden.localBackup = false;
        return undefined;
      };
      return {
        status: true,
        operation_id: operations.start({ type: 'disk_cleanup', seconds: 60, server: one.id, end }),
      };
    }),
    get('/server/{server_id}/diskUsage', S, visit => {
      const one = at(visit);
      const end = () => ({
        parameters: { disk_used_perc: `${one.hidden.diskUsed}%`, updated_at: stamp(vendor.now()) },
      });
      const work = { type: 'disk_usage', seconds: 9, server: one.id, reads: true, end };
      return { status: true, operation_id: operations.start(work) };
    }),
  ];
};

const services = (vendor: Vendor) => {
  const { world } = vendor;
  const at = ({ fields }: Visit) => serverOf(world, fields);
  return [
    get('/service', S, visit => ({ services: { status: at(visit).hidden.services } })),
    post('/service/state', { ...S, service: 'text', state: ['start', 'stop', 'restart'] }, visit => {
      const status = visit.fields.state === 'stop' ? 'stopped' : 'running';
      at(visit).hidden.services[String(visit.fields.service)] = status;
      return { service_status: { status } };
    }),
    post('/service/varnish', { ...S, action: ['enable', 'disable', 'purge'] }, visit => {
      const { action } = visit.fields;
      if (action !== 'purge') at(visit).hidden.services.varnish_enabled = action === 'enable' ? 1 : 0;
      return nothing(vendor);
    }),
    get('/security/whitelisted', S, visit => whitelist(at(visit), 'sftp', visit.version)),
    get('/security/whitelistedIpsMysql', S, visit => whitelist(at(visit), 'mysql', visit.version)),
    post(
      '/security/whitelisted',
      {
        ...S,
        tab: ['sftp', 'mysql'],
        ip: 'ips',
        type: ['sftp', 'mysql'],
        'ipPolicy?': ['allow_all', 'block_all'],
      },
      visit => {
        const { hidden } = at(visit);
        const tab = visit.fields.tab === 'mysql' ? 'mysql' : 'sftp';
        hidden.whitelists[tab] = listOf(visit.fields.ip);
        if (visit.fields.ipPolicy !== undefined)
          hidden.policy = visit.fields.ipPolicy === 'block_all' ? 'block_all' : 'allow_all';
        return nothing(vendor);
      },
    ),
    get('/security/isBlacklisted', { ...S, ip: 'ip' }, ({ fields }) => ({ ip_status: fields.ip === '192.0.2.66' })),
    post('/security/siab', { ...S, ip: 'ip' }, () => nothing(vendor)),
    post('/security/adminer', { ...S, ip: 'ip' }, () => nothing(vendor)),
  ];
};

/** Version 2 wraps it, and the list is JSON text in a string (§6.10). */
function whitelist(one: Server, tab: 'sftp' | 'mysql', version: 'v1' | 'v2'): unknown {
  const list = one.hidden.whitelists[tab];
  return version === 'v1'
    ? { ip_list: list }
    : { data: { ip_list: JSON.stringify(list), ...(tab === 'sftp' ? { policy: one.hidden.policy } : {}) } };
}

const monitor = (vendor: Vendor) => {
  const { world, operations } = vendor;
  const at = ({ fields }: Visit) => serverOf(world, fields);
  const seconds = () => Math.floor(vendor.now() / 1_000);
  return [
    get('/server/monitor/summary', { ...S, type: ['bw', 'db'] }, visit => {
      const one = at(visit);
      return visit.fields.type === 'bw'
        ? { content: [{ name: 'bandwidth_monthly', datapoint: [41.7, seconds()], type: 'bw' }] }
        : {
            content: one.apps.map(({ sys_user: name }, index) => ({
              name,
              datapoint: [1_843.2 / (index + 1), seconds()],
              type: 'db',
            })),
          };
    }),
    get(
      '/server/monitor/detail',
      { ...S, target: 'text', duration: 'text', timezone: 'text', output_format: ['json', 'svg'] },
      ({ fields }) => ({
        content:
          fields.output_format === 'svg'
            ? '<svg xmlns="http://www.w3.org/2000/svg"/>'
            : JSON.stringify([
                {
                  target: fields.target,
                  datapoints: [
                    [91.2, seconds() - 600],
                    [88.7, seconds() - 300],
                    [null, seconds()],
                  ],
                },
              ]),
      }),
    ),
    get('/server/analytics/serverUsage', S, visit => {
      const one = at(visit);
      const end = () => ({
        parameters: {
          server: { disk_used_perc: `${one.hidden.diskUsed}%` },
          applications: {
            header: ['App', 'CPU', 'RAM'],
            body: one.apps.map(({ sys_user }, index) => [sys_user, String(3.1 + index), String(12.4 + index)]),
          },
        },
      });
      const work = { type: 'server_usage', seconds: 10, server: one.id, reads: true, end };
      return { status: true, task_id: operations.start(work) };
    }),
  ];
};
