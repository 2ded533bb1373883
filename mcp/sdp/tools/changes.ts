import { Fault } from '../../kit/index.ts';
import { filterBy, where, within } from '../criteria.ts';
import { CHANGE_CLOSED } from '../unsure.ts';
import { a, type FieldSet, grouped, recordFrom, referenceOf, shapeOf } from '../values.ts';
import { approvals } from './approvals.ts';
import { notes } from './notes.ts';
import {
  act,
  CHANGES,
  change,
  create,
  getOne,
  list,
  outcomeOf,
  put,
  RELEASES,
  recordId,
  tool,
  update,
  word,
} from './shared.ts';
import { tasks, worklogs } from './work.ts';

const FIELDS: FieldSet = {
  title: a.short,
  description: a.html,
  template: a.choice,
  workflow: a.choice,
  change_type: a.choice,
  risk: a.choice,
  impact: a.choice,
  urgency: a.choice,
  priority: a.choice,
  category: a.choice,
  subcategory: a.choice,
  item: a.choice,
  reason_for_change: a.choice,
  change_requester: a.person,
  change_owner: a.person,
  change_manager: a.person,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
  site: a.choice,
  group: a.choice,
  retrospective: a.flag,
  roll_out_plan: grouped('roll_out_plan', 'roll_out_plan_description'),
  back_out_plan: grouped('back_out_plan', 'back_out_plan_description'),
  udf_fields: a.udf,
};
const MOVES: FieldSet = { ...FIELDS, stage: a.choice, status: a.choice, comment: a.text };

const ROWS = { path: CHANGES.path, keys: ['changes'] };
const listing = (description: string) =>
  list({
    description,
    scope: 'changes',
    input: {
      stage: word.optional(),
      status: word.optional(),
      change_type: word.optional(),
      scheduled_after: word.optional(),
      scheduled_before: word.optional(),
      query: word.optional(),
    },
    sort: 'created_time',
    listing: input => ({
      ...ROWS,
      criteria: filterBy([
        where('stage.name', 'is', input.stage),
        where('status.name', 'is', input.status),
        where('change_type.name', 'is', input.change_type),
        within('scheduled_start_time', input.scheduled_after, input.scheduled_before),
        where('title', 'contains', input.query),
      ]),
    }),
  });

export const changes = tool({
  name: 'changes',
  title: 'Changes',
  description: 'Planned changes; they move by stages of a workflow.',
  actions: {
    list_changes: listing('Lists changes, newest first; without assets.'),
    search_changes: listing('Searches titles.'),
    get_change: getOne(CHANGES, 'Shows a change with its assets.'),
    create_change: create({ description: 'Creates a change.', module: CHANGES, fields: FIELDS, required: ['title'] }),
    update_change: change({
      description: 'Changes fields; a new status needs comment.',
      scope: 'changes',
      op: 'UPDATE',
      idempotent: true,
      input: { change_id: recordId, ...shapeOf(MOVES) },
      async run(input, call) {
        const { status, comment } = input as { status?: string; comment?: string };
        // V18.
        if (status !== undefined && comment === undefined)
          throw new Fault('GH_INVALID_INPUT', 'A new status of a change needs comment.');
        return outcomeOf(await put(call, CHANGES, input, recordFrom(MOVES, input), 'Changing the change'), 'change');
      },
    }),
    close_change: change({
      description: 'Moves it to the closing stage; the workflow may refuse the jump.',
      scope: 'changes',
      op: 'UPDATE',
      input: {
        change_id: recordId,
        comment: a.text.schema,
        stage: a.choice.schema.default(CHANGE_CLOSED.stage),
        status: a.choice.schema.default(CHANGE_CLOSED.status),
      },
      async run(input, call) {
        const { stage, status, comment } = input as { stage: string; status: string; comment: string };
        const record = { stage: referenceOf(stage), status: referenceOf(status), comment };
        return outcomeOf(await put(call, CHANGES, input, record, 'Closing the change'), 'change');
      },
    }),
    trash_change: act(CHANGES, {
      description: 'Moves it to the trash.',
      op: 'DELETE',
      method: 'DELETE',
      route: 'move_to_trash',
    }),
    restore_change: act(CHANGES, {
      description: 'Takes it out of the trash.',
      op: 'UPDATE',
      method: 'PUT',
      route: 'restore_from_trash',
    }),
    delete_change: act(CHANGES, { description: 'Deletes it for good.', op: 'DELETE', method: 'DELETE', route: '' }),
  },
});

export const changeDetails = tool({
  name: 'change_details',
  title: 'Parts of changes',
  description: 'Notes, tasks, worklogs and approvals of a change.',
  actions: {
    ...notes(CHANGES),
    ...tasks(CHANGES),
    ...worklogs(CHANGES),
    ...approvals(CHANGES, ['list', 'decide'], 250),
  },
});

const RELEASE: FieldSet = {
  title: a.short,
  description: a.html,
  release_requester: a.person,
  release_engineer: a.person,
  release_manager: a.person,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
  priority: a.choice,
  category: a.choice,
  group: a.choice,
  udf_fields: a.udf,
};

export const releases = tool({
  name: 'releases',
  title: 'Releases',
  description: 'Releases (optional in ServiceDesk Plus).',
  actions: {
    list_releases: list({
      description: 'Lists releases, newest first.',
      scope: 'releases',
      input: { query: word.optional() },
      sort: 'created_time',
      listing: ({ query }) => ({
        path: RELEASES.path,
        keys: ['releases'],
        criteria: filterBy([where('title', 'contains', query)]),
      }),
    }),
    get_release: getOne(RELEASES, 'Shows a release.'),
    create_release: create({
      description: 'Creates a release.',
      module: RELEASES,
      fields: RELEASE,
      required: ['title'],
    }),
    update_release: update({ description: 'Changes fields.', module: RELEASES, fields: RELEASE, required: [] }),
    delete_release: act(RELEASES, { description: 'Deletes a release.', op: 'DELETE', method: 'DELETE', route: '' }),
  },
});
