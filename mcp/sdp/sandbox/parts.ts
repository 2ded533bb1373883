import type { SandboxRequest } from '../../kit/sandbox.ts';
import { deny, done, many, one } from './answers.ts';
import { type Endpoint, routesOf } from './endpoints.ts';
import { type Fields, need, personOf, written } from './fields.ts';
import { unwrap } from './input.ts';
import { listed } from './lists.ts';
import { taskKind } from './modules.ts';
import { type Kind, placeOf, plain, recordOf } from './records.ts';
import { isRow, moment, type Row, table, userOf, type Visit } from './world.ts';

type Module = 'requests' | 'problems' | 'changes';
const NAMES = { requests: 'request', problems: 'problem', changes: 'change' } as const;

const rowsOf = (visit: Visit, path: string): readonly Row[] => [
  ...table(visit.tenant, placeOf(path, visit.params)).values(),
];

// ---- Notes (V19)

function noteRoutes(module: Module): readonly Endpoint[] {
  const { get, post, put, remove } = routesOf(module);
  const path = `/${module}/{parent}/notes`;
  const forRequests = module === 'requests';
  const fields: Fields = forRequests
    ? {
        description: 'text',
        show_to_requester: 'bool',
        notify_technician: 'bool',
        mark_first_response: 'bool',
        add_to_linked_requests: 'bool',
      }
    : { description: 'text', notify_to: 'any' };
  const wrapper = forRequests ? 'request_note' : 'note';
  const parent = (visit: Visit): Row => recordOf(visit, module, visit.params.parent);
  const note = (visit: Visit): Row => recordOf(visit, placeOf(path, visit.params), visit.params.id);
  const answer = (visit: Visit, row: Row) =>
    one({ [forRequests ? visit.vendor.switches.current.noteWrapper : 'note']: row });
  const add = (visit: Visit) => {
    const record = parent(visit);
    const given = written(visit.tenant, unwrap(visit.input, wrapper), fields);
    need(given, ['description']);
    if (given.mark_first_response === true) {
      if (isRow(record.responded_time)) deny.value('mark_first_response', 'Request is already responded');
      record.responded_time = moment(visit.vendor.now());
    }
    const word = visit.vendor.switches.current.noteKeys;
    const row: Row = {
      id: visit.tenant.newId(),
      ...(forRequests ? { show_to_requester: false, notify_technician: false, mark_first_response: false } : {}),
      ...given,
      attachments: [],
      [`${word}_by`]: userOf(visit.tenant.user),
      [`${word}_time`]: moment(visit.vendor.now()),
      last_updated_by: null,
      last_updated_time: null,
      [NAMES[module]]: { id: record.id, subject: record.subject ?? record.title },
    };
    table(visit.tenant, placeOf(path, visit.params)).set(String(row.id), row);
    record.has_notes = true;
    return answer(visit, row);
  };
  const listing = { key: 'notes', fields: ['id', ...Object.keys(fields), 'added_time', 'created_time'] };
  return [
    get(path, visit => {
      parent(visit);
      return listed(visit.input, rowsOf(visit, path), listing);
    }),
    get(`${path}/{id}`, visit => answer(visit, note(visit))),
    post(path, add),
    put(`${path}/{id}`, visit => {
      const row = note(visit);
      Object.assign(row, written(visit.tenant, unwrap(visit.input, wrapper), fields), {
        last_updated_by: userOf(visit.tenant.user),
        last_updated_time: moment(visit.vendor.now()),
      });
      return answer(visit, row);
    }),
    remove(`${path}/{id}`, visit => {
      table(visit.tenant, placeOf(path, visit.params)).delete(String(note(visit).id));
      return done('Deleted successfully.');
    }),
  ];
}

// ---- Worklogs

const worklogKind = (path: string, module: string): Kind => ({
  path,
  name: 'worklog',
  module,
  mandatory: ['owner'],
  passing: ['mark_first_response'],
  fields: {
    owner: 'technician',
    description: 'text',
    time_spent: 'duration',
    start_time: 'time',
    end_time: 'time',
    type: 'ref:worklog_types',
    include_nonoperational_hours: 'bool',
    mark_first_response: 'bool',
    other_cost: 'number',
  },
  start: visit => ({ recorded_time: moment(visit.vendor.now()), total_cost: '0.00' }),
  guard: (before, changes) => order({ ...before, ...changes }),
  list: { also: ['recorded_time'] },
});

/** 4016: the end is before the start. */
function order(given: Row): void {
  const { start_time: start, end_time: end } = given;
  if (isRow(start) && isRow(end) && Number(end.value) < Number(start.value))
    deny.saying(4016, 'End time is before start time');
}

// ---- Approvals

function approvalRoutes(module: Module): readonly Endpoint[] {
  const { get, post, remove, action, put } = routesOf(module);
  const levels = `/${module}/{parent}/approval_levels`;
  const approvals = `${levels}/{level}/approvals`;
  const parent = (visit: Visit): Row => recordOf(visit, module, visit.params.parent);
  const level = (visit: Visit): Row => {
    parent(visit);
    return recordOf(visit, placeOf(levels, visit.params), visit.params.level);
  };
  const approval = (visit: Visit): Row => {
    level(visit);
    return recordOf(visit, placeOf(approvals, visit.params), visit.params.id);
  };
  const status = (visit: Visit, name: string): Row => {
    const found = [...table(visit.tenant, 'approval_statuses').values()].find(row => row.name === name);
    return { id: found?.id, name };
  };
  const add = (visit: Visit, levelId: string, given: unknown): Row => {
    if (!isRow(given)) return deny.missing('approver');
    need(given, ['approver']);
    const row: Row = {
      id: visit.tenant.newId(),
      approver: userOf(personOf(visit.tenant, 'approver', given.approver, 'person')),
      original_approver: null,
      status: status(visit, 'Pending Approval'),
      comments: null,
      approval_level: { id: levelId },
      action_taken_on: null,
      mail_sent: false,
    };
    table(visit.tenant, placeOf(approvals, { ...visit.params, level: levelId })).set(String(row.id), row);
    return row;
  };
  const addLevel = (visit: Visit) => {
    parent(visit);
    const given = unwrap(visit.input, 'approval_level');
    const { approvals: people } = given;
    if (given.level !== undefined) deny.value('level', 'Read only field cannot be edited');
    // §3.3: an empty level is refused.
    if (!Array.isArray(people) || people.length === 0) return deny.missing('approvals');
    const number = table(visit.tenant, placeOf(levels, visit.params)).size + 1;
    const row: Row = {
      id: visit.tenant.newId(),
      [visit.vendor.switches.current.levelKey]: number,
      status: status(visit, 'Pending Approval'),
      rule: { id: '1', name: 'Anyone to Approve' },
    };
    table(visit.tenant, placeOf(levels, visit.params)).set(String(row.id), row);
    for (const one of people) add(visit, String(row.id), one);
    return one({ approval_level: row });
  };
  const decide = (name: 'Approved' | 'Rejected') => (visit: Visit) => {
    const row = approval(visit);
    const longest = module === 'problems' ? 1_000 : 250;
    const { comments = null } = unwrap(visit.input, 'approval');
    if (typeof comments === 'string' && comments.length > longest) deny.value('comments');
    if (row.mail_sent !== true) deny.saying(4001, 'Recommendation mail is not yet sent');
    Object.assign(row, { status: status(visit, name), comments, action_taken_on: moment(visit.vendor.now()) });
    // Rule: anyone to approve; one rejection rejects.
    level(visit).status = status(visit, name);
    return done(`${name} successfully.`);
  };
  const notify = (visit: Visit) => {
    const row = approval(visit);
    const { subject, description } = unwrap(visit.input, 'notification');
    if (!subject || !description) deny.missing('subject', 'description');
    row.mail_sent = true;
    return done('Notification sent successfully.');
  };
  const drop = (path: string, find: (visit: Visit) => Row) =>
    remove(`${path}`, visit => {
      const row = find(visit);
      const place = placeOf(path.slice(0, path.lastIndexOf('/')), visit.params);
      table(visit.tenant, place).delete(String(row.id));
      return done('Deleted successfully.');
    });
  const rowsAt = (path: string, find: (visit: Visit) => Row, visit: Visit): readonly Row[] => {
    find(visit);
    return rowsOf(visit, path);
  };
  const fields = ['id', 'status', 'level', 'approver'];
  return [
    get(levels, visit => listed(visit.input, rowsAt(levels, parent, visit), { key: 'approval_levels', fields })),
    post(levels, addLevel),
    get(approvals, visit => listed(visit.input, rowsAt(approvals, level, visit), { key: 'approvals', fields })),
    post(approvals, visit => {
      level(visit);
      return one({ approval: add(visit, visit.params.level ?? '', unwrap(visit.input, 'approval')) });
    }),
    action(`${approvals}/{id}/approve`, decide('Approved')),
    action(`${approvals}/{id}/reject`, decide('Rejected')),
    get(`${approvals}/{id}/send_notification`, visit => {
      approval(visit);
      return one({ notification: { subject: 'Approval wanted', description: '<div>Please decide.</div>' } });
    }),
    put(`${approvals}/{id}/send_notification`, notify),
    drop(`${levels}/{level}`, level),
    drop(`${approvals}/{id}`, approval),
  ];
}

// ---- Attachments, conversations and mails of requests

function fileIn(request: SandboxRequest, field: string): { name: string; type: string; bytes: Buffer } {
  const boundary = /boundary=(.+)$/.exec(String(request.headers['content-type'] ?? ''))?.[1];
  if (boundary === undefined) return deny.missing(field);
  for (const part of request.body.toString('latin1').split(`--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, end);
    if (end < 0 || !head.includes(`name="${field}"`)) continue;
    const name = Buffer.from(/filename="([^"]*)"/.exec(head)?.[1] ?? 'file', 'latin1').toString('utf8');
    const type = /content-type: *([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
    return { name, type, bytes: Buffer.from(part.slice(end + 4, -2), 'latin1') };
  }
  return deny.missing(field);
}

function attachmentRoutes(): readonly Endpoint[] {
  const { get, post, put, remove } = routesOf('requests');
  const parent = (visit: Visit): Row => recordOf(visit, 'requests', visit.params.parent);
  const path = '/requests/{parent}/attachments';
  const of = (row: Row): Row[] => (Array.isArray(row.attachments) ? row.attachments.filter(isRow) : []);
  const theOne = (visit: Visit): Row => of(parent(visit)).find(({ id }) => id === visit.params.id) ?? deny.unknown();
  const store = (field: string, old: boolean) => (visit: Visit) => {
    if (!old && visit.vendor.switches.current.missingRoutes.includes('upload')) deny.unknown();
    const request = parent(visit);
    const { name, type, bytes } = fileIn(visit.request, field);
    const id = visit.tenant.newId();
    visit.tenant.files.set(id, { type, bytes });
    const size = visit.vendor.switches.current.sizeAsObject ? { value: bytes.length } : String(bytes.length);
    const description = visit.request.query.get('description');
    const row: Row = {
      id,
      name,
      file_id: id.slice(-4),
      size,
      content_type: type,
      ...(description === null ? {} : { description }),
      content_url: `/app/${visit.tenant.portal}/api/v3/requests/${request.id}/attachments/${id}/download`,
    };
    request.attachments = [...of(request), row];
    request.has_attachments = true;
    return one({ attachment: row });
  };
  const download = (visit: Visit) => {
    const row = theOne(visit);
    const file = visit.tenant.files.get(String(row.id));
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: file?.bytes ?? deny.unknown(),
    };
  };
  return [
    get(path, visit => many({ attachments: of(parent(visit)) })),
    put('/requests/{parent}/upload', store('input_file', false)),
    post('/requests/{parent}/_uploads', store('filename', true)),
    get(`${path}/{id}/download`, download),
    get('/requests/{parent}/_uploads/{id}/download', download),
    remove(`${path}/{id}`, visit => {
      const row = theOne(visit);
      const request = parent(visit);
      request.attachments = of(request).filter(({ id }) => id !== row.id);
      return done('Deleted successfully.');
    }),
  ];
}

function conversationRoutes(): readonly Endpoint[] {
  const { get, post } = routesOf('requests');
  const place = (visit: Visit, part: string): string => `requests/${visit.params.parent}/${part}`;
  const known = (visit: Visit, route: 'conversations' | 'notifications'): void => {
    if (visit.vendor.switches.current.missingRoutes.includes(route)) deny.unknown();
    recordOf(visit, 'requests', visit.params.parent);
  };
  const rows = (visit: Visit, part: string): Row[] => [...table(visit.tenant, place(visit, part)).values()];
  return [
    get('/requests/{parent}/conversations', visit => {
      known(visit, 'conversations');
      return many({ conversations: rows(visit, 'conversations') });
    }),
    get('/requests/{parent}/notifications', visit => {
      known(visit, 'notifications');
      return many({ notifications: rows(visit, 'notifications') });
    }),
    post('/requests/{parent}/notifications', visit => {
      known(visit, 'notifications');
      const given = unwrap(visit.input, 'notification');
      need(given, ['type', 'to', 'description']);
      const row: Row = {
        id: visit.tenant.newId(),
        ...given,
        from: userOf(visit.tenant.user),
        sent_time: moment(visit.vendor.now()),
      };
      for (const part of ['notifications', 'conversations'])
        table(visit.tenant, place(visit, part)).set(String(row.id), row);
      return one({ notification: row });
    }),
  ];
}

const inside = (module: Module, part: string): string => `/${module}/{parent}/${part}`;

export const partRoutes: readonly Endpoint[] = [
  ...(['requests', 'problems', 'changes'] as const).flatMap(module => [
    ...noteRoutes(module),
    ...plain(taskKind(inside(module, 'tasks'), module)),
    ...plain(worklogKind(inside(module, 'worklogs'), module)),
    ...approvalRoutes(module),
  ]),
  ...plain(worklogKind('/requests/{parent}/tasks/{task}/worklogs', 'requests')),
  ...attachmentRoutes(),
  ...conversationRoutes(),
];
