import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuestionView } from '../contract/index.ts';
import { eventually, modern, startHost, type TestHost, textOf } from '../testing/index.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host[Symbol.asyncDispose]());
const waiting = (): Promise<QuestionView> => eventually(async () => (await host.window('questions.list', {})).at(-1));
const ask = { name: 'ask', arguments: { about: 'it' } };

describe.each(['legacy', 'modern'])('a question of a %s server that the client cannot show', kind => {
  let id: string;
  beforeAll(async () => {
    id = await host.custom(`asks-${kind}`, 'raw-server', [kind]);
  });

  it.each(['legacy', 'modern'])('goes to the person: %s client', async era => {
    const client = await host.link(id);
    await client.initialize();
    const call = client.request('tools/call', era === 'modern' ? modern(ask) : ask);
    const question = await waiting();
    expect(question).toMatchObject({
      connection: id,
      tool: 'ask',
      message: 'Sure about it?',
      fields: [{ name: 'sure', kind: 'boolean', required: true }],
    });
    await expect(host.window('questions.answer', { id: question.id, action: 'accept' })).rejects.toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
    await host.window('questions.answer', { id: question.id, action: 'accept', content: { sure: true } });
    expect(textOf(await call)).toContain('"action":"accept"');
    expect(await host.window('questions.list', {})).toEqual([]);
    const entries = (await host.entries()).slice(-3);
    expect(entries.map(entry => entry.kind)).toEqual(['intent', 'question', 'outcome']);
    expect(entries[1]).toMatchObject({ decision: 'accept', approver: 'window', call: entries[0]?.seq });
    client.close();
  });

  it('may be declined, and goes with the call', async () => {
    const client = await host.link(id);
    await client.initialize();
    const call = client.request('tools/call', ask);
    await host.window('questions.answer', { id: (await waiting()).id, action: 'decline' });
    expect(textOf(await call)).toContain('decline');
    client.send({ id: 'gone', method: 'tools/call', params: ask });
    const question = await waiting();
    client.close();
    await eventually(async () => (await host.window('questions.list', {})).length === 0);
    await expect(host.window('questions.answer', { id: question.id, action: 'decline' })).rejects.toMatchObject({
      code: 'GH_APPROVAL_GONE',
    });
  });

  it('is not answered from the command line without the code of the window', async () => {
    const client = await host.link(id);
    await client.initialize();
    const call = client.request('tools/call', ask);
    const answer = { id: (await waiting()).id, action: 'accept', content: { sure: true } };
    await expect(host.api.call('cli', 'questions.answer', answer)).rejects.toMatchObject({ code: 'GH_CODE_NEEDED' });
    const { code } = await host.window('code.current', {});
    await host.api.call('cli', 'questions.answer', { ...answer, code });
    expect(textOf(await call)).toContain('accept');
    client.close();
  });
});

it.each(['read', 'write'] as const)(
  'a question of a server that dies in a %s goes away with it, and the history says why',
  async effect => {
    const id = await host.custom(`dies-${effect}`, 'raw-server', ['legacy'], effect);
    await host.window('grants.set', { id, tool: 'ask', verdict: 'allow' });
    const client = await host.link(id);
    await client.initialize();
    const call = client.request('tools/call', ask);
    const first = await waiting();
    const { server } = host.parts.fleet.of(host.parts.connections.get(id).uuid);
    process.kill(server.pid ?? 0, 'SIGKILL');
    const gone = () => host.window('questions.answer', { id: first.id, action: 'decline' });
    await eventually(async () => (await host.window('questions.list', {})).every(({ id }) => id !== first.id), 2_000);
    await expect(gone()).rejects.toMatchObject({ code: 'GH_APPROVAL_GONE' });
    const [entry] = (await host.entries()).filter(({ kind, connection }) => kind === 'question' && connection === id);
    expect(entry).toMatchObject({ decision: 'cancel', rule: expect.stringContaining('the server that asked ended') });
    if (effect === 'read') {
      // It is tried once more, and the new server asks anew: its own question gets the answer.
      await host.window('questions.answer', { id: (await waiting()).id, action: 'accept', content: { sure: true } });
      expect(textOf(await call)).toContain('accept');
    } else expect(textOf(await call)).toContain('GH_OUTCOME_UNKNOWN');
    expect(await host.window('questions.list', {})).toEqual([]);
    client.close();
  },
);
