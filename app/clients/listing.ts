import { GatehouseError } from '../contract/errors.ts';
import type { ClientsParts } from './clients-parts.ts';
import type { ClientDefinition, Entry, Location } from './definition.ts';
import { serversIn } from './drafts.ts';
import { covers, entryFor } from './entries.ts';
import type { LedgerEntry } from './ledger.ts';
import type { ClientProblem, ClientState, EntryState } from './registry.ts';
import { takeSnapshot } from './snapshot.ts';
import { textOf } from './targets.ts';

/** A value, or what stood in its way. */
type Attempted<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: ClientProblem };

/** What is found of one client. Never throws. `entries`: all of ours, of every client. */
export function stateOf(
  parts: ClientsParts,
  definition: ClientDefinition,
  entries: readonly LedgerEntry[],
): ClientState {
  const ours = entries.filter(({ client }) => client === definition.id);
  const location = located(parts, definition);
  const evidence = attempted(() => definition.evidence(parts.place));
  const found = evidence.ok ? evidence.value : [];
  const file = location.ok ? location.value.file : null;
  const files = new Set([...(file === null ? [] : [file]), ...ours.map(entry => entry.file)]);
  const readings = new Map([...files].map(path => [path, attempted(() => readServers(parts, definition, path))]));
  const here = file === null ? undefined : readings.get(file);
  const ourNames = new Set(ours.filter(entry => entry.file === file).map(({ name }) => name));
  return {
    id: definition.id,
    title: definition.title,
    installed: found.some(({ kind }) => kind === 'program') ? 'yes' : found.length > 0 ? 'leftovers' : 'no',
    evidence: found.map(({ says }) => says),
    file,
    because: location.ok ? location.value.because : '',
    otherFiles: location.ok ? (location.value.others ?? []) : [],
    entries: ours.map(entry => entryState(parts, definition, readings.get(entry.file), entry)),
    otherNames: here?.ok === true ? Object.keys(here.value).filter(name => !ourNames.has(name)) : [],
    problem: location.ok ? (here?.ok === false ? here.problem : null) : location.problem,
    afterwards: definition.afterwards,
    notes: definition.notes,
    limits: definition.limits,
    canLink: definition.link !== undefined,
    canBundle: definition.bundles === true,
  };
}

/** Where the client's file is, or why that cannot be told. */
export function located(parts: ClientsParts, definition: ClientDefinition): Attempted<Location> {
  return attempted(() => definition.locate(parts.place));
}

/** Any failure as it is shown. */
export function problemOf(error: unknown): ClientProblem {
  const known =
    error instanceof GatehouseError
      ? error
      : new GatehouseError('GH_INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  return known.toJSON();
}

function attempted<T>(work: () => T): Attempted<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

function readServers(parts: ClientsParts, definition: ClientDefinition, file: string): Entry {
  const snapshot = takeSnapshot(parts.disk, file);
  return serversIn(definition, file, textOf(definition, snapshot).text) ?? {};
}

function entryState(
  parts: ClientsParts,
  definition: ClientDefinition,
  servers: Attempted<Entry> | undefined,
  ours: LedgerEntry,
): EntryState {
  const { connection, name, file, written } = ours;
  const told = (state: EntryState['state']): EntryState => ({ connection, name, file, state });
  if (servers?.ok !== true) return told('unknown');
  const found = servers.value[name];
  if (found === undefined) return told('missing');
  if (covers(found, entryFor(definition, parts.launcher, connection))) return told('ok');
  return told(covers(found, written) ? 'moved' : 'changed');
}
