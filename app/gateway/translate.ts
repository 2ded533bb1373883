import { type Changes, cut, EMPTY, inner, type Outline, outline, rewrite, touches, valueAt } from './json-spans.ts';
import { CODE, type Era, isObject, type Json, KEY, MODERN } from './protocol.ts';
import { chars, encode, NOTHING, parse, print, type WireText, wire } from './wire-text.ts';

/** The client's request, and where `params` and `_meta` are in it. */
export interface Incoming {
  readonly text: WireText;
  readonly message: Outline;
  readonly given: Outline | undefined;
  readonly meta: Outline | undefined;
}

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
export function requestToChild({ text, message, given, meta }: Incoming, out: Outgoing): WireText {
  const params = paramsToChild(text, given, metaToChild(text, meta, out), out);
  const envelope = new Map([['id', encode(String(out.id))]]);
  if (params !== undefined) envelope.set('params', params);
  return wire`${rewrite(text, message, envelope)}\n`;
}

/** Members of `params` that are said anew to each server. */
const OF_THE_HOP: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState']);

/** `undefined`: as they are. */
function paramsToChild(
  text: WireText,
  given: Outline | undefined,
  meta: WireText | undefined,
  out: Outgoing,
): WireText | undefined {
  const isAsItIs = meta === undefined && out.params.size === 0;
  if (isAsItIs && given?.members.every(({ key }) => !OF_THE_HOP.has(key)) === true) return undefined;
  const changes = new Map(out.params).set('_meta', meta);
  if (out.childEra === 'legacy') changes.set('inputResponses', undefined).set('requestState', undefined);
  if (given === undefined) return objectOf(changes);
  return touches(given, changes) ? rewrite(text, given, changes) : undefined;
}

function metaToChild(text: WireText, meta: Outline | undefined, out: Outgoing): WireText | undefined {
  if (meta === undefined && out.childEra === 'legacy' && !out.withProgress) return undefined;
  const modern = out.childEra === 'modern';
  const changes = new Map<string, WireText | undefined>([
    [KEY.version, modern ? print(MODERN) : undefined],
    [KEY.clientInfo, modern && out.clientInfo !== undefined ? print(out.clientInfo) : undefined],
    [KEY.capabilities, modern ? print(out.capabilities) : undefined],
    [KEY.logLevel, undefined],
    ['progressToken', out.withProgress ? print(out.id) : undefined],
  ]);
  for (const [key, value] of Object.entries(out.meta)) changes.set(key, print(value));
  return unlessEmpty(meta === undefined ? objectOf(changes) : rewrite(text, meta, changes));
}

function unlessEmpty(object: WireText): WireText | undefined {
  return chars(object) === '{}' ? undefined : object;
}

function objectOf(changes: Changes): WireText {
  return rewrite(NOTHING, EMPTY, changes);
}

/** What a child's `result` says, as far as the gateway looks into it. */
export interface ResultFacts {
  readonly resultType: string | undefined;
  readonly isError: boolean;
  readonly result: Outline;
}

export function readResult(text: WireText, message: Outline): ResultFacts | undefined {
  const result = inner(text, message, 'result');
  if (result === undefined) return undefined;
  const type = valueAt(result, 'resultType');
  const isError = valueAt(result, 'isError');
  return {
    resultType: type === undefined ? undefined : String(parse(cut(text, type))),
    isError: isError !== undefined && chars(cut(text, isError)) === 'true',
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

/** A child's result for a client of the other era, or of the same. */
export function resultToClient(
  text: WireText,
  { result }: ResultFacts,
  method: string,
  to: Era,
  serverInfo: () => WireText,
): WireText {
  const changes = new Map<string, WireText | undefined>();
  const meta = inner(text, result, '_meta');
  if (meta !== undefined || to === 'modern') {
    const metaChanges = new Map([[KEY.serverInfo, to === 'modern' ? serverInfo() : undefined]]);
    changes.set('_meta', unlessEmpty(meta === undefined ? objectOf(metaChanges) : rewrite(text, meta, metaChanges)));
  }
  if (to === 'modern') {
    changes.set('resultType', wire`"complete"`);
    if (LISTS_AND_READS.has(method)) {
      if (valueAt(result, 'ttlMs') === undefined) changes.set('ttlMs', wire`0`);
      changes.set('cacheScope', wire`"private"`);
    }
  } else {
    changes.set('resultType', undefined).set('ttlMs', undefined).set('cacheScope', undefined);
    const structured = valueAt(result, 'structuredContent');
    const value = structured && cut(text, structured);
    if (value !== undefined && !chars(value).startsWith('{'))
      changes.set('structuredContent', wire`{"result":${value}}`);
  }
  return touches(result, changes) ? rewrite(text, result, changes) : cut(text, result);
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
export function messageOutline(line: WireText): Outline | undefined {
  const found = outline(line);
  if (found === undefined) return undefined;
  const text = chars(line);
  return found.end === text.length || text.slice(found.end).trim() === '' ? found : undefined;
}
