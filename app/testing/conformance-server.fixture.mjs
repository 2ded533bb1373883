/**
 * What the conformance suite wants to find behind an endpoint (its scenario descriptions say what), as a bare server of the
 * 2026 era: the gateway brings it to clients of both.
 */
import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline';

const K = 'io.modelcontextprotocol/';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';
const send = message => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const text = value => ({ type: 'text', text: value });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const object = (properties = {}, required = []) => ({ type: 'object', properties, required });
const embedded = (uri, mimeType, value) => ({ type: 'resource', resource: { uri, mimeType, text: value } });
const seal = body => `${body}.${createHmac('sha256', 'conformance').update(body).digest('hex')}`;
const elicit = (message, properties, required = Object.keys(properties)) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: object(properties, required) },
});
const string = { type: 'string' };
const sampling = (words, maxTokens) => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: text(words) }], maxTokens },
});
const ask = (inputRequests, requestState) => ({
  resultType: 'input_required',
  inputRequests,
  ...(requestState === undefined ? {} : { requestState }),
});
const accepted = (answers, key) => (answers?.[key]?.action === 'accept' ? answers[key].content : undefined);

const schema2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: string, city: string } } },
  properties: {
    name: string,
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: string,
    email: string,
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const asking = (name, properties, words) => ({
  run: ({ inputResponses }) => {
    const answer = inputResponses?.answer;
    if (answer === undefined) return ask({ answer: elicit(words(name), properties) });
    return [
      text(
        `${name === 'test_elicitation' ? 'User response' : 'Elicitation completed'}: action=${answer.action}, content=${JSON.stringify(answer.content)}`,
      ),
    ];
  },
});
const NAME = { user_name: elicit('What is your name?', { name: string }) };

const tools = {
  test_simple_text: { run: () => [text('This is a simple text response for testing.')] },
  test_image_content: { run: () => [image] },
  test_audio_content: { run: () => [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] },
  test_embedded_resource: {
    run: () => [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  },
  test_multiple_content_types: {
    run: () => [
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
    ],
  },
  test_tool_with_logging: { run: () => [text('done')] },
  test_error_handling: {
    run: () => ({ content: [text('This tool intentionally returns an error for testing')], isError: true }),
  },
  test_tool_with_progress: {
    async run({ _meta }) {
      const progressToken = _meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined)
          send({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
        await pause(50);
      }
      return [text(String(progressToken ?? 'none'))];
    },
  },
  test_elicitation: {
    input: object({ message: string }, ['message']),
    run: ({ arguments: given, inputResponses }) => {
      const answer = inputResponses?.answer;
      if (answer === undefined)
        return ask({
          answer: elicit(given.message, {
            username: { ...string, description: "User's response" },
            email: { ...string, description: "User's email address" },
          }),
        });
      return [text(`User response: action=${answer.action}, content=${JSON.stringify(answer.content)}`)];
    },
  },
  test_elicitation_sep1034_defaults: asking(
    'defaults',
    {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    () => 'Please check these values',
  ),
  test_elicitation_sep1330_enums: asking(
    'enums',
    {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: [1, 2, 3].map(n => ({ const: `value${n}`, title: `Option ${n}` })) },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: {
        type: 'array',
        items: { anyOf: [1, 2, 3].map(n => ({ const: `value${n}`, title: `Choice ${n}` })) },
      },
    },
    () => 'Please choose',
  ),
  json_schema_2020_12_tool: { input: schema2020, run: () => [text('ok')] },
  test_input_required_result_elicitation: {
    run: ({ inputResponses }) => {
      const name = accepted(inputResponses, 'user_name')?.name;
      return typeof name === 'string' ? [text(`Hello, ${name}!`)] : ask(NAME);
    },
  },
  test_input_required_result_sampling: {
    run: ({ inputResponses }) =>
      inputResponses?.capital_question === undefined
        ? ask({ capital_question: sampling('What is the capital of France?', 100) })
        : [text(JSON.stringify(inputResponses.capital_question))],
  },
  test_input_required_result_list_roots: {
    run: ({ inputResponses }) =>
      inputResponses?.client_roots === undefined
        ? ask({ client_roots: { method: 'roots/list', params: {} } })
        : [text(JSON.stringify(inputResponses.client_roots))],
  },
  test_input_required_result_request_state: {
    run: ({ inputResponses, requestState }) =>
      accepted(inputResponses, 'confirm') === undefined
        ? ask({ confirm: elicit('Please confirm', { ok: { type: 'boolean' } }) }, seal('state'))
        : [text(requestState === seal('state') ? 'state-ok' : 'state-wrong')],
  },
  test_input_required_result_multiple_inputs: {
    run: ({ inputResponses }) =>
      ['user_name', 'greeting', 'client_roots'].every(key => inputResponses?.[key] !== undefined)
        ? [text('all there')]
        : ask(
            {
              ...NAME,
              greeting: sampling('Generate a greeting', 50),
              client_roots: { method: 'roots/list', params: {} },
            },
            seal('many'),
          ),
  },
  test_input_required_result_multi_round: {
    run: ({ inputResponses, requestState }) => {
      if (requestState === undefined)
        return ask({ step1: elicit('Step 1: What is your name?', { name: string }) }, seal('1'));
      if (requestState === seal('1'))
        return ask({ step2: elicit('Step 2: What is your favorite color?', { color: string }) }, seal('2'));
      return [text(`done: ${JSON.stringify(inputResponses)}`)];
    },
  },
  test_input_required_result_tampered_state: {
    run: ({ inputResponses, requestState }) => {
      if (inputResponses === undefined)
        return ask({ confirm: elicit('Please confirm', { ok: { type: 'boolean' } }) }, seal('tamper'));
      if (requestState !== seal('tamper'))
        throw Object.assign(new Error('requestState is not genuine'), { code: -32602 });
      return [text('genuine')];
    },
  },
  test_missing_capability: {
    run: ({ _meta }) => {
      if (_meta?.[`${K}clientCapabilities`]?.sampling !== undefined) return [text('it is there')];
      const data = { requiredCapabilities: { sampling: {} } };
      throw Object.assign(new Error('This tool needs sampling'), { code: -32021, data });
    },
  },
  test_streaming_elicitation: {
    run: ({ inputResponses }) => (accepted(inputResponses, 'user_name') === undefined ? ask(NAME) : [text('done')]),
  },
  test_logging_tool: { run: () => [text('nothing was logged')] },
  test_input_required_result_capabilities: {
    run: ({ inputResponses, _meta }) => {
      const capabilities = _meta?.[`${K}clientCapabilities`] ?? {};
      if (inputResponses !== undefined) return [text('answered')];
      const requests = {
        ...(capabilities.elicitation ? NAME : {}),
        ...(capabilities.sampling ? { greeting: sampling('Generate a greeting', 50) } : {}),
      };
      return Object.keys(requests).length === 0 ? [text('nothing to ask')] : ask(requests);
    },
  },
};

const user = content => ({ role: 'user', content });
const prompts = {
  test_simple_prompt: { run: () => [user(text('This is a simple prompt for testing.'))] },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    run: given => [user(text(`Prompt with arguments: arg1='${given.arg1}', arg2='${given.arg2}'`))],
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    run: given => [
      user(embedded(given.resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ],
  },
  test_prompt_with_image: { run: () => [user(image), user(text('Please analyze the image above.'))] },
  test_input_required_result_prompt: {
    run: (_given, { inputResponses }) => {
      const context = accepted(inputResponses, 'user_context')?.context;
      if (context === undefined)
        return ask({ user_context: elicit('What context should the prompt use?', { context: string }) });
      return [user(text(`In the context of ${context}`))];
    },
  },
};

const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'watched' },
};

const complete = result => ({ resultType: 'complete', ...result });
const cached = result => complete({ ttlMs: 60_000, cacheScope: 'private', ...result });

const handlers = {
  'server/discover': () =>
    cached({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
      _meta: { [`${K}serverInfo`]: { name: 'conformance', version: '1.0.0' } },
    }),
  'tools/list': () =>
    cached({
      tools: Object.entries(tools).map(([name, tool]) => ({
        name,
        description: `For the scenario of ${name}`,
        inputSchema: tool.input ?? object(),
      })),
    }),
  async 'tools/call'(params) {
    const tool = tools[params.name];
    if (tool === undefined) throw Object.assign(new Error(`Unknown tool: ${params.name}`), { code: -32602 });
    const result = await tool.run({ arguments: {}, ...params });
    if (Array.isArray(result)) return complete({ content: result });
    return result.resultType === undefined ? complete(result) : result;
  },
  'prompts/list': () =>
    cached({
      prompts: Object.entries(prompts).map(([name, prompt]) => ({
        name,
        description: `For the scenario of ${name}`,
        arguments: (prompt.arguments ?? []).map(argument => ({
          name: argument,
          description: 'a test argument',
          required: true,
        })),
      })),
    }),
  'prompts/get'(params) {
    const result = prompts[params.name].run(params.arguments ?? {}, params);
    return Array.isArray(result) ? complete({ messages: result }) : result;
  },
  'resources/list': () =>
    cached({
      resources: Object.entries(resources).map(([uri, { mimeType }]) => ({
        uri,
        name: uri.slice(7),
        description: 'a test resource',
        mimeType,
      })),
    }),
  'resources/templates/list': () =>
    cached({
      resourceTemplates: [
        {
          uriTemplate: 'test://template/{id}/data',
          name: 'template',
          description: 'by id',
          mimeType: 'application/json',
        },
      ],
    }),
  'resources/read'({ uri }) {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id !== undefined)
      return cached({
        contents: [
          {
            uri,
            mimeType: 'application/json',
            text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
          },
        ],
      });
    if (resources[uri] === undefined)
      throw Object.assign(new Error(`Resource not found: ${uri}`), { code: -32602, data: { uri } });
    return cached({ contents: [{ uri, ...resources[uri] }] });
  },
  'completion/complete': () =>
    complete({ completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false } }),
};

createInterface({ input: process.stdin }).on('line', async line => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'subscriptions/listen')
    return send({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: params.notifications, _meta: { [`${K}subscriptionId`]: id } },
    });
  try {
    const handler = handlers[method];
    if (handler === undefined) throw Object.assign(new Error(`Method not found: ${method}`), { code: -32601 });
    send({ id, result: await handler(params) });
  } catch (error) {
    send({
      id,
      error: {
        code: error.code ?? -32603,
        message: error.message,
        ...(error.data === undefined ? {} : { data: error.data }),
      },
    });
  }
});
