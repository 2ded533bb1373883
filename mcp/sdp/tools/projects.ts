import { Fault } from '../../kit/index.ts';
import { ask, type Item, itemOf } from '../api.ts';
import { filterBy, where } from '../criteria.ts';
import { findPerson } from '../people.ts';
import { PROJECT_CODE } from '../unsure.ts';
import { a, type FieldSet, named, referenceOf } from '../values.ts';
import {
  act,
  change,
  create,
  getOne,
  list,
  outcomeOf,
  PROJECTS,
  partId,
  pathOf,
  recordId,
  tool,
  update,
  word,
} from './shared.ts';
import { milestones, tasks } from './work.ts';

const FIELDS: FieldSet = {
  title: a.short,
  description: a.html,
  project_code: named(PROJECT_CODE, a.text),
  owner: a.person,
  status: a.choice,
  priority: a.choice,
  project_type: a.choice,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
  actual_start_time: a.time,
  actual_end_time: a.time,
  estimated_hours: a.number,
  estimated_cost: a.number,
  site: a.choice,
  department: a.choice,
};

export const projects = tool({
  name: 'projects',
  title: 'Projects',
  description: 'Projects.',
  actions: {
    list_projects: list({
      description: 'Lists projects, newest first.',
      scope: 'projects',
      input: { status: word.optional(), query: word.optional() },
      sort: 'created_time',
      listing: ({ status, query }) => ({
        path: PROJECTS.path,
        keys: ['projects'],
        criteria: filterBy([where('status.name', 'is', status), where('title', 'contains', query)]),
      }),
    }),
    get_project: getOne(PROJECTS, 'Shows a project.'),
    create_project: create({
      description: 'Creates a project.',
      module: PROJECTS,
      fields: FIELDS,
      required: ['title'],
    }),
    update_project: update({ description: 'Changes fields.', module: PROJECTS, fields: FIELDS, required: [] }),
    delete_project: act(PROJECTS, { description: 'Deletes it for good.', op: 'DELETE', method: 'DELETE', route: '' }),
  },
});

const project = { project_id: recordId };
const part = (path: string, key: string) =>
  list({
    description: `Lists ${path}.`,
    scope: 'projects',
    input: project,
    listing: async (input, call) => ({ path: `${await pathOf(call, PROJECTS, input)}/${path}`, keys: [key] }),
  });

export const projectDetails = tool({
  name: 'project_details',
  title: 'Parts of projects',
  description: 'Milestones, tasks, members and comments of a project.',
  actions: {
    ...milestones(PROJECTS),
    ...tasks(PROJECTS, ['list', 'add', 'update']),
    list_project_members: part('members', 'members'),
    add_project_member: change({
      description: 'Adds a user, and checks that it is that user.',
      scope: 'projects',
      op: 'CREATE',
      input: { ...project, user: a.person.schema, role: a.choice.schema.optional() },
      async run(input, call) {
        const { user, role } = input as { user: string; role?: string };
        // §3.6: an e-mail may be passed over and somebody else added, so the id is found first and compared afterwards.
        const { id } = await findPerson(call, user);
        const member = { user: { id }, ...(role === undefined ? {} : { role: referenceOf(role) }) };
        const path = `${await pathOf(call, PROJECTS, input)}/members`;
        const said = await ask(call, { method: 'POST', path, input: { member }, purpose: 'Adding the member' });
        const added = itemOf(said.body.member);
        const who = itemOf(added.person ?? added.user).id;
        if (who !== undefined && who !== id)
          throw new Fault('GH_VENDOR_REFUSED', `Another person was added than ${user}: remove member ${added.id}.`, {
            fields: { member: added },
          });
        return outcomeOf(said, 'member');
      },
    }),
    remove_project_member: change({
      description: 'Removes a member.',
      scope: 'projects',
      op: 'DELETE',
      input: { ...project, member_id: partId },
      run: async (input, call) => {
        const path = `${await pathOf(call, PROJECTS, input)}/members/${input.member_id}`;
        return outcomeOf(await ask(call, { method: 'DELETE', path, purpose: 'Removing the member' }), 'member');
      },
    }),
    list_project_comments: part('comments', 'comments'),
    add_project_comment: change({
      description: 'Adds a comment.',
      scope: 'projects',
      op: 'CREATE',
      input: { ...project, text: a.html.schema },
      run: async (input, call) => {
        const comment = a.html.put(String((input as Item).text) as never, 'content');
        const path = `${await pathOf(call, PROJECTS, input)}/comments`;
        return outcomeOf(
          await ask(call, { method: 'POST', path, input: { comment }, purpose: 'Adding the comment' }),
          'comment',
        );
      },
    }),
  },
});
