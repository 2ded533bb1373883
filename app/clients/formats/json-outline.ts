import { type Node, type ParseError, type ParseOptions, parseTree, visit } from 'jsonc-parser';

/** A `Node` in the making. */
interface Made {
  type: Node['type'];
  offset: number;
  length: number;
  value?: unknown;
  colonOffset?: number;
  parent?: Made;
  children?: Made[];
}

/**
 * The syntax tree of a document's outermost object, its values still closed: a whole tree takes a hundred times the
 * memory of the text, and Claude Code's file can have tens of megabytes of which we need one key. `opened` opens a value.
 */
export function outlineOf(text: string, errors: ParseError[], options: ParseOptions): Node | undefined {
  let root: Made | undefined;
  let property: Made | undefined;
  let depth = 0;

  const begin = (type: Node['type'], offset: number, length: number, value?: unknown): void => {
    const node: Made = { type, offset, length, ...(value === undefined ? {} : { value }) };
    if (depth === 0) root = node;
    if (depth === 1 && property !== undefined) {
      node.parent = property;
      property.children?.push(node);
    }
  };
  const end = (offset: number, length: number): void => {
    depth -= 1;
    const node = depth === 0 ? root : depth === 1 ? property?.children?.[1] : undefined;
    if (node !== undefined) node.length = offset + length - node.offset;
    if (depth === 1) finish(offset + length);
  };
  const finish = (to: number): void => {
    if (property !== undefined) property.length = to - property.offset;
  };

  visit(
    text,
    {
      onObjectBegin: (offset, length) => {
        begin('object', offset, length);
        if (depth === 0 && root !== undefined) root.children = [];
        depth += 1;
      },
      onArrayBegin: (offset, length) => {
        begin('array', offset, length);
        depth += 1;
      },
      onObjectProperty: (name, offset, length) => {
        if (depth !== 1 || root === undefined) return;
        property = { type: 'property', offset, length, parent: root };
        property.children = [{ type: 'string', value: name, offset, length, parent: property }];
        root.children?.push(property);
      },
      onSeparator: (character, offset) => {
        if (depth === 1 && character === ':' && property !== undefined) property.colonOffset = offset;
      },
      onLiteralValue: (value: unknown, offset, length) => {
        begin(typeOf(value), offset, length, value);
        if (depth === 1) finish(offset + length);
      },
      onObjectEnd: end,
      onArrayEnd: end,
      onError: (error, offset, length) => errors.push({ error, offset, length }),
    },
    options,
  );
  return root;
}

/** The same node with everything that stands in it. The text is known to be without a mistake. */
export function opened(text: string, node: Node): Node {
  if ((node.type !== 'object' && node.type !== 'array') || node.children !== undefined) return node;
  const inner = parseTree(text.slice(node.offset, node.offset + node.length), [], { allowTrailingComma: true });
  if (inner === undefined) return node;
  const moved = (of: Node, parent: Made): Made => {
    const made: Made = { type: of.type, offset: of.offset + node.offset, length: of.length, parent };
    if (of.value !== undefined) made.value = of.value;
    if (of.colonOffset !== undefined) made.colonOffset = of.colonOffset + node.offset;
    if (of.children !== undefined) made.children = of.children.map(child => moved(child, made));
    return made;
  };
  // The outline is ours alone, so it may grow where it stands: its parents keep pointing to it.
  const made = node as Made;
  made.children = (inner.children ?? []).map(child => moved(child, made));
  return made;
}

function typeOf(value: unknown): Node['type'] {
  if (value === null) return 'null';
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'boolean';
}
