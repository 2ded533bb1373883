/**
 * Every error a person can meet: a stable code, a sentence, a next step. `docs/errors.md` is generated from this table.
 * Add a code here, in the section of its module; never reuse one.
 */
export const ERRORS = {
  // general
  GH_INTERNAL: {
    title: 'Something in Gatehouse failed unexpectedly',
    hint: 'Run `gatehouse doctor`; the log of the host has the details.',
  },
  GH_USAGE: { title: 'The command or request was not understood', hint: 'See `gatehouse help`.' },
  GH_INVALID_INPUT: { title: 'A value is missing or not allowed', hint: 'Correct the named field and try again.' },
  GH_NOT_FOUND: { title: 'There is no such thing', hint: 'List what exists and check the name.' },
  GH_CONFLICT: { title: 'It exists already, or changed meanwhile', hint: 'Look at the current state and try again.' },
} as const satisfies Record<string, { readonly title: string; readonly hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure. `message` says what happened and to what; `hint` is the next step. Neither ever holds a secret. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
  }

  toJSON(): { readonly code: ErrorCode; readonly message: string; readonly hint: string } {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}
