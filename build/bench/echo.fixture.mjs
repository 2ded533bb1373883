/** The child of every benchmark: a bare MCP server, 2025 era, that answers as fast as Node can. */
import { createInterface } from 'node:readline';

const tools = ['echo', 'write', 'big'].map(name => ({ name, inputSchema: { type: 'object' } }));
const mebibyte = 'x'.repeat(1_048_576);
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = body => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
  switch (method) {
    case 'initialize':
      return answer({
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'bench', version: '1' },
        },
      });
    case 'tools/list':
      return answer({ result: { tools } });
    case 'tools/call': {
      const text = params.name === 'big' ? mebibyte : String(params.arguments?.text ?? '');
      return answer({ result: { content: [{ type: 'text', text }] } });
    }
    default:
      return answer({ error: { code: -32601, message: 'Method not found' } });
  }
});
