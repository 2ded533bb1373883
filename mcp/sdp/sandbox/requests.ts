import { deny, done, many, one, warned } from './answers.ts';
import { type Endpoint, routesOf } from './endpoints.ts';
import { written } from './fields.ts';
import { unwrap } from './input.ts';
import { listed } from './lists.ts';
import { trashRoutes } from './modules.ts';
import { alive, changed, created, type Kind, listingOf, placeOf, recordOf } from './records.ts';
import { isRow, moment, type Row, referenceTo, table, userOf, type Visit } from './world.ts';

const STRICT = ['mode', 'request_type', 'urgency', 'level', 'impact', 'category', 'subcategory'];

const REQUEST: Kind = {
  path: '/requests',
  name: 'request',
  module: 'requests',
  mandatory: ['subject'],
  passing: ['update_reason', 'status_change_comments'],
  fields: {
    subject: 'short',
    description: 'text',
    requester: 'person',
    on_behalf_of: 'person',
    technician: 'technician',
    group: 'ref:groups',
    site: 'ref:sites',
    category: 'ref:categories',
    subcategory: 'ref:subcategories',
    item: 'ref:items',
    priority: 'ref:priorities',
    urgency: 'ref:urgencies',
    impact: 'ref:impacts',
    impact_details: 'short',
    mode: 'ref:modes',
    level: 'ref:levels',
    request_type: 'ref:request_types',
    template: 'ref:request_templates',
    status: 'ref:statuses',
    service_category: 'ref:service_categories',
    due_by_time: 'time',
    first_response_due_by_time: 'time',
    scheduled_start_time: 'time',
    scheduled_end_time: 'time',
    email_ids_to_notify: 'list',
    assets: 'list',
    configuration_items: 'list',
    resources: 'any',
    service_approvers: 'any',
    resolution: ['content'],
    onhold_scheduler: ['comments', 'scheduled_time', 'change_to_status'],
    update_reason: 'short',
    status_change_comments: 'short',
    udf_fields: 'udf',
  },
  start: ({ tenant }) => ({
    display_id: String(tenant.nextDisplay('requests')),
    status: statusOf(tenant, 'Open'),
    template: referenceTo(table(tenant, 'request_templates').values().next().value ?? {}),
    requester: userOf(tenant.user),
    created_by: userOf(tenant.user),
    assigned_time: null,
    responded_time: null,
    resolved_time: null,
    completed_time: null,
    deleted_time: null,
    closure_info: null,
    linked_to_request: null,
    approval_status: null,
    attachments: [],
    udf_fields: {},
    is_overdue: false,
    is_trashed: false,
    is_service_request: false,
    has_notes: false,
    has_attachments: false,
    has_linked_requests: false,
    cancellation_requested: false,
    time_elapsed: '0',
  }),
  list: {
    // Reduced rows, as they were captured (§3.1).
    shown: [
      'id',
      'display_id',
      'subject',
      'requester',
      'technician',
      'template',
      'group',
      'status',
      'created_time',
      'due_by_time',
      'is_service_request',
      'has_notes',
      'cancellation_requested',
    ],
    also: ['is_overdue', 'completed_time', 'responded_time', 'resolved_time', 'attachments'],
    views: {
      All_Requests: () => true,
      Open_Requests: row => isRow(row.status) && row.status.in_progress === true,
      // V14: neither "my" nor "open" is what it says.
      My_Open: () => true,
      Overdue_Requests: row => row.is_overdue === true,
    },
  },
};

function statusOf(tenant: Visit['tenant'], internal: string): Row | null {
  const rows = [...table(tenant, 'statuses').values()];
  const found = rows.find(row => row.internal_name === internal);
  return found === undefined ? null : referenceTo(found, 'internal_name', 'in_progress', 'stop_timer', 'color');
}

const isOpen = (row: Row): boolean => isRow(row.status) && row.status.in_progress === true;
const requestOf = (visit: Visit): Row => recordOf(visit, 'requests', visit.params.id);

/** What the rules say of given fields: V9, V11, and what the form wants (V8). */
function checkFields(visit: Visit, given: Row, isNew: boolean): void {
  const { tenant, vendor } = visit;
  if (given.priority !== undefined && vendor.switches.current.priorityLocked)
    deny.rights('Cannot give value for priority', 'priority');
  const values = written(tenant, given, REQUEST.fields);
  if (isRow(values.subcategory)) {
    const row = table(tenant, 'subcategories').get(String(values.subcategory.id));
    if (!isRow(values.category) || row?.category_id !== values.category.id) deny.value('subcategory');
  }
  if (!isNew) return;
  const template = isRow(values.template)
    ? table(tenant, 'request_templates').get(String(values.template.id))
    : undefined;
  const strict = vendor.switches.current.strictTemplate || template?.strict === true;
  const missing = [...(values.subject ? [] : ['subject']), ...(strict ? STRICT.filter(name => !values[name]) : [])];
  if (missing.length > 0) deny.missing(...missing);
}

function create(visit: Visit): Row {
  const given = unwrap(visit.input, 'request');
  checkFields(visit, given, true);
  return created(visit, REQUEST, 'requests', given);
}

function update(visit: Visit): Row {
  const row = requestOf(visit);
  const given = unwrap(visit.input, 'request');
  // V4.
  if (!isOpen(row) && given.status === undefined) deny.rights('Closed requests cannot be edited');
  checkFields(visit, { category: row.category, ...given }, false);
  changed(visit, REQUEST, row, given);
  if (!isOpen(row)) row.completed_time = moment(visit.vendor.now());
  return row;
}

const hasResolution = (row: Row): boolean => isRow(row.resolution) && Boolean(row.resolution.content);

function close(visit: Visit) {
  const row = requestOf(visit);
  if (isRow(row.status) && row.status.internal_name === 'Closed') deny.saying(4001, 'Request is already closed');
  const { closure_info: given = {}, ...rest } = unwrap(visit.input, 'request');
  if (!isRow(given) || Object.keys(rest).length > 0) return deny.saying(4001, 'Extra key found in JSON');
  const info = written(visit.tenant, given, {
    closure_comments: 'short',
    closure_code: 'ref:closure_codes',
    requester_ack_resolution: 'bool',
    requester_ack_comments: 'short',
  });
  // V1: accepted, and still open.
  if (visit.vendor.switches.current.resolutionRequired && !hasResolution(row)) return warned('resolution');
  row.status = statusOf(visit.tenant, 'Closed');
  row.completed_time = moment(visit.vendor.now());
  row.closure_info = info;
  return done('Request(s) closed successfully.');
}

function assign(visit: Visit) {
  const row = requestOf(visit);
  const given = written(visit.tenant, unwrap(visit.input, 'request'), {
    technician: 'technician',
    group: 'ref:groups',
  });
  // V11: an assignment may fail while there is no category; here only where the template is strict.
  if (visit.vendor.switches.current.strictTemplate && row.category === null) deny.missing('category');
  Object.assign(row, given, { assigned_time: moment(visit.vendor.now()) });
  return done('Assigned successfully.');
}

function pickUp(visit: Visit) {
  if (visit.request.body.length > 0) deny.saying(4001, 'Extra key found in JSON');
  const row = requestOf(visit);
  Object.assign(row, { technician: userOf(visit.tenant.user), assigned_time: moment(visit.vendor.now()) });
  return done('Request(s) picked up successfully.');
}

function remove(visit: Visit) {
  const row = requestOf(visit);
  if (row.is_trashed !== true && visit.vendor.switches.current.deleteLive === 'trashes') {
    row.is_trashed = true;
    row.deleted_time = moment(visit.vendor.now());
    return done('Moved to trash successfully.');
  }
  table(visit.tenant, 'requests').delete(String(row.id));
  return done('Deleted successfully.');
}

function merge(visit: Visit) {
  requestOf(visit);
  const { merge_requests: others, ...rest } = visit.input;
  if (!Array.isArray(others) || others.length === 0 || Object.keys(rest).length > 0)
    return deny.value('merge_requests');
  for (const other of others) {
    const id = String(isRow(other) ? other.id : '');
    recordOf(visit, 'requests', id);
    table(visit.tenant, 'requests').delete(id);
    visit.tenant.merged.add(id);
  }
  return done('Merged successfully.');
}

function link(visit: Visit, linking: boolean) {
  const row = requestOf(visit);
  const { link_requests: links } = visit.input;
  if (!Array.isArray(links) || links.length === 0) return deny.saying(4004, 'Internal error', 500);
  const place = `requests/${row.id}/link_requests`;
  for (const one of links) {
    const other = isRow(one) && isRow(one.linked_request) ? String(one.linked_request.id) : '';
    const found = recordOf(visit, 'requests', other);
    const linked = {
      linked_request: referenceTo(found, 'subject', 'display_id'),
      comments: isRow(one) ? one.comments : null,
    };
    if (linking) table(visit.tenant, place).set(other, { id: other, ...linked });
    else table(visit.tenant, place).delete(other);
  }
  row.has_linked_requests = table(visit.tenant, place).size > 0;
  return done(linking ? 'Request successfully linked' : 'Request successfully unlinked');
}

/** The wrappers and tables of what a request can be associated with (§3.1). */
const ASSOCIATIONS = [
  ['problem', 'request_problem_association', 'problem', 'problems'],
  ['request_initiated_change', 'request_initiated_change', 'change', 'changes'],
  ['request_caused_by_change', 'request_caused_by_change', 'change', 'changes'],
  ['project', 'request_project_association', 'project', 'projects'],
] as const;

function associationRoutes(): readonly Endpoint[] {
  const { post, remove: drop } = routesOf('requests');
  return ASSOCIATIONS.flatMap(([path, wrapper, name, other]) => {
    const target = (visit: Visit): Row => {
      const inner = unwrap(visit.input, wrapper)[name];
      return recordOf(visit, other, String(isRow(inner) ? inner.id : ''));
    };
    return [
      post(`/requests/{id}/${path}`, visit => {
        const row = requestOf(visit);
        const found = target(visit);
        row[path] = { id: found.id, title: found.title };
        return one({ [wrapper]: { [name]: row[path] } });
      }),
      drop(
        `/requests/{id}/${path}`,
        visit => {
          const row = requestOf(visit);
          // On-prem answers 500 without the payload.
          if (Object.keys(visit.input).length === 0) deny.saying(4004, 'Internal error', 500);
          target(visit);
          row[path] = null;
          return done('Dissociated successfully.');
        },
        ['UPDATE'],
      ),
    ];
  });
}

function resolutionOf(row: Row): Row {
  return {
    content: null,
    submitted_on: null,
    submitted_by: null,
    resolution_attachments: [],
    ...(isRow(row.resolution) ? row.resolution : {}),
  };
}

function resolve(visit: Visit) {
  const row = requestOf(visit);
  const { content } = written(visit.tenant, unwrap(visit.input, 'resolution'), {
    content: 'text',
    add_to_linked_requests: 'bool',
  });
  if (!content) deny.missing('content');
  row.resolution = { content, submitted_on: moment(visit.vendor.now()), submitted_by: userOf(visit.tenant.user) };
  return one({ resolution: resolutionOf(row) });
}

const missing = (visit: Visit, route: 'summary' | 'views'): void => {
  if (visit.vendor.switches.current.missingRoutes.includes(route)) deny.unknown();
};

function summary(visit: Visit) {
  missing(visit, 'summary');
  const row = requestOf(visit);
  const count = (part: string): number => table(visit.tenant, `requests/${row.id}/${part}`).size;
  return one({
    request_summary: {
      notes_count: count('notes'),
      tasks_count: count('tasks'),
      worklogs_count: count('worklogs'),
      attachments_count: Array.isArray(row.attachments) ? row.attachments.length : 0,
      approvals_count: count('approval_levels'),
      linked_requests_count: count('link_requests'),
      conversations_count: count('conversations'),
    },
  });
}

function views(visit: Visit) {
  missing(visit, 'views');
  const names = Object.keys(REQUEST.list.views ?? {});
  return many({ list_view_filters: names.map(name => ({ name, display_name: name.replaceAll('_', ' ') })) });
}

const { get, post, put, remove: drop, action } = routesOf('requests');

export const requestRoutes: readonly Endpoint[] = [
  get('/requests', visit => listed(visit.input, alive(table(visit.tenant, 'requests').values()), listingOf(REQUEST))),
  get('/requests/{id}', visit =>
    one({ request: { ...requestOf(visit), resolution: requestOf(visit).resolution ?? null } }),
  ),
  post('/requests', visit => one({ request: create(visit) }), ['CREATE']),
  put('/requests/{id}', visit => one({ request: update(visit) })),
  drop('/requests/{id}', remove),
  action('/requests/{id}/close', close),
  action('/requests/{id}/assign', assign),
  action('/requests/{id}/pickup', pickUp),
  action('/requests/{id}/merge_requests', merge),
  ...trashRoutes(REQUEST),
  get('/requests/{id}/link_requests', visit =>
    many({ link_requests: [...table(visit.tenant, placeOf('/requests/{id}/link_requests', visit.params)).values()] }),
  ),
  post('/requests/{id}/link_requests', visit => link(visit, true)),
  drop('/requests/{id}/link_requests', visit => link(visit, false), ['UPDATE']),
  ...associationRoutes(),
  get('/requests/{id}/resolutions', visit => one({ resolution: resolutionOf(requestOf(visit)) })),
  post('/requests/{id}/resolutions', resolve),
  get('/requests/{id}/summary', summary),
  get('/list_view_filters/show_all', views),
];
