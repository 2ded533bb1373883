import { expect, it } from 'vitest';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { formatsOf } from './format.ts';
import { languageOf } from './language.ts';

it('speaks the language that was set, else the first one the browser asks for, else English', () => {
  expect(languageOf('de', ['en-GB'])).toBe('de');
  expect(languageOf('system', ['fr-CA', 'de-AT', 'en'])).toBe('de');
  expect(languageOf('system', ['fr'])).toBe('en');
  expect(languageOf('constructor', [])).toBe('en');
});

it('writes numbers and their words as each language does', () => {
  expect(en.common.entries(1)).toBe('1 entry');
  expect(en.common.entries(1_200)).toBe('1,200 entries');
  expect(de.common.entries(1_200)).toBe('1.200 Einträge');
  expect(de.shell.callsWait(1)).toBe('1 Aufruf wartet auf Sie');
  expect(formatsOf('de').duration(4_210)).toBe('4,21 Sek.');
});

/** Every text, by its path; what a function says is asked with sample values. */
function texts(words: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof words === 'string') return [[path.join('.'), words]];
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([name, inner]) => texts(inner, [...path, name]));
}

it('has no empty text, and German that is not English left standing', () => {
  const german = new Map(texts(de));
  const same = texts(en).filter(([path, text]) => german.get(path) === text && /[a-z]{3} [a-z]{2}/.test(text));
  expect(same).toEqual([]);
  expect([...texts(en), ...german].filter(([, text]) => text === '')).toEqual([]);
});
