import { findTechnician, personCriteria } from '../people.ts';
import type { ScopeModule } from '../scopes.ts';
import { TECHNICIAN_SCOPES } from '../unsure.ts';
import { list, partId, read, readOne, tool, word } from './shared.ts';

type Kind = 'user' | 'requester' | 'technician';
type Scope = ScopeModule | readonly ScopeModule[];

const listing = (description: string, kind: Kind, scope: Scope = 'users') =>
  list({
    description,
    scope,
    input: { query: word.optional().describe('e-mail, or part of the name') },
    sort: 'name',
    listing: ({ query }) => ({
      path: `/${kind}s`,
      keys: [`${kind}s`],
      criteria: query === undefined ? undefined : personCriteria(query),
    }),
  });

const getting = (description: string, kind: Kind, scope: Scope = 'users') =>
  read({
    description,
    scope,
    input: { [`${kind}_id`]: partId },
    run: async (input, call) => ({
      [kind]: await readOne(call, `/${kind}s/${input[`${kind}_id`]}`, [kind], `Reading the ${kind}`),
    }),
  });

export const people = tool({
  name: 'people',
  title: 'People',
  description: 'Users, requesters and technicians.',
  actions: {
    list_users: listing('Lists users.', 'user'),
    search_users: listing('Searches users.', 'user'),
    get_user: getting('Shows a user.', 'user'),
    list_requesters: listing('Lists requesters.', 'requester'),
    get_requester: getting('Shows a requester.', 'requester'),
    list_technicians: listing('Lists technicians.', 'technician', TECHNICIAN_SCOPES),
    get_technician: getting('Shows a technician.', 'technician', TECHNICIAN_SCOPES),
    find_technician: read({
      description: 'Finds a technician by e-mail or name.',
      scope: ['users', 'setup', 'requests'],
      input: { search: word },
      run: async ({ search }, call) => ({ ...(await findTechnician(call, search)) }),
    }),
  },
});
