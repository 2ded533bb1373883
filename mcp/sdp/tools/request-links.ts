import * as z from 'zod';
import { ask, type Item } from '../api.ts';
import { change, list, outcomeOf, partId, pathOf, REQUESTS, recordId, tool } from './shared.ts';

const linkedIds = z.array(partId).min(1).max(20);

const linking = (description: string, method: 'POST' | 'DELETE') =>
  change({
    description,
    scope: 'requests',
    op: 'UPDATE',
    idempotent: true,
    input: { request_id: recordId, linked_ids: linkedIds, comment: z.string().max(250).optional() },
    async run(input, call) {
      const { comment } = input;
      const links = input.linked_ids.map(id => ({
        linked_request: { id },
        ...(comment === undefined ? {} : { comments: comment }),
      }));
      const path = `${await pathOf(call, REQUESTS, input)}/link_requests`;
      return outcomeOf(
        await ask(call, { method, path, input: { link_requests: links }, purpose: description }),
        'links',
      );
    },
  });

/** §3.1: route, wrapper and member of what a request can belong to. */
const KINDS = {
  problem: { route: 'problem', wrapper: 'request_problem_association', member: 'problem' },
  initiated_change: { route: 'request_initiated_change', wrapper: 'request_initiated_change', member: 'change' },
  caused_by_change: { route: 'request_caused_by_change', wrapper: 'request_caused_by_change', member: 'change' },
  project: { route: 'project', wrapper: 'request_project_association', member: 'project' },
} as const;

const associating = (description: string, method: 'POST' | 'DELETE') =>
  change({
    description,
    scope: 'requests',
    op: 'UPDATE',
    idempotent: true,
    input: {
      request_id: recordId,
      kind: z.enum(['problem', 'initiated_change', 'caused_by_change', 'project']),
      target_id: partId,
    },
    async run(input, call) {
      const { route, wrapper, member } = KINDS[input.kind];
      const payload: Item = { [wrapper]: { [member]: { id: input.target_id } } };
      const path = `${await pathOf(call, REQUESTS, input)}/${route}`;
      // On-premises the removal needs the same payload, or answers 500.
      return outcomeOf(await ask(call, { method, path, input: payload, purpose: description }), 'association');
    },
  });

export const requestLinks = tool({
  name: 'request_links',
  title: 'Links of requests',
  description: 'Requests that belong together, and the problem, change or project that a request belongs to.',
  actions: {
    list_linked_requests: list({
      description: 'Lists linked requests.',
      scope: 'requests',
      input: { request_id: recordId },
      listing: async (input, call) => ({
        path: `${await pathOf(call, REQUESTS, input)}/link_requests`,
        keys: ['link_requests'],
      }),
    }),
    link_requests: linking('Links requests.', 'POST'),
    unlink_requests: linking('Unlinks requests.', 'DELETE'),
    associate_request: associating('Ties a request to a problem, change or project.', 'POST'),
    dissociate_request: associating('Unties it.', 'DELETE'),
  },
});
