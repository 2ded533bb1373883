import { createTwoFilesPatch } from 'diff';

/** A unified diff of two texts; empty when they are equal. `null`: no file. */
export function unifiedDiff(file: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(
    before === null ? '/dev/null' : file,
    after === null ? '/dev/null' : file,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3, timeout: 2_000 },
  );
  return patch === undefined ? `${file}: too different to be shown` : patch.replace(/^=+\n/, '');
}
