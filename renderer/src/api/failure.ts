import { wordsNow } from '../words/index.ts';

/** A failure as people read it: what happened, what to do next, and the code to look up. */
export class Failure extends Error {
  readonly code: string;
  readonly hint: string;
  /** The key is not, or no longer, that of this host: nothing but a new address helps. */
  readonly keyRefused: boolean;
  constructor(code: string, message: string, hint: string, keyRefused = false) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.keyRefused = keyRefused;
  }
}

export function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('GH_INTERNAL', String(error), wordsNow().common.reloadWindow);
}

export const lost = (): Failure => {
  const { message, hint } = wordsNow().common.lostLine;
  return new Failure('GH_HOST_DOWN', message, hint);
};
