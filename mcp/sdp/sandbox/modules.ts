import { deny, done } from './answers.ts';
import { type Endpoint, routesOf } from './endpoints.ts';
import type { Fields } from './fields.ts';
import { type Kind, placeOf, plain, recordOf } from './records.ts';
import { isRow, moment, type Row, table, type Visit } from './world.ts';

const CATEGORIES: Fields = {
  category: 'ref:categories',
  subcategory: 'ref:subcategories',
  item: 'ref:items',
  priority: 'ref:priorities',
  urgency: 'ref:urgencies',
  impact: 'ref:impacts',
  site: 'ref:sites',
  group: 'ref:groups',
  udf_fields: 'udf',
};

const numbered =
  (module: string, prefix: string, more: (visit: Visit) => Row = () => ({})) =>
  (visit: Visit): Row => {
    const number = String(visit.tenant.nextDisplay(module));
    return { display_id: { value: number, display_value: `${prefix}-${number}` }, udf_fields: {}, ...more(visit) };
  };

const firstOf = (name: string) => (visit: Visit) => {
  const [first] = table(visit.tenant, name).values();
  return first === undefined ? null : { id: first.id, name: first.name };
};

const problems: Kind = {
  path: '/problems',
  name: 'problem',
  module: 'problems',
  mandatory: ['title'],
  fields: {
    title: 'short',
    description: 'text',
    reported_by: 'person',
    technician: 'technician',
    requester: 'person',
    status: 'ref:problem_statuses',
    template: 'ref:problem_templates',
    reported_time: 'time',
    due_by_time: 'time',
    closed_time: 'time',
    root_cause: ['root_cause_description'],
    symptoms: ['symptoms_description'],
    impact_details: ['impact_details_description'],
    workaround_details: ['workaround_details_description'],
    resolution_details: ['resolution_details_description'],
    known_error_details: ['is_known_error', 'known_error_comments'],
    close_details: ['close_details_comments', 'closure_code'],
    ...CATEGORIES,
  },
  start: numbered('problems', 'PRB', visit => ({ status: firstOf('problem_statuses')(visit) })),
  list: { never: ['root_cause', 'symptoms'] },
};

const changes: Kind = {
  path: '/changes',
  name: 'change',
  module: 'changes',
  mandatory: ['title'],
  passing: ['comment'],
  fields: {
    title: 'short',
    description: 'text',
    comment: 'text',
    template: 'ref:change_templates',
    workflow: 'ref:change_workflows',
    stage: 'ref:change_stages',
    status: 'ref:change_statuses',
    change_type: 'ref:change_types',
    risk: 'ref:change_risks',
    reason_for_change: 'ref:reasons_for_change',
    change_requester: 'person',
    change_owner: 'technician',
    change_manager: 'technician',
    scheduled_start_time: 'time',
    scheduled_end_time: 'time',
    completed_time: 'time',
    retrospective: 'bool',
    roll_out_plan: ['roll_out_plan_description'],
    back_out_plan: ['back_out_plan_description'],
    ...CATEGORIES,
  },
  start: numbered('changes', 'CH', visit => ({
    stage: firstOf('change_stages')(visit),
    status: firstOf('change_statuses')(visit),
    approval_status: null,
    assets: [],
    configuration_items: [],
    is_trashed: false,
  })),
  // V18: a status wants a comment, and stages are left one after another.
  guard(before, given, { tenant }) {
    if (given.status !== undefined && !given.comment) deny.missing('comment');
    if (!isRow(given.stage) || !isRow(before.stage)) return;
    const order = [...table(tenant, 'change_stages').keys()];
    const step = order.indexOf(String(given.stage.id)) - order.indexOf(String(before.stage.id));
    if (step > 1) deny.rights('The workflow does not allow this stage', 'stage');
  },
  list: { never: ['assets', 'configuration_items'] },
};

const releases: Kind = {
  path: '/releases',
  name: 'release',
  module: 'releases',
  mandatory: ['title'],
  fields: {
    title: 'short',
    description: 'text',
    release_requester: 'person',
    release_engineer: 'technician',
    release_manager: 'technician',
    scheduled_start_time: 'time',
    scheduled_end_time: 'time',
    ...CATEGORIES,
  },
  start: numbered('releases', 'REL'),
  list: {},
};

const TASK: Fields = {
  title: 'short',
  description: 'text',
  owner: 'technician',
  group: 'ref:groups',
  status: 'ref:task_statuses',
  priority: 'ref:priorities',
  task_type: 'ref:task_types',
  scheduled_start_time: 'time',
  scheduled_end_time: 'time',
  actual_start_time: 'time',
  actual_end_time: 'time',
  percentage_completion: 'number',
  estimated_effort_days: 'number',
  estimated_effort_hours: 'number',
  estimated_effort_minutes: 'number',
  additional_cost: 'number',
  email_before: 'number',
};

/** §7.6: tasks of any record. */
export const taskKind = (path: string, module: string): Kind => ({
  path,
  name: 'task',
  module,
  mandatory: ['title'],
  fields: TASK,
  start: visit => ({ status: firstOf('task_statuses')(visit), percentage_completion: '0', attachments: [] }),
  list: {},
});

const projects: Kind = {
  path: '/projects',
  name: 'project',
  module: 'projects',
  mandatory: ['title'],
  fields: {
    title: 'short',
    description: 'text',
    project_code: 'text',
    owner: 'technician',
    status: 'ref:project_statuses',
    priority: 'ref:priorities',
    project_type: 'ref:project_types',
    scheduled_start_time: 'time',
    scheduled_end_time: 'time',
    actual_start_time: 'time',
    actual_end_time: 'time',
    estimated_hours: 'number',
    estimated_cost: 'number',
    site: 'ref:sites',
    department: 'ref:departments',
  },
  start: numbered('projects', 'PJT', visit => ({
    status: firstOf('project_statuses')(visit),
    percentage_completion: '0',
  })),
  list: {},
};

const inProject = (part: string): string => `/projects/{project_id}/${part}`;
const milestones: Kind = {
  path: inProject('milestones'),
  name: 'milestone',
  module: 'projects',
  mandatory: ['title'],
  fields: {
    title: 'short',
    description: 'text',
    owner: 'technician',
    status: 'ref:project_statuses',
    scheduled_start_time: 'time',
    scheduled_end_time: 'time',
  },
  list: {},
};
const members: Kind = {
  path: inProject('members'),
  name: 'member',
  module: 'projects',
  mandatory: ['user'],
  // §3.6: an e-mail is passed over, and the wrong person is added.
  fields: { user: 'any', role: 'any' },
  start: ({ tenant, input }) => {
    const { user } = isRow(input.member) ? input.member : {};
    const id = isRow(user) ? user.id : undefined;
    const people = table(tenant, 'users');
    const [someone] = people.values();
    const { id: found, name, email_id } = people.get(String(id)) ?? someone ?? {};
    return { person: { id: found, name, email_id } };
  },
  list: {},
};
const comments: Kind = {
  path: inProject('comments'),
  name: 'comment',
  module: 'projects',
  mandatory: ['content'],
  fields: { content: 'text' },
  start: ({ tenant }) => ({ created_by: { id: tenant.user.id, name: tenant.user.name } }),
  list: {},
};

const assets: Kind = {
  path: '/assets',
  name: 'asset',
  module: 'assets',
  mandatory: ['name', 'product'],
  passing: ['state_history_comments'],
  fields: {
    name: 'short',
    product: 'ref:products',
    state: 'ref:asset_states',
    asset_tag: 'text',
    barcode: 'text',
    serial_number: 'text',
    site: 'ref:sites',
    department: 'ref:departments',
    user: 'person',
    vendor: 'any',
    acquisition_date: 'time',
    expiry_date: 'time',
    warranty_expiry: 'time',
    purchase_cost: 'number',
    location: 'text',
    state_history_comments: 'text',
    udf_fields: 'udf',
  },
  start: () => ({ udf_fields: {}, purchase_cost: '0.00' }),
  list: { also: ['product_type'] },
};
const workstations: Kind = { ...assets, path: '/workstations', name: 'workstation' };

/** The list of a type stands under its plural. */
const ci = (type: string): Kind => ({
  path: `/cmdb/${type}`,
  name: type,
  module: 'cmdb',
  mandatory: ['name'],
  fields: { name: 'short', description: 'text', ci_attributes: 'any' },
  list: { key: `${type}s` },
});

const solutions: Kind = {
  path: '/solutions',
  name: 'solution',
  module: 'solutions',
  mandatory: ['title', 'topic', 'description'],
  fields: {
    title: 'short',
    topic: 'ref:topics',
    description: 'text',
    keywords: 'text',
    is_public: 'bool',
    review_date: 'time',
    expiry_date: 'time',
    approval_status: 'ref:solution_statuses',
  },
  start: visit => ({
    approval_status: firstOf('solution_statuses')(visit),
    no_of_hits: '0',
    is_public: false,
    owner: null,
    attachments: [],
  }),
  list: {
    never: ['description'],
    views: {
      AllSolutions: () => true,
      ApprovedSolutions: row => isRow(row.approval_status) && row.approval_status.name === 'Approved',
      UnApprovedSolutions: row => isRow(row.approval_status) && row.approval_status.name === 'Unapproved',
      Approval_Pending: row => isRow(row.approval_status) && row.approval_status.name === 'Approval Pending',
      RejectedSolutions: row => isRow(row.approval_status) && row.approval_status.name === 'Rejected',
      ExpiredSolutions: () => false,
    },
  },
};
const topics: Kind = {
  path: '/topics',
  name: 'topic',
  module: 'solutions',
  mandatory: ['name'],
  fields: { name: 'short', parent_topic: 'ref:topics' },
  list: {},
};

/** Marks a record as thrown away, and hides it from lists. */
export function trashRoutes(kind: Kind): readonly Endpoint[] {
  const { action, trash } = routesOf(kind.module);
  return [
    trash(`${kind.path}/{id}/move_to_trash`, visit => {
      const row = recordOf(visit, placeOf(kind.path, visit.params), visit.params.id);
      if (row.is_trashed === true) deny.saying(4016, 'Already in trash');
      row.is_trashed = true;
      row.deleted_time = moment(visit.vendor.now());
      return done('Moved to trash successfully.');
    }),
    action(`${kind.path}/{id}/restore_from_trash`, visit => {
      // §2.1: any parameter at all is too much.
      if (visit.request.body.length > 0 || Object.keys(visit.input).length > 0)
        deny.saying(4001, 'Extra key found in JSON');
      const row = recordOf(visit, placeOf(kind.path, visit.params), visit.params.id);
      row.is_trashed = false;
      row.deleted_time = null;
      return done('Restored successfully.');
    }),
  ];
}

/** §3.8: a live solution cannot be deleted. */
function solutionRoutes(): readonly Endpoint[] {
  const { remove } = routesOf('solutions');
  return [
    ...plain(solutions).filter(({ method }) => method !== 'DELETE'),
    ...trashRoutes(solutions),
    remove('/solutions/{id}', visit => {
      const row = recordOf(visit, 'solutions', visit.params.id);
      if (row.is_trashed !== true) deny.saying(4001, 'Not in trash');
      table(visit.tenant, 'solutions').delete(String(row.id));
      return done('Deleted successfully.');
    }),
  ];
}

export const CI_TYPES = ['ci_workstation', 'ci_router'];

export const moduleRoutes: readonly Endpoint[] = [
  ...plain(problems),
  ...plain(changes),
  ...trashRoutes(changes),
  ...plain(releases),
  ...plain(projects),
  ...plain(milestones),
  ...plain(members),
  ...plain(comments),
  ...plain(taskKind(inProject('tasks'), 'projects')),
  ...plain(taskKind(`${inProject('milestones')}/{milestone_id}/tasks`, 'projects')),
  ...plain(assets),
  ...plain(workstations),
  ...CI_TYPES.flatMap(type => plain(ci(type)).filter(({ method }) => method !== 'DELETE')),
  ...solutionRoutes(),
  ...plain(topics),
];
