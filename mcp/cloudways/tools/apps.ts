import * as z from 'zod';
import { allServers, findApp, type Item, itemOf, itemsOf } from '../api.ts';
import {
  action,
  flag,
  fresh,
  label,
  onOff,
  operation,
  READ_ROLES,
  read,
  S,
  SA,
  serverId,
  tool,
  write,
} from './shared.ts';

const word = z.string().min(1).max(120);

export const apps = tool({
  name: 'apps',
  title: 'Applications',
  description: 'Applications and their life. One is named by its server and its own id; find_app finds both.',
  actions: {
    find_app: action({
      description: 'Finds applications by domain, name or id.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { query: z.string().min(1).max(253), fresh },
      async run({ query, fresh: anew }, call) {
        const wanted = query
          .trim()
          .toLowerCase()
          .replace(/^https?:\/\//, '')
          .replace(/\/.*$/, '');
        const servers = await allServers(call, anew);
        const all = servers.flatMap(server => itemsOf(server.apps).map(app => summaryOf(server, app)));
        const exact = all.filter(app => namesOf(app).includes(wanted));
        const found = exact.length > 0 ? exact : all.filter(app => namesOf(app).some(name => name.includes(wanted)));
        return { apps: found, count: found.length };
      },
    }),
    get_app_details: action({
      description: 'Shows one application, passwords masked.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { ...SA, fresh },
      run: async (input, call) => ({ app: await findApp(call, input.server_id, input.app_id, input.fresh) }),
    }),
    create_app: operation({
      description: 'Installs an application on a server.',
      input: {
        ...S,
        application: word.describe('such as wordpress; get_available_apps names them'),
        app_version: word,
        app_label: label,
        project_name: label.optional(),
      },
      path: '/app',
      done: 'The application is being installed.',
    }),
    clone_app: operation({
      description: 'Copies an application on its server.',
      input: { ...SA, app_label: label, project_name: label.optional() },
      path: '/app/clone',
      show: body => newApp(body),
      done: 'The application is being copied.',
    }),
    clone_app_to_other_server: operation({
      description: 'Copies an application to another server.',
      input: { ...SA, destination_server_id: serverId, app_label: label },
      path: '/app/cloneToOtherServer',
      show: body => newApp(body),
      done: 'The application is being copied.',
    }),
    rename_app: write({
      description: 'Gives an application another label.',
      input: { ...SA, label },
      method: 'PUT',
      path: ({ app_id }) => `/app/${app_id}`,
      fields: input => ({ server_id: input.server_id, label: input.label }),
      idempotent: true,
      done: 'The application has its new label.',
    }),
    delete_app: operation({
      description: 'Deletes an application with its files and database, for good.',
      effect: 'destructive',
      input: SA,
      method: 'DELETE',
      path: ({ app_id }) => `/app/${app_id}`,
      fields: ({ server_id }) => ({ server_id }),
      done: 'The application is being deleted.',
    }),
    get_app_access_state: read({
      description: 'Shows whether an application is open to visitors.',
      input: SA,
      path: '/app/getApplicationAccess',
    }),
    set_app_access_state: write({
      description: 'Opens an application to visitors, or closes it.',
      effect: 'destructive',
      input: { ...SA, enabled: flag },
      path: '/app/state',
      fields: input => ({ server_id: input.server_id, app_id: input.app_id, state: onOff(input.enabled) }),
      idempotent: true,
      done: 'The access is changed.',
    }),
  },
});

function summaryOf(server: Item, app: Item) {
  return {
    server_id: String(server.id),
    server_label: server.label,
    app_id: String(app.id),
    label: app.label,
    application: app.application,
    cname: app.cname,
    aliases: app.aliases,
    app_fqdn: app.app_fqdn,
    is_staging: String(app.is_staging ?? '0') === '1',
  };
}

function namesOf(app: ReturnType<typeof summaryOf>): string[] {
  const aliases = Array.isArray(app.aliases) ? app.aliases : [];
  return [app.app_id, app.label, app.cname, app.app_fqdn, ...aliases]
    .filter(name => typeof name === 'string' && name !== '')
    .map(name => String(name).toLowerCase());
}

export function newApp(body: unknown) {
  const { app_id: direct, app } = itemOf(body);
  const made = direct ?? itemOf(app).id;
  return made === undefined ? {} : { app_id: String(made) };
}
