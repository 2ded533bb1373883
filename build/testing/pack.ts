import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Configuration } from 'electron-builder';
import type { Bundled } from '../pack/bundled.ts';
import { createHooks } from '../pack/hooks.ts';
import { type PackTarget, projectAt } from '../pack/target.ts';
import { additionsOf } from '../package.ts';
import { makeElectronDist } from './electron-dist.ts';
import { startNodeVendor } from './node-vendor.ts';

const root = join(import.meta.dirname, '..', '..');
const SYSTEMS = { darwin: 'mac', win32: 'win', linux: 'linux' } as const;

/**
 * Packages what is in `dist/` for a target with electron-builder itself, over a stand-in for Electron and a Node from a vendor on this machine.
 * `binary`: what is the target's Node; `more`: what this test adds to the configuration. Returns the folder that holds the app's resources.
 */
export async function pack(
  folder: string,
  target: PackTarget,
  binary: string,
  more: Configuration = {},
): Promise<string> {
  const { node: version } = projectAt(root);
  const system = SYSTEMS[target.platform];
  for (const made of ['vendor', 'electron', 'out']) mkdirSync(join(folder, made), { recursive: true });
  await using vendor = await startNodeVendor(join(folder, 'vendor'), version, [{ target, binary }]);
  const archives = {
    version,
    sums: { node: version, sha256: vendor.sums },
    vendor: vendor.url,
    cache: join(folder, 'cache'),
  };
  await build({
    [system]: [],
    projectDir: root,
    dir: true,
    [target.arch]: true,
    publish: 'never',
    config: {
      ...additionsOf({ GITHUB_REPOSITORY: 'someone/gatehouse' }, system),
      ...createHooks({ archives: () => archives, dist: withMain(folder) }),
      compression: 'store',
      electronDist: makeElectronDist(join(folder, 'electron'), target),
      directories: { output: join(folder, 'out') },
      ...more,
    },
  });
  const unpacked = { darwin: 'mac', win32: 'win', linux: 'linux' }[target.platform];
  const suffix = target.arch === 'x64' ? '' : '-arm64';
  const app = join(
    folder,
    'out',
    target.platform === 'darwin' ? `${unpacked}${suffix}` : `${unpacked}${suffix}-unpacked`,
  );
  return target.platform === 'darwin' ? join(app, 'Gatehouse.app', 'Contents', 'Resources') : join(app, 'resources');
}

/** `dist/`, with a main program if it has none. */
function withMain(folder: string): string {
  const dist = join(root, 'dist');
  if (existsSync(join(dist, 'main.js'))) return dist;
  const copy = join(folder, 'dist');
  cpSync(dist, copy, { recursive: true });
  const bundled = JSON.parse(readFileSync(join(copy, 'bundled.json'), 'utf8')) as Bundled;
  writeFileSync(join(copy, 'bundled.json'), JSON.stringify({ ...bundled, files: { ...bundled.files, 'main.js': [] } }));
  writeFileSync(join(copy, 'main.js'), 'export {};\n');
  writeFileSync(join(copy, 'preload.cjs'), '"use strict";\n');
  return copy;
}
