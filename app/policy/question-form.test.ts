import { describe, expect, it } from 'vitest';
import { checkAnswers, questionOf } from './question-form.ts';

const form = (properties: object, required: readonly string[] = []) => ({
  mode: 'form',
  message: 'Please',
  requestedSchema: { type: 'object', properties, required },
});
const asked = questionOf(
  form(
    {
      name: { type: 'string', title: 'Your name', maxLength: 5 },
      age: { type: 'integer', minimum: 0 },
      sure: { type: 'boolean', default: true },
      size: { type: 'string', enum: ['s', 'm'], enumNames: ['small', 'middle'] },
      colour: { type: 'string', oneOf: [{ const: 'r', title: 'red' }, { const: 'g' }] },
      days: { type: 'array', items: { type: 'string', enum: ['mo', 'tu'] }, maxItems: 1 },
    },
    ['name'],
  ),
);
const fields = asked?.fields ?? [];

describe('a question of a server', () => {
  it('becomes a form', () => {
    expect(fields.map(({ kind }) => kind)).toEqual(['text', 'integer', 'boolean', 'choice', 'choice', 'choices']);
    expect(fields[0]).toMatchObject({ title: 'Your name', required: true, max: 5 });
    expect(fields[3]?.choices).toEqual([
      { value: 's', title: 'small' },
      { value: 'm', title: 'middle' },
    ]);
    expect(fields[4]?.choices?.[1]).toEqual({ value: 'g', title: 'g' });
  });

  it.each([
    ['an address to open', { mode: 'url', message: 'Open this', url: 'https://x.test', elicitationId: '1' }],
    ['a nested schema', form({ inner: { type: 'object', properties: {} } })],
    ['nothing', undefined],
  ])('that is %s is no form', (_, params) => expect(questionOf(params)).toBeUndefined());

  it('is answered with values of its kind, and with nothing else', () => {
    const given = { name: 'Ada', age: '36', sure: false, size: 'm', colour: '', days: ['mo'] };
    expect(checkAnswers(fields, given)).toEqual({ name: 'Ada', age: 36, sure: false, size: 'm', days: ['mo'] });
  });

  it.each([
    [{}, '"Your name" is needed'],
    [{ name: 'Augusta' }, 'at most 5'],
    [{ name: 'Ada', age: 1.5 }, 'whole number'],
    [{ name: 'Ada', age: -1 }, 'at least 0'],
    [{ name: 'Ada', sure: 'yes' }, 'yes or no'],
    [{ name: 'Ada', size: 'xl' }, 'one of: s, m'],
    [{ name: 'Ada', days: ['su'] }, 'some of: mo, tu'],
    [{ name: 'Ada', other: 1 }, 'did not ask'],
  ])('%j is told what is wrong', (given, says) => expect(() => checkAnswers(fields, given)).toThrow(says));
});
