import { createRandom } from '../../kit/sandbox.ts';
import { type App, type Server, stamp, type World } from './world.ts';

const DAY_MS = 86_400_000;

/** The dataset of §8.4, the same in every run; its dates end at `now`. Every secret begins with `demo-`. */
export function createWorld(now: number): World {
  const servers = [
    server(now, '41001', 'Harbour Shop', 'running', 'do', 'lon1', '2GB', '203.0.113.24'),
    server(now, '41002', 'Atlas Store', 'running', 'vultr', 'ams', '1GB', '203.0.113.61'),
    server(now, '41003', 'Old Intranet', 'stopped', 'linode', 'fra', '1GB', '203.0.113.90'),
  ];
  const [harbour, atlas] = servers;
  if (harbour === undefined || atlas === undefined) throw new Error('The demo data has no servers.');
  harbour.apps = [
    app(now, harbour, '510201', 'Shop WP', 'wordpress', 'shopwpqaz', '9001', 'shop.example.test', [
      'www.shop.example.test',
    ]),
    app(now, harbour, '510202', 'Shop WP staging', 'wordpress', 'shopstgwx', '9001', '', [], '510201'),
    app(now, harbour, '510203', 'Orders API', 'laravel', 'ordersapi', '9002', 'orders.example.test'),
  ];
  atlas.apps = [app(now, atlas, '510301', 'Atlas Magento', 'magento', 'atlasmage', '9002', 'atlas.example.test')];
  atlas.hidden.diskUsed = 94;
  const laravel = harbour.apps[2];
  if (laravel !== undefined) {
    laravel.hidden.gitKey = 'ssh-rsa AAAAB3NzaC1yc2Edemo cloudways';
    laravel.hidden.gitHistory = [
      {
        git_url: 'git@git.example.test:shop/orders.git',
        branch_name: 'main',
        customer_id: '220011',
        path: null,
        result: '1',
        datetime: gitDate(now - 2 * DAY_MS),
        description: 'deployed',
      },
    ];
  }
  return {
    servers,
    projects: [project(now, '9001', 'Retail'), project(now, '9002', 'Back office')],
    members: Object.fromEntries(
      [
        [31877, 'Ana Ruiz', 'ana@example.test', 'Developer'],
        [31878, 'Ben Okafor', 'ben@example.test', 'Project Manager'],
        [31879, 'Chiara Voss', 'chiara@example.test', 'Billing'],
      ].map(([id, name, email, role]) => [
        String(id),
        member(now, Number(id), String(name), String(email), String(role)),
      ]),
    ),
    alerts: Array.from({ length: 25 }, (_, index) => alert(now, index)),
    integrations: [],
    dnsDomains: [{ uid: '9a9f3e63-ef76-4066-8a65-fcbb71e30bd8', name: 'example.test', records: [] }],
  };
}

export function server(
  now: number,
  id: string,
  label: string,
  status: 'running' | 'stopped',
  cloud: string,
  region: string,
  size: string,
  ip: string,
): Server {
  const random = createRandom('cloudways', id);
  return {
    id,
    label,
    status,
    cloud,
    region,
    instance_type: size,
    volume_size: '50',
    backup_frequency: '24',
    local_backups: false,
    server_fqdn: `220011-${id}.cloudwaysapps.com`,
    public_ip: ip,
    platform: 'debian11',
    created_at: stamp(now - 300 * DAY_MS),
    master_user: `master_${Math.floor(random() * 1e8).toString(36)}`,
    master_password: `demo-Master${id}`,
    ssh_keys: [{ id: `7${id.slice(2)}`, label: 'laptop' }],
    apps: [],
    hidden: {
      services: {
        apache2: 'running',
        elasticsearch: 'stopped',
        elasticsearch_enabled: 0,
        memcached: 'running',
        mysql: 'running',
        nginx: 'running',
        'php8.2-fpm': 'running',
        'redis-server': 'running',
        redis_enabled: 1,
        varnish: 'running',
        varnish_enabled: 1,
      },
      settings: {
        character_set_server: 'utf8mb4',
        'date.timezone': 'UTC',
        display_errors: 'Off',
        execution_limit: '60',
        max_connections: '150',
        memory_limit: '256',
        package_versions: { php: '8.2', mariadb: '10.6', redis: '7.0', fpm: '8.2' },
        upload_size: '64',
        wait_timeout: '100',
      },
      disk: {
        automate_cleanup: 'disabled',
        remove_app_local_backup: 'no',
        remove_app_private_html: 'no',
        remove_app_tmp: 'yes',
        rotate_app_log: 'yes',
        rotate_system_log: 'yes',
      },
      diskUsed: 62,
      whitelists: { sftp: ['203.0.113.7', '198.51.100.20'], mysql: ['198.51.100.31'] },
      policy: 'allow_all',
      maintenance: { day: 'Sunday', hour: 3 },
    },
  };
}

export function app(
  now: number,
  on: Server,
  id: string,
  label: string,
  application: string,
  user: string,
  projectId: string | null,
  cname = '',
  aliases: string[] = [],
  source: string | null = null,
): App {
  return {
    id,
    label,
    application,
    app_version: application === 'wordpress' ? '6.5.2' : '11.0',
    app_fqdn: `${application}-${on.id}-${id}.cloudwaysapps.com`,
    app_user: 'owner@example.test',
    app_password: `demo-App${id}`,
    sys_user: user,
    sys_password: `demo-Sys${id}`,
    cname,
    mysql_db_name: user,
    mysql_user: user,
    mysql_password: `demo-Db${id}`,
    aliases,
    symlink: null,
    server_id: on.id,
    project_id: projectId,
    created_at: stamp(now - 290 * DAY_MS),
    webroot: null,
    is_csr_available: true,
    lets_encrypt: null,
    is_staging: source === null ? '0' : '1',
    source_app_id: source,
    hidden: {
      restorePoints: [1, 2, 3].map(nights => restorePoint(now - nights * DAY_MS)),
      restored: false,
      localBackup: true,
      flags: {
        from_address: null,
        cors_header: 0,
        enforce_https: cname === '' ? 0 : 1,
        geo_ip_setting: 0,
        xml_rpc_setting: 0,
        php_direct_execution: 0,
        webp: 0,
        wp_cron_setting: 1,
      },
      varnish: { enabled: true, rules: [{ method: 'exclude', type: 'url', value: '/cart' }] },
      fpm: 'pm = ondemand\npm.max_children = 20\n',
      cron: {
        basic: [
          { minutes: '*/5', hours: '*', days: '*', months: '*', weekdays: '*', command: 'cron.php', cmd_type: 'php' },
        ],
        script: '',
      },
      creds: [
        {
          id: `6${id.slice(1)}`,
          sys_user: `deploy${id.slice(-2)}`,
          sys_password: `demo-Cred${id}`,
          ssh_keys: [{ label: 'ci', ssh_key_id: '7002' }],
        },
      ],
      sshAccess: false,
      state: 'enable',
      gitKey: null,
      gitHistory: [],
      customSsl: false,
      safeUpdate: { status: 0, day_of_week: 'monday', time_slot: '02:00' },
    },
  };
}

/** `YYYY-MM-DDTHH:mm:ss`, no zone (§3.4). */
export function restorePoint(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

/** `DD, MM, YYYY - HH:mm` (§3.7). */
export function gitDate(time: number): string {
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(new Date(time).toISOString()) ?? [];
  return `${day}, ${month}, ${year} - ${clock}`;
}

export function project(now: number, id: string, name: string): Record<string, unknown> {
  const created = stamp(now - 280 * DAY_MS);
  return { id, name, user_id: '220011', is_default: '0', created_at: created, updated_at: created, image: null };
}

export function member(now: number, id: number, name: string, email: string, role: string): Record<string, unknown> {
  return {
    id,
    member_mapping_id: id - 30_000,
    name,
    email,
    status: '1',
    image: null,
    added_on: stamp(now - 200 * DAY_MS).slice(0, 10),
    role,
    account_disabled: '0',
    acc_cancellation_date: null,
    permissions: { is_full: true },
  };
}

function alert(now: number, index: number): Record<string, unknown> {
  const disk = index % 5 === 0;
  return {
    id: 88_125 - index,
    server_id: 41_002,
    app_id: null,
    details: {
      subject: disk ? 'Disk Space Alert' : 'High CPU Alert',
      desc: disk ? 'The disk is 94% full.' : 'The CPU was above 90% for ten minutes.',
      template_slug: disk ? 'disk-full-1' : 'cpu-high-1',
      values: { SERVER_LABEL: 'Atlas Store' },
    },
    created_at: stamp(now - (index + 1) * 7_200_000),
    is_read: index > 9,
  };
}
