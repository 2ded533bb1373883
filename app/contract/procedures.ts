import * as z from 'zod';
import type {
  ApprovalView,
  BackendView,
  CheckView,
  ClientChangeView,
  ClientHealView,
  ClientKeyView,
  ClientUndoView,
  ClientView,
  ConnectionView,
  DefinitionChangeView,
  EntryView,
  GrantsPreviewView,
  GrantsView,
  LinkedEntryView,
  QuestionView,
  RemovedView,
  SimilarCallView,
  StatsView,
  StatusView,
  TestView,
  VaultView,
  VerdictOfHistory,
} from './views.ts';

/**
 * The one contract between the host and its three doors: the window over IPC, a browser over loopback HTTP, the command
 * line over the socket. Inputs are checked by schema at the door; `person` says that the procedure may widen what assistants
 * can do, so from the command line it can want the one-time code (architecture §6).
 */
interface Procedure<I extends z.ZodType, O> {
  readonly input: I;
  /** Never set: it carries the type of the answer. */
  readonly output?: O;
}

export function procedure<O>() {
  return <I extends z.ZodType>(input: I): Procedure<I, O> => ({ input });
}

const none = z.strictObject({});
const id = z.string().min(1).max(200).describe('backend/name or UUID');
const code = z.string().max(20).optional().describe('the one-time code that the window shows');
const verdict = z.enum(['allow', 'ask', 'deny', 'hide']);
const effect = z.enum(['read', 'write', 'destructive']);
const client = z.string().min(1).max(60);
const grantsChange = {
  id,
  client: client.optional(),
  preset: z
    .enum(['default', 'read-only', 'ask', 'full'])
    .optional()
    .describe('takes the place of all that was set for the client, or for everybody'),
  changes: z
    .array(
      z.strictObject({
        effect: effect.optional(),
        tool: z.string().optional(),
        action: z.string().optional(),
        verdict: verdict.or(z.literal('default')),
      }),
    )
    .max(1_000)
    .default([]),
};
const force = z.boolean().default(false).describe('replace or remove even an entry of ours that somebody changed');
const secrets = z.record(z.string(), z.string());
const query = z.strictObject({
  text: z.string().max(500).optional(),
  facets: z.record(z.string(), z.string()).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  before: z.number().int().optional(),
  after: z.number().int().optional(),
  limit: z.number().int().min(1).max(1_000).optional(),
});

export const procedures = {
  status: procedure<StatusView>()(none),
  doctor: procedure<readonly CheckView[]>()(none),
  /** The checks as text to show to others: names of users, accounts and addresses are left out. */
  'doctor.report': procedure<{ readonly text: string }>()(none),
  'backends.list': procedure<readonly BackendView[]>()(none),
  'catalog.get': procedure<unknown>()(z.strictObject({ backend: z.string() })),

  'connections.list': procedure<readonly ConnectionView[]>()(none),
  'connections.add': procedure<ConnectionView>()(
    z.strictObject({
      backend: z.string().min(1),
      name: z.string().min(1).max(60),
      settings: z.record(z.string(), z.unknown()).default({}),
      secrets: secrets.default({}),
      readOnly: z.boolean().default(false),
      presentation: z.enum(['grouped', 'flat']).optional(),
    }),
  ),
  /** A connection to made-up data: a sandbox of the backend, run by the host for as long as the connection is there. */
  'connections.demo': procedure<readonly ConnectionView[]>()(z.strictObject({ backend: z.string().min(1) })),
  'connections.edit': procedure<ConnectionView>()(
    z.strictObject({
      id,
      name: z.string().optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
      secrets: secrets.optional(),
      removeSecrets: z.array(z.string()).optional(),
      readOnly: z.boolean().optional(),
      presentation: z.enum(['grouped', 'flat']).optional(),
      code,
    }),
  ),
  'connections.test': procedure<TestView>()(z.strictObject({ id })),
  'connections.restart': procedure<ConnectionView>()(z.strictObject({ id })),
  'connections.stop': procedure<ConnectionView>()(z.strictObject({ id })),
  'connections.logs': procedure<readonly string[]>()(
    z.strictObject({ id, lines: z.number().int().min(1).max(5_000).default(100) }),
  ),
  /** A file that proposes the connection to somebody else: its settings, never a credential. `text` is UTF-8. */
  'connections.passOn': procedure<{ readonly name: string; readonly text: string }>()(z.strictObject({ id })),
  'connections.changes': procedure<readonly DefinitionChangeView[]>()(z.strictObject({ id })),
  'connections.acceptChanges': procedure<ConnectionView>()(z.strictObject({ id, code })),
  'connections.classify': procedure<ConnectionView>()(z.strictObject({ id, tool: z.string(), effect, code })),
  'connections.remove': procedure<RemovedView>()(z.strictObject({ id })),

  'grants.show': procedure<GrantsView>()(z.strictObject({ id, client: client.optional() })),
  'grants.set': procedure<GrantsView>()(
    z.strictObject({
      id,
      client: client.optional(),
      effect: effect.optional(),
      tool: z.string().optional(),
      action: z.string().optional(),
      verdict: verdict.or(z.literal('default')),
      code,
    }),
  ),
  'grants.preview': procedure<GrantsPreviewView>()(z.strictObject(grantsChange)),
  'grants.apply': procedure<GrantsView>()(z.strictObject({ ...grantsChange, code })),
  pause: procedure<{ readonly paused: boolean }>()(none),
  resume: procedure<{ readonly paused: boolean }>()(z.strictObject({ code })),

  'approvals.list': procedure<readonly ApprovalView[]>()(none),
  'approvals.allow': procedure<ApprovalView>()(
    z.strictObject({
      id: z.string(),
      minutes: z.number().int().min(1).max(1_440).optional().describe('also allow the same action until then'),
      code,
    }),
  ),
  'approvals.deny': procedure<ApprovalView>()(
    z.strictObject({ id: z.string(), reason: z.string().max(500).default('') }),
  ),
  'approvals.similar': procedure<{ readonly similar: SimilarCallView | null }>()(z.strictObject({ id: z.string() })),
  'questions.list': procedure<readonly QuestionView[]>()(none),
  'questions.answer': procedure<QuestionView>()(
    z.strictObject({
      id: z.string(),
      action: z.enum(['accept', 'decline']),
      content: z.record(z.string(), z.unknown()).default({}),
      code,
    }),
  ),
  'code.current': procedure<{ readonly code: string; readonly expiresAt: string }>()(none),

  'clients.list': procedure<readonly ClientView[]>()(none),
  'clients.preview': procedure<ClientChangeView>()(
    z.strictObject({ client, connections: z.array(id), remove: z.boolean().default(false), force }),
  ),
  'clients.register': procedure<ClientChangeView>()(
    z.strictObject({ client, connections: z.array(id).min(1), force, code }),
  ),
  'clients.unregister': procedure<ClientChangeView>()(
    z.strictObject({ client, connections: z.array(id).optional(), force }),
  ),
  'clients.undo': procedure<ClientUndoView>()(z.strictObject({ undo: z.string() })),
  'clients.heal': procedure<readonly ClientHealView[]>()(
    z.strictObject({ restore: z.boolean().default(false).describe('also put back entries that are gone') }),
  ),
  'clients.revoke': procedure<{ readonly revoked: string }>()(z.strictObject({ client })),
  /** Keys that were given out; each in a file of the home, for programs that come over HTTP. */
  'clients.keys': procedure<readonly ClientKeyView[]>()(none),
  'clients.key': procedure<ClientKeyView>()(z.strictObject({ client, code })),
  'clients.link': procedure<{ readonly link: string }>()(z.strictObject({ client, connection: id, code })),
  'clients.bundle': procedure<{ readonly name: string; readonly base64: string }>()(
    z.strictObject({ connection: id, code }),
  ),

  'audit.list': procedure<readonly EntryView[]>()(query),
  /** Buckets start with the hour of `from`: give a local midnight and 24 for days. */
  'audit.stats': procedure<StatsView>()(
    z.strictObject({
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
      bucketHours: z.number().int().min(1).max(744).default(1),
      facets: z
        .partialRecord(z.enum(['connection', 'client', 'tool', 'action', 'effect', 'outcome', 'code']), z.string())
        .default({}),
    }),
  ),
  'audit.get': procedure<LinkedEntryView>()(z.strictObject({ seq: z.number().int() })),
  'audit.repeat': procedure<unknown>()(z.strictObject({ seq: z.number().int() })),
  'audit.verify': procedure<VerdictOfHistory>()(none),
  'audit.export': procedure<{ readonly file: string; readonly entries: number }>()(
    z.strictObject({
      file: z.string().optional().describe('a new one in the Downloads folder unless told'),
      format: z.enum(['jsonl', 'csv']),
      query: query.default({}),
    }),
  ),
  'audit.prune': procedure<{ readonly pruned: number }>()(z.strictObject({ before: z.iso.datetime(), code })),

  'vault.status': procedure<VaultView>()(none),
  'vault.unlock': procedure<VaultView>()(z.strictObject({ passphrase: z.string().min(1).optional() })),
  'vault.rotate': procedure<{ readonly keyId: number; readonly secrets: number }>()(none),

  'settings.get': procedure<Readonly<Record<string, unknown>>>()(none),
  'settings.set': procedure<Readonly<Record<string, unknown>>>()(
    z.strictObject({ name: z.string(), value: z.unknown(), code }),
  ),
  backup: procedure<{ readonly folder: string; readonly files: readonly string[] }>()(
    z.strictObject({ folder: z.string() }),
  ),

  'window.open': procedure<{ readonly url: string }>()(z.strictObject({ port: z.number().int().optional() })),
  'host.stop': procedure<{ readonly stopped: true }>()(none),
} as const;

export type Procedures = typeof procedures;
export type ProcedureName = keyof Procedures;
/** What a caller gives. */
export type InputOf<N extends ProcedureName> = z.input<Procedures[N]['input']>;
/** What a handler gets, defaults filled in. */
export type ParsedOf<N extends ProcedureName> = z.output<Procedures[N]['input']>;
export type OutputOf<N extends ProcedureName> = NonNullable<Procedures[N]['output']>;

/** How any door calls the host. */
export type CallHost = <N extends ProcedureName>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>;
