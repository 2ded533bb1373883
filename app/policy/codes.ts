import { randomInt, timingSafeEqual } from 'node:crypto';
import { GatehouseError } from '../contract/errors.ts';

/**
 * The one-time code that the window shows and the command line must repeat, so that an assistant with a shell cannot
 * approve itself. Good for one use and two minutes; five wrong tries lock it for a minute.
 */
export interface CodeBook {
  /** The code to show now, `123-456`, and when it changes (ISO). */
  current(): { readonly code: string; readonly expiresAt: string };
  /** Spends the code. Throws `GH_CODE_WRONG` or `GH_CODE_LOCKED`. */
  spend(code: string): void;
}

const LIFETIME_MS = 120_000;
const TRIES = 5;
const LOCK_MS = 60_000;

export function createCodeBook(now: () => Date): CodeBook {
  let code = '';
  let expires = 0;
  let wrong = 0;
  let lockedUntil = 0;
  const renew = (): void => {
    code = String(randomInt(1_000_000)).padStart(6, '0');
    expires = now().getTime() + LIFETIME_MS;
  };
  const fresh = (): void => {
    if (now().getTime() >= expires) renew();
  };
  return {
    current() {
      fresh();
      return { code: `${code.slice(0, 3)}-${code.slice(3)}`, expiresAt: new Date(expires).toISOString() };
    },
    spend(given) {
      if (now().getTime() < lockedUntil) throw new GatehouseError('GH_CODE_LOCKED', 'Too many wrong codes.');
      fresh();
      const typed = Buffer.from(given.replaceAll(/\D/g, '').padEnd(6, 'x').slice(0, 6));
      if (!timingSafeEqual(typed, Buffer.from(code))) {
        wrong += 1;
        if (wrong >= TRIES) {
          wrong = 0;
          lockedUntil = now().getTime() + LOCK_MS;
          renew();
        }
        throw new GatehouseError('GH_CODE_WRONG', 'The code is not the one that the window shows.');
      }
      wrong = 0;
      renew();
    },
  };
}
