import { expect, it } from 'vitest';
import { differences } from './difference.ts';

it('tells where two calls differ, and nothing of what is the same', () => {
  const before = { name: 'a', size: 1, inner: { x: 1, y: 2 }, gone: true, list: [1, 2] };
  const after = { size: 1, name: 'b', inner: { x: 1, y: 3 }, list: [1, 2], added: null };
  expect(differences(before, after)).toEqual([
    { path: 'name', before: 'a', after: 'b' },
    { path: 'inner.y', before: 2, after: 3 },
    { path: 'gone', before: true, after: undefined },
    { path: 'added', before: undefined, after: null },
  ]);
  expect(differences(before, before)).toEqual([]);
});
