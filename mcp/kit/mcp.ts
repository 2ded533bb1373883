import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { Account, CallOptions } from './account.ts';
import {
  abilitiesOf,
  type CatalogAction,
  type CatalogTool,
  presentFlat,
  presentResources,
  presentTemplates,
  presentTool,
} from './catalog.ts';
import { META, type Presentation } from './control.ts';
import { Fault } from './fault.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Assistants give up at 60 s; a call answers within this time or returns a handle (architecture §4). In ms. */
const WITHIN_MS = 55_000;
/** As the protocol limits them. */
const MOST_COMPLETIONS = 100;

/**
 * Both eras come from the same handlers: the SDK adds what each of them wants. One instance for each link; without
 * `subscriptions` none are announced.
 */
export function mcpServer(account: Account, presentation: Presentation, subscriptions?: Subscriptions): Server {
  const { catalog } = account;
  const { completions: completes, subscribe } = abilitiesOf(catalog);
  const watches = subscribe && subscriptions !== undefined;
  const server = new Server(
    { name: `gatehouse-${catalog.backend}`, title: catalog.title, version: catalog.version },
    {
      capabilities: {
        tools: {},
        ...(catalog.prompts.length > 0 ? { prompts: {} } : {}),
        ...(catalog.resources.length > 0 ? { resources: watches ? { subscribe: true } : {} } : {}),
        ...(completes ? { completions: {} } : {}),
      },
      instructions: catalog.instructions,
    },
  );
  server.setRequestHandler('tools/list', () => ({ tools: toolsOf(account, presentation) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { action: given, ...rest } = params.arguments ?? {};
    const found = resolve(catalog.tools, params.name, given, presentation);
    if (found === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    const { tool, action } = found;
    if (action === undefined) return unknownAction(account, tool, given);
    const input = tool.hasActionArgument && presentation === 'grouped' ? rest : (params.arguments ?? {});
    const { settled, ...options } = optionsOf(mcpReq);
    const answer = await account.call(tool, action, input, options);
    await settled();
    return {
      content: [{ type: 'text' as const, text: answer.text }, ...answer.blocks],
      structuredContent: { ...answer.structured },
      ...(answer.isError ? { isError: true } : {}),
      _meta: {
        ...(answer.trace.demo ? { [META.demo]: true } : {}),
        ...(answer.trace.requestId === undefined ? {} : { [META.vendorRequestId]: answer.trace.requestId }),
      },
    };
  });
  if (catalog.prompts.length > 0) {
    server.setRequestHandler('prompts/list', () => ({
      prompts: catalog.prompts.map(prompt => ({
        ...prompt,
        arguments: prompt.arguments.map(({ completes: _completes, ...argument }) => argument),
      })),
    }));
    server.setRequestHandler('prompts/get', ({ params }) => ({
      messages: [
        {
          role: 'user' as const,
          content: {
            type: 'text' as const,
            text: asProtocolError(() => account.prompt(params.name, params.arguments ?? {})),
          },
        },
      ],
    }));
  }
  if (completes) {
    server.setRequestHandler('completion/complete', async ({ params }, { mcpReq }) => {
      const { ref, argument } = params;
      const of = ref.type === 'ref/prompt' ? { prompt: ref.name } : { resource: ref.uri.replace(/\{.*$/s, '') };
      const values = await account.complete(of, argument.name, argument.value, optionsOf(mcpReq));
      const shown = values.slice(0, MOST_COMPLETIONS);
      return { completion: { values: shown, total: values.length, hasMore: values.length > shown.length } };
    });
  }
  if (catalog.resources.length > 0) {
    server.setRequestHandler('resources/list', () => ({ resources: presentResources(catalog) }));
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: presentTemplates(catalog) }));
    server.setRequestHandler('resources/read', async ({ params }, { mcpReq }) => {
      const { text, mimeType } = await account.resource(params.uri, optionsOf(mcpReq)).catch((error: unknown) => {
        throw asProtocol(error);
      });
      return { contents: [{ uri: params.uri, mimeType, text }] };
    });
  }
  if (watches) {
    server.setRequestHandler('resources/subscribe', ({ params }) => {
      if (subscriptions.open(params.uri, [params.uri]).length > 0) return {};
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `This resource cannot be watched: ${params.uri}`);
    });
    server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      subscriptions.close(params.uri);
      return {};
    });
  }
  return server;
}

/** The tools as this account may use them now. */
export function toolsOf(account: Account, presentation: Presentation) {
  return account.catalog.tools.flatMap(tool => {
    const permitted = (action: CatalogAction): boolean => account.info.permits(tool.name, action.name);
    const shown = presentation === 'flat' ? presentFlat(tool, permitted) : [presentTool(tool, permitted) ?? []].flat();
    return shown.map(one => ({ ...one, inputSchema: { ...one.inputSchema, type: 'object' as const } }));
  });
}

function resolve(tools: readonly CatalogTool[], name: string, given: unknown, presentation: Presentation) {
  for (const tool of tools) {
    if (presentation === 'flat') {
      const action = tool.actions.find(({ flatName }) => flatName === name);
      if (action !== undefined) return { tool, action };
    } else if (tool.name === name) {
      const wanted = tool.hasActionArgument ? given : name;
      return { tool, action: tool.actions.find(action => action.name === wanted) };
    }
  }
  return undefined;
}

function unknownAction(account: Account, tool: CatalogTool, given: unknown) {
  const names = tool.actions.map(({ name }) => name).filter(name => account.info.permits(tool.name, name));
  const said = given === undefined ? 'action is missing' : `There is no action ${JSON.stringify(given)}`;
  const fault = new Fault('GH_INVALID_INPUT', `${said}. Use one of: ${names.join(', ')}.`);
  const structuredContent = {
    success: false,
    error: fault.message,
    code: fault.code,
    hint: fault.hint,
    allowed_actions: names,
  };
  return {
    content: [{ type: 'text' as const, text: JSON.stringify(structuredContent) }],
    structuredContent,
    isError: true,
  };
}

interface Asked {
  readonly signal: AbortSignal;
  readonly _meta?: Readonly<Record<string, unknown>>;
  notify(notification: {
    method: 'notifications/progress';
    params: { progressToken: string | number; progress: number; total?: number; message?: string };
  }): Promise<void>;
}

/** SDK clients lose a progress notice that arrives in one chunk with its answer (mcp.md §3.2). In ms, as in the gateway. */
const PROGRESS_GAP_MS = 5;

/** `settled`: waits until an answer may follow the last progress notice. */
function optionsOf(asked: Asked): CallOptions & { settled(): Promise<void> } {
  const { signal, _meta: meta } = asked;
  const token = meta?.progressToken;
  const given = meta?.[META.deadlineMs];
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    async settled() {
      if (performance.now() - toldAt < PROGRESS_GAP_MS) await sleep(PROGRESS_GAP_MS);
    },
    signal,
    withinMs: typeof given === 'number' ? Math.min(given, WITHIN_MS) : WITHIN_MS,
    progress(done, total, message) {
      if (typeof token !== 'string' && typeof token !== 'number') return;
      const params = { progressToken: token, progress: done, ...(total === undefined ? {} : { total }), message };
      toldAt = performance.now();
      asked.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}

function asProtocolError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asProtocol(error);
  }
}

function asProtocol(error: unknown): unknown {
  return error instanceof Fault && (error.code === 'GH_NOT_FOUND' || error.code === 'GH_INVALID_INPUT')
    ? new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
    : error;
}
