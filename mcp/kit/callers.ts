import { createHash } from 'node:crypto';
import type { Account } from './account.ts';
import type { Door } from './over-http.ts';

/** Callers over HTTP who bring a session of the vendor's instead of a key: each has an account of their own, with their own rights. */
export interface Callers {
  /** Who came before with this token. */
  known(token: string): Door | undefined;
  /** Proves the token and makes the account; `undefined`: it is refused, or is no token at all. */
  admit(token: string): Promise<Door | undefined>;
  close(): Promise<void>;
}

export interface CallersDeps {
  readonly now: () => number;
  /** `undefined`: not a token of the vendor's. */
  open(token: string): Account | undefined;
  doorOf(account: Account, user: string): Door;
}

/** An account is forgotten after this time; a session of the vendor's ends earlier by itself. In ms. */
const KEPT_MS = 900_000;
const AT_MOST = 200;

export function createCallers({ now, open, doorOf }: CallersDeps): Callers {
  const doors = new Map<string, { readonly door: Door; readonly until: number }>();
  const admitting = new Map<string, Promise<Door | undefined>>();
  const nameOf = (token: string): string => createHash('sha256').update(token).digest('base64');

  const forget = (): void => {
    for (const [name, { door, until }] of doors) {
      if (until > now() && doors.size <= AT_MOST) continue;
      doors.delete(name);
      void door.account.close();
    }
  };
  const prove = async (token: string, name: string): Promise<Door | undefined> => {
    const account = open(token);
    const outcome = await account?.signIn();
    if (account === undefined || outcome?.ok !== true) return undefined;
    const door = doorOf(account, outcome.identity);
    doors.set(name, { door, until: now() + KEPT_MS });
    forget();
    return door;
  };
  return {
    known(token) {
      forget();
      return doors.get(nameOf(token))?.door;
    },
    admit(token) {
      const name = nameOf(token);
      const going = admitting.get(name) ?? prove(token, name).finally(() => admitting.delete(name));
      admitting.set(name, going);
      return going;
    },
    async close() {
      await Promise.all([...doors.values()].map(({ door }) => door.account.close()));
    },
  };
}
