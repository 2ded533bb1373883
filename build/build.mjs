/**
 * Builds `dist/`: the programs (rolldown), the catalogues as data, the icons, the window (vite).
 * `--no-window` leaves the window out, for quick rounds on the host.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { windowProcedures } from '../app/contract/index.ts';
import { renderIcons } from './icons.ts';
import { recordBundled } from './pack/bundled.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const entries = {
  main: 'app/main.ts',
  gatehouse: 'app/cli.ts',
  launcher: 'app/servers/launcher.ts',
  'audit-worker': 'app/audit/worker.ts',
  server: 'mcp/server.ts',
  backends: 'mcp/index.ts',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'catalog'), { recursive: true });

const input = Object.fromEntries(
  Object.entries(entries)
    .filter(([, file]) => existsSync(join(root, file)))
    .map(([name, file]) => [name, join(root, file)]),
);
const bundled = recordBundled(root);
const common = { platform: 'node', external: ['keytar', 'electron'], logLevel: 'warn', plugins: [bundled.plugin] };

// The bridge is one file: every further one costs an assistant a millisecond at each start.
const bridge = await rolldown({ ...common, input: join(root, 'app/bridge.ts') });
await bridge.write({ file: join(dist, 'bridge.js'), format: 'esm', codeSplitting: false });
await bridge.close();

// A sandboxed preload script is one CommonJS file. The contract's names are all it needs of the contract.
const preload = await rolldown({
  ...common,
  input: join(root, 'app/preload.ts'),
  transform: { define: { __PROCEDURES__: JSON.stringify(Object.keys(windowProcedures)) } },
});
await preload.write({ file: join(dist, 'preload.cjs'), format: 'cjs', codeSplitting: false });
await preload.close();

const bundle = await rolldown({
  ...common,
  input,
  // Its main file is UMD, whose inner require calls no bundler can follow.
  resolve: { alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: true,
  banner: chunk => (chunk.name === 'gatehouse' ? '#!/usr/bin/env node' : ''),
});
await bundle.close();

if (existsSync(join(dist, 'backends.js'))) {
  const { backends, catalogOf } = await import(pathToFileURL(join(dist, 'backends.js')).href);
  for (const [name, load] of Object.entries(backends)) {
    writeFileSync(join(dist, 'catalog', `${name}.json`), JSON.stringify(catalogOf(await load())));
  }
}

await renderIcons(join(dist, 'icons'));

if (!process.argv.includes('--no-window') && existsSync(join(root, 'renderer', 'index.html'))) {
  const { build } = await import('vite');
  await build({
    root: join(root, 'renderer'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [bundled.plugin],
  });
  checkStart(join(dist, 'window'));
}
writeFileSync(join(dist, 'bundled.json'), JSON.stringify(bundled.result(), null, 1));

/** What a browser fetches before the first screen stands may not grow unnoticed: 200 kB of gzipped JavaScript at most (it was 110 when this was written). */
function checkStart(folder) {
  const LIMIT = 200_000;
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  if (/<script(?![^>]*\ssrc=)/.test(page)) throw new Error('The page holds an inline script, which its rules forbid.');
  const files = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file);
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  console.log(`The window starts with ${Math.round(size / 1_000)} kB of JavaScript (gzip), ${files.length} files.`);
  if (files.length === 0 || size > LIMIT)
    throw new Error(`More than ${LIMIT / 1_000} kB, or none: see build/build.mjs.`);
}
