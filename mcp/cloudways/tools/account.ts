import * as z from 'zod';
import { type CloudwaysCall, itemOf, itemsOf } from '../api.ts';
import { alertActions } from './alerts.ts';
import { action, email, id, label, read, tool, write } from './shared.ts';

const local = { effect: 'read', scopes: null, input: {} } as const;
const apps = z.array(id).optional().describe('applications that it shall hold');
const csv = (list: readonly string[] | undefined): string | undefined => list?.join(',');

export const account = tool({
  name: 'account',
  title: 'Account',
  description: 'The account at Cloudways: sign-in, budget of requests, projects, team, alerts.',
  actions: {
    ping: action({
      ...local,
      description: 'Checks that the credential gives a token; asks nothing else.',
      async run(_input, call) {
        await call.state.auth.authorizer.headers();
        const { kind, who } = credentialOf(call);
        return { status: 'ok', message: `Signed in as ${who}.`, account: who, kind, base_url: call.state.baseUrl };
      },
    }),
    customer_info: action({
      ...local,
      anonymous: true,
      description: 'Shows which credential is used, its kind and its end. Asks nobody.',
      async run(_input, call) {
        const { kind, who } = credentialOf(call);
        const { expiresAt } = call.state.auth;
        return {
          email: who,
          credential_kind: kind,
          role: call.state.role ?? (kind === 'api-key' ? 'full' : 'unknown until refused'),
          token_expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
          read_only: call.account.readOnly,
          base_url: call.state.baseUrl,
          secret_kept: 'in the vault of Gatehouse, or in the environment of a server on its own; tokens in memory only',
        };
      },
    }),
    rate_limit_status: action({
      ...local,
      anonymous: true,
      description: 'Shows how many requests are left, by our count and by the last answer of Cloudways. Asks nobody.',
      run: async (_input, call) => ({
        budgets: (await call.state.limiter.state()).map(({ name, capacity, windowMs, left, vendor }) => ({
          name,
          capacity,
          window_s: windowMs / 1_000,
          left,
          vendor_limit: vendor?.limit ?? null,
          vendor_remaining: vendor?.remaining ?? null,
        })),
      }),
    }),
    list_projects: read({ description: 'Lists projects.', input: {}, path: '/project' }),
    create_project: write({
      description: 'Creates a project.',
      input: { name: label, app_ids: apps },
      path: '/project',
      fields: ({ name, app_ids }) => ({ name, app_ids: csv(app_ids) }),
      done: 'The project is created.',
    }),
    update_project: write({
      description: 'Renames a project, and says which applications it holds.',
      input: { project_id: id, name: label, app_ids: apps },
      method: 'PUT',
      path: ({ project_id }) => `/project/${project_id}`,
      fields: ({ project_id, name, app_ids }) => ({ id: project_id, name, app_ids: csv(app_ids) }),
      idempotent: true,
      done: 'The project is changed.',
    }),
    delete_project: write({
      description: 'Deletes a project; its applications stay.',
      effect: 'destructive',
      input: { project_id: id },
      method: 'DELETE',
      path: ({ project_id }) => `/project/${project_id}`,
      fields: ({ project_id }) => ({ id: project_id }),
      done: 'The project is deleted.',
    }),
    list_team_members: read({
      description: 'Lists the members of the team.',
      input: {},
      path: '/member',
      show: body => ({ members: itemsOf(itemOf(itemOf(body).contents).members) }),
    }),
    add_team_member: write({
      description: 'Invites a person to the team, who gets a mail.',
      flags: ['contactsPeople'],
      input: { name: label, email, role: z.string().max(60).optional() },
      path: '/member',
      done: 'The person is invited.',
    }),
    update_team_member: write({
      description: 'Changes name or role of a member.',
      input: { member_id: id, name: label.optional(), role: z.string().max(60).optional() },
      method: 'PUT',
      path: ({ member_id }) => `/member/${member_id}`,
      fields: ({ name, role }) => ({ name, role }),
      idempotent: true,
      done: 'The member is changed.',
    }),
    ...alertActions,
    delete_team_member: write({
      description: 'Takes a member out of the team, who loses all access.',
      effect: 'destructive',
      input: { member_id: id },
      method: 'DELETE',
      path: ({ member_id }) => `/member/${member_id}`,
      fields: ({ member_id }) => ({ id: member_id }),
      done: 'The member is out of the team.',
    }),
  },
});

function credentialOf(call: CloudwaysCall) {
  const { credential } = call.state.auth;
  const kind = credential?.kind ?? 'none';
  return { kind, who: credential !== undefined && 'email' in credential ? credential.email : 'an access token' };
}
