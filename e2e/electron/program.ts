import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { runtime } from '../../app/testing/index.ts';
import { electronBinary } from './binary.ts';
import { openDisplay } from './display.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const MAIN = join(ROOT, 'dist', 'main.js');

/** What the app runs on: the real Electron, or a program with its command line that is made of the stand-in. */
export type Electron = 'stand-in' | 'real';

/** A program to give to `_electron.launch`, with what it loads before the app and the display for its windows. */
export interface Program extends AsyncDisposable {
  readonly executable: string;
  /** CommonJS files for `-r`, in this order. */
  readonly before: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Writes what it makes to `folder`, which must be below the checkout. */
export async function openProgram(electron: Electron, folder: string): Promise<Program> {
  mkdirSync(folder, { recursive: true });
  const recorder = join(folder, 'recorder.cjs');
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'recorder.ts'),
    platform: 'node',
    external: ['electron'],
    logLevel: 'warn',
  });
  await bundle.write({ file: recorder, format: 'cjs' });
  await bundle.close();
  // Playwright gives its own loader only to an Electron that it has found itself.
  const loader = join(playwrightFolder(), 'lib', 'server', 'electron', 'loader.js');
  const before = [loader, recorder];
  if (electron === 'stand-in')
    return { executable: standInBinary(folder), before, env: {}, [Symbol.asyncDispose]: async () => undefined };
  return { executable: realBinary(), before, ...(await openDisplay()) };
}

function playwrightFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
}

function realBinary(): string {
  const found = electronBinary(ROOT);
  if (found === undefined) throw new Error('There is no Electron binary.');
  return found;
}

function standInBinary(folder: string): string {
  const file = join(folder, 'electron');
  const start = join(import.meta.dirname, 'default-app.ts');
  writeFileSync(file, `#!/bin/sh\nexec '${runtime.node}' '${start}' "$@"\n`, { mode: 0o755 });
  return file;
}
