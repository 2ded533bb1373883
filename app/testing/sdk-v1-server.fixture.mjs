/** A server on the 2025 SDK, with a tool of every kind that the gateway has to carry. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';

const server = new McpServer({ name: 'v1', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } });
const text = value => ({ content: [{ type: 'text', text: value }] });
server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text: said }) => text(said));
server.registerTool(
  'sum',
  { inputSchema: { a: z.number(), b: z.number() }, outputSchema: { sum: z.number() } },
  ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
);
server.registerTool('slow', { inputSchema: { ms: z.number(), steps: z.number() } }, async ({ ms, steps }, extra) => {
  for (let step = 1; step <= steps; step++) {
    await new Promise(resolve => setTimeout(resolve, ms / steps));
    if (extra.signal.aborted) return text('cancelled');
    if (extra._meta?.progressToken !== undefined)
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken: extra._meta.progressToken, progress: step, total: steps },
      });
  }
  return text('done');
});
server.registerTool('ask', { inputSchema: {} }, async () => {
  const answer = await server.server.elicitInput({
    message: 'Sure?',
    requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'] },
  });
  return text(`${answer.action}:${answer.content?.sure}`);
});
server.registerTool('fails', { inputSchema: {} }, () => {
  throw new Error('no such record');
});
server.registerResource('status', 'ledger://status', {}, uri => ({ contents: [{ uri: uri.href, text: 'all well' }] }));
server.registerPrompt('greet', { argsSchema: { who: z.string() } }, ({ who }) => ({
  messages: [{ role: 'user', content: { type: 'text', text: `Hello ${who}` } }],
}));
await server.connect(new StdioServerTransport());
