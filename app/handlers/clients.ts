import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  type ClientChange,
  type ClientState,
  createClients,
  type EntryChange,
  sqliteLedger,
} from '../clients/index.ts';
import {
  type ClientChangeView,
  type ClientKeyView,
  type ClientView,
  GatehouseError,
  type LeftEntry,
} from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import type { Context, Handlers } from '../serve/index.ts';

type Part = Pick<
  Handlers,
  | 'clients.list'
  | 'clients.preview'
  | 'clients.register'
  | 'clients.unregister'
  | 'clients.undo'
  | 'clients.heal'
  | 'clients.revoke'
  | 'clients.keys'
  | 'clients.key'
  | 'clients.link'
  | 'clients.bundle'
>;

/** Takes the entries of a connection out of every assistant's file; one that cannot be taken out stays, and is told. */
export type TakeOut = (
  uuid: string,
  context: Context,
) => Promise<{ readonly unregistered: readonly string[]; readonly left: readonly LeftEntry[] }>;

/**
 * Entries name a connection by its UUID, so that they outlive a new name; people see `backend/name` everywhere. The key
 * of an assistant is issued before its file is written (several start the bridge at once) and revoked with its last entry.
 */
export function clientHandlers(
  parts: Parts,
  env: NodeJS.ProcessEnv,
): { readonly handlers: Part; readonly takeOut: TakeOut } {
  const { connections, keys, audit, gateway, runtime, paths } = parts;
  const ledger = sqliteLedger(parts.db);
  const idOf = (uuid: string): string | undefined => connections.find(uuid)?.id;
  const clients = createClients({
    platform: process.platform,
    env,
    homeFolder: (process.platform === 'win32' ? env.USERPROFILE : env.HOME) || homedir(),
    launcher: { command: runtime.entry.node, args: [runtime.entry.bridge, '--home', resolve(paths.home)] },
    labelOf: idOf,
    toolsOf: uuid =>
      idOf(uuid) === undefined
        ? []
        : parts
            .offerOf(uuid)
            .tools(() => true)
            .map(({ name }) => String(name)),
    ledger,
    backupFolder: paths.backups,
    now: parts.now,
    version: runtime.version,
  });

  const uuidOf = (id: string): string => connections.get(id).uuid;
  /** Of a connection, even of one that was removed while its entry still stands in a file. */
  const uuidOfEntry = async (id: string): Promise<string> =>
    (await ledger.entries()).find(({ connection }) => connection === id)?.connection ?? uuidOf(id);
  const isRegistered = async (client: string): Promise<boolean> =>
    (await ledger.entries()).some(entry => entry.client === client);
  const isKeyed = (client: string): boolean => keys.list().some(({ id, revoked }) => id === client && !revoked);

  const disconnect = (client: string): void => {
    for (const session of gateway.sessions()) if (session.client === client) gateway.close(session);
  };
  /** A key that a person revoked is given again by a person. */
  const issue = (client: string, context: Context, code: string | undefined): boolean => {
    if (keys.isRevoked(client)) parts.requirePerson(context, code, `give ${client} a key again`);
    return keys.issue(client);
  };
  /** With its last entry an assistant loses its key. */
  const retire = async (client: string): Promise<boolean> => {
    if (!isKeyed(client) || (await isRegistered(client))) return false;
    keys.forget(client);
    disconnect(client);
    return true;
  };
  /** Runs `work` with a key at hand; one that was issued for it alone is taken back when it fails. */
  const keyed = async <T>(client: string, give: () => boolean, work: () => Promise<T>): Promise<T> => {
    const wasRevoked = keys.isRevoked(client);
    const fresh = give();
    try {
      return await work();
    } catch (error) {
      if (wasRevoked) keys.revoke(client);
      else if (fresh) keys.forget(client);
      throw error;
    }
  };

  const record = (
    client: string,
    file: string,
    changes: readonly EntryChange[],
    context: Context,
    details: Readonly<Record<string, unknown>>,
  ): void => {
    for (const { connection, name, kind } of changes) {
      if (kind === 'keep') continue;
      audit.append(
        {
          kind: kind === 'remove' ? 'client-unregistered' : 'client-registered',
          client,
          connection: idOf(connection) ?? connection,
          connectionUuid: connection,
          door: context.door,
          details: { file, name, change: kind, ...details },
        },
        'durable',
      );
    }
    parts.emit({ type: 'clients' });
  };

  const unregister = async (
    client: string,
    uuids: readonly string[] | undefined,
    force: boolean,
    context: Context,
  ): Promise<ClientChange> => {
    const change = await clients.unregister(client, uuids, { force });
    const keyRevoked = await retire(client);
    record(client, change.file, change.changes, context, { undo: change.undo, keyRevoked });
    return change;
  };

  const takeOut: TakeOut = async (uuid, context) => {
    const files = new Map(
      (await ledger.entries())
        .filter(({ connection }) => connection === uuid)
        .map(({ client, file }) => [client, file]),
    );
    const left: LeftEntry[] = [];
    for (const [client, file] of files) {
      await unregister(client, [uuid], false, context).catch((error: unknown) => {
        if (!(error instanceof GatehouseError)) throw error;
        left.push({ client, file, problem: `${error.message} ${error.hint}` });
      });
    }
    return { unregistered: [...files.keys()].filter(id => left.every(({ client }) => client !== id)), left };
  };

  const handlers: Part = {
    async 'clients.list'() {
      return (await clients.list()).map(state => viewOf(state, idOf, isKeyed(state.id)));
    },
    async 'clients.preview'({ client, connections: ids, remove, force }) {
      const uuids = await Promise.all(ids.map(id => (remove ? uuidOfEntry(id) : uuidOf(id))));
      return changeView(await clients.preview(client, uuids, { remove, force }), idOf);
    },
    async 'clients.register'({ client, connections: ids, force, code }, context) {
      const uuids = ids.map(uuidOf);
      await clients.preview(client, uuids, { force });
      const change = await keyed(
        client,
        () => issue(client, context, code),
        () => clients.register(client, uuids, { force }),
      );
      record(client, change.file, change.changes, context, { undo: change.undo });
      const view = changeView(change, idOf);
      return parts.demo
        ? { ...view, warnings: [...view.warnings, 'This is a demonstration: the entry works only while it runs.'] }
        : view;
    },
    async 'clients.unregister'({ client, connections: ids, force }, context) {
      const uuids = ids === undefined ? undefined : await Promise.all(ids.map(uuidOfEntry));
      return changeView(await unregister(client, uuids, force, context), idOf);
    },
    async 'clients.undo'({ undo }, context) {
      const { client, file, note, exact, changes } = await clients.undo(undo);
      // Entries that are back need the key again, unless a person revoked it.
      if (!keys.isRevoked(client) && (await isRegistered(client))) keys.issue(client);
      const keyRevoked = await retire(client);
      record(client, file, changes, context, { undone: undo, exact, keyRevoked });
      return { client, file, note, exact };
    },
    async 'clients.heal'({ restore }, context) {
      const reports = await clients.heal({ restore });
      for (const client of new Set((await ledger.entries()).map(entry => entry.client))) {
        // A key file that was lost comes back; a key that a person revoked does not.
        if (isKeyed(client)) keys.issue(client);
      }
      for (const { client, file, changes } of reports) record(client, file, changes, context, { healed: true });
      return reports.map(({ changes: _, problem, ...report }) => ({
        ...report,
        problem: problem === null ? null : `${problem.message} ${problem.hint}`,
      }));
    },
    'clients.revoke'({ client }, context) {
      keys.revoke(client);
      disconnect(client);
      audit.append({ kind: 'client-revoked', client, door: context.door }, 'durable');
      parts.emit({ type: 'clients' });
      return { revoked: client };
    },
    'clients.keys': () => keys.list().map(keyView),
    'clients.key'({ client, code }, context) {
      if (issue(client, context, code)) {
        audit.append({ kind: 'client-registered', client, door: context.door, details: { by: 'key' } }, 'durable');
        parts.emit({ type: 'clients' });
      }
      const issued = keys.list().find(({ id }) => id === client);
      if (issued === undefined) throw new GatehouseError('GH_INTERNAL', `The key of "${client}" is not there.`);
      return keyView(issued);
    },
    'clients.link'({ client, connection, code }, context) {
      const uuid = uuidOf(connection);
      const link = clients.link(client, uuid);
      handOut(client, uuid, context, code, 'link');
      return { link };
    },
    'clients.bundle'({ connection, code }, context) {
      const uuid = uuidOf(connection);
      const { name, bytes } = clients.bundle(uuid);
      handOut('claude-desktop', uuid, context, code, 'bundle');
      return { name, base64: Buffer.from(bytes).toString('base64') };
    },
  };

  return { handlers, takeOut };

  /** Whoever follows the link or opens the bundle needs the key. */
  function handOut(
    client: string,
    uuid: string,
    context: Context,
    code: string | undefined,
    by: 'link' | 'bundle',
  ): void {
    issue(client, context, code);
    audit.append(
      {
        kind: 'client-registered',
        client,
        connection: idOf(uuid) ?? uuid,
        connectionUuid: uuid,
        door: context.door,
        details: { by },
      },
      'durable',
    );
    parts.emit({ type: 'clients' });
  }
}

function keyView(key: { readonly id: string; readonly file: string; readonly revoked: boolean }): ClientKeyView {
  return { client: key.id, file: key.file, revoked: key.revoked };
}

function viewOf(state: ClientState, idOf: (uuid: string) => string | undefined, keyed: boolean): ClientView {
  return {
    id: state.id,
    title: state.title,
    installed: state.installed,
    evidence: state.evidence.join('; '),
    file: state.file,
    because: state.because,
    otherFiles: state.otherFiles,
    entries: state.entries.map(({ connection, name, state: is }) => {
      const id = idOf(connection);
      return { connection: id ?? connection, name, state: id === undefined ? 'connection removed' : is };
    }),
    otherServers: state.otherNames,
    problem: state.problem === null ? null : `${state.problem.message} ${state.problem.hint}`,
    afterwards: state.afterwards,
    notes: state.notes,
    canLink: state.canLink,
    canBundle: state.canBundle,
    keyed,
  };
}

function changeView(
  change: ClientChange & { readonly undo?: string },
  idOf: (uuid: string) => string | undefined,
): ClientChangeView {
  const { client, file, before, after, diff, changes, afterwards, warnings, undo } = change;
  return {
    client,
    file,
    before,
    after,
    diff,
    changes: changes.map(({ connection, name, kind }) => ({ connection: idOf(connection) ?? connection, name, kind })),
    afterwards,
    warnings,
    ...(undo === undefined ? {} : { undo }),
  };
}
