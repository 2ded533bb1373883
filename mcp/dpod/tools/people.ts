import * as z from 'zod';
import { definesFor, Fault, secret } from '../../kit/index.ts';
import { change, type Dpod, type DpodCall, getItem, getPage, given, type Item, page, size, uuid } from '../api.ts';
import { AO, SP } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();
const groups = z.array(uuid).optional().describe('UUIDs of subscriber groups');
const phone = z.string().min(3).max(40).optional();
const text = z.string().min(1).max(255);
const userId = uuid.describe('UUID of the user');
const clientId = uuid.describe('UUID of the credential');
const groupId = uuid.describe('UUID of the subscriber group');
const tenantId = uuid.optional();

async function listed(
  call: DpodCall,
  path: string,
  purpose: string,
  query: Readonly<Record<string, string | number | readonly string[] | undefined>>,
) {
  const { items, number, size: shown, totalElements, totalPages } = await getPage(call, path, purpose, query);
  return { content: items, number, size: shown, totalElements, totalPages };
}

/** The secret of a credential is shown once, in the answer to create and reset (§3.7): the log must never have it. */
function withSecret(credential: Item | undefined, call: DpodCall) {
  if (typeof credential?.clientSecret !== 'string')
    throw new Fault('GH_VENDOR_ANSWER', 'It was done, but DPoD did not show the secret.', {
      hint: 'Look for the credential with list, then get a new secret with reset_secret.',
    });
  call.keepSecret(credential.clientSecret);
  return { credential, message: 'The secret is shown this once; DPoD keeps no copy.' };
}

export const credentials = tool({
  name: 'manage_credentials',
  title: 'Credentials',
  description: 'Platform and service credentials.',
  actions: {
    list: action({
      description: 'Lists credentials.',
      effect: 'read',
      scopes: [SP, AO],
      input: { page, size, role: text.optional(), service_ids: z.array(uuid).optional() },
      run: (input, call) =>
        listed(call, '/v1/credentials/clients', 'Listing credentials', {
          page: input.page,
          size: input.size,
          role: input.role,
          serviceIds: input.service_ids,
        }),
    }),
    get: action({
      description: 'Shows one credential, without its secret.',
      effect: 'read',
      scopes: [SP, AO],
      input: { client_id: clientId },
      run: async ({ client_id }, call) => ({
        credential: await getItem(call, `/v1/credentials/clients/${client_id}`, 'Reading the credential'),
      }),
    }),
    create: action({
      description: 'Creates a credential and shows its secret once.',
      effect: 'write',
      flags: ['revealsSecret'],
      sensitiveResult: true,
      scopes: [SP, AO],
      input: {
        name: text,
        role: text.describe('such as api_appowner or api_service'),
        service_ids: z.array(uuid).optional(),
        subscriber_groups: groups,
      },
      async run(input, call) {
        const json = given({
          name: input.name,
          role: input.role,
          serviceIds: input.service_ids,
          subscriberGroups: input.subscriber_groups,
        });
        const { body } = await change(call, 'POST', '/v1/credentials/clients', 'Creating the credential', { json });
        return withSecret(body, call);
      },
    }),
    update: action({
      description: 'Renames a credential.',
      effect: 'write',
      scopes: [SP, AO],
      input: { client_id: clientId, name: text },
      async run({ client_id, name }, call) {
        const { body } = await change(
          call,
          'PATCH',
          `/v1/credentials/clients/${client_id}`,
          'Changing the credential',
          { json: { name } },
        );
        return { credential: body ?? null };
      },
    }),
    delete: action({
      description: 'Deletes a credential: whatever signs in with it stops working.',
      effect: 'destructive',
      scopes: [SP, AO],
      input: { client_id: clientId },
      async run({ client_id }, call) {
        await change(call, 'DELETE', `/v1/credentials/clients/${client_id}`, 'Deleting the credential');
        return { message: 'The credential is deleted.', client_id };
      },
    }),
    reset_secret: action({
      description: 'Makes a new secret, shown once; the old one stops working at once.',
      effect: 'destructive',
      flags: ['revealsSecret'],
      sensitiveResult: true,
      scopes: [SP, AO],
      input: { client_id: clientId },
      async run({ client_id }, call) {
        const { body } = await change(
          call,
          'POST',
          `/v1/credentials/clients/${client_id}/resetSecret`,
          'Resetting the secret',
        );
        return withSecret(body, call);
      },
    }),
  },
});

export const users = tool({
  name: 'manage_users',
  title: 'Users',
  description: 'People of a tenant.',
  actions: {
    list: action({
      description: 'Lists users.',
      effect: 'read',
      scopes: [SP],
      input: { page, size, tenant_id: tenantId },
      run: (input, call) =>
        listed(call, '/v1/users', 'Listing users', { page: input.page, size: input.size, tenantId: input.tenant_id }),
    }),
    get: action({
      description: 'Shows one user.',
      effect: 'read',
      scopes: [SP],
      input: { user_id: userId },
      run: ({ user_id }, call) => getItem(call, `/v1/users/${user_id}`, 'Reading the user'),
    }),
    create: action({
      description: 'Creates a user, who gets an e-mail.',
      effect: 'write',
      flags: ['contactsPeople'],
      scopes: [SP],
      input: {
        username: text,
        given_name: text,
        family_name: text,
        account_role: text.describe('such as spadmin, admin or appowner'),
        email_hints: z.looseObject({}),
        phone_number: phone,
        password: secret(z.string().min(8)).optional(),
        subscriber_groups: groups,
        tenant_id: tenantId,
      },
      async run(input, call) {
        const json = given({
          username: input.username,
          givenName: input.given_name,
          familyName: input.family_name,
          accountRole: input.account_role,
          emailHints: input.email_hints,
          phoneNumber: input.phone_number,
          password: input.password,
          subscriberGroups: input.subscriber_groups,
          tenantId: input.tenant_id,
        });
        const { body } = await change(call, 'POST', '/v1/users', 'Creating the user', { json });
        return { ...body, message: 'The user is created.' };
      },
    }),
    update: action({
      description: 'Changes the name or phone number of a user.',
      effect: 'write',
      scopes: [SP],
      input: { user_id: userId, given_name: text.optional(), family_name: text.optional(), phone_number: phone },
      async run(input, call) {
        const json = given({
          givenName: input.given_name,
          familyName: input.family_name,
          phoneNumber: input.phone_number,
        });
        if (Object.keys(json).length === 0)
          throw new Fault('GH_INVALID_INPUT', 'update needs given_name, family_name or phone_number.');
        const { body } = await change(call, 'PATCH', `/v1/users/${input.user_id}`, 'Changing the user', { json });
        return { ...body, message: 'The user is changed.' };
      },
    }),
    delete: action({
      description: 'Deletes a user. The primary administrator of a tenant cannot be deleted.',
      effect: 'destructive',
      scopes: [SP],
      input: { user_id: userId },
      async run({ user_id }, call) {
        await change(call, 'DELETE', `/v1/users/${user_id}`, 'Deleting the user');
        return { message: 'The user is deleted.', user_id };
      },
    }),
    get_profile: action({
      description: 'Shows the current user. Client credentials have none, so DPoD may refuse it.',
      effect: 'read',
      scopes: [SP],
      input: {},
      run: (_input, call) => getItem(call, '/v1/users/profile', 'Reading the profile'),
    }),
    change_password: action({
      description: 'Changes the password of the current user. Client credentials have none, so DPoD may refuse it.',
      effect: 'destructive',
      scopes: [SP],
      input: { old_password: secret(z.string().min(1)), new_password: secret(z.string().min(8)) },
      async run({ old_password, new_password }, call) {
        await change(call, 'PATCH', '/v1/users/changePassword', 'Changing the password', {
          json: { oldPassword: old_password, newPassword: new_password },
        });
        return { message: 'The password is changed.' };
      },
    }),
    reset_mfa_token: action({
      description: 'Resets the second factor of a user, who must set it up anew.',
      effect: 'destructive',
      scopes: [SP],
      input: { user_id: userId, tenant_id: tenantId },
      async run({ user_id, tenant_id }, call) {
        await change(call, 'POST', `/v1/users/${user_id}/resetMfaToken`, 'Resetting the second factor', {
          query: { tenantId: tenant_id },
        });
        return { message: 'The second factor is reset.', user_id };
      },
    }),
  },
});

export const subscriberGroups = tool({
  name: 'manage_subscriber_groups',
  title: 'Subscriber groups',
  description: 'Groups of application owners and services. DPoD decides which of the changes a credential may make.',
  actions: {
    list: action({
      description: 'Lists subscriber groups.',
      effect: 'read',
      scopes: [AO],
      input: { page, size },
      run: (input, call) => listed(call, '/v1/subscriber_groups', 'Listing subscriber groups', input),
    }),
    get: action({
      description: 'Shows one subscriber group.',
      effect: 'read',
      scopes: [AO],
      input: { group_id: groupId },
      run: ({ group_id }, call) => getItem(call, `/v1/subscriber_groups/${group_id}`, 'Reading the group'),
    }),
    create: action({
      description: 'Creates a subscriber group.',
      effect: 'write',
      scopes: [AO],
      input: { name: text, description: z.string().max(1_000).optional() },
      async run(input, call) {
        const { body } = await change(call, 'POST', '/v1/subscriber_groups', 'Creating the group', {
          json: given(input),
        });
        return { ...body, message: 'The group is created.' };
      },
    }),
    update: action({
      description: 'Changes name or description of a subscriber group.',
      effect: 'write',
      scopes: [AO],
      input: { group_id: groupId, name: text.optional(), description: z.string().max(1_000).optional() },
      async run({ group_id, name, description }, call) {
        const json = given({ name, description });
        if (Object.keys(json).length === 0) throw new Fault('GH_INVALID_INPUT', 'update needs name or description.');
        const { body } = await change(call, 'PATCH', `/v1/subscriber_groups/${group_id}`, 'Changing the group', {
          json,
        });
        return { ...body, message: 'The group is changed.' };
      },
    }),
    delete: action({
      description: 'Deletes a subscriber group.',
      effect: 'destructive',
      scopes: [AO],
      input: { group_id: groupId },
      async run({ group_id }, call) {
        await change(call, 'DELETE', `/v1/subscriber_groups/${group_id}`, 'Deleting the group');
        return { message: 'The group is deleted.', group_id };
      },
    }),
  },
});
