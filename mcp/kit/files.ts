import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, realpathSync, writeSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { Fault } from './fault.ts';

/**
 * Saves a file that a vendor handed out, in the folder the user allowed and nowhere else: a new file, mode 0600, never over
 * another and never through a link. Returns its path. Throws `GH_FILE`.
 */
export function saveFile(folder: string, name: string, bytes: Uint8Array): string {
  if (!isAbsolute(folder)) throw new Fault('GH_FILE', `The folder for files must be an absolute path: ${folder}`);
  const { stem, ending } = safeName(name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const real = realpathSync(folder);
    if (!lstatSync(real).isDirectory()) throw new Error('it is not a folder');
    for (let n = 1; n < 1_000; n++) {
      const file = join(real, `${stem}${n === 1 ? '' : `-${n}`}${ending}`);
      if (!file.startsWith(real + sep)) throw new Error('the name leads elsewhere');
      const descriptor = create(file);
      if (descriptor === undefined) continue;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      return file;
    }
    throw new Error('a thousand files of that name are there');
  } catch (error) {
    throw new Fault(
      'GH_FILE',
      `The file could not be saved in ${folder}: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
}

function create(file: string): number | undefined {
  try {
    return openSync(
      file,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
      0o600,
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Letters, digits, `.`, `_` and `-`; no dot at either end, no reserved name of Windows, whatever its ending. */
function safeName(name: string): { readonly stem: string; readonly ending: string } {
  const clean =
    name
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .slice(-120)
      .replaceAll(/^\.+|\.+$/g, '') || 'file';
  const safe = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(clean) ? `_${clean}` : clean;
  const dot = safe.lastIndexOf('.');
  return dot > 0 ? { stem: safe.slice(0, dot), ending: safe.slice(dot) } : { stem: safe, ending: '' };
}
