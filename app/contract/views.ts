/** What window and command line see. Plain data; no secret ever stands in one. */

export type EffectView = 'read' | 'write' | 'destructive';
export type VerdictView = 'allow' | 'ask' | 'deny' | 'hide';

export interface StatusView {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly home: string;
  readonly electron: boolean;
  readonly demo: boolean;
  readonly approveFromCli: boolean;
  readonly paused: boolean;
  readonly window: boolean;
  readonly sessions: number;
  readonly waitingApprovals: number;
  readonly vault: VaultView;
  /** Number of the oldest entry that was not pruned. */
  readonly historyStart: number;
  readonly historyEnd: number;
  readonly theme: 'system' | 'light' | 'dark';
  /** Of the window: `system`, or a language of its catalogue. */
  readonly language: string;
  /** The MCP endpoint over loopback HTTP, when it is switched on. */
  readonly mcpEndpoint: string | null;
}

export type VaultView =
  | { readonly state: 'open'; readonly kind: string; readonly keyId: number; readonly secrets: number }
  | {
      readonly state: 'closed';
      readonly kind: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };

export interface FieldView {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly choices?: readonly { readonly value: string; readonly title: string }[];
  /** Changing it drops the credentials: they were typed for the old place. */
  readonly namesHost?: boolean;
}

export interface BackendView {
  readonly backend: string;
  readonly title: string;
  readonly description: string;
  readonly tools: number;
  readonly actions: number;
  readonly credentialHelp: string;
  /** What a person does at the vendor first: commands to copy, `{name}` for what was typed into that field. */
  readonly setup: readonly { readonly title: string; readonly description: string; readonly command: string }[];
  readonly firstQuestions: readonly string[];
  readonly scopes: readonly { readonly name: string; readonly title: string }[];
  readonly settings: readonly FieldView[];
  readonly credentials: readonly FieldView[];
}

/** What a connection is doing; `attention` comes with a reason and what helps. */
export type ConnectionState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'attention';

export interface ConnectionView {
  readonly id: string;
  readonly uuid: string;
  readonly backend: string;
  readonly name: string;
  readonly title: string;
  readonly state: ConnectionState;
  readonly reason: string;
  readonly hint: string;
  /** Of the reason, so that a door can offer what helps; empty without one. */
  readonly code: string;
  readonly identity: string | null;
  /** `[]` when the vendor granted none or does not tell. */
  readonly scopes: readonly string[];
  readonly scopesKnown: boolean;
  readonly demo: boolean;
  readonly readOnly: boolean;
  readonly presentation: 'grouped' | 'flat';
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of the credentials that are set. */
  readonly secretFields: readonly string[];
  readonly tools: number;
  readonly heldChanges: number;
  readonly pid: number | null;
  readonly openCalls: number;
  /** What the running server last told of the vendor; `null` when it did not. */
  readonly health: { readonly breaker: 'closed' | 'open' | 'half-open'; readonly budgetLeft?: number } | null;
}

export interface TestView {
  readonly ok: boolean;
  readonly identity: string | null;
  readonly scopes: readonly string[];
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** How a custom server's offer differs from the accepted one. */
export interface DefinitionChangeView {
  readonly list: 'tools' | 'prompts' | 'resources' | 'templates' | 'instructions';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface RuleView {
  readonly client: string;
  readonly effect: string;
  readonly tool: string;
  readonly action: string;
  readonly verdict: VerdictView;
  readonly until: string | null;
}

/** What the tool list costs an assistant each time it is read. */
export interface ListCostView {
  /** `''`: an assistant without grants of its own. */
  readonly client: string;
  readonly tools: number;
  readonly bytes: number;
}

export type PresetView = 'default' | 'read-only' | 'ask' | 'full';

export interface GrantsView {
  readonly id: string;
  readonly client: string | null;
  /** The preset that is exactly what was set; `null` when it is none. */
  readonly preset: PresetView | null;
  readonly costs: readonly ListCostView[];
  readonly rules: readonly RuleView[];
  readonly actions: readonly {
    readonly tool: string;
    readonly action: string;
    readonly effect: EffectView;
    readonly flags: readonly string[];
    readonly scopes: readonly string[];
    readonly verdict: VerdictView;
    readonly because: string;
  }[];
}

/** What a change of grants would do to the assistant it is for. */
export interface GrantsPreviewView {
  /** Some assistant could do more than before. */
  readonly widens: boolean;
  readonly before: ListCostView;
  readonly after: ListCostView;
  /** The actions whose verdict changes. */
  readonly changes: readonly {
    readonly tool: string;
    readonly action: string;
    readonly effect: EffectView;
    readonly flags: readonly string[];
    readonly before: VerdictView;
    readonly after: VerdictView;
    readonly because: string;
    readonly wider: boolean;
  }[];
}

/** One field of a server's question, as a form shows it. */
export interface QuestionFieldView {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices';
  readonly required: boolean;
  readonly default?: unknown;
  readonly choices?: readonly { readonly value: string; readonly title: string }[];
  readonly min?: number;
  readonly max?: number;
}

/** A server's own question, which its client cannot show. */
export interface QuestionView {
  readonly id: string;
  /** Number of the call's intent in the history. */
  readonly call: number;
  readonly client: string;
  readonly connection: string;
  readonly tool: string;
  readonly action: string;
  /** In the server's words; redacted. */
  readonly message: string;
  readonly fields: readonly QuestionFieldView[];
  readonly demo: boolean;
  readonly askedAt: string;
  readonly expiresAt: string;
}

/** The last call of the same connection, tool and action that went through. */
export interface SimilarCallView {
  readonly seq: number;
  readonly time: string;
  readonly client: string;
  readonly arguments: unknown;
}

/** `before` or `after` is `null` where there is nothing. */
export type PlanView =
  | { readonly state: 'reading' }
  | {
      readonly state: 'read';
      readonly changes: readonly {
        readonly what: string;
        readonly before: string | null;
        readonly after: string | null;
      }[];
    }
  | { readonly state: 'unknown'; readonly why: string };

export interface ApprovalView {
  readonly id: string;
  readonly call: number;
  readonly client: string;
  readonly connection: string;
  readonly tool: string;
  readonly action: string;
  readonly effect: EffectView;
  readonly flags: readonly string[];
  readonly arguments: unknown;
  readonly demo: boolean;
  /** What the call would change, where its server can tell. */
  readonly plan?: PlanView;
  readonly askedAt: string;
  readonly expiresAt: string;
}

export interface EntryView {
  readonly seq: number;
  readonly time: string;
  readonly kind: string;
  readonly call?: number;
  readonly client?: string;
  readonly session?: string;
  readonly connection?: string;
  readonly tool?: string;
  readonly action?: string;
  readonly effect?: string;
  readonly flags?: readonly string[];
  readonly decision?: string;
  readonly rule?: string;
  readonly approver?: string;
  readonly arguments?: unknown;
  readonly outcome?: string;
  readonly code?: string;
  readonly message?: string;
  readonly durationMs?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly vendorRequestId?: string;
  readonly demo?: boolean;
  readonly door?: string;
  readonly details?: unknown;
}

/** An entry with its place in the chain. */
export interface LinkedEntryView extends EntryView {
  readonly chain: {
    /** SHA-256 over the previous hash and the entry, in hexadecimal. */
    readonly hash: string | null;
    readonly previous: string | null;
    /** Number of the newest entry. */
    readonly end: number;
  };
}

interface LatencyView {
  /** Milliseconds, near enough for a chart; `null` without a call. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Ended calls in numbers. `failed`: ended in an error, or nobody knows how. */
export interface StatsView extends LatencyView {
  readonly bucketHours: number;
  readonly calls: number;
  /** By `ok`, `error`, `refused`, `cancelled`, `unknown`; what did not occur is not there. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Without a gap, oldest first; each reaches to the next one's `from`. */
  readonly buckets: readonly (LatencyView & {
    readonly from: string;
    readonly outcomes: Readonly<Record<string, number>>;
  })[];
  /** The busiest first, at most twenty of each. */
  readonly actions: readonly {
    readonly connection: string;
    readonly tool: string;
    readonly action: string;
    readonly calls: number;
    readonly failed: number;
    readonly meanMs: number;
  }[];
  readonly clients: readonly { readonly client: string; readonly calls: number; readonly failed: number }[];
  readonly connections: readonly { readonly connection: string; readonly calls: number; readonly failed: number }[];
}

export interface VerdictOfHistory {
  readonly ok: boolean;
  readonly entries: number;
  readonly brokenAt: number | null;
  readonly reason: string | null;
  readonly anchored: boolean;
  readonly prunedTo: number;
}

export interface CheckView {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
  readonly remedy: string;
}

/** A connection that is gone: assistants whose files name it no more, and entries that could not be taken out. */
export interface RemovedView {
  readonly removed: string;
  readonly unregistered: readonly string[];
  readonly left: readonly LeftEntry[];
}

export interface LeftEntry {
  readonly client: string;
  readonly file: string;
  readonly problem: string;
}

export interface ClientView {
  readonly id: string;
  readonly title: string;
  readonly installed: 'yes' | 'leftovers' | 'no';
  readonly evidence: string;
  readonly file: string | null;
  /** Why this file and no other. */
  readonly because: string;
  /** Other places of the assistant that hold servers; not written. */
  readonly otherFiles: readonly string[];
  /** `state`: ok, missing, changed, moved, unknown, or `connection removed`. */
  readonly entries: readonly { readonly connection: string; readonly name: string; readonly state: string }[];
  readonly otherServers: readonly string[];
  readonly problem: string | null;
  readonly afterwards: string;
  /** Other things worth knowing of this assistant. */
  readonly notes: readonly string[];
  readonly canLink: boolean;
  readonly canBundle: boolean;
  /** A key is out and not revoked. */
  readonly keyed: boolean;
}

export interface ClientChangeView {
  readonly client: string;
  readonly file: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly diff: string;
  readonly changes: readonly {
    readonly connection: string;
    readonly name: string;
    readonly kind: 'add' | 'update' | 'keep' | 'remove';
  }[];
  readonly afterwards: string;
  readonly warnings: readonly string[];
  readonly undo?: string;
}

/** Where the key of an assistant or program stands; the key itself is never shown. */
export interface ClientKeyView {
  readonly client: string;
  readonly file: string;
  readonly revoked: boolean;
}

export interface ClientUndoView {
  readonly client: string;
  readonly file: string;
  readonly note: string;
  /** The bytes are those of before; else only our entries were put back. */
  readonly exact: boolean;
}

export interface ClientHealView {
  readonly client: string;
  readonly file: string;
  /** Names of entries that were corrected or put back. */
  readonly healed: readonly string[];
  /** Gone from the file. */
  readonly missing: readonly string[];
  /** Edited by somebody, so left alone. */
  readonly changed: readonly string[];
  readonly problem: string | null;
  readonly undo?: string;
}

/** What a door pushes without being asked. */
export type HostEvent =
  | { readonly type: 'approvals'; readonly approvals: readonly ApprovalView[] }
  | { readonly type: 'questions'; readonly questions: readonly QuestionView[] }
  | { readonly type: 'connections' }
  | { readonly type: 'clients' }
  | { readonly type: 'settings' }
  | { readonly type: 'paused'; readonly paused: boolean }
  | { readonly type: 'code'; readonly code: string; readonly expiresAt: string }
  | { readonly type: 'entries'; readonly entries: readonly EntryView[] }
  /** `total`: `null` where nobody knows. */
  | {
      readonly type: 'progress';
      readonly task: 'verify' | 'export';
      readonly done: number;
      readonly total: number | null;
    }
  /** What a server just said; `connection` is its UUID. */
  | { readonly type: 'log'; readonly connection: string; readonly lines: readonly string[] };
