import { createRandom } from '../../kit/sandbox.ts';
import { moment, type Row, referenceTo, type Tenant, table, userOf } from './world.ts';

interface Plan {
  readonly name: string;
  readonly portal: string;
  readonly dataCentre: string;
  /** The digits with which every id begins. */
  readonly prefix: string;
  readonly domain: string;
  /** Open, on hold, in progress, resolved, closed, cancelled. */
  readonly statuses: readonly string[];
  readonly priorities: readonly string[];
  readonly technicians: readonly string[];
  readonly requesters: readonly string[];
}

/** Two customers in two data centres (§8): other names for the same things, the same display ids, no id in common. */
export const PLANS: readonly Plan[] = [
  {
    name: 'us',
    portal: 'itdesk',
    dataCentre: 'US',
    prefix: '204781',
    domain: 'northwind.example',
    statuses: ['Open', 'On Hold', 'In Progress', 'Resolved', 'Closed', 'Cancelled'],
    priorities: ['Low', 'Normal', 'High', 'Urgent'],
    technicians: ['Ravi Nair', 'Dana Cole', 'Api User'],
    requesters: ['Mira Olsen', 'Tom Baker', 'Ana Silva', 'Ken Ito', 'Lea Blum', 'Omar Haddad', 'Eva Novak', 'Ian Reed'],
  },
  {
    name: 'eu',
    portal: 'helpdesk',
    dataCentre: 'EU',
    prefix: '118342',
    domain: 'contoso.example',
    statuses: ['Offen', 'Wartet', 'In Arbeit', 'Gelöst', 'Geschlossen', 'Storniert'],
    priorities: ['P4', 'P3', 'P2', 'P1'],
    technicians: ['Jana Weber', 'Luc Moreau', 'Schnittstelle'],
    requesters: [
      'Nina Graf',
      'Paul Lenz',
      'Rosa Conti',
      'Sven Dahl',
      'Tara Quinn',
      'Ugo Ricci',
      'Vera Horn',
      'Wim Bos',
    ],
  },
];

const INTERNAL = ['Open', 'Onhold', 'In Progress', 'Resolved', 'Closed', 'Canceled'];
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  Network: ['VPN', 'Wi-Fi'],
  Hardware: ['Laptop', 'Printer'],
  Software: ['Office', 'ERP'],
  Accounts: ['Password', 'Access'],
  Telephony: ['Mobile', 'Desk phone'],
};
const NAMED: Readonly<Record<string, readonly string[]>> = {
  modes: ['E-Mail', 'Phone Call', 'Web Form'],
  urgencies: ['Low', 'Normal', 'High'],
  impacts: ['Affects User', 'Affects Group', 'Affects Business'],
  levels: ['Tier 1', 'Tier 2', 'Tier 3'],
  request_types: ['Incident', 'Service Request'],
  sites: ['Oslo', 'Lisbon'],
  departments: ['Finance', 'Sales', 'IT'],
  groups: ['Network', 'Hardware', 'Applications', 'Service desk'],
  worklog_types: ['Investigation', 'Repair'],
  task_types: ['Work', 'Review'],
  task_statuses: ['Open', 'In Progress', 'Closed'],
  change_types: ['Standard', 'Normal', 'Emergency'],
  change_risks: ['Low', 'High'],
  reasons_for_change: ['Maintenance', 'New feature'],
  change_stages: ['Submission', 'Planning', 'Approval', 'Implementation', 'Review', 'Close'],
  change_statuses: ['Requested', 'In Progress', 'Approval Pending', 'Completed'],
  change_templates: ['General Template'],
  change_workflows: ['General Change Workflow'],
  problem_statuses: ['Open', 'In Progress', 'Closed'],
  problem_templates: ['Default Problem'],
  project_statuses: ['Open', 'Closed'],
  project_types: ['Internal'],
  asset_states: ['In Use', 'In Store', 'In Repair', 'Expired', 'Disposed', 'Loaned'],
  product_types: ['Workstation', 'Router'],
  products: ['ProBook 450', 'EdgeRouter 4'],
  solution_statuses: ['Unapproved', 'Approved', 'Rejected', 'Approval Pending'],
  approval_statuses: ['Pending Approval', 'Approved', 'Rejected'],
  service_categories: ['User Administration'],
  topics: ['General', 'Network'],
};
const SUBJECTS = [
  'VPN drops every hour',
  'Printer on floor 2 jams',
  'Cannot open the ERP',
  'New laptop needed',
  'Password expired',
  'Wi-Fi is slow in room 12',
  'Desk phone has no tone',
  'Office asks for a licence',
];
const DAY_MS = 86_400_000;

/** A customer with the data that §8 lists. `now` in ms: everything lies within the 30 days before. */
export function createTenant(plan: Plan, now: number): Tenant {
  let ids = 310_000;
  const displays = new Map<string, number>([['requests', 100]]);
  const tenant: Tenant = {
    name: plan.name,
    portal: plan.portal,
    dataCentre: plan.dataCentre,
    tables: new Map(),
    files: new Map(),
    merged: new Set(),
    newId: () => {
      ids += 1;
      return plan.prefix + String(ids).padStart(12, '0');
    },
    nextDisplay(module) {
      const next = (displays.get(module) ?? 0) + 1;
      displays.set(module, next);
      return next;
    },
    user: {},
  };
  const add = (name: string, row: Row): Row => {
    const whole = { id: tenant.newId(), ...row };
    table(tenant, name).set(whole.id, whole);
    return whole;
  };
  const lists = new Map(
    Object.entries(NAMED).map(([name, words]) => [
      name,
      words.map(word => add(name, { name: word, description: null })),
    ]),
  );
  addPeople(plan, tenant, add);
  addLookups(plan, add);
  addRequests(plan, tenant, add, now);
  addOthers(tenant, add, now, name => lists.get(name) ?? []);
  return tenant;
}

type Add = (table: string, row: Row) => Row;

function addPeople(plan: Plan, tenant: Tenant, add: Add): void {
  for (const [index, name] of [...plan.technicians, ...plan.requesters].entries()) {
    const [first = '', last = ''] = name.split(' ');
    const row = add('users', {
      name,
      first_name: first,
      last_name: last,
      email_id: `${name.toLowerCase().replaceAll(' ', '.')}@${plan.domain}`,
      phone: null,
      department: null,
      is_technician: index < plan.technicians.length,
      is_vip_user: index === plan.technicians.length,
      status: 'ACTIVE',
    });
    if (index === plan.technicians.length - 1) tenant.user = row;
  }
}

function addLookups(plan: Plan, add: Add): void {
  for (const name of plan.priorities) add('priorities', { name, color: '#ff0000', description: null });
  for (const [index, name] of plan.statuses.entries()) {
    add('statuses', {
      name,
      internal_name: INTERNAL[index],
      in_progress: index < 3,
      stop_timer: index !== 0 && index !== 2,
      color: '#0066ff',
    });
  }
  for (const [name, parts] of Object.entries(CATEGORIES)) {
    const category = add('categories', { name, description: null });
    for (const part of parts) {
      const sub = add('subcategories', { name: part, category_id: category.id, category: referenceTo(category) });
      add('items', { name: `${part} failure`, subcategory_id: sub.id });
    }
  }
  add('request_templates', { name: 'Default Request', is_service_template: false, strict: false });
  add('request_templates', { name: 'Strict incident', is_service_template: false, strict: true });
  for (const name of ['Success', 'Cancelled'])
    add('closure_codes', { name, description: null, module: { name: 'request' }, inactive: false });
  add('closure_codes', { name: 'Known error', description: null, module: { name: 'problem' }, inactive: false });
}

function addRequests(plan: Plan, tenant: Tenant, add: Add, now: number): void {
  const random = createRandom('sdp', plan.name);
  const any = (name: string): Row => {
    const rows = [...table(tenant, name).values()];
    return rows[Math.floor(random() * rows.length)] ?? {};
  };
  const people = [...table(tenant, 'users').values()];
  const technicians = people.filter(row => row.is_technician);
  const requesters = people.filter(row => !row.is_technician);
  const statuses = [...table(tenant, 'statuses').values()];
  for (let n = 0; n < 40; n++) {
    const at = now - 30 * DAY_MS + n * ((29 * DAY_MS) / 40);
    // The last ones are new; the first three are on hold, overdue and without resolution.
    const state = statuses[n === 0 ? 1 : n < 3 || n >= 30 ? 0 : Math.floor(random() * 5)] ?? {};
    const technician = n % 4 === 3 ? null : technicians[n % 2];
    const subject = SUBJECTS[n % SUBJECTS.length] ?? '';
    add('requests', {
      display_id: String(tenant.nextDisplay('requests')),
      subject,
      description: `<div>${subject}. <b>Please help</b> &amp; thank you.</div>`,
      status: referenceTo(state, 'internal_name', 'in_progress', 'stop_timer', 'color'),
      priority: referenceTo(any('priorities'), 'color'),
      category: referenceTo(any('categories')),
      group: referenceTo(any('groups')),
      template: referenceTo([...table(tenant, 'request_templates').values()][0] ?? {}),
      requester: userOf(requesters[n % requesters.length] ?? {}),
      created_by: userOf(tenant.user),
      technician: technician === null || technician === undefined ? null : userOf(technician),
      created_time: moment(at),
      last_updated_time: moment(at),
      due_by_time: n === 1 ? moment(now - DAY_MS) : n % 3 === 0 ? moment(at + 3 * DAY_MS) : null,
      responded_time: null,
      completed_time: state.in_progress === false ? moment(at + DAY_MS) : null,
      deleted_time: null,
      resolution: n === 2 ? null : { content: '<div>Restarted the service.</div>' },
      closure_info: null,
      onhold_scheduler: n === 0 ? { comments: 'Waiting for a part' } : null,
      attachments: [],
      udf_fields: { udf_char1: null },
      is_overdue: n === 1,
      is_trashed: false,
      is_service_request: false,
      has_notes: false,
      has_attachments: false,
      has_linked_requests: false,
      cancellation_requested: false,
      time_elapsed: '0',
    });
  }
}

function addOthers(tenant: Tenant, add: Add, now: number, list: (name: string) => readonly Row[]): void {
  const first = (name: string, index = 0): Row => referenceTo(list(name)[index] ?? {});
  const display = (module: string, prefix: string): Row => {
    const number = String(tenant.nextDisplay(module));
    return { value: number, display_value: `${prefix}-${number}` };
  };
  const [technician = {}] = table(tenant, 'users').values();
  for (const title of ['Recurring VPN drop', 'Printers lose their queue', 'Slow logon'])
    add('problems', {
      display_id: display('problems', 'PRB'),
      title,
      description: `<div>${title}</div>`,
      status: first('problem_statuses'),
      reported_time: moment(now - 5 * DAY_MS),
      created_time: moment(now - 5 * DAY_MS),
      technician: null,
      root_cause: { root_cause_description: null },
      udf_fields: {},
    });
  const changes = ['Replace edge router', 'Upgrade the ERP', 'Move the mail gateway'].map(title =>
    add('changes', {
      display_id: display('changes', 'CH'),
      title,
      description: `<div>${title}</div>`,
      stage: first('change_stages', 2),
      status: first('change_statuses', 2),
      change_type: first('change_types'),
      created_time: moment(now - 4 * DAY_MS),
      scheduled_start_time: moment(now + DAY_MS),
      scheduled_end_time: null,
      approval_status: null,
      assets: [],
      configuration_items: [],
      is_trashed: false,
      udf_fields: {},
    }),
  );
  const [change = {}] = changes;
  const level = add(`changes/${change.id}/approval_levels`, {
    level: 1,
    status: first('approval_statuses'),
    rule: { id: '1', name: 'Anyone to Approve' },
  });
  add(`changes/${change.id}/approval_levels/${level.id}/approvals`, {
    approver: userOf(technician),
    original_approver: null,
    status: first('approval_statuses'),
    comments: null,
    approval_level: { id: level.id },
    action_taken_on: null,
    mail_sent: true,
  });
  const project = add('projects', {
    display_id: display('projects', 'PJT'),
    project_code: 'NET-26',
    title: 'Network refresh',
    status: first('project_statuses'),
    owner: userOf(technician),
    created_time: moment(now - 20 * DAY_MS),
    percentage_completion: '0',
  });
  for (const title of ['Survey', 'Roll-out'])
    add(`projects/${project.id}/milestones`, { title, status: first('project_statuses') });
  for (let n = 1; n <= 12; n++) {
    const row = {
      name: `LT-${String(n).padStart(4, '0')}`,
      asset_tag: `A-${String(n).padStart(4, '0')}`,
      product: first('products'),
      product_type: first('product_types'),
      state: first('asset_states', n % 2),
      user: null,
      created_time: moment(now - n * DAY_MS),
      udf_fields: {},
    };
    const { id } = add('assets', row);
    table(tenant, 'workstations').set(String(id), { id, ...row });
    if (n <= 3) add('cmdb/ci_workstation', { name: row.name, description: null, ci_attributes: {} });
  }
  for (const title of [
    'Reset the VPN profile',
    'Map a printer',
    'Unlock an account',
    'Join the Wi-Fi',
    'Order a laptop',
    'Forward a phone',
  ])
    add('solutions', {
      title,
      description: `<p>Steps for: ${title}</p>`,
      topic: first('topics'),
      keywords: 'how-to',
      is_public: true,
      approval_status: first('solution_statuses', 1),
      no_of_hits: '4',
      created_time: moment(now - 15 * DAY_MS),
      attachments: [],
      is_trashed: false,
    });
}
