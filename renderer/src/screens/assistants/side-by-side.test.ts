import { expect, it } from 'vitest';
import { sideBySide } from './side-by-side.ts';

it('puts what went beside what came', () => {
  const diff =
    '--- a\n+++ b\n@@ -1,4 +1,5 @@\n {\n-  "a": 1\n+  "a": 2,\n+  "b": 3\n }\n@@ -9 +9 @@\n-x\n\\ No newline at end of file\n';
  const same = (text: string) => ({ left: { text, sign: ' ' }, right: { text, sign: ' ' } });
  expect(sideBySide(diff)).toEqual([
    same('{'),
    { left: { text: '  "a": 1', sign: '-' }, right: { text: '  "a": 2,', sign: '+' } },
    { left: undefined, right: { text: '  "b": 3', sign: '+' } },
    same('}'),
    undefined,
    { left: { text: 'x', sign: '-' }, right: undefined },
  ]);
});
