/** Real packaging: electron-builder over a stand-in for Electron, and the packaged programs at work. Uses `dist/`: build first. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { extractFile, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runtimeAt } from '../app/runtime.ts';
import { checkRuntime, readManifest } from '../app/runtime-check.ts';
import { installation, processesOf } from '../app/testing/programs.ts';
import { checkPackage } from './check-package.ts';
import type { Bundled } from './pack/bundled.ts';
import { fusesOf, problemsOf } from './pack/fuses.ts';
import { filesIn } from './pack/stage.ts';
import { projectAt } from './pack/target.ts';
import { makeElectronDist } from './testing/electron-dist.ts';
import { pack } from './testing/pack.ts';

const root = join(import.meta.dirname, '..');
const { version, node } = projectAt(root);
const ourNode = realpathSync(process.execPath);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'));
const SIGNATURE = 'signed by the test';
const apps = { linux: '', win: '', mac: '' };
let resources = '';

beforeAll(async () => {
  const made = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  // What is no program of this machine is not run: any file stands for their Node.
  const otherNode = join(root, 'package.json');
  resources = await pack(made('linux'), { platform: 'linux', arch: 'x64' }, ourNode);
  const windows = await pack(made('win'), { platform: 'win32', arch: 'arm64' }, otherNode, {
    win: { signtoolOptions: { signingHashAlgorithms: ['sha256'], sign: ({ path }) => markSigned(path) } },
  });
  const mac = await pack(made('mac'), { platform: 'darwin', arch: 'arm64' }, otherNode);
  Object.assign(apps, { linux: join(resources, '..'), win: join(windows, '..'), mac: join(mac, '..', '..') });
}, 120_000);
/** In place of signtool: a signature changes the file at its end. */
async function markSigned(file: string): Promise<void> {
  appendFileSync(file, SIGNATURE);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names that a build makes from content stand as `*`, so that the list changes only when something new is shipped. */
function shipped(app: string): string {
  const lines = filesIn(app).map(path =>
    path.replace(version, '<version>').replace(/((?:chunks|assets)\/).*(\.\w+)$/, '$1*$2'),
  );
  return `${[...new Set(lines)].join('\n')}\n`;
}

/** Licences that ask for no more than to be named. */
const FREE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'];

const IN_ARCHIVE = [
  /^package\.json$/,
  /^dist\/main\.js$/,
  /^dist\/preload[\w-]*\.(js|cjs|mjs)$/,
  /^dist\/chunks\/[\w.-]+\.js$/,
  /^dist\/icons\/tray\/(ready|waiting|paused|attention)(Template|-light|-dark)(@[\d.]+x)?\.(png|ico)$/,
  /^dist\/icons\/app\/(256x256\.png|icon\.ico)$/,
  /^dist\/runtime-manifest\.json$/,
];

function inArchive(archive: string): readonly string[] {
  return listPackage(archive, { isPack: false })
    .map(path => path.slice(1))
    .filter(path => !('files' in Object(statOf(archive, path))));
}

function statOf(archive: string, path: string): unknown {
  try {
    return { size: extractFile(archive, path).length };
  } catch {
    return { files: true };
  }
}

describe('what is shipped', () => {
  test('[packaged-linux] [file-set] the package for Linux holds the files of the checked-in list and no other', async () => {
    await expect(shipped(apps.linux)).toMatchFileSnapshot('golden/linux-x64.txt');
  });

  test('[packaged-win-config] [file-set] electron-builder accepts the configuration for Windows and packs the files of the list', async () => {
    await expect(shipped(apps.win)).toMatchFileSnapshot('golden/win-arm64.txt');
  });

  test('[packaged-mac-config] [file-set] electron-builder accepts the configuration for macOS and packs the files of the list', async () => {
    await expect(shipped(apps.mac)).toMatchFileSnapshot('golden/mac-arm64.txt');
  });

  test('[file-set] inside the archive is the app and nothing else', () => {
    const files = inArchive(join(resources, 'app.asar'));
    expect(files).toContain('dist/main.js');
    expect(files.filter(file => !IN_ARCHIVE.some(allowed => allowed.test(file)))).toEqual([]);
    const manifest = JSON.parse(extractFile(join(resources, 'app.asar'), 'package.json').toString()) as object;
    expect(manifest).toMatchObject({ main: 'dist/main.js', version, type: 'module' });
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
  });

  test('[file-set] no test, source, map or path of the machine that built it is in a package', () => {
    const all = Object.values(apps).flatMap(app => filesIn(app).map(path => join(app, path)));
    expect(all.filter(path => /\.(ts|tsx|map|test\.\w+|spec\.\w+)$|fixture|golden/.test(path))).toEqual([]);
    const told = all.filter(path => !/\/node(\.exe)?$/.test(path) && readFileSync(path).includes(root));
    expect(told).toEqual([]);
  });

  test('[locales] only the languages that the window speaks are left', () => {
    for (const app of [apps.linux, apps.win])
      expect(filesIn(join(app, 'locales'))).toEqual(['de.pak', 'en-GB.pak', 'en-US.pak']);
    const lproj = filesIn(apps.mac).flatMap(path => /(\w+)\.lproj\//.exec(path)?.[1] ?? []);
    expect([...new Set(lproj)].sort()).toEqual(['de', 'en_GB', 'en_US']);
  });

  test('[outside-asar] programs, keychain library, catalogues and window lie beside the archive in a folder of the version', () => {
    const runtime = join(resources, 'runtime', version);
    const files = filesIn(runtime);
    for (const file of [
      'node',
      'gatehouse.js',
      'bridge.js',
      'server.js',
      'launcher.js',
      'audit-worker.js',
      'catalog/dpod.json',
      'window/index.html',
    ])
      expect(files).toContain(file);
    const libraries = (app: string): readonly string[] => filesIn(app).filter(path => path.endsWith('.node'));
    const library = (target: string): string =>
      `runtime/${version}/node_modules/keytar/prebuilds/${target}/keytar.node`;
    expect(libraries(apps.linux)).toEqual([`resources/${library('linux-x64')}`]);
    expect(libraries(apps.win)).toEqual([`resources/${library('win32-arm64')}`]);
    expect(libraries(apps.mac)).toEqual([`Contents/Resources/${library('darwin-arm64')}`]);
    expect(statSync(join(runtime, 'node')).mode & 0o777).toBe(0o755);
  });

  test('[hashes-at-start] the list inside the archive is that of the runtime, and every file of the runtime is on it', async () => {
    const runtime = join(resources, 'runtime', version);
    const inside = extractFile(join(resources, 'app.asar'), 'dist/runtime-manifest.json').toString();
    expect(readFileSync(join(runtime, 'manifest.json'), 'utf8')).toBe(inside);
    const manifest = readManifest(join(runtime, 'manifest.json'));
    expect(manifest).toMatchObject({ version, node, target: 'linux-x64' });
    expect(['manifest.json', ...Object.keys(manifest.files)].sort()).toEqual(filesIn(runtime));
    expect(await checkRuntime(runtime, manifest)).toEqual({ read: Object.keys(manifest.files).length });
  });

  test('[licences] every package in a bundle is named with its licence, and nothing whose licence asks for more is shipped', () => {
    const text = readFileSync(join(resources, 'LICENSES.txt'), 'utf8');
    const { packages } = JSON.parse(readFileSync(join(root, 'dist', 'bundled.json'), 'utf8')) as Bundled;
    expect(packages.length).toBeGreaterThan(50);
    const manifests = [...packages, 'node_modules/keytar', 'node_modules/electron'].map(
      path =>
        JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
          name: string;
          version: string;
          license: string;
        },
    );
    for (const { name, version: its, license } of manifests) {
      expect(text).toContain(`\n${name} ${its} (${license})\n`);
      const unknown = license.split(' AND ').filter(part => !FREE.includes(part));
      expect(unknown, name).toEqual([]);
    }
    expect(text).toContain('the licence of Node');
    expect(existsSync(join(apps.linux, 'LICENSES.chromium.html'))).toBe(true);
  });

  test('[sbom] the bill of materials names what is in the bundles, Electron and Node, and is the same for the same input', () => {
    const text = readFileSync(join(resources, 'sbom.cdx.json'), 'utf8');
    const bom = JSON.parse(text) as {
      bomFormat: string;
      specVersion: string;
      serialNumber: string;
      components: readonly { readonly purl: string; readonly 'bom-ref': string }[];
      dependencies: readonly { readonly dependsOn: readonly string[] }[];
    };
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const purls = bom.components.map(({ purl }) => purl);
    expect(purls).toContain(`pkg:generic/node@${node}`);
    for (const part of [
      'pkg:npm/electron@',
      'pkg:npm/%40github/keytar@',
      'pkg:npm/react@',
      'pkg:npm/%40modelcontextprotocol/server@',
      'pkg:npm/zod@',
    ])
      expect(
        purls.filter(purl => purl.startsWith(part)),
        part,
      ).toHaveLength(1);
    expect(purls.filter(purl => /vitest|playwright|electron-builder|typescript/.test(purl))).toEqual([]);
    expect(bom.dependencies[0]?.dependsOn).toEqual(bom.components.map(component => component['bom-ref']));
  });
});

describe('what is done to Electron', () => {
  const programs = (): readonly string[] => [
    join(apps.linux, 'gatehouse-app'),
    join(apps.win, 'Gatehouse.exe'),
    apps.mac,
  ];

  test('[fuses] the fuses are as wanted when they are read back, on all three systems', async () => {
    for (const program of programs()) {
      expect(await fusesOf(program), program).toEqual({
        RunAsNode: 'off',
        EnableCookieEncryption: 'on',
        EnableNodeOptionsEnvironmentVariable: 'off',
        EnableNodeCliInspectArguments: 'off',
        EnableEmbeddedAsarIntegrityValidation: 'on',
        OnlyLoadAppFromAsar: 'on',
        LoadBrowserProcessSpecificV8Snapshot: 'off',
        GrantFileProtocolExtraPrivileges: 'off',
        WasmTrapHandlers: 'on',
      });
      expect(await problemsOf(program)).toEqual([]);
    }
  });

  test('[fuses] a program whose fuses are not as wanted fails the check that the release makes', async () => {
    const other = join(makeElectronDist(mkdtempSync(join(folder, 'as-shipped-')), { platform: 'linux' }), 'electron');
    expect(await problemsOf(other)).toEqual([
      'RunAsNode is on',
      'EnableCookieEncryption is off',
      'EnableNodeOptionsEnvironmentVariable is on',
      'EnableNodeCliInspectArguments is on',
      'EnableEmbeddedAsarIntegrityValidation is off',
      'OnlyLoadAppFromAsar is off',
      'GrantFileProtocolExtraPrivileges is on',
    ]);
  });

  test('[fuses] the hash of the archive that Electron checks is in the program, where the system has it', () => {
    const plist = readFileSync(join(apps.mac, 'Contents', 'Info.plist'), 'utf8');
    expect(plist).toMatch(
      /<key>ElectronAsarIntegrity<\/key>\s*<dict>\s*<key>Resources\/app\.asar<\/key>[\s\S]*?[0-9a-f]{64}/,
    );
    const program = readFileSync(join(apps.win, 'Gatehouse.exe')).toString('latin1');
    expect(program).toMatch(/\[\{"file":"resources\\\\app\.asar","alg":"SHA256","value":"[0-9a-f]{64}"\}\]/);
  });

  test('[hardened-runtime] macOS knows the links and files that the app opens, and no exception from transport security but loopback', () => {
    const plist = readFileSync(join(apps.mac, 'Contents', 'Info.plist'), 'utf8');
    expect(plist).toMatch(/CFBundleURLSchemes<\/key>\s*<array>\s*<string>gatehouse</);
    expect(plist).toMatch(/CFBundleTypeExtensions<\/key>\s*<array>\s*<string>gatehouse</);
    expect(plist).toMatch(/CFBundleIdentifier<\/key>\s*<string>io\.gatehouse\.app</);
  });
});

describe('signing', () => {
  test('[runtime-signed] [windows-signing] on Windows app, Node and keychain library are signed once each, before their hashes are taken', async () => {
    const runtime = join(apps.win, 'resources', 'runtime', version);
    const signed = ['Gatehouse.exe', `resources/runtime/${version}/node.exe`];
    signed.push(`resources/runtime/${version}/node_modules/keytar/prebuilds/win32-arm64/keytar.node`);
    for (const file of signed) {
      const text = readFileSync(join(apps.win, file)).toString('latin1');
      expect(text.split(SIGNATURE), file).toHaveLength(2);
    }
    const manifest = readManifest(join(runtime, 'manifest.json'));
    expect(await checkRuntime(runtime, manifest)).toEqual({ read: Object.keys(manifest.files).length });
  });
});

test('what a release checks after packing is right for all three systems, and wrong for a package that somebody touched', async () => {
  for (const app of [apps.linux, apps.win, apps.mac]) expect(await checkPackage(app)).toContain('fuses as wanted');
  const touched = join(folder, 'touched');
  cpSync(apps.win, touched, { recursive: true });
  const bridge = join(touched, 'resources', 'runtime', version, 'bridge.js');
  appendFileSync(bridge, '\n');
  await expect(checkPackage(touched)).rejects.toMatchObject({ code: 'GH_RUNTIME_DAMAGED' });
});

describe('the packaged programs at work', { timeout: 60_000 }, () => {
  const runtime = () => runtimeAt(join(resources, 'runtime', version), version);

  test('[packaged-runtime] the `gatehouse` of the package runs on the packaged Node, also through links', () => {
    const [link, second] = [join(folder, 'gatehouse'), join(folder, 'relative')];
    symlinkSync(join(resources, 'bin', 'gatehouse'), link);
    symlinkSync('gatehouse', second);
    for (const command of [join(resources, 'bin', 'gatehouse'), link, second]) {
      const run = (...args: readonly string[]): string =>
        execFileSync(command, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: folder } });
      expect(run('--version').trim()).toBe(version);
      expect(JSON.parse(run('catalog', 'dpod', '--json'))).toMatchObject({ backend: 'dpod' });
    }
  });

  test('[packaged-runtime] a host of the package places its programs, and bridge and server run from that place', async () => {
    await using here = installation(() => ({}), runtime());
    const sandbox = spawn(runtime().node, [runtime().cli, 'sandbox', 'dpod', '--json', '--until-stdin-ends'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { HOME: here.folder },
    });
    try {
      const { credentials } = JSON.parse(await firstLine(sandbox)) as {
        readonly credentials: readonly { readonly settings: Record<string, unknown>; readonly secrets: object }[];
      };
      const [given] = credentials;
      const settings = Object.entries(given?.settings ?? {}).flatMap(([key, value]) => [
        '--set',
        `${key}=${String(value)}`,
      ]);
      const added = await here.run(
        ['connections', 'add', 'dpod', '--name', 'acme', ...settings, '--secrets-stdin'],
        JSON.stringify(given?.secrets),
      );
      expect(added.json, added.stderr).toMatchObject({ id: 'dpod/acme' });

      const placed = join(here.home, 'runtime');
      expect(readlinkSync(join(placed, 'current'))).toBe(version);
      expect(digest(join(placed, version, 'node'))).toBe(digest(ourNode));
      expect((await here.run(['connections', 'test', 'dpod/acme'])).json).toMatchObject({ ok: true });

      const bridge = spawn(
        join(placed, 'current', 'node'),
        [join(placed, 'current', 'bridge.js'), 'dpod/acme', '--client', 'terminal', '--home', here.home],
        { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] },
      );
      const say = (message: object): boolean =>
        bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      const answers = createInterface({ input: bridge.stdout })[Symbol.asyncIterator]();
      const answerTo = async (id: number): Promise<Record<string, unknown>> => {
        for (;;) {
          const { value } = await answers.next();
          const message = JSON.parse(String(value)) as Record<string, unknown>;
          if (message.id === id) return message;
        }
      };
      say({
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      });
      expect(await answerTo(1)).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
      say({ method: 'notifications/initialized' });
      say({ id: 2, method: 'tools/call', params: { name: 'manage_services', arguments: { action: 'list_services' } } });
      const { result } = await answerTo(2);
      expect(result).not.toMatchObject({ isError: true });
      expect(JSON.stringify(result)).toContain('service');
      const servers = processesOf(join(placed, version, 'server.js'));
      expect(servers).toHaveLength(1);
      expect(readlinkSync(`/proc/${servers[0]}/exe`)).toBe(join(realpathSync(placed), version, 'node'));
      bridge.stdin.end();
      await new Promise(resolve => bridge.once('exit', resolve));
    } finally {
      sandbox.stdin?.end();
      sandbox.kill();
    }
  });

  test('[entries-healed] an entry of an older installation gets the lasting path when a packaged host starts, and stays over an update', async () => {
    const config = (here: { readonly folder: string }): string => join(here.folder, '.cursor', 'mcp.json');
    const echo = [
      '--set',
      `command=${ourNode}`,
      '--set',
      `args=["${join(root, 'app', 'testing', 'raw-server.fixture.mjs')}","legacy"]`,
    ];
    await using checkout = installation();
    mkdirSync(join(checkout.folder, '.cursor'));
    await checkout.run(['connections', 'add', 'custom', '--name', 'echo', ...echo]);
    const registered = await checkout.run(['clients', 'register', 'cursor', '--connection', 'custom/echo']);
    expect(registered.status, registered.stderr).toBe(0);
    await checkout.run(['stop']);
    const entry = (): { command: string; args: readonly string[] } =>
      Object.values(
        (
          JSON.parse(readFileSync(config(checkout), 'utf8')) as {
            mcpServers: Record<string, { command: string; args: string[] }>;
          }
        ).mcpServers,
      )[0] ?? { command: '', args: [] };
    expect(entry().command).not.toContain(checkout.home);

    const env = {
      PATH: process.env.PATH ?? '',
      HOME: checkout.folder,
      GATEHOUSE_HOME: checkout.home,
      GATEHOUSE_VAULT: 'memory',
    };
    const gatehouse = (...args: readonly string[]): string =>
      execFileSync(join(resources, 'bin', 'gatehouse'), [...args, '--json'], { env, encoding: 'utf8' });
    gatehouse('vault', 'status');
    const healed = entry();
    expect(healed.command).toBe(join(checkout.home, 'runtime', 'current', 'node'));
    expect(healed.args[0]).toBe(join(checkout.home, 'runtime', 'current', 'bridge.js'));
    gatehouse('stop');
  });
});

test('[no-updater] a package that is not signed is not told where updates come from; an AppImage, which is never signed, is', () => {
  expect(parse(readFileSync(join(resources, 'app-update.yml'), 'utf8'))).toMatchObject({
    provider: 'github',
    owner: 'someone',
    repo: 'gatehouse',
  });
  for (const app of [apps.win, apps.mac])
    expect(filesIn(app).filter(path => path.endsWith('app-update.yml'))).toEqual([]);
});

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no output'));
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', code => reject(new Error(`ended with ${code}`)));
  });
}
