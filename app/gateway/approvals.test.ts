import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalView } from '../contract/index.ts';
import { eventually, type Link, modern, startHost, type TestHost, textOf } from '../testing/index.ts';

let host: TestHost;
let folder: string;
let id: string;
let client: Link;
const written = (): string[] =>
  readFileSync(join(folder, 'notes'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('write'));
const waiting = (): Promise<ApprovalView> => eventually(async () => (await host.window('approvals.list', {})).at(-1));
const write = (line: string, by = client): ReturnType<Link['request']> =>
  by.request('tools/call', { name: 'write', arguments: { line } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-approvals-'));
  host = await startHost({ approvalMs: 700 });
  id = await host.custom('asks', 'raw-server', ['legacy', join(folder, 'notes')], 'write');
});
afterAll(async () => {
  client.close();
  await host[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  client?.close();
  client = await host.link(id, 'cursor');
  await client.initialize();
});

describe('a write', () => {
  it('waits for a person, who sees what it is, and runs once when allowed', async () => {
    const call = write('token=hunter2hunter2');
    const approval = await waiting();
    expect(approval).toMatchObject({ client: 'cursor', connection: id, tool: 'write', effect: 'write' });
    expect(JSON.stringify(approval.arguments)).not.toContain('hunter2');
    expect(written()).toEqual([]);
    await host.window('approvals.allow', { id: approval.id });
    expect(textOf(await call)).toBe('wrote token=hunter2hunter2');
    expect(written()).toHaveLength(1);
    expect(await host.window('approvals.list', {})).toEqual([]);
  });

  it('is refused with the reason of the person', async () => {
    const call = write('two');
    await host.window('approvals.deny', { id: (await waiting()).id, reason: 'not on a Friday' });
    const answer = await call;
    expect(answer.result).toMatchObject({ isError: true });
    expect(textOf(answer)).toMatch(/not on a Friday/);
    expect(written().join()).not.toContain('two');
  });

  it('is refused when nobody answers in time, before the client gives up', async () => {
    expect(textOf(await write('three'))).toContain('GH_APPROVAL_EXPIRED');
    expect(written().join()).not.toContain('three');
  });

  it('is withdrawn when the client cancels or goes', async () => {
    client.send({ id: 'w', method: 'tools/call', params: { name: 'write', arguments: { line: 'four' } } });
    const approval = await waiting();
    client.send({ method: 'notifications/cancelled', params: { requestId: 'w' } });
    await eventually(async () => (await host.window('approvals.list', {})).length === 0);
    await expect(host.window('approvals.allow', { id: approval.id })).rejects.toMatchObject({
      code: 'GH_APPROVAL_GONE',
    });
    expect(written().join()).not.toContain('four');
  });

  it('that was approved is not run again when the same client repeats it, but is when another does', async () => {
    const call = write('five');
    await host.window('approvals.allow', { id: (await waiting()).id });
    expect(textOf(await call)).toBe('wrote five');
    expect(textOf(await write('five'))).toBe('wrote five');
    expect(written().filter(line => line === 'write five')).toHaveLength(1);
    const other = await host.link(id, 'claude-code');
    await other.initialize();
    const again = write('five', other);
    await host.window('approvals.allow', { id: (await waiting()).id });
    await again;
    expect(written().filter(line => line === 'write five')).toHaveLength(2);
    other.close();
  });

  it('may be allowed until a time, for that client and action only', async () => {
    const call = write('six');
    await host.window('approvals.allow', { id: (await waiting()).id, minutes: 5 });
    await call;
    expect(textOf(await write('seven'))).toBe('wrote seven');
    const other = await host.link(id, 'claude-code');
    await other.initialize();
    void write('eight', other);
    expect((await waiting()).client).toBe('claude-code');
    other.close();
    await eventually(async () => (await host.window('approvals.list', {})).length === 0);
    const grants = await host.window('grants.show', { id });
    expect(JSON.stringify(grants)).toContain('"until":"2');
    await host.window('grants.set', { id, client: 'cursor', tool: 'write', action: 'write', verdict: 'default' });
  });

  it('that is destructive is never allowed until a time', async () => {
    await host.window('connections.classify', { id, tool: 'die', effect: 'destructive' });
    client.send({ id: 'd', method: 'tools/call', params: { name: 'die', arguments: { line: 'x' } } });
    const approval = await waiting();
    await expect(host.window('approvals.allow', { id: approval.id, minutes: 5 })).rejects.toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
    await host.window('approvals.deny', { id: approval.id });
  });

  it('is held with rising progress for a client that gave a token', async () => {
    const call = client.request('tools/call', {
      name: 'write',
      arguments: { line: 'nine' },
      _meta: { progressToken: 'p' },
    });
    const notice = await client.find(({ method }) => method === 'notifications/progress');
    expect(notice.params).toMatchObject({ progressToken: 'p', message: expect.stringContaining('approve') });
    await host.window('approvals.deny', { id: (await waiting()).id });
    await call;
  });

  it('of a modern client waits the same way', async () => {
    const call = client.request('tools/call', modern({ name: 'write', arguments: { line: 'ten' } }));
    await host.window('approvals.allow', { id: (await waiting()).id });
    expect((await call).result).toMatchObject({ resultType: 'complete' });
  });
});

describe('a pause', () => {
  it('stops reads and writes at once, also those that a person allows meanwhile', async () => {
    const call = write('eleven');
    const approval = await waiting();
    await host.window('pause', {});
    await host.window('approvals.allow', { id: approval.id });
    expect(textOf(await call)).toContain('GH_PAUSED');
    await host.window('connections.classify', { id, tool: 'echo', effect: 'read' });
    const read = await client.request('tools/call', { name: 'echo', arguments: { text: 'x' } });
    expect(textOf(read)).toContain('GH_PAUSED');
    expect(JSON.stringify(await client.request('tools/list'))).toContain('"echo"');
    await host.window('resume', {});
    expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: 'x' } }))).toBe('x');
    expect(written().join()).not.toContain('eleven');
  });
});

describe('the command line cannot approve itself', () => {
  const cli = (name: string, input: unknown): Promise<unknown> => host.api.call('cli', name, input);
  it('without the code that the window shows', async () => {
    const call = write('twelve');
    const approval = await waiting();
    await expect(cli('approvals.allow', { id: approval.id })).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
    await expect(cli('approvals.allow', { id: approval.id, code: '000-00x' })).rejects.toMatchObject({
      code: 'GH_CODE_WRONG',
    });
    const { code } = await host.window('code.current', {});
    await cli('approvals.allow', { id: approval.id, code });
    expect(textOf(await call)).toBe('wrote twelve');
    expect((await host.entries()).some(entry => entry.kind === 'code-refused')).toBe(true);
  });
  it('cannot read that code', async () => {
    await expect(cli('code.current', {})).rejects.toMatchObject({ code: expect.stringMatching(/^GH_/) });
  });
  it.each([
    ['grants.set', { tool: 'write', verdict: 'allow' }],
    ['connections.classify', { tool: 'fails', effect: 'read' }],
  ])('nor widen by %s, while narrowing is free', async (name, input) => {
    await expect(cli(name, { id, ...input })).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
    await cli('grants.set', { id, tool: 'write', verdict: 'deny' });
    await host.window('grants.set', { id, tool: 'write', verdict: 'default' });
  });
  it('nor resume, nor open the endpoint, nor lift read-only', async () => {
    await host.window('connections.edit', { id, readOnly: true });
    await expect(cli('connections.edit', { id, readOnly: false })).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
    await host.window('connections.edit', { id, readOnly: false });
    await cli('pause', {});
    await expect(cli('resume', {})).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
    await host.window('resume', {});
  });
});

describe('the history', () => {
  it('has intent, decision, approver and outcome of each call, in order, without secrets', async () => {
    const call = write('thirteen');
    await host.window('approvals.allow', { id: (await waiting()).id });
    await call;
    const entries = (await host.entries()).slice(-3);
    expect(entries.map(entry => entry.kind)).toEqual(['intent', 'approval', 'outcome']);
    expect(entries[0]).toMatchObject({ decision: 'ask', effect: 'write', arguments: { line: 'thirteen' } });
    expect(entries[1]).toMatchObject({ decision: 'allow', approver: 'window', call: entries[0]?.seq });
    expect(entries[2]).toMatchObject({ outcome: 'ok', call: entries[0]?.seq, durationMs: expect.any(Number) });
    expect(JSON.stringify(await host.entries())).not.toContain('hunter2');
    expect(await host.window('audit.verify', {})).toMatchObject({ ok: true });
  });

  it('revoking a client ends its links', async () => {
    const other = await host.link(id, 'doomed');
    await other.initialize();
    const gone = new Promise(resolve => other.socket.once('close', resolve));
    await host.window('clients.revoke', { client: 'doomed' });
    await gone;
    await expect(host.link(id, 'doomed').then(() => 'in')).resolves.toBe('in');
  });
});
