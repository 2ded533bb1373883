import type * as z from 'zod';
import type { BreakerRule } from './breaker.ts';
import type { Catalog, CatalogField, Effect, Flag, SetupStep } from './catalog.ts';
import type { PlannedChange } from './control.ts';
import { Fault } from './fault.ts';
import type { Authorizer, Http, HttpClient } from './http.ts';
import type { Budget, Limiter } from './limiter.ts';
import type { Logger } from './log.ts';
import type { RestSurface } from './rest.ts';
import type { SharedStore } from './shared-store.ts';
import type { Elsewhere, SignInForm, SignInValues } from './sign-in-page.ts';
import type { Trail } from './trail.ts';

/**
 * How a backend is declared (architecture §4). One manifest holds everything; catalogue, MCP tools, validation, enforcement,
 * documentation and the window's forms are derived from it. `State` is what one signed-in account keeps in memory.
 */
export interface Manifest<State> {
  /** As in `dpod/acme`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** What an assistant should know before it uses the tools. */
  readonly instructions: string;
  readonly credentialHelp: string;
  /** What a person does at the vendor first, as commands to copy. */
  readonly setup?: readonly SetupStep[];
  /** What a person may ask an assistant first; read-only, of use to anybody. */
  readonly firstQuestions?: readonly string[];
  readonly settings: readonly CatalogField[];
  readonly credentials: readonly CatalogField[];
  readonly scopes: readonly { readonly name: string; readonly title: string }[];
  readonly defaultPresentation: 'grouped' | 'flat';
  /** For stand-alone runs: a variable that switches read-only on, and prefix-free names are in the fields. */
  readonly readOnlyVariable?: string;
  /** The account's budget at the vendor. */
  readonly limits: Budget | ((settings: Settings) => Budget);
  /** When nothing more is sent for a while; 8 failures in a row and 15 s unless told. */
  readonly breaker?: BreakerRule;
  /**
   * What makes two processes work for one account of the vendor: who signs in, and where. What is kept for one identity is never seen
   * by another. It leaves the process only as a hash.
   */
  identityOf?(settings: Settings, secrets: Readonly<Record<string, string>>): string;
  /** Where requests go, and which other hosts they may go to. Settings are checked already. */
  address(settings: Settings): {
    readonly baseUrl: string;
    readonly hosts?: readonly string[];
    /** The header of an answer that carries the vendor's id of the request; `x-request-id` unless told. */
    readonly requestIdHeader?: string;
  };
  /** Makes the account's state; sends nothing yet. */
  open(deps: AccountDeps): State;
  authorizer(state: State): Authorizer | undefined;
  /** Proves the credentials. Throws `Fault`. */
  signIn(state: State, http: Http): Promise<SignedIn>;
  /** Takes the credential back at the vendor, when its connection is removed. Throws `Fault`. */
  retire?(state: State): Promise<void>;
  /** Ends what the vendor keeps open for this account, when the server ends. There is a second for it. */
  close?(state: State, http: Http): Promise<void>;
  /** A sign-in on a page of its own, for a server that was started without credentials. */
  readonly browser?: BrowserSignIn<State>;
  /** How it runs on its own, where that differs. */
  readonly standalone?: StandaloneDefaults;
  readonly tools: readonly Tool<State>[];
  /** The original server took its arguments inside one object of such a name: they are taken out of it. */
  readonly wrappers?: readonly string[];
  readonly prompts: readonly Prompt<State>[];
  readonly resources: readonly Resource<State>[];
}

export type Settings = Readonly<Record<string, unknown>>;

export interface SignedIn {
  readonly identity: string;
  /** `null` where the vendor does not tell. */
  readonly scopes: readonly string[] | null;
}

export interface BrowserSignIn<State> {
  readonly form: SignInForm;
  /** The sign-in is on the vendor's own page; the form has nothing but what is left to be asked after it. */
  elsewhere?(state: State, returnTo: string): Elsewhere;
  /** Whether there is something to sign requests with now. */
  ready(state: State): boolean | Promise<boolean>;
  /**
   * Proves what was typed and uses it, in memory: for good when the person agreed to have it kept in the vault (which is the
   * kit's doing), else no longer than need be. Returns credentials that were not typed, for the vault. Throws `Fault`.
   */
  signIn(state: State, values: SignInValues, keep: boolean): Promise<SignInValues | undefined>;
}

export interface StandaloneDefaults {
  readonly transport: 'stdio' | 'streamable-http';
  readonly port: number;
  readonly presentation: 'grouped' | 'flat';
  /** A variable that names the port. */
  readonly portVariable?: string;
  /** What the original answered over HTTP beside MCP. Throws `Fault` for a wrong variable. */
  rest?(env: Readonly<Record<string, string | undefined>>, catalog: Catalog): RestSurface;
  /** Over HTTP, callers may bring a session of the vendor's instead of a key, where the variable says so. */
  readonly callers?: {
    readonly variable: string;
    /** The secrets of an account for who brought this; `undefined`: it is no such session. */
    secretsFor(token: string, secrets: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined;
  };
  /** Whether it runs read-only when neither a flag nor the variable says so; `false` unless told. */
  readonly readOnly?: boolean;
  /** What several instances may share; nothing unless told. */
  readonly stores?: readonly ('redis' | 'postgres')[];
  /** What to tell people about variables of the original server that mean nothing here. Throws `Fault` for a wrong one. */
  review(env: Readonly<Record<string, string | undefined>>): readonly string[];
}

export interface AccountDeps {
  readonly settings: Settings;
  readonly secrets: Readonly<Record<string, string>>;
  /** Sends what has no authorization of its own, such as the request for a token. */
  readonly client: () => HttpClient;
  readonly limiter: Limiter;
  readonly now: () => number;
  readonly log: Logger;
  /** What all instances of this account keep in common; in memory where there is one only. */
  readonly store: SharedStore;
  /** Where what is asked of the vendor is written down, by a backend that does so. */
  readonly trail: Trail;
  /** Further values to mask from now on: a token, a new secret. */
  readonly keepSecret: (value: string) => void;
  /** The private folder of this connection. */
  readonly stateFolder: string;
  /** A rotated credential for the vault. Stand-alone there is none. */
  readonly storeSecret: ((field: string, value: string) => void) | undefined;
}

export interface Tool<State> {
  readonly name: string;
  readonly title: string;
  /** About the tool as a whole; names no action. */
  readonly description: string;
  /** One action named as the tool itself: a tool without `action` argument. */
  readonly actions: Readonly<Record<string, Action<State>>>;
}

export type Shape = Readonly<Record<string, z.ZodType>>;

export interface Action<State> {
  readonly description: string;
  readonly effect: Effect;
  readonly flags?: readonly Flag[];
  /** Vendor scopes of which one suffices; `null`: any credential, or none. */
  readonly scopes: readonly string[] | null;
  readonly input: Shape;
  readonly idempotent?: boolean;
  /** The result holds a secret that is shown once. */
  readonly sensitiveResult?: boolean;
  /** Names under which the original server took arguments, and what they are called now. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Its name in the flat presentation; `tool_action` unless told. */
  readonly flatName?: string;
  /** Runs without credentials: nothing is signed in first. */
  readonly anonymous?: boolean;
  run(input: never, call: Call<State>): Promise<Outcome>;
  /**
   * What `run` would change with this input, as the vendor has it now; changes nothing itself. The person who is asked sees it,
   * so the arguments need not tell it. Throws `Fault`.
   */
  plan?(input: never, call: Call<State>): Promise<readonly PlannedChange[]>;
}

/** The members of the result after `success: true`; blocks such as images go beside them with `withContent`. */
export type Outcome = Readonly<Record<string, unknown>>;

/** What the host allows one call, and how it reports. */
export interface Call<State> {
  readonly state: State;
  readonly http: Http;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 by which an answer or a handle must be there. */
  readonly deadline: number;
  readonly now: () => number;
  readonly log: Logger;
  readonly account: AccountInfo;
  /** The private folder of this connection; files that the user asked for go below `downloads` unless a setting says otherwise. */
  readonly stateFolder: string;
  progress(done: number, total: number | undefined, message: string): void;
  /** Masked wherever the result or the log would show it. */
  keepSecret(value: string): void;
}

export interface AccountInfo {
  readonly backend: string;
  readonly version: string;
  readonly readOnly: boolean;
  readonly scopes: readonly string[] | null;
  /** Whether the tool's action may be used with these scopes and in this mode. */
  permits(tool: string, action: string): boolean;
  readonly tools: readonly { readonly name: string; readonly actions: readonly string[] }[];
}

export interface Prompt<State = unknown> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
    /** Values that the account offers for it; those that begin with what was typed are chosen from them. */
    readonly complete?: (given: string, call: Call<State>) => Promise<readonly string[]>;
  }[];
  /** One user message. Throws `Fault` for a wrong value. */
  text(given: Readonly<Record<string, string>>): string;
}

export interface Resource<State> {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** What its address may carry as `?name=value`: announced as a template, checked as arguments of a tool are. */
  readonly filters?: Shape;
  /** Values that the account offers for a filter; those of an enumeration are known without. */
  readonly complete?: Readonly<Record<string, (given: string, call: Call<State>) => Promise<readonly string[]>>>;
  /** It can be subscribed to. */
  readonly watch?: {
    /** Milliseconds until the next look, as the vendor's budget allows with so many watched addresses. */
    pauseMs(state: State, watched: number): number;
    /** What is there now: another text is a change. */
    look(call: Call<State>, filters: never): Promise<string>;
  };
  read(call: Call<State>, filters: never): Promise<string>;
}

/** Binds the account's type once, so that inputs and calls are typed in every action of a backend. */
export function definesFor<State>() {
  return {
    action: <const S extends Shape>(
      spec: Omit<Action<State>, 'input' | 'run' | 'plan'> & {
        readonly input: S;
        run(input: z.output<z.ZodObject<S>>, call: Call<State>): Promise<Outcome>;
        plan?(input: z.output<z.ZodObject<S>>, call: Call<State>): Promise<readonly PlannedChange[]>;
      },
    ): Action<State> => spec as Action<State>,
    tool: (tool: Tool<State>): Tool<State> => tool,
    /** A resource whose address carries filters. */
    resource: <const S extends Shape>(
      spec: Omit<Resource<State>, 'filters' | 'read' | 'watch'> & {
        readonly filters: S;
        read(call: Call<State>, filters: z.output<z.ZodObject<S>>): Promise<string>;
        readonly watch?: Omit<NonNullable<Resource<State>['watch']>, 'look'> & {
          look(call: Call<State>, filters: z.output<z.ZodObject<S>>): Promise<string>;
        };
      },
    ): Resource<State> => spec as Resource<State>,
  };
}

/** An action as the kit calls it, after its input was checked against its own schema. */
export function runChecked<State>(action: Action<State>, input: unknown, call: Call<State>): Promise<Outcome> {
  return action.run(input as never, call);
}

/** A resource as the kit reads it, or looks whether it changed, after its filters were checked against their own schema. */
export function readChecked<State>(
  of: Pick<Resource<State>, 'read'> | { readonly look: Resource<State>['read'] },
  filters: unknown,
  call: Call<State>,
): Promise<string> {
  return 'look' in of ? of.look(call, filters as never) : of.read(call, filters as never);
}

/** The same for what it would change. */
export function planChecked<State>(
  action: Action<State>,
  input: unknown,
  call: Call<State>,
): Promise<readonly PlannedChange[]> {
  if (action.plan === undefined) throw new Fault('GH_INVALID_INPUT', 'The action cannot tell what it would change.');
  return action.plan(input as never, call);
}

export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string };

const BLOCKS = Symbol('content blocks');

/** Beside the members: not copied with them into the result, where clients refuse a key that is no text. */
function aside(outcome: Outcome, key: symbol, value: unknown): Outcome {
  const copy: Outcome = Object.defineProperties({}, Object.getOwnPropertyDescriptors(outcome));
  return Object.defineProperty(copy, key, { value });
}

/** A result with more than text, such as an image. */
export function withContent(outcome: Outcome, blocks: readonly Block[]): Outcome {
  return aside(outcome, BLOCKS, blocks);
}

const BRIEF = Symbol('members that only structured content has');

/** Long members, at any depth, that are left out of the text form of a large result: structured content always has them. */
export function withBrief(outcome: Outcome, members: readonly string[]): Outcome {
  return aside(outcome, BRIEF, members);
}

export function briefOf(outcome: Outcome): readonly string[] {
  return (outcome as { readonly [BRIEF]?: readonly string[] })[BRIEF] ?? [];
}

export function blocksOf(outcome: Outcome): readonly Block[] {
  return (outcome as { readonly [BLOCKS]?: readonly Block[] })[BLOCKS] ?? [];
}

/** Marks an argument whose value is masked wherever it is shown or written. */
export function secret<T extends z.ZodType>(schema: T): T {
  return schema.meta({ ...schema.meta(), secret: true });
}
