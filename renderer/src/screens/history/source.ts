import type { EntryView } from '../../../../app/contract/index.ts';
import type { Failure } from '../../api/client.ts';

/** A list of entries, newest first, of which only those that are looked at are at hand. */
export interface Source {
  /** How many rows there are, as far as is known; `undefined` before the first answer. */
  readonly rows: number | undefined;
  /** The entry of a row: not here yet (`undefined`), or missing in the history though its number was given out. */
  readonly at: (row: number) => EntryView | { readonly missing: number } | undefined;
  /** Called with what is in sight. */
  readonly look: (first: number, end: number) => void;
  /** How many new ones are held back so that the list does not move under the person's eyes. */
  readonly held: number;
  readonly showHeld: () => void;
  readonly failed: Failure | undefined;
  readonly again: () => void;
}

/** New entries are shown this often at most. */
export const TELL_MS = 250;
