import { randomUUID } from 'node:crypto';
import {
  jsonAnswer,
  Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type Switches,
} from '../../kit/sandbox.ts';
import type { DevopsSwitches } from './switches.ts';

/** The gateway's tools, and the request to the platform that each becomes. */
const TOOLS: Readonly<Record<string, readonly [method: string, path: string]>> = {
  get: ['GET', '/'],
  getMcpResources: ['GET', '/mcp/resources'],
  getMcpTools: ['GET', '/mcp/tools'],
  getMcpResourcesLogs: ['GET', '/mcp/resources/logs'],
  getMcpResourcesMetrics: ['GET', '/mcp/resources/metrics'],
  postMcpToolsDeployService: ['POST', '/mcp/tools/deploy_service'],
  postMcpToolsRollbackDeployment: ['POST', '/mcp/tools/rollback_deployment'],
};

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: Readonly<Record<string, unknown>> };
}

export interface Gateway {
  readonly routes: readonly Route[];
  /** Every session ends: the next request gets 404. */
  endSessions(): void;
}

/** An MCP endpoint before the platform, as §6 describes it. */
export function createGateway(platform: readonly Route[], switches: Switches<DevopsSwitches>): Gateway {
  const sessions = new Set<string>();

  const answerOf = (id: number | undefined, body: object): SandboxAnswer => {
    const message = { jsonrpc: '2.0', id, ...body };
    if (switches.current.gatewayForm === 'json') return jsonAnswer(200, message);
    const note = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } };
    const lines = JSON.stringify(message, null, 1).split('\n');
    const text = [
      `event: message\ndata: ${JSON.stringify(note)}`,
      `event: message\n${lines.map(line => `data:${line}`).join('\n')}`,
    ];
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `: open\n\n${text.join('\n\n')}\n\n`,
    };
  };

  const forward = async (request: SandboxRequest, name: string, given: Readonly<Record<string, unknown>>) => {
    const [method, path] = TOOLS[name] ?? [];
    const route = platform.find(one => one.method === method && one.path === path);
    if (route === undefined || method === undefined || path === undefined) return undefined;
    const query = new URLSearchParams(Object.entries(given).map(([key, value]) => [key, String(value)]));
    const body = Buffer.from(JSON.stringify({ arguments: given }));
    const forwarded = { ...request, method, path, query: method === 'GET' ? query : new URLSearchParams(), body };
    try {
      return await route.handle(forwarded);
    } catch (error) {
      if (error instanceof Refusal) return jsonAnswer(error.status, { detail: error.message });
      throw error;
    }
  };

  const call = async (request: SandboxRequest, { id, params }: Message): Promise<SandboxAnswer> => {
    const { persona, policy, losesAnswers } = switches.current;
    const name = (params?.name ?? '').replace(persona === null ? '' : `${persona}_`, '');
    const writes = TOOLS[name]?.[0] === 'POST';
    if (policy !== null && writes)
      return jsonAnswer(403, {
        error: { code: 'policy_denied', message: 'Production deploys are closed', policy, request_id: 'gw-1' },
      });
    const answer = await forward(request, name, params?.arguments ?? {});
    if (answer === undefined)
      return answerOf(id, { error: { code: -32_602, message: `Unknown tool: ${params?.name}` } });
    if (losesAnswers && writes) return jsonAnswer(504, { error: 'upstream timed out' });
    const text = String(answer.body ?? '');
    return answerOf(id, { result: { content: [{ type: 'text', text }], isError: answer.status >= 400 } });
  };

  const post = async (request: SandboxRequest): Promise<SandboxAnswer> => {
    const accept = request.headers.accept ?? '';
    if (!accept.includes('application/json') || !accept.includes('text/event-stream'))
      return jsonAnswer(406, { error: 'Not Acceptable' });
    const message: Message = JSON.parse(request.body.toString());
    if (message.method === 'initialize') {
      const session = randomUUID();
      sessions.add(session);
      const serverInfo = { name: 'sandbox-gateway', version: '1.0.0' };
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
      const answer = answerOf(message.id, { result });
      return { ...answer, headers: { ...answer.headers, 'mcp-session-id': session } };
    }
    const session = String(request.headers['mcp-session-id'] ?? '');
    if (session === '') return jsonAnswer(400, { error: 'Mcp-Session-Id is missing' });
    if (!sessions.has(session)) return jsonAnswer(404, { error: 'Session not found' });
    if (message.method === 'notifications/initialized') return { status: 202 };
    if (message.method === 'tools/list') {
      const { persona } = switches.current;
      const names = Object.keys(TOOLS).map(name => (persona === null ? name : `${persona}_${name}`));
      return answerOf(message.id, {
        result: { tools: names.map(name => ({ name, inputSchema: { type: 'object' } })) },
      });
    }
    if (message.method === 'tools/call') return await call(request, message);
    return answerOf(message.id, { error: { code: -32_601, message: 'Method not found' } });
  };

  const end = (request: SandboxRequest): SandboxAnswer => {
    sessions.delete(String(request.headers['mcp-session-id'] ?? ''));
    return { status: 204 };
  };
  return {
    routes: [
      { method: 'POST', path: '/gateway/mcp', handle: post },
      { method: 'DELETE', path: '/gateway/mcp', handle: end },
    ],
    endSessions: () => sessions.clear(),
  };
}
