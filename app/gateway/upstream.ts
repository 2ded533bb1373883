import type { Definition, Definitions } from '../connections/index.ts';
import { GatehouseError } from '../contract/errors.ts';
import type { Server } from '../servers/index.ts';
import type { Call } from './call.ts';
import { type Changes, cut, type Outline, valueAt } from './json-spans.ts';
import { createLineReader } from './lines.ts';
import {
  CODE,
  type Era,
  errorLine,
  isObject,
  type Json,
  KEY,
  MODERN,
  NEWEST_LEGACY,
  notificationLine,
  requestLine,
  resultLine,
} from './protocol.ts';
import { messageOutline, requestToChild } from './translate.ts';
import { chars, decode, encode, parse, print, type WireText } from './wire-text.ts';

export interface UpstreamEvents {
  /** The child's answer to a call. */
  onResponse(call: Call, text: WireText, message: Outline): void;
  /** An answer to a call that was cancelled before. */
  onLate(intent: number): void;
  onProgress(call: Call, params: Json): void;
  /** A legacy child asks the user something; `id` is raw JSON. */
  onQuestion(id: WireText, method: string, params: unknown): void;
  /** `tools`, `prompts`, `resources`, or one resource's URI. */
  onChanged(what: 'tools' | 'prompts' | 'resources' | { readonly uri: string }): void;
  /** A custom child told what it offers. */
  onDefinitions(definitions: Definitions): void;
  /** The child is gone; these calls had been sent. */
  onGone(calls: readonly Call[], reason: string): void;
  note(text: string): void;
}

export interface UpstreamTimes {
  readonly probeMs: number;
  readonly startMs: number;
}

const CLIENT_INFO = { name: 'gatehouse', version: '1.0.0' };
const VALIDATE_BELOW = 64 * 1024;
const REMEMBER_CANCELLED = 1_000;
const REVIVE_MS = 2_000;
const ACKNOWLEDGED_MS = 3_000;

/** The side towards one child: its era, our ids, the calls in flight, its subscriptions. */
export class Upstream {
  readonly #server: Server;
  readonly #events: UpstreamEvents;
  readonly #custom: boolean;
  readonly #times: UpstreamTimes;
  readonly #calls = new Map<number, Call>();
  readonly #cancelled = new Map<number, number>();
  readonly #internal = new Map<string, (message: Json) => void>();
  #era: Era | undefined;
  #knownEra: Era | undefined;
  #ready: Promise<void> | undefined;
  #isReady = false;
  #next = 1;
  #nextInternal = 1;
  #reader = this.#newReader();
  #uris: ReadonlySet<string> = new Set();
  /** What the child was told to watch, and which of it it will tell of. */
  #told: ReadonlySet<string> | undefined;
  #watched: Promise<ReadonlySet<string>> = Promise.resolve(new Set());
  readonly #acknowledge = new Map<string, (uris: ReadonlySet<string>) => void>();
  #listenId: string | undefined;
  #relist: NodeJS.Timeout | undefined;
  #introduced: { readonly capabilities: Json; readonly instructions: string } = { capabilities: {}, instructions: '' };

  constructor(
    server: Server,
    events: UpstreamEvents,
    custom: boolean,
    times: UpstreamTimes = { probeMs: 5_000, startMs: 30_000 },
  ) {
    this.#server = server;
    this.#events = events;
    this.#custom = custom;
    this.#times = times;
    if (!custom) this.#knownEra = 'modern';
  }

  get era(): Era {
    return this.#era ?? this.#knownEra ?? 'legacy';
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get openCalls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** Starts the child and finds out how to speak with it. Errors: those of `Server.start`, `GH_SERVER_CANNOT_START`. */
  ready(): Promise<void> {
    this.#ready ??= this.#start().then(
      () => {
        this.#isReady = true;
      },
      (error: unknown) => {
        this.#ready = undefined;
        throw error;
      },
    );
    return this.#ready;
  }

  /** Sends a call under an id of ours; `extra` sets or leaves out members of its `params`. Only when ready. */
  send(call: Call, extra: Changes, meta: Readonly<Record<string, unknown>>, capabilities: Json): void {
    const id = this.#next++;
    call.upstreamId = id;
    call.state = 'sent';
    this.#calls.set(id, call);
    this.#busy();
    this.#write(
      requestToChild(call, {
        id,
        childEra: this.era,
        withProgress: call.token !== undefined,
        meta: this.#custom ? {} : meta,
        clientInfo: call.clientInfo,
        capabilities,
        params: extra,
      }),
    );
  }

  /** Tells the child to stop and forgets the call; a late answer is reported by its intent. */
  cancel(call: Call, reason: string): void {
    if (!this.#calls.delete(call.upstreamId)) return;
    this.#busy();
    this.#cancelled.set(call.upstreamId, call.intent);
    if (this.#cancelled.size > REMEMBER_CANCELLED) {
      const oldest = this.#cancelled.keys().next().value;
      if (oldest !== undefined) this.#cancelled.delete(oldest);
    }
    const params = { requestId: call.upstreamId, reason, ...this.#envelope() };
    this.#write(notificationLine('notifications/cancelled', params));
  }

  /** Our answer to a legacy child's question. */
  reply(id: WireText, result: unknown): void {
    this.#write(resultLine(id, print(result)));
  }

  refuse(id: WireText, code: number, message: string): void {
    this.#write(errorLine(id, code, message));
  }

  /**
   * The resources that any session watches; a child that does not run is started for them, and told again whenever it starts.
   * Resolves with those that it will tell of. Errors: as `ready`.
   */
  async watch(uris: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    this.#uris = new Set(uris);
    if (!this.#isReady) {
      if (uris.size === 0) return uris;
      await this.ready();
    }
    return await this.#watch();
  }

  output(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  /** The process ended, `expected` or by itself: then it is started again for those who watch its resources. */
  exited(reason: string, expected: boolean): void {
    this.#isReady = false;
    this.#ready = undefined;
    this.#era = undefined;
    this.#listenId = undefined;
    this.#reader = this.#newReader();
    clearTimeout(this.#relist);
    for (const settle of this.#internal.values()) settle({ died: reason });
    this.#internal.clear();
    this.#told = undefined;
    for (const acknowledge of this.#acknowledge.values()) acknowledge(new Set());
    this.#acknowledge.clear();
    this.#cancelled.clear();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.#events.onGone(calls, reason);
    if (expected || this.#uris.size === 0) return;
    setTimeout(() => {
      if (this.#uris.size > 0) this.ready().catch(() => undefined);
    }, REVIVE_MS).unref();
  }

  async #start(): Promise<void> {
    await this.#server.start();
    if (!this.#custom) {
      this.#era = 'modern';
      void this.#watch();
      return;
    }
    this.#introduced = await this.#findEra();
    this.#events.onDefinitions(await this.#definitions(this.#introduced.capabilities, this.#introduced.instructions));
    void this.#watch();
  }

  /** Tells the child what is watched now, unless it knows. */
  #watch(): Promise<ReadonlySet<string>> {
    const [before, uris] = [this.#told, this.#uris];
    const isKnown = before !== undefined && before.size === uris.size && [...uris].every(uri => before.has(uri));
    if (isKnown) return this.#watched;
    this.#told = uris;
    this.#busy();
    // Of our own servers nothing else is listened for.
    const isIdle = !this.#custom && uris.size === 0 && this.#listenId === undefined;
    if (isIdle) this.#watched = Promise.resolve(uris);
    else this.#watched = this.era === 'modern' ? this.#listen() : this.#subscribe(before ?? new Set());
    return this.#watched;
  }

  async #subscribe(before: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const uris = [...this.#uris];
    for (const uri of before) if (!this.#uris.has(uri)) void this.#ask('resources/unsubscribe', { uri });
    const asked = uris.filter(uri => !before.has(uri));
    const answers = await Promise.all(
      asked.map(async uri => ({ uri, isRefused: 'error' in (await this.#ask('resources/subscribe', { uri })) })),
    );
    const refused = answers.filter(({ isRefused }) => isRefused).map(({ uri }) => uri);
    return new Set(uris.filter(uri => !refused.includes(uri)));
  }

  /** In place, on the one process (mcp.md §3.1): a result of `initialize` means legacy even if a late discover says otherwise. */
  async #findEra(): Promise<{ readonly capabilities: Json; readonly instructions: string }> {
    if (this.#knownEra !== 'legacy') {
      const discovered = await this.#ask('server/discover', {}, this.#times.probeMs, 'modern');
      const result = isObject(discovered.result) ? discovered.result : undefined;
      if (Array.isArray(result?.supportedVersions) && result.supportedVersions.includes(MODERN))
        return this.#modern(result);
      if (namesModern(discovered.error)) return this.#modern(undefined);
      if ('died' in discovered) await this.#server.start();
      else if (!('late' in discovered)) this.#knownEra = 'legacy';
    }
    const params = {
      protocolVersion: NEWEST_LEGACY,
      capabilities: { elicitation: { form: {}, url: {} } },
      clientInfo: CLIENT_INFO,
    };
    const reply = await this.#ask('initialize', params, this.#times.startMs, 'legacy');
    if (namesModern(reply.error)) return this.#modern(undefined);
    if (!isObject(reply.result)) {
      const error = isObject(reply.error)
        ? String(reply.error.message)
        : 'died' in reply
          ? `it ended: ${reply.died}`
          : `no answer within ${this.#times.startMs / 1_000} s`;
      await this.#server.stop();
      throw new GatehouseError('GH_SERVER_CANNOT_START', `The server did not answer \`initialize\`: ${error}.`);
    }
    this.#era = 'legacy';
    this.#write(notificationLine('notifications/initialized'));
    return {
      capabilities: isObject(reply.result.capabilities) ? reply.result.capabilities : {},
      instructions: String(reply.result.instructions ?? ''),
    };
  }

  async #modern(discovered: Json | undefined): Promise<{ readonly capabilities: Json; readonly instructions: string }> {
    this.#era = 'modern';
    this.#knownEra = 'modern';
    const reply = discovered ?? (await this.#ask('server/discover', {}, this.#times.startMs)).result;
    const result = isObject(reply) ? reply : {};
    return {
      capabilities: isObject(result.capabilities) ? result.capabilities : {},
      instructions: String(result.instructions ?? ''),
    };
  }

  async #definitions(capabilities: Json, instructions: string): Promise<Definitions> {
    const all = async (method: string, key: string): Promise<readonly Definition[]> => {
      const items: Definition[] = [];
      for (let cursor: unknown, page = 0; page < 100; page++) {
        const reply = await this.#ask(method, cursor === undefined ? {} : { cursor }, this.#times.startMs);
        if (!isObject(reply.result)) return items;
        const list = reply.result[key];
        if (Array.isArray(list)) items.push(...list.filter(isObject));
        cursor = reply.result.nextCursor;
        if (cursor === undefined || cursor === null || cursor === '') break;
      }
      return items;
    };
    const has = (name: string): boolean => isObject(capabilities[name]);
    return {
      capabilities,
      instructions,
      tools: has('tools') ? await all('tools/list', 'tools') : [],
      prompts: has('prompts') ? await all('prompts/list', 'prompts') : [],
      resources: has('resources') ? await all('resources/list', 'resources') : [],
      templates: has('resources') ? await all('resources/templates/list', 'resourceTemplates') : [],
    };
  }

  /** One listen for everything; a changed set of resources opens a new one before the old one ends. */
  #listen(): Promise<ReadonlySet<string>> {
    const previous = this.#listenId;
    const id = `gh-listen-${this.#nextInternal++}`;
    this.#listenId = id;
    const notifications = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      ...(this.#uris.size > 0 ? { resourceSubscriptions: [...this.#uris] } : {}),
    };
    const params = { notifications, ...this.#envelope() };
    this.#write(requestLine(id, 'subscriptions/listen', params));
    if (previous !== undefined) {
      const cancel = { requestId: previous, ...this.#envelope() };
      this.#write(notificationLine('notifications/cancelled', cancel));
    }
    const { promise, resolve } = Promise.withResolvers<ReadonlySet<string>>();
    this.#acknowledge.set(id, resolve);
    // One that does not say what it will do is taken at its word: it declared that it can.
    const uris = this.#uris;
    setTimeout(() => this.#acknowledge.delete(id) && resolve(uris), ACKNOWLEDGED_MS).unref();
    return promise;
  }

  /** A request of the gateway itself. Resolves with the reply, `{late}` after `ms`, or `{died}`. */
  #ask(method: string, params: Json, ms: number = this.#times.startMs, era: Era = this.era): Promise<Json> {
    const id = `gh-${this.#nextInternal++}`;
    const full = era === 'modern' ? { ...params, ...this.#envelope(true) } : params;
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#internal.delete(id);
        resolve({ late: true });
      }, ms);
      this.#internal.set(id, message => {
        clearTimeout(timer);
        this.#internal.delete(id);
        resolve(message);
      });
      this.#write(requestLine(id, method, full));
    });
  }

  #envelope(always = false): Json {
    if (!always && this.era === 'legacy') return {};
    return { _meta: { [KEY.version]: MODERN, [KEY.clientInfo]: CLIENT_INFO, [KEY.capabilities]: {} } };
  }

  /** Watching is work too: an idle server is stopped. */
  #busy(): void {
    this.#server.busy(this.#calls.size + this.#uris.size);
  }

  #write(line: WireText): void {
    this.#server.write(chars(line));
  }

  #newReader() {
    return createLineReader(
      line => this.#line(line),
      head => this.#tooLong(head),
    );
  }

  #tooLong(head: WireText): void {
    const id = /"id"\s*:\s*(\d+)/.exec(chars(head))?.[1];
    const call = id === undefined ? undefined : this.#take(Number(id));
    this.#events.note('a message of the server was over 16 MiB and was dropped');
    if (call === undefined) return;
    const error = errorLine(encode(String(id)), CODE.gatehouse, 'The answer is over 16 MiB. Ask for less at a time.', {
      code: 'GH_RESULT_TOO_LARGE',
    });
    const message = messageOutline(error);
    if (message !== undefined) this.#events.onResponse(call, error, message);
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    this.#calls.delete(id);
    this.#busy();
    return call;
  }

  #line(text: WireText): void {
    const message = messageOutline(text);
    if (message === undefined || (chars(text).length < VALIDATE_BELOW && !isJson(text))) {
      this.#events.note(`dropped from stdout, since it is not a message: ${decode(text).slice(0, 200)}`);
      return;
    }
    const method = valueAt(message, 'method');
    const id = valueAt(message, 'id');
    if (method !== undefined) {
      const parsed = parse(text) as Json;
      if (id === undefined) this.#notification(String(parsed.method), parsed.params);
      else this.#request(cut(text, id), String(parsed.method), parsed.params);
      return;
    }
    if (id === undefined) return;
    const rawId = chars(cut(text, id));
    if (rawId.startsWith('"')) {
      this.#internal.get(String(JSON.parse(rawId)))?.(parse(text) as Json);
      return;
    }
    const number = Number(rawId);
    const call = this.#take(number);
    if (call !== undefined) return this.#events.onResponse(call, text, message);
    const late = this.#cancelled.get(number);
    if (late === undefined) return;
    this.#cancelled.delete(number);
    this.#events.onLate(late);
  }

  #request(id: WireText, method: string, params: unknown): void {
    if (method === 'ping') this.reply(id, {});
    else if (method === 'elicitation/create') this.#events.onQuestion(id, method, params);
    // A client's folders and its model are nobody else's business (mcp.md §3.5).
    else this.refuse(id, CODE.methodNotFound, `${method} is not offered by this gateway.`);
  }

  #notification(method: string, params: unknown): void {
    const object = isObject(params) ? params : {};
    switch (method) {
      case 'notifications/progress': {
        const call = typeof object.progressToken === 'number' ? this.#calls.get(object.progressToken) : undefined;
        if (call !== undefined) this.#events.onProgress(call, object);
        return;
      }
      case 'notifications/subscriptions/acknowledged':
        return this.#acknowledged(object);
      case 'notifications/message':
        return this.#events.note(
          `${object.level ?? 'info'}: ${typeof object.data === 'string' ? object.data : JSON.stringify(object.data)}`,
        );
      case 'notifications/tools/list_changed':
        return this.#changed('tools');
      case 'notifications/prompts/list_changed':
        return this.#changed('prompts');
      case 'notifications/resources/list_changed':
        return this.#changed('resources');
      case 'notifications/resources/updated':
        if (typeof object.uri === 'string') this.#events.onChanged({ uri: object.uri });
    }
  }

  #acknowledged({ _meta: meta, notifications }: Json): void {
    const id = isObject(meta) ? meta[KEY.subscription] : undefined;
    const uris = isObject(notifications) ? notifications.resourceSubscriptions : undefined;
    if (typeof id !== 'string') return;
    this.#acknowledge.get(id)?.(new Set(Array.isArray(uris) ? uris.filter(uri => typeof uri === 'string') : []));
    this.#acknowledge.delete(id);
  }

  /** A burst of notices makes one new reading of the lists. */
  #changed(what: 'tools' | 'prompts' | 'resources'): void {
    if (!this.#custom) return this.#events.onChanged(what);
    clearTimeout(this.#relist);
    this.#relist = setTimeout(() => {
      void this.#reread(what);
    }, 100);
  }

  async #reread(what: 'tools' | 'prompts' | 'resources'): Promise<void> {
    if (!this.#isReady) return;
    this.#events.onDefinitions(await this.#definitions(this.#introduced.capabilities, this.#introduced.instructions));
    this.#events.onChanged(what);
  }
}

function namesModern(error: unknown): boolean {
  return (
    isObject(error) &&
    error.code === CODE.unsupportedVersion &&
    isObject(error.data) &&
    Array.isArray(error.data.supported) &&
    error.data.supported.includes(MODERN)
  );
}

/** Bytes above 0x7f stand in strings only, where their meaning does not matter here: they need no decoding. */
function isJson(text: WireText): boolean {
  try {
    JSON.parse(chars(text));
    return true;
  } catch {
    return false;
  }
}
