import { type ErrorCode, GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition } from './definition.ts';
import { codeOf } from './disk.ts';
import { FormatProblem } from './formats/format.ts';

/** Runs a parse or an edit; a problem of the text becomes the error of its kind, with file, line and column. */
export function readingAs<T>(definition: ClientDefinition, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FormatProblem)) throw error;
    const code = (
      {
        syntax: 'GH_CLIENT_UNPARSABLE',
        type: 'GH_CLIENT_WRONG_TYPE',
        duplicate: 'GH_CLIENT_DUPLICATE_KEY',
      } as const satisfies Record<string, ErrorCode>
    )[error.kind];
    throw new GatehouseError(
      code,
      `${definition.title}: ${file}, line ${error.line}, column ${error.column}: ${error.message}.`,
      { cause: error },
    );
  }
}

/** What the system says about a failed read, as an error of ours. */
export function unreadable(file: string, error: unknown): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const code = codeOf(error);
  if (code === 'ELOOP') return new GatehouseError('GH_CLIENT_DANGLING_LINK', `${file} is a link to itself.`);
  if (code === 'ENOTDIR') return new GatehouseError('GH_CLIENT_NOT_A_FILE', `On the way to ${file} there is a file.`);
  return new GatehouseError('GH_CLIENT_UNREADABLE', `${file} cannot be read: ${code ?? String(error)}.`, {
    cause: error,
  });
}

/** What the system says about a failed write, as an error of ours. */
export function unwritable(file: string, error: unknown): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new GatehouseError('GH_CLIENT_READ_ONLY', `${file} may not be written: ${code}.`, { cause: error });
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new GatehouseError('GH_CLIENT_NOT_A_FILE', `On the way to ${file} something is in the way: ${code}.`, {
      cause: error,
    });
  }
  return new GatehouseError('GH_CLIENT_WRITE_FAILED', `${file} could not be written: ${code ?? String(error)}.`, {
    cause: error,
  });
}
