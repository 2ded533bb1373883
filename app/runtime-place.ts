/** Where a packaged runtime runs from: a copy in the home, one folder for each version, and a link to the current one. */
import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { GatehouseError } from './contract/index.ts';
import { type Runtime, runtimeAt } from './runtime.ts';
import { checkRuntime, type RuntimeManifest, readManifest } from './runtime-check.ts';

const WINDOWS = process.platform === 'win32';

/**
 * Puts the runtime of a package into `<home>/runtime/<version>`, checks every file and lets `<home>/runtime/current` point to it. What runs from there is
 * not in the way of an update (Windows locks programs that run, an AppImage is gone when it ends, a package manager removes the old version's
 * files under a running host), and what stands in assistants' files, through the link, outlives it. The version before is kept for bridges that
 * still run. A checkout is left as it is.
 * Throws `GH_RUNTIME_DAMAGED` when the package's own files are not what was packaged, `GH_RUNTIME_NOT_PLACED` when the home cannot take them.
 */
export async function placeRuntime(runtime: Runtime, home: string): Promise<Runtime> {
  if (runtime.manifest === null) return runtime;
  const manifest = readManifest(runtime.manifest);
  const all = join(home, 'runtime');
  const placed = join(all, manifest.version);
  const memory = join(all, `${manifest.version}.checked.json`);
  const source = dirname(runtime.cli);
  const isPlaced = existsSync(placed) && realpathSync(placed) === realpathSync(source);
  if (isPlaced || !(await isWhole(placed, manifest, memory))) {
    if (isPlaced) await checkRuntime(placed, manifest, { memory });
    else await copyRuntime(source, runtime.manifest, manifest, placed, memory);
  }
  pointTo(join(all, 'current'), manifest.version);
  removeOld(all, manifest.version);
  return runtimeAt(placed, runtime.version);
}

async function isWhole(placed: string, manifest: RuntimeManifest, memory: string): Promise<boolean> {
  if (!existsSync(placed)) return false;
  return checkRuntime(placed, manifest, { memory }).then(
    () => true,
    () => false,
  );
}

/** The copy gets its name only when every file of it was read and found right. */
async function copyRuntime(
  source: string,
  list: string,
  manifest: RuntimeManifest,
  placed: string,
  memory: string,
): Promise<void> {
  const making = `${placed}.${process.pid}.part`;
  try {
    mkdirSync(making, { recursive: true, mode: 0o700 });
    for (const path of Object.keys(manifest.files)) {
      const from = join(source, path);
      if (!existsSync(from)) throw new GatehouseError('GH_RUNTIME_DAMAGED', `${from} is missing.`);
      mkdirSync(dirname(join(making, path)), { recursive: true, mode: 0o700 });
      // Where the file system can share blocks, the copy costs nothing.
      cpSync(from, join(making, path), { mode: constants.COPYFILE_FICLONE });
    }
    cpSync(list, join(making, 'manifest.json'));
    await checkRuntime(making, manifest, { memory, named: source });
    rmSync(placed, { recursive: true, force: true });
    renameSync(making, placed);
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    throw new GatehouseError('GH_RUNTIME_NOT_PLACED', `${placed} cannot be written.`, { cause });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** On Windows a junction, which needs no privilege but cannot be replaced in one step. */
function pointTo(link: string, version: string): void {
  const target = WINDOWS ? join(dirname(link), version) : version;
  try {
    if (linkTarget(link) === target) return;
    if (WINDOWS) {
      rmSync(link, { recursive: true, force: true });
      symlinkSync(target, link, 'junction');
      return;
    }
    const next = `${link}.${process.pid}`;
    rmSync(next, { force: true });
    symlinkSync(target, next);
    renameSync(next, link);
  } catch (cause) {
    throw new GatehouseError('GH_RUNTIME_NOT_PLACED', `${link} cannot be made to point to ${version}.`, { cause });
  }
}

function linkTarget(link: string): string | undefined {
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined;
  return readlinkSync(link).replace(/[\\/]$/, '');
}

/** Keeps the given version and the newest of the others. What Windows does not let go now goes at a later start. */
function removeOld(all: string, version: string): void {
  const others = readdirSync(all, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== version && !entry.name.endsWith('.part'))
    .map(({ name }) => ({ name, at: statSync(join(all, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of others.slice(1)) {
    try {
      rmSync(join(all, name), { recursive: true });
      rmSync(join(all, `${name}.checked.json`), { force: true });
    } catch {
      // still in use
    }
  }
}
