import { parse } from 'jsonc-parser';
import { expect, it } from 'vitest';
import type { ConfigFormat } from './format.ts';
import { jsonc, jsonWithComments, strictJson } from './json.ts';

const ROUNDS = 1_500;
const ENTRY = { command: '/x/y', args: ['a', 'b'] };
const OURS = ['mcpServers', 'our'];
const SECOND = ['mcpServers', 'two'];

/** Documents of every layout that the format allows, the same ones in every run. */
function writer(format: ConfigFormat, start: number): () => string {
  let seed = start;
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % limit;
  };
  const one = <T>(of: readonly [T, ...T[]]): T => of[below(of.length)] ?? of[0];
  const gap = (): string => {
    let text = '';
    for (let left = below(3); left > 0; left--) {
      const comment = format !== strictJson && below(2) === 0;
      text += comment
        ? one(['/* c */', '/* } */', '// x\n', '// ,\n', '// {"\n'])
        : one([' ', '  ', '\t', '\n', '\n  ', '\n\t\t', '\r\n    ']);
    }
    return text;
  };
  const value = (depth: number): string => {
    const kind = below(depth > 3 ? 5 : 8);
    if (kind < 5) return ['1.5e3', '"s\\u00e4{"', 'true', 'null', '-2'][kind] ?? '';
    return kind < 7 ? map(depth + 1) : `[${items(() => value(depth + 1))}]`;
  };
  const items = (item: () => string): string =>
    Array.from({ length: below(4) }, () => gap() + item() + gap()).join(',');
  const map = (depth: number, more?: string): string => {
    const keys = new Set(
      items(() => one(['a', 'b', 'mcpServers2', 'ü', 'x y', '1']))
        .split(',')
        .map(key => key.trim()),
    );
    const names = [...keys].filter(key => key !== '' && !key.includes('/')).map(key => JSON.stringify(key));
    const properties = names.map(name => `${gap()}${name}${gap()}:${gap()}${value(depth)}${gap()}`);
    if (more !== undefined) properties.splice(below(properties.length + 1), 0, more);
    const trailing = format === jsonc && properties.length > 0 && below(3) === 0 ? `,${gap()}` : '';
    return `{${properties.length === 0 ? gap() : properties.join(',')}${trailing}}`;
  };
  return () => {
    const servers = below(4) > 0 ? `${gap()}"mcpServers"${gap()}:${gap()}${map(1)}${gap()}` : undefined;
    return gap() + map(0, servers) + gap();
  };
}

const dataOf = (text: string): Record<string, unknown> =>
  structuredClone(parse(text, [], { allowTrailingComma: true }));
const bare = (text: string): string => text.replace(/\s/g, '');

it.each([
  ['strict JSON', strictJson],
  ['JSON with comments', jsonWithComments],
  ['JSONC', jsonc],
])('edits of any %s change one value, lose no comment, and go back', (_, format) => {
  const next = writer(format, 42);
  for (let round = 0; round < ROUNDS; round++) {
    const text = next();
    const plain = dataOf(text);
    const servers = (plain.mcpServers ?? {}) as Record<string, unknown>;
    expect(format.parse(text).value).toEqual(plain);

    const added = format.set(text, OURS, ENTRY);
    expect(format.parse(added).value, text).toEqual({ ...plain, mcpServers: { ...servers, our: ENTRY } });
    const both = format.set(added, SECOND, 1);
    const [first, second] = round % 2 === 0 ? [OURS, SECOND] : [SECOND, OURS];
    const emptied = format.remove(format.remove(both, first), second);
    const back = plain.mcpServers === undefined ? format.remove(emptied, ['mcpServers']) : emptied;
    expect(bare(back), text).toBe(bare(text));
    expect(format.parse(back).value, text).toEqual(plain);

    for (const name of Object.keys(servers)) {
      const { [name]: __, ...others } = servers;
      expect(format.parse(format.remove(text, ['mcpServers', name])).value, text).toEqual({
        ...plain,
        mcpServers: others,
      });
      const replaced = format.set(text, ['mcpServers', name], ENTRY);
      expect(format.parse(replaced).at(['mcpServers']), text).toEqual({ ...servers, [name]: ENTRY });
    }
  }
});
