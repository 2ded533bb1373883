import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of the six systems that a release is made for. */
export interface PackTarget {
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly arch: 'x64' | 'arm64';
}

export const TARGETS: readonly PackTarget[] = (['darwin', 'win32', 'linux'] as const).flatMap(platform =>
  (['x64', 'arm64'] as const).map(arch => ({ platform, arch })),
);

export const targetName = ({ platform, arch }: PackTarget): string => `${platform}-${arch}`;

/** Throws for a system that is none of the six. */
export function targetOf(platform: string, arch: string): PackTarget {
  const found = TARGETS.find(target => target.platform === platform && target.arch === arch);
  if (found === undefined)
    throw new Error(`There is no target ${platform}-${arch}; there are ${TARGETS.map(targetName).join(', ')}.`);
  return found;
}

export interface Project {
  readonly version: string;
  /** The pinned Node, the same for development and release. */
  readonly node: string;
}

export function projectAt(root: string): Project {
  const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const node = devDependencies.node;
  if (node === undefined || !/^\d+\.\d+\.\d+$/.test(node))
    throw new Error('package.json pins no exact version of Node.');
  return { version, node };
}
