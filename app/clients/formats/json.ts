import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type ConfigFormat, FormatProblem, type ParsedConfig, positionAt } from './format.ts';
import { applyEdits, insertProperty, removeProperty } from './json-edit.ts';
import { opened, outlineOf } from './json-outline.ts';
import { printBlock, printInline, styleOf } from './json-style.ts';
import { isComment, isTrivia, TOKEN, tokensFrom } from './json-tokens.ts';

interface Strictness {
  readonly id: string;
  readonly comments: boolean;
  readonly trailingCommas: boolean;
}

/** What `JSON.parse` takes: Claude Desktop, Claude Code. */
export const strictJson = jsonFormat({ id: 'json', comments: false, trailingCommas: false });
/** Comments are cut out before `JSON.parse`: Gemini CLI. */
export const jsonWithComments = jsonFormat({ id: 'json-with-comments', comments: true, trailingCommas: false });
/** As VS Code reads its own files; the parser is the same. */
export const jsonc = jsonFormat({ id: 'jsonc', comments: true, trailingCommas: true });

function jsonFormat(strictness: Strictness): ConfigFormat {
  const tree = remembering(text => parseStrictly(text, strictness));
  return {
    id: strictness.id,
    extension: strictness.id === 'json' ? '.json' : '.jsonc',

    parse: (text): ParsedConfig => {
      const root = tree(text);
      return {
        get value(): unknown {
          const whole = root === undefined ? undefined : parseTree(text, [], { allowTrailingComma: true });
          return whole === undefined ? {} : plainValue(whole);
        },
        at: path => {
          const found = walk(text, root, path);
          return found.missing.length === 0 && found.node !== undefined ? plainValue(found.node) : undefined;
        },
      };
    },

    set: (text, path, value) => {
      const root = tree(text);
      const style = styleOf(text, root);
      const { node, missing } = walk(text, root, path);
      const nested = (keys: readonly string[]): unknown =>
        keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      if (node === undefined) {
        const lead = text.trimEnd();
        return (lead === '' ? '' : lead + style.eol) + printBlock(nested(path), style, '') + style.eol;
      }
      const [key, ...deeper] = missing;
      if (key !== undefined) return applyEdits(text, insertProperty(text, node, key, nested(deeper), style));
      const old = text.slice(node.offset, node.offset + node.length);
      const oneLine = node.children !== undefined && node.children.length > 0 && !/[\r\n]/.test(old);
      const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', node.offset - 1) + 1))?.[0] ?? '';
      const printed = oneLine || style.oneLine ? printInline(value, style.spaced) : printBlock(value, style, indent);
      return applyEdits(text, [{ from: node.offset, to: node.offset + node.length, text: printed }]);
    },

    remove: (text, path) => {
      const { node, missing } = walk(text, tree(text), path);
      const property = node?.parent;
      const object = property?.parent;
      if (missing.length > 0 || property === undefined || object === undefined) return text;
      return applyEdits(text, removeProperty(text, object, property));
    },

    comments: text => [...tokensFrom(text)].filter(isComment).length,
  };
}

/**
 * One change looks at the same two texts, before and after, many times, and files of some megabytes are common. Their
 * trees are kept as long as there is memory to spare.
 */
function remembering(parse: (text: string) => Node | undefined): (text: string) => Node | undefined {
  let known: readonly WeakRef<{ readonly text: string; readonly root: Node | undefined }>[] = [];
  return text => {
    const found = known.map(ref => ref.deref()).find(tree => tree?.text === text);
    if (found !== undefined) return found.root;
    const tree = { text, root: parse(text) };
    known = [new WeakRef(tree), ...known.slice(0, 1)];
    return tree.root;
  };
}

/** The syntax tree; nothing for a text of blanks (and comments, where allowed) only. */
function parseStrictly(text: string, strictness: Strictness): Node | undefined {
  if (isEmpty(text, strictness.comments)) return undefined;
  const errors: ParseError[] = [];
  const root = outlineOf(text, errors, {
    disallowComments: !strictness.comments,
    allowTrailingComma: strictness.trailingCommas,
  });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    throw new FormatProblem('syntax', explain(error), positionAt(text, error?.offset ?? 0));
  }
  if (!strictness.trailingCommas) askJsonParse(strictness.comments ? withoutComments(text) : text);
  return root;
}

/** The client's own parser has the last word. */
function askJsonParse(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    throw new FormatProblem('syntax', 'this is not valid JSON', positionAt(text, offset));
  }
}

/** Comments become blanks, so that offsets stay. */
function withoutComments(text: string): string {
  let result = '';
  for (const token of tokensFrom(text)) {
    const source = text.slice(token.offset, token.end);
    result += isComment(token) ? source.replace(/[^\r\n]/g, ' ') : source;
  }
  return result;
}

function isEmpty(text: string, comments: boolean): boolean {
  for (const token of tokensFrom(text)) {
    if (token.kind === TOKEN.end) return true;
    if (!isTrivia(token) || (isComment(token) && !comments)) return false;
  }
  return true;
}

/** jsonc-parser gives objects without a prototype, which equal no other object in a strict comparison. */
function plainValue(node: Node): unknown {
  return structuredClone(getNodeValue(node));
}

/** The node at `path`, or the deepest map on the way and the keys that are missing from there. */
function walk(
  text: string,
  root: Node | undefined,
  path: readonly string[],
): { readonly node: Node | undefined; readonly missing: readonly string[] } {
  let node = root;
  for (const [depth, key] of path.entries()) {
    if (node === undefined) return { node, missing: path };
    const what = depth === 0 ? 'the file' : `"${path.slice(0, depth).join('.')}"`;
    if (node.type !== 'object') {
      throw new FormatProblem(
        'type',
        `${what} is not an object ({…}) but ${kindOf(node)}`,
        positionAt(text, node.offset),
      );
    }
    const found: readonly Node[] = (node.children ?? []).filter(property => property.children?.[0]?.value === key);
    const [first, second] = found;
    if (second !== undefined) {
      throw new FormatProblem('duplicate', `"${key}" stands twice in ${what}`, positionAt(text, second.offset));
    }
    const value = first?.children?.[1];
    if (value === undefined) return { node, missing: path.slice(depth) };
    node = opened(text, value);
  }
  return { node, missing: [] };
}

function kindOf(node: Node): string {
  return node.type === 'null' ? 'null' : node.type === 'array' ? 'a list' : `a ${node.type}`;
}

function explain(error: ParseError | undefined): string {
  const name = error === undefined ? 'ValueExpected' : printParseErrorCode(error.error);
  const sentences: Readonly<Record<string, string>> = {
    InvalidCommentToken: 'this client allows no comments',
    PropertyNameExpected: 'a property name in double quotes is expected (or there is a comma too many)',
    ValueExpected: 'a value is expected (or there is a comma too many)',
    ColonExpected: 'a colon is expected',
    CommaExpected: 'a comma is expected',
    CloseBraceExpected: 'a closing } is missing',
    CloseBracketExpected: 'a closing ] is missing',
    EndOfFileExpected: 'the file goes on after its end',
    UnexpectedEndOfString: 'a string is not closed',
    UnexpectedEndOfComment: 'a comment is not closed',
    InvalidCharacter: 'a character is not allowed here',
    InvalidEscapeCharacter: 'an escape in a string is not allowed',
    InvalidUnicode: 'a \\u escape in a string is not complete',
    InvalidNumberFormat: 'a number is not well formed',
    InvalidSymbol: 'a word is not allowed here',
  };
  return sentences[name] ?? 'this is not valid JSON';
}
