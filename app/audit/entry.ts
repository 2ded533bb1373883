/** Kinds of entries (architecture §8). `intent` and `outcome` belong to a call; the others tell what people and the host did. */
export const ENTRY_KINDS = [
  'intent',
  'outcome',
  'approval',
  'sign-in',
  'browser-sign-in',
  'credential-refused',
  'secret-set',
  'connection-added',
  'connection-changed',
  'connection-removed',
  'grant-changed',
  'paused',
  'resumed',
  'classification',
  'definitions-changed',
  'client-registered',
  'client-unregistered',
  'client-refused',
  'client-revoked',
  'settings-changed',
  'vault-rotated',
  'export',
  'verification',
  'pruned',
  'backup',
  'window-opened',
  'code-refused',
  'server-state',
  'host-started',
  'host-ended',
  'history-damaged',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** What a module reports; the log adds number and time. Everything in it is already redacted. */
export interface NewEntry {
  readonly kind: EntryKind;
  /** Number of the intent that an outcome or approval belongs to. */
  readonly call?: number;
  readonly client?: string;
  readonly session?: string;
  /** `backend/name` at that time. */
  readonly connection?: string;
  readonly connectionUuid?: string;
  readonly tool?: string;
  readonly action?: string;
  readonly effect?: string;
  readonly flags?: readonly string[];
  readonly decision?: string;
  /** The rule that gave the decision, in words. */
  readonly rule?: string;
  readonly approver?: string;
  readonly arguments?: unknown;
  readonly outcome?: 'ok' | 'error' | 'refused' | 'cancelled' | 'unknown' | 'late';
  readonly code?: string;
  readonly message?: string;
  /** Milliseconds from the arrival of the request to its answer, waiting included. */
  readonly durationMs?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly vendorRequestId?: string;
  readonly demo?: boolean;
  readonly door?: string;
  readonly details?: unknown;
}

export interface Entry extends NewEntry {
  readonly seq: number;
  /** ISO 8601, milliseconds, UTC. */
  readonly time: string;
}

/** The fields that searches filter by exact value. */
export const FACETS = [
  'kind',
  'client',
  'connection',
  'tool',
  'action',
  'effect',
  'decision',
  'outcome',
  'code',
  'session',
] as const;
export type Facet = (typeof FACETS)[number];

export interface AuditQuery {
  /** Words, all of which must occur; the last may be the beginning of one. */
  readonly text?: string;
  readonly facets?: Partial<Readonly<Record<Facet, string>>>;
  /** ISO times; from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Only entries numbered below this: the next page. */
  readonly before?: number;
  /** Only entries numbered above this: what is new. */
  readonly after?: number;
  /** At most this many, newest first; 50 unless told. */
  readonly limit?: number;
}
