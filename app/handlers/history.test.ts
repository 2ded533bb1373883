import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostEvent } from '../contract/index.ts';
import { eventually, type Link, startHost, type TestHost } from '../testing/index.ts';

let host: TestHost;
let folder: string;
let id: string;
let client: Link;
const events: HostEvent[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-downloads-'));
  host = await startHost({ env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder } });
  host.api.subscribe(event => events.push(event));
  id = await host.custom('history', 'raw-server', ['legacy'], 'write');
  client = await host.link(id);
  await client.initialize();
});
afterAll(async () => {
  client.close();
  await host[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('an export without a place goes to a new file of the person, and its progress is told', async () => {
  const first = await host.window('audit.export', { format: 'csv' });
  expect(first.file).toMatch(/gatehouse-history-[\d-]{10}\.csv$/);
  expect(first.file.startsWith(folder)).toBe(true);
  expect(readFileSync(first.file, 'utf8').trim().split('\r\n')).toHaveLength(first.entries + 1);
  const second = await host.window('audit.export', { format: 'csv', query: { facets: { kind: 'export' } } });
  expect(second).toMatchObject({ entries: 1, file: expect.stringMatching(/-2\.csv$/) });
  await host.window('audit.verify', {});
  expect(events).toContainEqual({ type: 'progress', task: 'export', done: first.entries, total: null });
  expect(events.some(event => event.type === 'progress' && event.task === 'verify')).toBe(true);
});

it('an approval is told beside the last such call that went through', async () => {
  const write = async (line: string, answer: 'allow' | 'deny') => {
    const call = client.request('tools/call', { name: 'write', arguments: { line } });
    const approval = await eventually(async () => (await host.window('approvals.list', {}))[0]);
    const told = await host.window('approvals.similar', { id: approval.id });
    await host.window(answer === 'allow' ? 'approvals.allow' : 'approvals.deny', { id: approval.id });
    await call;
    return told.similar;
  };
  expect(await write('one', 'allow')).toBeNull();
  expect(await write('two', 'deny')).toMatchObject({ client: 'terminal', arguments: { line: 'one' } });
  expect(await write('three', 'allow')).toMatchObject({ arguments: { line: 'one' } });
  expect(await write('four', 'deny')).toMatchObject({ arguments: { line: 'three' } });
});

it('what a server says is told as it comes', async () => {
  await host.window('connections.restart', { id });
  const { uuid } = host.parts.connections.get(id);
  host.parts.fleet.of(uuid).log.note('said something');
  const heard = await eventually(() =>
    events.find(event => event.type === 'log' && event.connection === uuid && event.lines.join().includes('said')),
  );
  expect(heard.type).toBe('log');
});
