/** What electron-builder calls for each target: before it packs, ours is laid out; after it has packed and before it signs, the runtime goes in. */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BeforePackContext } from 'app-builder-lib';
import { type AfterPackContext, Arch } from 'electron-builder';
import type { Bundled } from './bundled.ts';
import { licencesOf } from './licences.ts';
import { type NodeArchives, readSums, unpackNode } from './node-archives.ts';
import { shippedPackages } from './packages.ts';
import { sbomOf } from './sbom.ts';
import { signerOf } from './sign.ts';
import { stage } from './stage.ts';
import { type Project, projectAt, targetOf } from './target.ts';

const root = join(import.meta.dirname, '..', '..');

export interface HookOptions {
  /** Where the Node binaries come from: a test is its own vendor. */
  readonly archives: (project: Project) => NodeArchives;
  /** What was built. */
  readonly dist: string;
}

export function createHooks({ archives, dist }: HookOptions) {
  return {
    async beforePack({ packager, electronPlatformName, arch }: BeforePackContext): Promise<void> {
      const project = projectAt(root);
      const target = targetOf(electronPlatformName, String(Arch[arch]));
      const folder = folderOf(packager.platform.buildConfigurationKey, arch);
      const node = await unpackNode(archives(project), target, `${folder}-node`);
      const sign = await signerOf(packager);
      await stage({ root, dist, folder, target, project, node, ...(sign === undefined ? {} : { sign }) });
      writeCommand(join(folder, 'bin'), target.platform === 'win32', project.version);
      const { packages } = JSON.parse(readFileSync(join(dist, 'bundled.json'), 'utf8')) as Bundled;
      const shipped = shippedPackages(root, packages);
      writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(shipped, node.licence));
      writeFileSync(join(folder, 'sbom.cdx.json'), sbomOf(shipped, project, target));
    },

    async afterPack({ packager, arch, appOutDir }: AfterPackContext): Promise<void> {
      // Not by `extraResources`, which signs node.exe once more on Windows and so changes its hash.
      const staged = join(folderOf(packager.platform.buildConfigurationKey, arch), 'runtime');
      cpSync(staged, join(packager.getResourcesDir(appOutDir), 'runtime'), { recursive: true });
    },
  };
}

export const { beforePack, afterPack } = createHooks({
  archives: ({ node }) => ({
    version: node,
    sums: readSums(join(import.meta.dirname, 'node-sums.json')),
    cache: join(root, '.cache', 'node-archives'),
  }),
  dist: join(root, 'dist'),
});

/** As `electron-builder.yml` names it: `.cache/pack/${os}-${arch}`. */
function folderOf(os: string, arch: Arch): string {
  return join(root, '.cache', 'pack', `${os}-${Arch[arch]}`);
}

/** The `gatehouse` command of the package, for those that link it: it runs the Node and the program beside it. */
function writeCommand(folder: string, windows: boolean, version: string): void {
  mkdirSync(folder, { recursive: true });
  if (windows) {
    const runtime = `%~dp0..\\runtime\\${version}`;
    writeFileSync(join(folder, 'gatehouse.cmd'), `@"${runtime}\\node.exe" "${runtime}\\gatehouse.js" %*\r\n`);
    return;
  }
  const script = [
    '#!/bin/sh',
    'self=$0',
    'while [ -L "$self" ]; do',
    '  link=$(readlink "$self")',
    '  case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac',
    'done',
    `runtime=$(cd "$(dirname "$self")/../runtime/${version}" && pwd) || exit 1`,
    'exec "$runtime/node" "$runtime/gatehouse.js" "$@"',
  ];
  writeFileSync(join(folder, 'gatehouse'), `${script.join('\n')}\n`);
  chmodSync(join(folder, 'gatehouse'), 0o755);
}
