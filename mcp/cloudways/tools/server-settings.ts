import * as z from 'zod';
import { secret } from '../../kit/index.ts';
import { DISK_USAGE_HINT } from '../unsure.ts';
import { serviceActions } from './services.ts';
import { computed, flag, operation, read, S, tool, write } from './shared.ts';

const word = z.string().min(1).max(120);

const CLEANUP = [
  'remove_app_tmp',
  'remove_app_private_html',
  'rotate_system_log',
  'rotate_app_log',
  'remove_app_local_backup',
] as const;
/** §3.3 row 25: what removes no work of people is on by default. */
const cleanup = {
  remove_app_tmp: z.boolean().default(true),
  remove_app_private_html: z.boolean().default(false),
  rotate_system_log: z.boolean().default(true),
  rotate_app_log: z.boolean().default(true),
  remove_app_local_backup: z.boolean().default(false),
};
const yesNo = (input: Readonly<Record<(typeof CLEANUP)[number], boolean>>) =>
  Object.fromEntries(CLEANUP.map(name => [name, input[name] ? 'yes' : 'no']));
const newPassword = secret(z.string().min(8).max(128));

export const serverSettings = tool({
  name: 'server_settings',
  title: 'Server settings',
  description: 'Backups, settings, packages, services, Varnish, disk and maintenance of a server.',
  actions: {
    ...serviceActions,
    backup_server: operation({
      description: 'Backs up a server now.',
      input: S,
      path: '/server/manage/backup',
      done: 'The backup is being made.',
    }),
    get_server_settings: read({
      description: 'Shows the settings of a server.',
      input: S,
      path: '/server/manage/settings',
    }),
    update_server_settings: write({
      description: 'Changes settings of a server; its services may restart.',
      input: {
        ...S,
        settings: z
          .record(z.string().regex(/^[a-z][a-z0-9_.]{1,60}$/), z.union([z.string(), z.number()]))
          .describe('as get_server_settings names them; date.timezone is date_timezone here'),
      },
      path: '/server/manage/settings',
      fields: ({ server_id, settings }) => ({ server_id, ...settings }),
      idempotent: true,
      done: 'The settings are changed.',
    }),
    update_backup_settings: write({
      description: 'Says how often a server is backed up, how long backups stay, and whether local ones are kept.',
      effect: 'destructive',
      input: {
        ...S,
        local_backups: flag,
        backup_frequency: z.int().min(1).max(720).optional().describe('hours between backups'),
        backup_retention: z.int().min(1).max(60).optional().describe('how long they stay'),
        backup_time: z
          .string()
          .regex(/^\d\d:\d\d$/)
          .optional()
          .describe('HH:mm, UTC'),
      },
      path: '/server/manage/backupSettings',
      // The words, not JSON's truth values (§7.1).
      fields: ({ local_backups, ...rest }) => ({ ...rest, local_backups: local_backups ? 'true' : 'false' }),
      idempotent: true,
      done: 'The backup settings are changed.',
    }),
    update_snapshot_frequency: write({
      description: 'Says how often snapshots of a server are made.',
      input: { ...S, snapshot_frequency: z.int().min(0).max(720).describe('hours') },
      path: '/server/manage/snapshotFrequency',
      idempotent: true,
      done: 'The frequency is changed.',
    }),
    delete_local_backups: write({
      description: 'Deletes the local backups of all applications of a server.',
      effect: 'destructive',
      input: S,
      path: '/server/manage/remove_local_backup',
      done: 'The local backups are deleted.',
    }),
    update_server_package: operation({
      description: 'Installs, changes or removes a package such as php, redis or elasticsearch.',
      effect: 'destructive',
      input: {
        ...S,
        package_name: word,
        package_version: word.describe('latest installs, 0 removes; get_available_packages names the others'),
      },
      path: '/server/manage/package',
      idempotent: true,
      done: 'The package is being changed.',
    }),
    update_master_username: write({
      description: 'Renames the master user of a server: the old name stops working.',
      effect: 'destructive',
      input: { ...S, username: z.string().regex(/^[a-z_][a-z0-9_-]{2,31}$/i) },
      path: '/server/manage/masterUsername',
      idempotent: true,
      done: 'The master user has its new name.',
    }),
    update_master_password: write({
      description: 'Sets the password of the master user: the old one stops working.',
      effect: 'destructive',
      input: { ...S, password: newPassword },
      path: '/server/manage/masterPassword',
      idempotent: true,
      done: 'The password is set.',
    }),
    get_maintenance_window: read({
      description: 'Shows when a server may be maintained.',
      input: S,
      path: '/server/manage/getMaintenanceWinSettings',
    }),
    update_maintenance_window: write({
      description: 'Says when a server may be maintained.',
      input: { ...S, day: word.describe('name of the day'), hour: z.int().min(0).max(23) },
      path: '/server/manage/postMaintenanceWinSettings',
      idempotent: true,
      done: 'The window is set.',
    }),
    get_server_disk_usage: computed({
      description: 'Measures the disk of a server, which takes some seconds.',
      input: S,
      path: ({ server_id }) => `/server/${server_id}/diskUsage`,
      fields: () => ({}),
      note: DISK_USAGE_HINT,
    }),
    optimize_server_disk: operation({
      description: 'Cleans the disk of a server of what is named, for good.',
      effect: 'destructive',
      input: { ...S, ...cleanup },
      path: '/server/disk/cleanup',
      fields: input => ({ server_id: input.server_id, ...yesNo(input) }),
      idempotent: true,
      done: 'The disk is being cleaned.',
    }),
    get_disk_settings: read({
      description: 'Shows what is cleaned from the disk of a server on its own.',
      input: S,
      path: '/server/disk',
    }),
    update_disk_settings: write({
      description: 'Says what is cleaned from the disk of a server on its own.',
      effect: 'destructive',
      input: { ...S, automate_cleanup: flag, ...cleanup },
      method: 'PUT',
      path: ({ server_id }) => `/server/disk/${server_id}`,
      fields: input => ({ automate_cleanup: input.automate_cleanup ? 'enable' : 'disable', ...yesNo(input) }),
      idempotent: true,
      done: 'The cleaning is set.',
    }),
  },
});
