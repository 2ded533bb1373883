import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { DEPLOY, type Members, startRig } from './testing.ts';

const LOGS = 'getMcpResourcesLogs';
const END = 'DELETE /gateway/mcp';

/** A gateway whose streams stay open; `events` are what it writes for a call, with the id of the request in the place of `ID`. */
async function streamingGateway(events: (answer: string) => readonly string[]) {
  const open: ServerResponse[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const { id, method } = JSON.parse(text || '{}') as Members;
    if (id === undefined) return void response.writeHead(202).end();
    open.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'one' });
    const results: Readonly<Record<string, object>> = {
      initialize: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'raw', version: '1' } },
      'tools/list': { tools: [{ name: LOGS }, { name: 'postMcpToolsDeployService' }] },
    };
    const payload = { tool: LOGS, success: true, result: { uri: 'logs', type: 'logs', data: [] } };
    const result = results[String(method)] ?? { content: [{ type: 'text', text: JSON.stringify(payload) }] };
    const answer = JSON.stringify({ jsonrpc: '2.0', id, result });
    const written = method === 'tools/call' ? events(answer) : [answer];
    for (const data of written) response.write(`event: message\ndata: ${data}\n\n`);
    if (method === 'tools/call' && written.length === 0) response.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const note = JSON.stringify({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level: 'info', data: 'busy' },
});
const foreign = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  result: { content: [{ type: 'text', text: '{"data":[1]}' }] },
});
const question = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

describe('answers of the gateway as a stream', () => {
  it('are taken when they come, though the stream stays open, and those of others are passed over', async () => {
    await using gateway = await streamingGateway(answer => [note, foreign, question, answer]);
    await using rig = await startRig({ settings: { gatewayEnabled: true, gatewayUrl: gateway.url } });
    const began = Date.now();
    expect(await rig.ok(LOGS)).toMatchObject({ route: 'gateway', result: { count: 0 } });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('that end without ours leave a write unknown, and it is not sent again', async () => {
    await using gateway = await streamingGateway(() => []);
    await using rig = await startRig({ settings: { gatewayEnabled: true, gatewayUrl: gateway.url } });
    const { structured } = await rig.call('deploy_service', DEPLOY);
    expect(structured).toMatchObject({ success: false, result: { deployment: { status: 'UNKNOWN' } } });
    expect(rig.sandbox.writes).toBe(0);
  });
});

describe('the session at the gateway', () => {
  it('is ended with the account', async () => {
    await using rig = await startRig({ gateway: true });
    await rig.ok(LOGS);
    await rig.account.close();
    const [sent] = rig.sent(END);
    expect(sent).toMatchObject({ status: 204, headers: { 'mcp-session-id': expect.any(String) } });
  });

  it('is not ended where there is none, and a gateway that does not let go holds nobody up', async () => {
    await using rig = await startRig({ gateway: true });
    await rig.account.close();
    expect(rig.sent(END)).toHaveLength(0);
    await rig.ok(LOGS);
    rig.sandbox.faults.inject({ kind: 'status', status: 405, path: '/gateway/mcp' });
    await rig.account.close();
    rig.sandbox.faults.inject({ kind: 'slow', delayMs: 20_000, path: '/gateway/mcp' });
    const began = Date.now();
    await rig.account.close();
    expect(Date.now() - began).toBeLessThan(3_000);
  });
});
