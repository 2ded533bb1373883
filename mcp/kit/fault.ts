/**
 * Every failure that a tool reports: a stable code, a sentence, a next step (architecture §10.6). `docs/errors.md` is
 * generated from this table and from the host's.
 */
export const FAULTS = {
  GH_INVALID_INPUT: 'Correct the named argument and call again.',
  GH_READ_ONLY: 'A person can switch read-only off; until then only read actions work.',
  GH_SCOPE_MISSING: 'Use a credential with one of the named scopes.',
  GH_NOT_FOUND: 'List what exists and check the name or id.',
  GH_SIGN_IN: 'Check the credentials of this connection; test it in Gatehouse.',
  GH_VENDOR_REFUSED: 'Read what the vendor says and change the request.',
  GH_VENDOR_SCOPE: 'The vendor does not let this credential do it; use one with more rights.',
  GH_VENDOR_RATE: 'Wait the named time, then call again; ask for less at a time.',
  GH_VENDOR_BUSY: 'Wait for the running operation, then call again; nothing was done.',
  GH_VENDOR_DOWN: 'Try again later; the status page of the vendor may say more.',
  GH_VENDOR_ANSWER: 'The answer could not be understood; try again, and report it if it stays so.',
  GH_OUTCOME_UNKNOWN: 'Look at the current state before doing it again: it may have been done.',
  GH_CANCELLED: 'Call again when it is wanted after all.',
  GH_TOO_LARGE: 'Ask for less: a narrower filter, a smaller page.',
  GH_FILE: 'Check the folder that was allowed for files.',
  GH_STORE_DOWN: 'Bring the store back (Redis, PostgreSQL, the disk), then call again; nothing was sent to the vendor.',
  GH_STORE_KEY: 'Set ENCRYPTION_KEY to 32 random bytes in base64, the same for all instances.',
  GH_STORE_SCHEMA: 'Run the named command, then start again; nothing was changed.',
  GH_INTERNAL: 'This is a defect of Gatehouse; the log of the server has the details.',
} as const;

export type FaultCode = keyof typeof FAULTS;

export function isFaultCode(code: string): code is FaultCode {
  return code in FAULTS;
}

export class Fault extends Error {
  readonly code: FaultCode;
  readonly hint: string;
  /** HTTP status of the vendor's answer, where there was one. */
  readonly status: number | undefined;
  /** What the vendor said, trimmed and redacted. */
  readonly details: string | undefined;
  /** Further members of the result. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same action will be refused until the credential changes: it is remembered and not sent again. */
  readonly lasting: boolean;

  constructor(
    code: FaultCode,
    message: string,
    more: {
      readonly hint?: string;
      readonly status?: number;
      readonly details?: string;
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly lasting?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'Fault';
    this.code = code;
    this.hint = more.hint ?? FAULTS[code];
    this.status = more.status;
    this.details = more.details;
    this.fields = more.fields ?? {};
    this.lasting = more.lasting ?? false;
  }
}
