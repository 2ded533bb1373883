/**
 * Reads a packed app back: `node build/check-package.ts <folder of the app>…`. Its fuses, its runtime file by file, and that the list of hashes inside the archive is
 * that of the runtime. Fails with the first thing that is wrong.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile } from '@electron/asar';
import { checkRuntime, readManifest } from '../app/runtime-check.ts';
import { problemsOf } from './pack/fuses.ts';

/** The sentence that the check ends with. Throws when something is wrong. */
export async function checkPackage(app: string): Promise<string> {
  const { program, resources } = partsOf(app);
  const problems = await problemsOf(program);
  if (problems.length > 0) throw new Error(`${program}: ${problems.join(', ')}.`);
  const [version] = readdirSync(join(resources, 'runtime'));
  if (version === undefined) throw new Error(`${resources} holds no runtime.`);
  const runtime = join(resources, 'runtime', version);
  const list = join(runtime, 'manifest.json');
  const inside = extractFile(join(resources, 'app.asar'), join('dist', 'runtime-manifest.json'));
  if (!inside.equals(readFileSync(list))) throw new Error(`${list} is not the list inside the archive.`);
  const { read } = await checkRuntime(runtime, readManifest(list));
  return `${app}: fuses as wanted, ${read} files of the runtime as packed.`;
}

function partsOf(app: string): { readonly program: string; readonly resources: string } {
  if (existsSync(join(app, 'Contents'))) return { program: app, resources: join(app, 'Contents', 'Resources') };
  const program = ['Gatehouse.exe', 'gatehouse-app'].map(name => join(app, name)).find(path => existsSync(path));
  if (program === undefined) throw new Error(`${app} holds no Gatehouse.`);
  return { program, resources: join(app, 'resources') };
}

if (import.meta.main) {
  const apps = process.argv.slice(2);
  if (apps.length === 0) throw new Error('Name the folders of the apps to check.');
  for (const app of apps) process.stdout.write(`${await checkPackage(app)}\n`);
}
