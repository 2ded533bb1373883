import * as z from 'zod';
import { allServers, askItem, type CloudwaysCall, findServer, type Item, isItem, itemsOf } from '../api.ts';
import { action, fresh, id, label, operation, READ_ROLES, S, serverId, tool, write } from './shared.ts';

const word = z.string().min(1).max(120);
const place = {
  cloud: word.describe('id of a cloud, such as do'),
  region: word,
  instance_type: word.describe('server size'),
};
const gigabytes = z.int().min(1).max(16_000).describe('in GB');

export const servers = tool({
  name: 'servers',
  title: 'Servers',
  description: 'Servers of the account and their life.',
  actions: {
    list_servers: action({
      description: 'Lists servers with their applications, passwords masked.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { include_apps: z.boolean().default(true), fresh },
      async run(input, call) {
        const all = await allServers(call, input.fresh);
        return { servers: input.include_apps ? all : all.map(withoutApps) };
      },
    }),
    get_server_details: action({
      description: 'Shows one server, its traffic of the month and the disk use of its applications (MB).',
      effect: 'read',
      scopes: READ_ROLES,
      input: { ...S, fresh },
      async run({ server_id, fresh: anew }, call) {
        const server = await findServer(call, server_id, anew);
        const [bandwidth, disk] = await Promise.all(['bw', 'db'].map(type => summary(call, server_id, type)));
        return { server, bandwidth, disk };
      },
    }),
    start_server: operation({
      description: 'Starts a server.',
      input: S,
      path: '/server/start',
      idempotent: true,
      done: 'The server is being started.',
    }),
    stop_server: operation({
      description: 'Stops a server: its sites are down until it is started.',
      effect: 'destructive',
      input: S,
      path: '/server/stop',
      idempotent: true,
      done: 'The server is being stopped.',
    }),
    restart_server: operation({
      description: 'Restarts a server: its sites are down for some minutes.',
      input: S,
      path: '/server/restart',
      done: 'The server is being restarted.',
    }),
    create_server: operation({
      description: 'Creates a server with one application, which costs money.',
      flags: ['costsMoney'],
      input: {
        ...place,
        application: word.describe('such as wordpress; get_available_apps names them'),
        app_version: word,
        server_label: label,
        app_label: label,
        project_name: label.optional(),
        db_volume_size: gigabytes.optional().describe('in GB, for Amazon and Google'),
        data_volume_size: gigabytes.optional().describe('in GB, for Amazon and Google'),
      },
      path: '/server',
      show: body => (isItem(body) && isItem(body.server) ? { server: body.server } : {}),
      done: 'The server is being created.',
    }),
    clone_server: operation({
      description: 'Copies a server, which costs money.',
      flags: ['costsMoney'],
      input: { source_server_id: serverId, ...place, app_label: label.optional(), application_id: id.optional() },
      path: '/server/cloneServer',
      server: ({ source_server_id }) => source_server_id,
      done: 'The server is being copied.',
    }),
    scale_server: operation({
      description: 'Gives a server another size, which changes its price and takes it down for a while.',
      flags: ['costsMoney'],
      effect: 'destructive',
      input: { ...S, instance_type: place.instance_type },
      path: '/server/scaleServer',
      done: 'The server gets another size.',
    }),
    scale_server_volume: operation({
      description: 'Makes a volume of a server larger (Amazon, Google), which costs money.',
      flags: ['costsMoney'],
      input: { ...S, volume_size: gigabytes, volume_type: word.optional().describe('data or db') },
      path: '/server/scaleVolume',
      done: 'The volume is being changed.',
    }),
    attach_server_storage: operation({
      description: 'Attaches block storage to a server, which costs money.',
      flags: ['costsMoney'],
      input: { ...S, server_storage: gigabytes },
      path: '/server/attachStorage',
      done: 'The storage is being attached.',
    }),
    scale_server_storage: operation({
      description: 'Makes the block storage of a server larger, which costs money.',
      flags: ['costsMoney'],
      input: { ...S, server_storage: gigabytes },
      path: '/server/scaleStorage',
      done: 'The storage is being made larger.',
    }),
    rename_server: write({
      description: 'Gives a server another label.',
      input: { ...S, label },
      method: 'PUT',
      path: ({ server_id }) => `/server/${server_id}`,
      fields: input => ({ label: input.label }),
      idempotent: true,
      done: 'The server has its new label.',
    }),
    delete_server: operation({
      description: 'Deletes a server with all its applications, for good.',
      effect: 'destructive',
      input: S,
      method: 'DELETE',
      path: ({ server_id }) => `/server/${server_id}`,
      fields: () => ({}),
      done: 'The server is being deleted.',
    }),
  },
});

function withoutApps({ apps, ...rest }: Item): Item {
  return { ...rest, apps_count: itemsOf(apps).length };
}

async function summary(call: CloudwaysCall, server: string, type: string): Promise<readonly Item[]> {
  const { content } = await askItem(call, {
    path: '/server/monitor/summary',
    fields: { server_id: server, type },
    purpose: 'Reading the summary of the server',
  });
  return itemsOf(content);
}
