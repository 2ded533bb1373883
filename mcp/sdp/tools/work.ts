import * as z from 'zod';
import type { Tool } from '../../kit/index.ts';
import { ask, type Item, type Sdp, type SdpCall } from '../api.ts';
import { PART_SCOPE } from '../unsure.ts';
import { a, type FieldSet, named, recordFrom, shapeOf } from '../values.ts';
import { change, list, type Module, outcomeOf, partId, pathOf, read, readOne, recordId } from './shared.ts';

/** Worklogs and tasks of a record, and worklogs of its tasks: what is kept below a record in the same way. */
interface Part {
  /** The wrapper of one. */
  readonly name: 'worklog' | 'task' | 'milestone';
  /** As in `list_request_tasks`. */
  readonly words: string;
  readonly id: string;
  readonly fields: FieldSet;
  readonly required: readonly string[];
  readonly module: Module;
  /** Further ids between the record and the part, and their path. */
  readonly between?: { readonly id: string; readonly part: string; readonly optional?: boolean };
}

type Kind = 'list' | 'get' | 'add' | 'update' | 'delete';

function parts(part: Part, kinds: readonly Kind[]): Tool<Sdp>['actions'] {
  const { name, words, module, fields, required, between } = part;
  const { scope } = module;
  const parent = {
    [module.id]: recordId,
    ...(between === undefined ? {} : { [between.id]: between.optional ? partId.optional() : partId }),
  };
  const one = { ...parent, [part.id]: partId };
  const folder = async (call: SdpCall, input: Item): Promise<string> => {
    const middle =
      between === undefined || input[between.id] === undefined ? '' : `/${between.part}/${input[between.id]}`;
    return `${await pathOf(call, module, input)}${middle}/${name}s`;
  };
  const file = async (call: SdpCall, input: Item): Promise<string> => `${await folder(call, input)}/${input[part.id]}`;
  const record = (input: Item): Item => ({ [name]: recordFrom(fields, input) });
  const label = words.replaceAll('_', ' ');
  const all = {
    list: list({
      description: `Lists ${name}s.`,
      scope,
      input: parent,
      listing: async (input, call) => ({ path: await folder(call, input), keys: [`${name}s`] }),
    }),
    get: read({
      description: `Shows a ${name}.`,
      scope,
      input: one,
      run: async (input, call) => ({
        [name]: await readOne(call, await file(call, input), [name], `Reading the ${label}`),
      }),
    }),
    add: change({
      description: `Adds a ${name}.`,
      scope,
      op: PART_SCOPE,
      input: { ...parent, ...shapeOf(fields, required) },
      run: async (input, call) => {
        const path = await folder(call, input);
        return outcomeOf(
          await ask(call, { method: 'POST', path, input: record(input), purpose: `Adding the ${label}` }),
          name,
        );
      },
    }),
    update: change({
      description: `Changes a ${name}.`,
      scope,
      op: 'UPDATE',
      idempotent: true,
      input: { ...one, ...shapeOf(fields) },
      run: async (input, call) => {
        const path = await file(call, input);
        return outcomeOf(
          await ask(call, { method: 'PUT', path, input: record(input), purpose: `Changing the ${label}` }),
          name,
        );
      },
    }),
    delete: change({
      description: `Deletes a ${name}.`,
      scope,
      op: 'DELETE',
      input: one,
      run: async (input, call) =>
        outcomeOf(
          await ask(call, { method: 'DELETE', path: await file(call, input), purpose: `Deleting the ${label}` }),
          name,
        ),
    }),
  };
  return Object.fromEntries(kinds.map(kind => [`${kind}_${words}${kind === 'list' ? 's' : ''}`, all[kind]]));
}

const WORKLOG: FieldSet = {
  owner: a.person,
  description: a.html,
  start_time: a.time,
  end_time: a.time,
  type: a.choice,
  include_nonoperational_hours: a.flag,
  mark_first_response: a.flag,
  other_cost: a.number,
  hours: { schema: z.int().min(0), put: (value: number) => ({ time_spent: { hours: String(value) } }) },
  minutes: { schema: z.int().min(0).max(59), put: (value: number) => ({ time_spent: { minutes: String(value) } }) },
};

const WORKLOG_KINDS: readonly Kind[] = ['list', 'add', 'update', 'delete'];

/** §3.3: an owner is mandatory; only the form carries its object unharmed (§2.1). */
export function worklogs(module: Module): Tool<Sdp>['actions'] {
  const part = { name: 'worklog', id: 'worklog_id', fields: WORKLOG, required: ['owner'], module } as const;
  return parts({ ...part, words: `${module.name}_worklog` }, WORKLOG_KINDS);
}

export function taskWorklogs(module: Module): Tool<Sdp>['actions'] {
  const part = { name: 'worklog', id: 'worklog_id', fields: WORKLOG, required: ['owner'], module } as const;
  const between = { id: 'task_id', part: 'tasks' };
  return parts({ ...part, words: `${module.name}_task_worklog`, between }, WORKLOG_KINDS);
}

const number = a.number;
const TASK: FieldSet = {
  title: a.short,
  description: a.html,
  owner: a.person,
  group: a.choice,
  status: a.choice,
  priority: a.choice,
  task_type: a.choice,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
  actual_start_time: a.time,
  actual_end_time: a.time,
  percentage_completion: number,
  estimated_effort_days: number,
  estimated_effort_hours: number,
  estimated_effort_minutes: number,
  additional_cost: number,
  email_before_ms: named('email_before', number),
};

export function tasks(module: Module, kinds: readonly Kind[] = ['list', 'get', 'add', 'update', 'delete']) {
  const between =
    module.name === 'project' ? { between: { id: 'milestone_id', part: 'milestones', optional: true } } : {};
  const part = { name: 'task', id: 'task_id', fields: TASK, required: ['title'], module, ...between } as const;
  return parts({ ...part, words: `${module.name}_task` }, kinds);
}

const MILESTONE: FieldSet = {
  title: a.short,
  description: a.html,
  owner: a.person,
  status: a.choice,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
};

export function milestones(module: Module): Tool<Sdp>['actions'] {
  const part = { name: 'milestone', id: 'milestone_id', fields: MILESTONE, required: ['title'], module } as const;
  return parts({ ...part, words: `${module.name}_milestone` }, ['list', 'add', 'update']);
}
