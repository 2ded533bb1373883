import * as z from 'zod';
import { findServer, itemsOf } from '../api.ts';
import { action, fresh, id, label, READ_ROLES, S, write } from './shared.ts';

export const sshKeys = {
  get_ssh_keys: action({
    description: 'Lists the SSH keys of the master user of a server.',
    effect: 'read',
    scopes: READ_ROLES,
    input: { ...S, fresh },
    async run({ server_id, fresh: anew }, call) {
      return { ssh_keys: itemsOf((await findServer(call, server_id, anew)).ssh_keys) };
    },
  }),
  create_ssh_key: write({
    description: 'Lets a public SSH key in: for the master user, or for a credential of an application.',
    input: {
      ...S,
      ssh_key_name: label,
      ssh_key: z.string().regex(/^(ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/=]{16,}/, 'must be a public key'),
      app_creds_id: id.optional(),
    },
    path: '/ssh_key',
    done: 'The key is let in.',
  }),
  rename_ssh_key: write({
    description: 'Renames an SSH key.',
    input: { ...S, ssh_key_id: id, ssh_key_name: label },
    method: 'PUT',
    path: ({ ssh_key_id }) => `/ssh_key/${ssh_key_id}`,
    idempotent: true,
    done: 'The key has its new name.',
  }),
  delete_ssh_key: write({
    description: 'Deletes an SSH key: who uses it is shut out.',
    effect: 'destructive',
    input: { ...S, ssh_key_id: id },
    method: 'DELETE',
    path: ({ ssh_key_id }) => `/ssh_key/${ssh_key_id}`,
    done: 'The key is deleted.',
  }),
};
