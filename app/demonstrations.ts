import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import type { ConnectionStore } from './connections/index.ts';
import { type ConnectionView, GatehouseError } from './contract/index.ts';
import type { Runtime } from './runtime.ts';
import type { Vault } from './vault/index.ts';

const DEMO_NAME = 'demo';

/** How one signs in at a sandbox that runs now. */
interface Access {
  /** Of the connection. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Connections to a sandbox of our own: a child process that makes the vendor up. It has another address and other credentials
 * at every start, so the connection gets them anew whenever the host starts. Its end comes with the host's: it watches its stdin.
 */
export interface Demonstrations {
  /** Starts the backend's sandbox, which shows one customer or several. Throws `GH_NOT_FOUND` when there is none. */
  begin(backend: string): Promise<{ readonly customers: readonly Access[]; keepFor(uuid: string): void; end(): void }>;
  /** Starts the sandboxes of the connections that have one, in the background. */
  resume(): void;
  end(uuid: string): void;
  endAll(): void;
}

export function createDemonstrations(deps: {
  readonly db: DatabaseSync;
  readonly runtime: Runtime;
  readonly connections: ConnectionStore;
  readonly vault: Vault;
  readonly note: (uuid: string, text: string) => void;
}): Demonstrations {
  const { db, runtime, connections, vault } = deps;
  const children = new Map<string, ChildProcess>();

  const begin: Demonstrations['begin'] = async backend => {
    const { child, customers } = await startSandbox(runtime, backend);
    return {
      customers,
      keepFor(uuid) {
        children.set(uuid, child);
        db.prepare('INSERT OR IGNORE INTO demonstration (connection) VALUES (?)').run(uuid);
      },
      end: () => void child.kill(),
    };
  };
  const end = (uuid: string): void => {
    const child = children.get(uuid);
    children.delete(uuid);
    if (![...children.values()].includes(child as ChildProcess)) child?.kill();
  };
  return {
    begin,
    resume() {
      for (const row of db.prepare('SELECT connection FROM demonstration').all()) {
        const uuid = String(row.connection);
        const connection = connections.find(uuid);
        if (connection === undefined) continue;
        begin(connection.backend).then(
          sandbox => {
            const access = sandbox.customers.find(({ name }) => name === connection.name) ?? sandbox.customers[0];
            if (connections.find(uuid) === undefined || access === undefined) return sandbox.end();
            sandbox.keepFor(uuid);
            connections.change(uuid, { settings: { ...connection.settings, ...access.settings } });
            if (vault.status().state === 'open') vault.setSecrets(uuid, access.secrets);
          },
          (error: Error) => deps.note(uuid, error.message),
        );
      }
    },
    end,
    endAll() {
      for (const uuid of [...children.keys()]) end(uuid);
    },
  };
}

async function startSandbox(
  runtime: Runtime,
  backend: string,
): Promise<{ readonly child: ChildProcess; readonly customers: readonly Access[] }> {
  const child = spawn(runtime.node, [runtime.cli, 'sandbox', backend, '--json', '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () =>
      reject(new GatehouseError('GH_NOT_FOUND', `The demonstration of "${backend}" could not be started.`)),
    );
  });
  const { credentials } = JSON.parse(line) as {
    readonly credentials: readonly (Omit<Access, 'name'> & { readonly demo?: string })[];
  };
  const named = credentials.filter(({ demo }) => demo !== undefined);
  const shown = named.length > 0 ? named : credentials.slice(0, 1);
  return {
    child,
    customers: shown.map(({ demo = DEMO_NAME, settings, secrets }) => ({ name: demo, settings, secrets })),
  };
}

const DEMONSTRATED = ['dpod', 'cloudways', 'thanos', 'sdp', 'devops'];

/** Every backend with made-up data, signed in: what `--demo` shows. */
export async function demonstrateAll(call: (name: string, input: unknown) => Promise<unknown>): Promise<void> {
  for (const backend of DEMONSTRATED) {
    const added = (await call('connections.demo', { backend })) as readonly ConnectionView[];
    for (const { id } of added) await call('connections.test', { id });
  }
}
