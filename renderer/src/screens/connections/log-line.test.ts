import { expect, it } from 'vitest';
import { logLineOf } from './log-line.ts';

const AT = '2026-03-01T12:00:00.000Z';

it.each([
  ['{"level":"warn","time":"x","name":"dpod","msg":"slow","ms":900}', 'warn', 'slow', '{"ms":900}'],
  ['Traceback (most recent call last):', 'error', 'Traceback (most recent call last):', ''],
  ['WARNING: deprecated', 'warn', 'WARNING: deprecated', ''],
  ['[debug] hello', 'debug', '[debug] hello', ''],
  ['{ half', 'info', '{ half', ''],
])('%s', (said, level, text, rest) => {
  expect(logLineOf(`${AT} ${said}`, 1)).toEqual({ key: 1, time: AT, level, text, rest });
});
