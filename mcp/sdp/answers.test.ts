import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { criteriaOf, criteriaSchema } from './criteria.ts';
import { shaped } from './shape.ts';
import { startRig } from './testing.ts';
import { htmlOf } from './text.ts';
import { instantOf, personOf, referenceOf } from './values.ts';

const FIRST = { request_id: '102' };

describe('criteria', () => {
  it('nest as the vendor wants them, and survive the way there', async () => {
    await using rig = await startRig();
    const found = await rig.ok('advanced_search_requests', {
      criteria: [
        { field: 'subject', condition: 'contains', value: 'VPN' },
        {
          field: 'subject',
          condition: 'contains',
          value: 'Printer',
          operator: 'OR',
          children: [{ field: 'requester.email_id', condition: 'is', value: 'TOM.Baker@northwind.example' }],
        },
      ],
      limit: 100,
    });
    expect(rig.lastInput()).toMatchObject({
      list_info: {
        search_criteria: [
          { field: 'subject', condition: 'contains', value: 'VPN' },
          {
            logical_operator: 'OR',
            children: [{ field: 'requester.email_id', value: 'tom.baker@northwind.example', logical_operator: 'AND' }],
          },
        ],
      },
    });
    const subjects = (found.items as { subject: string }[]).map(({ subject }) => subject);
    expect(new Set(subjects)).toEqual(new Set(['VPN drops every hour', 'Printer on floor 2 jams']));
  });

  it('name an unknown field, and never leave brackets raw', async () => {
    await using rig = await startRig();
    const criteria = [{ field: 'nonsense', condition: 'is', value: '[]{}"<>\\^|`' }];
    expect(await rig.fails('advanced_search_requests', { criteria })).toMatchObject({
      sdp_code: 4001,
      named_fields: ['nonsense'],
    });
    const text = [{ field: 'subject', condition: 'is not', value: '[]{}"<>\\^|`' }];
    await rig.ok('advanced_search_requests', { criteria: text });
  });

  it('are refused before they are sent where they mean nothing', () => {
    const parse = (given: unknown) => criteriaOf(criteriaSchema.parse(given));
    expect(() => parse([{ field: 'created_time', condition: 'between', values: ['2026-01-01'] }])).toThrow(
      'two of them',
    );
    expect(() => parse([{ field: 'subject', condition: 'is' }])).toThrow('missing');
    expect(() => parse([{ field: 'subject', condition: 'less than', value: 1 }])).toThrow();
    expect(() => parse([{ field: 'a"; drop', condition: 'is', value: 1 }])).toThrow();
    expect(parse([{ field: 'display_id', condition: 'is', value: '#118' }])).toEqual({
      field: 'display_id',
      condition: 'is',
      value: 118,
    });
    expect(parse([{ field: 'technician', condition: 'is', values: [] }])).toEqual({
      field: 'technician',
      condition: 'is',
      values: [],
    });
  });
});

describe('answers', () => {
  it('show times as instants and as the vendor writes them, and leave out what is empty', () => {
    const request = {
      id: '204781000000318007',
      display_id: { value: '12', display_value: 'PRB-12' },
      created_time: { value: '1767772800000', display_value: 'Jan 7, 2026 08:00 AM' },
      due_by_time: null,
      attachments: [],
      udf_fields: {},
      status: { id: '1', name: 'Open', color: '#fff' },
    };
    expect(shaped({ request })).toEqual({
      request: {
        id: '204781000000318007',
        display_id: 'PRB-12',
        created_time: { at: '2026-01-07T08:00:00.000Z', shown: 'Jan 7, 2026 08:00 AM' },
        status: { id: '1', name: 'Open' },
      },
    });
  });

  it('keep every digit of an id, there and back', async () => {
    await using rig = await startRig();
    const id = rig.idOf('requests', '102');
    expect(BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(await rig.ok('get_request', { request_id: id })).toMatchObject({ request: { id } });
    expect(await rig.fails('get_request', { request_id: Number(id) })).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(await rig.ok('get_request', { request_id: '#102' })).toMatchObject({ request: { id } });
  });

  it('with status 200 and a failure inside are failures', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests');
    rig.sandbox.switches.set({ failuresWith200: true });
    expect(await rig.fails('create_request', { subject: 'x', level: 'none' })).toMatchObject({
      sdp_code: 4001,
      named_fields: ['level'],
      status_code: 200,
    });
    expect(await rig.fails('list_requests', { view: 'None' })).toMatchObject({ sdp_code: 4001 });
    rig.desk.apiServer.faults.inject({ kind: 'html', status: 200 });
    expect(await rig.fails('list_requests')).toMatchObject({ code: 'GH_VENDOR_ANSWER' });
    rig.desk.apiServer.faults.inject({ kind: 'html', status: 200 });
    expect(await rig.fails('create_request', { subject: 'x' })).toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
  });

  it('come also where a site cannot sort as we would like', async () => {
    await using rig = await startRig();
    await rig.ok('list_requests');
    const messages = [{ status_code: 4001, field: 'sort_field', type: 'failed' }];
    const body = JSON.stringify({ response_status: { status_code: 4000, messages, status: 'failed' } });
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 400, body });
    await rig.ok('list_solutions');
    expect(rig.lastInput()).toEqual({ list_info: { row_count: 25, start_index: 1 } });
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 400, body });
    expect(await rig.fails('list_solutions', { sort_field: 'title' })).toMatchObject({ named_fields: ['sort_field'] });
  });

  it('mark what the sandbox made up', async () => {
    await using rig = await startRig();
    expect(await rig.ok('list_requests')).toMatchObject({ demo: true });
  });
});

describe('values', () => {
  it('become what the vendor takes', () => {
    expect(referenceOf('204781000000318007')).toEqual({ id: '204781000000318007' });
    expect(referenceOf('2026')).toEqual({ name: '2026' });
    expect(personOf('A@B.example')).toEqual({ email_id: 'a@b.example' });
    expect(instantOf('2026-01-07T09:00:00+01:00', 'x')).toBe(1_767_772_800_000);
    expect(instantOf('1767772800000', 'x')).toBe(1_767_772_800_000);
    expect(() => instantOf('2026-01-07T09:00', 'x')).toThrow('x is not a time');
    expect(htmlOf('a < b\nc')).toBe('a &lt; b<br>c');
    expect(htmlOf('<p>a</p>')).toBe('<p>a</p>');
  });
});

describe('where sites differ', () => {
  it('an action with an underscore is found out once and remembered', async () => {
    await using rig = await startRig({ switches: { actionRoutes: 'underscore' } });
    await rig.ok('pickup_request', FIRST);
    await rig.ok('pickup_request', { request_id: '103' });
    expect(rig.sent('PUT').map(({ path }) => path.split('/').at(-1))).toEqual(['pickup', '_pickup', '_pickup']);
    expect(await rig.fails('pickup_request', { request_id: '204781999999999999' })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
  });

  it('a missing list has a substitute', async () => {
    await using rig = await startRig({
      switches: { missingRoutes: ['groups', 'statuses', 'summary', 'technicians', 'views'] },
    });
    expect(await rig.ok('get_metadata', { kind: 'group' })).toMatchObject({ items: [{}, {}, {}, {}] });
    const { items } = await rig.ok('get_metadata', { kind: 'status' });
    expect((items as { name: string }[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Open', 'On Hold', 'Cancelled']),
    );
    expect(await rig.ok('get_request_summary', FIRST)).toMatchObject({
      counted_from_lists: true,
      summary: { notes_count: 0 },
    });
    expect(await rig.ok('find_technician', { search: 'ravi.nair@northwind.example' })).toMatchObject({
      technician: { name: 'Ravi Nair' },
      source: 'users',
    });
    expect(await rig.fails('list_request_views')).toMatchObject({ code: 'GH_NOT_FOUND' });
  });

  it('technicians are found on requests where users are closed too', async () => {
    await using rig = await startRig({
      switches: { missingRoutes: ['technicians'] },
      as: 'us-reader',
      settings: { scopes: [] },
    });
    rig.desk.apiServer.faults.inject({ kind: 'status', status: 403, path: '**/users', times: 'always' });
    expect(await rig.ok('find_technician', { search: 'nair' })).toMatchObject({
      technician: { name: 'Ravi Nair' },
      source: 'recent requests',
    });
  });

  it('files go the older way where the newer is unknown, and sizes are read in both forms', async () => {
    await using rig = await startRig({ switches: { missingRoutes: ['upload'], sizeAsObject: true } });
    mkdirSync(join(rig.folder, 'downloads'), { recursive: true });
    writeFileSync(join(rig.folder, 'downloads', 'a.txt'), 'abc');
    await rig.ok('add_request_attachment', { ...FIRST, file: 'a.txt' });
    expect(rig.sent('POST').at(-1)).toMatchObject({
      path: expect.stringMatching(/_uploads$/),
      query: { addtoattachment: 'true' },
    });
    expect(await rig.ok('list_request_attachments', FIRST)).toMatchObject({ items: [{ size: 3 }] });
  });

  it('files have a limit, both ways, and no address elsewhere is followed', async () => {
    await using rig = await startRig({ settings: { maxFileMiB: 0.00001 } });
    mkdirSync(join(rig.folder, 'downloads'), { recursive: true });
    writeFileSync(join(rig.folder, 'downloads', 'big.txt'), 'x'.repeat(20));
    expect(await rig.fails('add_request_attachment', { ...FIRST, file: 'big.txt' })).toMatchObject({
      code: 'GH_TOO_LARGE',
    });
    const row = rig.desk.tenant.tables.get('requests')?.get(rig.idOf('requests', '102'));
    if (row !== undefined)
      row.attachments = [{ id: '7', name: 'x', size: '3', content_url: `${rig.sandbox.eu.apiServer.url}/steal` }];
    expect(await rig.fails('download_request_attachment', { ...FIRST, attachment_id: '7' })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
    expect(rig.sandbox.eu.apiServer.requests).toEqual([]);
  });

  it('an approval before the mail is refused with the way out', async () => {
    await using rig = await startRig({ switches: { levelKey: 'level_number' } });
    await rig.ok('add_request_approval', { ...FIRST, approver_emails: ['dana.cole@northwind.example'] });
    const { levels } = await rig.ok('list_request_approvals', FIRST);
    const [level] = levels as { id: string; level: number; approvals: { id: string }[] }[];
    expect(level?.level).toBe(1);
    const one = { ...FIRST, level_id: level?.id, approval_id: level?.approvals[0]?.id };
    expect(await rig.fails('approve_request', one)).toMatchObject({
      hint: expect.stringContaining('send_request_approval_notification'),
    });
    await rig.ok('send_request_approval_notification', one);
    await rig.ok('approve_request', one);
  });

  it('a reply that cannot be mailed is a visible note, and says so', async () => {
    await using rig = await startRig({ switches: { missingRoutes: ['notifications'] } });
    expect(await rig.ok('reply_to_requester', { ...FIRST, text: 'Hello' })).toMatchObject({
      delivery: 'posted as visible note; e-mail not guaranteed',
      note: { show_to_requester: true },
    });
  });

  it('a member is added by id, since an e-mail may add somebody else', async () => {
    await using rig = await startRig();
    await rig.ok('add_project_member', { project_id: rig.idOf('projects'), user: 'tom.baker@northwind.example' });
    expect(rig.lastInput('POST')).toEqual({ member: { user: { id: rig.idOf('users', 'Tom Baker') } } });
  });
});

describe('choices', () => {
  it('are offered while a prompt is typed', async () => {
    await using rig = await startRig();
    const options = { signal: new AbortController().signal, withinMs: 5_000, progress: () => undefined };
    expect(await rig.account.complete({ prompt: 'triage' }, 'group', 'h', options)).toEqual(['Hardware']);
    expect(await rig.account.complete({ prompt: 'new_request' }, 'template', '', options)).toEqual([
      'Default Request',
      'Strict incident',
    ]);
    expect(await rig.account.complete({ prompt: 'new_request' }, 'subject', 'x', options)).toEqual([]);
  });

  it('stand in one page', async () => {
    await using rig = await startRig();
    const options = { signal: new AbortController().signal, withinMs: 5_000, progress: () => undefined };
    const { text } = await rig.account.resource('sdp://site/choices', options);
    expect(text).toContain('## priority\n\n* Low\n* Normal');
  });

  it('make prompts that name real actions', async () => {
    await using rig = await startRig();
    const names = rig.account.catalog.tools.flatMap(({ name, actions }) => [name, ...actions.map(one => one.name)]);
    for (const { name, arguments: args } of rig.account.catalog.prompts) {
      const text = rig.account.prompt(name, Object.fromEntries(args.map(argument => [argument.name, 'VALUE'])));
      for (const [word] of text.matchAll(/\b(list|get|close|create)_\w+/g)) expect(names).toContain(word);
    }
  });
});
