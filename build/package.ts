/**
 * Packages the app: `node build/package.ts --linux|--mac|--win [--x64] [--arm64] [--dir]`. Takes `electron-builder.yml` and adds what
 * does not belong in a file of the tree: who signs, and scripts of Linux packages that continue electron-builder's own.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { GithubOptions } from 'builder-util-runtime';
import { build, type CliOptions, type Configuration, type WindowsConfiguration } from 'electron-builder';

const root = join(import.meta.dirname, '..');

type Environment = Readonly<Record<string, string | undefined>>;
type System = 'mac' | 'win' | 'linux';

/**
 * What is added to `electron-builder.yml`, which electron-builder reads by itself. Throws when the environment asks for a signed release
 * (`GATEHOUSE_SIGNED=1`) and does not hold what signing needs.
 */
export function additionsOf(env: Environment, system: System): Configuration {
  if (system === 'linux') return { ...linuxScripts(), publish: feedOf(env) };
  const signed = env.GATEHOUSE_SIGNED === '1';
  // Without a signature there is nothing to compare an update's with: such a package is not told where updates come from.
  const common = signed ? { forceCodeSigning: true, publish: feedOf(env) } : { publish: null };
  if (system === 'win') return { ...common, win: windowsSigning(env, signed) };
  if (signed)
    for (const name of ['CSC_LINK', 'APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'])
      needed(env, name, 'macOS');
  return { ...common, mac: { notarize: signed } };
}

/** Updates come from the releases of the repository that a package was built for; what a person builds at home gets none. */
function feedOf(env: Environment): GithubOptions | null {
  const [owner, repo] = told(env, 'GITHUB_REPOSITORY')?.split('/') ?? [];
  return owner === undefined || repo === undefined ? null : { provider: 'github', owner, repo, releaseType: 'draft' };
}

/** Azure Trusted Signing where its account is named, else a certificate file, which electron-builder takes from WIN_CSC_LINK. */
function windowsSigning(env: Environment, signed: boolean): WindowsConfiguration {
  const endpoint = told(env, 'AZURE_SIGN_ENDPOINT');
  if (endpoint !== undefined) {
    return {
      azureSignOptions: {
        endpoint,
        codeSigningAccountName: needed(env, 'AZURE_SIGN_ACCOUNT', 'Azure Trusted Signing'),
        certificateProfileName: needed(env, 'AZURE_SIGN_PROFILE', 'Azure Trusted Signing'),
        publisherName: needed(env, 'AZURE_SIGN_PUBLISHER', 'Azure Trusted Signing'),
      },
    };
  }
  if (signed) needed(env, 'WIN_CSC_LINK', 'Windows');
  // Unless told, the publisher that updates are checked against is the certificate's own.
  const publisherName = told(env, 'WIN_PUBLISHER');
  return {
    signtoolOptions: { signingHashAlgorithms: ['sha256'], ...(publisherName === undefined ? {} : { publisherName }) },
  };
}

/** A workflow gives an empty text for what it does not have. */
function told(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function needed(env: Environment, name: string, what: string): string {
  const value = told(env, name);
  if (value === undefined) throw new Error(`To sign for ${what}, ${name} is needed: see docs/releasing.md.`);
  return value;
}

/** electron-builder's scripts, and after them the `gatehouse` command as a link to the package's. A script of our own would replace its. */
function linuxScripts(): Configuration {
  const templates = join(
    dirname(createRequire(import.meta.url).resolve('app-builder-lib/package.json')),
    'templates',
    'linux',
  );
  const folder = join(root, '.cache', 'pack', 'linux-scripts');
  mkdirSync(folder, { recursive: true });
  const script = (name: string): string => {
    const file = join(folder, name);
    const ours = readFileSync(join(root, 'build', 'resources', name), 'utf8');
    writeFileSync(file, `${readFileSync(join(templates, name), 'utf8').trimEnd()}\n\n${ours}`);
    return file;
  };
  const scripts = { afterInstall: script('after-install.tpl'), afterRemove: script('after-remove.tpl') };
  return { deb: scripts, rpm: scripts };
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const system = (['mac', 'win', 'linux'] as const).find(name => args.includes(`--${name}`));
  if (system === undefined) throw new Error('Say for which system: --mac, --win or --linux.');
  const options: CliOptions = {
    [system]: [],
    config: additionsOf(process.env, system),
    projectDir: root,
    dir: args.includes('--dir'),
    x64: args.includes('--x64'),
    arm64: args.includes('--arm64'),
    // The release workflow publishes, when all systems are there and have been checked.
    publish: 'never',
  };
  for (const file of await build(options)) process.stdout.write(`${file}\n`);
}
