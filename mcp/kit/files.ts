import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openAsBlob,
  openSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, isAbsolute, join, resolve, sep } from 'node:path';
import { Fault } from './fault.ts';

/**
 * Saves a file that a vendor handed out, in the folder the user allowed and nowhere else: a new file, mode 0600, never over
 * another and never through a link. Returns its path. Throws `GH_FILE`.
 */
export function saveFile(folder: string, name: string, bytes: Uint8Array): string {
  const { file, descriptor } = newFile(folder, name);
  try {
    write(descriptor, bytes);
    fsyncSync(descriptor);
  } catch (error) {
    throw notSaved(folder, error);
  } finally {
    closeSync(descriptor);
  }
  return file;
}

/** The same, bit by bit, up to `maxBytes`: what is longer, or breaks off, leaves no file. Throws `GH_FILE`, `GH_TOO_LARGE`. */
export async function saveStream(
  folder: string,
  name: string,
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly file: string; readonly bytes: number }> {
  const { file, descriptor } = newFile(folder, name);
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > maxBytes)
        throw new Fault(
          'GH_TOO_LARGE',
          `The file is over ${Math.floor(maxBytes / 1_048_576)} MiB, so it was not saved.`,
        );
      write(descriptor, part);
    }
    fsyncSync(descriptor);
    return { file, bytes };
  } catch (error) {
    rmSync(file, { force: true });
    throw error instanceof Fault ? error : notSaved(folder, error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A file of the allowed folder, to be sent: read as it is sent, not before. `name` may be its path. Throws `GH_FILE` for what
 * is elsewhere (also through a link) or no file, and `GH_TOO_LARGE`.
 */
export async function fileToSend(
  folder: string,
  name: string,
  maxBytes: number,
): Promise<{ readonly name: string; readonly bytes: number; readonly content: Blob }> {
  let path: string;
  let size: number;
  try {
    const real = realpathSync(folder);
    path = realpathSync(resolve(real, name));
    const facts = lstatSync(path);
    if (!path.startsWith(real + sep) || !facts.isFile()) throw new Error('it is not a file in there');
    size = facts.size;
  } catch (error) {
    throw new Fault('GH_FILE', `${name} cannot be sent: only files in ${folder} can (${reason(error)}).`, {
      cause: error,
    });
  }
  if (size > maxBytes)
    throw new Fault('GH_TOO_LARGE', `${name} is over ${Math.floor(maxBytes / 1_048_576)} MiB, so nothing was sent.`);
  return { name: basename(path), bytes: size, content: await openAsBlob(path) };
}

function newFile(folder: string, name: string): { readonly file: string; readonly descriptor: number } {
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
      if (descriptor !== undefined) return { file, descriptor };
    }
    throw new Error('a thousand files of that name are there');
  } catch (error) {
    throw notSaved(folder, error);
  }
}

function write(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function notSaved(folder: string, error: unknown): Fault {
  return new Fault('GH_FILE', `The file could not be saved in ${folder}: ${reason(error)}.`, { cause: error });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
