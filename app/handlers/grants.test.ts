import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost, type TestHost } from '../testing/index.ts';

let host: TestHost;
let id: string;
beforeAll(async () => {
  host = await startHost();
  id = await host.custom('tools', 'raw-server', ['legacy'], 'write');
  await host.window('connections.classify', { id, tool: 'echo', effect: 'read' });
});
afterAll(() => host[Symbol.asyncDispose]());

describe('grants', () => {
  it('a change is tried out before it is made: what changes, what widens, what the list will cost', async () => {
    const changes = [
      { effect: 'write', verdict: 'allow' },
      { tool: 'die', verdict: 'hide' },
    ] as const;
    const told = await host.window('grants.preview', { id, changes: [...changes] });
    expect(told.widens).toBe(true);
    expect(told.changes.find(({ tool }) => tool === 'write')).toMatchObject({
      before: 'ask',
      after: 'allow',
      wider: true,
    });
    expect(told.changes.find(({ tool }) => tool === 'die')).toMatchObject({ after: 'hide', wider: false });
    expect(told.changes.some(({ tool }) => tool === 'echo')).toBe(false);
    expect(told.after.tools).toBe(told.before.tools - 1);
    expect(told.after.bytes).toBeLessThan(told.before.bytes);
    expect((await host.window('grants.show', { id })).rules).toEqual([]);
  });

  it('a preset takes the place of what was set, and is recognised', async () => {
    await host.window('grants.set', { id, tool: 'write', verdict: 'allow' });
    expect((await host.window('grants.show', { id })).preset).toBeNull();
    const readOnly = await host.window('grants.apply', { id, preset: 'read-only' });
    expect(readOnly.preset).toBe('read-only');
    expect(readOnly.costs[0]?.tools).toBe(1);
    expect(readOnly.actions.filter(({ verdict }) => verdict !== 'hide').map(({ tool }) => tool)).toEqual(['echo']);
    const hidden = await host.window('grants.preview', { id, client: 'cursor', preset: 'full' });
    expect(hidden.changes).toEqual([]);
    const plain = await host.window('grants.apply', { id, preset: 'ask' });
    expect([plain.preset, plain.rules]).toEqual(['ask', []]);
    const full = await host.window('grants.apply', { id, client: 'cursor', preset: 'full' });
    expect(full.actions.every(({ verdict }) => verdict === 'allow')).toBe(true);
    await host.window('grants.apply', { id, client: 'cursor', preset: 'default' });
  });

  it('what widens wants a person from the command line; what narrows does not', async () => {
    await expect(host.api.call('cli', 'grants.apply', { id, preset: 'full' })).rejects.toMatchObject({
      code: 'GH_CODE_NEEDED',
    });
    await host.api.call('cli', 'grants.apply', { id, preset: 'read-only' });
    const written = (await host.entries()).filter(({ kind }) => kind === 'grant-changed').slice(-3);
    expect(written.map(({ decision, door }) => [decision, door])).toEqual([
      ['allow', 'cli'],
      ['hide', 'cli'],
      ['hide', 'cli'],
    ]);
    await host.window('grants.apply', { id, preset: 'ask' });
  });
});
