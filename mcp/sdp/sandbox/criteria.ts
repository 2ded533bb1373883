import { deny } from './answers.ts';
import { isRow, type Row } from './world.ts';

const SHORT: Readonly<Record<string, string>> = {
  '=': 'is',
  eq: 'is',
  '!=': 'is not',
  neq: 'is not',
  gt: 'greater than',
  gte: 'greater or equal',
  lt: 'lesser than',
  lte: 'lesser or equal',
};
const CONDITIONS = [
  'is',
  'is not',
  'greater than',
  'greater or equal',
  'lesser than',
  'lesser or equal',
  'between',
  'not between',
  'starts with',
  'ends with',
  'contains',
  'not contains',
];
/** §2.3: what cannot be searched though it is a field. */
const UNSEARCHABLE = ['assets.id'];

type Test = (row: Row) => boolean;

/** The test that these criteria are (§2.3). `fields`: the first names of paths that the module knows. */
export function testOf(criteria: unknown, fields: readonly string[]): Test {
  const list = Array.isArray(criteria) ? criteria : [criteria];
  if (isRow(list[0]) && list[0].logical_operator !== undefined && list.length > 1) deny.value('logical_operator');
  return (
    list.filter(isRow).reduce<Test | undefined>((before, one) => {
      const test = single(one, fields);
      if (before === undefined) return test;
      return joined(before, test, one.logical_operator);
    }, undefined) ?? (() => true)
  );
}

function joined(before: Test, test: Test, operator: unknown): Test {
  const word = String(operator ?? '').toUpperCase();
  if (word === 'AND') return row => before(row) && test(row);
  if (word === 'OR') return row => before(row) || test(row);
  return deny.value('logical_operator');
}

function single(criterion: Row, fields: readonly string[]): Test {
  const { field, condition, value, values, children, logical_operator: _operator, ...extra } = criterion;
  if (Object.keys(extra).length > 0) deny.saying(4001, 'Extra key found in JSON');
  const path = checkedPath(field, fields);
  const word = SHORT[String(condition)] ?? String(condition);
  if (!CONDITIONS.includes(word)) deny.value('condition');
  const wanted = Array.isArray(values) ? values : [value];
  if (path === 'display_id' && wanted.some(one => typeof one !== 'number')) deny.type('display_id');
  const own: Test = row =>
    holds(
      word,
      comparable(row, path),
      wanted.map(one => plain(one)),
    );
  if (!Array.isArray(children)) return own;
  return children.filter(isRow).reduce<Test>((before, child) => {
    const operator = child.logical_operator ?? 'AND';
    return joined(before, single(child, fields), operator);
  }, own);
}

/** The field; an unknown one is refused with its name. */
export function checkedPath(field: unknown, fields: readonly string[], named?: string): string {
  const path = String(field);
  const [first = ''] = path.split('.');
  if (typeof field !== 'string' || !fields.includes(first) || UNSEARCHABLE.includes(path))
    return deny.value(named ?? path);
  return path;
}

/** What stands at a path: the number of a time, the name of a reference, or the plain value. */
export function comparable(row: Row, path: string): unknown {
  const found = path.split('.').reduce<unknown>((at, name) => (isRow(at) ? at[name] : undefined), row);
  return plain(found, path);
}

function plain(value: unknown, path = ''): unknown {
  if (!isRow(value)) return path === 'display_id' ? Number(value) : value;
  if ('value' in value) return Number(value.value);
  return value.name ?? value.id;
}

function holds(word: string, given: unknown, wanted: readonly unknown[]): boolean {
  const [first, second] = wanted;
  const text = (value: unknown): string => String(value ?? '').toLowerCase();
  const same = (one: unknown): boolean =>
    typeof given === 'number' ? given === Number(one) : given === one || String(given) === String(one);
  const empty = given === null || given === undefined || given === '';
  const number = Number(given);
  switch (word) {
    case 'is':
      return wanted.length === 0 ? empty : wanted.some(same);
    case 'is not':
      return wanted.length === 0 ? !empty : !wanted.some(same);
    case 'contains':
      return wanted.some(one => text(given).includes(text(one)));
    case 'not contains':
      return !wanted.some(one => text(given).includes(text(one)));
    case 'starts with':
      return wanted.some(one => text(given).startsWith(text(one)));
    case 'ends with':
      return wanted.some(one => text(given).endsWith(text(one)));
    case 'between':
      return !empty && number >= Number(first) && number <= Number(second);
    case 'not between':
      return !empty && (number < Number(first) || number > Number(second));
    case 'greater than':
      return !empty && number > Number(first);
    case 'greater or equal':
      return !empty && number >= Number(first);
    case 'lesser than':
      return !empty && number < Number(first);
    default:
      return !empty && number <= Number(first);
  }
}
