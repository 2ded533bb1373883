import { concat, encode, print, type WireText, wire } from './wire-text.ts';

/** The words of both protocol eras (mcp.md §1). */
const K = 'io.modelcontextprotocol/';
export const KEY = {
  version: `${K}protocolVersion`,
  clientInfo: `${K}clientInfo`,
  capabilities: `${K}clientCapabilities`,
  logLevel: `${K}logLevel`,
  serverInfo: `${K}serverInfo`,
  subscription: `${K}subscriptionId`,
  notWatched: 'io.gatehouse/notWatched',
} as const;

export const MODERN = '2026-07-28';
export const NEWEST_LEGACY = '2025-11-25';
const LEGACY_VERSIONS = [NEWEST_LEGACY, '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

export type Era = 'legacy' | 'modern';
export type Json = { readonly [key: string]: unknown };

export const CODE = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  gatehouse: -32000,
  legacyResourceNotFound: -32002,
  missingCapability: -32021,
  unsupportedVersion: -32022,
  urlElicitation: -32042,
} as const;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The client's version if we know it, else our newest: some clients break on any other answer (mcp.md §1.2). */
export function legacyVersion(asked: unknown): string {
  return typeof asked === 'string' && LEGACY_VERSIONS.includes(asked) ? asked : NEWEST_LEGACY;
}

/** `id` is raw JSON: a string or a number exactly as the peer wrote it. */
export function errorLine(id: WireText, code: number, message: string, data?: unknown): WireText {
  const error = data === undefined ? { code, message } : { code, message, data };
  return wire`{"jsonrpc":"2.0","id":${id},"error":${print(error)}}\n`;
}

export function resultLine(id: WireText, result: WireText): WireText {
  return concat(resultPieces(id, result));
}

export function resultPieces(id: WireText, result: WireText): readonly WireText[] {
  return [wire`{"jsonrpc":"2.0","id":${id},"result":`, result, wire`}\n`];
}

export function requestLine(id: string, method: string, params: unknown): WireText {
  return wire`{"jsonrpc":"2.0","id":${print(id)},"method":${print(method)},"params":${print(params)}}\n`;
}

export function notificationLine(method: string, params?: unknown): WireText {
  return encode(`${JSON.stringify({ jsonrpc: '2.0', method, params })}\n`);
}

/** What elicitation a client can show. `{"elicitation":{}}` means forms only (mcp.md §1.4). */
export function elicitationOf(capabilities: unknown): { readonly form: boolean; readonly url: boolean } {
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  if (!isObject(elicitation)) return { form: false, url: false };
  return { form: 'form' in elicitation || !('url' in elicitation), url: 'url' in elicitation };
}
