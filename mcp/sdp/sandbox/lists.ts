import type { SandboxAnswer } from '../../kit/sandbox.ts';
import { deny, many } from './answers.ts';
import { checkedPath, comparable, testOf } from './criteria.ts';
import { isRow, type Row } from './world.ts';

const KEYS = [
  'row_count',
  'start_index',
  'sort_field',
  'sort_order',
  'get_total_count',
  'search_criteria',
  'search_fields',
  'filter_by',
  'fields_required',
];

/** How a module lists its rows. */
export interface Listing {
  readonly key: string;
  /** First names of paths that can be searched, sorted and asked for. */
  readonly fields: readonly string[];
  /** Fields of a row unless others are asked for. */
  readonly shown?: readonly string[];
  readonly views?: Readonly<Record<string, (row: Row) => boolean>>;
  /** Fields that rows never have. */
  readonly never?: readonly string[];
}

/** §2.2: paging, sorting and searching as `list_info` wants them. */
export function listed(input: Row, all: readonly Row[], listing: Listing): SandboxAnswer {
  const { list_info: given = {}, ...rest } = input;
  if (!isRow(given) || Object.keys(rest).length > 0 || Object.keys(given).some(key => !KEYS.includes(key)))
    return deny.saying(4001, 'Extra key found in JSON');
  const rowCount = numberOf(given.row_count, 10, 'row_count');
  const start = Math.max(1, numberOf(given.start_index, 1, 'start_index'));
  if (rowCount > 100 || rowCount < 1) deny.value('row_count');
  const found = sorted(searched(all, given, listing), given, listing);
  const page = found.slice(start - 1, start - 1 + rowCount);
  return many({
    list_info: {
      has_more_rows: found.length > start - 1 + rowCount,
      start_index: start,
      row_count: page.length,
      ...pick(given, ['sort_field', 'sort_order', 'search_criteria']),
      ...(given.get_total_count === true ? { total_count: found.length } : {}),
    },
    [listing.key]: page.map(row => reduced(row, given.fields_required, listing)),
  });
}

function searched(all: readonly Row[], given: Row, listing: Listing): readonly Row[] {
  const { search_criteria: criteria, search_fields: fields, filter_by: filter } = given;
  if (filter !== undefined) {
    const view = isRow(filter) ? listing.views?.[String(filter.name)] : undefined;
    // §2.2: the two together were seen to fail.
    if (view === undefined || criteria !== undefined) return deny.value('filter_by');
    return all.filter(view);
  }
  const simple = Object.entries(isRow(fields) ? fields : {}).map(([field, value]) => ({
    field,
    condition: 'is',
    value,
  }));
  const tests = simple.map(one => testOf(one, listing.fields));
  if (criteria !== undefined) tests.push(testOf(criteria, listing.fields));
  return all.filter(row => tests.every(test => test(row)));
}

/** Oldest first unless told, as some modules do. */
function sorted(rows: readonly Row[], given: Row, listing: Listing): readonly Row[] {
  const { sort_field: field = 'id', sort_order: order = 'asc' } = given;
  const path = checkedPath(field, listing.fields, 'sort_field');
  const direction = order === 'desc' ? -1 : order === 'asc' ? 1 : deny.value('sort_order');
  const key = (row: Row): number | string => {
    const value = comparable(row, path);
    return typeof value === 'number' ? value : String(value ?? '');
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    return direction * (left < right ? -1 : left > right ? 1 : 0);
  });
}

function reduced(row: Row, wanted: unknown, { shown, never = [] }: Listing): Row {
  const names = Array.isArray(wanted) ? ['id', ...wanted.map(String)] : (shown ?? Object.keys(row));
  return pick(
    row,
    names.map(name => name.split('.', 1).join('')).filter(name => !never.includes(name)),
  );
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries([...new Set(names)].filter(name => name in row).map(name => [name, row[name]]));
}

function numberOf(value: unknown, otherwise: number, field: string): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : deny.value(field);
}
