import { itemsOf, slowList } from '../api.ts';
import { action, fresh, READ_ROLES, tool } from './shared.ts';

const list = (path: string, description: string) =>
  action({
    description,
    effect: 'read',
    scopes: READ_ROLES,
    input: { fresh },
    run: async (input, call) => ({ ...(await slowList(call, path, input.fresh)) }),
  });

export const catalogue = tool({
  name: 'catalogue',
  title: 'Catalogue',
  description: 'What can be chosen at Cloudways. Kept for a day.',
  actions: {
    get_available_providers: list('/providers', 'Lists clouds.'),
    get_available_regions: list('/regions', 'Lists regions by cloud.'),
    get_available_server_sizes: list('/server_sizes', 'Lists server sizes by cloud.'),
    get_available_apps: action({
      description: 'Lists the applications that can be installed, with versions.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { fresh },
      // A list in version 2, an object by name in version 1 (§3.2 row 17).
      run: async (input, call) => ({ apps: itemsOf((await slowList(call, '/apps', input.fresh)).apps) }),
    }),
    get_available_packages: list('/packages', 'Lists packages and their versions.'),
    get_monitor_options: action({
      description: 'Lists targets and durations for get_server_monitoring_detail.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { fresh },
      async run(input, call) {
        const [targets, durations] = await Promise.all([
          slowList(call, '/monitor_targets', input.fresh),
          slowList(call, '/monitor_durations', input.fresh),
        ]);
        return { ...targets, ...durations };
      },
    }),
    get_settings_options: list('/settings', 'Lists the values that server settings may have.'),
    get_backup_frequencies: list('/backup-frequencies', 'Lists how often servers can be backed up.'),
    get_countries: list('/countries', 'Lists countries.'),
  },
});
