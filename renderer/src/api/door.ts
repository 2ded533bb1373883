import type { CallHost, DesktopEvent } from '../../../app/contract/index.ts';

/** What the key of the address bar is good for; `stale launch`: the address was meant for one use. */
export type SignIn = 'in' | 'no key' | 'stale launch';

/** `refused`: the host is another one now, with another key; asking again is of no use. */
export type Line = 'up' | 'lost' | 'refused';

/** How the window reaches the host: over loopback HTTP in a browser, through the preload script in the app. */
export interface Door {
  /** Shows the host that this window is the person's. */
  signIn(): Promise<SignIn>;
  /** Rejects with `Failure`. */
  readonly call: CallHost;
  /** What is told, for as long as the window is open. A lost line is taken up again by itself. */
  listen(onEvent: (event: DesktopEvent) => void, onLine: (line: Line) => void): void;
}
