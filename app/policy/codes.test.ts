import { expect, it } from 'vitest';
import { createCodeBook } from './index.ts';

it('a code is good once, for two minutes, and five wrong tries lock it for one', () => {
  let now = Date.parse('2026-11-21T10:00:00Z');
  const codes = createCodeBook(() => new Date(now));
  const { code } = codes.current();
  expect(code).toMatch(/^\d{3}-\d{3}$/);
  codes.spend(code);
  expect(() => codes.spend(code)).toThrow(expect.objectContaining({ code: 'GH_CODE_WRONG' }));

  const old = codes.current().code;
  now += 120_001;
  expect(() => codes.spend(old)).toThrow(expect.objectContaining({ code: 'GH_CODE_WRONG' }));
  for (let tries = 0; tries < 4; tries++) expect(() => codes.spend('nonsense')).toThrow();
  const fresh = codes.current().code;
  expect(() => codes.spend(fresh)).toThrow(expect.objectContaining({ code: 'GH_CODE_LOCKED' }));
  now += 60_001;
  codes.spend(codes.current().code);
});
