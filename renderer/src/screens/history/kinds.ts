import type { EntryView } from '../../../../app/contract/index.ts';
import type { Words } from '../../words/index.ts';

/** The kind of an entry, in plain words. */
export function kindOf(words: Words, kind: string): string {
  const kinds: Readonly<Record<string, string>> = words.history.kinds;
  return kinds[kind] ?? kind;
}

/** An outcome or a decision, in plain words. */
export function resultWord(words: Words, result: string): string {
  const results: Readonly<Record<string, string>> = words.history.results;
  return results[result] ?? result;
}

const COLORS: Readonly<Record<string, string>> = {
  ask: 'blue',
  error: 'red',
  deny: 'orange',
  hide: 'orange',
  refused: 'orange',
  expired: 'orange',
  unknown: 'red',
  late: 'orange',
  held: 'orange',
};

/** How it went or what was decided, in a word and a colour; `undefined` where an entry is just a fact. */
export function resultOf(words: Words, entry: EntryView): readonly [word: string, color: string] | undefined {
  const result = entry.outcome ?? entry.decision;
  return result === undefined ? undefined : [resultWord(words, result), COLORS[result] ?? 'gray'];
}
