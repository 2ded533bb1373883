import { Fault } from '../kit/index.ts';
import { ask, type Item, itemOf, itemsOf, type SdpCall } from './api.ts';
import { MOST_ROWS } from './unsure.ts';

export interface Paging {
  readonly limit: number;
  readonly start_index: number;
  readonly all: boolean;
  readonly include_total: boolean;
  readonly sort_field?: string | undefined;
  readonly sort_order?: 'asc' | 'desc' | undefined;
}

export interface Listing {
  readonly path: string;
  /** Where the rows stand, the first that there is; else the first list of the answer. */
  readonly keys: readonly string[];
  readonly purpose: string;
  readonly criteria?: Item | readonly Item[] | undefined;
  /** A named view of the vendor's; never together with criteria (fact sheet §2.2). */
  readonly view?: string | undefined;
  /** What is asked for beside the fields that rows have anyway. */
  readonly fields?: readonly string[] | undefined;
  /** Beside `list_info`. */
  readonly beside?: Item;
}

export interface Page {
  readonly items: readonly Item[];
  readonly start_index: number;
  readonly returned: number;
  readonly has_more: boolean;
  readonly next_start_index?: number;
  readonly total_count?: number;
}

/** The most rows that one call brings together. */
const MOST_ALL = 1_000;
/** Time that is left for the answer, in ms. */
const MARGIN_MS = 5_000;

/** One page; with `all`, pages until there are no more, 1,000 rows are there, or the time is over. */
export async function listAll(call: SdpCall, listing: Listing, paging: Paging): Promise<Page> {
  const { limit, start_index: start, all } = paging;
  let page = await pageOf(call, listing, { ...paging, limit: all ? MOST_ROWS : limit });
  const items = [...page.items];
  while (all && page.has_more && items.length < MOST_ALL && call.now() < call.deadline - MARGIN_MS) {
    call.progress(items.length, page.total_count, `${items.length} rows`);
    const next = await pageOf(call, listing, { ...paging, limit: MOST_ROWS, start_index: start + items.length });
    // A site that counts from 0 repeats a row (V13); one that repeats a whole page would never end.
    const known = new Set(items.map(({ id }) => id));
    const fresh = next.items.filter(({ id }) => id === undefined || !known.has(id));
    page = next;
    if (fresh.length === 0) break;
    items.push(...fresh);
  }
  const { has_more, total_count } = page;
  return {
    items,
    start_index: start,
    returned: items.length,
    has_more,
    ...(has_more ? { next_start_index: start + items.length } : {}),
    ...(total_count === undefined ? {} : { total_count }),
  };
}

async function pageOf(call: SdpCall, listing: Listing, paging: Paging): Promise<Page> {
  const { criteria, view, fields, path, purpose, beside } = listing;
  if (criteria !== undefined && view !== undefined)
    throw new Fault('GH_INVALID_INPUT', 'A view cannot be narrowed by further filters: use one or the other.');
  const info = {
    row_count: Math.min(MOST_ROWS, paging.limit),
    // 1-based (V13).
    start_index: Math.max(1, paging.start_index),
    ...(paging.sort_field === undefined
      ? {}
      : { sort_field: paging.sort_field, sort_order: paging.sort_order ?? 'desc' }),
    ...(paging.include_total ? { get_total_count: true } : {}),
    ...(criteria === undefined ? {} : { search_criteria: criteria }),
    ...(view === undefined ? {} : { filter_by: { name: view } }),
    ...(fields === undefined ? {} : { fields_required: fields }),
  };
  const { body } = await ask(call, { path, purpose, input: { ...beside, list_info: info } });
  const rows = rowsOf(body, listing.keys);
  const told = itemOf(body.list_info);
  const total = Number(told.total_count ?? Number.NaN);
  return {
    items: rows,
    start_index: paging.start_index,
    returned: rows.length,
    has_more: told.has_more_rows === true,
    ...(Number.isNaN(total) ? {} : { total_count: total }),
  };
}

export function rowsOf(body: Item, keys: readonly string[]): readonly Item[] {
  const key = keys.find(one => Array.isArray(body[one]));
  if (key !== undefined) return itemsOf(body[key]);
  const other = Object.entries(body).find(([name, value]) => name !== 'response_status' && Array.isArray(value));
  return itemsOf(other?.[1]);
}

/** All rows of a short list. */
export async function everyRow(call: SdpCall, listing: Listing): Promise<readonly Item[]> {
  const paging = { limit: MOST_ROWS, start_index: 1, all: true, include_total: false };
  return (await listAll(call, listing, paging)).items;
}
