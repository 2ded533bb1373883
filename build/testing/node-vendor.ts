/** A vendor of Node on a loopback address: archives laid out as the real ones, and their sums. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { create } from 'tar';
import { archiveName } from '../pack/node-archives.ts';
import type { PackTarget } from '../pack/target.ts';

export interface NodeVendor {
  readonly url: string;
  readonly sums: Readonly<Record<string, string>>;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** `binary`: what every archive holds as its Node. */
export async function startNodeVendor(
  folder: string,
  version: string,
  targets: readonly { readonly target: PackTarget; readonly binary: string }[],
): Promise<NodeVendor> {
  const sums: Record<string, string> = {};
  for (const { target, binary } of targets) {
    const name = archiveName(version, target);
    await (target.platform === 'win32' ? zipped : packed)(folder, name, binary);
    sums[name] = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  }
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const name = path.replace(`/v${version}/`, '');
    if (name === 'SHASUMS256.txt')
      return void response.end(
        Object.entries(sums)
          .map(([file, sum]) => `${sum}  ${file}\n`)
          .join(''),
      );
    if (sums[name] === undefined) return void response.writeHead(404).end();
    response.end(readFileSync(join(folder, name)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sums,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function packed(folder: string, name: string, binary: string): Promise<void> {
  const inside = name.replace('.tar.gz', '');
  mkdirSync(join(folder, inside, 'bin'), { recursive: true });
  mkdirSync(join(folder, inside, 'include'), { recursive: true });
  cpSync(binary, join(folder, inside, 'bin', 'node'), { dereference: true });
  writeFileSync(join(folder, inside, 'LICENSE'), 'the licence of Node');
  writeFileSync(join(folder, inside, 'include', 'node.h'), '');
  await create({ file: join(folder, name), cwd: folder, gzip: { level: 1 } }, [inside]);
}

async function zipped(folder: string, name: string, binary: string): Promise<void> {
  const inside = name.replace('.zip', '');
  const files: Zippable = {
    [`${inside}/node.exe`]: readFileSync(binary),
    [`${inside}/LICENSE`]: Buffer.from('the licence of Node'),
    [`${inside}/npm.cmd`]: Buffer.from(''),
  };
  writeFileSync(join(folder, name), zipSync(files, { level: 0 }));
}
