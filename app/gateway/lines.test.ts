import { expect, it } from 'vitest';
import { createLineReader } from './lines.ts';
import { chars, decode } from './wire-text.ts';

const LINES = ['{"a":1}', '{"text":"é漢🛂"}', '', 'x'.repeat(50), '{"end":true}\r', '{"b":2}'];

function read(chunks: readonly Buffer[], limit = 60): { readonly lines: string[]; readonly heads: string[] } {
  const lines: string[] = [];
  const heads: string[] = [];
  const reader = createLineReader(
    line => lines.push(decode(line)),
    head => heads.push(chars(head)),
    limit,
  );
  for (const chunk of chunks) reader.push(chunk);
  return { lines, heads };
}

const WANTED = LINES.filter(line => line !== '').map(line => line.replace('\r', ''));

it.each([1, 2, 3, 7, 20, 64, 1_000])('lines come out whole from chunks of %i bytes', size => {
  const bytes = Buffer.from(`${LINES.join('\n')}\n`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  expect(read(chunks)).toEqual({ lines: WANTED, heads: [] });
});

it.each([1, 5, 30, 1_000])('a line over the limit is told once and passed over, in chunks of %i bytes', size => {
  const bytes = Buffer.from(`{"a":1}\n${'y'.repeat(200)}\n{"b":2}\n${'z'.repeat(61)}\n{"c":3}\n`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  const { lines, heads } = read(chunks);
  expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  expect(heads.map(head => head[0])).toEqual(['y', 'z']);
});

it('a line without an end waits', () => {
  expect(read([Buffer.from('{"a":1}\n{"b"')])).toEqual({ lines: ['{"a":1}'], heads: [] });
});
