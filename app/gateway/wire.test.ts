import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, isRunning, type Link, modern, startHost, type TestHost, textOf } from '../testing/index.ts';

let host: TestHost;
let folder: string;
const links: Link[] = [];
const notes = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
const link = async (connection: string, client?: string): Promise<Link> => {
  const opened = await host.link(connection, client);
  links.push(opened);
  return opened;
};
const custom = (name: string, kind: string, effect?: 'read' | 'write'): Promise<string> =>
  host.custom(name, 'raw-server', [kind, join(folder, name)], effect);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-wire-'));
  host = await startHost();
});
afterAll(async () => {
  for (const opened of links) opened.close();
  await host[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('finding the era of a child', () => {
  it.each([
    ['legacy', 'legacy'],
    ['modern', 'modern'],
    ['picky', 'legacy'],
  ])('a %s server is taken as %s', async (kind, era) => {
    const id = await custom(`era-${kind}`, kind);
    expect((await host.window('connections.test', { id })).identity).toContain(era);
    const client = await link(id);
    await client.initialize();
    expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: kind } }))).toBe(kind);
  });

  it('a server that never answers the probe is legacy after the wait', { timeout: 20_000 }, async () => {
    const id = await custom('era-silent', 'silent');
    const client = await link(id);
    expect(textOf(await client.request('tools/call', modern({ name: 'echo', arguments: { text: 'late' } })))).toBe(
      'late',
    );
  });
});

describe('one pipe, both eras', () => {
  let id: string;
  beforeAll(async () => {
    id = await custom('both', 'legacy');
  });

  it('every message is judged on its own', async () => {
    const client = await link(id);
    const discovered = await client.request('server/discover', modern());
    expect(discovered.result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      resultType: 'complete',
      cacheScope: 'private',
    });
    expect((await client.initialize()).result).toMatchObject({ protocolVersion: '2025-11-25' });
    const legacy = await client.request('tools/call', { name: 'echo', arguments: { text: 'a' } });
    expect(legacy.result).not.toHaveProperty('resultType');
    const now = await client.request('tools/call', modern({ name: 'echo', arguments: { text: 'a' } }));
    expect(now.result).toMatchObject({ resultType: 'complete' });
  });

  it('an unknown version, a missing envelope and a repeated id are each refused with the right code', async () => {
    const client = await link(id);
    const future = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } };
    expect((await client.request('tools/list', future)).error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'] },
    });
    expect((await client.request('tools/list')).error).toMatchObject({ code: -32602 });
    expect((await client.request('server/discover')).error).toMatchObject({ code: -32601 });
    await client.initialize();
    client.send({ id: 'same', method: 'tools/call', params: { name: 'slow', arguments: { ms: 150 } } });
    client.send({ id: 'same', method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } });
    expect((await client.find(message => message.id === 'same')).error).toMatchObject({ code: -32600 });
    expect(textOf(await client.find(message => message.id === 'same' && 'result' in message))).toBe('slept 150');
  });

  it('lines that are no messages are answered, and the link goes on', async () => {
    const client = await link(id);
    client.send('this is not JSON\n');
    expect((await client.find(({ error }) => error !== undefined)).error).toMatchObject({ code: -32700 });
    client.send('[]\n"text"\n{"jsonrpc":"2.0","id":1}\n{"jsonrpc":"2.0","id":{},"method":"ping"}\n');
    await eventually(() => client.received.length === 5);
    expect(client.received.slice(1).every(({ error }) => (error as { code: number }).code === -32600)).toBe(true);
    await client.initialize();
    expect((await client.request('ping')).result).toEqual({});
  });

  it('multi-byte characters may be cut by the chunks', async () => {
    const client = await link(id);
    await client.initialize();
    const line = Buffer.from(
      `${JSON.stringify({ jsonrpc: '2.0', id: 'cut', method: 'tools/call', params: { name: 'echo', arguments: { text: '🛂ü漢' } } })}\n`,
    );
    for (const byte of line) {
      client.send(Buffer.from([byte]));
      if (byte > 127) await sleep(1);
    }
    expect(textOf(await client.find(message => message.id === 'cut'))).toBe('🛂ü漢');
  });

  it('what is not ASCII stays what it is: ids, names, arguments, results, errors, reasons and the history', async () => {
    const client = await link(id);
    await client.initialize();
    const word = 'Zürich 漢字 🛂';
    const call = { name: 'echo', arguments: { [word]: word, text: word } };
    const answer = await client.request('tools/call', call, `id ${word}`);
    expect([answer.id, textOf(answer)]).toEqual([`id ${word}`, word]);
    const unknown = await client.request('tools/call', { name: word });
    expect((unknown.error as { readonly message: string }).message).toContain(word);
    client.send({ id: word, method: 'tools/call', params: { name: 'slow', arguments: { ms: 60_000 } } });
    expect((await client.request('ping', {}, word)).error).toMatchObject({
      message: `The id "${word}" is still in use.`,
    });
    client.send({ method: 'notifications/cancelled', params: { requestId: word, reason: word } });
    const written = await eventually(async () => {
      const entries = await host.window('audit.list', { limit: 20 });
      return entries.some(({ message }) => message === word) ? entries : undefined;
    });
    expect(written.find(entry => entry.tool === 'echo' && entry.kind === 'intent')?.arguments).toEqual(call.arguments);
  });

  it('unknown members pass through, ids and tokens keep their type, two clients may use the same', async () => {
    const [one, two] = [await link(id, 'one'), await link(id, 'two')];
    await Promise.all([one.initialize(), two.initialize()]);
    const call = { name: 'slow', arguments: { ms: 60, steps: 2 }, _meta: { progressToken: 0 } };
    const [a, b] = await Promise.all([one.request('tools/call', call, 0), two.request('tools/call', call, 0)]);
    expect([a.id, b.id]).toEqual([0, 0]);
    for (const client of [one, two])
      expect(client.received.filter(({ method }) => method === 'notifications/progress')).toHaveLength(2);
    const text = await one.request('tools/call', { name: 'echo', arguments: { text: 'x' } }, '0');
    expect(text).toMatchObject({ id: '0', result: { unknownMember: { stays: [1, 2, 3] } } });
    const tools = (await one.request('tools/list')).result as { readonly tools: readonly object[] };
    expect(tools.tools[0]).toMatchObject({ vendorField: { kept: true } });
  });

  it('one client cannot cancel what another asked', async () => {
    const [one, two] = [await link(id, 'one'), await link(id, 'two')];
    await Promise.all([one.initialize(), two.initialize()]);
    const slow = one.request('tools/call', { name: 'slow', arguments: { ms: 200 } }, 'mine');
    two.send({ method: 'notifications/cancelled', params: { requestId: 'mine' } });
    expect(textOf(await slow)).toBe('slept 200');
  });

  it('a cancelled call reaches the child and gets no answer', async () => {
    const client = await link(id);
    await client.initialize();
    client.send({ id: 'long', method: 'tools/call', params: { name: 'slow', arguments: { ms: 60_000 } } });
    await sleep(50);
    client.send({ method: 'notifications/cancelled', params: { requestId: 'long', reason: 'changed my mind' } });
    await eventually(() => notes('both').includes('cancelled changed my mind'));
    await client.request('ping');
    expect(client.received.some(message => message.id === 'long')).toBe(false);
  });

  it('a vanished client cancels its calls', async () => {
    const client = await link(id);
    await client.initialize();
    client.send({ id: 1, method: 'tools/call', params: { name: 'slow', arguments: { ms: 60_000 } } });
    await sleep(50);
    const before = notes('both').filter(line => line.startsWith('cancelled')).length;
    client.close();
    await eventually(() => notes('both').filter(line => line.startsWith('cancelled')).length > before);
  });

  it('16 MiB travel both ways, more is refused without ending the link', { timeout: 60_000 }, async () => {
    const client = await link(id);
    await client.initialize();
    const text = 'é'.repeat(7_900_000);
    const echoed = await client.request('tools/call', { name: 'echo', arguments: { text } });
    expect(textOf(echoed) === text).toBe(true);
    const tooBig = await client.request('tools/call', { name: 'big', arguments: { bytes: 17 * 1_048_576 } });
    expect(tooBig.error).toMatchObject({ data: { code: 'GH_RESULT_TOO_LARGE' } });
    client.send(`{"jsonrpc":"2.0","id":"huge","method":"tools/call","params":"${'x'.repeat(17 * 1_048_576)}"}\n`);
    await client.find(message => message.error !== undefined && message !== tooBig);
    expect((await client.request('ping')).result).toEqual({});
  });
});

describe('a child that misbehaves', () => {
  it('rubbish on stdout is dropped and logged, answers still arrive, a second answer is ignored', async () => {
    const id = await custom('messy', 'legacy');
    const client = await link(id);
    await client.initialize();
    expect(textOf(await client.request('tools/call', { name: 'rubbish' }))).toBe('after the rubbish');
    expect(textOf(await client.request('tools/call', { name: 'twice' }))).toBe('once');
    expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: 'ok' } }))).toBe('ok');
    expect(client.received.filter(message => textOf(message) === 'again')).toHaveLength(0);
    expect((await host.window('connections.logs', { id })).join('\n')).toContain('Listening on port 3000');
  });

  it('a read is tried once more on the new child; a write is not, and its outcome is said to be unknown', async () => {
    const id = await custom('dying', 'legacy');
    const client = await link(id);
    await client.initialize();
    const read = await client.request('tools/call', { name: 'die', arguments: { line: 'read' } });
    expect(read.error ?? read.result).toBeDefined();
    expect(notes('dying').filter(line => line === 'die read')).toHaveLength(2);

    await host.window('connections.classify', { id, tool: 'die', effect: 'write' });
    await host.window('grants.set', { id, tool: 'die', verdict: 'allow' });
    const write = await client.request('tools/call', { name: 'die', arguments: { line: 'write' } });
    expect(JSON.stringify(write)).toContain('GH_OUTCOME_UNKNOWN');
    expect(notes('dying').filter(line => line === 'die write')).toHaveLength(1);
    const outcome = (await host.entries()).findLast(entry => entry.kind === 'outcome');
    expect(outcome).toMatchObject({ outcome: 'unknown', code: 'GH_OUTCOME_UNKNOWN' });
  });

  it('a server that cannot start says why', async () => {
    await host.window('connections.add', {
      backend: 'custom',
      name: 'missing',
      settings: { command: '/nowhere/at/all' },
    });
    const tested = await host.window('connections.test', { id: 'custom/missing' });
    expect(tested).toMatchObject({ ok: false, code: expect.stringMatching(/^GH_SERVER_/) });
    expect(tested.message).toContain('ENOENT');
  });

  it('crashing again and again ends in a crash loop that can be seen and forgiven', { timeout: 30_000 }, async () => {
    const args = [join(import.meta.dirname, '../testing/raw-server.fixture.mjs'), 'dead'];
    await host.window('connections.add', {
      backend: 'custom',
      name: 'dead',
      settings: { command: process.execPath, args },
    });
    for (let round = 0; round < 6; round++) await host.window('connections.test', { id: 'custom/dead' });
    const shown = (await host.window('connections.list', {})).find(({ id }) => id === 'custom/dead');
    expect(shown).toMatchObject({ state: 'attention' });
    expect(await host.window('connections.test', { id: 'custom/dead' })).toMatchObject({
      ok: false,
      code: 'GH_SERVER_CRASH_LOOP',
    });
    expect((await host.window('connections.logs', { id: 'custom/dead' })).join('\n')).toContain(
      'the config is missing',
    );
  });

  it('one that ignores the end of stdin and TERM is killed with all its children', async () => {
    const id = await custom('stubborn', 'stubborn');
    const [helper, own] = ['helper', 'started'].map(word =>
      Number(
        notes('stubborn')
          .find(line => line.startsWith(word))
          ?.split(' ')[1],
      ),
    );
    expect(isRunning(helper ?? 0)).toBe(true);
    const before = Date.now();
    await host.window('connections.stop', { id });
    await eventually(() => !isRunning(helper ?? 0) && !isRunning(own ?? 0));
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});

describe('questions of a server', () => {
  const content = { sure: true };
  const capabilities = { elicitation: { form: {} } };

  it.each(['legacy', 'modern'])('a legacy client answers a question of a %s child', async kind => {
    const client = await link(await custom(`ask-l-${kind}`, kind));
    await client.initialize(capabilities);
    client.send({ id: 'q', method: 'tools/call', params: { name: 'ask', arguments: { about: 'it' } } });
    const question = await client.find(({ method }) => method === 'elicitation/create');
    expect(question.params).toMatchObject({ message: 'Sure about it?' });
    client.send({ id: question.id, result: { action: 'accept', content } });
    expect(textOf(await client.find(message => message.id === 'q'))).toContain('"action":"accept"');
  });

  it.each(['legacy', 'modern'])('a modern client answers a question of a %s child in a second round', async kind => {
    const client = await link(await custom(`ask-m-${kind}`, kind));
    const params = { name: 'ask', arguments: { about: 'it' } };
    const first = await client.request('tools/call', modern(params, capabilities));
    const { resultType, inputRequests, requestState } = first.result as Record<string, unknown>;
    expect(resultType).toBe('input_required');
    const [key] = Object.keys(inputRequests as object);
    const answers = { inputResponses: { [String(key)]: { action: 'accept', content } }, requestState };
    const tampered = await client.request(
      'tools/call',
      modern({ ...params, ...answers, arguments: { about: 'that' } }, capabilities),
    );
    expect(tampered.error).toMatchObject({ code: -32602 });
    const second = await client.request('tools/call', modern({ ...params, ...answers }, capabilities));
    expect(textOf(second)).toContain('"action":"accept"');
    const thief = await link(`custom/ask-m-${kind}`, 'thief');
    const stolen = await thief.request('tools/call', modern({ ...params, ...answers }, capabilities));
    expect(stolen.error).toMatchObject({ code: -32602 });
  });

  it('a client that cannot be asked is not asked', async () => {
    const client = await link('custom/ask-l-legacy');
    await client.initialize();
    const asked = client.request('tools/call', { name: 'ask', arguments: { about: 'it' } });
    // The window has the question instead (questions.test.ts).
    const { id } = await eventually(async () => (await host.window('questions.list', {})).at(-1));
    await host.window('questions.answer', { id, action: 'decline' });
    expect(textOf(await asked)).toMatch(/decline|cancel|error/);
    expect(client.received.filter(({ method }) => method !== undefined)).toEqual([]);
  });
});

describe('lists and subscriptions', () => {
  it('lists come from what is pinned, without a running child', async () => {
    const id = await custom('lists', 'modern');
    await host.window('connections.stop', { id });
    const client = await link(id);
    await client.initialize();
    const tools = (await client.request('tools/list')).result as { readonly tools: readonly unknown[] };
    expect(tools.tools).toHaveLength(10);
    expect(JSON.stringify(await client.request('prompts/list'))).toContain('greet');
    expect(host.parts.fleet.of(host.parts.connections.get(id).uuid).server.pid).toBeUndefined();
    expect(textOf(await client.request('tools/call', { name: 'echo', arguments: { text: 'up' } }))).toBe('up');
  });

  it('a changed grant is told to that client alone, and what is hidden is not listed', async () => {
    const id = 'custom/lists';
    const [one, two] = [await link(id, 'one'), await link(id, 'two')];
    await one.initialize();
    const told = two.request(
      'subscriptions/listen',
      { notifications: { toolsListChanged: true }, ...modern() },
      'listen',
    );
    await two.find(({ method }) => method === 'notifications/subscriptions/acknowledged');
    await host.window('grants.set', { id, client: 'one', tool: 'write', verdict: 'hide' });
    await one.find(({ method }) => method === 'notifications/tools/list_changed');
    expect(JSON.stringify(await one.request('tools/list'))).not.toContain('"write"');
    expect((await one.request('tools/call', { name: 'write', arguments: { line: 'x' } })).error ?? {}).toBeDefined();
    expect(two.received.some(({ method }) => method === 'notifications/tools/list_changed')).toBe(false);
    await host.window('grants.set', { id, tool: 'slow', verdict: 'deny' });
    const notice = await two.find(({ method }) => method === 'notifications/tools/list_changed');
    expect(notice.params).toMatchObject({ _meta: { 'io.modelcontextprotocol/subscriptionId': 'listen' } });
    two.send({ method: 'notifications/cancelled', params: { requestId: 'listen' } });
    expect((await told).result).toMatchObject({ resultType: 'complete' });
  });

  it('a resource that changes is told to those who asked', async () => {
    const id = await custom('watch', 'legacy');
    const [one, two] = [await link(id, 'one'), await link(id, 'two')];
    await Promise.all([one.initialize(), two.initialize()]);
    await one.request('tools/call', { name: 'echo', arguments: { text: 'start' } });
    await one.request('resources/subscribe', { uri: 'raw://status' });
    const notice = await one.find(({ method }) => method === 'notifications/resources/updated');
    expect(notice.params).toMatchObject({ uri: 'raw://status' });
    expect(two.received.some(({ method }) => method === 'notifications/resources/updated')).toBe(false);
  });

  it('definitions that changed are held back until a person accepts them', async () => {
    const id = await custom('drift', 'drifting');
    const client = await link(id);
    await client.initialize();
    await host.window('connections.restart', { id });
    const changes = await eventually(async () => {
      const found = await host.window('connections.changes', { id });
      return found.length > 0 && found;
    });
    expect(changes).toMatchObject([{ list: 'tools', name: 'extra_0', change: 'added' }]);
    expect(JSON.stringify(await client.request('tools/list'))).not.toContain('extra_0');
    await host.window('connections.acceptChanges', { id });
    expect(JSON.stringify(await client.request('tools/list'))).toContain('extra_0');
  });
});
