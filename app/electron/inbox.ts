import { type BackendView, GatehouseError } from '../contract/index.ts';
import type { Invitations } from './invitations.ts';

/** Links and files that the system hands to the app: from the first moment on, also before anybody can look at them. */
export interface Inbox {
  take(given: string): void;
  /** From now on what comes is passed on, what came before first. */
  open(receive: (given: string) => void): void;
}

export function createInbox(first: readonly string[]): Inbox {
  const early = [...first];
  let receive = (given: string): void => void early.push(given);
  return {
    take: given => receive(given),
    open(next) {
      receive = next;
      for (const given of early.splice(0)) next(given);
    },
  };
}

/** Reads what was handed over; `arrived` when there is something to look at, `refused` with why not. */
export function receiver(deps: {
  readonly invitations: Invitations;
  readonly backends: () => Promise<readonly BackendView[]>;
  readonly arrived: () => void;
  readonly refused: (why: string) => void;
}): (given: string) => void {
  return given => {
    deps
      .backends()
      .then(backends => deps.invitations.take(given, backends))
      .then(deps.arrived, (error: unknown) =>
        deps.refused(
          error instanceof GatehouseError ? `${error.message}\n${error.hint}\n${error.code}` : String(error),
        ),
      );
  };
}
