/**
 * The Node binary of a release. `--record` writes the vendor's sums of the pinned version into `build/pack/node-sums.json`, for a person to
 * review; `--check` says whether a release could be built.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveName, fetchSums, HOW_TO_RECORD, readSums } from './pack/node-archives.ts';
import { projectAt, TARGETS } from './pack/target.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'build', 'pack', 'node-sums.json');
const { node } = projectAt(root);

if (process.argv.includes('--record')) {
  const sums = await fetchSums(node);
  writeFileSync(file, `${JSON.stringify(sums, null, 2)}\n`);
  process.stdout.write(
    `Written. Before you commit: fetch SHASUMS256.txt.asc of v${node}, check its signature with the keys of the Node release team (gpg --verify), and compare.\n`,
  );
} else {
  const sums = readSums(file);
  const missing = TARGETS.map(target => archiveName(node, target)).filter(
    name => sums.node !== node || sums.sha256[name] === undefined,
  );
  if (missing.length > 0) {
    process.stderr.write(`Sums missing: ${missing.join(', ')}.\nTo build a release, ${HOW_TO_RECORD}.\n`);
    process.exitCode = 1;
  } else process.stdout.write(`All sums of Node ${node} are there.\n`);
}
