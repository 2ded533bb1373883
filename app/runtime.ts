import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
}

/** The runtime around the built file that is running (`dist/`), or around `dist/` of the checkout when run from source. */
export function findRuntime(version: string, from: string = import.meta.url): Runtime {
  const here = dirname(fileURLToPath(from));
  const dist = existsSync(join(here, 'catalog')) ? here : join(here, '..', 'dist');
  return {
    node:
      process.versions.electron === undefined
        ? process.execPath
        : join(dist, process.platform === 'win32' ? 'node.exe' : 'node'),
    cli: join(dist, 'gatehouse.js'),
    bridge: join(dist, 'bridge.js'),
    launcher: join(dist, 'launcher.js'),
    server: join(dist, 'server.js'),
    auditWorker: join(dist, 'audit-worker.js'),
    catalogs: join(dist, 'catalog'),
    window: join(dist, 'window'),
    version,
  };
}
