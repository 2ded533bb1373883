/** Writes `SHA256SUMS` over the files of a folder, in the format of `sha256sum`: `node build/checksums.ts <folder>`. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'SHA256SUMS';

export async function writeChecksums(folder: string): Promise<string> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== NAME)
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) throw new Error(`${folder} holds no file.`);
  const lines: string[] = [];
  for (const name of names) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  const file = join(folder, NAME);
  writeFileSync(file, lines.join(''));
  return file;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Name the folder.');
  process.stdout.write(`${await writeChecksums(folder)}\n`);
}
