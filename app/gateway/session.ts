import { randomBytes } from 'node:crypto';
import type { Call } from './call.ts';
import { type Era, elicitationOf, type Json, requestLine } from './protocol.ts';
import type { WireText } from './wire-text.ts';

/** Where a session's lines go: a bridge's socket, or one HTTP exchange. */
export interface SessionTransport {
  /** A line in pieces: to join them, the large result among them would have to be copied. */
  send(...pieces: readonly WireText[]): void;
  /** The gateway ends the session: the key was revoked, or the connection removed. */
  close(): void;
}

/** Which change notices a modern client asked for with one `subscriptions/listen`. */
export interface ListenFilter {
  readonly tools: boolean;
  readonly prompts: boolean;
  readonly resources: boolean;
  readonly uris: ReadonlySet<string>;
}

export interface SessionOptions {
  /** HTTP: each POST stands alone, so a legacy call needs no `initialize` before it. */
  readonly stateless?: boolean;
  /** What this and other exchanges of the same client watch together. */
  readonly uris?: Set<string>;
}

/** One live link from a client. Ids, tokens, capabilities, subscriptions and questions belong to it and never leave it (mcp.md §3.9). */
export class Session {
  readonly key = randomBytes(6).toString('hex');
  readonly client: string;
  /** UUID of the connection. */
  readonly connection: string;
  readonly stateless: boolean;
  readonly calls = new Map<WireText, Call>();
  readonly listens = new Map<WireText, ListenFilter>();
  /** Resources of those that wait until the server said what it will tell of. */
  readonly pendingListens = new Map<WireText, readonly string[]>();
  /** Resources that a client of the 2025 era watches. Over HTTP they belong to what it began with `initialize`. */
  readonly uris: Set<string>;
  /** There is, or can be, a stream on which a client of the 2025 era is told of changes. */
  readonly canBeTold: boolean;
  initialized = false;
  /** From `initialize`; a modern request brings its own. */
  capabilities: Json = {};
  clientInfo: unknown;
  open = true;
  readonly #transport: SessionTransport;
  readonly #questions = new Map<string, (reply: Json) => void>();
  #nextQuestion = 1;

  constructor(
    client: string,
    connection: string,
    transport: SessionTransport,
    { stateless = false, uris }: SessionOptions = {},
  ) {
    this.client = client;
    this.connection = connection;
    this.stateless = stateless;
    this.uris = uris ?? new Set();
    this.canBeTold = !stateless || uris !== undefined;
    this.#transport = transport;
  }

  send(...pieces: readonly WireText[]): void {
    if (this.open) this.#transport.send(...pieces);
  }

  /** A request of ours to a legacy client; resolves with its reply (`result` or `error`), or with `undefined` when the session ends. */
  ask(method: string, params: unknown): Promise<Json | undefined> {
    const id = `gh-${this.key}-${this.#nextQuestion++}`;
    return new Promise(resolve => {
      this.#questions.set(id, resolve);
      this.send(requestLine(id, method, params));
    });
  }

  /** A reply to one of our questions; says whether it was one. */
  replied(id: unknown, reply: Json): boolean {
    const resolve = typeof id === 'string' ? this.#questions.get(id) : undefined;
    if (typeof id === 'string') this.#questions.delete(id);
    resolve?.(reply);
    return resolve !== undefined;
  }

  /** What may be asked of the client for a message of that era. */
  elicitation(era: Era, envelopeCapabilities: unknown): { readonly form: boolean; readonly url: boolean } {
    return elicitationOf(era === 'modern' ? envelopeCapabilities : this.capabilities);
  }

  end(): void {
    if (!this.open) return;
    this.open = false;
    for (const resolve of this.#questions.values()) resolve({});
    this.#questions.clear();
    this.#transport.close();
  }
}
