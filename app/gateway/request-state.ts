import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Json } from './protocol.ts';

/** What a sealed state may carry. */
export interface InnerState {
  /** The child's own `requestState`, verbatim. */
  readonly child?: string;
  /** The parked call that waits for the answer. */
  readonly parked?: number;
  /** Number of the intent under which a person approved the call. */
  readonly approved?: number;
}

/**
 * Seals what a modern client must hand back: bound to the client, the connection and the very call with its arguments, so
 * that nobody gets approval for one call and repeats with another. Dies with the host (mcp.md §2.9, §3.5).
 */
export interface StateSealer {
  seal(client: string, connection: string, call: CallIdentity, inner: InnerState): string;
  /** `undefined` for a foreign, altered or expired state. */
  unseal(client: string, connection: string, call: CallIdentity, state: unknown): InnerState | undefined;
}

export interface CallIdentity {
  readonly method: string;
  readonly params: Json;
}

const TTL_MS = 300_000;

export function createStateSealer(now: () => Date): StateSealer {
  const key = randomBytes(32);
  const macOf = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    seal(client, connection, call, inner) {
      const body = Buffer.from(
        JSON.stringify({ client, connection, call: digestOf(call), inner, expires: now().getTime() + TTL_MS }),
      ).toString('base64url');
      return `${body}.${macOf(body).toString('base64url')}`;
    },
    unseal(client, connection, call, state) {
      if (typeof state !== 'string') return undefined;
      const [body = '', tag = ''] = state.split('.');
      const wanted = macOf(body);
      const given = Buffer.from(tag, 'base64url');
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      const sealed = JSON.parse(Buffer.from(body, 'base64url').toString()) as {
        readonly client: string;
        readonly connection: string;
        readonly call: string;
        readonly inner: InnerState;
        readonly expires: number;
      };
      const genuine =
        sealed.client === client &&
        sealed.connection === connection &&
        sealed.call === digestOf(call) &&
        sealed.expires > now().getTime();
      return genuine ? sealed.inner : undefined;
    },
  };
}

/** SHA-256 of method, name and arguments, keys sorted: the same call again gives the same digest. */
export function digestOf(call: CallIdentity): string {
  const { name, uri, arguments: args } = call.params;
  return createHash('sha256')
    .update(canonical([call.method, name ?? uri ?? null, args ?? null]))
    .digest('base64url');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
