import { Fault } from '../kit/index.ts';
import { get, type ThanosCall } from './api.ts';
import { type Finding, findingsOf } from './rows.ts';

/** Time that must be left for another page, in ms: the platform may be slow. */
const PAGE_MS = 6_000;

export interface FindingPage {
  readonly rows: readonly Finding[];
  /** Of this page itself, to read it again. */
  readonly cursor: string | undefined;
  readonly next: string | undefined;
}

/** One page of findings of all scans, by id and not by time (§3.3). */
async function page(call: ThanosCall, tenant: string, cursor: string | undefined, limit: number): Promise<FindingPage> {
  const { body } = await get(call, {
    path: '/findings',
    query: { tenant_id: tenant, limit, cursor },
    purpose: 'Reading the findings',
  });
  const { next_cursor: next } = body;
  return { rows: findingsOf(body.items), cursor, next: typeof next === 'string' && next !== '' ? next : undefined };
}

export interface Walk {
  readonly pages: number;
  readonly size: number;
  readonly from?: string | undefined;
  /** Takes a page; `false`: enough. */
  take(page: FindingPage): boolean;
}

export interface Walked {
  readonly pagesRead: number;
  /** Where to go on; `undefined` at the end. */
  readonly next: string | undefined;
  /** Everything was read. */
  readonly complete: boolean;
  /** Why it stopped before the end, where that was not the caller's wish. */
  readonly warning: string | undefined;
}

/**
 * Reads page after page. When time runs out, or a later page fails, what was read stays, and the warning says so; a first page
 * that fails throws.
 */
export async function walk(call: ThanosCall, tenant: string, { pages, size, from, take }: Walk): Promise<Walked> {
  let cursor = from;
  for (let read = 0; ; read++) {
    const stopped = (warning: string | undefined): Walked => ({
      pagesRead: read,
      next: cursor,
      complete: false,
      warning,
    });
    if (read >= pages) return stopped(`Only ${pages} pages were read; there are more.`);
    if (read > 0 && call.deadline - call.now() < PAGE_MS) return stopped('Time ran out; there are more pages.');
    let found: FindingPage;
    try {
      found = await page(call, tenant, cursor, size);
    } catch (error) {
      if (read === 0 || !(error instanceof Fault) || error.code === 'GH_CANCELLED') throw error;
      return stopped(`Page ${read + 1} failed (${error.message}); this is what came before it.`);
    }
    const enough = !take(found);
    if (found.next === undefined) return { pagesRead: read + 1, next: undefined, complete: true, warning: undefined };
    if (enough) return { pagesRead: read + 1, next: found.next, complete: false, warning: undefined };
    cursor = found.next;
    call.progress(read + 1, undefined, `${read + 1} pages of findings read`);
  }
}
