/** Lays out what a package holds of ours: the runtime outside the archive, with the hash of every file, and the app inside it. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { RuntimeManifest } from '../../app/runtime-check.ts';
import { type Bundled, closureOf } from './bundled.ts';
import type { UnpackedNode } from './node-archives.ts';
import { type PackTarget, type Project, targetName } from './target.ts';

/** What Node runs outside the archive. */
const PROGRAMS = ['gatehouse.js', 'bridge.js', 'launcher.js', 'server.js', 'audit-worker.js'];

export interface StageOptions {
  /** The checkout. */
  readonly root: string;
  /** What was built of it. */
  readonly dist: string;
  readonly folder: string;
  readonly target: PackTarget;
  readonly project: Project;
  readonly node: UnpackedNode;
  /** Signs a program in place, before its hash is taken: a signature changes the file. */
  readonly sign?: (file: string) => Promise<void>;
}

export interface Staged {
  /** Becomes `resources/runtime/<version>`. */
  readonly runtime: string;
  /** Becomes `dist` inside the archive. */
  readonly app: string;
}

export async function stage(options: StageOptions): Promise<Staged> {
  const { root, dist, target, project, node } = options;
  const bundled = JSON.parse(readFileSync(join(dist, 'bundled.json'), 'utf8')) as Bundled;
  const runtime = join(options.folder, 'runtime', project.version);
  const app = join(options.folder, 'app');
  rmSync(options.folder, { recursive: true, force: true });

  for (const file of closureOf(bundled, PROGRAMS)) copy(join(dist, file), join(runtime, file));
  for (const folder of ['catalog', 'window']) {
    if (!existsSync(join(dist, folder))) throw new Error(`dist/${folder} was not built: run \`node build/build.mjs\`.`);
    cpSync(join(dist, folder), join(runtime, folder), { recursive: true, filter: file => !file.endsWith('.map') });
  }
  // The programs are ES modules; nothing above them in an installation says so.
  writeFileSync(
    join(runtime, 'package.json'),
    `${JSON.stringify({ name: 'gatehouse-runtime', version: project.version, type: 'module' })}\n`,
  );
  const binary = join(runtime, target.platform === 'win32' ? 'node.exe' : 'node');
  copy(node.binary, binary);
  chmodSync(binary, 0o755);
  const keychain = stageKeytar(root, runtime, target);
  for (const file of [binary, keychain]) await options.sign?.(file);

  const manifest = manifestOf(runtime, target, project);
  writeFileSync(join(runtime, 'manifest.json'), manifest);
  stageApp(dist, app, bundled);
  // The copy inside the archive is covered by the archive's own integrity, and so by the signature of the app.
  writeFileSync(join(app, 'runtime-manifest.json'), manifest);
  return { runtime, app };
}

/** Of keytar only what loads on the target. Returns its native library. */
function stageKeytar(root: string, runtime: string, target: PackTarget): string {
  const from = join(root, 'node_modules', 'keytar');
  const to = join(runtime, 'node_modules', 'keytar');
  const library = join('prebuilds', targetName(target), 'keytar.node');
  for (const file of ['package.json', 'LICENSE.md', join('lib', 'keytar.js'), library])
    copy(join(from, file), join(to, file));
  return join(to, library);
}

function stageApp(dist: string, app: string, bundled: Bundled): void {
  const preloads = readdirSync(dist).filter(file => /^preload.*\.(js|cjs|mjs)$/.test(file));
  for (const file of closureOf(bundled, ['main.js'])) copy(join(dist, file), join(app, file));
  for (const file of preloads) copy(join(dist, file), join(app, file));
  cpSync(join(dist, 'icons', 'tray'), join(app, 'icons', 'tray'), { recursive: true });
  for (const file of ['256x256.png', 'icon.ico'])
    copy(join(dist, 'icons', 'app', file), join(app, 'icons', 'app', file));
}

function manifestOf(runtime: string, target: PackTarget, project: Project): string {
  const files = filesIn(runtime).map(path => {
    const file = join(runtime, path);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    return [path, { sha256, size: statSync(file).size }];
  });
  const manifest: RuntimeManifest = {
    version: project.version,
    node: project.node,
    target: targetName(target),
    files: Object.fromEntries(files),
  };
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/** All files under a folder, with `/` on every system, in an order that does not depend on the machine. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true });
}
