import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { cloudways } from './index.ts';

const catalog = catalogOf(cloudways);
const actions = catalog.tools.flatMap(tool => tool.actions);

/** The numbers in titles such as 'defect 7: …'. */
function numbersInTitles(word: string): number[] {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  const text = files.map(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  const found = text.matchAll(new RegExp(`['"\`]${word} (\\d+): `, 'g'));
  return [...new Set([...found].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/**
 * §3.2 to §3.7, row by row: name, kind (R, W, D), whether doing it twice is as doing it once (=). Row 25 of §5.2 counts them:
 * 18 basic, 12 of servers, 17 of applications, 6 of addresses, 6 of certificates, 6 of Git.
 */
const ROWS = `
1 ping R=
2 customer_info R=
3 rate_limit_status R=
4 list_servers R=
5 get_server_details R=
6 get_app_details R=
7 get_app_credentials R=
8 get_app_settings R=
9 get_app_monitoring_summary R=
10 list_projects R=
11 list_team_members R=
12 get_alerts R=
13 get_ssh_keys R=
14 get_available_providers R=
15 get_available_regions R=
16 get_available_server_sizes R=
17 get_available_apps R=
18 get_available_packages R=
19 start_server W=
20 stop_server D=
21 restart_server W
22 backup_server W
23 get_server_settings R=
24 get_server_disk_usage R=
25 optimize_server_disk D=
26 get_server_services_status R=
27 change_service_state D
28 manage_server_varnish D=
29 get_server_monitoring_detail R=
30 get_server_analytics R=
31 clone_app W
32 backup_app W
33 restore_app D
34 rollback_app_restore D
35 clear_app_cache W=
36 get_app_varnish_settings R=
37 manage_app_varnish D=
38 reset_app_file_permissions W=
39 enforce_app_https W=
40 update_app_cname W=
41 delete_app_cname D=
42 get_app_analytics_traffic R=
43 get_app_analytics_php R=
44 get_app_analytics_mysql R=
45 get_app_backup_status R=
46 get_app_fpm_settings R=
47 get_app_varnish_status R=
48 get_whitelisted_ips_ssh R=
49 get_whitelisted_ips_mysql R=
50 update_whitelisted_ips D=
51 check_ip_blacklisted R=
52 allow_ip_siab W=
53 allow_ip_adminer W=
54 install_ssl_certificate W=
55 remove_ssl_certificate D=
56 install_letsencrypt W=
57 renew_letsencrypt W=
58 set_letsencrypt_auto_renewal W=
59 revoke_letsencrypt D=
60 generate_git_ssh_key D
61 get_git_ssh_key R=
62 git_clone D
63 git_pull W
64 get_git_deployment_history R=
65 get_git_branch_names R=
`;

/** §3.8, and by area what §7.1 gives with method, path and parameters; the last line is our own. */
const MORE = `
§3.8: get_operation_status wait_for_operation find_app list_app_backups get_monitor_options get_disk_settings
server life cycle: create_server delete_server rename_server clone_server scale_server scale_server_volume attach_server_storage scale_server_storage
server manage: update_server_settings update_backup_settings update_snapshot_frequency delete_local_backups update_server_package update_master_username update_master_password get_maintenance_window update_maintenance_window
disk: update_disk_settings
app life cycle: create_app clone_app_to_other_server create_staging_app create_staging_app_on_other_server rename_app delete_app
app manage: update_app_aliases update_app_database_password update_app_symlink update_app_webroot get_cron_jobs update_cron_jobs update_app_fpm_settings update_app_varnish_settings set_app_geo_ip set_app_xmlrpc set_app_device_detection set_app_ignore_query_string set_app_php_direct_execution set_app_cron_optimizer set_app_webp update_app_cors_header set_app_access_state delete_app_local_backup
app access: create_app_credential update_app_credential delete_app_credential update_app_admin_password get_app_ssh_access set_app_ssh_access get_app_access_state
SSH keys: create_ssh_key rename_ssh_key delete_ssh_key
staging: sync_staging_app set_staging_password_protection update_staging_credentials get_staging_logs get_staging_tables
analytics: get_app_traffic_details get_app_analytics_cron
projects and team: create_project update_project delete_project add_team_member update_team_member delete_team_member
alerts: mark_alert_read mark_all_alerts_read list_alert_channels get_alert_channel_options create_alert_channel update_alert_channel delete_alert_channel
SafeUpdate: check_safe_updates list_safe_update_apps get_safe_update_status get_safe_update_settings get_safe_update_schedule get_safe_update_history set_safe_update_status update_safe_update_settings run_safe_update
wildcard (§3.6 note b): create_wildcard_dns verify_wildcard_dns
DNS: list_dns_domains add_dns_domains delete_dns_domains get_dns_domain_status get_dns_domain_usage list_dns_records add_dns_records update_dns_record delete_dns_records
lists: get_settings_options get_backup_frequencies get_countries
ours: reveal_password preview_whitelisted_ips
`;

const KINDS = new Map(Object.entries({ R: 'read', W: 'write', D: 'destructive' }));
const rows = ROWS.trim()
  .split('\n')
  .map(line => {
    const [number = '', name = '', kind = ''] = line.split(' ');
    return { number: Number(number), name, effect: KINDS.get(kind.charAt(0)), idempotent: kind.endsWith('=') };
  });
const more = MORE.trim()
  .split('\n')
  .flatMap(line => line.replace(/^.*?: /, '').split(' '));

describe('the tests', () => {
  it('show for all 18 parameters that the original got wrong that ours are right', () => {
    expect(numbersInTitles('mismatch')).toEqual(upTo(18));
  });

  it('show for all 27 defects of the original that they are avoided', () => {
    expect(numbersInTitles('defect')).toEqual(upTo(27));
  });

  it('hold all 18 checks that catch a wrong client', () => {
    expect(numbersInTitles('check')).toEqual(upTo(18));
  });
});

describe('the catalogue', () => {
  it('defect 25: has the 65 operations of the original, each with its kind', () => {
    expect(rows.map(({ number }) => number)).toEqual(upTo(65));
    for (const { name, effect, idempotent } of rows)
      expect(actions.find(action => action.name === name)).toMatchObject({ name, effect, idempotent, flatName: name });
  });

  it('has what was added, and nothing that is not on these lists', () => {
    expect(actions.map(({ name }) => name).sort()).toEqual([...rows.map(({ name }) => name), ...more].sort());
    expect(catalog.tools).toHaveLength(14);
  });

  it('has a name of its own for every action, so that each can be a tool', () => {
    expect(new Set(actions.map(({ flatName }) => flatName)).size).toBe(actions.length);
    expect(actions.every(({ name, flatName }) => name === flatName)).toBe(true);
  });

  it('marks what costs money, reveals a secret or writes to people', () => {
    const marked = (flag: string) =>
      actions.filter(({ flags }) => flags.some(one => one === flag)).map(({ name }) => name);
    expect(marked('revealsSecret')).toEqual(['reveal_password']);
    expect(marked('contactsPeople')).toEqual(['add_team_member', 'create_alert_channel', 'update_alert_channel']);
    expect(marked('costsMoney')).toEqual([
      'create_server',
      'clone_server',
      'scale_server',
      'scale_server_volume',
      'attach_server_storage',
      'scale_server_storage',
      'set_safe_update_status',
    ]);
  });

  it('names every secret argument, also inside the objects of the original', () => {
    for (const { name, parameters, secretParameters } of actions) {
      const secret = parameters.filter(parameter => /password|private_key|secret/.test(parameter));
      const inside = ['', 'server.', 'app.', 'params.'].flatMap(where => secret.map(one => where + one));
      expect([name, secretParameters]).toEqual([name, inside]);
    }
  });

  it('lets READ tokens read and no more', () => {
    for (const { name, effect, scopes } of actions)
      expect([name, scopes?.includes('read') ?? true]).toEqual([name, effect === 'read']);
  });

  it('has the variables of the original where they still mean something', () => {
    const variables = [...catalog.settings, ...catalog.credentials].map(({ variable }) => variable);
    expect(variables).toEqual(
      expect.arrayContaining(['RATE_LIMIT_REQUESTS', 'RATE_LIMIT_WINDOW', 'CLOUDWAYS_API_BASE']),
    );
    expect(cloudways.address({}).baseUrl).toBe('https://api.cloudways.com/api/v2');
    expect(cloudways.address({ apiVersion: 'v1' }).baseUrl).toBe('https://api.cloudways.com/api/v1');
    expect(cloudways.address({ baseUrl: 'https://x.test/api/v1/' }).baseUrl).toBe('https://x.test/api/v1');
  });
});
