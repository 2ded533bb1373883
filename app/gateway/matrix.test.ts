import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtime, startHost, type TestHost } from '../testing/index.ts';

type ToolResult = { readonly content: unknown; readonly structuredContent?: unknown; readonly isError?: boolean };

/** What the four kinds of client have in common, for tests that say the same of each. */
interface Assistant {
  readonly era: string | undefined;
  tools(): Promise<readonly { readonly name: string }[]>;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { onprogress?: (p: { progress: number }) => void; signal?: AbortSignal },
  ): Promise<ToolResult>;
  read(uri: string): Promise<unknown>;
  prompt(name: string, args: Record<string, string>): Promise<unknown>;
  close(): Promise<void>;
}

const KINDS = ['v1', 'v2 legacy', 'v2 auto', 'v2 pinned'] as const;
const CHILDREN = ['sdk-v1-server', 'sdk-v2-server'] as const;
const sure = { action: 'accept' as const, content: { sure: true } };

async function assistant(kind: (typeof KINDS)[number], home: string, connection: string): Promise<Assistant> {
  const launch = { command: runtime.node, args: [runtime.bridge, connection, '--home', home], env: {}, cwd: '/' };
  const info = { name: 'matrix', version: '1.0.0' };
  if (kind === 'v1') {
    const client = new ClientV1(info, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => sure);
    await client.connect(new StdioV1(launch));
    return {
      era: 'legacy',
      tools: async () => (await client.listTools()).tools,
      call: async (name, args = {}, options = {}) =>
        (await client.callTool({ name, arguments: args }, undefined, options)) as ToolResult,
      read: uri => client.readResource({ uri }),
      prompt: (name, args) => client.getPrompt({ name, arguments: args }),
      close: () => client.close(),
    };
  }
  const mode = kind === 'v2 legacy' ? 'legacy' : kind === 'v2 auto' ? 'auto' : ({ pin: '2026-07-28' } as const);
  const client = new ClientV2(info, { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } });
  client.setRequestHandler('elicitation/create', () => sure);
  await client.connect(new StdioV2(launch));
  return {
    era: client.getProtocolEra(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, options)) as ToolResult,
    read: uri => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    close: () => client.close(),
  };
}

describe.each(CHILDREN)('behind the gateway a child on %s', child => {
  let host: TestHost;
  let connection: string;
  beforeAll(async () => {
    host = await startHost();
    connection = await host.custom('ledger', child);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  describe.each(KINDS)('serves a %s client:', kind => {
    let client: Assistant;
    beforeAll(async () => {
      client = await assistant(kind, host.home, connection);
    });
    afterAll(() => client.close());

    it('in the era that the client speaks', () => {
      expect(client.era).toBe(kind === 'v2 auto' || kind === 'v2 pinned' ? 'modern' : 'legacy');
    });

    it('tools, plain and structured results, and failures as results', async () => {
      expect((await client.tools()).map(tool => tool.name)).toEqual(['echo', 'sum', 'slow', 'ask', 'fails']);
      expect((await client.call('echo', { text: 'grüß dich 🛂' })).content).toEqual([
        { type: 'text', text: 'grüß dich 🛂' },
      ]);
      expect((await client.call('sum', { a: 2, b: 3 })).structuredContent).toEqual({ sum: 5 });
      const failed = await client.call('fails');
      expect(failed.isError).toBe(true);
      expect(JSON.stringify(failed.content)).toContain('no such record');
      expect((await client.call('sum', { a: 'two', b: 3 })).isError).toBe(true);
    });

    // SDK clients lose a notice that they read together with its answer; on a busy machine they may read late.
    it('every progress notice, the last one too', { retry: 2 }, async () => {
      const steps: number[] = [];
      await client.call('slow', { ms: 60, steps: 3 }, { onprogress: ({ progress }) => steps.push(progress) });
      expect(steps).toEqual([1, 2, 3]);
    });

    it('a question of the server, answered by the client', async () => {
      expect((await client.call('ask')).content).toEqual([{ type: 'text', text: 'accept:true' }]);
    });

    it('cancellation', async () => {
      const stop = new AbortController();
      const slow = client.call('slow', { ms: 5_000, steps: 50 }, { signal: stop.signal });
      setTimeout(() => stop.abort('the person changed their mind'), 100);
      await expect(slow).rejects.toThrow();
      expect((await client.call('echo', { text: 'still here' })).isError).not.toBe(true);
    });

    it('resources and prompts', async () => {
      expect(JSON.stringify(await client.read('ledger://status'))).toContain('all well');
      expect(JSON.stringify(await client.prompt('greet', { who: 'Ada' }))).toContain('Hello Ada');
      await expect(client.read('ledger://nowhere')).rejects.toThrow(/not found/i);
    });
  });

  it('all of them shared one child', async () => {
    expect(host.parts.fleet.running()).toHaveLength(1);
    const calls = (await host.entries()).filter(entry => entry.kind === 'intent');
    expect(new Set(calls.map(entry => entry.session)).size).toBeGreaterThanOrEqual(KINDS.length);
  });
});
