import type { Expansion } from '../definition.ts';

/** clients.md §5.1 */
export const dollarBrace: Expansion = {
  pattern: /\$\{/,
  says: 'a dollar sign and a name in braces are replaced by a variable',
  certainty: 'sure',
};

export const dollarName: Expansion = {
  pattern: /\$[A-Za-z_]/,
  says: '$NAME is replaced by a variable of the environment',
  certainty: 'sure',
};

export const percentName: Expansion = {
  pattern: /%[^%\s]+%/,
  says: '%NAME% is replaced by a variable of the environment on Windows',
  certainty: 'sure',
};

/** For clients of which nobody has said what they do. */
export const perhapsDollar: Expansion = {
  pattern: /\$[A-Za-z_{]/,
  says: 'a dollar sign and a name may be replaced by a variable',
  certainty: 'unsure',
};
