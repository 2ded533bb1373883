import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientSource } from './source.fixture.ts';
import { startRig } from './testing.ts';

/** Fact sheet §6.1: what the original got wrong. */
describe('the original', () => {
  it('S1: asked the service desk for tokens; ours come from the accounts host alone', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests');
    expect(rig.tokenRequests()).toHaveLength(1);
    expect(rig.sent().filter(({ path }) => path.includes('oauth'))).toEqual([]);
  });

  it('S2: failed when a refresh brought no refresh token, which it never does', async () => {
    await using rig = await startRig();
    await rig.ok('refresh_tenant_token');
    await rig.ok('refresh_tenant_token');
    expect(rig.stored.filter(({ field }) => field === 'refreshToken')).toEqual([]);
  });

  it('S3: split scopes that are not always there', async () => {
    await using rig = await startRig({ as: 'us-code', switches: { tellsScopes: false } });
    expect(await rig.account.signIn()).toMatchObject({ ok: true, scopes: null });
    await using told = await startRig({ as: 'us-code' });
    expect(await told.account.signIn()).toMatchObject({
      ok: true,
      scopes: expect.arrayContaining(['SDPOnDemand.setup.ALL']),
    });
  });

  it('S4: sent "Bearer"; ours says what the vendor documents', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests');
    const { authorizer } = await import('./index.ts').then(({ sdp }) => sdp);
    expect(authorizer).toBeTypeOf('function');
    expect(clientSource()).toContain('Zoho-oauthtoken ');
    expect(clientSource()).not.toMatch(/Bearer/);
  });

  it('S5: unwrapped answers twice; ours are there', async () => {
    await using rig = await startRig();
    expect(await rig.ok('get_request', { request_id: '101' })).toMatchObject({
      request: { display_id: '101', subject: expect.any(String) },
    });
    expect(await rig.ok('list_requests', { limit: 3 })).toMatchObject({
      items: [{}, {}, {}],
      returned: 3,
      has_more: true,
    });
  });

  it('S6: had codes of its own; ours are the vendor’s, from inside the answer', async () => {
    await using rig = await startRig();
    expect(await rig.fails('create_request', { subject: 'x', level: 'Tier 9' })).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      sdp_code: 4001,
      named_fields: ['level'],
    });
  });

  it('S7: sent loose parameters; ours stand in input_data', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', { limit: 7, start_index: 3 });
    const { query } = rig.sent('GET').at(-1) ?? {};
    expect(Object.keys(query ?? {})).toEqual(['input_data']);
    expect(rig.lastInput()).toEqual({
      list_info: { row_count: 7, start_index: 3, sort_field: 'created_time', sort_order: 'desc' },
    });
  });

  it('S8: filtered by views; ours are criteria, and a view is a view', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests', { status: 'Open' });
    expect(rig.lastInput()).toMatchObject({
      list_info: { search_criteria: { field: 'status.name', condition: 'is', value: 'Open' } },
    });
    const { items } = await rig.ok('list_requests', { view: 'Overdue_Requests' });
    expect(items).toHaveLength(1);
    expect(await rig.fails('list_requests', { view: 'Overdue_Requests', status: 'Open' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
  });

  it('S9: posted closures in a wrong place; ours stand in closure_info, and the code is an object', async () => {
    await using rig = await startRig();
    await rig.ok('close_request', {
      request_id: '104',
      closure_comments: 'done',
      closure_code: 'Success',
      resolution: 'ok',
    });
    expect(rig.sent('PUT').at(-1)?.path).toMatch(/\/close$/);
    expect(rig.lastInput('PUT')).toEqual({
      request: { closure_info: { closure_comments: 'done', closure_code: { name: 'Success' } } },
    });
  });

  it('S10: dropped what was given and added what was not; ours sends exactly the former', async () => {
    await using rig = await startRig();
    await rig.ok('create_request', { subject: 'x', requester_email: 'mira.olsen@northwind.example', priority: 'High' });
    expect(rig.lastInput('POST')).toEqual({
      request: { subject: 'x', requester: { email_id: 'mira.olsen@northwind.example' }, priority: { name: 'High' } },
    });
  });

  it('S11: knew the names of one customer; ours are those of the site', async () => {
    await using rig = await startRig({ as: 'eu' });
    const { items } = await rig.ok('get_metadata', { kind: 'priority' });
    expect(items).toMatchObject([{ name: 'P4' }, { name: 'P3' }, { name: 'P2' }, { name: 'P1' }]);
    expect(clientSource()).not.toMatch(/z - Medium|'P1'|'Urgent'/);
  });

  it('S12: began at 0 here and at 1 there; ours is 1 everywhere', async () => {
    await using rig = await startRig();
    for (const name of ['list_requests', 'list_problems', 'list_users']) {
      await rig.ok(name);
      expect(rig.lastInput()).toMatchObject({ list_info: { start_index: 1 } });
      expect(await rig.fails(name, { start_index: 0 })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    }
  });

  it('S13: looked for notes under another name; ours are found, and so is the conversation', async () => {
    await using rig = await startRig({ switches: { missingRoutes: ['conversations', 'notifications'] } });
    await rig.ok('add_request_note', { request_id: '101', text: 'Called' });
    expect(await rig.ok('list_request_notes', { request_id: '101' })).toMatchObject({
      items: [{ description: 'Called' }],
    });
    expect(await rig.ok('get_request_conversation', { request_id: '101' })).toMatchObject({
      items: [{ kind: 'note', description: 'Called' }],
      source: 'notes and mails',
    });
  });

  it('S14: swept refresh tokens away; a tenant that was idle for long works at once', async () => {
    let clock = Date.now();
    await using rig = await startRig({ now: () => clock, switches: { now: () => clock } });
    await rig.ok('list_requests', { limit: 1 });
    clock += 30 * 86_400_000;
    await rig.ok('list_requests', { limit: 1 });
    expect(rig.tokenRequests()).toHaveLength(2);
  });

  it('S15: knew a scope that does not exist, and none that holds others', async () => {
    await using rig = await startRig({ as: 'us-helpdesk' });
    await rig.ok('create_request', { subject: 'requests.ALL holds CREATE' });
    expect(rig.account.catalog.scopes.map(({ name }) => name)).not.toContain('SDPOnDemand.admin.ALL');
  });

  it('S16: had credentials in its code; ours has none, and writes none down', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests');
    expect(clientSource()).not.toMatch(/1000\.[0-9a-f]{32}|1000\.[A-Z0-9]{30}/);
    const kept = readdirSync(rig.folder).map(name => readFileSync(join(rig.folder, name), 'utf8'));
    const secrets = Object.entries(rig.sandbox.credentials[0]?.secrets ?? {}).filter(([name]) => name !== 'clientId');
    expect(secrets).toHaveLength(2);
    const issued = JSON.parse(rig.stored[0]?.value ?? '{}') as { readonly value: string };
    for (const secret of [...secrets.map(([, value]) => value), issued.value])
      expect(`${rig.stderr()}${kept.join()}`).not.toContain(secret);
  });

  it('S17: ran commands, read any file, imported tables; ours sends what is in one folder', async () => {
    await using rig = await startRig();
    const outside = join(rig.folder, 'secret.txt');
    writeFileSync(outside, 'x');
    await rig.ok('list_requests');
    for (const file of [outside, '../secret.txt', '/etc/passwd'])
      expect(await rig.fails('add_request_attachment', { request_id: '101', file })).toMatchObject({ code: 'GH_FILE' });
    const names = rig.account.catalog.tools.flatMap(({ actions }) => actions.map(({ name }) => name));
    expect(names.filter(name => /csv|import|command|exec/.test(name))).toEqual([]);
    expect(existsSync(outside)).toBe(true);
  });

  it('S18: approved changes without naming an approval; ours names level and approval', async () => {
    await using rig = await startRig();
    const change_id = rig.idOf('changes', 'Replace edge router');
    expect(await rig.fails('approve_change', { change_id })).toMatchObject({
      code: 'GH_INVALID_INPUT',
      error: expect.stringContaining('approval_id'),
    });
    const level_id = rig.idOf(`changes/${change_id}/approval_levels`);
    const approval_id = rig.idOf(`changes/${change_id}/approval_levels/${level_id}/approvals`);
    await rig.ok('approve_change', { change_id, level_id, approval_id, comments: 'ok' });
    expect(rig.sent('PUT').at(-1)?.path).toMatch(/approval_levels\/\d+\/approvals\/\d+\/approve$/);
  });

  it('S19: had a stand-in that takes any token and counts from 0; ours is strict', async () => {
    await using rig = await startRig();
    const url = `${rig.desk.apiServer.url}/api/v3/requests`;
    const accept = 'application/vnd.manageengine.sdp.v3+json';
    const answer = await fetch(url, { headers: { accept, authorization: 'Zoho-oauthtoken anything' } });
    expect(answer.status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Zoho-oauthtoken anything' } })).status).toBe(400);
    const { items } = await rig.ok('list_requests', { limit: 1 });
    expect(items).toMatchObject([{ id: expect.stringMatching(/^204781\d{12}$/) }]);
  });
});
