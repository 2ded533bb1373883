import * as z from 'zod';
import { Fault, secret } from '../../kit/index.ts';
import { ask, type CloudwaysCall, itemOf, itemsOf } from '../api.ts';
import { ipListActions } from './ip-lists.ts';
import { action, flag, id, onOff, operation, READ_ROLES, read, S, SA, tool, write } from './shared.ts';
import { sshKeys } from './ssh-keys.ts';

const username = z.string().regex(/^[a-z_][a-z0-9_-]{2,31}$/i);
const password = secret(z.string().min(8).max(128));

export const access = tool({
  name: 'access',
  title: 'Users, keys and addresses',
  description:
    'Who gets in by SSH, SFTP and to the database, and from which addresses. Passwords are masked, but for the action that reveals them.',
  actions: {
    get_app_credentials: read({
      description: 'Lists the SFTP and SSH users of an application, passwords masked.',
      input: SA,
      path: '/app/creds',
      show: body => ({ app_creds: itemsOf(itemOf(body).app_creds) }),
    }),
    reveal_password: action({
      description:
        'Shows the password of the master user of a server, or those of an application. A person is always asked.',
      effect: 'read',
      flags: ['revealsSecret'],
      sensitiveResult: true,
      scopes: READ_ROLES,
      input: { ...S, app_id: id.optional(), of: z.enum(['master_user', 'app_admin', 'database', 'app_users']) },
      run: reveal,
    }),
    create_app_credential: write({
      description: 'Creates an SFTP and SSH user of an application, who gets in from then on.',
      input: { ...SA, username, password },
      path: '/app/creds',
      done: 'The user is created.',
    }),
    update_app_credential: write({
      description: 'Changes name and password of a user of an application: the old ones stop working.',
      effect: 'destructive',
      input: { ...SA, app_cred_id: id, username, password },
      method: 'PUT',
      path: ({ app_cred_id }) => `/app/creds/${app_cred_id}`,
      idempotent: true,
      done: 'The user is changed.',
    }),
    delete_app_credential: write({
      description: 'Deletes a user of an application.',
      effect: 'destructive',
      input: { ...SA, app_cred_id: id },
      method: 'DELETE',
      path: ({ app_cred_id }) => `/app/creds/${app_cred_id}`,
      done: 'The user is deleted.',
    }),
    update_app_admin_password: operation({
      description: 'Sets the password of the administrator of an application.',
      effect: 'destructive',
      input: { ...SA, password },
      path: '/app/creds/changeAdminCredentials',
      idempotent: true,
      done: 'The password is being set.',
    }),
    update_app_database_password: write({
      description: 'Sets the database password: an application that has the old one in a file of its own stops.',
      effect: 'destructive',
      input: { ...SA, password },
      path: '/app/manage/dbPassword',
      idempotent: true,
      done: 'The password is set.',
    }),
    get_app_ssh_access: read({
      description: 'Shows whether users of an application get in by SSH.',
      input: SA,
      path: '/app/getAppSshPerms',
    }),
    set_app_ssh_access: write({
      description: 'Lets users of an application in by SSH, or no longer.',
      effect: 'destructive',
      input: { ...SA, enabled: flag },
      path: '/app/updateAppSshPerms',
      fields: input => ({
        server_id: input.server_id,
        app_id: input.app_id,
        update_perms_action: onOff(input.enabled),
      }),
      idempotent: true,
      done: 'The access is changed.',
    }),
    ...sshKeys,
    ...ipListActions,
  },
});

interface Reveal {
  readonly server_id: string;
  readonly app_id?: string | undefined;
  readonly of: 'master_user' | 'app_admin' | 'database' | 'app_users';
}

/** §3.10: never in read-only mode. Asked anew, since what is kept in memory is masked. */
async function reveal({ server_id, app_id, of }: Reveal, call: CloudwaysCall) {
  if (call.account.readOnly) throw new Fault('GH_READ_ONLY', 'Blocked: no password is shown in read-only mode.');
  if (of !== 'master_user' && app_id === undefined)
    throw new Fault('GH_INVALID_INPUT', `reveal_password needs app_id for ${of}.`);
  const purpose = 'Reading the password';
  if (of === 'app_users') {
    const body = await ask(call, { path: '/app/creds', fields: { server_id, app_id }, purpose, reveal: true });
    const users = itemsOf(itemOf(body).app_creds).map(one => ({
      user: one.sys_user,
      password: kept(call, one.sys_password),
    }));
    return { users };
  }
  const body = await ask(call, { path: '/server', purpose, reveal: true });
  const server = itemsOf(itemOf(body).servers).find(one => String(one.id) === server_id);
  if (server === undefined) throw new Fault('GH_NOT_FOUND', `There is no server ${server_id}.`);
  if (of === 'master_user') return { user: server.master_user, password: kept(call, server.master_password) };
  const app = itemsOf(server.apps).find(one => String(one.id) === app_id);
  if (app === undefined) throw new Fault('GH_NOT_FOUND', `There is no application ${app_id} on server ${server_id}.`);
  return of === 'database'
    ? { database: app.mysql_db_name, user: app.mysql_user, password: kept(call, app.mysql_password) }
    : { user: app.app_user, password: kept(call, app.app_password) };
}

function kept(call: CloudwaysCall, value: unknown): string {
  const text = String(value ?? '');
  call.keepSecret(text);
  return text;
}
