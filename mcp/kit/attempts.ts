import * as z from 'zod';
import { type Cell, createCell, type SharedStore } from './shared-store.ts';

/** How often someone may fail to sign in. */
export interface AttemptLimits {
  readonly perSession: number;
  readonly perAddress: number;
  /** Milliseconds for which nobody may try, counted from the last failure. */
  readonly lockoutMs: number;
}

/** Counts failures by session and by address; both lock out on their own. */
export interface Attempts {
  /** Milliseconds until the next try is allowed; 0: now. */
  wait(session: string, address: string): Promise<number>;
  failed(session: string, address: string): Promise<void>;
  succeeded(session: string, address: string): Promise<void>;
}

const count = z.object({ failures: z.number(), last: z.number() });
type Count = z.output<typeof count>;

/** Counted in the store: whoever shares it shares the lock-outs. */
export function createAttempts({ perSession, perAddress, lockoutMs }: AttemptLimits, store: SharedStore): Attempts {
  const cells = (session: string, address: string): readonly (readonly [Cell<Count>, number])[] => [
    [createCell(store, `attempts/session ${session}`, count), perSession],
    [createCell(store, `attempts/address ${address}`, count), perAddress],
  ];
  const living = (known: Count | undefined, time: number): number =>
    known !== undefined && time - known.last < lockoutMs ? known.failures : 0;
  return {
    async wait(session, address) {
      const waits = cells(session, address).map(async ([cell, most]) => {
        const { value, time } = await cell.read();
        return value === undefined || living(value, time) < most ? 0 : value.last + lockoutMs - time;
      });
      return Math.max(0, ...(await Promise.all(waits)));
    },
    async failed(session, address) {
      for (const [cell] of cells(session, address))
        await cell.update((known, time) => {
          const value = { failures: living(known, time) + 1, last: time };
          return { result: undefined, keep: { value, lifeMs: lockoutMs } };
        });
    },
    async succeeded(session, address) {
      for (const [cell] of cells(session, address))
        await cell.update(() => ({ result: undefined, keep: { value: undefined, lifeMs: lockoutMs } }));
    },
  };
}
