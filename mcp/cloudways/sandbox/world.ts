import type { SandboxRequest, Switches } from '../../kit/sandbox.ts';
import type { Operations } from './operations.ts';
import type { CloudwaysSwitches } from './switches.ts';

/** What the made-up vendor knows. Members with the vendor's names are answered as they stand (§6.2); `hidden` never is. */
export interface World {
  servers: Server[];
  projects: Record<string, unknown>[];
  members: Record<string, Record<string, unknown>>;
  alerts: Record<string, unknown>[];
  integrations: Record<string, unknown>[];
  dnsDomains: DnsDomain[];
}

export interface Server {
  readonly id: string;
  label: string;
  status: 'running' | 'stopped';
  readonly cloud: string;
  readonly region: string;
  instance_type: string;
  volume_size: string;
  backup_frequency: string;
  local_backups: boolean;
  readonly server_fqdn: string;
  readonly public_ip: string;
  readonly platform: string;
  readonly created_at: string;
  master_user: string;
  master_password: string;
  ssh_keys: { id: string; label: string }[];
  apps: App[];
  hidden: {
    services: Record<string, string | number>;
    settings: Record<string, unknown>;
    disk: Record<string, string>;
    diskUsed: number;
    whitelists: { sftp: string[]; mysql: string[] };
    policy: 'allow_all' | 'block_all';
    maintenance: { day: string; hour: number };
  };
}

export interface App {
  readonly id: string;
  label: string;
  readonly application: string;
  readonly app_version: string;
  readonly app_fqdn: string;
  readonly app_user: string;
  app_password: string;
  readonly sys_user: string;
  readonly sys_password: string;
  cname: string;
  readonly mysql_db_name: string;
  readonly mysql_user: string;
  mysql_password: string;
  aliases: string[];
  symlink: string | null;
  readonly server_id: string;
  project_id: string | null;
  readonly created_at: string;
  webroot: string | null;
  readonly is_csr_available: boolean;
  lets_encrypt: Record<string, unknown> | null;
  readonly is_staging: '0' | '1';
  readonly source_app_id: string | null;
  hidden: {
    restorePoints: string[];
    restored: boolean;
    localBackup: boolean;
    flags: Record<string, unknown>;
    varnish: { enabled: boolean; rules: unknown[] };
    fpm: string;
    cron: { basic: unknown[]; script: string };
    creds: AppCredential[];
    sshAccess: boolean;
    state: string;
    gitKey: string | null;
    gitHistory: Record<string, unknown>[];
    customSsl: boolean;
    safeUpdate: { status: number; day_of_week: string; time_slot: string };
  };
}

export interface AppCredential {
  readonly id: string;
  sys_user: string;
  sys_password: string;
  ssh_keys: { label: string; ssh_key_id: string }[];
}

export interface DnsDomain {
  readonly uid: string;
  readonly name: string;
  records: { readonly uid: string; readonly type: string; readonly attributes: Record<string, unknown> }[];
}

/** The vendor as its endpoints see it. */
export interface Vendor {
  readonly world: World;
  readonly switches: Switches<CloudwaysSwitches>;
  readonly operations: Operations;
  now(): number;
  /** A number that was not given out before, as text. */
  newId(): string;
}

/** One request that was let in and whose fields are right. */
export interface Visit {
  readonly request: SandboxRequest;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly version: 'v1' | 'v2';
}

/** `YYYY-MM-DD HH:mm:ss`, as the vendor writes times. */
export function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
