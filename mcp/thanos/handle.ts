import * as z from 'zod';
import { Fault } from '../kit/index.ts';

/** A scan whose outcome is not known: what a later call needs to find its result, also after a restart. */
const pending = z.object({
  tenant: z.string(),
  /** Milliseconds since 1970, by our clock. */
  startedAt: z.number(),
  /** The latest scan before it; a newer one is its result. `null`: there was none. */
  before: z.string().nullable(),
  regions: z.array(z.string()),
});
export type Pending = z.output<typeof pending>;

export function handleOf(scan: Pending): string {
  return Buffer.from(JSON.stringify(scan)).toString('base64url');
}

/** Throws `GH_INVALID_INPUT`. */
export function scanOf(handle: string): Pending {
  try {
    return pending.parse(JSON.parse(Buffer.from(handle, 'base64url').toString()));
  } catch (error) {
    throw new Fault('GH_INVALID_INPUT', 'scan_handle: this is no handle that trigger_scan gave.', { cause: error });
  }
}
