import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openAudit } from './audit/index.ts';
import {
  createCatalogs,
  createConnectionStore,
  createPinnedStore,
  type Offer,
  offerOfCatalog,
  offerOfPinned,
} from './connections/index.ts';
import { type ClientView, type ConnectionView, GatehouseError, type HostEvent } from './contract/index.ts';
import { createDemonstrations } from './demonstrations.ts';
import { createFleet } from './fleet.ts';
import { createGateway } from './gateway/index.ts';
import { clientHandlers } from './handlers/clients.ts';
import { connectionHandlers } from './handlers/connections.ts';
import { grantHandlers } from './handlers/grants.ts';
import { historyHandlers } from './handlers/history.ts';
import { hostHandlers } from './handlers/host.ts';
import { approvalView, policyHandlers } from './handlers/policy.ts';
import type { Parts } from './parts.ts';
import { createApprovals, createCodeBook, createGrants, createQuestions, type Policy } from './policy/index.ts';
import type { Runtime } from './runtime.ts';
import { placeRuntime } from './runtime-place.ts';
import {
  type Context,
  createClientKeys,
  createHostApi,
  createMcpEndpoint,
  type HostApi,
  type HttpDoor,
  newKey,
  openHttpDoor,
  openSocketDoor,
  writeKeyFile,
} from './serve/index.ts';

import type { Grace } from './servers/index.ts';
import { createHostSettings } from './settings.ts';
import { createFolders, openState, type Paths, pathsOf, takeHostLock } from './storage/index.ts';
import {
  createVault,
  type Keychain,
  type KeyStore,
  keychainStore,
  memoryStore,
  passphraseStore,
  type VaultKind,
} from './vault/index.ts';

export interface HostOptions {
  readonly home: string;
  readonly runtime: Runtime;
  readonly env: NodeJS.ProcessEnv;
  /** Wins over `GATEHOUSE_VAULT` and over the kind that the home remembers. */
  readonly vault?: VaultKind;
  readonly keychain?: () => Promise<Keychain>;
  readonly demo?: boolean;
  readonly electron?: boolean;
  readonly approveFromCli?: boolean;
  /** Shows a page of this machine, such as one to sign in, to the person. Unless told, its address is only in the answer. */
  readonly openPage?: (url: string) => void;
  /** Ends by itself after this long without links, windows and running servers; unless told, never. */
  readonly idleMs?: number;
  readonly now?: () => Date;
  readonly serverIdleMs?: number;
  readonly grace?: Grace;
  readonly approvalMs?: number;
  readonly onEnded?: () => void;
}

export interface Host {
  readonly paths: Paths;
  readonly api: HostApi;
  readonly parts: Parts;
  /** Opens the window's door on a loopback address and returns the address with the key. */
  openWindow(port: number): Promise<HttpDoor>;
  /** What a window hears for as long as it is open; returns how to stop. Gatehouse does not go idle meanwhile. */
  readonly watch: HostApi['subscribe'];
  stop(): Promise<void>;
}

const VAULT_WAIT_MS = 2_500;
const PRUNE_EVERY_MS = 6 * 3_600_000;

/**
 * Composes one host for a home: the only place where the modules meet. Throws `GH_HOST_RUNNING` when the home has one.
 * A vault that cannot be opened does not keep the host from starting: lists are served, calls that need a secret say why.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { env } = options;
  const now = options.now ?? (() => new Date());
  const startedAt = now().toISOString();
  const paths = pathsOf(options.home);
  createFolders(paths);
  const lock = takeHostLock(paths.hostLock);
  try {
    // A demonstration's home is gone with it: it is not worth 130 MB.
    const runtime = options.demo === true ? options.runtime : await placeRuntime(options.runtime, paths.home);
    const host = await compose(runtime);
    if (runtime.manifest !== null && options.demo !== true) await healEntries(host.api);
    return host;
  } catch (error) {
    lock.release();
    throw error;
  }

  async function compose(runtime: Runtime): Promise<Host> {
    const db = openState(paths.stateDatabase);
    const secretPassphrase: { value: string | undefined } = { value: undefined };
    const remembered = db.prepare('SELECT kind FROM vault').get()?.kind;
    const store = await keyStore(options, runtime, String(remembered ?? ''), () => secretPassphrase.value);
    const vault = createVault({ db, store, now });
    const opening = vault.open().then(
      () => true,
      () => false,
    );
    const openInTime = await Promise.race([
      opening,
      new Promise<false>(resolve => setTimeout(resolve, VAULT_WAIT_MS, false).unref()),
    ]);
    const audit = await openAudit({
      file: paths.auditDatabase,
      indexFile: paths.auditIndex,
      key: openInTime ? vault.key('history') : undefined,
      anchor: vault.anchor,
      now,
      worker: runtime.auditWorker,
    });
    let sealed = openInTime;
    const adopt = async (): Promise<void> => {
      if (sealed || vault.status().state !== 'open') return;
      sealed = true;
      await audit.adopt(vault.key('history'));
    };
    if (!openInTime) void opening.then(adopt);
    audit.append(
      {
        kind: 'host-started',
        details: {
          version: runtime.version,
          pid: process.pid,
          vault: vault.kind,
          approveFromCli: options.approveFromCli === true,
        },
        ...(options.demo === true ? { demo: true } : {}),
      },
      'durable',
    );

    const listeners = new Set<(event: HostEvent) => void>();
    const emit = (event: HostEvent): void => {
      for (const listener of listeners) listener(event);
    };
    const connections = createConnectionStore({ db, now });
    const catalogs = createCatalogs(runtime.catalogs);
    const pinned = createPinnedStore(db);
    const grants = createGrants({ db, now });
    const questions = createQuestions(now);
    const codes = createCodeBook(now);
    const keys = createClientKeys({ db, folder: paths.keys, now });
    const settings = createHostSettings(db);
    const approvals = createApprovals({
      now,
      timeoutMs: () => options.approvalMs ?? settings.get('approvalSeconds') * 1_000,
    });
    keys.issue('terminal');

    const offers = new Map<string, { readonly source: unknown; readonly offer: Offer }>();
    const offerOf = (uuid: string): Offer => {
      const connection = connections.get(uuid);
      const custom = connection.backend === 'custom';
      const source = custom ? pinned.get(uuid) : connection;
      const known = offers.get(uuid);
      if (known !== undefined && known.source === source) return known.offer;
      const offer = custom
        ? offerOfPinned(`Custom server ${connection.name}`, pinned.get(uuid))
        : offerOfCatalog(catalogs.get(connection.backend), connection.presentation);
      offers.set(uuid, { source, offer });
      return offer;
    };
    const policyOf = (uuid: string): Policy => {
      const connection = connections.get(uuid);
      return {
        paused: settings.get('paused'),
        readOnly: connection.readOnly,
        scopes: connection.scopes,
        rules: grants.of(uuid),
        refused: fleet.refusedOf(uuid),
      };
    };
    const requirePerson = (context: Context, code: string | undefined, what: string): string => {
      if (context.door === 'window') return 'window';
      if (options.approveFromCli === true) return 'command line (started with --approve-from-cli)';
      if (code === undefined) throw new GatehouseError('GH_CODE_NEEDED', `To ${what}, a person is needed.`);
      try {
        codes.spend(code);
      } catch (error) {
        audit.append({ kind: 'code-refused', door: context.door, message: what }, 'durable');
        throw error;
      }
      emit({ type: 'code', ...codes.current() });
      return 'command line with the code of the window';
    };

    const gateway = createGateway({
      audit,
      approvals,
      questions,
      connectionOf: uuid => connections.find(uuid),
      offerOf,
      policyOf,
      upstreamOf: uuid => fleet.of(uuid).upstream,
      planOf: (uuid, { tool, action }, given) => fleet.plan(uuid, tool, action, given),
      secretsOf: uuid => fleet.secretsOf(uuid),
      onDefinitions(uuid, definitions) {
        const verdict = pinned.offer(uuid, definitions);
        if (verdict === 'same') return;
        const id = connections.find(uuid)?.id ?? uuid;
        audit.append({
          kind: 'definitions-changed',
          connection: id,
          connectionUuid: uuid,
          decision: verdict === 'first' ? 'pinned' : 'held',
          details:
            verdict === 'held'
              ? pinned.changes(uuid).map(({ list, name, change }) => ({ list, name, change }))
              : { tools: definitions.tools.length },
        });
        gateway.listsChanged(uuid);
        emit({ type: 'connections' });
      },
      note: (uuid, text) => fleet.of(uuid).log.note(`[gatehouse] ${text}`),
      onAllowedUntil({ client, connection, action }, until, approver) {
        grants.set(connection, {
          client,
          effect: '',
          tool: action.tool,
          action: action.action,
          verdict: 'allow',
          until,
        });
        audit.append(
          {
            kind: 'grant-changed',
            connection: connections.get(connection).id,
            connectionUuid: connection,
            client,
            tool: action.tool,
            action: action.action,
            decision: 'allow',
            approver,
            details: { until },
          },
          'durable',
        );
        emit({ type: 'connections' });
      },
      now,
      version: runtime.version,
    });
    const fleet = createFleet({
      runtime,
      connections,
      vault,
      audit,
      stateFolder: uuid => join(paths.connections, uuid),
      eventsOf: uuid => gateway.events(uuid),
      onChanged(uuid, what) {
        if (what === 'scopes') gateway.listsChanged(uuid);
        emit({ type: 'connections' });
      },
      onLog: (uuid, lines) => emit({ type: 'log', connection: uuid, lines }),
      env,
      openPage: url => options.openPage?.(url),
      now,
      logLevel: () => settings.get('logLevel'),
      idleMs: () => options.serverIdleMs ?? settings.get('idleMinutes') * 60_000,
      ...(options.grace === undefined ? {} : { grace: options.grace }),
    });
    const demonstrations = createDemonstrations({
      db,
      runtime,
      connections,
      vault,
      note: (uuid, text) => fleet.of(uuid).log.note(`[gatehouse] ${text}`),
    });
    const parts: Parts = {
      paths,
      runtime,
      db,
      vault,
      audit,
      connections,
      catalogs,
      pinned,
      grants,
      approvals,
      questions,
      codes,
      keys,
      fleet,
      demonstrations,
      gateway,
      settings,
      offerOf,
      policyOf,
      emit,
      now,
      demo: options.demo === true,
      electron: options.electron === true,
      approveFromCli: options.approveFromCli === true,
      startedAt,
      requirePerson,
    };

    listeners.add(event => {
      if (event.type === 'paused') gateway.pauseChanged();
    });
    approvals.onChanged(() => emit({ type: 'approvals', approvals: approvals.list().map(approvalView) }));
    questions.onChanged(() => emit({ type: 'questions', questions: questions.list() }));
    audit.onAppended(entries => emit({ type: 'entries', entries }));

    let http: HttpDoor | undefined;
    const windows = new Set<(event: HostEvent) => void>();
    const watch: HostApi['subscribe'] = listener => {
      const unsubscribe = api.subscribe(listener);
      windows.add(listener);
      emit({ type: 'code', ...codes.current() });
      return () => {
        unsubscribe();
        windows.delete(listener);
      };
    };
    let stopping: Promise<void> | undefined;
    const controls = {
      async openVault(passphrase: string | undefined) {
        if (passphrase !== undefined) secretPassphrase.value = passphrase;
        try {
          await vault.open();
        } finally {
          secretPassphrase.value = undefined;
        }
        await adopt();
      },
      openWindow: async (port: number) => (await openWindow(port)).url,
      windowOrigin: () => http?.origin ?? null,
      watchers: () => windows.size,
      stop: () => void stop(),
      keepToRetention: () => keepToRetention(),
    };
    const clients = clientHandlers(parts, env);
    const api: HostApi = createHostApi(
      {
        ...hostHandlers(parts, {
          ...controls,
          connections: async () => (await api.call('window', 'connections.list', {})) as readonly ConnectionView[],
          clients: async () => (await api.call('window', 'clients.list', {})) as readonly ClientView[],
        }),
        ...connectionHandlers(parts, clients.takeOut),
        ...policyHandlers(parts),
        ...grantHandlers(parts),
        ...historyHandlers(parts, env),
        ...clients.handlers,
      },
      listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      (name, error) => process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`),
    );

    /** Entries older than the setting says go, whenever it changes and a few times a day. */
    const keepToRetention = async (): Promise<void> => {
      const days = settings.get('retentionDays');
      if (days > 0)
        await audit.prune(new Date(now().getTime() - days * 86_400_000).toISOString()).catch(() => undefined);
    };
    const openWindow = async (port: number): Promise<HttpDoor> => {
      http ??= await openHttpDoor({
        port,
        folder: runtime.window,
        api,
        watch,
        extension: createMcpEndpoint({
          gateway,
          enabled: () => settings.get('mcpEndpoint'),
          clientOf: key => keys.list().find(({ id, revoked }) => !revoked && keys.matches(id, key))?.id,
          resolve: id => connections.get(id).uuid,
        }),
      });
      return http;
    };

    const socket = await openSocketDoor({
      path: paths.socket,
      gateway,
      keys,
      cliKey: cliKey(paths),
      resolve: id => connections.get(id).uuid,
      api,
      onRefused: (client, connection, error) =>
        audit.append({ kind: 'client-refused', client, connection, code: error.code, message: error.message }),
    });
    writeProfile(paths, { socket: paths.socket, pid: process.pid, startedAt, version: runtime.version });

    const stop = (): Promise<void> => {
      stopping ??= (async () => {
        clearInterval(idle);
        clearInterval(pruning);
        gateway.shutdown();
        audit.append({ kind: 'host-ended' }, 'durable');
        demonstrations.endAll();
        await Promise.all([fleet.stopAll(), socket.close(), http?.close()]);
        rmSync(paths.hostProfile, { force: true });
        await audit.close();
        db.close();
        lock.release();
        options.onEnded?.();
      })();
      return stopping;
    };

    let lastBusy = Date.now();
    const idle = setInterval(
      () => {
        if (
          socket.links() > 0 ||
          controls.watchers() > 0 ||
          fleet.running().length > 0 ||
          approvals.list().length + questions.list().length > 0
        )
          lastBusy = Date.now();
        if (options.idleMs !== undefined && Date.now() - lastBusy > options.idleMs) void stop();
      },
      Math.min(5_000, (options.idleMs ?? 5_000) / 2),
    );
    idle.unref();
    void keepToRetention();
    const pruning = setInterval(keepToRetention, PRUNE_EVERY_MS);
    pruning.unref();
    demonstrations.resume();

    return { paths, api, parts, openWindow, watch, stop };
  }
}

/** Entries of an older installation get the present paths. A file that refuses keeps nobody from working: the doctor names it. */
async function healEntries(api: HostApi): Promise<void> {
  await api.call('window', 'clients.heal', {}).catch((error: unknown) => {
    process.stderr.write(`clients.heal: ${error instanceof Error ? error.message : String(error)}\n`);
  });
}

/** Which store holds the vault's key: as told, else as the home remembers, else the keychain. Never another one silently. */
async function keyStore(
  options: HostOptions,
  runtime: Runtime,
  remembered: string,
  passphrase: () => string | undefined,
): Promise<KeyStore> {
  const { env } = options;
  const told =
    options.vault ??
    env.GATEHOUSE_VAULT ??
    (options.demo === true ? 'memory' : remembered === '' ? 'keychain' : remembered);
  switch (told) {
    case 'memory':
      return memoryStore();
    case 'passphrase':
      return passphraseStore(
        async () =>
          passphrase() ??
          (env.GATEHOUSE_PASSPHRASE_FILE ? readFileSync(env.GATEHOUSE_PASSPHRASE_FILE, 'utf8').trimEnd() : undefined),
      );
    case 'keychain':
      return keychainStore(await loadKeychain(options.keychain, runtime));
    default:
      throw new GatehouseError('GH_INVALID_INPUT', `GATEHOUSE_VAULT is "${told}".`, {
        hint: 'Use keychain, passphrase or memory.',
      });
  }
}

/**
 * keytar loads a native library, which lies beside the runtime's programs and not in the archive that the desktop app runs from; where loading
 * fails, every use of the vault says so.
 */
async function loadKeychain(given: HostOptions['keychain'], runtime: Runtime): Promise<Keychain> {
  try {
    if (given !== undefined) return await given();
    return createRequire(runtime.cli)('keytar');
  } catch (error) {
    const broken = (): Promise<never> => Promise.reject(error);
    return { getPassword: broken, setPassword: broken, deletePassword: broken };
  }
}

function cliKey(paths: Paths): string {
  const file = join(paths.keys, 'cli.key');
  try {
    chmodSync(file, 0o600);
    return readFileSync(file, 'utf8').trim();
  } catch {
    const key = newKey();
    writeKeyFile(file, key);
    return key;
  }
}

function writeProfile(
  paths: Paths,
  profile: { readonly socket: string; readonly pid: number; readonly startedAt: string; readonly version: string },
): void {
  writeFileSync(`${paths.hostProfile}.new`, `${JSON.stringify(profile)}\n`, { mode: 0o600 });
  renameSync(`${paths.hostProfile}.new`, paths.hostProfile);
}
