import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type NodeVendor, startNodeVendor } from '../testing/node-vendor.ts';
import { archiveName, fetchSums, type NodeArchives, readSums, unpackNode } from './node-archives.ts';
import { projectAt, TARGETS, targetName } from './target.ts';

const root = join(import.meta.dirname, '..', '..');
const { node: version } = projectAt(root);
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-archives-'));
const cache = join(scratch, 'cache');
const out = join(scratch, 'out');
let vendor: NodeVendor;
let archives: NodeArchives;

beforeAll(async () => {
  const binary = join(scratch, 'some-node');
  writeFileSync(binary, 'a program');
  vendor = await startNodeVendor(
    mkdtempSync(join(scratch, 'vendor-')),
    version,
    TARGETS.map(target => ({ target, binary })),
  );
  archives = { version, vendor: vendor.url, cache, sums: { node: version, sha256: vendor.sums } };
});
beforeEach(() => rmSync(cache, { recursive: true, force: true }));
afterAll(async () => {
  await vendor[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true });
});

test('[node-archives] each of the six targets gets its program and licence out of the archive that has the right sum', async () => {
  for (const target of TARGETS) {
    const { binary, licence } = await unpackNode(archives, target, out);
    expect(readFileSync(binary, 'utf8'), targetName(target)).toBe('a program');
    expect(readFileSync(licence, 'utf8')).toBe('the licence of Node');
    expect(readdirSync(out).sort()).toEqual(target.platform === 'win32' ? ['LICENSE', 'node.exe'] : ['LICENSE', 'bin']);
  }
  expect(readdirSync(cache)).toHaveLength(6);
});

test('[node-archives] an archive that was tampered with is thrown away and nothing is unpacked, also out of the cache', async () => {
  const target = { platform: 'linux', arch: 'x64' } as const;
  const name = archiveName(version, target);
  const others = { ...archives, sums: { node: version, sha256: { ...vendor.sums, [name]: '0'.repeat(64) } } };
  rmSync(out, { recursive: true, force: true });
  await expect(unpackNode(others, target, out)).rejects.toThrow(/thrown away; nothing was built/);
  expect(readdirSync(cache)).toEqual([]);
  expect(() => readdirSync(out)).toThrow();

  await unpackNode(archives, target, out);
  writeFileSync(join(cache, name), 'something else');
  await expect(unpackNode(archives, target, out)).rejects.toThrow(/thrown away/);
  await unpackNode(archives, target, out);
});

test('[node-archives] without a sum in the tree, or with those of another version, nothing is even fetched', async () => {
  const asked = vendor.asked.length;
  const target = { platform: 'darwin', arch: 'arm64' } as const;
  for (const sums of [
    { node: version, sha256: {} },
    { node: '24.0.0', sha256: vendor.sums },
  ])
    await expect(unpackNode({ ...archives, sums }, target, out)).rejects.toThrow(
      /sum of .*darwin-arm64.* is missing: run/,
    );
  expect(vendor.asked.length).toBe(asked);
});

test('[node-archives] an archive that is not there is told by its address', async () => {
  const gone = { ...archives, vendor: `${vendor.url}/elsewhere` };
  await expect(unpackNode(gone, { platform: 'linux', arch: 'arm64' }, out)).rejects.toThrow(/elsewhere.* answered 404/);
});

test('[node-archives] the recorded sums are those of the vendor’s list, for the six targets and no other', async () => {
  expect(await fetchSums(version, vendor.url)).toEqual({ node: version, sha256: vendor.sums });
});

test('[node-archives] what stands in the tree is for the pinned version and holds whole sums or none', () => {
  const sums = readSums(join(import.meta.dirname, 'node-sums.json'));
  expect(sums.node).toBe(version);
  expect([0, 6]).toContain(Object.keys(sums.sha256).length);
});
