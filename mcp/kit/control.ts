/**
 * The control channel: newline-delimited JSON on file descriptor 3 between the host and one of our servers.
 * Settings and secrets travel here and nowhere else (architecture §2). The first line is always `start`.
 */

/** What the host tells a server. */
export type HostMessage =
  | {
      readonly type: 'start';
      /** `backend/name`, for messages to people. */
      readonly connection: string;
      /** The connection's UUID: never changes. */
      readonly uuid: string;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly secrets: Readonly<Record<string, string>>;
      readonly readOnly: boolean;
      readonly presentation: Presentation;
      /** A private folder of this connection, mode 0700; logs and saved files go below it. */
      readonly stateFolder: string;
      readonly logLevel: LogLevel;
    }
  /** Sign in now and answer with `tested` under the same id. */
  | { readonly type: 'test'; readonly id: number }
  /** Read what a call would change, for the person who is asked, and answer with `planned` under the same id. */
  | {
      readonly type: 'plan';
      readonly id: number;
      readonly tool: string;
      readonly action: string;
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  /** The connection is being removed: take its credential back at the vendor and answer with `retired`. */
  | { readonly type: 'retire' };

/** What a server reports back. */
export type ServerMessage =
  | { readonly type: 'tested'; readonly id: number; readonly outcome: SignInOutcome }
  | { readonly type: 'planned'; readonly id: number; readonly outcome: PlanOutcome }
  /** Sent after every sign-in, the first included. */
  | { readonly type: 'sign-in'; readonly outcome: SignInOutcome }
  /** A credential rotated by the vendor, or a token worth keeping: the vault seals it under this field. */
  | { readonly type: 'store-secret'; readonly field: string; readonly value: string }
  | { readonly type: 'retired'; readonly done: boolean }
  | { readonly type: 'health'; readonly health: Health }
  /** A page to sign in: `url` when it is there to be shown, and what happened on it, for the history. */
  | {
      readonly type: 'browser-sign-in';
      readonly event: string;
      readonly url?: string;
      readonly details?: Readonly<Record<string, unknown>>;
    }
  /** The vendor refused an action for lack of scope: shown in the scopes matrix. */
  | {
      readonly type: 'scope-refused';
      readonly tool: string;
      readonly action: string;
      readonly message: string;
      /** It will be refused again until the credential changes. */
      readonly lasting: boolean;
    };

export type SignInOutcome =
  | {
      readonly ok: true;
      /** Who the vendor says we are, for people: never a secret. */
      readonly identity: string;
      /** The vendor's scopes of this credential; `null` where the vendor does not tell ("unknown until refused"). */
      readonly scopes: readonly string[] | null;
      /** True when the answers come from a sandbox: it marks every response with the header `gatehouse-sandbox`. */
      readonly demo: boolean;
    }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string };

/** One thing that a call would change, as people compare it. `null`: it is not there before, or after. */
export interface PlannedChange {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Text that people wrote, in which passwords may stand: the person who is asked sees it, the history does not keep it. */
  readonly freeText?: true;
}

export type PlanOutcome =
  | { readonly ok: true; readonly changes: readonly PlannedChange[] }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string };

export interface Health {
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** Calls left in the vendor's current window, where it is known. */
  readonly budgetLeft?: number;
}

/** Grouped: few tools with an `action` argument. Flat: one tool per action. */
export type Presentation = 'grouped' | 'flat';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Keys in `params._meta` and `result._meta` between host and our servers. */
export const META = {
  /** Request: milliseconds until the caller gives up; the server answers with a handle before that. */
  deadlineMs: 'io.gatehouse/deadlineMs',
  /** Result: made-up data of a sandbox. */
  demo: 'io.gatehouse/demo',
  /** Result: the vendor's id of the (last) request, for the history. */
  vendorRequestId: 'io.gatehouse/vendorRequestId',
} as const;
