import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Health, HostMessage, PlanOutcome, ServerMessage, SignInOutcome } from '../mcp/kit/control.ts';
import type { Audit } from './audit/index.ts';
import type { Connection, ConnectionStore } from './connections/index.ts';
import { GatehouseError } from './contract/errors.ts';
import { Upstream } from './gateway/index.ts';
import type { Runtime } from './runtime.ts';
import {
  createServer,
  createServerLog,
  environmentForCustom,
  environmentForOurs,
  type Grace,
  type Launch,
  type Server,
  type ServerLog,
  type ServerState,
} from './servers/index.ts';
import { privateFolder } from './storage/index.ts';
import type { Vault } from './vault/index.ts';

/** The running side of one connection: its child, the link to it, its log, what it last said of itself. */
export interface Member {
  readonly server: Server;
  readonly upstream: Upstream;
  readonly log: ServerLog;
  readonly signIn: SignInOutcome | undefined;
  readonly health: Health | undefined;
  /** What the vendor refused for good since the last sign-in, as `tool/action`. */
  readonly refused: ReadonlySet<string>;
}

export interface Fleet {
  of(uuid: string): Member;
  running(): readonly { readonly uuid: string; readonly member: Member }[];
  /** Values of the connection's credentials while its server runs, for masking. */
  secretsOf(uuid: string): readonly string[];
  /** Actions that the vendor refused the connection's credential, as `tool/action`. */
  refusedOf(uuid: string): ReadonlySet<string>;
  /** Starts the server if need be and signs in at the vendor. */
  test(uuid: string): Promise<SignInOutcome>;
  /** What a call would change, as its server reads it at the vendor. Never throws. */
  plan(uuid: string, tool: string, action: string, given: Readonly<Record<string, unknown>>): Promise<PlanOutcome>;
  /** Has the server take its credential back at the vendor, starting it if need be; whether that is done. Never throws. */
  retire(uuid: string): Promise<boolean>;
  restart(uuid: string): Promise<void>;
  stop(uuid: string): Promise<void>;
  stopAll(): Promise<void>;
  /** For a removed connection. */
  forget(uuid: string): Promise<void>;
}

export interface FleetDeps {
  readonly runtime: Runtime;
  readonly connections: ConnectionStore;
  readonly vault: Vault;
  readonly audit: Pick<Audit, 'append'>;
  readonly stateFolder: (uuid: string) => string;
  readonly eventsOf: (uuid: string) => ConstructorParameters<typeof Upstream>[1];
  readonly onChanged: (uuid: string, what: 'state' | 'scopes') => void;
  /** What a server said since the last time, a few times a second at most. */
  readonly onLog: (uuid: string, lines: readonly string[]) => void;
  readonly env: NodeJS.ProcessEnv;
  /** Shows a page of this machine to the person. */
  readonly openPage: (url: string) => void;
  readonly now: () => Date;
  readonly logLevel: () => 'debug' | 'info' | 'warn' | 'error';
  readonly idleMs: () => number;
  readonly grace?: Grace;
}

const TEST_MS = 45_000;
/** Somewhat longer than a server takes at most. */
const PLAN_MS = 20_000;
const LOOK_AT_LOGS = 'Look at `gatehouse connections logs`.';
const LOG_EVERY_MS = 250;
const LOG_LINES_AT_ONCE = 500;
/** Removing a connection waits this long for its credential to be taken back. */
const RETIRE_MS = 10_000;

export function createFleet(deps: FleetDeps): Fleet {
  const { runtime, connections, vault, audit, now } = deps;
  const members = new Map<
    string,
    { -readonly [K in keyof Member]: Member[K] } & {
      secrets: string[];
      refused: Set<string>;
      tests: Map<number, (outcome: SignInOutcome) => void>;
      plans: Map<number, (outcome: PlanOutcome) => void>;
      retired: ((done: boolean) => void) | undefined;
    }
  >();
  let nextId = 1;

  const create = (uuid: string) => {
    const custom = connections.get(uuid).backend === 'custom';
    const folder = privateFolder(deps.stateFolder(uuid));
    const log = createServerLog(join(folder, 'server.log'), () => member.secrets, now);
    tellLog(log, lines => deps.onLog(uuid, lines));
    const launch = (): Launch => {
      const connection = connections.get(uuid);
      const secrets = vault.readSecrets(uuid);
      member.secrets = Object.values(secrets);
      return custom
        ? customLaunch(runtime, connection, secrets, deps.env)
        : ourLaunch(runtime, connection, secrets, folder, deps);
    };
    const server = createServer({
      launch,
      log,
      now,
      onOutput: chunk => member.upstream.output(chunk),
      onControl: message => control(uuid, message as ServerMessage),
      onExit: (expected, reason) => member.upstream.exited(reason, expected),
      onState: (state, reason) => stateChanged(uuid, state, reason),
      idleMs: deps.idleMs,
      ...(deps.grace === undefined ? {} : { grace: deps.grace }),
    });
    const upstream = new Upstream(server, deps.eventsOf(uuid), custom);
    const member = {
      server,
      upstream,
      log,
      signIn: undefined as SignInOutcome | undefined,
      health: undefined as Health | undefined,
      secrets: [] as string[],
      refused: new Set<string>(),
      tests: new Map<number, (outcome: SignInOutcome) => void>(),
      plans: new Map<number, (outcome: PlanOutcome) => void>(),
      retired: undefined as ((done: boolean) => void) | undefined,
    };
    members.set(uuid, member);
    return member;
  };

  const of = (uuid: string) => members.get(uuid) ?? create(uuid);

  const stateChanged = (uuid: string, state: ServerState, reason: string): void => {
    const connection = connections.find(uuid);
    if (state === 'crash-loop') {
      audit.append({
        kind: 'server-state',
        connection: connection?.id ?? uuid,
        connectionUuid: uuid,
        outcome: 'error',
        code: 'GH_SERVER_CRASH_LOOP',
        message: reason,
      });
    }
    const told = members.get(uuid);
    if (state === 'ready' && told?.signIn?.ok === false && told.signIn.code.startsWith('GH_SERVER_'))
      told.signIn = undefined;
    if (state === 'stopped' || state === 'crash-loop') {
      const member = members.get(uuid);
      if (member !== undefined) member.health = undefined;
      const gone = {
        ok: false,
        code: 'GH_SERVER_GONE',
        message: `The server ended: ${reason || 'it was stopped'}.`,
        hint: LOOK_AT_LOGS,
      } as const;
      for (const settle of [...(member?.tests.values() ?? []), ...(member?.plans.values() ?? [])]) settle(gone);
      member?.tests.clear();
      member?.plans.clear();
    }
    deps.onChanged(uuid, 'state');
  };

  const control = (uuid: string, message: ServerMessage): void => {
    const member = of(uuid);
    switch (message.type) {
      case 'tested':
        member.tests.get(message.id)?.(message.outcome);
        member.tests.delete(message.id);
        return signedIn(uuid, message.outcome);
      case 'planned':
        member.plans.get(message.id)?.(message.outcome);
        member.plans.delete(message.id);
        return;
      case 'sign-in':
        return signedIn(uuid, message.outcome);
      case 'retired':
        return member.retired?.(message.done);
      case 'store-secret':
        vault.setSecrets(uuid, { [message.field]: message.value });
        member.secrets.push(message.value);
        audit.append(
          {
            kind: 'secret-set',
            connection: connections.get(uuid).id,
            connectionUuid: uuid,
            details: { field: message.field, by: 'server' },
          },
          'durable',
        );
        return;
      case 'health':
        member.health = message.health;
        return deps.onChanged(uuid, 'state');
      case 'browser-sign-in':
        if (message.url !== undefined) return deps.openPage(message.url);
        audit.append({
          kind: 'browser-sign-in',
          connection: connections.get(uuid).id,
          connectionUuid: uuid,
          message: message.event,
          outcome: ['failed', 'locked out'].includes(message.event) ? 'refused' : 'ok',
          details: message.details,
        });
        return;
      case 'scope-refused':
        member.log.note(`[gatehouse] the vendor refused ${message.tool}/${message.action}: ${message.message}`);
        if (message.lasting && !member.refused.has(`${message.tool}/${message.action}`)) {
          member.refused.add(`${message.tool}/${message.action}`);
          deps.onChanged(uuid, 'scopes');
        }
        return;
      default:
        member.log.note('[gatehouse] an unknown message on the control channel was dropped');
    }
  };

  const signedIn = (uuid: string, outcome: SignInOutcome): void => {
    const member = of(uuid);
    const before = member.signIn;
    member.signIn = outcome;
    const connection = connections.find(uuid);
    if (connection === undefined) return;
    if (JSON.stringify(before) !== JSON.stringify(outcome)) {
      audit.append({
        kind: outcome.ok ? 'sign-in' : 'credential-refused',
        connection: connection.id,
        connectionUuid: uuid,
        outcome: outcome.ok ? 'ok' : 'error',
        ...(outcome.ok
          ? { details: { identity: outcome.identity, scopes: outcome.scopes }, ...(outcome.demo ? { demo: true } : {}) }
          : { code: outcome.code, message: outcome.message }),
      });
    }
    if (outcome.ok) {
      const forgotten = member.refused.size > 0;
      member.refused.clear();
      if (forgotten) deps.onChanged(uuid, 'scopes');
      const same =
        JSON.stringify([connection.identity, connection.scopes, connection.demo]) ===
        JSON.stringify([outcome.identity, outcome.scopes, outcome.demo]);
      if (!same) {
        connections.change(uuid, { identity: outcome.identity, scopes: outcome.scopes, demo: outcome.demo });
        deps.onChanged(uuid, 'scopes');
        return;
      }
    }
    deps.onChanged(uuid, 'state');
  };

  const test = async (uuid: string): Promise<SignInOutcome> => {
    const member = of(uuid);
    const connection = connections.get(uuid);
    try {
      await member.upstream.ready();
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      // Kept, so that the connection is seen to need a person until its server starts.
      member.signIn = { ok: false, ...error.toJSON() };
      deps.onChanged(uuid, 'state');
      return member.signIn;
    }
    if (connection.backend === 'custom')
      return { ok: true, identity: `runs (${member.upstream.era} protocol)`, scopes: null, demo: false };
    const id = nextId++;
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        member.tests.delete(id);
        resolve({
          ok: false,
          code: 'GH_TEST_SILENT',
          message: `The server did not finish signing in within ${TEST_MS / 1_000} s.`,
          hint: LOOK_AT_LOGS,
        });
      }, TEST_MS);
      member.tests.set(id, outcome => {
        clearTimeout(timer);
        resolve(outcome);
      });
      const order: HostMessage = { type: 'test', id };
      member.server.control(order);
    });
  };

  const plan: Fleet['plan'] = async (uuid, tool, action, given) => {
    const member = of(uuid);
    try {
      await member.upstream.ready();
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      return { ok: false, ...error.toJSON() };
    }
    const id = nextId++;
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        member.plans.delete(id);
        resolve({
          ok: false,
          code: 'GH_TEST_SILENT',
          message: `The server did not tell it within ${PLAN_MS / 1_000} s.`,
          hint: LOOK_AT_LOGS,
        });
      }, PLAN_MS);
      member.plans.set(id, outcome => {
        clearTimeout(timer);
        resolve(outcome);
      });
      const order: HostMessage = { type: 'plan', id, tool, action, arguments: given };
      member.server.control(order);
    });
  };

  const retire = async (uuid: string): Promise<boolean> => {
    const member = of(uuid);
    try {
      await member.upstream.ready();
      return await new Promise<boolean>(resolve => {
        const timer = setTimeout(() => resolve(false), RETIRE_MS);
        member.retired = done => {
          clearTimeout(timer);
          resolve(done);
        };
        const order: HostMessage = { type: 'retire' };
        member.server.control(order);
      });
    } catch (error) {
      member.log.note(`[gatehouse] the credential was not taken back: ${String(error)}`);
      return false;
    }
  };

  return {
    of,
    plan,
    retire,
    running: () =>
      [...members].filter(([, member]) => member.server.pid !== undefined).map(([uuid, member]) => ({ uuid, member })),
    secretsOf: uuid => members.get(uuid)?.secrets ?? [],
    refusedOf: uuid => members.get(uuid)?.refused ?? new Set(),
    test,
    async restart(uuid) {
      const member = of(uuid);
      await member.server.stop();
      member.server.forgive();
      member.signIn = undefined;
      await member.upstream.ready();
    },
    async stop(uuid) {
      await members.get(uuid)?.server.stop();
    },
    async stopAll() {
      await Promise.all([...members.values()].map(member => member.server.stop()));
    },
    async forget(uuid) {
      await members.get(uuid)?.server.stop();
      members.delete(uuid);
    },
  };
}

/** Collects what is said in a short while, so that a talkative server does not flood the window. */
function tellLog(log: ServerLog, tell: (lines: readonly string[]) => void): void {
  let lines: string[] = [];
  const flush = (): void => {
    tell(lines.slice(-LOG_LINES_AT_ONCE));
    lines = [];
  };
  log.onLine(line => {
    if (lines.length === 0) setTimeout(flush, LOG_EVERY_MS).unref();
    lines.push(line);
  });
}

function ourLaunch(
  runtime: Runtime,
  connection: Connection,
  secrets: Readonly<Record<string, string>>,
  folder: string,
  deps: FleetDeps,
): Launch {
  const start: HostMessage = {
    type: 'start',
    connection: connection.id,
    uuid: connection.uuid,
    settings: connection.settings,
    secrets,
    readOnly: connection.readOnly,
    // The gateway presents; the server always gets the grouped names.
    presentation: 'grouped',
    stateFolder: folder,
    logLevel: deps.logLevel(),
  };
  return {
    command: runtime.node,
    args: [runtime.server, connection.backend, '--control-fd', '3'],
    env: environmentForOurs(deps.env),
    cwd: folder,
    firstLine: JSON.stringify(start),
  };
}

function customLaunch(
  runtime: Runtime,
  connection: Connection,
  secrets: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Launch {
  const { command, args, cwd, env: variables } = connection.settings;
  const plain = Array.isArray(variables)
    ? Object.fromEntries(
        variables.map(String).map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      )
    : {};
  const order = {
    command: String(command),
    args: Array.isArray(args) ? args.map(String) : [],
    cwd: typeof cwd === 'string' && cwd !== '' ? cwd : homedir(),
    env: { ...environmentForCustom(env, homedir()), ...plain, ...secrets },
  };
  return {
    command: runtime.node,
    args: [runtime.launcher],
    env: environmentForOurs(env),
    cwd: homedir(),
    firstLine: JSON.stringify(order),
  };
}
