import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const MANIFEST = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
});

/** One package whose code is shipped. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** As the package states it: mostly an SPDX expression. */
  readonly licence: string;
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/** Not in any bundle, but in the package: the keychain's library and what Electron itself is. */
const SHIPPED_AS_FILES = ['node_modules/keytar', 'node_modules/electron'];

/** `bundled`: folders relative to `root`. Sorted by name. Throws for a package that says nothing of its licence. */
export function shippedPackages(root: string, bundled: readonly string[]): readonly ShippedPackage[] {
  return [...bundled, ...SHIPPED_AS_FILES]
    .map(folder => packageAt(join(root, folder)))
    .sort((a, b) => (a.name === b.name ? a.version.localeCompare(b.version) : a.name < b.name ? -1 : 1));
}

function packageAt(folder: string): ShippedPackage {
  const { name, version, license } = MANIFEST.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const texts = readdirSync(folder)
    .filter(file => /^(licen[cs]e|copying|notice)/i.test(file) && existsSync(join(folder, file)))
    .sort()
    .map(file => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  const licence = typeof license === 'object' ? license.type : license;
  if (licence === undefined && texts.length === 0) throw new Error(`${name}@${version} says nothing of its licence.`);
  return { name, version, licence: licence ?? 'see its text', texts };
}
