import type { OfferedAction } from '../connections/index.ts';
import type { Changes, Outline } from './json-spans.ts';
import type { Kept } from './kept-results.ts';
import type { Era, Json } from './protocol.ts';
import type { Session } from './session.ts';
import { print, type WireText } from './wire-text.ts';

/** One request of a client from its arrival to its answer. */
export interface Call {
  readonly session: Session;
  readonly era: Era;
  readonly method: string;
  readonly params: Json;
  readonly text: WireText;
  readonly message: Outline;
  /** Of `params`, and of `_meta` in it. */
  readonly given: Outline | undefined;
  readonly meta: Outline | undefined;
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
  id: WireText;
  token: WireText | undefined;
  state: 'deciding' | 'queued' | 'sent' | 'parked' | 'done';
  upstreamId: number;
  attempts: number;
  rounds: number;
  /** Of the monotonic clock; SDK clients lose a progress notice that arrives together with its answer (mcp.md §3.2). */
  progressAt: number;
  /** Members of `params` that differ from what the client sent. */
  extra: Changes;
  /** Set when a person approved it: others may wait for the same result. */
  kept: Kept | undefined;
  deadline: NodeJS.Timeout | undefined;
  /** A legacy child's question that waits while the call is parked, and what came instead of an answer. */
  question: WireText | undefined;
  parkedResult: (() => void) | undefined;
}

export function rawId(value: unknown): WireText | undefined {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? print(value) : undefined;
}
