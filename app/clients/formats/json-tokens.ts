import { createScanner } from 'jsonc-parser';

/** Token kinds of jsonc-parser's scanner: a `const enum` there, which `verbatimModuleSyntax` does not let us name. */
export const TOKEN = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, blanks: 15, end: 17 } as const;

export interface Token {
  readonly kind: number;
  readonly offset: number;
  readonly end: number;
}

export const isComment = (token: Token): boolean =>
  token.kind === TOKEN.lineComment || token.kind === TOKEN.blockComment;

export const isTrivia = (token: Token): boolean =>
  isComment(token) || token.kind === TOKEN.lineBreak || token.kind === TOKEN.blanks;

/** The tokens from `offset` on, blanks and comments included; the last one is `end`. */
export function* tokensFrom(text: string, offset = 0): Generator<Token, undefined> {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  for (;;) {
    const kind: number = scanner.scan();
    const at = scanner.getTokenOffset();
    yield { kind, offset: at, end: at + scanner.getTokenLength() };
    if (kind === TOKEN.end) return;
  }
}
