/** Whether the files of a packaged runtime are those that were packaged. Plain Node: host, desktop app and build use it. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { GatehouseError } from './contract/index.ts';

const MANIFEST = z.object({
  version: z.string(),
  node: z.string(),
  target: z.string(),
  files: z.record(z.string(), z.object({ sha256: z.string(), size: z.number() })),
});

/** `manifest.json` of a runtime: every other file of it, by its path with `/`; `size` in bytes. */
export type RuntimeManifest = Readonly<z.infer<typeof MANIFEST>>;

/** Throws `GH_RUNTIME_DAMAGED` when the list itself cannot be read. */
export function readManifest(file: string): RuntimeManifest {
  try {
    return MANIFEST.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new GatehouseError('GH_RUNTIME_DAMAGED', `${file} cannot be read.`, { cause });
  }
}

export interface CheckOptions {
  /**
   * Remembers how each file looked (size, times, inode) when it was last read in full. A file that looks the same is not read again: 130 MB take
   * a quarter of a second, and every start pays it. Without a memory everything is read.
   */
  readonly memory?: string;
  /** The folder that errors name, where `folder` is a copy that nobody knows. */
  readonly named?: string;
}

/**
 * Reads every file and compares its hash. Throws `GH_RUNTIME_DAMAGED`, which names the first file that is missing or differs. It finds what disk,
 * copy or cleaning tools have done; against a hostile program of the same user only the signature of the app helps.
 */
export async function checkRuntime(
  folder: string,
  manifest: RuntimeManifest,
  options: CheckOptions = {},
): Promise<{ readonly read: number }> {
  const known = options.memory === undefined ? undefined : remembered(options.memory);
  const looks: Record<string, string> = {};
  let read = 0;
  for (const [path, { sha256, size }] of Object.entries(manifest.files)) {
    const file = join(folder, path);
    const name = join(options.named ?? folder, path);
    const look = lookOf(file);
    if (look === undefined) throw damaged(`${name} is missing.`);
    if (look.size !== size) throw damaged(`${name} has ${look.size} bytes instead of ${size}.`);
    looks[path] = `${sha256} ${look.text}`;
    if (known?.[path] === looks[path]) continue;
    read++;
    if ((await hashOf(file)) !== sha256) throw damaged(`${name} was changed.`);
  }
  if (options.memory !== undefined && read > 0) writeFileSync(options.memory, JSON.stringify(looks), { mode: 0o600 });
  return { read };
}

function damaged(message: string): GatehouseError {
  return new GatehouseError('GH_RUNTIME_DAMAGED', message);
}

function lookOf(file: string): { readonly size: number; readonly text: string } | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return undefined;
  return { size: Number(stat.size), text: `${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}` };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A memory that cannot be read is none: then everything is read again. */
function remembered(file: string): Readonly<Record<string, string>> | undefined {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
