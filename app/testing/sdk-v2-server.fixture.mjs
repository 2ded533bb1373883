/** The same tools as the 2025 fixture, on the 2026 SDK. */
import { acceptedContent, inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

const Sure = z.object({ sure: z.boolean() });
const text = value => ({ content: [{ type: 'text', text: value }] });

function build() {
  const server = new McpServer({ name: 'v2', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text: said }) => text(said));
  server.registerTool(
    'sum',
    { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  );
  server.registerTool(
    'slow',
    { inputSchema: z.object({ ms: z.number(), steps: z.number() }) },
    async ({ ms, steps }, { mcpReq }) => {
      for (let step = 1; step <= steps; step++) {
        await new Promise(resolve => setTimeout(resolve, ms / steps));
        if (mcpReq.signal.aborted) return text('cancelled');
        if (mcpReq._meta?.progressToken !== undefined)
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken: mcpReq._meta.progressToken, progress: step, total: steps },
          });
      }
      return text('done');
    },
  );
  server.registerTool('ask', {}, ({ mcpReq }) => {
    const reply = inputResponse(mcpReq.inputResponses, 'sure');
    if (reply.kind === 'elicit' && reply.action !== 'accept') return text(`${reply.action}:undefined`);
    const answer = acceptedContent(mcpReq.inputResponses, 'sure', Sure);
    if (answer !== undefined) return text(`accept:${answer.sure}`);
    return inputRequired({
      inputRequests: { sure: inputRequired.elicit({ message: 'Sure?', requestedSchema: Sure }) },
    });
  });
  server.registerTool('fails', {}, () => {
    throw new Error('no such record');
  });
  server.registerResource('status', 'ledger://status', {}, uri => ({
    contents: [{ uri: uri.href, text: 'all well' }],
  }));
  server.registerPrompt('greet', { argsSchema: z.object({ who: z.string() }) }, ({ who }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello ${who}` } }],
  }));
  return server;
}

serveStdio(build);
