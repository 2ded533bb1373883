import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findRuntime, runtimeAt } from './runtime.ts';
import { checkRuntime, readManifest } from './runtime-check.ts';
import { placeRuntime } from './runtime-place.ts';

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-runtime-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A small packaged runtime: programs that say which version they are, and a list of their hashes. */
function packaged(resources: string, version: string): string {
  const folder = join(resources, 'runtime', version);
  const files = {
    'gatehouse.js': `console.log('${version}')`,
    'bridge.js': '',
    'catalog/x.json': '{}',
    node: `#!${version}`,
  };
  const listed: Record<string, { sha256: string; size: number }> = {};
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    listed[path] = { sha256: createHash('sha256').update(text).digest('hex'), size: text.length };
  }
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ version, node: '24.21.0', target: 'linux-x64', files: listed }),
  );
  return folder;
}

test('[outside-asar] a program inside the archive finds the runtime beside it, and its list inside the archive', () => {
  const resources = scratch();
  const folder = packaged(resources, '1.0.0');
  const main = join(resources, 'app.asar', 'dist', 'chunks', 'host.js');
  const runtime = findRuntime('1.0.0', pathToFileURL(main).href);
  expect(runtime.bridge).toBe(join(folder, 'bridge.js'));
  expect(runtime.node).toBe(join(folder, 'node'));
  expect(runtime.manifest).toBe(join(resources, 'app.asar', 'dist', 'runtime-manifest.json'));
});

test('[hashes-at-start] a runtime whose file was changed, cut or removed does not run, and the file is named', async () => {
  const home = scratch();
  const folder = packaged(scratch(), '1.0.0');
  const program = join(folder, 'gatehouse.js');
  const text = readFileSync(program, 'utf8');
  const start = () => placeRuntime(runtimeAt(folder, '1.0.0'), home);
  for (const damage of [
    () => writeFileSync(program, text.replace('console', 'konsole')),
    () => truncateSync(program, 3),
    () => rmSync(program),
  ]) {
    damage();
    await expect(start()).rejects.toMatchObject({
      code: 'GH_RUNTIME_DAMAGED',
      message: expect.stringContaining(program),
    });
    expect(readdirSync(join(home, 'runtime'))).toEqual([]);
    writeFileSync(program, text);
  }
  await start();
});

test('[hashes-at-start] a list that was tampered with is refused too', async () => {
  const folder = packaged(scratch(), '1.0.0');
  writeFileSync(join(folder, 'manifest.json'), '{"files":{}}');
  await expect(placeRuntime(runtimeAt(folder, '1.0.0'), scratch())).rejects.toMatchObject({
    code: 'GH_RUNTIME_DAMAGED',
  });
});

test('[hashes-at-start] what looks the same since it was last read is not read again, what was touched is', async () => {
  const folder = packaged(scratch(), '1.0.0');
  const manifest = readManifest(join(folder, 'manifest.json'));
  const memory = join(scratch(), 'checked.json');
  expect(await checkRuntime(folder, manifest, { memory })).toEqual({ read: 4 });
  expect(await checkRuntime(folder, manifest, { memory })).toEqual({ read: 0 });
  utimesSync(join(folder, 'node'), 1, 1);
  expect(await checkRuntime(folder, manifest, { memory })).toEqual({ read: 1 });
  // A change that puts size and time back is still seen by the time of the last change of state, which programs cannot set.
  const { mtime, atime } = statSync(join(folder, 'bridge.js'));
  writeFileSync(join(folder, 'gatehouse.js'), "console.log('1.0.1')");
  utimesSync(join(folder, 'gatehouse.js'), atime, mtime);
  await expect(checkRuntime(folder, manifest, { memory })).rejects.toMatchObject({ code: 'GH_RUNTIME_DAMAGED' });
  writeFileSync(memory, 'nonsense');
  writeFileSync(join(folder, 'gatehouse.js'), "console.log('1.0.0')");
  expect(await checkRuntime(folder, manifest, { memory })).toEqual({ read: 4 });
});

test('[launcher-path] the path in assistants’ files stays the same over updates and leads to the version that was started last', async () => {
  const [home, resources] = [scratch(), scratch()];
  const first = await placeRuntime(runtimeAt(packaged(resources, '1.0.0'), '1.0.0'), home);
  expect(dirname(first.cli)).toBe(join(home, 'runtime', '1.0.0'));
  const { entry } = first;
  expect(entry.bridge).toBe(join(home, 'runtime', 'current', 'bridge.js'));
  const says = (): string =>
    execFileSync(process.execPath, [join(dirname(entry.bridge), 'gatehouse.js')], { encoding: 'utf8' }).trim();
  expect(says()).toBe('1.0.0');

  // The installer takes the old version away and brings the new one; nobody touches the entries.
  rmSync(join(resources, 'runtime'), { recursive: true });
  const second = await placeRuntime(runtimeAt(packaged(resources, '1.1.0'), '1.1.0'), home);
  expect(second.entry).toEqual(entry);
  expect(says()).toBe('1.1.0');
  expect(existsSync(first.bridge), 'bridges of the version before still run').toBe(true);

  rmSync(join(resources, 'runtime'), { recursive: true });
  await placeRuntime(runtimeAt(packaged(resources, '1.2.0'), '1.2.0'), home);
  expect(readdirSync(join(home, 'runtime')).sort()).toEqual(
    ['1.1.0', '1.1.0.checked.json', '1.2.0', '1.2.0.checked.json', 'current'].sort(),
  );
  expect(readlinkSync(join(home, 'runtime', 'current'))).toBe('1.2.0');
});

test('[launcher-path] a copy that was damaged is made anew from the package; a program of the copy finds itself in place', async () => {
  const home = scratch();
  const folder = packaged(scratch(), '1.0.0');
  const placed = await placeRuntime(runtimeAt(folder, '1.0.0'), home);
  appendFileSync(placed.bridge, '// more');
  const again = await placeRuntime(runtimeAt(folder, '1.0.0'), home);
  expect(readFileSync(again.bridge, 'utf8')).toBe('');

  const itself = findRuntime('1.0.0', pathToFileURL(realpathSync(again.cli)).href);
  expect(itself).toEqual(again);
  expect(await placeRuntime(itself, home)).toEqual(again);
  appendFileSync(again.bridge, '// more');
  await expect(placeRuntime(itself, home)).rejects.toMatchObject({ code: 'GH_RUNTIME_DAMAGED' });
});

test('a checkout is left as it is', async () => {
  const home = scratch();
  const runtime = findRuntime('1.0.0', new URL('./host.ts', import.meta.url).href);
  expect(runtime.manifest).toBeNull();
  expect(await placeRuntime(runtime, home)).toBe(runtime);
  expect(runtime.entry).toEqual({ node: runtime.node, bridge: runtime.bridge });
  expect(readdirSync(home)).toEqual([]);
});

test('a home that cannot take the programs is told as such', async () => {
  const home = scratch();
  writeFileSync(join(home, 'runtime'), 'in the way');
  await expect(placeRuntime(runtimeAt(packaged(scratch(), '1.0.0'), '1.0.0'), home)).rejects.toMatchObject({
    code: 'GH_RUNTIME_NOT_PLACED',
  });
});
