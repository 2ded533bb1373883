import { readFileSync } from 'node:fs';
import type { ShippedPackage } from './packages.ts';

const RULE = '-'.repeat(100);

/** The text that is shipped as `LICENSES.txt`: every package in the bundles and the Node that runs them. `nodeLicence`: its file. */
export function licencesOf(packages: readonly ShippedPackage[], nodeLicence: string): string {
  const parts = packages.map(({ name, version, licence, texts }) =>
    [`${name} ${version} (${licence})`, ...texts].join('\n\n'),
  );
  return [
    'Gatehouse contains the software below. Electron brings the licences of Chromium in LICENSES.chromium.html.',
    ...parts,
    `Node.js\n\n${readFileSync(nodeLicence, 'utf8').trim()}`,
    '',
  ].join(`\n${RULE}\n`);
}
