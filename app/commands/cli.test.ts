import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, runtime } from '../testing/index.ts';
import { type Installation, installation } from '../testing/programs.ts';

let here: Installation;
beforeAll(() => {
  here = installation();
});
afterAll(() => here[Symbol.asyncDispose]());

const run = (...args: string[]) => here.run(args);
const echo = ['--set', `command=${runtime.node}`, '--set', `args=["${fixture('raw-server')}","legacy"]`];

describe('without a host', () => {
  it('status, stop, doctor, backends and catalog start none', async () => {
    expect((await run('status')).json).toMatchObject({ running: false, home: here.home });
    expect((await run('stop')).json).toEqual({ stopped: false });
    expect((await run('backends')).json).toBeInstanceOf(Array);
    const doctor = await run('doctor');
    expect((doctor.json as readonly object[]).length).toBeGreaterThan(3);
    expect((await run('status')).json).toMatchObject({ running: false });
  });

  it('wrong usage is status 2 with an error on stderr, and a wrong word suggests help', async () => {
    for (const args of [['nonsense'], ['connections', 'add'], ['grants', 'set', 'x'], ['serve', '--nope']]) {
      const { status, stderr, stdout } = await run(...args);
      expect([status, stdout]).toEqual([2, '']);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'GH_USAGE', hint: expect.any(String) } });
    }
  });
});

it('`gatehouse stdio` starts a host when there is none, and answers for a connection that is not there', async () => {
  await using fresh = installation();
  const ask = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n';
  await fresh.run(['vault', 'status']);
  await fresh.run(['stop']);
  const { stdout, stderr } = await fresh.run(['stdio', 'custom/none'], ask);
  expect(stdout + stderr).toContain('custom/none');
  expect(fresh.hostPid()).toBeGreaterThan(0);
});

describe('with a host that a command started', { timeout: 30_000 }, () => {
  it('a connection is added, tested, listed, renamed and removed', async () => {
    expect((await run('connections', 'add', 'custom', '--name', 'echo', ...echo)).json).toMatchObject({
      id: 'custom/echo',
      state: 'stopped',
    });
    expect((await run('connections', 'test', 'custom/echo')).json).toMatchObject({ ok: true, scopes: [] });
    expect((await run('connections', 'list')).json).toMatchObject([
      { id: 'custom/echo', backend: 'custom', state: 'ready', scopes: [], demo: false },
    ]);
    expect((await run('connections', 'edit', 'custom/echo', '--name', 'echo2')).json).toMatchObject({
      id: 'custom/echo2',
    });
    expect((await run('connections', 'remove', 'custom/echo2')).json).toMatchObject({
      removed: 'custom/echo2',
      left: [],
    });
    expect((await run('connections', 'list')).json).toEqual([]);
  });

  it('bad input names the field and the next step, and nothing is added', async () => {
    const bad = [
      ['connections', 'add', 'nonsense', '--name', 'x'],
      ['connections', 'add', 'custom', '--name', 'Not A Name!', ...echo],
      ['connections', 'add', 'custom', '--name', 'x'],
      ['connections', 'add', 'custom', '--name', 'x', ...echo, '--set', 'colour=red'],
      ['connections', 'test', 'custom/none'],
      ['approvals', 'allow', 'none'],
      ['audit', 'show', '99999999'],
    ];
    for (const args of bad) {
      const { status, stderr } = await run(...args);
      expect(status).toBe(1);
      const { error } = JSON.parse(stderr) as { readonly error: { code: string; message: string; hint: string } };
      expect(error.code).toMatch(/^GH_/);
      expect(error.message.length).toBeGreaterThan(10);
      expect(error.hint.length).toBeGreaterThan(5);
    }
    expect((await run('connections', 'list')).json).toEqual([]);
  });

  it('grants, settings, history and vault have the shapes that scripts rely on', async () => {
    await run('connections', 'add', 'custom', '--name', 'shapes', ...echo);
    await run('connections', 'test', 'custom/shapes');
    const denied = await run('grants', 'set', 'custom/shapes', 'deny', '--effect', 'write');
    expect(JSON.stringify(denied.json)).toContain('"deny"');
    const widened = await run('grants', 'set', 'custom/shapes', 'allow', '--effect', 'write');
    expect([widened.status, JSON.parse(widened.stderr)]).toMatchObject([1, { error: { code: 'GH_CODE_NEEDED' } }]);
    const { stdout } = await run('audit', 'list', '--limit', '5');
    const entries = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { seq: number; kind: string });
    expect(entries).toHaveLength(5);
    expect(entries[0]?.seq).toBeGreaterThan(entries[4]?.seq ?? 0);
    expect((await run('audit', 'verify')).json).toMatchObject({ ok: true, brokenAt: null });
    expect((await run('audit', 'stats', '--hours', '3')).json).toMatchObject({ bucketHours: 1, calls: 0, actions: [] });
    const much = await run('audit', 'stats', '--from', '2020-01-01', '--filter', 'tool=x');
    expect([much.status, JSON.parse(much.stderr)]).toMatchObject([1, { error: { code: 'GH_INVALID_INPUT' } }]);
    const tried = await run('grants', 'preset', 'custom/shapes', 'full', '--dry-run');
    expect(tried.json).toMatchObject({ widens: true, changes: expect.any(Array) });
    const one = await run('grants', 'set', 'custom/shapes', 'hide', '--tool', 'write', '--dry-run');
    expect(one.json).toMatchObject({ widens: false, changes: [{ tool: 'write', after: 'hide' }] });
    expect((await run('grants', 'preset', 'custom/shapes', 'read-only')).json).toMatchObject({ preset: 'read-only' });
    const file = `${here.folder}/grants.csv`;
    const exported = await run('audit', 'export', file, '--filter', 'kind=grant-changed');
    expect(exported.json).toMatchObject({ file, entries: 4 });
    expect((await run('questions', 'list')).json).toEqual([]);
    const unasked = await run('questions', 'decline', 'none');
    expect([unasked.status, JSON.parse(unasked.stderr)]).toMatchObject([1, { error: { code: 'GH_APPROVAL_GONE' } }]);
    expect((await run('vault', 'status')).json).toMatchObject({ state: 'open', kind: 'memory' });
    expect((await run('settings', 'get')).json).toMatchObject({ mcpEndpoint: false });
    expect((await run('approvals', 'list')).json).toEqual([]);
    expect((await run('pause')).json).toEqual({ paused: true });
    expect((await run('status')).json).toMatchObject({ running: true, paused: true, pid: here.hostPid() });
  });

  it('secrets come on stdin, are never shown, and become the environment of a custom server only', async () => {
    const added = await here.run(
      ['connections', 'add', 'custom', '--name', 'keyed', '--secrets-stdin', ...echo],
      '{"API_KEY":"canary-value-1"}',
    );
    expect(added.json).toMatchObject({ secretFields: ['API_KEY'] });
    expect(added.stdout).not.toContain('canary');
    const bad = await here.run(
      ['connections', 'add', 'custom', '--name', 'y', '--secrets-stdin', ...echo],
      'API_KEY=x',
    );
    expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining('GH_INVALID_INPUT')]);
  });

  it('stop ends it and everything it started', async () => {
    const pid = here.hostPid();
    expect((await run('stop')).json).toEqual({ stopped: true });
    expect(here.hostPid()).toBeUndefined();
    expect(pid).toBeGreaterThan(0);
    expect((await run('status')).json).toMatchObject({ running: false });
  });
});
