import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, fixture, isRunning, startHost, type TestHost } from '../testing/index.ts';

let host: TestHost;
beforeEach(async () => {
  host = await startHost();
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
});
const set = (name: string, value: unknown, door: 'window' | 'cli' = 'window'): Promise<unknown> =>
  host.api.call(door, 'settings.set', { name, value });

it('settings are checked, kept and told', async () => {
  await set('theme', 'dark');
  await set('language', 'de');
  expect(await host.window('status', {})).toMatchObject({ theme: 'dark', language: 'de' });
  for (const [name, value] of [
    ['approvalSeconds', 55],
    ['approvalSeconds', 5],
    ['idleMinutes', -1],
    ['theme', 'pink'],
    ['colour', 'red'],
  ] as const)
    await expect(set(name, value)).rejects.toMatchObject({ code: 'GH_INVALID_INPUT' });
});

it('a call waits as long as the setting says', async () => {
  await set('approvalSeconds', 20);
  const id = await host.custom('echo', 'raw-server', ['legacy'], 'write');
  const link = await host.link(id);
  await link.initialize();
  link.send({ id: 9, method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } });
  const [waiting] = await eventually(async () => {
    const list = await host.window('approvals.list', {});
    return list.length > 0 && list;
  });
  expect(Date.parse(waiting?.expiresAt ?? '') - Date.parse(waiting?.askedAt ?? '')).toBe(20_000);
  link.close();
});

it('to forget more of the history wants a person; to keep more does not', async () => {
  await expect(set('retentionDays', 30, 'cli')).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
  await set('retentionDays', 30);
  await expect(set('retentionDays', 7, 'cli')).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
  expect(await set('retentionDays', 60, 'cli')).toMatchObject({ retentionDays: 60 });
  expect(await set('retentionDays', 0, 'cli')).toMatchObject({ retentionDays: 0 });
});

it('a key for a program that comes over HTTP stands in a file and is never told', async () => {
  const { file } = await host.window('clients.key', { client: 'my-script' });
  const key = readFileSync(file, 'utf8').trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const told = await host.window('clients.keys', {});
  expect(told).toContainEqual({ client: 'my-script', file, revoked: false });
  expect(JSON.stringify([told, await host.entries()])).not.toContain(key);
  await host.window('clients.key', { client: 'my-script' });
  expect(readFileSync(file, 'utf8').trim()).toBe(key);
  await host.window('clients.revoke', { client: 'my-script' });
  expect([existsSync(file), (await host.window('clients.keys', {})).find(one => one.file === file)?.revoked]).toEqual([
    false,
    true,
  ]);
  await expect(host.window('clients.key', { client: '../escape' })).rejects.toMatchObject({ code: 'GH_INVALID_INPUT' });
});

it('a demonstration answers, says that it is one, comes back with the host, and ends with its connection', async () => {
  const { home } = host;
  const [{ id } = { id: '' }] = await host.window('connections.demo', { backend: 'dpod' });
  const first = await host.window('connections.test', { id });
  expect(first).toMatchObject({ ok: true });
  expect(await host.window('connections.list', {})).toMatchObject([{ id: 'dpod/demo', demo: true }]);
  await expect(host.window('connections.demo', { backend: 'dpod' })).rejects.toMatchObject({ code: 'GH_CONFLICT' });
  const before = host.parts.connections.get(id).settings;
  const children = childrenOf();
  await host.stop();
  await eventually(() => children.every(pid => !isRunning(pid)));
  // The vault in memory is a new one: only that it tries again with a sandbox of now can be seen here.
  host = await startHost({ home });
  const after = await eventually(() => {
    const { settings } = host.parts.connections.get(id);
    return JSON.stringify(settings) !== JSON.stringify(before) && settings;
  });
  expect(Object.keys(after)).toEqual(Object.keys(before));
  await host.window('connections.remove', { id });
  await eventually(() => childrenOf().length === 0);
});

it('a server that does not start needs a person, until it does', async () => {
  const settings = { command: process.execPath, args: [fixture('raw-server'), 'dead'] };
  const { id } = await host.window('connections.add', { backend: 'custom', name: 'dead', settings });
  expect(await host.window('connections.test', { id })).toMatchObject({ ok: false });
  const state = async () => (await host.window('connections.list', {}))[0];
  expect(await state()).toMatchObject({ state: 'attention', code: expect.stringMatching(/^GH_SERVER_/) });
  await host.window('connections.edit', { id, settings: { args: [fixture('raw-server'), 'legacy'] } });
  expect(await host.window('connections.test', { id })).toMatchObject({ ok: true });
  expect(await state()).toMatchObject({ state: 'ready', reason: '' });
});

it('a backend without a demonstration says so and leaves nothing behind', async () => {
  await expect(host.window('connections.demo', { backend: 'custom' })).rejects.toMatchObject({ code: 'GH_NOT_FOUND' });
  expect(await host.window('connections.list', {})).toEqual([]);
});

it('the doctor names what needs a person; its report names no connection, address or user', async () => {
  await host.window('connections.add', {
    backend: 'dpod',
    name: 'secret-customer',
    settings: { baseUrl: 'http://127.0.0.1:9', authUrl: 'http://127.0.0.1:9/token' },
    secrets: { clientId: 'someone@example.org', clientSecret: 'canary-1' },
  });
  await host.window('connections.test', { id: 'dpod/secret-customer' });
  const checks = await host.window('doctor', {});
  const bad = checks.find(({ name }) => name === 'dpod/secret-customer');
  expect(bad).toMatchObject({ ok: false });
  expect(bad?.remedy.length).toBeGreaterThan(5);
  const { text } = await host.window('doctor.report', {});
  expect(text).toContain('BAD  dpod/#1');
  for (const hidden of ['secret-customer', '127.0.0.1', 'someone@', 'canary', `${homedir()}/`])
    expect(text).not.toContain(hidden);
});

function childrenOf(): readonly number[] {
  const own = readFileSync(join('/proc', String(process.pid), 'task', String(process.pid), 'children'), 'utf8');
  return own.split(' ').filter(Boolean).map(Number);
}
