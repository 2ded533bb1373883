import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The programs a host starts and the files it serves, wherever this installation keeps them. */
export interface Runtime {
  /** The Node binary for bridge, servers and commands: never Electron itself. */
  readonly node: string;
  readonly cli: string;
  readonly bridge: string;
  readonly launcher: string;
  readonly server: string;
  readonly auditWorker: string;
  /** One `<backend>.json` for each backend. */
  readonly catalogs: string;
  /** The built window: `index.html` and its assets. */
  readonly window: string;
  readonly version: string;
  /** What stands in assistants' files: node and bridge by a path that outlives an update, where there is one (`runtime-place.ts`). */
  readonly entry: { readonly node: string; readonly bridge: string };
  /** The list of the runtime's files with their hashes (`runtime-check.ts`); `null` in a checkout. */
  readonly manifest: string | null;
}

/**
 * The runtime around the built file that is running: beside the archive when it runs inside a package (`resources/runtime/<version>`), around a runtime's own
 * programs, in `dist/`, or in `dist/` of the checkout when run from source.
 */
export function findRuntime(version: string, from: string = import.meta.url): Runtime {
  const here = dirname(fileURLToPath(from));
  const archive = archiveAround(here);
  if (archive !== undefined) {
    const folder = join(dirname(archive), 'runtime', version);
    return { ...runtimeAt(folder, version), manifest: join(archive, 'dist', 'runtime-manifest.json') };
  }
  return runtimeAt(existsSync(join(here, 'catalog')) ? here : join(here, '..', 'dist'), version);
}

/** The runtime in a folder: packaged where it holds a manifest, else `dist/`. */
export function runtimeAt(folder: string, version: string): Runtime {
  const list = join(folder, 'manifest.json');
  const packaged = existsSync(list);
  const node = packaged ? join(folder, NODE) : nodeOfCheckout(folder);
  const current = join(folder, '..', 'current');
  const lasting = packaged && basename(dirname(folder)) === 'runtime' && existsSync(current) ? current : undefined;
  const bridge = join(folder, 'bridge.js');
  return {
    node,
    cli: join(folder, 'gatehouse.js'),
    bridge,
    launcher: join(folder, 'launcher.js'),
    server: join(folder, 'server.js'),
    auditWorker: join(folder, 'audit-worker.js'),
    catalogs: join(folder, 'catalog'),
    window: join(folder, 'window'),
    version,
    entry: lasting === undefined ? { node, bridge } : { node: join(lasting, NODE), bridge: join(lasting, 'bridge.js') },
    manifest: packaged ? list : null,
  };
}

const NODE = process.platform === 'win32' ? 'node.exe' : 'node';

/** The Node that runs us or, in Electron, the one that npm has installed. */
function nodeOfCheckout(dist: string): string {
  if (process.versions.electron === undefined) return process.execPath;
  const installed = join(dist, '..', 'node_modules', 'node', 'bin', NODE);
  return existsSync(installed) ? installed : join(dist, NODE);
}

function archiveAround(folder: string): string | undefined {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (basename(at) === 'app.asar') return at;
  return undefined;
}
