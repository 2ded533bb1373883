import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './testing.ts';

type Members = Readonly<Record<string, unknown>>;
const item = (value: unknown): Members => (typeof value === 'object' && value !== null ? (value as Members) : {});
const idIn = (fields: Members, name: string): string => String(item(fields[name]).id);
const items = (fields: Members): readonly Members[] => (Array.isArray(fields.items) ? fields.items : []);

let rig: Rig;
/** Every action that a test here has called and that succeeded. */
const done = new Set<string>();
const ok = async (name: string, input: object = {}): Promise<Members> => {
  const fields = await rig.ok(name, input);
  done.add(name);
  return fields;
};

beforeAll(async () => {
  rig = await startRig({ switches: { resolutionRequired: false } });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const confirm = true;
const LOG = 'first line\r\n--boundary? \u00e9\n';

describe('every action does what it says', () => {
  it('requests', async () => {
    expect(
      items(await ok('list_requests', { limit: 5, status: 'Open', technician: 'ravi.nair@northwind.example' })),
    ).not.toEqual([]);
    expect(items(await ok('search_requests', { query: 'VPN', fields: ['priority'] }))[0]).toHaveProperty(
      'priority.name',
    );
    expect(items(await ok('list_request_views'))).toHaveLength(4);
    const found = await ok('advanced_search_requests', {
      criteria: [
        {
          field: 'subject',
          condition: 'contains',
          value: 'Printer',
          children: [{ field: 'status.name', condition: 'is', value: 'Open' }],
        },
      ],
      include_total: true,
    });
    expect(found.total_count).toBe(items(found).length);
    const request_id = idIn(
      await ok('create_request', {
        subject: 'Broken chair',
        requester_email: 'MIRA.Olsen@northwind.example',
        priority: 'High',
        udf_fields: { udf_char1: 'x' },
      }),
      'request',
    );
    expect(await ok('get_request', { request_id })).toMatchObject({
      request: { subject: 'Broken chair', requester: { name: 'Mira Olsen' }, priority: { name: 'High' } },
    });
    await ok('update_request', {
      request_id,
      category: 'Hardware',
      subcategory: 'Laptop',
      due_by_time: '2030-01-01T09:00:00+01:00',
    });
    expect(await ok('pickup_request', { request_id })).toMatchObject({ message: 'Request(s) picked up successfully.' });
    expect(await ok('assign_request', { request_id, technician: 'Dana Cole', group: 'Hardware' })).toMatchObject({
      verified: true,
      request: { technician: { name: 'Dana Cole' } },
    });
    await ok('notify_people_of_request', { request_id, emails: ['boss@northwind.example'] });
    await ok('set_request_status', { request_id, status: 'In Progress', comments: 'at it' });
    await ok('set_request_resolution', { request_id, content: 'New chair' });
    expect(await ok('get_request_resolution', { request_id })).toMatchObject({ resolution: { content: 'New chair' } });
    await ok('resolve_request', { request_id, resolution: 'Chair came' });
    expect(
      await ok('close_request', { request_id, closure_comments: '<b>fine</b>', closure_code: 'Success' }),
    ).toMatchObject({ verified: true, request: { status: { name: 'Closed' } } });
    expect(await ok('get_request_summary', { request_id })).toMatchObject({ summary: { notes_count: 0 } });
    await ok('trash_request', { request_id, confirm });
    await ok('restore_request', { request_id });
    await ok('trash_request', { request_id, confirm });
    await ok('delete_request', { request_id, confirm });
    const [one, two] = await Promise.all(
      ['a', 'b'].map(async subject => idIn(await ok('create_request', { subject }), 'request')),
    );
    await ok('merge_requests', { request_id: one, merge_ids: [two], confirm });
    expect(await rig.fails('get_request', { request_id: two })).toMatchObject({ code: 'GH_NOT_FOUND' });
  });

  it('links of requests', async () => {
    const request_id = '101';
    const linked_ids = [rig.idOf('requests', '102')];
    await ok('link_requests', { request_id, linked_ids, comment: 'same' });
    expect(items(await ok('list_linked_requests', { request_id }))).toHaveLength(1);
    await ok('unlink_requests', { request_id, linked_ids });
    expect(items(await ok('list_linked_requests', { request_id }))).toHaveLength(0);
    const targets = {
      problem: 'problems',
      initiated_change: 'changes',
      caused_by_change: 'changes',
      project: 'projects',
    };
    for (const [kind, table] of Object.entries(targets)) {
      await ok('associate_request', { request_id, kind, target_id: rig.idOf(table) });
      await ok('dissociate_request', { request_id, kind, target_id: rig.idOf(table) });
    }
  });

  it.each(['request', 'problem', 'change'])('notes, tasks and worklogs of a %s', async name => {
    const parent = { [`${name}_id`]: rig.idOf(`${name}s`) };
    const note_id = idIn(await ok(`add_${name}_note`, { ...parent, text: 'Called.\nNobody there' }), 'note');
    expect(items(await ok(`list_${name}_notes`, parent))[0]).toMatchObject({ description: 'Called.\nNobody there' });
    await ok(`update_${name}_note`, { ...parent, note_id, text: 'Called twice' });
    expect(await ok(`get_${name}_note`, { ...parent, note_id })).toMatchObject({
      note: { description: 'Called twice', added_by: { name: 'Api User' } },
    });
    await ok(`delete_${name}_note`, { ...parent, note_id, confirm });
    const task_id = idIn(
      await ok(`add_${name}_task`, {
        ...parent,
        title: 'Order it',
        owner: 'ravi.nair@northwind.example',
        estimated_effort_hours: 2,
      }),
      'task',
    );
    expect(items(await ok(`list_${name}_tasks`, parent))).toHaveLength(1);
    await ok(`update_${name}_task`, { ...parent, task_id, percentage_completion: 30 });
    expect(await ok(`get_${name}_task`, { ...parent, task_id })).toMatchObject({
      task: { percentage_completion: '30' },
    });
    if (name === 'request') {
      const at = { ...parent, task_id };
      const worklog_id = idIn(
        await ok('add_request_task_worklog', { ...at, owner: 'Dana Cole', minutes: 5 }),
        'worklog',
      );
      expect(items(await ok('list_request_task_worklogs', at))).toHaveLength(1);
      await ok('update_request_task_worklog', { ...at, worklog_id, hours: 1 });
      await ok('delete_request_task_worklog', { ...at, worklog_id, confirm });
    }
    await ok(`delete_${name}_task`, { ...parent, task_id, confirm });
    const worklog_id = idIn(
      await ok(`add_${name}_worklog`, {
        ...parent,
        owner: 'dana.cole@northwind.example',
        hours: 1,
        minutes: 30,
        start_time: '2026-01-07T08:30:00Z',
      }),
      'worklog',
    );
    expect(items(await ok(`list_${name}_worklogs`, parent))[0]).toMatchObject({
      time_spent: { hours: '1', minutes: '30' },
    });
    await ok(`update_${name}_worklog`, { ...parent, worklog_id, description: 'Traced it' });
    await ok(`delete_${name}_worklog`, { ...parent, worklog_id, confirm });
  });

  it('conversations and mails', async () => {
    const request_id = '103';
    await ok('add_visible_request_note', { request_id, text: 'We are on it' });
    expect(rig.lastInput('POST')).toMatchObject({ request_note: { show_to_requester: true } });
    expect(await ok('reply_to_requester', { request_id, text: 'Hello', cc: ['x@northwind.example'] })).toMatchObject({
      delivery: expect.stringContaining('reply'),
    });
    expect(items(await ok('get_request_conversation', { request_id }))).toHaveLength(1);
    expect(items(await ok('list_request_notifications', { request_id }))).toHaveLength(1);
  });

  it('attachments', async () => {
    const request_id = '104';
    const folder = join(rig.folder, 'downloads');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'träce.txt'), LOG);
    const attachment_id = idIn(
      await ok('add_request_attachment', { request_id, file: 'träce.txt', description: 'log' }),
      'attachment',
    );
    expect(items(await ok('list_request_attachments', { request_id }))[0]).toMatchObject({
      name: 'träce.txt',
      size: Buffer.byteLength(LOG),
    });
    const { file } = await ok('download_request_attachment', { request_id, attachment_id });
    expect(readFileSync(String(file), 'utf8')).toBe(LOG);
    await ok('delete_request_attachment', { request_id, attachment_id, confirm });
  });

  it.each(['request', 'problem'])('approvals of a %s', async name => {
    const parent = { [`${name}_id`]: rig.idOf(`${name}s`) };
    await ok(`add_${name}_approval`, { ...parent, approver_emails: ['Dana.Cole@northwind.example'] });
    const { levels, overall } = await ok(`list_${name}_approvals`, parent);
    expect(overall).toBe('pending');
    const [level] = levels as readonly (Members & { readonly approvals: readonly Members[] })[];
    const level_id = level?.id;
    await ok(`add_${name}_approval`, { ...parent, level_id, approver_emails: ['ravi.nair@northwind.example'] });
    const one = { ...parent, level_id, approval_id: level?.approvals[0]?.id };
    await ok(`send_${name}_approval_notification`, one);
    await ok(`reject_${name}`, { ...one, comments: 'no' });
    expect(await ok(`list_${name}_approvals`, parent)).toMatchObject({ overall: 'rejected' });
    await ok(`approve_${name}`, { ...one, comments: 'yes' });
    expect(await ok(`list_${name}_approvals`, parent)).toMatchObject({ overall: 'approved' });
    await ok(`delete_${name}_approval`, { ...one, confirm });
    await ok(`delete_${name}_approval_level`, { ...parent, level_id, confirm });
    expect(await ok(`list_${name}_approvals`, parent)).toMatchObject({ overall: 'none' });
  });

  it('problems', async () => {
    const problem_id = idIn(
      await ok('create_problem', { title: 'Printers fail', reported_by: 'Mira Olsen' }),
      'problem',
    );
    await ok('update_problem', {
      problem_id,
      root_cause: 'Old driver',
      is_known_error: true,
      known_error_comments: 'see vendor',
    });
    expect(rig.lastInput('PUT')).toEqual({
      problem: {
        root_cause: { root_cause_description: 'Old driver' },
        known_error_details: { is_known_error: true, known_error_comments: 'see vendor' },
      },
    });
    expect(await ok('get_problem', { problem_id })).toMatchObject({
      problem: { display_id: expect.stringMatching(/^PRB-/) },
    });
    expect(items(await ok('list_problems', { status: 'Open' })).length).toBeGreaterThan(1);
    expect(items(await ok('search_problems', { query: 'Printers fail' }))).toHaveLength(1);
    await ok('close_problem', { problem_id, comments: 'new driver' });
    await ok('delete_problem', { problem_id, confirm });
  });

  it('changes', async () => {
    expect(
      items(await ok('list_changes', { scheduled_after: '2020-01-01', scheduled_before: '2099-01-01' })),
    ).toHaveLength(3);
    expect(items(await ok('search_changes', { query: 'router' }))).toHaveLength(1);
    const change_id = idIn(await ok('create_change', { title: 'New switch', roll_out_plan: 'Swap it' }), 'change');
    await ok('update_change', { change_id, status: 'In Progress', comment: 'begun' });
    expect(await ok('get_change', { change_id })).toMatchObject({ change: { status: { name: 'In Progress' } } });
    for (const stage of ['Planning', 'Approval', 'Implementation', 'Review'])
      await ok('update_change', { change_id, stage });
    expect(await ok('close_change', { change_id, comment: 'done' })).toMatchObject({
      change: { stage: { name: 'Close' } },
    });
    await ok('trash_change', { change_id, confirm });
    await ok('restore_change', { change_id });
    await ok('delete_change', { change_id, confirm });
    const change = { change_id: rig.idOf('changes', 'Replace edge router') };
    const { levels, overall } = await ok('list_change_approvals', change);
    expect(overall).toBe('pending');
    const [level] = levels as readonly (Members & { readonly approvals: readonly Members[] })[];
    const one = { ...change, level_id: level?.id, approval_id: level?.approvals[0]?.id };
    await ok('reject_change', one);
    await ok('approve_change', one);
    expect(await ok('list_change_approvals', change)).toMatchObject({ overall: 'approved' });
  });

  it('releases and projects', async () => {
    const release_id = idIn(await ok('create_release', { title: 'Spring' }), 'release');
    await ok('update_release', { release_id, release_manager: 'Dana Cole' });
    await ok('get_release', { release_id });
    expect(items(await ok('list_releases', { query: 'Spring' }))).toHaveLength(1);
    await ok('delete_release', { release_id, confirm });
    const project_id = idIn(await ok('create_project', { title: 'Move' }), 'project');
    const project = { project_id };
    await ok('update_project', { project_id, project_code: 'MV-1' });
    expect(await ok('get_project', project)).toMatchObject({ project: { project_code: 'MV-1', display_id: 'PJT-2' } });
    expect(items(await ok('list_projects', { query: 'Move' }))).toHaveLength(1);
    const milestone_id = idIn(await ok('add_project_milestone', { ...project, title: 'Pack' }), 'milestone');
    await ok('update_project_milestone', { ...project, milestone_id, status: 'Closed' });
    expect(items(await ok('list_project_milestones', project))).toHaveLength(1);
    const task_id = idIn(await ok('add_project_task', { ...project, milestone_id, title: 'Boxes' }), 'task');
    await ok('update_project_task', { ...project, milestone_id, task_id, status: 'Closed' });
    expect(items(await ok('list_project_tasks', { ...project, milestone_id }))).toHaveLength(1);
    expect(items(await ok('list_project_tasks', project))).toHaveLength(0);
    const member_id = idIn(
      await ok('add_project_member', { ...project, user: 'mira.olsen@northwind.example' }),
      'member',
    );
    expect(items(await ok('list_project_members', project))[0]).toMatchObject({ person: { name: 'Mira Olsen' } });
    await ok('remove_project_member', { ...project, member_id, confirm });
    await ok('add_project_comment', { ...project, text: 'Good' });
    expect(items(await ok('list_project_comments', project))[0]).toMatchObject({ content: 'Good' });
    await ok('delete_project', { ...project, confirm });
  });

  it('assets and configuration items', async () => {
    expect(items(await ok('list_assets', { state: 'In Use', limit: 100 }))).toHaveLength(6);
    expect(items(await ok('search_assets', { query: 'LT-0007' }))).toHaveLength(1);
    const asset_id = idIn(
      await ok('create_asset', { name: 'LT-1000', product: 'ProBook 450', asset_tag: 'A-1000' }),
      'asset',
    );
    await ok('update_asset', { asset_id, location: 'Shelf' });
    await ok('assign_asset', { asset_id, user: 'mira.olsen@northwind.example', department: 'Sales' });
    await ok('set_asset_state', { asset_id, state: 'In Repair', state_history_comments: 'fan' });
    expect(await ok('get_asset', { asset_id })).toMatchObject({
      asset: { state: { name: 'In Repair' }, user: { name: 'Mira Olsen' } },
    });
    await ok('delete_asset', { asset_id, confirm });
    expect(items(await ok('list_workstations', { all: true }))).toHaveLength(12);
    for (const name of ['list_products', 'list_product_types']) expect(items(await ok(name))).toHaveLength(2);
    const ci_type = 'ci_workstation';
    const ci_id = idIn(
      await ok('create_ci', { ci_type, name: 'pc-9', attributes: { txt_ip_address: '10.0.0.9' } }),
      'ci',
    );
    await ok('update_ci', { ci_type, ci_id, description: 'spare' });
    expect(await ok('get_ci', { ci_type, ci_id })).toMatchObject({ ci: { name: 'pc-9', description: 'spare' } });
    expect(items(await ok('list_cis', { ci_type, query: 'pc-' }))).toHaveLength(1);
  });

  it('solutions', async () => {
    expect(items(await ok('list_solutions', { view: 'ApprovedSolutions' }))).toHaveLength(6);
    expect(items(await ok('search_solutions', { query: 'how-to', topic: 'General' }))).toHaveLength(6);
    const topic = idIn(await ok('create_topic', { name: 'Telephony' }), 'topic');
    expect(items(await ok('list_topics'))).toHaveLength(3);
    const solution_id = idIn(
      await ok('create_solution', { title: 'Dial out', topic, description: 'Press 0' }),
      'solution',
    );
    await ok('update_solution', { solution_id, keywords: 'phone' });
    await ok('approve_solution', { solution_id });
    await ok('reject_solution', { solution_id });
    expect(await ok('get_solution', { solution_id })).toMatchObject({
      solution: { approval_status: { name: 'Rejected' } },
    });
    await ok('delete_solution', { solution_id, confirm });
  });

  it('people, choices and the connection itself', async () => {
    expect(items(await ok('list_users', { all: true }))).toHaveLength(11);
    const [{ id: user_id } = {}] = items(await ok('search_users', { query: 'Mira' }));
    expect(await ok('get_user', { user_id })).toMatchObject({ user: { name: 'Mira Olsen' } });
    expect(items(await ok('list_requesters'))).toHaveLength(8);
    await ok('get_requester', { requester_id: user_id });
    const [{ id: technician_id } = {}] = items(await ok('list_technicians'));
    await ok('get_technician', { technician_id });
    expect(await ok('find_technician', { search: 'Nair' })).toMatchObject({
      technician: { name: 'Ravi Nair' },
      source: 'technicians',
    });
    expect(items(await ok('get_metadata', { kind: 'priority' })).map(({ name }) => name)).toEqual([
      'Low',
      'Normal',
      'High',
      'Urgent',
    ]);
    for (const name of [
      'list_tenants',
      'get_tenant',
      'test_tenant_connection',
      'get_tenant_health',
      'get_rate_limit_status',
    ])
      await ok(name);
    for (const name of ['get_circuit_status', 'reset_circuit', 'refresh_tenant_token', 'list_available_scopes'])
      await ok(name);
    expect(items(await ok('get_audit_log', { limit: 3 }))).toHaveLength(3);
  });

  it('and no action is left out', () => {
    const all = rig.account.catalog.tools.flatMap(({ actions }) => actions.map(({ name }) => name));
    expect(all.filter(name => !done.has(name))).toEqual([]);
  });
});
