/**
 * A scripted MCP server without any SDK, for tests: behaves well or badly as its first argument says.
 * `raw-server.fixture.mjs <kind> [<file for what was executed>]`
 *   legacy    answers initialize; -32601 to the rest of the modern era
 *   modern    answers server/discover; speaks the 2026 era alone
 *   silent    never answers server/discover, then is legacy
 *   picky     exits when the first message is not initialize, then is legacy
 *   stubborn  legacy, and stays when stdin ends or SIGTERM comes; has a child of its own
 *   drifting  legacy, and offers one more tool with every start (counts in <file>.starts)
 *   dead      exits at once
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const [kind, file] = process.argv.slice(2);
const K = 'io.modelcontextprotocol/';
const note = text => file !== undefined && appendFileSync(file, `${text}\n`);
const send = message => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const info = { name: `raw-${kind}`, version: '1.0.0' };
const questions = new Map();
const running = new Map();
let starts = 0;
let asked = 0;

if (kind === 'dead') {
  process.stderr.write('I cannot start: the config is missing\n');
  process.exit(3);
}
if (kind === 'drifting') {
  const counter = `${file}.starts`;
  starts = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
  writeFileSync(counter, String(starts + 1));
}
if (kind === 'stubborn') {
  process.on('SIGTERM', () => note('TERM ignored'));
  const helper = spawn(process.execPath, ['-e', 'process.on("SIGTERM",()=>{});setInterval(()=>{},1e3)'], {
    stdio: 'ignore',
  });
  note(`helper ${helper.pid}`);
  setInterval(() => undefined, 1_000);
}
note(`started ${process.pid}`);

const object = (properties = {}, required = []) => ({ type: 'object', properties, required });
const tools = [
  {
    name: 'echo',
    description: 'says it again',
    inputSchema: object({ text: { type: 'string' } }),
    vendorField: { kept: true },
  },
  { name: 'write', description: 'writes a line', inputSchema: object({ line: { type: 'string' } }, ['line']) },
  {
    name: 'slow',
    description: 'takes its time',
    inputSchema: object({ ms: { type: 'number' }, steps: { type: 'number' } }),
  },
  { name: 'big', description: 'answers much', inputSchema: object({ bytes: { type: 'number' } }) },
  { name: 'die', description: 'ends in the middle', inputSchema: object({ line: { type: 'string' } }) },
  { name: 'rubbish', description: 'writes nonsense on stdout before it answers', inputSchema: object() },
  { name: 'twice', description: 'answers the same id twice', inputSchema: object() },
  { name: 'ask', description: 'asks the person something', inputSchema: object({ about: { type: 'string' } }) },
  { name: 'where', description: 'where it runs', inputSchema: object() },
  { name: 'fails', description: 'a failing tool', inputSchema: object() },
  ...Array.from({ length: starts }, (_, n) => ({ name: `extra_${n}`, description: 'new', inputSchema: object() })),
];

const complete = result => (kind === 'modern' ? { resultType: 'complete', ...result } : result);
const cached = result => (kind === 'modern' ? complete({ ttlMs: 60_000, cacheScope: 'public', ...result }) : result);
const text = value => complete({ content: [{ type: 'text', text: value }] });
const pause = (ms, id) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    running.set(id, () => {
      clearTimeout(timer);
      reject(new Error('cancelled'));
    });
  });

async function call(id, params) {
  const args = params.arguments ?? {};
  const token = params._meta?.progressToken;
  switch (params.name) {
    case 'echo':
      return complete({ content: [{ type: 'text', text: String(args.text) }], unknownMember: { stays: [1, 2, 3] } });
    case 'write':
      note(`write ${args.line}`);
      return text(`wrote ${args.line}`);
    case 'slow': {
      const steps = args.steps ?? 1;
      for (let step = 1; step <= steps; step++) {
        await pause(args.ms / steps, id);
        if (token !== undefined)
          send({ method: 'notifications/progress', params: { progressToken: token, progress: step, total: steps } });
      }
      return text(`slept ${args.ms}`);
    }
    case 'big':
      return text('ü'.repeat(Math.floor(args.bytes / 2)));
    case 'die':
      note(`die ${args.line}`);
      process.exit(9);
      break;
    case 'rubbish':
      process.stdout.write('Listening on port 3000\n{"half":\n\n[1,2]\n\u0000\u0001\n"text"\n');
      return text('after the rubbish');
    case 'twice':
      send({ id, result: text('once') });
      return text('again');
    case 'where':
      return text(JSON.stringify({ cwd: process.cwd(), env: process.env, argv: process.argv, pid: process.pid }));
    case 'fails':
      return { ...text('it did not work: the disk is full'), isError: true };
    case 'ask': {
      const question = {
        message: `Sure about ${args.about}?`,
        requestedSchema: object({ sure: { type: 'boolean' } }, ['sure']),
      };
      if (kind === 'modern') {
        const answer = params.inputResponses?.sure;
        if (answer === undefined)
          return {
            resultType: 'input_required',
            inputRequests: { sure: { method: 'elicitation/create', params: { mode: 'form', ...question } } },
            requestState: `state-of-${args.about}`,
          };
        return text(`${params.requestState}: ${JSON.stringify(answer)}`);
      }
      const answer = await new Promise(resolve => {
        const questionId = `q${asked++}`;
        questions.set(questionId, resolve);
        send({ id: questionId, method: 'elicitation/create', params: question });
      });
      return text(`answered: ${JSON.stringify(answer.result ?? answer.error)}`);
    }
  }
  throw Object.assign(new Error(`Unknown tool: ${params.name}`), { code: -32602 });
}

async function answer(message) {
  const { id, method, params = {} } = message;
  if (method === undefined) {
    questions.get(id)?.(message);
    questions.delete(id);
    return;
  }
  if (method === 'notifications/cancelled') {
    note(`cancelled ${params.reason ?? ''}`);
    running.get(params.requestId)?.();
    return;
  }
  if (id === undefined) return;
  const envelope = params._meta?.[`${K}protocolVersion`];
  if (method === 'server/discover') {
    if (kind === 'silent') return;
    if (kind === 'picky') process.exit(4);
    if (kind !== 'modern') return send({ id, error: { code: -32601, message: 'Method not found' } });
    return send({
      id,
      result: cached({
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {} },
        instructions: 'Be careful with write.',
        _meta: { [`${K}serverInfo`]: info },
      }),
    });
  }
  if (kind === 'modern' && envelope === undefined)
    return send({ id, error: { code: -32022, message: 'modern only', data: { supported: ['2026-07-28'] } } });
  switch (method) {
    case 'initialize':
      return send({
        id,
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {} },
          serverInfo: info,
          instructions: 'Be careful with write.',
        },
      });
    case 'ping':
      return send({ id, result: {} });
    case 'tools/list':
      return send({ id, result: cached({ tools }) });
    case 'prompts/list':
      return send({
        id,
        result: cached({ prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }] }] }),
      });
    case 'prompts/get':
      return send({
        id,
        result: complete({
          messages: [{ role: 'user', content: { type: 'text', text: `Hello ${params.arguments?.who}` } }],
        }),
      });
    case 'resources/list':
      return send({ id, result: cached({ resources: [{ uri: 'raw://status', name: 'status' }] }) });
    case 'resources/templates/list':
      return send({ id, result: cached({ resourceTemplates: [] }) });
    case 'resources/read':
      return send({
        id,
        result: cached({ contents: [{ uri: params.uri, mimeType: 'text/plain', text: 'all well' }] }),
      });
    case 'resources/subscribe':
      send({ id, result: {} });
      return send({ method: 'notifications/resources/updated', params: { uri: params.uri } });
    case 'subscriptions/listen':
      send({
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: params.notifications, _meta: { [`${K}subscriptionId`]: id } },
      });
      for (const uri of params.notifications?.resourceSubscriptions ?? [])
        send({ method: 'notifications/resources/updated', params: { uri, _meta: { [`${K}subscriptionId`]: id } } });
      return;
    case 'tools/call':
      try {
        const result = await call(id, params);
        running.delete(id);
        return send({ id, result });
      } catch (error) {
        if (error.message === 'cancelled') return;
        return send({ id, error: { code: error.code ?? -32603, message: error.message } });
      }
  }
  send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
}

let rest = '';
let first = true;
process.stdin.setEncoding('utf8').on('data', chunk => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const message = JSON.parse(line);
    if (kind === 'picky' && first && message.method !== 'initialize') process.exit(4);
    first = false;
    void answer(message);
  }
});
process.stdin.on('end', () => kind !== 'stubborn' && process.exit(0));
