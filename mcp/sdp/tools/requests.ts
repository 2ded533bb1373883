import * as z from 'zod';
import { Fault, type Outcome } from '../../kit/index.ts';
import { ask, type Item, itemOf, itemsOf, type SdpCall } from '../api.ts';
import { criteriaOf, criteriaSchema, filterBy, where, within } from '../criteria.ts';
import { listAll } from '../lists.ts';
import { lookup } from '../lookups.ts';
import { textOf } from '../text.ts';
import { VIEWS_ROUTE } from '../unsure.ts';
import { a, email, type FieldSet, personOf, recordFrom, referenceOf, shapeOf, short, timeOf } from '../values.ts';
import {
  act,
  change,
  create,
  getOne,
  list,
  outcomeOf,
  partId,
  pathOf,
  purposeOf,
  put,
  REQUESTS,
  read,
  readOne,
  recordId,
  tool,
  warningsOf,
  word,
} from './shared.ts';

const FIELDS: FieldSet = {
  subject: a.short,
  description: a.html,
  requester: a.person,
  on_behalf_of: a.person,
  technician: a.person,
  group: a.choice,
  site: a.choice,
  category: a.choice,
  subcategory: a.choice,
  item: a.choice,
  priority: a.choice,
  urgency: a.choice,
  impact: a.choice,
  impact_details: a.short,
  mode: a.choice,
  level: a.choice,
  request_type: a.choice,
  template: a.choice,
  service_category: a.choice,
  status: a.choice,
  due_by_time: a.time,
  first_response_due_by_time: a.time,
  assets: a.ids,
  configuration_items: a.ids,
  resources: a.free,
  service_approvers: a.free,
  udf_fields: a.udf,
};
const CHANGES: FieldSet = {
  ...FIELDS,
  scheduled_start_time: a.time,
  scheduled_end_time: a.time,
  update_reason: a.short,
  status_change_comments: a.short,
};
/** The original took people under several names. */
const ALIASES = {
  requester_email: 'requester',
  requester_id: 'requester',
  technician_email: 'technician',
  technician_id: 'technician',
  technician_name: 'technician',
};
const ROWS = { path: REQUESTS.path, keys: ['requests'] };
/** Fields that rows have without asking; asking for others takes them away. */
const BASIC = ['display_id', 'subject', 'requester', 'technician', 'status', 'created_time', 'due_by_time'];

const rowFields = z
  .array(z.string())
  .max(40)
  .optional()
  .describe('further fields of rows, such as priority, category, description');

/** The status that this tenant has for one of the vendor's own names (V6). */
function completed(request: Item): boolean | undefined {
  const { in_progress: open } = itemOf(request.status);
  return typeof open === 'boolean' ? !open : undefined;
}

/** What the record says now; `undefined` where it cannot be read: then nothing is claimed. */
async function readBack(call: SdpCall, path: string): Promise<Item | undefined> {
  try {
    return await readOne(call, path, ['request'], 'Reading the request back');
  } catch {
    return undefined;
  }
}

function stateOf(request: Item | undefined): Outcome {
  if (request === undefined) return { verified: false, note: 'The request could not be read back.' };
  const { id, display_id, status, technician, group, completed_time } = request;
  return { request: { id, display_id, status, technician, group, completed_time }, verified: true };
}

/** V3: plain words, 250 characters at most. */
function plainWords(text: string, name: string): string {
  const plain = textOf(text);
  if (plain.length <= 250) return plain;
  throw new Fault('GH_INVALID_INPUT', `${name} has ${plain.length} characters; 250 are allowed.`);
}

async function resolve(call: SdpCall, path: string, content: string, linked?: boolean): Promise<Outcome> {
  const resolution = {
    ...itemOf(a.html.put(content as never, 'content')),
    ...(linked === undefined ? {} : { add_to_linked_requests: linked }),
  };
  const said = await ask(call, {
    method: 'POST',
    path: `${path}/resolutions`,
    input: { resolution },
    purpose: 'Writing the resolution',
  });
  return outcomeOf(said, 'resolution');
}

async function close(input: Readonly<Record<string, unknown>>, call: SdpCall): Promise<Outcome> {
  const path = await pathOf(call, REQUESTS, input);
  const { resolution, closure_comments: comments, closure_code: code } = input;
  if (typeof resolution === 'string') await resolve(call, path, resolution);
  const info = {
    ...(typeof comments === 'string' ? { closure_comments: plainWords(comments, 'closure_comments') } : {}),
    ...(typeof code === 'string' ? { closure_code: referenceOf(code) } : {}),
    ...(input.requester_ack_resolution === undefined
      ? {}
      : { requester_ack_resolution: input.requester_ack_resolution }),
    ...(input.requester_ack_comments === undefined ? {} : { requester_ack_comments: input.requester_ack_comments }),
  };
  const said = await ask(call, {
    method: 'PUT',
    path: `${path}/close`,
    isAction: true,
    input: { request: { closure_info: info } },
    purpose: 'Closing the request',
  });
  const now = await readBack(call, path);
  const open = now === undefined ? said.warnings.length > 0 : completed(now) === false;
  if (!open) return { ...stateOf(now), ...(said.message === undefined ? {} : { message: said.message }) };
  // Code 3000: accepted, and still open (V1).
  throw new Fault(
    'GH_VENDOR_REFUSED',
    `The request was not closed: it is still open. ${said.warnings.join('; ')}`.trim(),
    {
      hint: said.warnings.some(text => text.includes('resolution'))
        ? 'Give resolution too, then close again.'
        : 'Fill what the warning names, then close again.',
      fields: { sdp_code: 3000, ...warningsOf(said), ...stateOf(now) },
    },
  );
}

/** By the vendor's own name of the status, since names are the tenant's (V6). */
async function isHold(call: SdpCall, status: string): Promise<boolean> {
  if (/^on.?hold$/i.test(status)) return true;
  const known = await lookup(call, { kind: 'status' }).catch(() => []);
  return known.some(row => (row.name === status || row.id === status) && /^on.?hold$/i.test(String(row.internal_name)));
}

async function setStatus(input: Readonly<Record<string, unknown>>, call: SdpCall): Promise<Outcome> {
  const { status, comments, scheduled_time: until, change_to_status: next } = input;
  const onHold = until !== undefined || next !== undefined || (await isHold(call, String(status)));
  // V7: the comment of a hold has a place of its own.
  const details = onHold
    ? {
        onhold_scheduler: {
          ...(comments === undefined ? {} : { comments }),
          ...(typeof until === 'string' ? { scheduled_time: timeOf(until, 'scheduled_time') } : {}),
          ...(typeof next === 'string' ? { change_to_status: referenceOf(next) } : {}),
        },
      }
    : comments === undefined
      ? {}
      : { status_change_comments: comments };
  const record = { status: referenceOf(String(status)), ...details };
  return outcomeOf(await put(call, REQUESTS, input, record, 'Setting the status'), 'request');
}

export const requests = tool({
  name: 'requests',
  title: 'Requests',
  description: 'Tickets. A request is named by its long id or by its display id (118, IT-47).',
  actions: {
    list_requests: list({
      description: 'Lists requests, newest first.',
      scope: 'requests',
      input: {
        status: word.optional(),
        priority: word.optional(),
        technician: word.optional().describe('e-mail, id or name'),
        requester: word.optional().describe('e-mail, id or name'),
        group: word.optional(),
        category: word.optional(),
        created_after: word.optional().describe('ISO 8601'),
        created_before: word.optional(),
        due_before: word.optional(),
        view: word.optional().describe('named view; see list_request_views'),
        fields: rowFields,
      },
      aliases: { technician_email: 'technician', requester_email: 'requester' },
      sort: 'created_time',
      listing: input => ({
        ...ROWS,
        view: input.view,
        fields: input.fields === undefined ? undefined : [...BASIC, ...input.fields],
        criteria: filterBy([
          where('status.name', 'is', input.status),
          where('priority.name', 'is', input.priority),
          who('technician', input.technician),
          who('requester', input.requester),
          where('group.name', 'is', input.group),
          where('category.name', 'is', input.category),
          within('created_time', input.created_after, input.created_before),
          where('due_by_time', 'lesser or equal', input.due_before),
        ]),
      }),
    }),
    search_requests: list({
      description: 'Searches one text field.',
      scope: 'requests',
      input: { query: word, field: z.string().default('subject'), fields: rowFields },
      sort: 'created_time',
      listing: ({ query, field, fields }) => ({
        ...ROWS,
        fields: fields === undefined ? undefined : [...BASIC, ...fields],
        criteria: filterBy([where(field, 'contains', query)]),
      }),
    }),
    advanced_search_requests: list({
      description: 'Searches any fields by criteria.',
      scope: 'requests',
      input: { criteria: criteriaSchema, fields: rowFields },
      sort: 'created_time',
      listing: ({ criteria, fields }) => ({
        ...ROWS,
        fields: fields === undefined ? undefined : [...BASIC, ...fields],
        criteria: criteriaOf(criteria),
      }),
    }),
    get_request: getOne(REQUESTS, 'Shows a request.'),
    create_request: create({
      description: 'Creates a request.',
      module: REQUESTS,
      fields: FIELDS,
      required: ['subject'],
      aliases: ALIASES,
    }),
    update_request: change({
      description: 'Changes fields; resolution too.',
      scope: 'requests',
      op: 'UPDATE',
      idempotent: true,
      aliases: ALIASES,
      input: { request_id: recordId, ...shapeOf(CHANGES), resolution: a.html.schema.optional() },
      async run(input, call) {
        const { resolution } = input as Item;
        const content =
          typeof resolution === 'string' ? { resolution: a.html.put(resolution as never, 'content') } : {};
        const record = { ...recordFrom(CHANGES, input), ...content };
        return outcomeOf(await put(call, REQUESTS, input, record, 'Changing the request'), 'request');
      },
    }),
    set_request_status: change({
      description: 'Sets the status; on hold with scheduled_time and change_to_status.',
      scope: 'requests',
      op: 'UPDATE',
      idempotent: true,
      input: {
        request_id: recordId,
        status: a.choice.schema,
        comments: short.optional(),
        scheduled_time: a.time.schema.optional(),
        change_to_status: a.choice.schema.optional(),
      },
      run: setStatus,
    }),
    close_request: change({
      description: 'Closes, and says whether it is closed. Sites may want a resolution.',
      scope: 'requests',
      op: 'UPDATE',
      input: {
        request_id: recordId,
        closure_comments: z.string().optional().describe('plain text, 250 characters'),
        closure_code: a.choice.schema.optional(),
        requester_ack_resolution: z.boolean().optional(),
        requester_ack_comments: short.optional(),
        resolution: a.html.schema.optional(),
      },
      run: close,
    }),
    resolve_request: change({
      description: 'Writes the resolution and sets the status Resolved.',
      scope: 'requests',
      op: 'UPDATE',
      input: { request_id: recordId, resolution: a.html.schema, status: a.choice.schema.default('Resolved') },
      async run(input, call) {
        const path = await pathOf(call, REQUESTS, input);
        await resolve(call, path, String(input.resolution));
        const record = { status: referenceOf(String(input.status)) };
        return outcomeOf(await put(call, REQUESTS, input, record, 'Setting the status'), 'request');
      },
    }),
    pickup_request: act(REQUESTS, {
      description: 'Assigns it to the user of this connection.',
      op: 'UPDATE',
      method: 'PUT',
      route: 'pickup',
    }),
    assign_request: change({
      description: 'Assigns technician, group or both, and checks it.',
      scope: 'requests',
      op: 'UPDATE',
      idempotent: true,
      aliases: ALIASES,
      input: { request_id: recordId, technician: a.person.schema.optional(), group: a.choice.schema.optional() },
      async run(input, call) {
        const { technician, group } = input as { technician?: string; group?: string };
        if (technician === undefined && group === undefined)
          throw new Fault('GH_INVALID_INPUT', 'Give technician, group or both.');
        const path = await pathOf(call, REQUESTS, input);
        const request = {
          ...(technician === undefined ? {} : { technician: personOf(technician) }),
          ...(group === undefined ? {} : { group: referenceOf(group) }),
        };
        const said = await ask(call, {
          method: 'PUT',
          path: `${path}/assign`,
          isAction: true,
          input: { request },
          purpose: 'Assigning the request',
        });
        return { ...stateOf(await readBack(call, path)), ...warningsOf(said) };
      },
    }),
    notify_people_of_request: change({
      description: 'Sets who gets mails about a request.',
      scope: 'requests',
      op: 'UPDATE',
      flags: ['contactsPeople'],
      input: { request_id: recordId, emails: z.array(email).min(1).max(20) },
      run: async (input, call) =>
        outcomeOf(
          await put(call, REQUESTS, input, { email_ids_to_notify: input.emails }, 'Setting who is notified'),
          'request',
        ),
    }),
    get_request_resolution: read({
      description: 'Shows the resolution.',
      scope: 'requests',
      input: { request_id: recordId },
      run: async (input, call) => ({
        resolution: await readOne(
          call,
          `${await pathOf(call, REQUESTS, input)}/resolutions`,
          ['resolution'],
          'Reading the resolution',
        ),
      }),
    }),
    set_request_resolution: change({
      description: 'Writes the resolution.',
      scope: 'requests',
      op: 'UPDATE',
      idempotent: true,
      input: { request_id: recordId, content: a.html.schema, add_to_linked_requests: z.boolean().default(false) },
      run: async (input, call) =>
        resolve(call, await pathOf(call, REQUESTS, input), String(input.content), input.add_to_linked_requests),
    }),
    trash_request: act(REQUESTS, {
      description: 'Moves it to the trash.',
      op: 'DELETE',
      method: 'DELETE',
      route: 'move_to_trash',
    }),
    restore_request: act(REQUESTS, {
      description: 'Takes it out of the trash.',
      op: 'UPDATE',
      method: 'PUT',
      route: 'restore_from_trash',
    }),
    delete_request: act(REQUESTS, {
      description: 'Deletes for good what is in the trash; what is not goes there.',
      op: 'DELETE',
      method: 'DELETE',
      route: '',
    }),
    merge_requests: change({
      description: 'Merges others into request_id; they are gone for ever.',
      scope: 'requests',
      op: 'UPDATE',
      effect: 'destructive',
      input: { request_id: recordId, merge_ids: z.array(partId).min(1).max(20) },
      async run(input, call) {
        const path = await pathOf(call, REQUESTS, input);
        const said = await ask(call, {
          method: 'PUT',
          path: `${path}/merge_requests`,
          isAction: true,
          input: { merge_requests: (input.merge_ids as string[]).map(id => ({ id })) },
          purpose: 'Merging requests',
        });
        return { id: path.split('/').at(-1), merged: input.merge_ids, ...outcomeOf(said, 'request') };
      },
    }),
    get_request_summary: read({
      description: 'Counts notes, tasks, worklogs, approvals and the like.',
      scope: 'requests',
      input: { request_id: recordId },
      run: async (input, call) => summary(call, await pathOf(call, REQUESTS, input)),
    }),
    list_request_views: read({
      description: 'Lists the named views.',
      scope: 'requests',
      input: {},
      async run(_input, call) {
        const { body } = await ask(call, {
          path: VIEWS_ROUTE,
          input: { show_all: { module: 'request' }, list_info: { row_count: 100 } },
          purpose: purposeOf('Listing views'),
        });
        return { items: itemsOf(body.list_view_filters) };
      },
    }),
  },
});

const COUNTED = ['notes', 'tasks', 'worklogs', 'attachments', 'approval_levels', 'link_requests'] as const;

/** The route is not known everywhere (§7.8): then the lists are counted. */
async function summary(call: SdpCall, path: string): Promise<Outcome> {
  try {
    return { summary: await readOne(call, `${path}/summary`, ['request_summary'], 'Reading the summary') };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'GH_NOT_FOUND') throw error;
  }
  const paging = { limit: 1, start_index: 1, all: false, include_total: true };
  const counts = await Promise.all(
    COUNTED.map(async part => {
      const page = await listAll(
        call,
        { path: `${path}/${part}`, keys: [part, 'notes'], purpose: `Counting ${part}` },
        paging,
      );
      return [`${part}_count`, page.total_count ?? page.returned] as const;
    }),
  );
  return { summary: Object.fromEntries(counts), counted_from_lists: true };
}

/** A person as a criterion: by e-mail, id or name. */
function who(field: 'technician' | 'requester', given: string | undefined) {
  if (given === undefined) return undefined;
  const [[key, value] = ['name', given]] = Object.entries(personOf(given));
  return where(`${field}.${key}`, 'is', String(value));
}
