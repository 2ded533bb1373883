import {
  type Changes,
  inner,
  type Outline,
  outline,
  type Part,
  rewrite,
  textAt,
  touches,
  valueAt,
} from './json-spans.ts';
import { CODE, type Era, isObject, type Json, KEY, MODERN } from './protocol.ts';

/** A request on its way to a child. */
export interface Outgoing {
  readonly id: number;
  readonly childEra: Era;
  readonly withProgress: boolean;
  /** Extra members of `_meta`, for our own servers. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly clientInfo: unknown;
  /** Capabilities of the originating client, reduced to what we relay. */
  readonly capabilities: Json;
  /** Members of `params` to set or (with `undefined`) to leave out. */
  readonly params: Changes;
}

/** The client's request with our id, our envelope and nothing else changed (mcp.md §3.6). */
export function requestToChild(bytes: Buffer, message: Outline, out: Outgoing): Part[] {
  const params = inner(bytes, message, 'params');
  const changes = new Map<string, readonly Part[] | undefined>(out.params);
  const meta = metaToChild(bytes, inner(bytes, params, '_meta'), out);
  changes.set('_meta', meta);
  if (out.childEra === 'legacy') {
    changes.set('inputResponses', undefined);
    changes.set('requestState', undefined);
  }
  const envelope = new Map<string, readonly Part[]>([['id', [String(out.id)]]]);
  if (params === undefined) envelope.set('params', objectOf(changes));
  else if (touches(params, changes)) envelope.set('params', rewrite(bytes, params, changes));
  return [...rewrite(bytes, message, envelope), '\n'];
}

function metaToChild(bytes: Buffer, meta: Outline | undefined, out: Outgoing): readonly Part[] | undefined {
  if (meta === undefined && out.childEra === 'legacy' && !out.withProgress) return undefined;
  const changes = new Map<string, readonly Part[] | undefined>();
  const modern = out.childEra === 'modern';
  changes.set(KEY.version, modern ? [`"${MODERN}"`] : undefined);
  changes.set(KEY.clientInfo, modern && out.clientInfo !== undefined ? [JSON.stringify(out.clientInfo)] : undefined);
  changes.set(KEY.capabilities, modern ? [JSON.stringify(out.capabilities)] : undefined);
  changes.set(KEY.logLevel, undefined);
  changes.set('progressToken', out.withProgress ? [String(out.id)] : undefined);
  for (const [key, value] of Object.entries(out.meta)) changes.set(key, [JSON.stringify(value)]);
  const parts = meta === undefined ? objectOf(changes) : rewrite(bytes, meta, changes);
  return parts.length === 2 ? undefined : parts;
}

function objectOf(changes: Changes): Part[] {
  return rewrite(Buffer.alloc(0), { start: 0, end: 0, members: [] }, changes);
}

/** What a child's `result` says, as far as the gateway looks into it. */
export interface ResultFacts {
  readonly resultType: string | undefined;
  readonly isError: boolean;
  readonly result: Outline;
}

export function readResult(bytes: Buffer, message: Outline): ResultFacts | undefined {
  const result = inner(bytes, message, 'result');
  if (result === undefined) return undefined;
  const type = valueAt(result, 'resultType');
  const isError = valueAt(result, 'isError');
  return {
    resultType: type === undefined ? undefined : String(JSON.parse(textAt(bytes, type))),
    isError: isError !== undefined && textAt(bytes, isError) === 'true',
    result,
  };
}

const LISTS_AND_READS = new Set([
  'resources/read',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
]);

/** The members of a child's result that change on the way to a client of the other era, or of the same. */
export function resultToClient(
  bytes: Buffer,
  facts: ResultFacts,
  method: string,
  to: Era,
  serverInfo: () => string,
): Part[] {
  const { result } = facts;
  const meta = inner(bytes, result, '_meta');
  const changes = new Map<string, readonly Part[] | undefined>();
  if (meta !== undefined || to === 'modern') {
    const metaChanges = new Map([[KEY.serverInfo, to === 'modern' ? [serverInfo()] : undefined]]);
    const newMeta = meta === undefined ? objectOf(metaChanges) : rewrite(bytes, meta, metaChanges);
    changes.set('_meta', newMeta.length === 2 ? undefined : newMeta);
  }
  if (to === 'modern') {
    changes.set('resultType', ['"complete"']);
    if (LISTS_AND_READS.has(method)) {
      if (valueAt(result, 'ttlMs') === undefined) changes.set('ttlMs', ['0']);
      changes.set('cacheScope', ['"private"']);
    }
  } else {
    changes.set('resultType', undefined);
    changes.set('ttlMs', undefined);
    changes.set('cacheScope', undefined);
    const structured = valueAt(result, 'structuredContent');
    if (structured !== undefined && bytes[structured.start] !== 0x7b) {
      changes.set('structuredContent', ['{"result":', bytes.subarray(structured.start, structured.end), '}']);
    }
  }
  return touches(result, changes) ? rewrite(bytes, result, changes) : [bytes.subarray(result.start, result.end)];
}

/** A child's error, in words that describe the client's hop and era, never ours with the child. */
export function errorToClient(
  error: unknown,
  to: Era,
  /** What the client declared for this call. */
  capabilities: unknown,
): { readonly code: number; readonly message: string; readonly data?: unknown } {
  if (!isObject(error)) return { code: CODE.internal, message: 'The server answered with an unreadable error.' };
  const given = typeof error.code === 'number' ? error.code : CODE.internal;
  const message = typeof error.message === 'string' ? error.message : 'The server gave no message.';
  const data = error.data === undefined ? {} : { data: error.data };
  if (to === 'modern' && given === CODE.missingCapability && lacks(capabilities, error.data))
    return { code: given, message, ...data };
  if (given <= -32020 && given >= -32022)
    return { code: CODE.internal, message: `The server refused the gateway's request: ${message}` };
  if (to === 'modern' && (given === CODE.legacyResourceNotFound || given === CODE.urlElicitation))
    return { code: CODE.invalidParams, message, ...data };
  return { code: given, message, ...data };
}

/** The child wants a capability that this client did not declare: true of the client, and not only of our own hop. */
function lacks(capabilities: unknown, data: unknown): boolean {
  const required = isObject(data) && isObject(data.requiredCapabilities) ? Object.keys(data.requiredCapabilities) : [];
  const declared = isObject(capabilities) ? capabilities : {};
  return required.length > 0 && required.every(name => !isObject(declared[name]));
}

/** A tool definition as a client of that era must see it. */
export function toolFor(era: Era, tool: Json): Json {
  const { execution, ...rest } = tool;
  if (era === 'modern') return rest;
  const schema = rest.outputSchema;
  if (!isObject(schema) || schema.type === 'object' || schema.type === undefined) return tool;
  return { ...tool, outputSchema: { type: 'object', properties: { result: schema }, required: ['result'] } };
}

/** The outline of a whole line, or `undefined` for anything that is not one JSON-RPC object. */
export function messageOutline(bytes: Buffer): Outline | undefined {
  const found = outline(bytes);
  if (found === undefined || bytes.subarray(found.end).some(byte => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d))
    return undefined;
  return found;
}
