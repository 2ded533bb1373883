import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { runtime } from '../app/testing/index.ts';

/** An assistant as the host knows it: over the bridge, on stdio. */
export interface Assistant {
  /** The text of the answer, of a refusal too. */
  call(tool: string, args?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function connectAssistant(home: string, connection: string): Promise<Assistant> {
  const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(
    new StdioClientTransport({
      command: runtime.node,
      args: [runtime.bridge, connection, '--home', home],
      env: {},
      cwd: '/',
    }),
  );
  return {
    async call(tool, args = {}) {
      const { content } = await client.callTool({ name: tool, arguments: args });
      return JSON.stringify(content);
    },
    close: () => client.close(),
  };
}
