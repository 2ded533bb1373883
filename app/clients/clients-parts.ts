import { type Backups, createBackups } from './backups.ts';
import type { Launch, Place } from './definition.ts';
import { type Disk, nodeDisk } from './disk.ts';
import type { ClientLedger } from './ledger.ts';
import { placeOn } from './place.ts';
import type { ClientsDeps, Patience } from './registry.ts';

/** What the module works with: its dependencies, with everything optional filled in. */
export interface ClientsParts {
  readonly disk: Disk;
  readonly place: Place;
  readonly ledger: ClientLedger;
  readonly backups: Backups;
  readonly launcher: Launch;
  readonly labelOf: (connection: string) => string | undefined;
  readonly toolsOf: (connection: string) => readonly string[];
  readonly lockFolder: string;
  readonly patience: Patience;
  readonly now: () => Date;
}

const PATIENCE: Patience = { lockMs: 12_000, settleMs: 40, renameMs: 20, attempts: 5 };

export function partsOf(deps: ClientsDeps): ClientsParts {
  const disk = deps.disk ?? nodeDisk;
  const { ledger, launcher, now, backupFolder } = deps;
  return {
    disk,
    ledger,
    launcher,
    now,
    place: placeOn({ platform: deps.platform, env: deps.env, homeFolder: deps.homeFolder, disk }),
    backups: createBackups(disk, backupFolder),
    labelOf: deps.labelOf ?? (connection => connection),
    toolsOf: deps.toolsOf ?? (() => []),
    lockFolder: deps.lockFolder ?? backupFolder,
    patience: { ...PATIENCE, ...deps.patience },
  };
}
