import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { runtime } from '../../app/testing/index.ts';
import { electronBinary } from '../electron/binary.ts';
import { onlyOnStandIn, SCRATCH as scratch, test } from './desktop.ts';

onlyOnStandIn('it is about the stand-in itself');

const ROOT = join(import.meta.dirname, '..', '..');
const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
test.beforeAll(() => void mkdirSync(scratch, { recursive: true }));
const register = join(ROOT, 'e2e', 'electron', 'register.ts');

/** Beside the code that uses Electron, so that it is found as there; gone after the test. */
function fixture(text: string): string {
  const folder = mkdtempSync(join(scratch, 'typed-'));
  writeFileSync(join(folder, 'use.ts'), text);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { lib: ['ES2024', 'DOM'] },
      include: ['use.ts'],
    }),
  );
  return folder;
}

test('[stand-in-typed] wrong use of Electron does not compile, in the app, the stand-in and the recorder', () => {
  test.setTimeout(120_000);
  const compile = (text: string): string => {
    const folder = fixture(text);
    try {
      return spawnSync(bin('tsc'), ['--noEmit', '-p', folder], { encoding: 'utf8' }).stdout;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  expect(compile("import { app } from 'electron';\napp.quit();\n")).toBe('');
  expect(compile("import { app } from 'electron';\napp.quitt();\n")).toContain("Property 'quitt' does not exist");
  expect(compile("import { Tray } from 'electron';\nnew Tray(7);\n")).toContain('not assignable');
  expect(compile("import { Tray } from 'electron';\nTray.prototype.setPicture = () => undefined;\n")).toContain(
    "Property 'setPicture' does not exist",
  );
  expect(
    compile(
      "import type * as Real from 'electron';\nexport const dock = { bounce: () => 'no' } satisfies Partial<Real.Dock>;\n",
    ),
  ).toContain('not assignable');
});

test('[unimplemented-throws] what the stand-in does not have throws with its name', () => {
  const run = (text: string): string => {
    const folder = mkdtempSync(join(scratch, 'strict-'));
    const file = join(folder, 'use.mjs');
    writeFileSync(file, `${text}`);
    try {
      return execFileSync(runtime.node, ['--import', register, file], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return String((error as { readonly stderr?: unknown }).stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const say = (use: string): string =>
    run(
      `const electron = await import('electron'); try { ${use}; console.log('no word'); } catch (error) { console.log(error.message); } process.exit(0);`,
    );
  expect(say('electron.app.getGPUInfo()')).toContain('no app.getGPUInfo');
  expect(say('electron.BrowserWindow.fromId(1)')).toContain('no BrowserWindow.fromId');
  expect(say("new electron.Tray('/').setTitle('y')")).toContain('no Tray.setTitle');
  expect(say('electron.session.defaultSession.clearCache()')).toContain('no session.defaultSession.clearCache');
  expect(say('electron.dialog.showSaveDialog({})')).toContain('no dialog.showSaveDialog');
  expect(run("import { clipboard } from 'electron';")).toContain("does not provide an export named 'clipboard'");
});

test('[window-specs-in-app] every spec of the window runs through the app as well', () => {
  const listed = (project: string): readonly string[] => {
    const { stdout } = spawnSync(bin('playwright'), ['test', '--list', `--project=${project}`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return [...new Set([...stdout.matchAll(/› (e2e\/[\w/-]+\.spec\.ts)/g)].map(([, file = '']) => file))].sort();
  };
  const specs = readdirSync(join(ROOT, 'e2e'))
    .filter(name => name.endsWith('.spec.ts'))
    .map(name => `e2e/${name}`);
  expect(specs.length).toBeGreaterThan(10);
  expect(listed('browser')).toEqual(specs.sort());
  expect(listed('app')).toEqual(expect.arrayContaining(specs));
});

test('[real-binary-skip] without a binary nothing takes its place silently', () => {
  expect(electronBinary('/nowhere', {})).toBeUndefined();
  expect(electronBinary('/nowhere', { ELECTRON_OVERRIDE_DIST_PATH: '/nowhere/else' })).toBeUndefined();
});
