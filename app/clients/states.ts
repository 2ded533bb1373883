import { GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition, Entry, Location } from './definition.ts';
import type { Disk } from './disk.ts';
import { serversIn } from './drafts.ts';
import { covers } from './entries.ts';
import type { LedgerEntry } from './ledger.ts';
import type { ClientProblem, EntryState } from './registry.ts';
import { takeSnapshot } from './snapshot.ts';
import { textOf } from './targets.ts';

/** A value, or what stood in its way. */
export type Attempted<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ClientProblem };

export function attempted<T>(work: () => T): Attempted<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

export function problemOf(error: unknown): ClientProblem {
  const known =
    error instanceof GatehouseError
      ? error
      : new GatehouseError('GH_INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  return known.toJSON();
}

/** The servers that stand in a client's file now. */
export function readServers(disk: Disk, definition: ClientDefinition, file: string): Entry {
  const snapshot = takeSnapshot(disk, file);
  return serversIn(definition, file, textOf(definition, snapshot).text) ?? {};
}

export function entryState(servers: Attempted<Entry>, ours: LedgerEntry, wanted: Entry): EntryState {
  const { connection, name, file, written } = ours;
  return { connection, name, file, state: stateOf() };

  function stateOf(): EntryState['state'] {
    if (!servers.ok) return 'unknown';
    const found = servers.value[name];
    if (found === undefined) return 'missing';
    if (covers(found, wanted)) return 'ok';
    return covers(found, written) ? 'moved' : 'changed';
  }
}

/** Where the client's file is, or why that cannot be told. */
export function locate(
  definition: ClientDefinition,
  place: Parameters<ClientDefinition['locate']>[0],
): Attempted<Location> {
  return attempted(() => definition.locate(place));
}
