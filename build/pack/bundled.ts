/** What the bundlers really put into `dist/`: which file loads which, and whose code stands in it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Stands as `dist/bundled.json`. */
export interface Bundled {
  /** For each program file the files that it loads, also lazily; paths inside `dist/`. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Folders of the packages with at least one line in a bundle, relative to the project. */
  readonly packages: readonly string[];
}

interface OutputChunk {
  readonly type: string;
  readonly fileName: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly modules?: Readonly<Record<string, { readonly renderedLength: number }>>;
}

/** One plugin for all bundles of a build. What a bundle drops (tree shaking) does not count. */
export function recordBundled(root: string) {
  const files: Record<string, readonly string[]> = {};
  const packages = new Set<string>();
  const record = (chunk: OutputChunk): void => {
    if (chunk.type !== 'chunk') return;
    files[chunk.fileName] = [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])].filter(isOurs).sort();
    for (const [id, { renderedLength }] of Object.entries(chunk.modules ?? {})) {
      const folder = renderedLength > 0 ? packageOf(id) : undefined;
      if (folder !== undefined) packages.add(relative(root, folder).split(sep).join('/'));
    }
  };
  return {
    plugin: {
      name: 'gatehouse-bundled',
      generateBundle(_options: unknown, bundle: Readonly<Record<string, OutputChunk>>): void {
        Object.values(bundle).forEach(record);
      },
    },
    result: (): Bundled => ({ files, packages: [...packages].sort() }),
  };
}

/** All files that `entries` load, directly or not, themselves included. Throws for an entry that was not built. */
export function closureOf({ files }: Bundled, entries: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    const loaded = files[file];
    if (loaded === undefined) throw new Error(`dist/${file} was not built: run \`node build/build.mjs\`.`);
    found.add(file);
    loaded.forEach(add);
  };
  entries.forEach(add);
  return [...found].sort();
}

function isOurs(file: string): boolean {
  return file.endsWith('.js') || file.endsWith('.cjs') || file.endsWith('.mjs');
}

/** The folder of the package that a module of `node_modules` belongs to. */
function packageOf(id: string): string | undefined {
  const file = id.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!file.includes(`${sep}node_modules${sep}`) && !file.includes('/node_modules/')) return undefined;
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
    if (name !== undefined && version !== undefined) return folder;
  }
  return undefined;
}
