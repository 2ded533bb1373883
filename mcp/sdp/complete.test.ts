import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presentTool } from '../kit/catalog.ts';
import { catalogOf } from '../kit/derive.ts';
import { sdp } from './index.ts';

const catalog = catalogOf(sdp);
const actions = catalog.tools.flatMap(tool => tool.actions);

/** The numbers in titles that begin with a letter and a number. */
function numbersInTitles(letter: string): number[] {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  const text = files.map(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  const found = text.matchAll(new RegExp(`['"\`]${letter}(\\d+): `, 'g'));
  return [...new Set([...found].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/**
 * The rows of §3 and §4, by section: name, kind (R, W, D), module and operation of its scope (`-`: none). What the sheet has as
 * a family ("notes / tasks / worklogs: as requests") is written out.
 */
const ROWS = `
§3.1 requests
list_requests R READ | search_requests R READ | advanced_search_requests R READ | get_request R READ | create_request W CREATE
update_request W UPDATE | set_request_status W UPDATE | close_request W UPDATE | resolve_request W UPDATE | pickup_request W UPDATE
assign_request W UPDATE | trash_request D DELETE | restore_request W UPDATE | delete_request D DELETE | merge_requests D UPDATE
link_requests W UPDATE | unlink_requests W UPDATE | list_linked_requests R READ | get_request_summary R READ
associate_request W UPDATE | dissociate_request W UPDATE | list_request_views R READ
§3.2 requests
list_request_notes R READ | get_request_note R READ | add_request_note W UPDATE | update_request_note W UPDATE
delete_request_note D DELETE | get_request_conversation R READ | list_request_notifications R READ | reply_to_requester W UPDATE
§3.3 requests
get_request_resolution R READ | set_request_resolution W UPDATE | list_request_worklogs R READ | add_request_worklog W UPDATE
update_request_worklog W UPDATE | delete_request_worklog D DELETE | list_request_tasks R READ | get_request_task R READ
add_request_task W UPDATE | update_request_task W UPDATE | delete_request_task D DELETE | add_request_task_worklog W UPDATE
list_request_task_worklogs R READ | update_request_task_worklog W UPDATE | delete_request_task_worklog D DELETE
list_request_attachments R READ | download_request_attachment R READ | add_request_attachment W UPDATE
delete_request_attachment D DELETE | list_request_approvals R READ | add_request_approval W UPDATE
send_request_approval_notification W UPDATE | approve_request W UPDATE | reject_request W UPDATE
delete_request_approval D DELETE | delete_request_approval_level D DELETE
§3.4 problems
list_problems R READ | search_problems R READ | get_problem R READ | create_problem W CREATE | update_problem W UPDATE
close_problem W UPDATE | delete_problem D DELETE
list_problem_notes R READ | get_problem_note R READ | add_problem_note W UPDATE | update_problem_note W UPDATE | delete_problem_note D DELETE
list_problem_tasks R READ | get_problem_task R READ | add_problem_task W UPDATE | update_problem_task W UPDATE | delete_problem_task D DELETE
list_problem_worklogs R READ | add_problem_worklog W UPDATE | update_problem_worklog W UPDATE | delete_problem_worklog D DELETE
list_problem_approvals R READ | add_problem_approval W UPDATE | send_problem_approval_notification W UPDATE | approve_problem W UPDATE
reject_problem W UPDATE | delete_problem_approval D DELETE | delete_problem_approval_level D DELETE
§3.5 changes
list_changes R READ | search_changes R READ | get_change R READ | create_change W CREATE | update_change W UPDATE
close_change W UPDATE | trash_change D DELETE | restore_change W UPDATE | delete_change D DELETE
list_change_approvals R READ | approve_change W UPDATE | reject_change W UPDATE
list_change_notes R READ | get_change_note R READ | add_change_note W UPDATE | update_change_note W UPDATE | delete_change_note D DELETE
list_change_tasks R READ | get_change_task R READ | add_change_task W UPDATE | update_change_task W UPDATE | delete_change_task D DELETE
list_change_worklogs R READ | add_change_worklog W UPDATE | update_change_worklog W UPDATE | delete_change_worklog D DELETE
§3.5 releases
list_releases R READ | get_release R READ | create_release W CREATE | update_release W UPDATE | delete_release D DELETE
§3.6 projects
list_projects R READ | get_project R READ | create_project W CREATE | update_project W UPDATE | delete_project D DELETE
list_project_milestones R READ | add_project_milestone W UPDATE | update_project_milestone W UPDATE
list_project_tasks R READ | add_project_task W UPDATE | update_project_task W UPDATE
list_project_members R READ | add_project_member W CREATE | remove_project_member D DELETE
add_project_comment W CREATE | list_project_comments R READ
§3.7 assets
list_assets R READ | search_assets R READ | get_asset R READ | create_asset W CREATE | update_asset W UPDATE | assign_asset W UPDATE
set_asset_state W UPDATE | delete_asset D DELETE | list_workstations R READ | list_products R READ | list_product_types R READ
§3.7 cmdb
list_cis R READ | get_ci R READ | create_ci W CREATE | update_ci W UPDATE
§3.8 solutions
list_solutions R READ | search_solutions R READ | get_solution R READ | create_solution W CREATE | update_solution W UPDATE
approve_solution W UPDATE | reject_solution W UPDATE | delete_solution D DELETE | list_topics R READ | create_topic W CREATE
§3.9 users
list_users R READ | search_users R READ | get_user R READ | list_requesters R READ | get_requester R READ | list_technicians R READ
get_technician R READ | find_technician R READ
§3.10 setup
get_metadata R READ
§4 -
list_tenants R - | get_tenant R - | test_tenant_connection R - | get_tenant_health R - | get_rate_limit_status R -
get_circuit_status R - | reset_circuit W - | refresh_tenant_token W - | get_audit_log R - | list_available_scopes R -
`;

/** What mails people is an action of its own, so that a private note needs no approval. */
const OURS = ['notify_people_of_request', 'add_visible_request_note'];

const KINDS: Readonly<Record<string, string>> = { R: 'read', W: 'write', D: 'destructive' };
const rows = ROWS.trim()
  .split(/^(?=§)/m)
  .flatMap(section => {
    const [head = '', ...lines] = section.trim().split('\n');
    const [number = '', module = ''] = head.split(' ');
    return lines.flatMap(line =>
      line.split(' | ').map(cell => {
        const [name = '', kind = '', op = ''] = cell.trim().split(' ');
        return { section: number, module, name, effect: KINDS[kind], op };
      }),
    );
  });

describe('the tests', () => {
  it('show for all 19 defects of the original that they are avoided', () => {
    expect(numbersInTitles('S')).toEqual(upTo(19));
  });

  it('show for all 27 traps of the vendor that none is walked into', () => {
    expect(numbersInTitles('V')).toEqual(upTo(27));
  });
});

describe('the catalogue', () => {
  it('has every row of §3 and §4, with its kind and its scope, and nothing else', () => {
    expect(actions.map(({ name }) => name).sort()).toEqual([...rows.map(({ name }) => name), ...OURS].sort());
    for (const { name, effect, module, op } of rows) {
      const action = actions.find(one => one.name === name);
      expect(action, name).toMatchObject({ name, effect, flatName: name });
      if (op === '-') expect([name, action?.scopes]).toEqual([name, null]);
      else
        expect([name, action?.scopes]).toEqual([
          name,
          expect.arrayContaining([`SDPOnDemand.${module}.${op}`, `SDPOnDemand.${module}.ALL`]),
        ]);
    }
  });

  it('costs an assistant little: at most 20 tools', () => {
    expect(catalog.tools).toHaveLength(20);
    const list = JSON.stringify(catalog.tools.map(tool => presentTool(tool, () => true)));
    // About four characters for a token.
    expect(list.length / 4).toBeLessThan(21_000);
  });

  it('has a name of its own for every action, so that each can be a tool', () => {
    expect(new Set(actions.map(({ flatName }) => flatName)).size).toBe(actions.length);
  });

  it('marks what mails people, and wants a confirmation for what cannot be undone', () => {
    const marked = actions.filter(({ flags }) => flags.includes('contactsPeople')).map(({ name }) => name);
    expect(marked).toEqual([
      'notify_people_of_request',
      'add_visible_request_note',
      'reply_to_requester',
      'send_request_approval_notification',
      'send_problem_approval_notification',
    ]);
    for (const { name, effect, required } of actions)
      expect([name, required.includes('confirm')]).toEqual([name, effect === 'destructive']);
    const mailing = /notify_technician|show_to_requester|email_ids_to_notify|cc/;
    for (const { name, parameters } of actions)
      if (!marked.includes(name)) expect([name, parameters.filter(one => mailing.test(one))]).toEqual([name, []]);
  });

  it('asks nobody for a tenant: a connection is one', () => {
    expect(actions.flatMap(({ parameters }) => parameters)).not.toContain('tenant_id');
  });

  it('takes ids as text, never as numbers', () => {
    for (const tool of catalog.tools) {
      const { properties } = tool.inputSchema as { properties: Record<string, { type?: string }> };
      for (const [name, { type }] of Object.entries(properties))
        if (name.endsWith('_id')) expect([tool.name, name, type]).toEqual([tool.name, name, 'string']);
    }
  });
});
