/**
 * The two commands of a bare machine: `npm start` and `npm test` (and `npm run bench`). Runs on Node 20 and nothing else;
 * installs what is missing, builds what is stale, then hands over to the project's own Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
const windows = process.platform === 'win32';
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
const [task = 'start', ...args] = process.argv.slice(2);

/** The server's program, of whatever version is here. */
function postgres() {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.map(version => join(folder, version, 'bin', 'postgres')).find(existsSync) ?? join(folder, 'none');
}

/** What tests need beside npm packages, on Debian: [a file or program that shows it is there, its package]. */
const SYSTEM = [
  ['/usr/bin/chromium', 'chromium'],
  ['/usr/bin/gnome-keyring-daemon', 'gnome-keyring'],
  ['/usr/bin/dbus-run-session', 'dbus'],
  ['libsecret-1.so.0', 'libsecret-1-0'],
  ['/usr/bin/gdbus', 'libglib2.0-bin'],
  ['/usr/bin/Xvfb', 'xvfb'],
  ['/usr/bin/redis-server', 'redis-server'],
  [postgres(), '$(apt-cache show postgresql-15 >/dev/null 2>&1 && echo postgresql-15 || echo postgresql)'],
];

function run(command, parameters, options = {}) {
  const result = spawnSync(command, parameters, { cwd: root, env, stdio: 'inherit', shell: windows, ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

function must(command, parameters, options) {
  const status = run(command, parameters, options);
  if (status !== 0) {
    console.error(`\n${[command, ...parameters].join(' ')} failed with status ${status}.`);
    process.exit(status);
  }
}

function installPackages() {
  const stamp = join(root, 'node_modules', '.gatehouse-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the packages of package-lock.json …');
  // The Electron binary comes from elsewhere and may not be obtainable; nothing here downloads it.
  // Not `npm ci`: it refuses where a registry lacks optional packages of other platforms, and nothing is saved either way.
  must('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error']);
  writeFileSync(stamp, wanted);
}

function installSystemPackages() {
  if (process.platform !== 'linux') return;
  const libraries =
    spawnSync('ldconfig', ['-p'], { encoding: 'utf8', env: { ...env, PATH: `${env.PATH}:/sbin:/usr/sbin` } }).stdout ??
    '';
  const missing = SYSTEM.filter(([sign]) => (sign.startsWith('/') ? !existsSync(sign) : !libraries.includes(sign))).map(
    ([, name]) => name,
  );
  if (missing.length === 0) return;
  // Tests start their own servers: what the packages bring along must not run beside them.
  const policy = '/usr/sbin/policy-rc.d';
  const quiet = existsSync(policy)
    ? 'true'
    : `printf "#!/bin/sh\\nexit 101\\n" >${policy} && chmod 755 ${policy} && trap "rm ${policy}" EXIT`;
  const command = `apt-get update && ${quiet} && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `The tests need system packages that are not here. Run this, then again:\n\n  sudo sh -c '${command}'\n`,
    );
    process.exit(1);
  }
  console.log(`Installing system packages for the tests: ${missing.join(' ')} …`);
  must('sh', ['-c', `${command} >/tmp/gatehouse-apt.log 2>&1 || (tail -20 /tmp/gatehouse-apt.log; exit 1)`], {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return time;
}

function build() {
  const stamp = join(root, 'dist', '.built');
  const sources = ['app', 'mcp', 'renderer', 'build'].map(name => newest(join(root, name)));
  const files = ['package.json', 'package-lock.json', 'tsconfig.json'].map(name => statSync(join(root, name)).mtimeMs);
  if (existsSync(stamp) && statSync(stamp).mtimeMs > Math.max(...sources, ...files)) return;
  console.log('Building …');
  must('node', ['build/build.mjs']);
  writeFileSync(stamp, '');
}

/** Where Electron's binary is, if it is anywhere: installing the packages does not download it. */
function electronBinary() {
  const name =
    process.platform === 'win32'
      ? 'electron.exe'
      : process.platform === 'darwin'
        ? 'Electron.app/Contents/MacOS/Electron'
        : 'electron';
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist');
  const file = join(folder, name);
  return existsSync(file) && existsSync(join(root, 'dist', 'main.js')) ? file : undefined;
}

async function start() {
  installPackages();
  build();
  const electron = electronBinary();
  if (electron === undefined)
    console.log('No Electron binary can be had on this machine, so the window opens in the browser instead.');
  const [command, parameters] =
    electron === undefined
      ? ['node', ['--max-semi-space-size=4', '--no-parallel-scavenge', 'dist/gatehouse.js', 'serve', ...args]]
      : [electron, [join(root, 'dist', 'main.js'), ...args]];
  const child = spawn(command, parameters, { cwd: root, env, stdio: 'inherit', shell: windows });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', code => process.exit(code ?? 0));
}

/** Runs every check and counts: a check that fails is one failure, tests count one each. */
function test() {
  installPackages();
  installSystemPackages();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  let passed = 0;
  let failed = 0;
  const count = (name, status) => {
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    if (status === 0) passed += 1;
    else failed += 1;
    return status === 0;
  };
  count('types', run('tsc', ['--noEmit']));
  count('lint, format and import boundaries', run('biome', ['check', '--error-on-warnings', '.']));
  count('dead code', run('knip', []));
  count('generated pages', run('node', ['build/docs.mjs', '--check']));
  if (count('build', run('node', ['build/build.mjs']))) {
    writeFileSync(join(root, 'dist', '.built'), '');
    const unit = join(folder, 'unit.json');
    run('vitest', ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unit}`, ...args]);
    const units = existsSync(unit) ? JSON.parse(readFileSync(unit, 'utf8')) : undefined;
    passed += units?.numPassedTests ?? 0;
    failed += units === undefined ? 1 : units.numFailedTests + (units.success || units.numFailedTests > 0 ? 0 : 1);
    if (args.length === 0 && existsSync(join(root, 'playwright.config.ts'))) {
      const pages = join(folder, 'e2e.json');
      run('playwright', ['test'], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: pages } });
      const stats = existsSync(pages) ? JSON.parse(readFileSync(pages, 'utf8')).stats : undefined;
      passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
      failed += stats === undefined ? 1 : stats.unexpected;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

function bench() {
  installPackages();
  build();
  process.exit(run('node', ['build/bench/bench.ts', ...args]));
}

const tasks = { start, test, bench };
if (tasks[task] === undefined) {
  console.error(`usage: node build/bootstrap.mjs ${Object.keys(tasks).join('|')}`);
  process.exit(2);
}
await tasks[task]();
