import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { addressed } from './address.ts';
import { type BrowserOptions, createBrowserSession } from './browser-session.ts';
import type { Catalog, CatalogAction, CatalogTool } from './catalog.ts';
import type { Health, LogLevel, PlanOutcome, SignInOutcome } from './control.ts';
import {
  type AccountInfo,
  type Action,
  type Block,
  blocksOf,
  briefOf,
  type Call,
  type Manifest,
  type Outcome,
  planChecked,
  readChecked,
  runChecked,
  type Shape,
} from './define.ts';
import { catalogOf, choicesOf } from './derive.ts';
import { Fault, isFaultCode } from './fault.ts';
import { createHttpClient, type HttpClient, type Trace } from './http.ts';
import { type Budget, createLimiter, windowsOf } from './limiter.ts';
import { createLogger, type Logger } from './log.ts';
import { createPace, type Pace } from './pace.ts';
import { MASK, redactText } from './redact.ts';
import { createMemoryStore, type SharedStore } from './shared-store.ts';
import { createSqliteStore } from './sqlite-store.ts';
import { createMemoryTrail, type Trail } from './trail.ts';
import { createWatches } from './watch.ts';

export interface AccountOptions {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  readonly stateFolder: string;
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly stderr?: (line: string) => void;
  readonly now?: () => number;
  /** First pause before a repeated request, in ms. */
  readonly backoffMs?: number;
  readonly onSignIn?: (outcome: SignInOutcome) => void;
  readonly onHealth?: (health: Health) => void;
  readonly onScopeRefused?: (tool: string, action: string, message: string, lasting: boolean) => void;
  readonly storeSecret?: (field: string, value: string) => void;
  /** Sign-in on a page, where the backend has one and there are no credentials. */
  readonly browser?: BrowserOptions;
  /** Shared with the other instances of this account; without it, this process keeps for itself what it counts. */
  readonly store?: SharedStore;
  /** In memory unless told. */
  readonly trail?: Trail;
}

export interface ToolAnswer {
  readonly structured: Readonly<Record<string, unknown>>;
  /** The same as JSON, without its long members where it would be large. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly isError: boolean;
  readonly trace: Trace;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until the caller gives up. */
  readonly withinMs: number;
  readonly progress: (done: number, total: number | undefined, message: string) => void;
}

/** Whose argument is completed: that of a prompt, by its name, or a filter of a resource, by its address without filters. */
export type Completed = { readonly prompt: string } | { readonly resource: string };

/** One account of a backend, running: what the MCP server, the control channel and tests talk to. */
export interface Account {
  readonly catalog: Catalog;
  readonly log: Logger;
  readonly info: AccountInfo;
  /** A person has to sign in on a page before anything can be asked. */
  waitsForPerson(): Promise<boolean>;
  /** Signs in anew. Never throws. */
  signIn(): Promise<SignInOutcome>;
  /** Takes the credential back at the vendor; whether that is done. Never throws. */
  retire(): Promise<boolean>;
  /** Ends what the vendor keeps open, within a second. Never throws. */
  close(): Promise<void>;
  /** Never throws: what goes wrong is in the answer. */
  call(
    tool: CatalogTool,
    action: CatalogAction,
    input: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<ToolAnswer>;
  /** What a call would change, for the person who is asked. Never throws. */
  plan(
    tool: string,
    action: string,
    input: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<PlanOutcome>;
  prompt(name: string, given: Readonly<Record<string, string>>): string;
  /** Values for an argument that begin with what was typed. Never throws: a suggestion is not worth an error. */
  complete(of: Completed, argument: string, given: string, options: CallOptions): Promise<readonly string[]>;
  /** `uri` may carry filters. */
  resource(uri: string, options: CallOptions): Promise<{ readonly text: string; readonly mimeType: string }>;
  /** Calls `changed` when the resource changes. Returns what ends it; `undefined` for what cannot be watched. */
  watch(uri: string, changed: () => void): (() => void) | undefined;
  health(): Health;
  /** Asks what is shared with other processes, so that `health` is of now. Never throws: what is down shows elsewhere. */
  look(): Promise<void>;
  /** Calls of tools since the start, by how they ended. */
  readonly calls: { readonly ok: number; readonly failed: number };
}

const ANSWER_BYTES = 4 * 1024 * 1024;
/** Above this the text form leaves out the members that the action named as long. */
const BRIEF_CHARACTERS = 16_000;
/** Addresses watched at once: each costs requests as long as somebody listens. */
const WATCHED = 20;
/** The host waits no longer for a server to end. In ms. */
const CLOSE_MS = 1_000;
/** For one look at a watched resource, in ms. */
const LOOK_MS = 20_000;

export function createAccount<State>(manifest: Manifest<State>, options: AccountOptions): Account {
  const now = options.now ?? Date.now;
  const secrets = new Set(Object.values(options.secrets).filter(value => value !== ''));
  const log = createLogger({
    level: options.logLevel,
    name: manifest.name,
    file: options.logFile,
    secrets: () => secrets,
    ...(options.stderr === undefined ? {} : { stderr: options.stderr }),
  });
  const catalog = catalogOf(manifest);
  const limits = typeof manifest.limits === 'function' ? manifest.limits(options.settings) : manifest.limits;
  const store = options.store ?? createMemoryStore(now);
  const limiter = createLimiter({ ...limits, now, pace: paceOf(manifest, limits, { ...options, now }) });
  let client: HttpClient | undefined;
  const state = manifest.open({
    settings: options.settings,
    secrets: options.secrets,
    client: () => theClient(),
    limiter,
    now,
    log,
    store,
    trail: options.trail ?? createMemoryTrail(),
    keepSecret: value => void secrets.add(value),
    stateFolder: options.stateFolder,
    storeSecret: options.storeSecret,
  });
  const theClient = (): HttpClient => {
    client ??= createHttpClient({
      ...manifest.address(options.settings),
      authorizer: manifest.authorizer(state),
      limiter,
      userAgent: `gatehouse/${manifest.version}`,
      secrets: () => secrets,
      now,
      store,
      ...(manifest.breaker === undefined ? {} : { breaker: manifest.breaker }),
      onHealth: health => options.onHealth?.(health),
      log: (level, message, fields) => log[level](message, fields),
      ...(options.backoffMs === undefined ? {} : { backoffMs: options.backoffMs }),
    });
    return client;
  };

  const watches = createWatches(log);
  const calls = { ok: 0, failed: 0 };
  let signedIn: Extract<SignInOutcome, { readonly ok: true }> | undefined;
  let signingIn: Promise<SignInOutcome> | undefined;
  /** Further members of the last failure, for the result of the call that wanted to sign in. */
  let signInFields: Fault['fields'] = {};
  /** What the vendor refused this credential for good, by tool and action. */
  const refusals = new Map<string, Fault>();
  const info: AccountInfo = {
    backend: manifest.name,
    version: manifest.version,
    readOnly: options.readOnly,
    get scopes() {
      return signedIn?.scopes ?? null;
    },
    permits(tool, action) {
      const found = catalog.tools.find(({ name }) => name === tool)?.actions.find(({ name }) => name === action);
      return found !== undefined && refusalOf(tool, found) === undefined;
    },
    tools: catalog.tools.map(({ name, actions }) => ({ name, actions: actions.map(action => action.name) })),
  };

  /** Read-only first: it needs no network. It is an allow-list, so an action of a new kind is refused. */
  const refusalOf = (tool: string, action: CatalogAction): Fault | undefined => {
    if (options.readOnly && action.effect !== 'read') {
      return new Fault('GH_READ_ONLY', `Blocked: read-only mode (${action.name}).`, {
        fields: { action: action.name, read_only_mode: true },
      });
    }
    const lasting = refusals.get(`${tool}/${action.name}`);
    if (lasting !== undefined) return lasting;
    const scopes = signedIn?.scopes ?? null;
    if (action.scopes === null || scopes === null || action.scopes.some(scope => scopes.includes(scope)))
      return undefined;
    const allowed = catalog.tools
      .find(({ name }) => name === tool)
      ?.actions.filter(other => other.scopes === null || other.scopes.some(scope => scopes.includes(scope)))
      .map(({ name }) => name);
    return new Fault(
      'GH_SCOPE_MISSING',
      `${tool}/${action.name} needs another API scope: ${action.scopes.join(' or ')}.`,
      {
        fields: {
          tool,
          action: action.name,
          allowed_actions: allowed ?? [],
          current_scope: scopes.join(' '),
          scope_restricted: true,
        },
      },
    );
  };

  const contextOf = (callOptions: CallOptions, trace: Trace, callLog: Logger, masked: Set<string>): Call<State> => {
    const deadline = now() + callOptions.withinMs;
    let told = 0;
    return {
      state,
      http: theClient().bind({ signal: callOptions.signal, deadline, trace }),
      settings: options.settings,
      signal: callOptions.signal,
      deadline,
      now,
      log: callLog,
      account: info,
      stateFolder: options.stateFolder,
      progress(done, total, message) {
        // Progress must rise (MCP): a step that does not is not told.
        if (done <= told || callOptions.signal.aborted) return;
        told = done;
        callOptions.progress(done, total, redactText(message, [...secrets, ...masked]));
      },
      keepSecret(value) {
        if (value.length < 4) return;
        secrets.add(value);
        masked.add(value);
      },
    };
  };

  const signIn = (): Promise<SignInOutcome> => {
    signingIn ??= attemptSignIn().finally(() => {
      signingIn = undefined;
    });
    return signingIn;
  };
  const attemptSignIn = async (): Promise<SignInOutcome> => {
    const trace: Trace = { demo: false, requestId: undefined };
    let outcome: SignInOutcome;
    try {
      const given = { ...options.settings, ...options.secrets };
      const missing = [...manifest.settings, ...manifest.credentials].filter(
        field => field.required && (given[field.name] ?? '') === '',
      );
      if (missing.length > 0 && (await manifest.browser?.ready(state)) !== true) {
        const names = missing.map(field =>
          field.variable === undefined ? field.name : `${field.name} (${field.variable})`,
        );
        throw new Fault('GH_SIGN_IN', `Missing: ${names.join(', ')}.`, { hint: manifest.credentialHelp });
      }
      const http = theClient().bind({ signal: AbortSignal.timeout(40_000), deadline: now() + 40_000, trace });
      const { identity, scopes } = await manifest.signIn(state, http);
      outcome = { ok: true, identity, scopes, demo: theClient().sandbox };
      signedIn = outcome;
      refusals.clear();
      log.info('signed in', { scopes, demo: outcome.demo });
    } catch (error) {
      const fault = faultOf(error);
      const said = fault.details === undefined || fault.details === '' ? '' : ` It said: ${fault.details}`;
      signInFields = fault.fields;
      outcome = { ok: false, code: fault.code, message: redactText(fault.message + said, secrets), hint: fault.hint };
      log.error('sign-in failed', { code: fault.code, message: fault.message, details: fault.details });
    }
    options.onSignIn?.(outcome);
    return outcome;
  };

  const browser =
    manifest.browser === undefined || options.browser === undefined
      ? undefined
      : createBrowserSession(manifest.browser, state, {
          ...options.browser,
          credentials: manifest.credentials.map(({ name }) => name),
          log,
          now,
          store,
          keepSecret: value => void secrets.add(value),
          storeSecret: options.storeSecret,
        });

  const faultOf = (error: unknown, masked: Iterable<string> = []): Fault => {
    if (error instanceof Fault) return error;
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    log.error('unexpected failure', { error: redactText(stack, masked) });
    return new Fault('GH_INTERNAL', `Something failed unexpectedly: ${message}.`, { cause: error });
  };

  /** Checks everything that can be checked, in the order of what it costs, before `work` is done. */
  const run = async <T>(
    tool: CatalogTool,
    action: CatalogAction,
    input: Readonly<Record<string, unknown>>,
    call: Call<State>,
    masked: Set<string>,
    work: (spec: Action<State>, input: unknown, call: Call<State>) => Promise<T>,
  ): Promise<T> => {
    if (options.readOnly) {
      const refused = refusalOf(tool.name, action);
      if (refused?.code === 'GH_READ_ONLY') throw refused;
    }
    const spec = manifest.tools.find(({ name }) => name === tool.name)?.actions[action.name];
    if (spec === undefined) throw new Fault('GH_INVALID_INPUT', `${tool.name} has no action "${action.name}".`);
    const checked = checkedShape(
      action.name,
      spec.input,
      renamed(unwrapped(input, manifest.wrappers ?? []), spec.aliases ?? {}),
    );
    for (const path of action.secretParameters) collect(checked, path.split('.'), value => masked.add(value));
    if (spec.anonymous !== true) await browser?.ensure(call);
    if (spec.anonymous !== true && signedIn === undefined) {
      const outcome = await signIn();
      if (!outcome.ok) throw notSignedIn(outcome, signInFields);
    }
    const refused = refusalOf(tool.name, action);
    if (refused !== undefined) throw refused;
    return await work(spec, checked, call);
  };

  return {
    catalog,
    log,
    info,
    waitsForPerson: async () => browser !== undefined && (await manifest.browser?.ready(state)) === false,
    signIn,
    health: () => theClient().health(),
    look: () =>
      theClient()
        .look()
        .catch(() => undefined),
    calls,
    async retire() {
      try {
        await manifest.retire?.(state);
        return manifest.retire !== undefined;
      } catch (error) {
        log.error('the credential was not taken back', { error: redactText(String(error), secrets) });
        return false;
      }
    },
    async close() {
      if (manifest.close === undefined) return;
      const signal = AbortSignal.timeout(CLOSE_MS);
      const http = theClient().bind({
        signal,
        deadline: now() + CLOSE_MS,
        trace: { demo: false, requestId: undefined },
      });
      await manifest
        .close(state, http)
        .catch((error: unknown) => log.debug('not closed', { error: redactText(String(error), secrets) }));
    },
    async call(tool, action, input, callOptions) {
      const trace: Trace = { demo: false, requestId: undefined };
      const masked = new Set<string>();
      const toolLog = log.child({ tool: tool.name });
      const began = now();
      const line = { action: action.name };
      try {
        const call = contextOf(callOptions, trace, toolLog, masked);
        const outcome = await run(tool, action, input, call, masked, runChecked);
        trace.demo ||= theClient().sandbox;
        const structured = { success: true, ...outcome, ...(trace.demo ? { demo: true } : {}) };
        const whole = JSON.stringify(structured);
        const size = whole.length;
        if (size > ANSWER_BYTES)
          throw new Fault(
            'GH_TOO_LARGE',
            `The result has ${Math.round(size / 1_024)} KiB, more than an assistant can use.`,
          );
        calls.ok += 1;
        toolLog.info('done', { ...line, ms: now() - began, bytes: size, requestId: trace.requestId });
        return {
          structured,
          text: textOf(structured, whole, outcome),
          blocks: blocksOf(outcome),
          isError: false,
          trace,
        };
      } catch (error) {
        const fault =
          callOptions.signal.aborted && !(error instanceof Fault && error.code === 'GH_OUTCOME_UNKNOWN')
            ? new Fault(
                'GH_CANCELLED',
                error instanceof Fault && error.code === 'GH_CANCELLED' ? error.message : 'Cancelled.',
              )
            : faultOf(error, masked);
        calls.failed += 1;
        if (fault.lasting) refusals.set(`${tool.name}/${action.name}`, fault);
        if (fault.code === 'GH_VENDOR_SCOPE')
          options.onScopeRefused?.(tool.name, action.name, fault.message, fault.lasting);
        const known = [...secrets, ...masked];
        const said = (text: string): string => redactText(text, known);
        toolLog.warn('failed', {
          ...line,
          ms: now() - began,
          code: fault.code,
          error: said(fault.message),
          requestId: trace.requestId,
        });
        const structured = {
          success: false,
          error: said(fault.message),
          code: fault.code,
          hint: fault.hint,
          ...(fault.status === undefined ? {} : { status_code: fault.status }),
          ...(fault.details === undefined || fault.details === '' ? {} : { details: said(fault.details) }),
          ...fault.fields,
          ...(trace.requestId === undefined ? {} : { request_id: trace.requestId }),
          ...(trace.demo ? { demo: true } : {}),
        };
        return { structured, text: JSON.stringify(structured), blocks: [], isError: true, trace };
      }
    },
    async plan(toolName, name, { action: _action, ...input }, callOptions) {
      const masked = new Set<string>();
      const trace: Trace = { demo: false, requestId: undefined };
      try {
        const tool = catalog.tools.find(one => one.name === toolName);
        const action = tool?.actions.find(one => one.name === name);
        if (tool === undefined || action === undefined)
          throw new Fault('GH_NOT_FOUND', `There is no ${toolName}/${name}.`);
        const call = contextOf(callOptions, trace, log.child({ tool: toolName }), masked);
        const changes = await run(tool, action, input, call, masked, planChecked);
        const said = (text: string | null) => (text === null ? null : redactText(text, [...secrets, ...masked]));
        return {
          ok: true,
          changes: changes.map(({ what, before, after, ...more }) => ({
            ...more,
            what: redactText(what, [...secrets, ...masked]),
            before: said(before),
            after: said(after),
          })),
        };
      } catch (error) {
        const { code, message, hint } = faultOf(error, masked);
        return { ok: false, code, message: redactText(message, [...secrets, ...masked]), hint };
      }
    },
    prompt(name, given) {
      const prompt = manifest.prompts.find(candidate => candidate.name === name);
      if (prompt === undefined) throw new Fault('GH_NOT_FOUND', `There is no prompt "${name}".`);
      const missing = prompt.arguments.filter(argument => argument.required && !given[argument.name]);
      if (missing.length > 0)
        throw new Fault('GH_INVALID_INPUT', `${name} needs ${missing.map(argument => argument.name).join(', ')}.`);
      return prompt.text(given);
    },
    async complete(of, argument, given, callOptions) {
      try {
        const found = completionOf(manifest, of, argument);
        if (found === undefined) return [];
        if (typeof found !== 'object' && signedIn === undefined && !(await signIn()).ok) return [];
        const trace: Trace = { demo: false, requestId: undefined };
        const call = (): Call<State> => contextOf(callOptions, trace, log.child(of), new Set());
        const values = typeof found === 'object' ? found : await found(given, call());
        return values.filter(value => value.toLowerCase().startsWith(given.toLowerCase()));
      } catch (error) {
        log.warn('no completions', { ...of, argument, error: redactText(String(error), secrets) });
        return [];
      }
    },
    async resource(uri, callOptions) {
      const { resource, filters } = addressed(manifest.resources, uri);
      const checked = checkedShape(resource.name, resource.filters ?? {}, filters);
      const trace: Trace = { demo: false, requestId: undefined };
      const call = contextOf(callOptions, trace, log.child({ resource: resource.name }), new Set());
      await browser?.ensure(call);
      return { text: redactText(await readChecked(resource, checked, call), secrets), mimeType: resource.mimeType };
    },
    watch(uri, changed) {
      try {
        const { resource, filters } = addressed(manifest.resources, uri);
        const { watch, name } = resource;
        if (watch === undefined) return undefined;
        if (!watches.has(uri) && watches.size >= WATCHED) {
          log.warn('not watched: too many are already', { uri, most: WATCHED });
          return undefined;
        }
        const checked = checkedShape(name, resource.filters ?? {}, filters);
        const look = (signal: AbortSignal): Promise<string> => {
          const limits = { signal, withinMs: LOOK_MS, progress: () => undefined };
          const trace: Trace = { demo: false, requestId: undefined };
          return readChecked(watch, checked, contextOf(limits, trace, log.child({ resource: name }), new Set()));
        };
        return watches.add(uri, { pauseMs: () => watch.pauseMs(state, watches.size), look }, changed);
      } catch (error) {
        if (error instanceof Fault) return undefined;
        throw error;
      }
    },
  };
}

/** A name for the account that tells nothing of it, for files. */
export function identityOf<State>(
  manifest: Manifest<State>,
  { settings, secrets }: Pick<AccountOptions, 'settings' | 'secrets'>,
): string {
  const identity = manifest.identityOf?.(settings, secrets) ?? manifest.address(settings).baseUrl;
  return createHash('sha256').update(`${manifest.name} ${identity}`).digest('hex').slice(0, 16);
}

/** From this on a window outlives processes: what was started before a restart counts, so it is kept in a file. In ms. */
const LONG_WINDOW_MS = 3_600_000;

function paceOf<State>(
  manifest: Manifest<State>,
  budget: Budget,
  options: AccountOptions & { readonly now: () => number },
): Pace | undefined {
  const { store, stateFolder, now } = options;
  const windows = windowsOf(budget);
  if (store !== undefined) return createPace({ store, windows, concurrency: budget.concurrency });
  if (windows.every(({ ms }) => ms < LONG_WINDOW_MS)) return undefined;
  // Several accounts may have one folder, on their own: each has its own count.
  const lasting = createSqliteStore(join(stateFolder, `${manifest.name}-pace.db`), now).within(
    identityOf(manifest, options),
  );
  return createPace({ store: lasting, windows });
}

function textOf(structured: Outcome, whole: string, outcome: Outcome): string {
  const brief = briefOf(outcome);
  if (brief.length === 0 || whole.length <= BRIEF_CHARACTERS) return whole;
  const note = `left out here, in structured content: ${brief.join(', ')}`;
  return JSON.stringify({ ...structured, note }, (name, value) => (brief.includes(name) ? undefined : value));
}

/** A vendor that is down is not a wrong credential: the code stays what it was. */
export function notSignedIn(
  { code, message, hint }: Extract<SignInOutcome, { readonly ok: false }>,
  fields: Fault['fields'] = {},
): Fault {
  return new Fault(isFaultCode(code) ? code : 'GH_SIGN_IN', message, { hint, fields });
}

type Input = Readonly<Record<string, unknown>>;

/** What stands inside an object named as one of `wrappers` stands beside the rest. */
function unwrapped(input: Input, wrappers: readonly string[]): Input {
  const isInner = ([name, value]: [string, unknown]): boolean =>
    wrappers.includes(name) && typeof value === 'object' && value !== null && !Array.isArray(value);
  const [inner, outer] = [Object.entries(input).filter(isInner), Object.entries(input).filter(one => !isInner(one))];
  return Object.assign({}, ...inner.map(([, value]) => value), Object.fromEntries(outer));
}

/** The new name wins where both are given. */
function renamed(input: Input, aliases: Readonly<Record<string, string>>): Input {
  const old = Object.entries(input).filter(([name]) => name in aliases);
  const rest = Object.entries(input).filter(([name]) => !(name in aliases));
  return {
    ...Object.fromEntries(old.map(([name, value]) => [aliases[name] ?? name, value])),
    ...Object.fromEntries(rest),
  };
}

/** The input as the schema has it. Throws `GH_INVALID_INPUT` that names each field and what is allowed. */
function checkedShape(name: string, shape: Shape, input: Input): unknown {
  const parameters = Object.keys(shape);
  const foreign = Object.keys(input).filter(one => !parameters.includes(one));
  if (foreign.length > 0) {
    const takes = parameters.length === 0 ? 'no arguments' : parameters.join(', ');
    throw new Fault('GH_INVALID_INPUT', `${name} does not use ${foreign.join(', ')}. It takes ${takes}.`);
  }
  const parsed = z.object(shape).safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`);
  throw new Fault('GH_INVALID_INPUT', `${name}: ${problems.join('; ')}.`);
}

/** Where the values for an argument come from: the account, or an enumeration. */
function completionOf<State>({ prompts, resources }: Manifest<State>, of: Completed, argument: string) {
  if ('prompt' in of)
    return prompts.find(({ name }) => name === of.prompt)?.arguments.find(({ name }) => name === argument)?.complete;
  const found = resources.find(({ uri }) => uri === of.resource);
  return found?.complete?.[argument] ?? choicesOf(found?.filters ?? {}, argument);
}

function collect(value: unknown, path: readonly string[], add: (value: string) => void): void {
  const [first, ...rest] = path;
  if (first === undefined) {
    if (typeof value === 'string' && value !== '' && value !== MASK) add(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) if (first === '*' || first === key) collect(inner, rest, add);
}

/** Where the log of a server on its own goes: `logs/<backend>.log` below the home. */
export function logFileOf(stateFolder: string, backend: string): string {
  return join(stateFolder, 'logs', `${backend}.log`);
}
