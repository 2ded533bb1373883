import { randomBytes } from 'node:crypto';
import { GatehouseError } from '../contract/errors.ts';
import { createBackups } from './backups.ts';
import { bundleFor } from './bundle.ts';
import { type Bookkeeping, type CarriedOut, type CarryOutDeps, carryOut, remembered } from './carry-out.ts';
import type { ClientDefinition, Launch } from './definition.ts';
import { unifiedDiff } from './differences.ts';
import { nodeDisk } from './disk.ts';
import { draftHeal, draftRegister, draftRemove, type HealDraft, type Sheet } from './drafts.ts';
import { checkExpansions, entryFor, launchFor } from './entries.ts';
import { entryNames } from './entry-name.ts';
import { KNOWN } from './known/index.ts';
import type { LedgerEntry } from './ledger.ts';
import { installLink } from './links.ts';
import { placeOn } from './place.ts';
import type {
  ClientChange,
  ClientState,
  Clients,
  ClientsDeps,
  HealReport,
  Patience,
  UndoneChange,
  WriteOptions,
} from './registry.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { attempted, entryState, locate, problemOf, readServers } from './states.ts';
import { type Intent, type Target, type TargetDeps, targetOf, textOf } from './targets.ts';
import { undoIntent } from './undoing.ts';
import { fileWarnings, fleetingLauncher, longNames, tooManyTools } from './warnings.ts';

const PATIENCE: Patience = { lockMs: 12_000, settleMs: 40, renameMs: 20, attempts: 5 };

/** The registry over the real machine; what it promises stands at `Clients`. */
export function createClients(deps: ClientsDeps): Clients {
  const disk = deps.disk ?? nodeDisk;
  const { ledger, launcher } = deps;
  const labelOf = deps.labelOf ?? (connection => connection);
  const toolsOf = deps.toolsOf ?? (() => []);
  const place = placeOn({ platform: deps.platform, env: deps.env, homeFolder: deps.homeFolder, disk });
  const backups = createBackups(disk, deps.backupFolder);
  const carrying: CarryOutDeps = {
    disk,
    ledger,
    backups,
    lockFolder: deps.lockFolder ?? deps.backupFolder,
    patience: { ...PATIENCE, ...deps.patience },
    now: deps.now,
  };

  const definitionOf = (client: string): ClientDefinition => {
    const found = KNOWN.find(({ id }) => id === client);
    if (found !== undefined) return found;
    throw new GatehouseError('GH_NOT_FOUND', `Gatehouse does not know an assistant "${client}".`, {
      hint: `Use one of: ${KNOWN.map(({ id }) => id).join(', ')}.`,
    });
  };
  const oursOf = async (client: string): Promise<readonly LedgerEntry[]> =>
    (await ledger.entries()).filter(entry => entry.client === client);
  const namesFor = (connection: string): readonly string[] => entryNames(labelOf(connection) ?? connection);
  const targetDeps = (definition: ClientDefinition): TargetDeps => ({ definition, backups });
  const newToken = (): Bookkeeping => ({ token: randomBytes(8).toString('hex') });

  const registering =
    (definition: ClientDefinition, connections: readonly string[], options: WriteOptions): Intent =>
    (before, start) => {
      const wanted = [...new Set(connections)].map(connection => ({
        connection,
        entry: entryFor(definition, launcher, connection),
        names: namesFor(connection),
      }));
      const draft = draftRegister(
        sheetOf(definition, before, start.entries, options),
        wanted,
        connection => labelOf(connection) !== undefined,
      );
      return targetOf(targetDeps(definition), before, start, draft);
    };
  const removing =
    (definition: ClientDefinition, connections: readonly string[] | undefined, options: WriteOptions): Intent =>
    (before, start) =>
      targetOf(
        targetDeps(definition),
        before,
        start,
        draftRemove(sheetOf(definition, before, start.entries, options), connections),
      );

  /** The file from which to remove: the client's own, or where our entries still stand after it has moved. */
  const fileToClean = async (definition: ClientDefinition, connections: readonly string[] | undefined) => {
    const entries = (await oursOf(definition.id)).filter(
      ({ connection }) => connections === undefined || connections.includes(connection),
    );
    const location = locate(definition, place);
    const files = [...new Set(entries.map(({ file }) => file))];
    const own = location.ok ? location.value.file : undefined;
    const file = own !== undefined && (files.includes(own) || files.length === 0) ? own : (files[0] ?? own);
    if (file === undefined) return { file: definition.locate(place).file, warnings: [] };
    return {
      file,
      warnings: files
        .filter(other => other !== file)
        .map(other => `Entries also stand in ${other}: repeat the command.`),
    };
  };

  const registerWarnings = (definition: ClientDefinition, before: Snapshot, target: Target): readonly string[] => {
    const doubts = target.entries.flatMap(({ connection }) =>
      checkExpansions(definition, launchFor(definition, launcher, connection)),
    );
    const tools = target.entries.map(({ connection, name }) => ({ name, tools: toolsOf(connection) }));
    return [
      ...new Set([
        ...(definition.evidence(place).some(({ kind }) => kind === 'program')
          ? []
          : [`${definition.title} was not found on this computer; it will find the entry when it is installed.`]),
        ...fleetingLauncher(launcher),
        ...doubts,
        ...tools.flatMap(of => longNames(definition, of.name, of.tools)),
        ...tooManyTools(
          definition,
          tools.reduce((sum, of) => sum + of.tools.length, 0),
        ),
        ...fileWarnings(definition, definition.locate(place), before),
      ]),
    ];
  };

  const changeOf = (
    definition: ClientDefinition,
    before: Snapshot,
    target: Target,
    warnings: readonly string[],
  ): ClientChange => {
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
  };

  const checkConnections = (definition: ClientDefinition, connections: readonly string[]): void => {
    for (const connection of connections) checkExpansions(definition, launchFor(definition, launcher, connection));
  };

  const undoTokenOf = (books: Bookkeeping, { wrote }: CarriedOut): { readonly undo?: string } =>
    wrote && 'token' in books ? { undo: books.token } : {};

  const list = async (): Promise<readonly ClientState[]> => {
    const entries = await ledger.entries();
    return KNOWN.map(definition => {
      const ours = entries.filter(({ client }) => client === definition.id);
      const location = locate(definition, place);
      const evidence = attempted(() => definition.evidence(place));
      const found = evidence.ok ? evidence.value : [];
      const file = location.ok ? location.value.file : null;
      const readings = new Map(
        [...new Set([...(file === null ? [] : [file]), ...ours.map(entry => entry.file)])].map(path => [
          path,
          attempted(() => readServers(disk, definition, path)),
        ]),
      );
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
        entries: ours.map(entry =>
          entryState(
            readings.get(entry.file) ?? { ok: true, value: {} },
            entry,
            entryFor(definition, launcher, entry.connection),
          ),
        ),
        otherNames: here?.ok === true ? Object.keys(here.value).filter(name => !ourNames.has(name)) : [],
        problem: location.ok ? (here?.ok === false ? here.problem : null) : location.problem,
        afterwards: definition.afterwards,
        notes: definition.notes,
        limits: definition.limits,
        canLink: definition.link !== undefined,
        canBundle: definition.bundles === true,
      };
    });
  };

  const healFile = async (definition: ClientDefinition, file: string, restore: boolean): Promise<HealReport> => {
    let draft: HealDraft | undefined;
    const books = newToken();
    const about = { client: definition.id, file };
    try {
      const carried = await carryOut(
        carrying,
        definition,
        file,
        (before, start) => {
          draft = draftHeal(
            sheetOf(definition, before, start.entries, {}),
            connection => entryFor(definition, launcher, connection),
            restore,
          );
          return targetOf(targetDeps(definition), before, start, draft);
        },
        books,
      );
      const { missing = [], changed = [] } = draft ?? {};
      const { changes } = carried.target;
      const healed = changes.map(({ name }) => name);
      return { ...about, healed, missing, changed, changes, problem: null, ...undoTokenOf(books, carried) };
    } catch (error) {
      return { ...about, healed: [], missing: [], changed: [], changes: [], problem: problemOf(error) };
    }
  };

  return {
    list,

    async preview(client, connections, options = {}) {
      const definition = definitionOf(client);
      const remove = options.remove === true;
      if (!remove) checkConnections(definition, connections);
      const some = connections.length === 0 ? undefined : connections;
      const at = remove ? await fileToClean(definition, some) : { file: definition.locate(place).file, warnings: [] };
      const before = takeSnapshot(disk, at.file);
      const intent = remove ? removing(definition, some, options) : registering(definition, connections, options);
      const target = intent(before, await remembered(ledger, client, at.file));
      return changeOf(definition, before, target, [
        ...at.warnings,
        ...(remove ? [] : registerWarnings(definition, before, target)),
      ]);
    },

    async register(client, connections, options = {}) {
      const definition = definitionOf(client);
      checkConnections(definition, connections);
      const books = newToken();
      const carried = await carryOut(
        carrying,
        definition,
        definition.locate(place).file,
        registering(definition, connections, options),
        books,
      );
      const { before, target } = carried;
      return {
        ...changeOf(definition, before, target, registerWarnings(definition, before, target)),
        ...undoTokenOf(books, carried),
      };
    },

    async unregister(client, connections, options = {}) {
      const definition = definitionOf(client);
      const { file, warnings } = await fileToClean(definition, connections);
      const books = newToken();
      const carried = await carryOut(carrying, definition, file, removing(definition, connections, options), books);
      return {
        ...changeOf(definition, carried.before, carried.target, warnings),
        ...undoTokenOf(books, carried),
      };
    },

    async undo(token): Promise<UndoneChange> {
      const undo = await ledger.undo(token);
      if (undo === undefined) throw new GatehouseError('GH_CLIENT_UNDO_GONE', `There is no change "${token}".`);
      const definition = definitionOf(undo.client);
      const undoing = undoIntent(targetDeps(definition), undo);
      const { before, target } = await carryOut(carrying, definition, undo.file, undoing.intent, { undoing: undo });
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
        if (definition !== undefined) reports.push(await healFile(definition, file, options.restore === true));
      }
      return reports.filter(
        ({ healed, missing, changed, problem }) =>
          problem !== null || healed.length + missing.length + changed.length > 0,
      );
    },

    link(client, connection) {
      const definition = definitionOf(client);
      checkConnections(definition, [connection]);
      return installLink(definition, bestName(namesFor(connection)), entryFor(definition, launcher, connection));
    },

    bundle(connection) {
      const definition = definitionOf('claude-desktop');
      const launch: Launch = launchFor(definition, launcher, connection);
      return bundleFor({
        name: bestName(namesFor(connection)),
        label: labelOf(connection) ?? connection,
        launch,
        version: deps.version ?? '0.0.0',
        platform: deps.platform,
      });
    },
  };
}

function bestName(names: readonly string[]): string {
  return names[0] ?? 'gatehouse';
}

function sheetOf(
  definition: ClientDefinition,
  before: Snapshot,
  entries: readonly LedgerEntry[],
  options: WriteOptions,
): Sheet {
  const { text } = textOf(definition, before);
  return { definition, file: before.file, text, entries, force: options.force === true };
}
