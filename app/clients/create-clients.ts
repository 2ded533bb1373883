import { randomBytes } from 'node:crypto';
import { GatehouseError } from '../contract/errors.ts';
import { bundleFor } from './bundle.ts';
import { type Bookkeeping, type CarriedOut, carryOut, remembered } from './carry-out.ts';
import { type ClientsParts, partsOf } from './clients-parts.ts';
import type { ClientDefinition } from './definition.ts';
import { unifiedDiff } from './differences.ts';
import type { HealDraft } from './drafts.ts';
import { checkExpansions, entryFor, launchFor } from './entries.ts';
import { healing, namesFor, registering, removing } from './intents.ts';
import { KNOWN } from './known/index.ts';
import { installLink } from './links.ts';
import { located, problemOf, stateOf } from './listing.ts';
import type { ClientChange, Clients, ClientsDeps, HealReport, UndoneChange } from './registry.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { type Target, textOf } from './targets.ts';
import { undoIntent } from './undoing.ts';
import { registerWarnings } from './warnings.ts';

/** The registry over the real machine; what it promises stands at `Clients`. */
export function createClients(deps: ClientsDeps): Clients {
  const parts = partsOf(deps);
  const { disk, place, ledger, launcher, labelOf } = parts;

  const checkConnections = (definition: ClientDefinition, connections: readonly string[]): void => {
    for (const connection of connections) checkExpansions(definition, launchFor(definition, launcher, connection));
  };

  return {
    async list() {
      const entries = await ledger.entries();
      return KNOWN.map(definition => stateOf(parts, definition, entries));
    },

    async preview(client, connections, options = {}) {
      const definition = definitionOf(client);
      const remove = options.remove === true;
      if (!remove) checkConnections(definition, connections);
      const some = connections.length === 0 ? undefined : connections;
      const at = remove
        ? await fileToClean(parts, definition, some)
        : { file: definition.locate(place).file, warnings: [] };
      const before = takeSnapshot(disk, at.file);
      const intent = remove
        ? removing(parts, definition, some, options)
        : registering(parts, definition, connections, options);
      const target = intent(before, await remembered(ledger, client, at.file));
      return changeOf(definition, before, target, [
        ...at.warnings,
        ...(remove ? [] : registerWarnings(parts, definition, before, target)),
      ]);
    },

    async register(client, connections, options = {}) {
      const definition = definitionOf(client);
      checkConnections(definition, connections);
      const books = newToken();
      const carried = await carryOut(
        parts,
        definition,
        definition.locate(place).file,
        registering(parts, definition, connections, options),
        books,
      );
      const { before, target } = carried;
      return {
        ...changeOf(definition, before, target, registerWarnings(parts, definition, before, target)),
        ...undoTokenOf(books, carried),
      };
    },

    async unregister(client, connections, options = {}) {
      const definition = definitionOf(client);
      const { file, warnings } = await fileToClean(parts, definition, connections);
      const books = newToken();
      const carried = await carryOut(parts, definition, file, removing(parts, definition, connections, options), books);
      return {
        ...changeOf(definition, carried.before, carried.target, warnings),
        ...undoTokenOf(books, carried),
      };
    },

    async undo(token): Promise<UndoneChange> {
      const undo = await ledger.undo(token);
      if (undo === undefined) throw new GatehouseError('GH_CLIENT_UNDO_GONE', `There is no change "${token}".`);
      const definition = definitionOf(undo.client);
      const undoing = undoIntent({ ...parts, definition }, undo);
      const { before, target } = await carryOut(parts, definition, undo.file, undoing.intent, { undoing: undo });
      const exact = undoing.exact();
      return {
        ...changeOf(definition, before, target, []),
        exact,
        note: exact
          ? 'The file is as it was before, byte for byte.'
          : 'Somebody else has changed the file since; only the entries of Gatehouse were put back.',
      };
    },

    async heal(options = {}) {
      const files = new Map(
        (await ledger.entries()).map(({ client, file }) => [`${client}\n${file}`, { client, file }]),
      );
      const reports: HealReport[] = [];
      for (const { client, file } of files.values()) {
        const definition = KNOWN.find(({ id }) => id === client);
        if (definition !== undefined) reports.push(await healFile(parts, definition, file, options.restore === true));
      }
      return reports.filter(
        ({ healed, missing, changed, problem }) =>
          problem !== null || healed.length + missing.length + changed.length > 0,
      );
    },

    link(client, connection) {
      const definition = definitionOf(client);
      checkConnections(definition, [connection]);
      return installLink(definition, bestName(namesFor(parts, connection)), entryFor(definition, launcher, connection));
    },

    bundle(connection) {
      const definition = definitionOf('claude-desktop');
      const launch = launchFor(definition, launcher, connection);
      return bundleFor({
        name: bestName(namesFor(parts, connection)),
        label: labelOf(connection) ?? connection,
        launch,
        version: deps.version ?? '0.0.0',
        platform: deps.platform,
      });
    },
  };
}

function definitionOf(client: string): ClientDefinition {
  const found = KNOWN.find(({ id }) => id === client);
  if (found !== undefined) return found;
  throw new GatehouseError('GH_NOT_FOUND', `Gatehouse does not know an assistant "${client}".`, {
    hint: `Use one of: ${KNOWN.map(({ id }) => id).join(', ')}.`,
  });
}

/** The file from which to remove: the client's own, or where our entries still stand after it has moved. */
async function fileToClean(
  parts: ClientsParts,
  definition: ClientDefinition,
  connections: readonly string[] | undefined,
): Promise<{ readonly file: string; readonly warnings: readonly string[] }> {
  const entries = (await parts.ledger.entries()).filter(
    ({ client, connection }) =>
      client === definition.id && (connections === undefined || connections.includes(connection)),
  );
  const location = located(parts, definition);
  const files = [...new Set(entries.map(({ file }) => file))];
  const own = location.ok ? location.value.file : undefined;
  const file = own !== undefined && (files.includes(own) || files.length === 0) ? own : (files[0] ?? own);
  if (file === undefined) return { file: definition.locate(parts.place).file, warnings: [] };
  return {
    file,
    warnings: files.filter(other => other !== file).map(other => `Entries also stand in ${other}: repeat the command.`),
  };
}

async function healFile(
  parts: ClientsParts,
  definition: ClientDefinition,
  file: string,
  restore: boolean,
): Promise<HealReport> {
  const about = { client: definition.id, file };
  const books = newToken();
  let draft: HealDraft | undefined;
  const intent = healing(parts, definition, restore, latest => {
    draft = latest;
  });
  try {
    const carried = await carryOut(parts, definition, file, intent, books);
    const { missing = [], changed = [] } = draft ?? {};
    const { changes } = carried.target;
    const healed = changes.map(({ name }) => name);
    return { ...about, healed, missing, changed, changes, problem: null, ...undoTokenOf(books, carried) };
  } catch (error) {
    return { ...about, healed: [], missing: [], changed: [], changes: [], problem: problemOf(error) };
  }
}

function changeOf(
  definition: ClientDefinition,
  before: Snapshot,
  target: Target,
  warnings: readonly string[],
): ClientChange {
  const text = before.bytes === null ? null : textOf(definition, before).text;
  return {
    client: definition.id,
    file: before.file,
    before: text,
    after: target.text,
    diff: unifiedDiff(before.file, text, target.text),
    changes: target.changes,
    afterwards: definition.afterwards,
    warnings: [...warnings, ...(target.remarks ?? [])],
  };
}

function newToken(): Bookkeeping {
  return { token: randomBytes(8).toString('hex') };
}

function undoTokenOf(books: Bookkeeping, { wrote }: CarriedOut): { readonly undo?: string } {
  return wrote && 'token' in books ? { undo: books.token } : {};
}

function bestName(names: readonly string[]): string {
  return names[0] ?? 'gatehouse';
}
