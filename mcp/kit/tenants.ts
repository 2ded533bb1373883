import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';
import { Fault } from './fault.ts';

/** One account among several in one process: told apart by a key, of which only the hash is kept. */
export interface Tenant {
  readonly name: string;
  /** SHA-256 of the key, in hexadecimal. */
  readonly keySha256: string;
  /** The variables that a server for this account alone would have. */
  readonly variables: Readonly<Record<string, string>>;
}

const tenants = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9_-]{3,100}$/),
      keySha256: z.string().regex(/^[0-9a-f]{64}$/),
      variables: z.record(z.string(), z.string()),
    }),
  )
  .min(1);

/** The tenants of a file that nobody but its owner can read. Throws `GH_INVALID_INPUT`, without a word of what is in it. */
export function readTenants(file: string): readonly Tenant[] {
  const refused = (why: string): Fault =>
    new Fault('GH_INVALID_INPUT', `The file of tenants ${why}: ${file}.`, {
      hint: 'It is a JSON list of {"name", "keySha256", "variables"}, of mode 0600; names and keys are unique.',
    });
  let found: z.output<typeof tenants>;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) throw refused('can be read by others');
    found = tenants.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw error instanceof Fault ? error : refused('cannot be read');
  }
  for (const unique of [found.map(({ name }) => name.toLowerCase()), found.map(({ keySha256 }) => keySha256)])
    if (new Set(unique).size !== unique.length) throw refused('names a tenant or a key twice');
  return found;
}

/** Whose key it is; looks at all of them, so that the time tells nothing. */
export function tenantOf<T extends Tenant>(all: readonly T[], key: string): T | undefined {
  const given = createHash('sha256').update(key).digest();
  const [found] = all.filter(({ keySha256 }) => timingSafeEqual(Buffer.from(keySha256, 'hex'), given));
  return found;
}
