import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClientDefinition } from './definition.ts';
import { nodeDisk } from './disk.ts';
import { type ClientLedger, type Clients, type ClientsDeps, createClients, memoryLedger } from './index.ts';
import { KNOWN } from './known/index.ts';
import { placeOn } from './place.ts';

/** A person's home in a temporary folder, and the registry over it. */
export interface Scratch extends Disposable {
  readonly home: string;
  readonly backups: string;
  readonly ledger: ClientLedger;
  readonly clients: Clients;
  /** Another registry over the same home and ledger. */
  again(deps: Partial<ClientsDeps>): Clients;
  /** Where the client's file is here; its folder is made. */
  fileOf(client: string): string;
}

export const LAUNCHER = {
  command: '/opt/gatehouse/node',
  args: ['/opt/gatehouse/bridge.js', '--home', '/home/u/.local/share/gatehouse'],
} as const;

export function scratch(deps: Partial<ClientsDeps> = {}): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'));
  const home = join(folder, 'home');
  const backups = join(folder, 'backups');
  for (const made of [home, backups]) mkdirSync(made, { mode: 0o700 });
  const ledger = deps.ledger ?? memoryLedger();
  const again = (more: Partial<ClientsDeps>): Clients =>
    createClients({
      platform: 'linux',
      env: { PATH: '' },
      homeFolder: home,
      launcher: LAUNCHER,
      ledger,
      backupFolder: backups,
      now: () => new Date(),
      version: '1.2.3',
      ...deps,
      ...more,
      patience: { settleMs: 1, renameMs: 1, ...deps.patience, ...more.patience },
    });
  return {
    home,
    backups,
    ledger,
    clients: again({}),
    again,
    fileOf(client) {
      const place = placeOn({ platform: 'linux', env: {}, homeFolder: home, disk: nodeDisk });
      const { file } = definition(client).locate(place);
      mkdirSync(dirname(file), { recursive: true });
      return file;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function definition(client: string): ClientDefinition {
  const found = KNOWN.find(({ id }) => id === client);
  if (found === undefined) throw new Error(`no client ${client}`);
  return found;
}
