/** What a release consists of besides packing: who signs, the workflow, checksums, scripts of Linux packages. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { writeChecksums } from './checksums.ts';
import { codesignArguments } from './pack/sign.ts';
import { projectAt } from './pack/target.ts';
import { additionsOf } from './package.ts';

const root = join(import.meta.dirname, '..');
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');
const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const APPLE = {
  GATEHOUSE_SIGNED: '1',
  CSC_LINK: 'x',
  APPLE_API_KEY: 'key.p8',
  APPLE_API_KEY_ID: 'id',
  APPLE_API_ISSUER: 'issuer',
};
const AZURE = {
  GATEHOUSE_SIGNED: '1',
  GITHUB_REPOSITORY: 'someone/gatehouse',
  AZURE_SIGN_ENDPOINT: 'https://example.test/',
  AZURE_SIGN_ACCOUNT: 'account',
  AZURE_SIGN_PROFILE: 'profile',
  AZURE_SIGN_PUBLISHER: 'Gatehouse GmbH',
};

test('[notarization] a signed release for macOS is notarized with an API key, and is not built without one', () => {
  expect(additionsOf(APPLE, 'mac')).toMatchObject({ forceCodeSigning: true, mac: { notarize: true } });
  for (const name of ['CSC_LINK', 'APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'])
    for (const value of [undefined, ''])
      expect(() => additionsOf({ ...APPLE, [name]: value }, 'mac')).toThrow(new RegExp(`${name} is needed`));
  expect(additionsOf({}, 'mac')).toMatchObject({ publish: null, mac: { notarize: false } });
});

test('[hardened-runtime] the hardened runtime is on and gives away no more than V8 needs; a library of a stranger is not loaded', () => {
  const { mac } = parse(read('electron-builder.yml')) as { readonly mac: Readonly<Record<string, unknown>> };
  expect(mac).toMatchObject({ hardenedRuntime: true, entitlements: 'build/resources/entitlements.mac.plist' });
  const given = (file: string): readonly string[] =>
    [...read('build', 'resources', file).matchAll(/<key>com\.apple\.security\.([\w.-]+)<\/key>\s*<true\/>/g)].map(
      ([, name]) => name ?? '',
    );
  expect(given('entitlements.mac.plist')).toEqual(['cs.allow-jit']);
  expect(given('entitlements.node.plist')).toEqual(['cs.allow-jit', 'cs.allow-unsigned-executable-memory']);
});

test('[runtime-signed] on macOS the runtime is signed with time stamp and hardened runtime, and electron-builder leaves it so', () => {
  const args = codesignArguments('ABCDEF', ['--keychain', 'k'], '/x/node');
  expect(args.join(' ')).toMatch(
    /^--sign ABCDEF --force --timestamp --options runtime --entitlements \S+entitlements\.node\.plist --keychain k \/x\/node$/,
  );
  expect(existsSync(args[args.indexOf('--entitlements') + 1] ?? '')).toBe(true);
  const { mac } = parse(read('electron-builder.yml')) as { readonly mac: { readonly signIgnore: readonly string[] } };
  const path = '/tmp/Gatehouse.app/Contents/Resources/runtime/1.0.0/node';
  expect(mac.signIgnore.some(pattern => new RegExp(pattern).test(path))).toBe(true);
  expect(mac.signIgnore.some(pattern => new RegExp(pattern).test('/tmp/Gatehouse.app/Contents/MacOS/Gatehouse'))).toBe(
    false,
  );
});

test('[windows-signing] Azure Trusted Signing where its account is named, else a certificate file; a signed release without either is not built', () => {
  expect(additionsOf(AZURE, 'win')).toEqual({
    forceCodeSigning: true,
    publish: { provider: 'github', owner: 'someone', repo: 'gatehouse', releaseType: 'draft' },
    win: {
      azureSignOptions: {
        endpoint: 'https://example.test/',
        codeSigningAccountName: 'account',
        certificateProfileName: 'profile',
        publisherName: 'Gatehouse GmbH',
      },
    },
  });
  expect(() => additionsOf({ ...AZURE, AZURE_SIGN_PUBLISHER: '' }, 'win')).toThrow(/AZURE_SIGN_PUBLISHER is needed/);
  const file = { GATEHOUSE_SIGNED: '1', WIN_CSC_LINK: 'x', WIN_PUBLISHER: 'Gatehouse GmbH', AZURE_SIGN_ENDPOINT: '' };
  expect(additionsOf(file, 'win').win).toEqual({
    signtoolOptions: { signingHashAlgorithms: ['sha256'], publisherName: 'Gatehouse GmbH' },
  });
  expect(() => additionsOf({ GATEHOUSE_SIGNED: '1' }, 'win')).toThrow(
    /WIN_CSC_LINK is needed: see docs\/releasing\.md/,
  );
});

test('[checksums] the sums of a release are what `sha256sum` checks, and it finds a file that was changed', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'gatehouse-1.0.0-linux-x64.AppImage'), 'one');
  writeFileSync(join(folder, 'latest.yml'), 'two');
  await writeChecksums(folder);
  await writeChecksums(folder);
  const check = (): string =>
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
  expect(check()).toBe('gatehouse-1.0.0-linux-x64.AppImage: OK\nlatest.yml: OK\n');
  writeFileSync(join(folder, 'latest.yml'), 'three');
  expect(() => check()).toThrow();
  await expect(writeChecksums(scratch())).rejects.toThrow(/holds no file/);
});

test('[command-on-path] deb and rpm link the command, leave a file of somebody else’s alone, and take only their own link away', () => {
  const place = scratch();
  const [bin, opt] = [join(place, 'bin'), join(place, 'opt')];
  mkdirSync(bin);
  const ours = `${opt}/Gatehouse/resources/bin/gatehouse`;
  const run = (name: string, argument = ''): string =>
    execFileSync('sh', ['-c', script(name), name, argument], { encoding: 'utf8' });
  const script = (name: string): string =>
    read('build', 'resources', name)
      .replaceAll('/usr/bin', bin)
      .replaceAll('/opt', opt)
      .replaceAll(/\$\{sanitizedProductName\}/g, 'Gatehouse');
  run('after-install.tpl');
  expect(readlinkSync(join(bin, 'gatehouse'))).toBe(ours);
  for (const upgrade of ['upgrade', '1']) {
    run('after-remove.tpl', upgrade);
    expect(readlinkSync(join(bin, 'gatehouse'))).toBe(ours);
  }
  run('after-remove.tpl', 'remove');
  expect(readdirSync(bin)).toEqual([]);
  writeFileSync(join(bin, 'gatehouse'), 'mine');
  expect(run('after-install.tpl')).toContain('left alone');
  run('after-remove.tpl', 'remove');
  expect(readFileSync(join(bin, 'gatehouse'), 'utf8')).toBe('mine');
});

test('[command-on-path] our scripts follow electron-builder’s own, which they would otherwise replace', () => {
  const { deb, rpm } = additionsOf({}, 'linux');
  expect(rpm).toEqual(deb);
  const installing = readFileSync(String(deb?.afterInstall), 'utf8');
  expect(installing.indexOf('update-desktop-database')).toBeGreaterThan(0);
  expect(installing.indexOf('/resources/bin/gatehouse')).toBeGreaterThan(installing.indexOf('update-desktop-database'));
  expect(execFileSync('bash', ['-n', '-c', installing], { encoding: 'utf8' })).toBe('');
});

const WORKFLOW = z.object({
  on: z.object({ push: z.object({ tags: z.array(z.string()) }) }),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      needs: z.string().optional(),
      'runs-on': z.string(),
      permissions: z.record(z.string(), z.string()).optional(),
      environment: z.string().optional(),
      strategy: z.object({ matrix: z.object({ include: z.array(z.record(z.string(), z.string())) }) }).optional(),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
          env: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

test('[release-workflow] it tests, packs on each of the three systems for both processors, checks, sums, attests and drafts, in this order', () => {
  const { on, jobs } = WORKFLOW.parse(parse(read('.github', 'workflows', 'release.yml')));
  expect(on.push.tags).toEqual(['v*']);
  expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual([
    ['test', undefined],
    ['package', 'test'],
    ['draft', 'package'],
  ]);
  const runs = (job: string): string => (jobs[job]?.steps ?? []).map(({ run, uses }) => run ?? uses ?? '').join('\n');
  expect(runs('test')).toContain('node build/runtime.ts --check');
  expect(jobs.package?.strategy?.matrix.include.map(({ system }) => system)).toEqual(['mac', 'win', 'linux']);
  for (const system of ['mac', 'win', 'linux'])
    expect(runs('package')).toContain(`node build/package.ts --${system} --x64 --arm64`);
  const order = ['build/build.mjs', 'build/package.ts', 'build/check-package.ts', 'upload-artifact'];
  expect(order.map(step => runs('package').indexOf(step)).toSorted((a, b) => a - b)).toEqual(
    order.map(step => runs('package').indexOf(step)),
  );
  expect(runs('draft')).toMatch(/checksums\.ts[\s\S]*attest-build-provenance[\s\S]*gh release create .*--draft/);
});

test('[release-workflow] it may write only where it drafts, and uses actions of GitHub alone, each at a version', () => {
  const { permissions, jobs } = WORKFLOW.parse(parse(read('.github', 'workflows', 'release.yml')));
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs.test?.permissions ?? jobs.package?.permissions).toBeUndefined();
  expect(jobs.draft?.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' });
  const uses = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(step => step.uses ?? []));
  expect(uses.filter(name => !/^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/.test(name))).toEqual([]);
});

test('[release-workflow] it runs on the pinned Node, and every script that it calls is there', () => {
  const text = read('.github', 'workflows', 'release.yml');
  const { jobs } = WORKFLOW.parse(parse(text));
  const versions = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(step => step.with?.['node-version'] ?? []));
  expect(new Set(versions)).toEqual(new Set([projectAt(root).node]));
  const scripts = [...text.matchAll(/node (build\/[\w.-]+)/g)].map(([, file]) => file ?? '');
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter(file => !existsSync(join(root, file)))).toEqual([]);
});

test('[release-workflow] every secret and variable is named in docs/releasing.md, and reaches only the step that signs', () => {
  const text = read('.github', 'workflows', 'release.yml');
  const names = [...text.matchAll(/\$\{\{ (?:secrets|vars)\.(\w+) \}\}/g)].map(([, name]) => name ?? '');
  expect(new Set(names).size).toBeGreaterThan(10);
  const page = read('docs', 'releasing.md');
  expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([]);
  const { jobs } = WORKFLOW.parse(parse(text));
  for (const [job, { steps, environment }] of Object.entries(jobs)) {
    const holding = steps.filter(({ env }) => Object.values(env ?? {}).some(value => value.includes('secrets.')));
    expect(holding.length > 0, job).toBe(environment === 'release');
    for (const { run } of holding) expect(run).toMatch(/build\/package\.ts|notarization\.p8/);
  }
});
