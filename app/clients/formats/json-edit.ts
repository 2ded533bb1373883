import type { Node } from 'jsonc-parser';
import { indentIfFirstOnLine, indentOfLine, type JsonStyle, lineStart, printBlock, printInline } from './json-style.ts';
import { isComment, isTrivia, TOKEN, tokensFrom } from './json-tokens.ts';

/**
 * Edits of a JSON text that leave every other character where it is. Written by hand since `modify` of jsonc-parser
 * re-indents what it touches and does not give the original back when the addition is removed again.
 */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from || b.to - a.to)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
}

const endOf = (node: Node): number => node.offset + node.length;
const blank = (text: string): boolean => /^\s*$/.test(text);

/** Adds a property at the end of an object. */
export function insertProperty(text: string, object: Node, key: string, value: unknown, style: JsonStyle): Edit[] {
  const last = object.children?.at(-1);
  return last === undefined
    ? insertIntoEmpty(text, object, key, value, style)
    : insertAfter(text, object, last, key, value, style);
}

function insertIntoEmpty(text: string, object: Node, key: string, value: unknown, style: JsonStyle): Edit[] {
  const open = object.offset + 1;
  const close = endOf(object) - 1;
  const inner = text.slice(open, close);
  if (style.oneLine && blank(inner)) return [{ from: open, to: close, text: inlineProperty(key, value, style) }];
  const outer = indentOfLine(text, object.offset);
  const property = style.eol + outer + style.unit + blockProperty(key, value, style, outer + style.unit);
  if (blank(inner)) return [{ from: open, to: close, text: property + style.eol + outer }];
  // Only comments stand inside: they stay, and we come after them.
  const at = open + inner.trimEnd().length;
  return [{ from: at, to: at, text: property + (/[\r\n]/.test(text.slice(at, close)) ? '' : style.eol + outer) }];
}

function insertAfter(text: string, object: Node, last: Node, key: string, value: unknown, style: JsonStyle): Edit[] {
  const comma = commaAfter(text, endOf(last), endOf(object) - 1);
  const own = startsLine(text, last, object);
  if (!own) {
    const property = inlineProperty(key, value, style);
    const gap = style.spaced ? ' ' : '';
    return comma === undefined
      ? [{ from: endOf(last), to: endOf(last), text: `,${gap}${property}` }]
      : [{ from: comma + 1, to: comma + 1, text: `${gap}${property},` }];
  }
  const indent = indentIfFirstOnLine(text, last.offset);
  const property = style.eol + indent + blockProperty(key, value, style, indent);
  const at = endOfLineTrivia(text, comma === undefined ? endOf(last) : comma + 1, endOf(object) - 1);
  if (comma !== undefined) return [{ from: at, to: at, text: `${property},` }];
  return at === endOf(last)
    ? [{ from: at, to: at, text: `,${property}` }]
    : [
        { from: endOf(last), to: endOf(last), text: ',' },
        { from: at, to: at, text: property },
      ];
}

/** Takes a property away, with its line and the comma that it needed. Comments of others stay. */
export function removeProperty(text: string, object: Node, property: Node): Edit[] {
  const children = object.children ?? [];
  const at = children.indexOf(property);
  const previous = children[at - 1];
  const next = children[at + 1];
  const start = property.offset;
  const comma = commaAfter(text, endOf(property), next?.offset ?? endOf(object) - 1);
  const end = comma !== undefined && blank(text.slice(endOf(property), comma)) ? comma + 1 : endOf(property);
  const edits: Edit[] = [];
  if (comma !== undefined && end <= comma) edits.push({ from: comma, to: comma + 1, text: '' });

  if (previous === undefined && next === undefined) {
    const open = object.offset + 1;
    const close = endOf(object) - 1;
    if (blank(text.slice(open, start)) && blank(text.slice(end, close))) return [{ from: open, to: close, text: '' }];
  }
  if (next === undefined && previous !== undefined && comma === undefined) {
    const before = commaAfter(text, endOf(previous), start);
    if (before !== undefined) edits.push({ from: before, to: before + 1, text: '' });
  }
  edits.push(...withoutGap(text, object, start, end, next));
  return edits;
}

/** The removal itself: a whole line where the property has one, else it and the blanks on one side. */
function withoutGap(text: string, object: Node, start: number, end: number, next: Node | undefined): Edit[] {
  const line = lineStart(text, start);
  const [blanks = '', eol = ''] = /^[ \t]*(\r\n|\n|\r)?/.exec(text.slice(end)) ?? [];
  const ownLine = line > object.offset && blank(text.slice(line, start));
  if (ownLine && eol !== '') return [{ from: line, to: end + blanks.length, text: '' }];
  if (ownLine && end + blanks.length === endOf(object) - 1) {
    // The brace must not come into the comment that ends with that line.
    const eolBefore = endsInLineComment(text, object.offset, line)
      ? 0
      : (/\r\n$|\n$|\r$/.exec(text.slice(0, line))?.[0].length ?? 0);
    return [{ from: line - eolBefore, to: end, text: '' }];
  }
  if (next !== undefined && /^[ \t]*$/.test(text.slice(end, next.offset))) {
    return [{ from: start, to: next.offset, text: '' }];
  }
  if (ownLine || next !== undefined) return [{ from: start, to: end, text: '' }];
  const gap = /[ \t]*$/.exec(text.slice(object.offset + 1, start))?.[0].length ?? 0;
  return [{ from: start - gap, to: end, text: '' }];
}

function endsInLineComment(text: string, from: number, to: number): boolean {
  let last = 0;
  for (const token of tokensFrom(text, from)) {
    if (token.offset >= to || token.kind === TOKEN.end) break;
    if (token.kind !== TOKEN.lineBreak && token.kind !== TOKEN.blanks) last = token.kind;
  }
  return last === TOKEN.lineComment;
}

function blockProperty(key: string, value: unknown, style: JsonStyle, indent: string): string {
  return `${JSON.stringify(key)}: ${printBlock(value, style, indent)}`;
}

function inlineProperty(key: string, value: unknown, style: JsonStyle): string {
  return `${JSON.stringify(key)}:${style.spaced ? ' ' : ''}${printInline(value, style.spaced)}`;
}

function startsLine(text: string, property: Node, object: Node): boolean {
  const line = lineStart(text, property.offset);
  return line > object.offset && blank(text.slice(line, property.offset));
}

/** Where the comma stands between two offsets, comments skipped. */
function commaAfter(text: string, from: number, to: number): number | undefined {
  for (const token of tokensFrom(text, from)) {
    if (token.offset >= to) return undefined;
    if (token.kind === TOKEN.comma) return token.offset;
    if (!isTrivia(token)) return undefined;
  }
  return undefined;
}

/** Past the comments that still belong to the line of `from`. */
function endOfLineTrivia(text: string, from: number, to: number): number {
  let at = from;
  for (const token of tokensFrom(text, from)) {
    if (token.offset >= to) return at;
    if (isComment(token)) at = token.end;
    else if (token.kind !== TOKEN.blanks) return at;
  }
  return at;
}
