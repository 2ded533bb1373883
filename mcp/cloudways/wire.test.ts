import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { cloudways } from './index.ts';
import { SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };
const SA = SHOP;
const PEM = (what: string): string => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----`;
const [CERTIFICATE, KEY] = [PEM('CERTIFICATE'), PEM('PRIVATE KEY')];
const CLEAN = { remove_app_tmp: 'yes', rotate_system_log: 'yes', rotate_app_log: 'yes' };
const KEEP = { remove_app_private_html: 'no', remove_app_local_backup: 'no' };
const PLACE = { cloud: 'do', region: 'lon1', instance_type: '2GB' };
const GIT = 'git@git.example.test:shop/orders.git';
const DOMAIN = '9a9f3e63-ef76-4066-8a65-fcbb71e30bd8';
const CHANNEL = { name: 'ops', channel: 2, events: [1], to: 'ops@example.test' };
const RULES = [{ method: 'exclude', type: 'url', value: '/cart' }];
const JOB = { minutes: '*/5', hours: '*', days: '*', months: '*', weekdays: '*', command: 'cron.php', cmd_type: 'php' };
const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIdemo laptop';
const RECORD = { type: 'A', attributes: { name: 'www', value: '203.0.113.9' } };

type Row = readonly [action: string, input: object, request: string, fields: object];

/** What each action sends for an input: the last request by method and path, and its fields, all of them. */
const WIRE: readonly Row[] = [
  ['list_projects', {}, 'GET /project', {}],
  [
    'create_project',
    { name: 'New', app_ids: ['510201', 510202] },
    'POST /project',
    { name: 'New', app_ids: '510201,510202' },
  ],
  ['update_project', { project_id: 9001, name: 'Shops' }, 'PUT /project/9001', { id: '9001', name: 'Shops' }],
  ['delete_project', { project_id: '9002' }, 'DELETE /project/9002', { id: '9002' }],
  ['list_team_members', {}, 'GET /member', {}],
  [
    'add_team_member',
    { name: 'Dee', email: 'dee@example.test' },
    'POST /member',
    { name: 'Dee', email: 'dee@example.test' },
  ],
  ['update_team_member', { member_id: 31877, role: 'Billing' }, 'PUT /member/31877', { role: 'Billing' }],
  ['delete_team_member', { member_id: 31878 }, 'DELETE /member/31878', { id: '31878' }],
  ['get_alerts', {}, 'GET /alerts/', {}],
  ['get_alerts', { after_id: 88106 }, 'GET /alerts/88106', {}],
  ['mark_alert_read', { alert_id: 88125 }, 'POST /alert/markAsRead/88125', { alert_id: '88125' }],
  ['mark_all_alerts_read', {}, 'POST /alert/markAllRead/', {}],
  ['list_alert_channels', {}, 'GET /integrations', {}],
  ['get_alert_channel_options', {}, 'GET /integrations/create', {}],
  ['create_alert_channel', CHANNEL, 'POST /integrations', { ...CHANNEL, is_active: true }],
  [
    'update_alert_channel',
    { channel_id: 510903, ...CHANNEL, is_active: false },
    'PUT /integrations/510903',
    { ...CHANNEL, is_active: false },
  ],
  ['delete_alert_channel', { channel_id: 510903 }, 'DELETE /integrations/510903', {}],
  ['get_operation_status', { operation_id: 'flex-70012345' }, 'GET /operation/flex-70012345', {}],
  ['wait_for_operation', { operation_id: 801232 }, 'GET /operation/801232', {}],
  ['get_available_providers', {}, 'GET /providers', {}],
  ['get_available_regions', {}, 'GET /regions', {}],
  ['get_available_server_sizes', {}, 'GET /server_sizes', {}],
  ['get_available_apps', {}, 'GET /apps', {}],
  ['get_available_packages', {}, 'GET /packages', {}],
  ['get_settings_options', {}, 'GET /settings', {}],
  ['get_backup_frequencies', {}, 'GET /backup-frequencies', {}],
  ['get_countries', {}, 'GET /countries', {}],
  ['get_monitor_options', {}, 'GET /monitor_durations', {}],
  ['list_servers', {}, 'GET /server', {}],
  ['get_server_details', S, 'GET /server/monitor/summary', { ...S, type: 'db' }],
  ['start_server', S, 'POST /server/start', S],
  ['stop_server', S, 'POST /server/stop', S],
  ['restart_server', { server_id: 41001 }, 'POST /server/restart', S],
  [
    'create_server',
    {
      ...PLACE,
      application: 'wordpress',
      app_version: '6.5.2',
      server_label: 'New',
      app_label: 'Site',
      data_volume_size: 20,
    },
    'POST /server',
    {
      ...PLACE,
      application: 'wordpress',
      app_version: '6.5.2',
      server_label: 'New',
      app_label: 'Site',
      data_volume_size: '20',
    },
  ],
  [
    'clone_server',
    { source_server_id: 41001, ...PLACE },
    'POST /server/cloneServer',
    { source_server_id: '41001', ...PLACE },
  ],
  ['scale_server', { ...S, instance_type: '4GB' }, 'POST /server/scaleServer', { ...S, instance_type: '4GB' }],
  [
    'scale_server_volume',
    { ...S, volume_size: 60, volume_type: 'data' },
    'POST /server/scaleVolume',
    { ...S, volume_size: '60', volume_type: 'data' },
  ],
  ['attach_server_storage', { ...S, server_storage: 50 }, 'POST /server/attachStorage', { ...S, server_storage: '50' }],
  ['scale_server_storage', { ...S, server_storage: 80 }, 'POST /server/scaleStorage', { ...S, server_storage: '80' }],
  ['rename_server', { ...S, label: 'Harbour' }, 'PUT /server/41001', { label: 'Harbour' }],
  ['backup_server', S, 'POST /server/manage/backup', S],
  ['get_server_settings', S, 'GET /server/manage/settings', S],
  [
    'update_server_settings',
    { ...S, settings: { memory_limit: 512 } },
    'POST /server/manage/settings',
    { ...S, memory_limit: '512' },
  ],
  [
    'update_backup_settings',
    { ...S, local_backups: true, backup_frequency: 24, backup_retention: 4, backup_time: '00:10' },
    'POST /server/manage/backupSettings',
    { ...S, local_backups: 'true', backup_frequency: '24', backup_retention: '4', backup_time: '00:10' },
  ],
  [
    'update_snapshot_frequency',
    { ...S, snapshot_frequency: 24 },
    'POST /server/manage/snapshotFrequency',
    { ...S, snapshot_frequency: '24' },
  ],
  ['delete_local_backups', S, 'POST /server/manage/remove_local_backup', S],
  [
    'update_server_package',
    { ...S, package_name: 'redis', package_version: '0' },
    'POST /server/manage/package',
    { ...S, package_name: 'redis', package_version: '0' },
  ],
  [
    'update_master_username',
    { ...S, username: 'master_new' },
    'POST /server/manage/masterUsername',
    { ...S, username: 'master_new' },
  ],
  [
    'update_master_password',
    { ...S, password: 'correct-horse' },
    'POST /server/manage/masterPassword',
    { ...S, password: 'correct-horse' },
  ],
  ['get_maintenance_window', S, 'GET /server/manage/getMaintenanceWinSettings', S],
  [
    'update_maintenance_window',
    { ...S, day: 'Monday', hour: 4 },
    'POST /server/manage/postMaintenanceWinSettings',
    { ...S, day: 'Monday', hour: '4' },
  ],
  ['get_server_disk_usage', { ...S, wait: false }, 'GET /server/41001/diskUsage', {}],
  ['optimize_server_disk', S, 'POST /server/disk/cleanup', { ...S, ...CLEAN, ...KEEP }],
  ['get_disk_settings', S, 'GET /server/disk', S],
  [
    'update_disk_settings',
    { ...S, automate_cleanup: true, remove_app_local_backup: true },
    'PUT /server/disk/41001',
    { automate_cleanup: 'enable', ...CLEAN, ...KEEP, remove_app_local_backup: 'yes' },
  ],
  ['get_server_services_status', S, 'GET /service', S],
  [
    'change_service_state',
    { ...S, service: 'php8.2-fpm', state: 'restart' },
    'POST /service/state',
    { ...S, service: 'php8.2-fpm', state: 'restart' },
  ],
  ['manage_server_varnish', { ...S, varnish: 'purge' }, 'POST /service/varnish', { ...S, action: 'purge' }],
  ['manage_app_varnish', { ...SA, varnish: 'enable' }, 'POST /service/appVarnish', { ...SA, action: 'enable' }],
  ['get_app_varnish_status', SA, 'GET /service/appVarnish', SA],
  ['get_app_varnish_settings', SA, 'GET /app/manage/varnish_setting', SA],
  [
    'update_app_varnish_settings',
    { ...SA, vcl_list: RULES },
    'POST /app/manage/varnish_setting',
    { ...SA, vcl_list: RULES },
  ],
  ['clear_app_cache', SA, 'POST /app/cache/purge', SA],
  [
    'get_server_monitoring_detail',
    { ...S, target: 'Idle CPU', duration: '1 Hour' },
    'GET /server/monitor/detail',
    { ...S, target: 'Idle CPU', duration: '1 Hour', timezone: 'UTC', output_format: 'json', storage: 'false' },
  ],
  ['get_server_analytics', { ...S, wait: false }, 'GET /server/analytics/serverUsage', S],
  ['get_app_monitoring_summary', SA, 'GET /app/monitor/summary', { ...SA, type: 'db' }],
  [
    'get_app_analytics_traffic',
    { ...SA, duration: '15m', resource: 'top_ips', wait: false },
    'GET /app/analytics/traffic',
    { ...SA, duration: '15m', resource: 'top_ips' },
  ],
  [
    'get_app_analytics_php',
    { ...SA, duration: '1d', resource: 'slow_pages', wait: false },
    'GET /app/analytics/php',
    { ...SA, duration: '1d', resource: 'slow_pages' },
  ],
  [
    'get_app_analytics_mysql',
    { ...SA, duration: '1h', resource: 'slow_queries', wait: false },
    'GET /app/analytics/mysql',
    { ...SA, duration: '1h', resource: 'slow_queries' },
  ],
  ['get_app_analytics_cron', { ...SA, wait: false }, 'GET /app/analytics/cron', SA],
  [
    'get_app_traffic_details',
    {
      ...SA,
      from: '19/01/2026 20:00',
      until: '19/01/2026 21:00',
      resource: 'top_ips',
      resource_list: ['192.0.2.66'],
      wait: false,
    },
    'POST /app/analytics/trafficDetails',
    { ...SA, from: '19/01/2026 20:00', until: '19/01/2026 21:00', resource: 'top_ips', resource_list: ['192.0.2.66'] },
  ],
  ['find_app', { query: 'shop.example.test' }, 'GET /server', {}],
  ['get_app_details', SA, 'GET /server', {}],
  [
    'create_app',
    { ...S, application: 'wordpress', app_version: '6.5.2', app_label: 'Site' },
    'POST /app',
    { ...S, application: 'wordpress', app_version: '6.5.2', app_label: 'Site' },
  ],
  [
    'clone_app',
    { ...SA, app_label: 'Copy', project_name: 'Retail' },
    'POST /app/clone',
    { ...SA, app_label: 'Copy', project_name: 'Retail' },
  ],
  [
    'clone_app_to_other_server',
    { ...SA, destination_server_id: 41002, app_label: 'Copy' },
    'POST /app/cloneToOtherServer',
    { ...SA, destination_server_id: '41002', app_label: 'Copy' },
  ],
  ['rename_app', { ...SA, label: 'Shop' }, 'PUT /app/510201', { ...S, label: 'Shop' }],
  ['get_app_access_state', SA, 'GET /app/getApplicationAccess', SA],
  ['set_app_access_state', { ...SA, enabled: false }, 'POST /app/state', { ...SA, state: 'disable' }],
  ['get_app_settings', SA, 'GET /app/get_settings_value', SA],
  ['get_app_fpm_settings', SA, 'GET /app/manage/fpm_setting', SA],
  [
    'update_app_fpm_settings',
    { ...SA, fpm_setting: 'pm = static' },
    'POST /app/manage/fpm_setting',
    { ...SA, fpm_setting: 'pm = static' },
  ],
  ['reset_app_file_permissions', SA, 'POST /app/manage/reset_permissions', { ...SA, ownership: 'sys_user' }],
  ['enforce_app_https', SA, 'POST /app/manage/enforce_https', { ...SA, status: 'enable' }],
  [
    'update_app_cname',
    { ...SA, cname: 'www.example.test' },
    'POST /app/manage/cname',
    { ...SA, cname: 'www.example.test' },
  ],
  ['delete_app_cname', SA, 'DELETE /app/manage/cname', SA],
  [
    'update_app_aliases',
    { ...SA, aliases: ['b.example.test'] },
    'POST /app/manage/aliases',
    { ...SA, aliases: ['www.shop.example.test', 'b.example.test'] },
  ],
  ['update_app_symlink', { ...SA, symlink: 'current' }, 'POST /app/manage/symlink', { ...SA, symlink: 'current' }],
  [
    'update_app_webroot',
    { ...SA, webroot: 'public_html/public' },
    'POST /app/manage/webroot',
    { ...SA, webroot: 'public_html/public' },
  ],
  ['get_cron_jobs', SA, 'GET /app/manage/cronList', SA],
  [
    'update_cron_jobs',
    { ...SA, jobs: [JOB] },
    'POST /app/manage/cronList',
    { ...SA, crons: JSON.stringify([JOB]), is_script: false },
  ],
  [
    'update_cron_jobs',
    { ...SA, script: '* * * * * php x' },
    'POST /app/manage/cronList',
    { ...SA, crons: '* * * * * php x', is_script: true },
  ],
  ['set_app_geo_ip', SA, 'POST /app/manage/geo_ip_header', { ...SA, status: 'enable' }],
  ['set_app_xmlrpc', { ...SA, enabled: false }, 'POST /app/manage/xmlrpc', { ...SA, status: 'disable' }],
  ['set_app_device_detection', SA, 'POST /app/manage/device/detection', { ...SA, status: 'enable' }],
  ['set_app_ignore_query_string', SA, 'POST /app/manage/ignore/query_string', { ...SA, status: 'enable' }],
  ['set_app_php_direct_execution', SA, 'POST /app/manage/php_direct_execution', { ...SA, status: 'enable' }],
  ['set_app_cron_optimizer', SA, 'POST /app/manage/cron_setting', { ...SA, status: 'enable' }],
  ['set_app_webp', SA, 'POST /app/manage/webP', { ...SA, status: 'enable' }],
  ['update_app_cors_header', { ...SA, cors_header: '*' }, 'POST /app/cors_header', { ...SA, corsHeaders: '*' }],
  ['backup_app', SA, 'POST /app/manage/takeBackup', SA],
  ['get_app_backup_status', { ...SA, wait: false }, 'GET /app/manage/backup', SA],
  ['list_app_backups', { ...SA, wait: false }, 'GET /app/manage/backup', SA],
  ['rollback_app_restore', SA, 'POST /app/manage/rollback', SA],
  ['delete_app_local_backup', SA, 'DELETE /app/manage/backup', SA],
  ['create_staging_app', SA, 'POST /staging/app/cloneApp', SA],
  [
    'create_staging_app_on_other_server',
    { ...SA, destination_server_id: '41002' },
    'POST /staging/app/cloneToOtherServer',
    { ...SA, destination_server_id: '41002' },
  ],
  [
    'sync_staging_app',
    {
      ...SA,
      source_server_id: 41001,
      source_app_id: 510202,
      direction: 'push',
      table: 'selected',
      table_selected: ['wp_posts'],
    },
    'POST /sync/app',
    {
      ...SA,
      source_server_id: '41001',
      source_app_id: '510202',
      action: 'push',
      appFiles: true,
      dbFiles: false,
      backup: true,
      table: 'selected',
      tableSelected: ['wp_posts'],
    },
  ],
  [
    'set_staging_password_protection',
    { ...SA, enabled: false },
    'POST /staging/auth/status',
    { ...SA, action: 'disable' },
  ],
  [
    'update_staging_credentials',
    { ...SA, username: 'guest', password: 'let-me-in' },
    'POST /staging/htaccessUpdate',
    { ...SA, username: 'guest', password: 'let-me-in' },
  ],
  ['get_staging_logs', SA, 'GET /staging/app/logs', SA],
  ['get_staging_tables', SA, 'GET /staging/app/tables', SA],
  ['get_app_credentials', SA, 'GET /app/creds', SA],
  ['reveal_password', { ...S, of: 'master_user' }, 'GET /server', {}],
  [
    'create_app_credential',
    { ...SA, username: 'deploy', password: 'correct-horse' },
    'POST /app/creds',
    { ...SA, username: 'deploy', password: 'correct-horse' },
  ],
  [
    'update_app_credential',
    { ...SA, app_cred_id: 610201, username: 'deploy', password: 'correct-horse' },
    'PUT /app/creds/610201',
    { ...SA, app_cred_id: '610201', username: 'deploy', password: 'correct-horse' },
  ],
  [
    'delete_app_credential',
    { ...SA, app_cred_id: 610201 },
    'DELETE /app/creds/610201',
    { ...SA, app_cred_id: '610201' },
  ],
  [
    'update_app_admin_password',
    { ...SA, password: 'correct-horse' },
    'POST /app/creds/changeAdminCredentials',
    { ...SA, password: 'correct-horse' },
  ],
  [
    'update_app_database_password',
    { ...SA, password: 'correct-horse' },
    'POST /app/manage/dbPassword',
    { ...SA, password: 'correct-horse' },
  ],
  ['get_app_ssh_access', SA, 'GET /app/getAppSshPerms', SA],
  [
    'set_app_ssh_access',
    { ...SA, enabled: true },
    'POST /app/updateAppSshPerms',
    { ...SA, update_perms_action: 'enable' },
  ],
  ['get_ssh_keys', S, 'GET /server', {}],
  [
    'create_ssh_key',
    { ...S, ssh_key_name: 'laptop', ssh_key: SSH_KEY },
    'POST /ssh_key',
    { ...S, ssh_key_name: 'laptop', ssh_key: SSH_KEY },
  ],
  [
    'rename_ssh_key',
    { ...S, ssh_key_id: 7001, ssh_key_name: 'old' },
    'PUT /ssh_key/7001',
    { ...S, ssh_key_id: '7001', ssh_key_name: 'old' },
  ],
  ['delete_ssh_key', { ...S, ssh_key_id: 7001 }, 'DELETE /ssh_key/7001', { ...S, ssh_key_id: '7001' }],
  ['get_whitelisted_ips_ssh', S, 'GET /security/whitelisted', S],
  ['get_whitelisted_ips_mysql', S, 'GET /security/whitelistedIpsMysql', S],
  ['preview_whitelisted_ips', { ...S, ips: ['203.0.113.9'] }, 'GET /security/whitelisted', S],
  [
    'update_whitelisted_ips',
    { ...S, ips: ['203.0.113.9'], tab: 'mysql' },
    'POST /security/whitelisted',
    { ...S, tab: 'mysql', ip: ['198.51.100.31', '203.0.113.9'], type: 'mysql' },
  ],
  ['check_ip_blacklisted', { ...S, ip: '203.0.113.9' }, 'GET /security/isBlacklisted', { ...S, ip: '203.0.113.9' }],
  ['allow_ip_siab', { ...S, ip: '203.0.113.9' }, 'POST /security/siab', { ...S, ip: '203.0.113.9' }],
  ['allow_ip_adminer', { ...S, ip: '2001:db8::9' }, 'POST /security/adminer', { ...S, ip: '2001:db8::9' }],
  [
    'install_ssl_certificate',
    { ...SA, certificate: CERTIFICATE, private_key: KEY, key_password: 'correct-horse' },
    'POST /security/ownSSL',
    { ...SA, ssl_crt: CERTIFICATE, ssl_key: KEY, password: 'correct-horse' },
  ],
  ['remove_ssl_certificate', SA, 'DELETE /security/removeCustomSSL', SA],
  [
    'install_letsencrypt',
    { ...SA, ssl_email: 'o@example.test', ssl_domains: ['shop.example.test'] },
    'POST /security/lets_encrypt_install',
    { ...SA, ssl_email: 'o@example.test', ssl_domains: ['shop.example.test'], wild_card: false },
  ],
  ['renew_letsencrypt', SA, 'POST /security/lets_encrypt_manual_renew', { ...SA, wild_card: false }],
  [
    'set_letsencrypt_auto_renewal',
    { ...SA, enabled: false },
    'POST /security/lets_encrypt_auto',
    { ...SA, auto: false },
  ],
  [
    'revoke_letsencrypt',
    { ...SA, ssl_domain: 'shop.example.test' },
    'POST /security/lets_encrypt_revoke',
    { ...SA, ssl_domain: 'shop.example.test', wild_card: false },
  ],
  [
    'create_wildcard_dns',
    { ...SA, ssl_email: 'o@example.test', ssl_domain: 'example.test' },
    'POST /security/createDNS',
    { ...SA, ssl_email: 'o@example.test', ssl_domain: 'example.test', wild_card: true },
  ],
  [
    'verify_wildcard_dns',
    { ...SA, ssl_email: 'o@example.test', ssl_domain: 'example.test' },
    'POST /security/verifyDNS',
    { ...SA, ssl_email: 'o@example.test', ssl_domain: 'example.test', wild_card: true },
  ],
  ['list_dns_domains', {}, 'GET /dme/domains', {}],
  ['add_dns_domains', { names: ['b.test'] }, 'POST /dme/domains', { names: ['b.test'] }],
  ['get_dns_domain_status', { domain_uid: DOMAIN }, `GET /dme/domains/${DOMAIN}/status`, {}],
  ['get_dns_domain_usage', { domain_uid: DOMAIN }, `GET /dme/domains/${DOMAIN}/usage`, {}],
  ['list_dns_records', { domain_uid: DOMAIN }, `GET /dme/domains/${DOMAIN}/records`, {}],
  [
    'add_dns_records',
    { domain_uid: DOMAIN, records: [RECORD] },
    `POST /dme/domains/${DOMAIN}/records`,
    { domain_id: DOMAIN, records: [RECORD] },
  ],
  [
    'update_dns_record',
    { domain_uid: DOMAIN, record_uid: 'none', record: RECORD },
    `PUT /dme/domains/${DOMAIN}/records/none`,
    { record: RECORD },
  ],
  [
    'delete_dns_records',
    { domain_uid: DOMAIN, record_uids: ['none'] },
    `DELETE /dme/domains/${DOMAIN}/records`,
    { domain_id: DOMAIN, records_id: ['none'] },
  ],
  ['delete_dns_domains', { ids: [DOMAIN] }, 'DELETE /dme/domains', { ids: [DOMAIN] }],
  ['generate_git_ssh_key', SA, 'POST /git/generateKey', SA],
  ['get_git_ssh_key', SA, 'GET /git/key', SA],
  [
    'git_clone',
    { ...SA, git_url: GIT, branch_name: 'main' },
    'POST /git/clone',
    { ...SA, git_url: GIT, branch_name: 'main', deploy_path: '' },
  ],
  [
    'git_pull',
    { ...SA, branch_name: 'main', deploy_path: 'site' },
    'POST /git/pull',
    { ...SA, branch_name: 'main', deploy_path: 'site' },
  ],
  ['get_git_deployment_history', SA, 'GET /git/history', SA],
  ['get_git_branch_names', { ...SA, git_url: GIT }, 'GET /git/branchNames', { ...SA, git_url: GIT }],
  ['check_safe_updates', { ...SA, wait: false }, 'GET /app/safeupdates', SA],
  ['list_safe_update_apps', S, 'GET /app/safeupdates/list', S],
  ['get_safe_update_status', SA, 'GET /app/safeupdates/510201/status', S],
  ['get_safe_update_settings', SA, 'GET /app/safeupdates/510201/settings', S],
  ['get_safe_update_schedule', SA, 'GET /app/safeupdates/510201/schedule', S],
  ['get_safe_update_history', SA, 'GET /app/safeupdates/510201/history', S],
  ['set_safe_update_status', { ...SA, enabled: true }, 'POST /app/safeupdates/status', { ...SA, status: '1' }],
  [
    'update_safe_update_settings',
    { ...SA, day_of_week: 'monday', time_slot: '02:00' },
    'POST /app/safeupdates/settings',
    { ...SA, day_of_week: 'monday', time_slot: '02:00' },
  ],
  [
    'run_safe_update',
    { ...SA, core: true, plugins: ['akismet'] },
    'PUT /app/safeupdates/510201',
    { ...S, core: 1, plugins: ['akismet'] },
  ],
  ['delete_app', { server_id: '41001', app_id: '510203' }, 'DELETE /app/510203', S],
  ['delete_server', { server_id: '41003' }, 'DELETE /server/41003', {}],
];

/** Needs a date that the vendor named before: tested with the operations. */
const ELSEWHERE = ['restore_app'];
/** Actions that ask nobody. */
const LOCAL = ['ping', 'customer_info', 'rate_limit_status'];
/** The vendor refuses them here, rightly: there is no such operation or record. */
const REFUSED = ['get_operation_status', 'wait_for_operation', 'update_dns_record'];

describe('what is sent', () => {
  it.each(['v2', 'v1'])('goes to the vendor’s paths with the vendor’s names, version %s', async apiVersion => {
    // Operations end at once, so that no server is busy.
    await using rig = await startRig({ settings: { apiVersion }, switches: { speed: 1e9 } });
    for (const [name, input, request, fields] of WIRE) {
      rig.sandbox.forgetRequests();
      const { fields: told } = await rig.call(name, { ...input, ...('of' in input ? {} : fresh(name)) });
      if (!REFUSED.includes(name)) expect([name, told]).toEqual([name, expect.objectContaining({ success: true })]);
      const sent = rig
        .sent()
        .findLast(one => `${one.method} ${one.path.replace(`/api/${apiVersion}`, '')}` === request);
      expect([name, sent?.path.startsWith(`/api/${apiVersion}/`)]).toEqual([name, true]);
      const wire = sent?.method === 'GET' ? sent.query : bodyOf(sent?.body);
      expect([name, wire]).toEqual([name, fields]);
    }
  });

  it('is tested for every action of the catalogue', () => {
    const names = catalogOf(cloudways).tools.flatMap(tool => tool.actions.map(action => action.name));
    const tested = [...WIRE.map(([name]) => name), ...LOCAL, ...ELSEWHERE];
    expect([...new Set(tested)].sort()).toEqual(names.sort());
  });
});

/** What is kept for a while is asked anew. */
function fresh(name: string): object {
  const action = cloudways.tools.flatMap(tool => Object.entries(tool.actions)).find(([one]) => one === name)?.[1];
  return action !== undefined && 'fresh' in action.input ? { fresh: true } : {};
}

function bodyOf(body: unknown): unknown {
  return typeof body === 'string' ? Object.fromEntries(new URLSearchParams(body)) : (body ?? {});
}
