/** Signs the programs of the runtime with what the app is signed with, before their hashes are taken. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MacPackager, type PlatformPackager, WinPackager } from 'app-builder-lib';
import { findIdentity } from 'app-builder-lib/out/codeSign/macCodeSign.js';

const run = promisify(execFile);
const entitlements = join(import.meta.dirname, '..', 'resources', 'entitlements.node.plist');

export type Sign = (file: string) => Promise<void>;

type AnyPackager = PlatformPackager<
  MacPackager['platformSpecificBuildOptions'] | WinPackager['platformSpecificBuildOptions']
>;

/** `undefined` where nothing is signed: on Linux, and where no identity is at hand. With `forceCodeSigning` that is an error. */
export async function signerOf(packager: AnyPackager): Promise<Sign | undefined> {
  if (packager instanceof WinPackager) {
    return async file => {
      const signed = await packager.signIf(file);
      if (!signed && packager.forceCodeSigning) throw new Error(`${file} was not signed.`);
    };
  }
  if (!(packager instanceof MacPackager) || process.platform !== 'darwin') return undefined;
  const { keychainFile } = await packager.codeSigningInfo.value;
  const identity = await findIdentity('Developer ID Application', process.env.CSC_NAME, keychainFile);
  if (identity === null) {
    if (packager.forceCodeSigning) throw new Error('There is no Developer ID Application to sign the runtime with.');
    return undefined;
  }
  const keychain = keychainFile == null ? [] : ['--keychain', keychainFile];
  return async file => {
    await run('codesign', codesignArguments(identity.hash ?? identity.name, keychain, file));
  };
}

/** With the hardened runtime and a time stamp: notarization wants both. */
export function codesignArguments(identity: string, keychain: readonly string[], file: string): readonly string[] {
  return [
    '--sign',
    identity,
    '--force',
    '--timestamp',
    '--options',
    'runtime',
    '--entitlements',
    entitlements,
    ...keychain,
    file,
  ];
}
