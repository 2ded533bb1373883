import type { Node } from 'jsonc-parser';

/** How a JSON file is laid out, read off the file itself, so that what we add looks like its neighbours. */
export interface JsonStyle {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  /** Everything stands on one line. */
  readonly oneLine: boolean;
  /** A blank after `:` and `,` in what stands on one line. */
  readonly spaced: boolean;
}

export function styleOf(text: string, root: Node | undefined): JsonStyle {
  const first = root?.children?.[0];
  const indent = first === undefined ? '' : indentIfFirstOnLine(text, first.offset);
  const colon = first?.colonOffset;
  return {
    eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
    unit: indent || '  ',
    oneLine: first !== undefined && !/[\r\n]/.test(text.slice(root?.offset, (root?.offset ?? 0) + (root?.length ?? 0))),
    spaced: colon === undefined || /\s/.test(text.charAt(colon + 1)),
  };
}

/** The blanks before `offset` when nothing else stands before it on its line, else ''. */
export function indentIfFirstOnLine(text: string, offset: number): string {
  const before = text.slice(lineStart(text, offset), offset);
  return /^[ \t]*$/.test(before) ? before : '';
}

/** The blanks that the line of `offset` begins with. */
export function indentOfLine(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? '';
}

export function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** Over several lines; `indent` is that of the line on which the value begins. */
export function printBlock(value: unknown, style: JsonStyle, indent: string): string {
  return JSON.stringify(value, null, style.unit).replaceAll('\n', style.eol + indent);
}

/** On one line. */
export function printInline(value: unknown, spaced: boolean): string {
  const blank = spaced ? ' ' : '';
  if (Array.isArray(value)) return `[${value.map(item => printInline(item, spaced)).join(`,${blank}`)}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${blank}${printInline(item, spaced)}`,
  );
  return pairs.length === 0 ? '{}' : `{${blank}${pairs.join(`,${blank}`)}${blank}}`;
}
