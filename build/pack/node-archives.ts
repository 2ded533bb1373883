/** The official Node archives: fetched from their vendor, used only when their SHA-256 is the one that stands in the tree. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { extract } from 'tar';
import * as z from 'zod';
import { type PackTarget, TARGETS } from './target.ts';

export const VENDOR = 'https://nodejs.org/dist';

const SUMS = z.object({ node: z.string(), sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)) });

/** `node`: the version they are for. `sha256`: by the name of the archive. */
export type NodeSums = Readonly<z.infer<typeof SUMS>>;

export const HOW_TO_RECORD =
  'run `node build/runtime.ts --record` on a machine with network, compare the result with the signed SHASUMS256.txt.asc and commit it';

export function readSums(file: string): NodeSums {
  return SUMS.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function archiveName(version: string, { platform, arch }: PackTarget): string {
  return platform === 'win32' ? `node-v${version}-win-${arch}.zip` : `node-v${version}-${platform}-${arch}.tar.gz`;
}

export interface NodeArchives {
  readonly version: string;
  readonly sums: NodeSums;
  /** Holds fetched archives; what lies there is checked like what was just fetched. */
  readonly cache: string;
  readonly vendor?: string;
}

export interface UnpackedNode {
  readonly binary: string;
  readonly licence: string;
}

/**
 * The Node binary and licence of a target, unpacked into `folder`. Refuses to go on without a sum in the tree, and throws away an archive that does not
 * match its sum.
 */
export async function unpackNode(archives: NodeArchives, target: PackTarget, folder: string): Promise<UnpackedNode> {
  const name = archiveName(archives.version, target);
  const sum = archives.sums.node === archives.version ? archives.sums.sha256[name] : undefined;
  if (sum === undefined) throw new Error(`The sum of ${name} is missing: ${HOW_TO_RECORD}.`);
  mkdirSync(archives.cache, { recursive: true });
  const file = join(archives.cache, name);
  if (!existsSync(file)) {
    const bytes = await fetched(`${archives.vendor ?? VENDOR}/v${archives.version}/${name}`);
    writeFileSync(`${file}.part`, bytes);
    renameSync(`${file}.part`, file);
  }
  const found = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (found !== sum) {
    rmSync(file);
    throw new Error(
      `${name} has the SHA-256 ${found}, but ${sum} stands in the tree. It was thrown away; nothing was built.`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const wanted = target.platform === 'win32' ? ['node.exe', 'LICENSE'] : ['bin/node', 'LICENSE'];
  if (name.endsWith('.zip')) unzip(file, wanted, folder);
  else await extract({ file, cwd: folder, strip: 1, filter: path => wanted.includes(inside(path)), strict: true });
  const [binary = '', licence = ''] = wanted.map(path => join(folder, path));
  for (const path of [binary, licence]) if (!existsSync(path)) throw new Error(`${name} holds no ${path}.`);
  chmodSync(binary, 0o755);
  return { binary, licence };
}

/** The vendor's list of sums for all targets, as it is now. Not trusted by itself: a person compares it with the signed one. */
export async function fetchSums(version: string, vendor = VENDOR): Promise<NodeSums> {
  const text = (await fetched(`${vendor}/v${version}/SHASUMS256.txt`)).toString('utf8');
  const listed = new Map(text.split('\n').map(line => [line.slice(66).trim(), line.slice(0, 64)]));
  const sha256 = Object.fromEntries(
    TARGETS.map(target => {
      const name = archiveName(version, target);
      const sum = listed.get(name);
      if (sum === undefined) throw new Error(`The vendor's list has no ${name}.`);
      return [name, sum];
    }),
  );
  return SUMS.parse({ node: version, sha256 });
}

async function fetched(url: string): Promise<Buffer> {
  const answer = await fetch(url, { redirect: 'error' }).catch((cause: unknown) => {
    throw new Error(`${url} cannot be fetched.`, { cause });
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  return Buffer.from(await answer.arrayBuffer());
}

const inside = (path: string): string => path.split('/').slice(1).join('/');

function unzip(file: string, wanted: readonly string[], folder: string): void {
  const found = unzipSync(readFileSync(file), { filter: ({ name }) => wanted.includes(inside(name)) });
  for (const [name, bytes] of Object.entries(found)) writeFileSync(join(folder, inside(name)), bytes);
}
