import * as z from 'zod';
import { secret } from '../../kit/index.ts';
import { newApp } from './apps.ts';
import { enabled, id, onOff, operation, read, SA, serverId } from './shared.ts';

const word = z.string().min(1).max(120);

const direction = z.enum(['push', 'pull']).describe('push: from staging to live; pull: from live to staging');

export const stagingActions = {
  create_staging_app: operation({
    description: 'Makes a staging copy of an application on its server.',
    input: SA,
    path: '/staging/app/cloneApp',
    show: body => newApp(body),
    done: 'The staging copy is being made.',
  }),
  create_staging_app_on_other_server: operation({
    description: 'Makes a staging copy of an application on another server.',
    input: { ...SA, destination_server_id: serverId },
    path: '/staging/app/cloneToOtherServer',
    show: body => newApp(body),
    done: 'The staging copy is being made.',
  }),
  sync_staging_app: operation({
    description: 'Overwrites an application with its staging copy, or the other way round.',
    effect: 'destructive',
    input: {
      ...SA,
      source_server_id: serverId,
      source_app_id: id.describe('where files and tables come from'),
      direction,
      app_files: z.boolean().default(true),
      db_files: z.boolean().default(false).describe('overwrite the database too'),
      backup: z.boolean().default(true).describe('back up what is overwritten'),
      table: z.string().max(20).optional(),
      table_selected: z.array(z.string()).optional(),
    },
    path: '/sync/app',
    fields: input => ({
      server_id: input.server_id,
      app_id: input.app_id,
      source_server_id: input.source_server_id,
      source_app_id: input.source_app_id,
      action: input.direction,
      appFiles: input.app_files,
      dbFiles: input.db_files,
      backup: input.backup,
      table: input.table,
      tableSelected: input.table_selected,
    }),
    done: 'The application is being overwritten.',
  }),
  set_staging_password_protection: operation({
    description: 'Asks visitors of a staging copy for a password, or no longer.',
    input: { ...SA, enabled },
    path: '/staging/auth/status',
    fields: input => ({ server_id: input.server_id, app_id: input.app_id, action: onOff(input.enabled) }),
    idempotent: true,
    done: 'The protection is being changed.',
  }),
  update_staging_credentials: operation({
    description: 'Sets name and password for visitors of a staging copy.',
    input: { ...SA, username: word, password: secret(z.string().min(6).max(128)) },
    path: '/staging/htaccessUpdate',
    idempotent: true,
    done: 'Name and password are being set.',
  }),
  get_staging_logs: read({
    description: 'Shows the deployments of a staging copy.',
    input: SA,
    path: '/staging/app/logs',
  }),
  get_staging_tables: read({
    description: 'Lists the database tables of a staging copy.',
    input: SA,
    path: '/staging/app/tables',
  }),
};
