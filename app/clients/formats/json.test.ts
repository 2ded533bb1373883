import { describe, expect, it } from 'vitest';
import { type ConfigFormat, FormatProblem } from './format.ts';
import { jsonc, jsonWithComments, strictJson } from './json.ts';

const entry = { command: '/opt/gate/node', args: ['bridge.js', 'dpod/acme'] };
const path = ['mcpServers', 'dpod-acme'];

/** Texts that must come back byte for byte when an entry is set and removed again, though nothing but the text is known. */
const roundTrips: Readonly<Record<string, readonly [ConfigFormat, string]>> = {
  'two blanks': [strictJson, '{\n  "a": 1,\n  "mcpServers": {\n    "x": {\n      "command": "x"\n    }\n  }\n}\n'],
  tabs: [strictJson, '{\n\t"mcpServers": {\n\t\t"x": {}\n\t},\n\t"z": [1, 2]\n}'],
  'four blanks and CRLF': [strictJson, '{\r\n    "mcpServers": {\r\n        "x": {}\r\n    }\r\n}\r\n'],
  'an empty map': [strictJson, '{\n  "mcpServers": {}\n}\n'],
  'an empty map at the front': [strictJson, '{\n  "mcpServers": {},\n  "b": 2\n}\n'],
  minified: [strictJson, '{"a":1,"mcpServers":{"x":{"command":"x"}}}'],
  'minified and empty': [strictJson, '{"a":1,"mcpServers":{}}'],
  'one line with blanks': [strictJson, '{ "a": 1, "mcpServers": { "x": { "command": "x" } } }'],
  'a brace at the end of the last line': [strictJson, '{\n  "mcpServers": {\n    "x": 1 }\n}'],
  'several on one line': [strictJson, '{\n  "mcpServers": { "x": 1,\n    "y": 2, "z": 3 }\n}'],
  'escaped and Unicode names': [
    strictJson,
    '{\n  "mcpServers": {\n    "h\\u00e4 \\"x\\"": 1,\n    "サーバー": 2\n  }\n}\n',
  ],
  'comments everywhere': [
    jsonWithComments,
    '// top\n{\n  // first\n  "a": 1, // one\n  "mcpServers": { // ours\n    /* x */ "x": {} // last\n    // "off": {}\n  } /* after */\n  // end\n}\n// eof',
  ],
  'only comments inside': [jsonWithComments, '{\n  "mcpServers": {\n    // none yet\n  }\n}\n'],
  'a comment before the comma': [jsonc, '{\n  "mcpServers": {\n    "x": 1 // no comma\n    , "y": 2\n  }\n}'],
  'trailing commas': [jsonc, '{\n  "mcpServers": {\n    "x": {\n      "a": 1,\n    },\n  },\n}\n'],
  'a trailing comma and a comment': [jsonc, '{\n  "mcpServers": {\n    "x": 1, // why\n    // more\n  },\n}\n'],
  'a trailing comma on one line': [jsonc, '{ "mcpServers": { "x": 1, }, }'],
};

describe('editing JSON text', () => {
  for (const [name, [format, text]] of Object.entries(roundTrips)) {
    it(`adds an entry and takes it away again: ${name}`, () => {
      const added = format.set(text, path, entry);
      expect(format.parse(added).at(path)).toEqual(entry);
      const before = format.parse(text).at(['mcpServers']);
      expect(format.parse(added).at(['mcpServers'])).toEqual({ ...(before as object), 'dpod-acme': entry });
      expect(format.remove(added, path)).toBe(text);
    });

    it(`adds two entries and takes them away in either order: ${name}`, () => {
      const both = format.set(format.set(text, path, entry), ['mcpServers', 'second'], entry);
      for (const [first, second] of [path, ['mcpServers', 'second']].map((p, at, all) => [p, all[1 - at] ?? []])) {
        const left = format.remove(format.remove(both, first ?? []), second ?? []);
        expect(left).toBe(text);
      }
    });
  }

  it('changes only lines of its own when it adds an entry', () => {
    const text = '{\n  "z": 1,\n  "mcpServers": {\n    "x": 1\n  }\n}\n';
    expect(strictJson.set(text, path, { command: 'c' })).toBe(
      '{\n  "z": 1,\n  "mcpServers": {\n    "x": 1,\n    "dpod-acme": {\n      "command": "c"\n    }\n  }\n}\n',
    );
  });

  it('adds the key when it is missing and removes it again', () => {
    const text = '{\n\t"a": 1\n}';
    const added = strictJson.set(text, path, { command: 'c' });
    expect(added).toBe('{\n\t"a": 1,\n\t"mcpServers": {\n\t\t"dpod-acme": {\n\t\t\t"command": "c"\n\t\t}\n\t}\n}');
    expect(strictJson.remove(strictJson.remove(added, path), ['mcpServers'])).toBe(text);
  });

  it.each(['', ' \n', '{}', '{ }', '{\n}\n'])('makes a whole document out of %j', text => {
    expect(JSON.parse(strictJson.set(text, path, entry))).toEqual({ mcpServers: { 'dpod-acme': entry } });
  });

  it('keeps a comment that is all there is', () => {
    expect(jsonc.set('// mine\n', ['servers', 'x'], 1)).toBe('// mine\n{\n  "servers": {\n    "x": 1\n  }\n}\n');
  });

  it('replaces one value and nothing around it', () => {
    const text = '{ "mcpServers": {\n  "x": { "command": "old", /* why */ "args": ["a"] } } }';
    const changed = jsonc.set(
      jsonc.set(text, ['mcpServers', 'x', 'command'], 'new'),
      ['mcpServers', 'x', 'args'],
      ['b', 'c'],
    );
    expect(changed).toBe('{ "mcpServers": {\n  "x": { "command": "new", /* why */ "args": ["b", "c"] } } }');
  });

  it('does nothing when it removes what is not there', () => {
    expect(jsonc.remove('{"a": 1,}', path)).toBe('{"a": 1,}');
  });
});

describe('parsing JSON as strictly as the client', () => {
  const where = (format: ConfigFormat, text: string): unknown => {
    try {
      format.parse(text);
      return 'fine';
    } catch (error) {
      return error instanceof FormatProblem ? `${error.line}:${error.column}` : error;
    }
  };

  it('tells where the mistake is', () => {
    expect(where(strictJson, '{\n  "a": 1\n  "b": 2\n}')).toBe('3:3');
    expect(where(strictJson, '{\r\n  "a": 1,\r\n}')).toBe('3:1');
    expect(where(strictJson, '{\n  // no\n  "a": 1\n}')).toBe('2:3');
    expect(where(strictJson, '{"a": "x\ty"}')).toMatch(/^1:/);
    expect(where(strictJson, '[1, 2')).toMatch(/^1:/);
    expect(where(strictJson, '{} x')).toBe('1:4');
  });

  it('takes comments but no trailing comma where the client does so', () => {
    expect(where(jsonWithComments, '/* a */ {"a": 1} // b')).toBe('fine');
    expect(where(jsonWithComments, '{"a": 1, // b\n}')).toBe('2:1');
    expect(where(jsonc, '{"a": 1, // b\n}')).toBe('fine');
    expect(where(strictJson, '// only\n')).toBe('1:1');
    expect(where(jsonWithComments, '// only\n')).toBe('fine');
  });

  it('refuses a key that stands twice on the way, and a parent that is no map', () => {
    const problem = (text: string): unknown => {
      try {
        return jsonc.parse(text).at(path);
      } catch (error) {
        return error instanceof FormatProblem ? [error.kind, error.line, error.column] : error;
      }
    };
    expect(problem('{"mcpServers": {},\n "mcpServers": {}}')).toEqual(['duplicate', 2, 2]);
    expect(problem('{"mcpServers": {"dpod-acme": 1, "dpod-acme": 2}}')).toEqual(['duplicate', 1, 33]);
    expect(problem('{"mcpServers": null}')).toEqual(['type', 1, 16]);
    expect(problem('{"mcpServers": []}')).toEqual(['type', 1, 16]);
    expect(problem('[]')).toEqual(['type', 1, 1]);
    expect(problem('{"x": 1, "x": 2}')).toBeUndefined();
  });
});
