/** The way a file is written: JSON in three degrees of strictness today, TOML and YAML with the clients that use them. */
export interface ConfigFormat {
  readonly id: string;
  /** The file-name ending for copies. */
  readonly extension: string;
  /**
   * Parses as strictly as the client does. Nothing but blanks (and comments, where allowed) counts as an empty document.
   * Throws `FormatProblem`, never repairs.
   */
  parse(text: string): ParsedConfig;
  /** Puts `value` at `path`, adding what is missing on the way; touches no other line. Every parent must be a map. */
  set(text: string, path: readonly string[], value: unknown): string;
  /** Takes away `path` and what separated it from its neighbours; leaves an emptied parent as an empty map. */
  remove(text: string, path: readonly string[]): string;
  /** How many comments stand in the text, so that none is lost with a map that looks empty. */
  comments(text: string): number;
}

export interface ParsedConfig {
  /** The document as plain data, `{}` for an empty one. */
  readonly value: unknown;
  /** The value at `path`; throws `FormatProblem` when a key on the way stands there twice or its parent is no map. */
  at(path: readonly string[]): unknown;
}

export type FormatProblemKind = 'syntax' | 'type' | 'duplicate';

/** Why a text cannot be worked on, and where: both counted from 1. */
export class FormatProblem extends Error {
  override readonly name = 'FormatProblem';
  readonly kind: FormatProblemKind;
  readonly line: number;
  readonly column: number;

  constructor(kind: FormatProblemKind, message: string, at: { readonly line: number; readonly column: number }) {
    super(message);
    this.kind = kind;
    this.line = at.line;
    this.column = at.column;
  }
}

/** Line and column of an offset, counted from 1; `\r\n`, `\n` and a lone `\r` end a line. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
