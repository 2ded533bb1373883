import type { DatabaseSync } from 'node:sqlite';
import type { Audit } from './audit/index.ts';
import type { Catalogs, ConnectionStore, Offer, PinnedStore } from './connections/index.ts';
import type { HostEvent } from './contract/index.ts';
import type { Demonstrations } from './demonstrations.ts';
import type { Fleet } from './fleet.ts';
import type { Gateway } from './gateway/index.ts';
import type { Approvals, CodeBook, Grants, Policy, Questions } from './policy/index.ts';
import type { Runtime } from './runtime.ts';
import type { ClientKeys, Context } from './serve/index.ts';
import type { Paths } from './storage/index.ts';
import type { Vault } from './vault/index.ts';

/** What the host is made of, for the handlers of the contract. */
export interface Parts {
  readonly paths: Paths;
  readonly runtime: Runtime;
  readonly db: DatabaseSync;
  readonly vault: Vault;
  readonly audit: Audit;
  readonly connections: ConnectionStore;
  readonly catalogs: Catalogs;
  readonly pinned: PinnedStore;
  readonly grants: Grants;
  readonly approvals: Approvals;
  readonly questions: Questions;
  readonly codes: CodeBook;
  readonly keys: ClientKeys;
  readonly fleet: Fleet;
  readonly demonstrations: Demonstrations;
  readonly gateway: Gateway;
  readonly settings: HostSettings;
  readonly offerOf: (uuid: string) => Offer;
  readonly policyOf: (uuid: string) => Policy;
  readonly emit: (event: HostEvent) => void;
  readonly now: () => Date;
  readonly demo: boolean;
  readonly electron: boolean;
  readonly approveFromCli: boolean;
  readonly startedAt: string;
  /** A change that widens what assistants may do wants a person. Throws `GH_CODE_NEEDED` or `GH_CODE_WRONG`. */
  readonly requirePerson: (context: Context, code: string | undefined, what: string) => string;
}

/** Settings of the host itself, each with its default. */
export interface HostSettings {
  get<N extends keyof SettingValues>(name: N): SettingValues[N];
  all(): SettingValues;
  /** Throws `GH_INVALID_INPUT` for an unknown name or a wrong value. */
  set(name: string, value: unknown): SettingValues;
}

export interface SettingValues {
  readonly paused: boolean;
  /** MCP over loopback HTTP at `/mcp/<backend>/<name>`, for clients that want a URL. */
  readonly mcpEndpoint: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Entries older than this many days are pruned; 0 keeps everything. */
  readonly retentionDays: number;
  /** A server without calls is ended after this many minutes; 0: never. */
  readonly idleMinutes: number;
  /** A call that nobody answers is refused after this long; assistants give up at 60 s. */
  readonly approvalSeconds: number;
  /** How the window looks and which language it speaks; `system` follows the browser or the desktop. */
  readonly theme: 'system' | 'light' | 'dark';
  readonly language: 'system' | 'en' | 'de';
}
