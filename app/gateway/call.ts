import type { OfferedAction } from '../connections/index.ts';
import type { Outline, Part } from './json-spans.ts';
import type { Kept } from './kept-results.ts';
import type { Era, Json } from './protocol.ts';
import type { Session } from './session.ts';

/** One request of a client from its arrival to its answer. */
export interface Call {
  readonly session: Session;
  readonly era: Era;
  readonly method: string;
  readonly params: Json;
  readonly bytes: Buffer;
  readonly message: Outline;
  readonly action: OfferedAction;
  /** Capabilities that came with the request (modern) or with `initialize` (legacy). */
  readonly capabilities: unknown;
  readonly clientInfo: unknown;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Number of its intent in the history. */
  intent: number;
  /** The client cancelled or went. */
  cancelled: boolean;
  /** Set while a person is asked; aborts when the client cancels or goes. */
  abort: AbortController | undefined;
  /** Raw JSON of the id and the progress token to answer under; they change when a modern client repeats a parked call. */
  id: string;
  token: string | undefined;
  state: 'deciding' | 'queued' | 'sent' | 'parked' | 'done';
  upstreamId: number;
  attempts: number;
  rounds: number;
  /** Of the monotonic clock; SDK clients lose a progress notice that arrives together with its answer (mcp.md §3.2). */
  progressAt: number;
  /** Members of `params` that differ from what the client sent. */
  extra: ReadonlyMap<string, readonly Part[] | undefined>;
  /** Set when a person approved it: others may wait for the same result. */
  kept: Kept | undefined;
  deadline: NodeJS.Timeout | undefined;
  /** A legacy child's question that waits while the call is parked, and what came instead of an answer. */
  question: string | undefined;
  parkedResult: (() => void) | undefined;
}

export function rawId(value: unknown): string | undefined {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
    ? JSON.stringify(value)
    : undefined;
}
