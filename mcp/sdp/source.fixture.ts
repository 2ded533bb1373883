import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sources of the client, without tests and sandbox: for what must, or must not, stand in them. */
export function clientSource(): string {
  const folders = [import.meta.dirname, join(import.meta.dirname, 'tools')];
  const files = folders.flatMap(folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.ts') && !/\.test\.|\.fixture\.|^testing/.test(name))
      .map(name => join(folder, name)),
  );
  return files.map(file => readFileSync(file, 'utf8')).join('\n');
}
