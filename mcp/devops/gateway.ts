import { randomUUID } from 'node:crypto';
import { type Answer, Fault, type Http, type Request } from '../kit/index.ts';
import { notConfigured } from './config.ts';
import { HOP } from './platform.ts';
import { type DevopsCall, detailOf, exchange, type Item, isItem, itemsOf, jsonOf } from './reply.ts';
import type { Devops } from './state.ts';

/** §6.2: what is offered, and what is understood of what comes back. */
const OFFERED = '2025-06-18';
const KNOWN = [OFFERED, '2025-03-26', '2025-11-25'];

interface Ask {
  readonly tool: string;
  readonly arguments: Item;
  readonly purpose: string;
  /** A write: sent once, with its key. */
  readonly idempotencyKey?: string;
  readonly timeoutMs?: number;
}

/** Calls a tool of the gateway and unwraps what the platform behind it said (§6.3). Throws `Fault`. */
export async function callGateway(call: DevopsCall, ask: Ask): Promise<Item> {
  const { tool, purpose } = ask;
  for (let again = false; ; again = true) {
    const session = await sessionOf(call);
    const name = session.tools.find(one => one === tool || one.endsWith(`_${tool}`));
    if (name === undefined)
      throw new Fault('GH_NOT_FOUND', `${purpose}: the gateway has no tool ${tool}.`, {
        hint: 'Publish it in the gateway, or switch gateway mode off.',
        fields: { reason: 'gateway_tool_missing' },
      });
    const message = { method: 'tools/call', params: { name, arguments: ask.arguments } };
    const posted = await post(call, message, ask, {
      'mcp-session-id': session.id,
      'mcp-protocol-version': session.version,
    });
    // §6.2: the session is gone, and nothing was done; only then a write goes out once more.
    if (posted.answer.status === 404 && !again) {
      call.state.gateway = undefined;
      continue;
    }
    return payloadOf(posted, ask);
  }
}

/** §6.2 row 5: the session ends with the account. */
export async function endSession({ config, gateway }: Devops, http: Http): Promise<void> {
  if (gateway === undefined || config.gatewayUrl === undefined) return;
  await http.send({
    method: 'DELETE',
    path: config.gatewayUrl,
    headers: { ...HOP, 'mcp-session-id': gateway.id, 'mcp-protocol-version': gateway.version },
    // 405: it does not let clients end sessions. 404: it is gone already.
    accept: [400, 404, 405],
    tries: 1,
    purpose: 'Ending the session at the gateway',
  });
}

interface Posted {
  readonly answer: Answer;
  /** Of our message: others may come before its answer. */
  readonly id: string;
}

async function post(
  call: DevopsCall,
  message: Item,
  ask: Ask,
  headers: Readonly<Record<string, string>> = {},
): Promise<Posted> {
  const { gatewayUrl } = call.state.config;
  if (gatewayUrl === undefined) throw notConfigured('The gateway', ['CEQUENCE_GATEWAY_URL']);
  const isWrite = ask.idempotencyKey !== undefined;
  const isNotice = String(message.method).startsWith('notifications/');
  const id = randomUUID();
  const request: Request = {
    method: 'POST',
    path: gatewayUrl,
    json: { jsonrpc: '2.0', ...(isNotice ? {} : { id }), ...message },
    // A stream may stay open after the answer has come.
    enough: (text, headers) => isStream(headers) && messageIn(text, headers, id) !== undefined,
    headers: {
      accept: 'application/json, text/event-stream',
      ...HOP,
      ...(ask.idempotencyKey === undefined ? {} : { 'idempotency-key': ask.idempotencyKey }),
      ...headers,
    },
    accept: [400, 403, 404, 406, ...(isWrite ? [429] : [])],
    purpose: ask.purpose,
    ...(isWrite ? { tries: 1 } : { harmless: true, tries: 2 }),
    ...(ask.timeoutMs === undefined ? {} : { timeoutMs: ask.timeoutMs }),
  };
  const answer = await exchange(call, request).catch((error: unknown) => {
    throw error instanceof Fault && error.code === 'GH_VENDOR_DOWN' ? unavailable(ask.purpose, error.message) : error;
  });
  return { answer, id };
}

async function sessionOf(call: DevopsCall) {
  if (call.state.gateway !== undefined) return call.state.gateway;
  const ask = { tool: '', arguments: {}, purpose: 'Opening a session at the gateway' };
  const clientInfo = { name: 'gatehouse-light-devops', version: call.account.version };
  const initialize = { method: 'initialize', params: { protocolVersion: OFFERED, capabilities: {}, clientInfo } };
  const opened = await post(call, initialize, ask);
  const { protocolVersion } = resultOf(opened, ask);
  const id = opened.answer.headers.get('mcp-session-id') ?? '';
  if (typeof protocolVersion !== 'string' || !KNOWN.includes(protocolVersion))
    throw unavailable(ask.purpose, `it speaks protocol ${protocolVersion}`);
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion };
  await post(call, { method: 'notifications/initialized' }, ask, headers);
  const listed = resultOf(await post(call, { method: 'tools/list' }, ask, headers), ask);
  const tools = itemsOf(listed.tools).map(({ name }) => String(name));
  call.state.gateway = { id, version: protocolVersion, tools };
  return call.state.gateway;
}

function payloadOf(posted: Posted, ask: Ask): Item {
  const result = resultOf(posted, ask);
  const [first] = itemsOf(result.content);
  const payload = result.structuredContent ?? parsed(String(first?.text ?? ''));
  if (result.isError === true) throw failed(payload, String(first?.text ?? ''), ask.purpose);
  return isItem(payload) ? payload : { text: String(first?.text ?? '') };
}

/** §6.3 row 3: a failure, though the status is 200. What the platform said is all that is known. */
function failed(payload: unknown, text: string, purpose: string): Fault {
  const said = detailOf(payload) || text.slice(0, 300);
  const forbidden = /permission|forbidden|not allowed/i.test(said);
  return new Fault(
    forbidden ? 'GH_VENDOR_SCOPE' : 'GH_VENDOR_REFUSED',
    `${purpose}: ${said || 'it failed without a word'}.`,
    {
      fields: { reason: forbidden ? 'forbidden' : 'upstream_refused' },
    },
  );
}

/** The `result` of an answer of JSON-RPC; every other answer is a fault (§6.4). */
function resultOf({ answer, id }: Posted, { purpose, idempotencyKey }: Ask): Item {
  if (answer.status >= 400) throw refusalOf(answer, purpose);
  const message = messageIn(answer.text, answer.headers, id);
  const error = isItem(message?.error) ? message.error : undefined;
  if (error !== undefined) throw rpcFault(error, purpose);
  if (isItem(message?.result)) return message.result;
  if (idempotencyKey === undefined) throw unavailable(purpose, 'its answer cannot be read');
  throw new Fault('GH_OUTCOME_UNKNOWN', `${purpose}: the gateway's answer cannot be read.`);
}

function rpcFault({ code, message }: Item, purpose: string): Fault {
  const missing = code === -32_601 || /unknown tool/i.test(String(message));
  return new Fault(missing ? 'GH_NOT_FOUND' : 'GH_VENDOR_REFUSED', `${purpose}: the gateway says ${message}.`, {
    fields: { reason: missing ? 'gateway_tool_missing' : 'invalid_arguments' },
  });
}

function refusalOf(answer: Answer, purpose: string): Fault {
  const { status } = answer;
  const body = jsonOf(answer);
  const error = isItem(body) && isItem(body.error) ? body.error : {};
  if (status === 403)
    return new Fault(
      'GH_VENDOR_REFUSED',
      `${purpose}: the gateway's policy forbids it: ${error.message ?? 'no reason given'}.`,
      {
        status,
        hint: 'Ask those who run the gateway. Going around a policy is not offered.',
        fields: { reason: 'policy_denied', policy: error.policy ?? null },
      },
    );
  if (status === 429) {
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return new Fault('GH_VENDOR_RATE', `${purpose}: the gateway takes no more requests now; nothing was done.`, {
      status,
      fields: { reason: 'rate_limited', retry_after_s: Number.isFinite(seconds) ? seconds : null },
    });
  }
  return unavailable(purpose, `it answered ${status}`);
}

/** The only failure after which a read may take the direct way (§7.2). */
export function unavailable(purpose: string, why: string): Fault {
  return new Fault('GH_VENDOR_DOWN', `${purpose}: the gateway is out of order (${why}).`, {
    fields: { reason: 'gateway_unavailable' },
  });
}

function isStream(headers: Headers): boolean {
  return (headers.get('content-type') ?? '').includes('text/event-stream');
}

/** Our answer, from JSON or from an event stream with other messages before it (§6.3 row 1). */
function messageIn(text: string, headers: Headers, id: string): Item | undefined {
  const texts = isStream(headers) ? text.split(/\r?\n\r?\n/).map(dataOf) : [text];
  return texts
    .map(parsed)
    .filter(isItem)
    .find(message => message.id === id && ('result' in message || 'error' in message));
}

function dataOf(event: string): string {
  const lines = event.split(/\r?\n/).filter(line => line.startsWith('data:'));
  return lines.map(line => line.slice(5).replace(/^ /, '')).join('\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
