import { stableId } from '../../kit/sandbox.ts';
import { member, project } from './demo-data.ts';
import { del, type Family, get, nothing, post, put } from './endpoints.ts';
import { Denied, listOf } from './requests.ts';
import type { DnsDomain, Vendor } from './world.ts';

const PAGE = 20;

/** Lists, projects, members, alerts and their channels, DNS Made Easy. */
export const account: Family = vendor => [...lists(), ...people(vendor), ...alerts(vendor), ...dns(vendor)];

const lists = () => [
  get('/providers', {}, () => ({
    providers: [
      { id: 'do', name: 'DigitalOcean' },
      { id: 'vultr', name: 'Vultr' },
      { id: 'amazon', name: 'Amazon' },
      { id: 'gce', name: 'Google Compute Engine' },
      { id: 'linode', name: 'Linode' },
    ],
  })),
  get('/regions', {}, () => ({
    regions: {
      do: [
        { id: 'lon1', name: 'London 1' },
        { id: 'nyc3', name: 'New York 3' },
      ],
      vultr: [{ id: 'ams', name: 'Amsterdam' }],
    },
  })),
  get('/server_sizes', {}, () => ({ sizes: { do: ['1GB', '2GB', '4GB'], amazon: ['Small', 'Medium'] } })),
  get('/apps', {}, ({ version }) => {
    const wordpress = { label: 'WordPress', versions: [{ app_version: '6.5.2', application: 'wordpress' }] };
    const magento = { label: 'Magento', versions: [{ app_version: '11.0', application: 'magento' }] };
    return { apps: version === 'v2' ? [wordpress, magento] : { WordPress: wordpress, Magento: magento } };
  }),
  get('/packages', {}, () => ({
    packages: {
      php: { debian11: { '8.1': 'PHP 8.1', '8.2': 'PHP 8.2' } },
      mysql: { debian11: { 'mariadb,10.6': 'MariaDB 10.6' } },
      redis: { 0: 'Uninstall', latest: 'Install' },
    },
  })),
  get('/settings', {}, () => ({ settings: { timezones: ['UTC', 'Europe/London'], memory_limit: ['128', '256'] } })),
  get('/backup-frequencies', {}, () => ({ frequencies: [{ id: '24', label: 'Every day' }] })),
  get('/countries', {}, () => ({ countries: { GB: 'United Kingdom', US: 'United States' } })),
  get('/monitor_targets', {}, () => ({ targets: { do: ['Idle CPU', 'Free Disk'], vultr: ['Idle CPU'] } })),
  get('/monitor_durations', {}, () => ({
    durations: ['1 Hour', '12 Hours', '1 Day', '7 Days', '1 Month', '6 Months'],
  })),
];

const people = (vendor: Vendor) => {
  const { world } = vendor;
  const projectOf = (id: unknown) => {
    const found = world.projects.find(one => one.id === String(id));
    if (found === undefined) throw new Denied(422, { status: false, message: 'Project not found.' });
    return found;
  };
  const assign = (id: string, apps: unknown): void => {
    const wanted = String(apps ?? '').split(',');
    for (const app of world.servers.flatMap(one => one.apps)) if (wanted.includes(app.id)) app.project_id = id;
  };
  const memberOf = (id: unknown) => {
    const found = world.members[String(id)];
    if (found === undefined) throw new Denied(422, { status: false, message: 'Member not found.' });
    return found;
  };
  return [
    get('/project', {}, () => ({ projects: world.projects })),
    post('/project', { name: 'text' }, ({ fields }) => {
      const made = project(vendor.now(), vendor.newId(), String(fields.name));
      world.projects.push(made);
      assign(String(made.id), fields.app_ids);
      return { project: made };
    }),
    put('/project/{id}', { id: 'integer', name: 'text' }, ({ fields }) => {
      const found = projectOf(fields.id);
      found.name = fields.name;
      assign(String(fields.id), fields.app_ids);
      return { project: found };
    }),
    del('/project/{id}', { id: 'integer' }, ({ fields }) => {
      const found = projectOf(fields.id);
      world.projects = world.projects.filter(one => one !== found);
      return nothing(vendor);
    }),
    get('/member', {}, () => ({ contents: { members: world.members } })),
    post('/member', { name: 'text', email: 'email', 'role?': 'text' }, ({ fields }) => {
      const id = Number(vendor.newId());
      const made = member(vendor.now(), id, String(fields.name), String(fields.email), String(fields.role ?? ''));
      world.members[String(id)] = made;
      return { contents: { member: made } };
    }),
    put('/member/{id}', { id: 'integer', 'name?': 'text', 'role?': 'text' }, ({ fields }) => {
      const found = memberOf(fields.id);
      if (fields.name !== undefined) found.name = fields.name;
      if (fields.role !== undefined) found.role = fields.role;
      return { contents: { member: found } };
    }),
    del('/member/{id}', { id: 'integer' }, ({ fields }) => {
      memberOf(fields.id);
      delete world.members[String(fields.id)];
      return { contents: [] };
    }),
  ];
};

const alerts = (vendor: Vendor) => {
  const { world } = vendor;
  const channel = { name: 'text', channel: 'integer', events: 'list', is_active: 'bool' } as const;
  const older = (id: number) => world.alerts.filter(one => Number(one.id) < id).slice(0, PAGE);
  const channelOf = (id: unknown) => {
    const found = world.integrations.find(one => one.id === String(id));
    if (found === undefined) throw new Denied(422, { status: false, message: 'Integration not found.' });
    return found;
  };
  return [
    get('/alerts/', {}, () => ({ alerts: older(Number.POSITIVE_INFINITY) })),
    get('/alerts/{last_id}', { last_id: 'integer' }, ({ fields }) => ({ alerts: older(Number(fields.last_id)) })),
    post('/alert/markAsRead/{alert_id}', { alert_id: 'integer' }, ({ fields }) => {
      for (const one of world.alerts) if (one.id === Number(fields.alert_id)) one.is_read = true;
      return nothing(vendor);
    }),
    post('/alert/markAllRead/', {}, () => {
      for (const one of world.alerts) one.is_read = true;
      return nothing(vendor);
    }),
    get('/integrations', {}, () => ({ integrations: world.integrations })),
    get('/integrations/create', {}, () => ({
      channels: [
        { id: 2, name: 'email' },
        { id: 3, name: 'slack' },
      ],
      events: [{ id: 1, name: 'Server' }],
    })),
    post('/integrations', channel, ({ fields }) => {
      const integration = { id: vendor.newId(), ...fields };
      world.integrations.push(integration);
      return { integration };
    }),
    put('/integrations/{id}', { id: 'integer', ...channel }, ({ fields }) => ({
      integration: Object.assign(channelOf(fields.id), fields),
    })),
    del('/integrations/{id}', { id: 'integer' }, ({ fields }) => {
      const found = channelOf(fields.id);
      world.integrations = world.integrations.filter(one => one !== found);
      return nothing(vendor);
    }),
  ];
};

const dns = (vendor: Vendor) => {
  const { world } = vendor;
  const domainOf = (uid: unknown): DnsDomain => {
    const found = world.dnsDomains.find(one => one.uid === uid);
    if (found === undefined) throw new Denied(422, { status: false, message: 'Domain not found.' });
    return found;
  };
  const one = { uid: 'text' } as const;
  return [
    get('/dme/domains', {}, () => ({
      domains: world.dnsDomains.map(({ uid, name }) => ({ uid, name, query_usage: '1.56', status: 'Active' })),
    })),
    post('/dme/domains', { names: 'list' }, ({ fields }) => {
      for (const name of listOf(fields.names))
        world.dnsDomains.push({ uid: stableId('domain', vendor.newId()), name, records: [] });
      return { message: 'Domains Created Successfully' };
    }),
    del('/dme/domains', { ids: 'list' }, ({ fields }) => {
      world.dnsDomains = world.dnsDomains.filter(({ uid }) => !listOf(fields.ids).includes(uid));
      return { deleted: true, message: 'Domains Deleted Successfully' };
    }),
    get('/dme/domains/{uid}/status', one, ({ fields }) => {
      domainOf(fields.uid);
      return { status: 'Active' };
    }),
    get('/dme/domains/{uid}/usage', one, ({ fields }) => {
      domainOf(fields.uid);
      return { usage: [{ date: '2026-01-01', query_usage: 20 }] };
    }),
    get('/dme/domains/{uid}/records', one, ({ fields }) => ({ records: domainOf(fields.uid).records })),
    post('/dme/domains/{uid}/records', { uid: 'text', records: 'list' }, ({ fields }) => {
      const records = (fields.records as { type: string; attributes: Record<string, unknown> }[]).map(record => ({
        uid: stableId('record', vendor.newId()),
        ...record,
      }));
      domainOf(fields.uid).records.push(...records);
      return { records };
    }),
    put('/dme/domains/{uid}/records/{record}', { uid: 'text' }, ({ fields, request }) => {
      const found = domainOf(fields.uid).records.find(({ uid }) => uid === request.params.record);
      if (found === undefined) throw new Denied(422, { status: false, message: 'Record not found.' });
      return { status: true, message: 'Record Updated Successfully.' };
    }),
    del('/dme/domains/{uid}/records', { uid: 'text', records_id: 'list' }, ({ fields }) => {
      const domain = domainOf(fields.uid);
      domain.records = domain.records.filter(({ uid }) => !listOf(fields.records_id).includes(uid));
      return { status: true, message: 'Record Deleted Successfully.' };
    }),
  ];
};
