import * as z from 'zod';
import { ask } from '../api.ts';
import { criteriaOf, filterBy, where } from '../criteria.ts';
import { SOLUTION_STATUS } from '../unsure.ts';
import { a, type FieldSet } from '../values.ts';
import {
  change,
  create,
  getOne,
  list,
  outcomeOf,
  partId,
  pathOf,
  put,
  SOLUTIONS,
  tool,
  update,
  word,
} from './shared.ts';

const FIELDS: FieldSet = {
  title: a.short,
  topic: a.choice,
  description: a.html,
  keywords: a.text,
  is_public: a.flag,
  review_date: a.time,
  expiry_date: a.time,
};

const VIEWS = [
  'ApprovedSolutions',
  'UnApprovedSolutions',
  'Approval_Pending',
  'RejectedSolutions',
  'ExpiredSolutions',
  'AllSolutions',
] as const;

const listing = (description: string) =>
  list({
    description,
    scope: 'solutions',
    input: { query: word.optional(), topic: word.optional(), view: z.enum(VIEWS).optional() },
    sort: 'created_time',
    listing: ({ query, topic, view }) => ({
      path: SOLUTIONS.path,
      keys: ['solutions'],
      view,
      criteria:
        query === undefined
          ? filterBy([where('topic.name', 'is', topic)])
          : criteriaOf([
              {
                ...inTitle(query),
                children: [{ field: 'keywords', condition: 'contains', value: query, operator: 'OR' }],
              },
              ...(topic === undefined ? [] : [{ field: 'topic.name', condition: 'is' as const, value: topic }]),
            ]),
    }),
  });

const inTitle = (query: string) => ({ field: 'title', condition: 'contains' as const, value: query });

const deciding = (description: string, status: string) =>
  change({
    description,
    scope: 'solutions',
    op: 'UPDATE',
    idempotent: true,
    input: { solution_id: partId },
    run: async (input, call) =>
      outcomeOf(await put(call, SOLUTIONS, input, { approval_status: { name: status } }, description), 'solution'),
  });

export const solutions = tool({
  name: 'solutions',
  title: 'Solutions',
  description: 'The knowledge base and its topics.',
  actions: {
    list_solutions: listing('Lists solutions, newest first.'),
    search_solutions: listing('Searches titles and keywords.'),
    get_solution: getOne(SOLUTIONS, 'Shows a solution.'),
    create_solution: create({
      description: 'Creates a solution; keywords with commas.',
      module: SOLUTIONS,
      fields: FIELDS,
      required: ['title', 'topic', 'description'],
    }),
    update_solution: update({ description: 'Changes fields.', module: SOLUTIONS, fields: FIELDS, required: [] }),
    approve_solution: deciding('Approves.', SOLUTION_STATUS.approve),
    reject_solution: deciding('Rejects.', SOLUTION_STATUS.reject),
    delete_solution: change({
      description: 'Moves it to the trash and deletes it for good.',
      scope: 'solutions',
      op: 'DELETE',
      input: { solution_id: partId },
      async run(input, call) {
        const path = await pathOf(call, SOLUTIONS, input);
        const purpose = 'Deleting the solution';
        await ask(call, { method: 'DELETE', path: `${path}/move_to_trash`, isAction: true, purpose });
        return outcomeOf(await ask(call, { method: 'DELETE', path, purpose }), 'solution');
      },
    }),
    list_topics: list({
      description: 'Lists topics.',
      scope: 'solutions',
      input: {},
      sort: 'name',
      listing: () => ({ path: '/topics', keys: ['topics'] }),
    }),
    create_topic: change({
      description: 'Creates a topic.',
      scope: 'solutions',
      op: 'CREATE',
      input: { name: a.short.schema, parent_topic_id: z.string().optional() },
      run: async (input, call) => {
        const { name, parent_topic_id: id } = input as { name: string; parent_topic_id?: string };
        const topic = { name, ...(id === undefined ? {} : { parent_topic: { id } }) };
        return outcomeOf(
          await ask(call, { method: 'POST', path: '/topics', input: { topic }, purpose: 'Creating the topic' }),
          'topic',
        );
      },
    }),
  },
});
