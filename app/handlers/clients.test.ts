import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClientView, EntryView } from '../contract/index.ts';
import { startHost, type TestHost } from '../testing/index.ts';

let user: string;
let host: TestHost;
beforeEach(async () => {
  user = mkdtempSync(join(tmpdir(), 'gatehouse-user-'));
  host = await startHost({ env: { HOME: user, PATH: '' } });
  for (const name of ['one', 'two']) {
    await host.window('connections.add', { backend: 'custom', name, settings: { command: '/bin/true' } });
  }
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(user, { recursive: true, force: true });
});

const cursor = async (): Promise<ClientView | undefined> =>
  (await host.window('clients.list', {})).find(({ id }) => id === 'cursor');
const keyFile = (client = 'cursor'): string => join(host.home, 'keys', `client-${client}.key`);
const register = (...connections: string[]) => host.window('clients.register', { client: 'cursor', connections });
const history = async (): Promise<readonly (readonly [string, unknown, unknown])[]> =>
  (await host.entries())
    .filter(({ kind }) => /^client-/.test(kind))
    .map(({ kind, connection, details }: EntryView) => [
      kind,
      connection,
      (details as { readonly change?: string } | undefined)?.change,
    ]);

it('the key comes with the first entry, goes with the last, and comes back with an undo', async () => {
  expect((await cursor())?.keyed).toBe(false);
  await register('custom/one');
  const first = readFileSync(keyFile(), 'utf8');
  await register('custom/one', 'custom/two');
  expect(readFileSync(keyFile(), 'utf8')).toBe(first);
  await host.window('clients.unregister', { client: 'cursor', connections: ['custom/one'] });
  expect(await cursor()).toMatchObject({ keyed: true, entries: [{ connection: 'custom/two', state: 'ok' }] });
  const { undo = '' } = await host.window('clients.unregister', { client: 'cursor' });
  expect([(await cursor())?.keyed, existsSync(keyFile())]).toEqual([false, false]);
  await host.window('clients.undo', { undo });
  expect([(await cursor())?.keyed, existsSync(keyFile())]).toEqual([true, true]);
  expect(await history()).toEqual([
    ['client-registered', 'custom/one', 'add'],
    ['client-registered', 'custom/two', 'add'],
    ['client-unregistered', 'custom/one', 'remove'],
    ['client-unregistered', 'custom/two', 'remove'],
    ['client-registered', 'custom/two', 'add'],
  ]);
});

it('a session ends with the last entry of its assistant', async () => {
  const connection = await host.custom('live', 'raw-server', ['legacy']);
  await register(connection);
  const link = await host.link(connection, 'cursor');
  await expect.poll(() => host.parts.gateway.sessions().map(({ client }) => client)).toEqual(['cursor']);
  await host.window('clients.unregister', { client: 'cursor' });
  await expect.poll(() => host.parts.gateway.sessions().length).toBe(0);
  link.socket.destroy();
});

it('a file that cannot be written costs nothing: no key, no entry in the history', async () => {
  mkdirSync(join(user, '.cursor'));
  writeFileSync(join(user, '.cursor', 'mcp.json'), '{}');
  chmodSync(join(user, '.cursor', 'mcp.json'), 0o444);
  await expect(register('custom/one')).rejects.toMatchObject({ code: 'GH_CLIENT_READ_ONLY' });
  expect([existsSync(keyFile()), (await cursor())?.keyed, await history()]).toEqual([false, false, []]);
});

it('taking entries away does not bring back a key that a person revoked', async () => {
  await register('custom/one');
  const { undo = '' } = await register('custom/two');
  await host.window('clients.revoke', { client: 'cursor' });
  await host.window('clients.undo', { undo });
  await host.window('clients.heal', {});
  expect(await cursor()).toMatchObject({ keyed: false, entries: [{ connection: 'custom/one' }] });
});

it('a key that a person revoked is given again by a person alone, not by the command line', async () => {
  const cli = (name: string, input: unknown): Promise<unknown> => host.api.call('cli', name, input);
  await register('custom/one');
  await host.window('clients.revoke', { client: 'cursor' });
  const again = { client: 'cursor', connections: ['custom/one'] };
  await expect(cli('clients.register', again)).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
  const link = { client: 'cursor', connection: 'custom/one' };
  await expect(cli('clients.link', link)).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
  await host.window('clients.unregister', { client: 'cursor' });
  await expect(cli('clients.register', again)).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
  const { code } = await host.window('code.current', {});
  await cli('clients.register', { ...again, code });
  expect((await cursor())?.keyed).toBe(true);
  // One that was merely taken out comes back without ado.
  await cli('clients.unregister', { client: 'cursor' });
  await cli('clients.register', again);
});

it('an entry outlives a new name of its connection', async () => {
  const { file } = await register('custom/one');
  const before = readFileSync(file, 'utf8');
  await host.window('connections.edit', { id: 'custom/one', name: 'renamed' });
  expect(await register('custom/renamed')).toMatchObject({ diff: '' });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect((await cursor())?.entries).toEqual([{ connection: 'custom/renamed', name: 'custom-one', state: 'ok' }]);
});

it('a connection that is removed is taken out of every file, without a trace', async () => {
  const { file } = await register('custom/one');
  expect(await host.window('connections.remove', { id: 'custom/one' })).toEqual({
    removed: 'custom/one',
    unregistered: ['cursor'],
    left: [],
  });
  expect([existsSync(file), existsSync(keyFile())]).toEqual([false, false]);
});

it('an entry that somebody changed stays when its connection is removed, and is told apart', async () => {
  const { file } = await register('custom/one');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"--client"', '"--verbose", "--client"'));
  const { uuid } = host.parts.connections.get('custom/one');
  expect(await host.window('connections.remove', { id: 'custom/one' })).toMatchObject({
    unregistered: [],
    left: [{ client: 'cursor', file, problem: expect.stringContaining('not as Gatehouse wrote it') }],
  });
  expect((await cursor())?.entries).toEqual([{ connection: uuid, name: 'custom-one', state: 'connection removed' }]);
  await host.window('clients.unregister', { client: 'cursor', connections: [uuid], force: true });
  expect(existsSync(file)).toBe(false);
});

it('a lost key file comes back with heal, and so does a lost entry on request', async () => {
  const { file, after } = await register('custom/one');
  rmSync(keyFile());
  rmSync(file);
  expect(await host.window('clients.heal', {})).toMatchObject([
    { client: 'cursor', healed: [], missing: ['custom-one'] },
  ]);
  expect([existsSync(keyFile()), existsSync(file)]).toEqual([true, false]);
  expect(await host.window('clients.heal', { restore: true })).toMatchObject([{ healed: ['custom-one'] }]);
  expect(readFileSync(file, 'utf8')).toBe(after);
  expect(await host.window('clients.heal', {})).toEqual([]);
});

it('warns that an entry of a demonstration does not last', async () => {
  await using demo = await startHost({ env: { HOME: user, PATH: '' }, demo: true });
  await demo.window('connections.add', { backend: 'custom', name: 'x', settings: { command: '/bin/true' } });
  const change = await demo.window('clients.register', { client: 'vscode', connections: ['custom/x'] });
  expect(change.warnings.at(-1)).toContain('demonstration');
});

it('no secret and no key stands in a file of an assistant, a link or a bundle', async () => {
  const canary = 'canary-7f3a91';
  await host.window('connections.add', {
    backend: 'custom',
    name: 'secretive',
    settings: { command: '/bin/true' },
    secrets: { TOKEN: canary },
  });
  const { file } = await register('custom/secretive');
  const key = readFileSync(keyFile(), 'utf8').trim();
  const { link } = await host.window('clients.link', { client: 'cursor', connection: 'custom/secretive' });
  const { base64 } = await host.window('clients.bundle', { connection: 'custom/secretive' });
  const payload = Buffer.from(new URL(link).searchParams.get('config') ?? '', 'base64').toString('utf8');
  const { unzipSync, strFromU8 } = await import('fflate');
  const bundled = Object.values(unzipSync(Buffer.from(base64, 'base64'))).map(bytes => strFromU8(bytes));
  for (const text of [readFileSync(file, 'utf8'), payload, ...bundled]) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(key);
  }
});
