import { META, type PlannedChange, type PlanOutcome } from '../../mcp/kit/control.ts';
import type { Audit, NewEntry } from '../audit/index.ts';
import type { Connection, Definitions, Offer, OfferedAction } from '../connections/index.ts';
import { GatehouseError } from '../contract/errors.ts';
import {
  type Answer,
  type Approvals,
  type Decision,
  decide,
  MASK,
  type Policy,
  type PolicyAction,
  type Questions,
  questionOf,
  redactArguments,
  redactText,
  standing,
} from '../policy/index.ts';
import { isoClock } from '../storage/index.ts';
import { type Call, rawId } from './call.ts';
import { type Changes, cut, EMPTY, inner, type Outline, outline, rewrite, valueAt } from './json-spans.ts';
import { createKeptResults } from './kept-results.ts';
import {
  CODE,
  type Era,
  elicitationOf,
  errorLine,
  isObject,
  type Json,
  KEY,
  legacyVersion,
  MODERN,
  notificationLine,
  resultLine,
  resultPieces,
} from './protocol.ts';
import { createStateSealer, digestOf, type InnerState } from './request-state.ts';
import { type ListenFilter, Session, type SessionOptions, type SessionTransport } from './session.ts';
import { errorToClient, messageOutline, type ResultFacts, readResult, resultToClient, toolFor } from './translate.ts';
import type { Upstream, UpstreamEvents } from './upstream.ts';
import { chars, decode, isEmpty, NOTHING, parse, print, type WireText, wire } from './wire-text.ts';

export interface GatewayDeps {
  readonly audit: Pick<Audit, 'append' | 'afterCommit'>;
  readonly approvals: Approvals;
  readonly questions: Questions;
  readonly connectionOf: (uuid: string) => Connection | undefined;
  readonly offerOf: (uuid: string) => Offer;
  readonly policyOf: (uuid: string) => Policy;
  readonly upstreamOf: (uuid: string) => Upstream;
  /** What a call would change, read at the vendor. Never throws. */
  readonly planOf: (uuid: string, action: OfferedAction, given: Json) => Promise<PlanOutcome>;
  /** Values to mask wherever they turn up: the connection's own credentials. */
  readonly secretsOf: (uuid: string) => readonly string[];
  readonly onDefinitions: (uuid: string, definitions: Definitions) => void;
  /** A line for the log of the connection's server. */
  readonly note: (uuid: string, text: string) => void;
  /** A person allowed this and like calls until a time. */
  readonly onAllowedUntil: (
    call: { readonly client: string; readonly connection: string; readonly action: PolicyAction },
    until: string,
    approver: string,
  ) => void;
  readonly now: () => Date;
  readonly version: string;
}

/** Client sessions in, server sessions out (architecture §5, mcp.md §3). */
export interface Gateway {
  open(client: string, connection: string, transport: SessionTransport, options?: SessionOptions): Session;
  receive(session: Session, line: WireText): void;
  close(session: Session): void;
  tooLong(session: Session): void;
  /** Grants, scopes or definitions changed: tell those whose lists may differ now. */
  listsChanged(connection: string, client?: string): void;
  /** A pause began or ended: vendors are asked no longer for what is watched, or again. */
  pauseChanged(): void;
  events(connection: string): UpstreamEvents;
  sessions(): readonly Session[];
  /** Ends every listen gracefully, before the host goes. */
  shutdown(): void;
}

/** Assistants give up at 60 s: an approved call that takes longer is answered with "repeat it to read the outcome". */
const ANSWER_WITHIN_MS = 55_000;
const PROGRESS_GAP_MS = 25;
const HOLD_PROGRESS_MS = 5_000;
const MAX_OPEN_CALLS = 1_000;
/** Addresses that one client watches on a connection: our servers watch 20 at once, for all clients. */
const WATCHED_EACH = 10;
const MAX_ROUNDS = 8;
const PARK_MS = 300_000;
/** Silence is a cancelled question, as it is a refused call. */
const QUESTION_MS = 45_000;
const ARGUMENTS_LIMIT = 16_384;
const LIST_TTL_MS = 60_000;

export function createGateway(deps: GatewayDeps): Gateway {
  const { audit, approvals, questions } = deps;
  const sessions = new Set<Session>();
  const kept = createKeptResults();
  const sealer = createStateSealer(deps.now);
  /** Parked calls by the number in their sealed state. */
  const parked = new Map<number, Call>();
  /** Legacy children that ask questions work on one call at a time, so that a question has one possible owner. */
  const serial = new Map<string, Call[]>();

  const time = isoClock(deps.now);
  const serverInfo = (session: Session): Json => ({
    name: 'gatehouse',
    title: `Gatehouse ${deps.connectionOf(session.connection)?.id ?? ''}`.trim(),
    version: deps.version,
  });
  const decisionFor = (session: Session, action: PolicyAction): Decision =>
    decide(session.client, action, deps.policyOf(session.connection), time());
  const shown =
    (session: Session) =>
    (action: PolicyAction): boolean => {
      const { verdict } = standing(session.client, action, deps.policyOf(session.connection), time());
      return verdict === 'allow' || verdict === 'ask';
    };

  // --- what clients send -----------------------------------------------------------------------------------------

  const receive = (session: Session, text: WireText): void => {
    let value: unknown;
    try {
      value = parse(text);
    } catch {
      return session.send(errorLine(NO_ID, CODE.parse, 'This line is not JSON.'));
    }
    const message = messageOutline(text);
    if (!isObject(value) || message === undefined)
      return session.send(errorLine(NO_ID, CODE.invalidRequest, 'One JSON-RPC message per line, please.'));
    if (typeof value.method !== 'string') {
      if ('result' in value || 'error' in value) return void session.replied(value.id, value);
      return session.send(errorLine(rawId(value.id) ?? NO_ID, CODE.invalidRequest, 'The message has no method.'));
    }
    const params = value.params === undefined ? {} : value.params;
    if (value.id === undefined) return notified(session, value.method, isObject(params) ? params : {});
    const span = valueAt(message, 'id');
    const id = rawId(value.id) === undefined || span === undefined ? undefined : cut(text, span);
    if (id === undefined)
      return session.send(errorLine(NO_ID, CODE.invalidRequest, 'The id must be a string or a number.'));
    if (!isObject(params)) return session.send(errorLine(id, CODE.invalidParams, 'params must be an object.'));
    if (session.calls.has(id) || session.listens.has(id) || session.pendingListens.has(id))
      return session.send(errorLine(id, CODE.invalidRequest, `The id ${decode(id)} is still in use.`));
    request(session, { text, message, id, method: value.method, params });
  };

  interface Request {
    readonly text: WireText;
    readonly message: Outline;
    readonly id: WireText;
    readonly method: string;
    readonly params: Json;
  }

  const request = (session: Session, asked: Request): void => {
    const { id, method, params } = asked;
    const meta = isObject(params._meta) ? params._meta : {};
    const version = meta[KEY.version];
    if (version === undefined) {
      if (method === 'initialize') return initialize(session, id, params);
      if (method === 'ping') return session.send(resultLine(id, NO_RESULT));
      if (method === 'server/discover') return session.send(errorLine(id, CODE.methodNotFound, 'Method not found'));
      if (!session.initialized && !session.stateless) {
        return session.send(
          errorLine(id, CODE.invalidParams, `Send initialize first, or put ${KEY.version} into params._meta.`),
        );
      }
      return serve(session, asked, 'legacy', session.capabilities, session.clientInfo);
    }
    if (typeof version !== 'string')
      return session.send(errorLine(id, CODE.invalidParams, `${KEY.version} must be a string.`));
    if (version !== MODERN) {
      return session.send(
        errorLine(id, CODE.unsupportedVersion, 'Unsupported protocol version', {
          supported: [MODERN],
          requested: version,
        }),
      );
    }
    if (!isObject(meta[KEY.capabilities]))
      return session.send(errorLine(id, CODE.invalidParams, `Missing _meta key ${KEY.capabilities}`));
    serve(session, asked, 'modern', meta[KEY.capabilities], meta[KEY.clientInfo]);
  };

  const initialize = (session: Session, id: WireText, params: Json): void => {
    const offer = deps.offerOf(session.connection);
    session.initialized = true;
    session.capabilities = isObject(params.capabilities) ? params.capabilities : {};
    session.clientInfo = params.clientInfo;
    const result = {
      protocolVersion: legacyVersion(params.protocolVersion),
      capabilities: capabilitiesOf(offer, session.canBeTold),
      serverInfo: serverInfo(session),
      ...(offer.instructions === '' ? {} : { instructions: offer.instructions }),
    };
    session.send(resultLine(id, print(result)));
  };

  const serve = (session: Session, asked: Request, era: Era, capabilities: unknown, clientInfo: unknown): void => {
    const { id, method, params } = asked;
    const modern = era === 'modern';
    const list = (key: string, items: readonly Json[]): void => {
      if (params.cursor !== undefined)
        return session.send(errorLine(id, CODE.invalidParams, 'There is one page only; no cursor was given out.'));
      const body = { [key]: items, ...(modern ? modernList(session) : {}) };
      session.send(resultLine(id, print(body)));
    };
    const offer = deps.offerOf(session.connection);
    switch (method) {
      case 'server/discover': {
        const body = {
          supportedVersions: [MODERN],
          capabilities: capabilitiesOf(offer, true),
          ...(offer.instructions === '' ? {} : { instructions: offer.instructions }),
          ...modernList(session),
        };
        return session.send(resultLine(id, print(body)));
      }
      case 'tools/list':
        return list(
          'tools',
          offer.tools(shown(session)).map(tool => toolFor(era, tool)),
        );
      case 'prompts/list':
        return list('prompts', readable(session, 'prompts/get') ? offer.prompts : []);
      case 'resources/list':
        return list('resources', readable(session, 'resources/read') ? offer.resources : []);
      case 'resources/templates/list':
        return list('resourceTemplates', readable(session, 'resources/read') ? offer.templates : []);
      case 'tools/call':
        return toolCall(session, asked, era, capabilities, clientInfo, offer);
      case 'prompts/get':
        if (!offer.prompts.some(({ name }) => name === params.name))
          return session.send(errorLine(id, CODE.invalidParams, `Unknown prompt: ${String(params.name)}`));
        return begin(session, asked, era, capabilities, clientInfo, plainAction(method, String(params.name)));
      case 'resources/read':
        if (
          typeof params.uri !== 'string' ||
          (offer.templates.length === 0 && !offer.resources.some(({ uri }) => uri === params.uri))
        ) {
          const code = modern ? CODE.invalidParams : CODE.legacyResourceNotFound;
          return session.send(errorLine(id, code, `Resource not found: ${String(params.uri)}`));
        }
        return begin(session, asked, era, capabilities, clientInfo, plainAction(method, params.uri));
      case 'completion/complete':
        if (!offer.completions) return session.send(errorLine(id, CODE.methodNotFound, 'Method not found'));
        return begin(session, asked, era, capabilities, clientInfo, plainAction(method, method));
      case 'subscriptions/listen':
        if (modern) return listen(session, id, params, offer);
        break;
      case 'logging/setLevel':
        // Not announced, yet some clients send it: a server's log goes to Gatehouse's own (mcp.md §3.6).
        if (!modern) return session.send(resultLine(id, NO_RESULT));
        break;
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        if (!modern && offer.subscribe && session.canBeTold && typeof params.uri === 'string') {
          if (method === 'resources/subscribe') return void subscribe(session, id, params.uri, offer);
          session.uris.delete(params.uri);
          void watch(session.connection);
          return session.send(resultLine(id, NO_RESULT));
        }
    }
    session.send(errorLine(id, CODE.methodNotFound, `Method not found: ${method}`));
  };

  const modernList = (session: Session): Json => ({
    resultType: 'complete',
    ttlMs: LIST_TTL_MS,
    cacheScope: 'private',
    _meta: { [KEY.serverInfo]: serverInfo(session) },
  });

  const readable = (session: Session, method: string): boolean => shown(session)(plainAction(method, method));

  /** Who may not read a resource unasked is not told that it changed: being told means that it is read every few seconds. */
  const mayWatch = (session: Session, uri: string): boolean =>
    decisionFor(session, plainAction('resources/read', uri)).verdict === 'allow';

  /** Undefined where a client may begin to watch, as far as the gateway can tell. */
  const unwatchable = (
    session: Session,
    offer: Offer,
    uri: string,
    places: Set<string>,
  ): GatehouseError | undefined => {
    if (offer.templates.length === 0 && !offer.resources.some(resource => resource.uri === uri)) return notWatched(uri);
    const { verdict, because, code } = decisionFor(session, plainAction('resources/read', uri));
    if (verdict === 'ask') return new GatehouseError('GH_WATCH_ASKS', `Reading is not allowed unasked: ${because}.`);
    if (verdict !== 'allow')
      return new GatehouseError(code ?? 'GH_DENIED', `Gatehouse did not let this be watched: ${because}.`);
    if (places.add(uri).size <= WATCHED_EACH) return undefined;
    places.delete(uri);
    return new GatehouseError('GH_WATCH_FULL', `${session.client} watches ${WATCHED_EACH} resources already.`);
  };

  const watchedBy = (session: Session): readonly string[] => [
    ...session.uris,
    ...[...session.listens.values()].flatMap(({ uris }) => [...uris]),
    ...[...session.pendingListens.values()].flat(),
  ];

  /** What all sessions of the client watch on this connection. */
  const placesOf = ({ client, connection }: Session): Set<string> => {
    const same = [...sessions].filter(one => one.client === client && one.connection === connection);
    return new Set(same.flatMap(watchedBy));
  };

  /** Watching asks the vendor for data again and again in the client's name: the history says since when, and that it was refused. */
  const writeDown = (session: Session, method: string, uri: string, refusal: GatehouseError | undefined): void => {
    const { because } = decisionFor(session, plainAction('resources/read', uri));
    const subject = subjectOf({ session, action: plainAction(method, uri) });
    const decision = refusal === undefined ? 'allow' : 'deny';
    const outcome: Partial<NewEntry> =
      refusal === undefined ? { outcome: 'ok' } : { outcome: 'refused', code: refusal.code, message: refusal.message };
    const call = audit.append({ ...subject, kind: 'intent', decision, rule: because }, 'soon');
    audit.append({ ...subject, ...outcome, kind: 'outcome', call }, 'soon');
  };

  const subscribe = async (session: Session, id: WireText, uri: string, offer: Offer): Promise<void> => {
    let refusal = unwatchable(session, offer, uri, placesOf(session));
    if (refusal === undefined) {
      session.uris.add(uri);
      if (!(await watch(session.connection)).has(uri)) {
        refusal = notWatched(uri);
        session.uris.delete(uri);
        void watch(session.connection);
      }
    }
    writeDown(session, 'resources/subscribe', uri, refusal);
    if (refusal === undefined) return session.send(resultLine(id, NO_RESULT));
    const code = refusal.code === 'GH_NOT_FOUND' ? CODE.legacyResourceNotFound : CODE.gatehouse;
    session.send(errorLine(id, code, refusal.message, refusal.toJSON()));
  };

  const notified = (session: Session, method: string, params: Json): void => {
    if (method !== 'notifications/cancelled') return;
    const id = rawId(params.requestId);
    if (id === undefined) return;
    const call = session.calls.get(id);
    if (call !== undefined)
      return cancel(call, typeof params.reason === 'string' ? params.reason : 'cancelled by the client');
    if (session.listens.delete(id) || session.pendingListens.delete(id)) {
      session.send(endOfListening(id));
      void watch(session.connection);
    }
  };

  // --- a call: decide, remember, forward, answer -------------------------------------------------------------------

  const toolCall = (
    session: Session,
    asked: Request,
    era: Era,
    capabilities: unknown,
    clientInfo: unknown,
    offer: Offer,
  ): void => {
    const { id, params } = asked;
    if (typeof params.name !== 'string')
      return session.send(errorLine(id, CODE.invalidParams, 'params.name must be the name of a tool.'));
    const args = params.arguments ?? {};
    if (!isObject(args)) return session.send(errorLine(id, CODE.invalidParams, 'params.arguments must be an object.'));
    const found = offer.resolve(params.name, args);
    if (found === undefined) return session.send(errorLine(id, CODE.invalidParams, `Unknown tool: ${params.name}`));
    if ('unknownAction' in found) {
      const names = found.unknownAction.filter(shown(session)).map(({ action }) => action);
      if (names.length === 0) return session.send(errorLine(id, CODE.invalidParams, `Unknown tool: ${params.name}`));
      const given = args.action === undefined ? 'is missing' : `is ${JSON.stringify(args.action)}`;
      return session.send(
        resultLine(id, toolError(era, 'GH_INVALID_INPUT', `action ${given}. Use one of: ${names.join(', ')}.`, '')),
      );
    }
    begin(session, asked, era, capabilities, clientInfo, found);
  };

  const begin = (
    session: Session,
    asked: Request,
    era: Era,
    capabilities: unknown,
    clientInfo: unknown,
    action: OfferedAction,
  ): void => {
    if (session.calls.size >= MAX_OPEN_CALLS)
      return session.send(
        errorLine(asked.id, CODE.gatehouse, `More than ${MAX_OPEN_CALLS} calls are open.`, {
          code: 'GH_TOO_MANY_CALLS',
        }),
      );
    const { text, message } = asked;
    const given = inner(text, message, 'params');
    const meta = inner(text, given, '_meta');
    const token = valueAt(meta, 'progressToken');
    const call: Call = {
      session,
      era,
      method: asked.method,
      params: asked.params,
      text,
      message,
      given,
      meta,
      action,
      capabilities,
      clientInfo,
      startedAt: performance.now(),
      cancelled: false,
      abort: undefined,
      intent: 0,
      id: asked.id,
      token: token && cut(text, token),
      state: 'deciding',
      upstreamId: 0,
      attempts: 0,
      rounds: 0,
      progressAt: 0,
      extra: UNCHANGED,
      kept: undefined,
      deadline: undefined,
      question: undefined,
      parkedResult: undefined,
    };
    let state: InnerState | undefined;
    if (era === 'modern' && asked.params.requestState !== undefined) {
      state = sealer.unseal(session.client, session.connection, call, asked.params.requestState);
      if (state === undefined)
        return session.send(errorLine(asked.id, CODE.invalidParams, 'Invalid or expired requestState'));
      if (state.parked !== undefined) return resume(call, state.parked);
    }
    session.calls.set(call.id, call);
    const decision =
      state?.approved === undefined ? decisionFor(session, action) : approvedEarlier(session, action, state.approved);
    if (decision.verdict === 'allow' && action.effect === 'read') {
      // A read goes ahead of its intent: describing and chaining it takes as long as the child needs to answer.
      forward(call, state);
      process.nextTick(() => {
        if (call.intent === 0) call.intent = audit.append(intentOf(call, decision), 'soon');
      });
      return;
    }
    call.intent = audit.append(intentOf(call, decision), action.effect === 'read' ? 'soon' : 'durable');
    if (decision.verdict === 'allow') forward(call, state);
    else if (decision.verdict === 'ask') void ask(call, state);
    else refuse(call, decision);
  };

  /** A later leg of a call that a person approved: everything but the asking is decided again. */
  const approvedEarlier = (session: Session, action: PolicyAction, intent: number): Decision => {
    const decision = decisionFor(session, action);
    return decision.verdict === 'ask'
      ? { verdict: 'allow', because: `approved under entry ${intent}`, code: null }
      : decision;
  };

  const intentOf = (call: Call, decision: Decision): NewEntry => {
    const { action, session } = call;
    return {
      kind: 'intent',
      ...subjectOf(call),
      ...(action.flags.length > 0 ? { flags: action.flags } : {}),
      decision: decision.verdict,
      rule: decision.because,
      ...(decision.code === null ? {} : { code: decision.code }),
      arguments: shortened(
        redactArguments(argumentsOf(call), action.secretParameters, deps.secretsOf(session.connection)),
      ),
      bytesIn: chars(call.text).length,
    };
  };

  const refuse = (call: Call, decision: Decision): void => {
    const code = decision.code ?? 'GH_DENIED';
    const error = new GatehouseError(code, `Gatehouse did not let this call through: ${decision.because}.`);
    answerError(call, error, 'refused');
  };

  const ask = async (call: Call, state: InnerState | undefined): Promise<void> => {
    const { session, action } = call;
    const key = `${session.client}\n${session.connection}\n${digestOf(call)}`;
    const earlier = state === undefined ? kept.find(key) : undefined;
    if (earlier !== undefined) return joinEarlier(call, earlier);
    const connection = deps.connectionOf(session.connection);
    const holding = holdWithProgress(call);
    call.abort ??= new AbortController();
    const plan = action.plans ? deps.planOf(session.connection, action, argumentsOf(call)) : undefined;
    let shown: PlanOutcome | undefined;
    void plan?.then(outcome => {
      shown = outcome;
    });
    const answer: Answer = await approvals.ask(
      {
        call: call.intent,
        client: session.client,
        connection: connection?.id ?? session.connection,
        connectionUuid: session.connection,
        tool: action.tool,
        action: action.action,
        effect: action.effect,
        flags: action.flags,
        arguments: redactArguments(argumentsOf(call), action.secretParameters, deps.secretsOf(session.connection)),
        demo: connection?.demo === true,
      },
      call.abort.signal,
      plan,
    );
    clearInterval(holding);
    if (answer.verdict === 'withdrawn') return;
    const approver = 'approver' in answer ? answer.approver : 'nobody';
    const details = {
      ...('until' in answer && answer.until !== undefined ? { until: answer.until } : {}),
      ...(shown?.ok === true ? { changes: shortened(shown.changes.map(keptOf)) } : {}),
    };
    audit.append(
      {
        ...subjectOf(call),
        kind: 'approval',
        call: call.intent,
        decision: answer.verdict,
        approver,
        ...('reason' in answer ? { message: answer.reason } : {}),
        ...(Object.keys(details).length === 0 ? {} : { details }),
      },
      action.effect === 'read' ? 'now' : 'durable',
    );
    if (answer.verdict === 'expired') {
      return answerError(
        call,
        new GatehouseError(
          'GH_APPROVAL_EXPIRED',
          'The person did not answer within 45 seconds, so the call was not made.',
        ),
        'refused',
      );
    }
    if (answer.verdict === 'deny') {
      const reason = answer.reason === '' ? 'No reason was given.' : `Their reason: ${answer.reason}`;
      return answerError(
        call,
        new GatehouseError('GH_APPROVAL_DENIED', `The person refused this call. ${reason}`),
        'refused',
      );
    }
    if (answer.until !== undefined)
      deps.onAllowedUntil({ client: session.client, connection: session.connection, action }, answer.until, approver);
    // A pause, or a narrower grant, that came while the person was thinking counts.
    const again = decisionFor(session, action);
    if (again.verdict === 'deny' || again.verdict === 'hide') return refuse(call, again);
    call.kept = kept.begin(key);
    call.deadline = setTimeout(
      () => stillRunning(call),
      Math.max(0, ANSWER_WITHIN_MS - (performance.now() - call.startedAt)),
    );
    forward(call, state);
  };

  /** An identical repeat of an approved call: the outcome of the first, now or when it is there. */
  const joinEarlier = (call: Call, earlier: ReturnType<typeof kept.begin>): void => {
    call.deadline = setTimeout(() => stillRunning(call), ANSWER_WITHIN_MS);
    earlier.whenSettled(result => {
      if (call.state === 'done') return;
      if (result === undefined)
        return answerError(
          call,
          new GatehouseError('GH_OUTCOME_UNKNOWN', 'The first run of this call ended without an answer.'),
          'unknown',
        );
      finish(call, resultPieces(call.id, result), {
        outcome: 'ok',
        details: { repeatOfApproved: true },
      });
    });
  };

  const stillRunning = (call: Call): void => {
    if (call.state === 'done' || isEmpty(call.id)) return;
    const { code, message, hint } = new GatehouseError(
      'GH_STILL_RUNNING',
      'The call was approved and is still running.',
    );
    call.session.send(resultLine(call.id, toolError(call.era, code, message, hint)));
    call.session.calls.delete(call.id);
    call.id = NOTHING;
    if (call.kept === undefined) call.state = 'done';
  };

  /** Legacy clients that sent a token see that something is going on; the count must rise. */
  const holdWithProgress = (call: Call): NodeJS.Timeout | undefined => {
    const { token } = call;
    if (token === undefined) return undefined;
    let step = 0;
    const tell = (): void => {
      step += 0.001;
      const message = 'Waiting for a person to approve this in Gatehouse';
      call.session.send(progressLine(token, { progress: Number(step.toFixed(3)), message }));
    };
    tell();
    return setInterval(tell, HOLD_PROGRESS_MS);
  };

  const forward = (call: Call, state: InnerState | undefined): void => {
    call.extra = changesFor(call, state);
    if (call.action.effect === 'read') return dispatch(call);
    audit.afterCommit(error => {
      if (error === undefined) dispatch(call);
      else answerError(call, error, 'refused');
    });
  };

  /** What decision and earlier rounds change in the client's `params`. */
  const changesFor = (call: Call, state: InnerState | undefined): Changes => {
    const { route } = call.action;
    if (route.action === null && state === undefined) return UNCHANGED;
    const changes = new Map<string, WireText | undefined>();
    if (route.action !== null) {
      const span = isObject(call.params.arguments) ? valueAt(call.given, 'arguments') : undefined;
      const rest = span === undefined ? NOTHING : cut(call.text, { start: span.start + 1, end: span.end - 1 });
      const comma = Object.keys(argumentsOf(call)).length === 0 ? NOTHING : wire`,`;
      changes.set('name', print(route.tool));
      // Last: of two members of one name the later one counts, and what was decided must not be overruled by an argument.
      changes.set('arguments', wire`{${rest}${comma}"action":${print(route.action)}}`);
    }
    if (state !== undefined) changes.set('requestState', state.child === undefined ? undefined : print(state.child));
    return changes;
  };

  const dispatch = (call: Call): void => {
    if (call.state === 'done') return;
    const { session } = call;
    const upstream = deps.upstreamOf(session.connection);
    const send = (): void => {
      if (call.state === 'done') return;
      const waiting = serial.get(session.connection);
      if (waiting !== undefined && upstream.openCalls.length > 0 && call.state !== 'queued') {
        call.state = 'queued';
        waiting.push(call);
        return;
      }
      call.attempts += 1;
      const elicitation = session.elicitation(call.era, call.capabilities);
      // A form that the client cannot show, Gatehouse's window can.
      const capabilities = { elicitation: { form: {}, ...(elicitation.url ? { url: {} } : {}) } };
      const left = Math.round(ANSWER_WITHIN_MS - (performance.now() - call.startedAt));
      upstream.send(call, call.extra, { [META.deadlineMs]: Math.max(1_000, left) }, capabilities);
    };
    if (upstream.isReady) return send();
    call.state = 'queued';
    upstream.ready().then(
      () => {
        call.state = 'deciding';
        send();
      },
      (error: unknown) => answerError(call, asGatehouseError(error), 'error'),
    );
  };

  const nextInLine = (connection: string): void => {
    const next = serial.get(connection)?.shift();
    if (next !== undefined) dispatch(next);
  };

  // --- what children send ----------------------------------------------------------------------------------------

  const onResponse = (call: Call, text: WireText, message: Outline): void => {
    nextInLine(call.session.connection);
    if (call.state === 'parked') {
      call.parkedResult = () => onResponse(call, text, message);
      return;
    }
    const facts = readResult(text, message);
    if (facts === undefined) {
      const span = valueAt(message, 'error');
      const given: unknown = span === undefined ? undefined : parse(cut(text, span));
      const error = errorToClient(given, call.era, call.capabilities);
      const known = deps.secretsOf(call.session.connection);
      return finish(call, [errorLine(call.id, error.code, redactText(error.message, known), error.data)], {
        outcome: 'error',
        code: isObject(error.data) && typeof error.data.code === 'string' ? error.data.code : String(error.code),
        message: redactText(error.message, known).slice(0, 300),
      });
    }
    if (facts.resultType === 'input_required') return void inputRequired(call, text, facts);
    const result = resultToClient(text, facts, call.method, call.era, () => print(serverInfo(call.session)));
    if (call.kept !== undefined) settleKept(call, result);
    finish(call, resultPieces(call.id, result), outcomeOf(call, text, facts));
  };

  /** A result that shows a secret once is kept only for the one who could not be answered. */
  const settleKept = (call: Call, result: WireText): void => {
    const delivered = !isEmpty(call.id) && call.session.open;
    call.kept?.settle(result);
    if (delivered && call.action.sensitiveResult) call.kept?.settle(undefined);
  };

  const outcomeOf = (call: Call, text: WireText, facts: ResultFacts): Partial<NewEntry> => {
    const meta = inner(text, facts.result, '_meta');
    const requestId = valueAt(meta, META.vendorRequestId);
    const demo = valueAt(meta, META.demo);
    return {
      outcome: facts.isError ? 'error' : 'ok',
      bytesOut: chars(text).length,
      ...(requestId === undefined ? {} : { vendorRequestId: String(parse(cut(text, requestId))) }),
      ...(demo === undefined ? {} : { demo: true }),
      ...(facts.isError ? errorFacts(call, text, facts) : {}),
    };
  };

  const errorFacts = (call: Call, text: WireText, facts: ResultFacts): Partial<NewEntry> => {
    const structured = valueAt(facts.result, 'structuredContent');
    const content = valueAt(facts.result, 'content');
    const parsed: unknown = structured === undefined ? undefined : parse(cut(text, structured));
    const blocks: unknown =
      content === undefined || content.end - content.start > 65_536 ? [] : parse(cut(text, content));
    const first = Array.isArray(blocks) ? blocks.find(block => isObject(block) && block.type === 'text') : undefined;
    const said =
      isObject(parsed) && typeof parsed.error === 'string' ? parsed.error : isObject(first) ? String(first.text) : '';
    return {
      ...(isObject(parsed) && typeof parsed.code === 'string' ? { code: parsed.code } : {}),
      message: redactText(said, deps.secretsOf(call.session.connection)).slice(0, 300),
    };
  };

  /** A modern child wants to know something first (mcp.md §3.5). */
  const inputRequired = async (call: Call, text: WireText, facts: ResultFacts): Promise<void> => {
    const { session } = call;
    const requestsSpan = valueAt(facts.result, 'inputRequests');
    const stateSpan = valueAt(facts.result, 'requestState');
    const childState = stateSpan === undefined ? undefined : String(parse(cut(text, stateSpan)));
    const approved = call.kept === undefined ? {} : { approved: call.intent };
    const wanted: unknown = requestsSpan === undefined ? {} : parse(cut(text, requestsSpan));
    const wishes = Object.entries(isObject(wanted) ? wanted : {});
    const forWindow = wishes.some(([, wish]) => isQuestion(wish) && !canShow(call, wish.params));
    if (call.era === 'modern' && !forWindow) {
      const sealed = sealer.seal(session.client, session.connection, call, {
        ...(childState === undefined ? {} : { child: childState }),
        ...approved,
      });
      const requests = requestsSpan === undefined ? NOTHING : wire`"inputRequests":${cut(text, requestsSpan)},`;
      call.kept?.settle(undefined);
      return finish(
        call,
        resultPieces(call.id, wire`{"resultType":"input_required",${requests}"requestState":${print(sealed)}}`),
        { outcome: 'ok', details: { inputRequired: true } },
      );
    }
    call.rounds += 1;
    if (call.rounds > MAX_ROUNDS)
      return answerError(
        call,
        new GatehouseError('GH_INTERNAL', `The server asked more than ${MAX_ROUNDS} times.`),
        'error',
      );
    const responses: Record<string, unknown> = {};
    for (const [key, wish] of wishes) {
      responses[key] = isQuestion(wish) ? await answerTo(call, wish.method, wish.params) : { action: 'decline' };
      if (call.cancelled) return;
    }
    call.extra = new Map([
      ...call.extra,
      ['inputResponses', print(responses)],
      ['requestState', childState === undefined ? undefined : print(childState)],
    ]);
    dispatch(call);
  };

  const canShow = (call: Call, params: unknown): boolean => {
    const can = elicitationOf(call.era === 'modern' ? call.capabilities : call.session.capabilities);
    return isObject(params) && params.mode === 'url' ? can.url : can.form;
  };

  /** The person's answer to a server's question: through the assistant where it can show it, else through the window. */
  const answerTo = async (call: Call, method: string, params: unknown): Promise<Json> => {
    const { session, action } = call;
    if (call.era === 'legacy' && canShow(call, params)) {
      const reply = await session.ask(method, params);
      return isObject(reply?.result) ? reply.result : { action: 'cancel' };
    }
    const question = questionOf(params);
    if (question === undefined) return { action: 'decline' };
    const connection = deps.connectionOf(session.connection);
    const message = redactText(question.message, deps.secretsOf(session.connection));
    const left = ANSWER_WITHIN_MS - (performance.now() - call.startedAt);
    call.abort ??= new AbortController();
    const reply = await questions.ask(
      {
        call: call.intent,
        client: session.client,
        connection: connection?.id ?? session.connection,
        tool: action.tool,
        action: action.action,
        message,
        fields: question.fields,
        demo: connection?.demo === true,
      },
      // A call that was approved may be answered later than its client waits: the result is kept.
      call.kept === undefined ? Math.min(QUESTION_MS, left - 1_000) : QUESTION_MS,
      call.abort.signal,
    );
    audit.append({
      ...subjectOf(call),
      kind: 'question',
      call: call.intent,
      decision: reply.action,
      message: message.slice(0, 300),
      ...(reply.action === 'cancel' ? { rule: reply.because } : { approver: reply.approver }),
      details: { fields: question.fields.map(({ name }) => name) },
    });
    return reply.action === 'accept' ? { action: 'accept', content: reply.content } : { action: reply.action };
  };

  /** A legacy child's question names no call: it is routed only when just one call can have caused it. */
  const onQuestion = (connection: string, id: WireText, method: string, params: unknown): void => {
    const upstream = deps.upstreamOf(connection);
    const candidates = upstream.openCalls.filter(call => call.state === 'sent' && call.question === undefined);
    if (!serial.has(connection)) serial.set(connection, []);
    const [call] = candidates;
    if (call === undefined || candidates.length > 1) {
      deps.note(
        connection,
        `a question of the server was cancelled: ${candidates.length} calls could have caused it; from now on this server works on one call at a time`,
      );
      return upstream.reply(id, { action: 'cancel' });
    }
    if (call.era === 'legacy' || !canShow(call, params)) {
      call.abort ??= new AbortController();
      const { signal } = call.abort;
      void answerTo(call, method, params).then(reply => {
        if (call.state === 'sent' && !signal.aborted) upstream.reply(id, reply);
      });
      return;
    }
    call.question = id;
    call.state = 'parked';
    parked.set(call.upstreamId, call);
    const sealed = sealer.seal(call.session.client, connection, call, { parked: call.upstreamId });
    const asked = call.id;
    call.session.calls.delete(asked);
    call.id = NOTHING;
    const inputRequests = { answer: { method: 'elicitation/create', params } };
    const result = { resultType: 'input_required', inputRequests, requestState: sealed };
    call.session.send(resultLine(asked, print(result)));
    setTimeout(() => {
      if (call.state === 'parked') cancel(call, 'the question was not answered');
    }, PARK_MS).unref();
  };

  /** The second leg of a parked call: the answer goes to the child, the result to the new id. */
  const resume = (leg: Call, number: number): void => {
    const call = parked.get(number);
    const { session } = leg;
    if (call === undefined || call.session !== session || call.state !== 'parked')
      return session.send(errorLine(leg.id, CODE.invalidParams, 'Invalid or expired requestState'));
    parked.delete(number);
    const decision = approvedEarlier(session, leg.action, call.intent);
    call.id = leg.id;
    call.token = leg.token;
    session.calls.set(call.id, call);
    if (decision.verdict !== 'allow') {
      deps.upstreamOf(session.connection).cancel(call, decision.because);
      return refuse(call, decision);
    }
    call.state = 'sent';
    const responses = leg.params.inputResponses;
    const reply = isObject(responses) && isObject(responses.answer) ? responses.answer : { action: 'cancel' };
    if (call.parkedResult !== undefined) return call.parkedResult();
    if (call.question !== undefined) deps.upstreamOf(session.connection).reply(call.question, reply);
    call.question = undefined;
  };

  const onProgress = (call: Call, params: Json): void => {
    if (call.token === undefined || isEmpty(call.id)) return;
    call.progressAt = performance.now();
    const { progressToken: _ours, ...rest } = params;
    call.session.send(progressLine(call.token, rest));
  };

  const onGone = (connection: string, calls: readonly Call[], reason: string): void => {
    for (const call of calls) {
      if (call.state === 'parked') parked.delete(call.upstreamId);
      // Nobody is left who would hear the answer to its question.
      call.abort?.abort(`the server that asked ended (${reason})`);
      call.abort = undefined;
      if (call.action.effect === 'read' && call.attempts < 2 && call.state === 'sent') {
        dispatch(call);
        continue;
      }
      const unknown = call.action.effect !== 'read';
      const error = unknown
        ? new GatehouseError(
            'GH_OUTCOME_UNKNOWN',
            `The server ended (${reason}) while it worked on this call: nobody knows whether the change was made.`,
          )
        : new GatehouseError('GH_SERVER_GONE', `The server ended (${reason}) while it worked on this call.`);
      answerError(call, error, unknown ? 'unknown' : 'error');
    }
    nextInLine(connection);
  };

  // --- the end of a call ------------------------------------------------------------------------------------------

  const answerError = (call: Call, error: GatehouseError, outcome: NonNullable<NewEntry['outcome']>): void => {
    call.kept?.settle(undefined);
    const line =
      call.method === 'tools/call'
        ? resultLine(call.id, toolError(call.era, error.code, error.message, error.hint))
        : errorLine(call.id, CODE.gatehouse, error.message, error.toJSON());
    finish(call, [line], { outcome, code: error.code, message: error.message });
  };

  /** Writes the outcome down, then answers: no answer leaves before its outcome is committed. */
  const finish = (call: Call, line: readonly WireText[], outcome: Partial<NewEntry>): void => {
    if (call.state === 'done') return;
    const { session, id } = call;
    call.state = 'done';
    clearTimeout(call.deadline);
    audit.append(
      {
        ...subjectOf(call),
        kind: 'outcome',
        call: call.intent,
        durationMs: Math.round(performance.now() - call.startedAt),
        ...outcome,
      },
      'now',
    );
    if (isEmpty(id)) return;
    const gap = performance.now() - call.progressAt < PROGRESS_GAP_MS;
    audit.afterCommit(error => {
      const answer = error === undefined ? line : [errorLine(id, CODE.internal, error.message, error.toJSON())];
      const send = (): void => {
        if (session.calls.get(id) === call) session.calls.delete(id);
        if (!call.cancelled) session.send(...answer);
      };
      if (gap) setTimeout(send, PROGRESS_GAP_MS);
      else send();
    });
  };

  const subjectOf = ({ session, action }: Pick<Call, 'session' | 'action'>): Subject => {
    const connection = deps.connectionOf(session.connection);
    return {
      client: session.client,
      session: session.key,
      connection: connection?.id ?? session.connection,
      connectionUuid: session.connection,
      tool: action.tool,
      action: action.action,
      effect: action.effect,
      ...(connection?.demo === true ? { demo: true } : {}),
    };
  };

  const cancel = (call: Call, reason: string): void => {
    if (call.state === 'done') return;
    const sent = call.state === 'sent' || call.state === 'parked';
    call.session.calls.delete(call.id);
    parked.delete(call.upstreamId);
    call.cancelled = true;
    call.abort?.abort(reason);
    call.kept?.settle(undefined);
    if (sent) deps.upstreamOf(call.session.connection).cancel(call, reason);
    call.state = 'done';
    clearTimeout(call.deadline);
    audit.append(
      {
        ...subjectOf(call),
        kind: 'outcome',
        call: call.intent,
        outcome: sent && call.action.effect !== 'read' ? 'unknown' : 'cancelled',
        message: redactText(reason, deps.secretsOf(call.session.connection)).slice(0, 300),
        durationMs: Math.round(performance.now() - call.startedAt),
      },
      'now',
    );
    nextInLine(call.session.connection);
  };

  // --- change notices ---------------------------------------------------------------------------------------------

  const listen = (session: Session, id: WireText, params: Json, offer: Offer): void => {
    const asked = isObject(params.notifications) ? params.notifications : {};
    const wanted = Array.isArray(asked.resourceSubscriptions) ? asked.resourceSubscriptions : [];
    const named = offer.subscribe ? wanted.filter(uri => typeof uri === 'string') : [];
    const places = placesOf(session);
    const refused = new Map<string, GatehouseError>();
    for (const uri of named) {
      const refusal = unwatchable(session, offer, uri, places);
      if (refusal !== undefined) refused.set(uri, refusal);
    }
    const uris = named.filter(uri => !refused.has(uri));
    const filter: ListenFilter = {
      tools: asked.toolsListChanged === true,
      prompts: asked.promptsListChanged === true && offer.prompts.length > 0,
      resources: asked.resourcesListChanged === true && offer.resources.length > 0,
      uris: new Set(),
    };
    session.pendingListens.set(id, uris);
    void (uris.length === 0 ? Promise.resolve(new Set<string>()) : watch(session.connection)).then(watched => {
      const goesOn = session.pendingListens.delete(id) && session.open;
      for (const uri of uris) if (!goesOn || !watched.has(uri)) refused.set(uri, notWatched(uri));
      for (const uri of new Set(named)) writeDown(session, 'subscriptions/listen', uri, refused.get(uri));
      if (goesOn)
        acknowledge(session, id, { ...filter, uris: new Set(uris.filter(uri => !refused.has(uri))) }, refused);
      // What is not watched after all need not be looked at.
      if (uris.length > 0) void watch(session.connection);
    });
  };

  const acknowledge = (
    session: Session,
    id: WireText,
    filter: ListenFilter,
    refused: ReadonlyMap<string, GatehouseError>,
  ): void => {
    session.listens.set(id, filter);
    session.send(
      notificationLine('notifications/subscriptions/acknowledged', {
        notifications: {
          ...(filter.tools ? { toolsListChanged: true } : {}),
          ...(filter.prompts ? { promptsListChanged: true } : {}),
          ...(filter.resources ? { resourcesListChanged: true } : {}),
          ...(filter.uris.size > 0 ? { resourceSubscriptions: [...filter.uris] } : {}),
        },
        _meta: {
          [KEY.subscription]: parse(id),
          // The protocol leaves out what is not watched, and has no place to say why.
          ...(refused.size > 0
            ? { [KEY.notWatched]: [...refused].map(([uri, error]) => ({ uri, ...error.toJSON() })) }
            : {}),
        },
      }),
    );
  };

  /** Tells the server what all sessions watch that may; which of it it will tell of, none when it cannot be started. */
  const watch = (connection: string): Promise<ReadonlySet<string>> => {
    const uris = new Set(
      [...sessions]
        .filter(session => session.connection === connection)
        .flatMap(session => watchedBy(session).filter(uri => mayWatch(session, uri))),
    );
    return deps
      .upstreamOf(connection)
      .watch(uris)
      .catch((error: unknown) => {
        deps.note(connection, `nothing can be watched: ${error instanceof Error ? error.message : String(error)}`);
        return new Set<string>();
      });
  };

  const tell = (session: Session, kind: 'tools' | 'prompts' | 'resources'): void => {
    const method = `notifications/${kind}/list_changed`;
    if (session.initialized) session.send(notificationLine(method));
    for (const [id, filter] of session.listens) {
      if (filter[kind]) session.send(notificationLine(method, { _meta: { [KEY.subscription]: parse(id) } }));
    }
  };

  const updated = (session: Session, uri: string): void => {
    if (!mayWatch(session, uri)) return;
    const method = 'notifications/resources/updated';
    // An exchange over HTTP has its own answer to give; its client is told on the stream.
    if (session.initialized && session.uris.has(uri)) session.send(notificationLine(method, { uri }));
    for (const [id, filter] of session.listens)
      if (filter.uris.has(uri))
        session.send(notificationLine(method, { uri, _meta: { [KEY.subscription]: parse(id) } }));
  };

  return {
    open(client, connection, transport, options) {
      const session = new Session(client, connection, transport, options);
      sessions.add(session);
      if (session.uris.size > 0) void watch(connection);
      return session;
    },
    receive,
    close(session) {
      session.end();
      sessions.delete(session);
      for (const call of session.calls.values()) cancel(call, 'the client went away');
      for (const call of [...parked.values()]) if (call.session === session) cancel(call, 'the client went away');
      if (session.uris.size > 0 || session.listens.size > 0) void watch(session.connection);
    },
    tooLong(session) {
      session.send(
        errorLine(NO_ID, CODE.invalidRequest, 'The message is over 16 MiB.', { code: 'GH_MESSAGE_TOO_LARGE' }),
      );
    },
    listsChanged(connection, client) {
      for (const session of sessions) {
        if (session.connection === connection && (client === undefined || session.client === client))
          tell(session, 'tools');
      }
      if ([...sessions].some(one => one.connection === connection && watchedBy(one).length > 0)) void watch(connection);
    },
    pauseChanged() {
      const watching = [...sessions].filter(session => watchedBy(session).length > 0);
      for (const [connection, those] of Map.groupBy(watching, session => session.connection))
        void watch(connection).then(() => {
          // Nobody looked meanwhile: it may have changed.
          for (const session of those) for (const uri of watchedBy(session)) updated(session, uri);
        });
    },
    events: connection => ({
      onResponse,
      onLate: intent =>
        void audit.append({
          kind: 'outcome',
          call: intent,
          outcome: 'late',
          connection: deps.connectionOf(connection)?.id ?? connection,
          message: 'The server answered after the call had been cancelled.',
        }),
      onProgress,
      onQuestion: (id, method, params) => onQuestion(connection, id, method, params),
      onChanged(what) {
        for (const session of sessions) {
          if (session.connection !== connection) continue;
          if (typeof what === 'object') updated(session, what.uri);
          else tell(session, what);
        }
      },
      onDefinitions: definitions => deps.onDefinitions(connection, definitions),
      onGone: (calls, reason) => onGone(connection, calls, reason),
      note: text => deps.note(connection, text),
    }),
    sessions: () => [...sessions],
    shutdown() {
      for (const session of sessions) {
        for (const id of session.listens.keys()) {
          session.send(endOfListening(id));
        }
        session.listens.clear();
      }
    },
  };
}

const NO_ID = wire`null`;
const NO_RESULT = wire`{}`;
const UNCHANGED: Changes = new Map();

/** Whom and what an entry about a call is about. */
type Subject = Pick<
  NewEntry,
  'client' | 'session' | 'connection' | 'connectionUuid' | 'tool' | 'action' | 'effect' | 'demo'
>;

function endOfListening(id: WireText): WireText {
  return resultLine(id, print({ resultType: 'complete', _meta: { [KEY.subscription]: parse(id) } }));
}

/** `token` is raw JSON. */
function progressLine(token: WireText, params: Json): WireText {
  const others = print(params);
  const withToken = rewrite(others, outline(others) ?? EMPTY, new Map([['progressToken', token]]));
  return wire`{"jsonrpc":"2.0","method":"notifications/progress","params":${withToken}}\n`;
}

function isQuestion(wish: unknown): wish is { readonly method: string; readonly params: unknown } {
  return isObject(wish) && wish.method === 'elicitation/create';
}

function notWatched(uri: string): GatehouseError {
  return new GatehouseError('GH_NOT_FOUND', `This resource cannot be watched: ${uri}`, {
    hint: 'Use an address of `resources/list` or one that fits a template; the server may also watch as many as it can already.',
  });
}

function plainAction(method: string, name: string): OfferedAction {
  return {
    tool: method,
    action: name,
    effect: 'read',
    flags: [],
    scopes: null,
    secretParameters: [],
    sensitiveResult: false,
    plans: false,
    route: { tool: method, action: null },
  };
}

/** What the history keeps of what the person was shown. */
function keptOf({ what, before, after, freeText }: PlannedChange): PlannedChange {
  if (freeText !== true) return { what, before, after };
  return { what, before: before === null ? null : MASK, after: after === null ? null : MASK };
}

function argumentsOf(call: Call): Json {
  return isObject(call.params.arguments) ? call.params.arguments : {};
}

function capabilitiesOf(offer: Offer, canTell: boolean): Json {
  return {
    tools: { listChanged: true },
    ...(offer.prompts.length > 0 ? { prompts: { listChanged: true } } : {}),
    ...(offer.resources.length + offer.templates.length > 0
      ? { resources: { listChanged: true, ...(offer.subscribe && canTell ? { subscribe: true } : {}) } }
      : {}),
    ...(offer.completions ? { completions: {} } : {}),
  };
}

/** A failure inside a tool is a result, so that the model can read it and act (mcp.md §1.4). */
function toolError(era: Era, code: string, message: string, hint: string): WireText {
  return print({
    content: [{ type: 'text', text: `${message}${hint === '' ? '' : ` ${hint}`} [${code}]` }],
    isError: true,
    _meta: { 'io.gatehouse/code': code },
    ...(era === 'modern' ? { resultType: 'complete' } : {}),
  });
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length <= ARGUMENTS_LIMIT
    ? value
    : { shortened: true, bytes: Buffer.byteLength(text), beginning: text.slice(0, 2_000) };
}

function asGatehouseError(error: unknown): GatehouseError {
  return error instanceof GatehouseError
    ? error
    : new GatehouseError('GH_INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
