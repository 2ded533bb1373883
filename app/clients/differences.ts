import { formatPatch, structuredPatch } from 'diff';

const CONTEXT = 3;

/** A unified diff of two texts; empty when they are equal. `null`: no file. */
export function unifiedDiff(file: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const old = linesOf(before ?? '');
  const now = linesOf(after ?? '');
  // A file of some megabytes with one entry more: only what lies between the first and the last difference is compared.
  const head = Math.max(0, sameFrom(old, now) - CONTEXT);
  const tail = Math.max(0, Math.min(sameTo(old, now), Math.min(old.length, now.length) - head) - CONTEXT);
  const middle = (lines: readonly string[]): string => lines.slice(head, lines.length - tail).join('');
  const patch = structuredPatch(
    before === null ? '/dev/null' : file,
    after === null ? '/dev/null' : file,
    middle(old),
    middle(now),
    undefined,
    undefined,
    { context: CONTEXT },
  );
  const hunks = patch.hunks.map(hunk => ({
    ...hunk,
    oldStart: hunk.oldStart + head,
    newStart: hunk.newStart + head,
  }));
  return formatPatch({ ...patch, hunks }).replace(/^(?:Index: .*\n)?=+\n/, '');
}

/** Each with its line end. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How many lines are equal from the beginning. */
function sameFrom(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** How many lines are equal before the end. */
function sameTo(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[a.length - 1 - at] === b[b.length - 1 - at]) at++;
  return at;
}
