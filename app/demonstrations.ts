import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import type { ConnectionStore } from './connections/index.ts';
import { GatehouseError } from './contract/errors.ts';
import type { Runtime } from './runtime.ts';
import type { Vault } from './vault/index.ts';

/** How one signs in at a sandbox that runs now. */
interface Access {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Connections to a sandbox of our own: a child process that makes the vendor up. It has another address and other credentials
 * at every start, so the connection gets them anew whenever the host starts. Its end comes with the host's: it watches its stdin.
 */
export interface Demonstrations {
  /** Starts the backend's sandbox. Throws `GH_NOT_FOUND` when there is none. */
  begin(backend: string): Promise<Access & { keepFor(uuid: string): void; end(): void }>;
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
    const { child, access } = await startSandbox(runtime, backend);
    return {
      ...access,
      keepFor(uuid) {
        children.set(uuid, child);
        db.prepare('INSERT OR IGNORE INTO demonstration (connection) VALUES (?)').run(uuid);
      },
      end: () => void child.kill(),
    };
  };
  const end = (uuid: string): void => {
    children.get(uuid)?.kill();
    children.delete(uuid);
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
            if (connections.find(uuid) === undefined) return sandbox.end();
            sandbox.keepFor(uuid);
            connections.change(uuid, { settings: { ...connection.settings, ...sandbox.settings } });
            if (vault.status().state === 'open') vault.setSecrets(uuid, sandbox.secrets);
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
): Promise<{ readonly child: ChildProcess; readonly access: Access }> {
  const child = spawn(runtime.node, [runtime.cli, 'sandbox', backend, '--json', '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () =>
      reject(new GatehouseError('GH_NOT_FOUND', `The demonstration of "${backend}" could not be started.`)),
    );
  });
  const { credentials } = JSON.parse(line) as { readonly credentials: readonly Access[] };
  const [first] = credentials;
  return { child, access: { settings: first?.settings ?? {}, secrets: first?.secrets ?? {} } };
}
