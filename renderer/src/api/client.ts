import { desktop } from './desktop.ts';
import type { Door } from './door.ts';
import { httpDoor } from './http.ts';

export { Failure, failureOf } from './failure.ts';

/** Asks the host, by whichever way this window has. */
export const { signIn, call, listen }: Door = desktop ?? httpDoor;
