import { filterBy, where } from '../criteria.ts';
import { a, type FieldSet, grouped, referenceOf } from '../values.ts';
import { approvals } from './approvals.ts';
import { notes } from './notes.ts';
import { act, change, create, getOne, list, outcomeOf, PROBLEMS, put, recordId, tool, update, word } from './shared.ts';
import { tasks, worklogs } from './work.ts';

const FIELDS: FieldSet = {
  title: a.short,
  description: a.html,
  reported_by: a.person,
  technician: a.person,
  requester: a.person,
  category: a.choice,
  subcategory: a.choice,
  item: a.choice,
  priority: a.choice,
  urgency: a.choice,
  impact: a.choice,
  site: a.choice,
  group: a.choice,
  status: a.choice,
  template: a.choice,
  reported_time: a.time,
  due_by_time: a.time,
  udf_fields: a.udf,
};

/** §3.4: what is flat here stands in groups at the vendor's. */
const ANALYSIS: FieldSet = {
  impact_details: grouped('impact_details', 'impact_details_description'),
  root_cause: grouped('root_cause', 'root_cause_description'),
  symptoms: grouped('symptoms', 'symptoms_description'),
  workaround: grouped('workaround_details', 'workaround_details_description'),
  resolution: grouped('resolution_details', 'resolution_details_description'),
  is_known_error: {
    schema: a.flag.schema,
    put: (value: boolean) => ({ known_error_details: { is_known_error: value } }),
  },
  known_error_comments: grouped('known_error_details', 'known_error_comments'),
};

const ROWS = { path: PROBLEMS.path, keys: ['problems'] };

const listing = (description: string) =>
  list({
    description,
    scope: 'problems',
    input: { status: word.optional(), priority: word.optional(), technician: word.optional(), query: word.optional() },
    aliases: { technician_email: 'technician' },
    sort: 'created_time',
    listing: input => ({
      ...ROWS,
      criteria: filterBy([
        where('status.name', 'is', input.status),
        where('priority.name', 'is', input.priority),
        where(input.technician?.includes('@') ? 'technician.email_id' : 'technician.name', 'is', input.technician),
        where('title', 'contains', input.query),
      ]),
    }),
  });

export const problems = tool({
  name: 'problems',
  title: 'Problems',
  description: 'Causes behind requests.',
  actions: {
    list_problems: listing('Lists problems, newest first.'),
    search_problems: listing('Searches titles.'),
    get_problem: getOne(PROBLEMS, 'Shows a problem.'),
    create_problem: create({
      description: 'Creates a problem.',
      module: PROBLEMS,
      fields: FIELDS,
      required: ['title'],
    }),
    update_problem: update({
      description: 'Changes fields and analysis.',
      module: PROBLEMS,
      fields: { ...FIELDS, ...ANALYSIS },
      required: [],
    }),
    close_problem: change({
      description: 'Closes a problem.',
      scope: 'problems',
      op: 'UPDATE',
      input: {
        problem_id: recordId,
        comments: a.html.schema.optional(),
        closure_code: a.choice.schema.optional(),
        status: a.choice.schema.default('Closed'),
      },
      run: async (input, call) => {
        const {
          comments,
          closure_code: code,
          status,
        } = input as { comments?: string; closure_code?: string; status: string };
        const record = {
          status: referenceOf(status),
          close_details: {
            ...(comments === undefined ? {} : { close_details_comments: comments }),
            ...(code === undefined ? {} : { closure_code: referenceOf(code) }),
          },
        };
        return outcomeOf(await put(call, PROBLEMS, input, record, 'Closing the problem'), 'problem');
      },
    }),
    delete_problem: act(PROBLEMS, { description: 'Deletes a problem.', op: 'DELETE', method: 'DELETE', route: '' }),
  },
});

export const problemDetails = tool({
  name: 'problem_details',
  title: 'Parts of problems',
  description: 'Notes, tasks, worklogs and approvals of a problem.',
  actions: {
    ...notes(PROBLEMS),
    ...tasks(PROBLEMS),
    ...worklogs(PROBLEMS),
    ...approvals(PROBLEMS, ['list', 'add', 'notify', 'decide', 'delete'], 1_000),
  },
});
