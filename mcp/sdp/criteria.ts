import * as z from 'zod';
import { Fault } from '../kit/index.ts';
import type { Item } from './api.ts';
import { instantOf } from './values.ts';

/** The conditions of the vendor (fact sheet §2.3); "less than" is not among them. */
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
] as const;

const value = z.union([z.string(), z.number(), z.boolean()]);
const leaf = {
  field: z
    .string()
    .regex(/^\w+(\.\w+)*$/, 'must be a path such as status.name')
    .describe('path such as status.name, requester.email_id, udf_fields.udf_char1'),
  condition: z.enum(CONDITIONS),
  value: value.optional(),
  values: z.array(value).max(50).optional(),
  operator: z.enum(['AND', 'OR']).optional().describe('how it joins the one before it'),
};
const inner = z.strictObject(leaf);

/** Criteria in two levels: A OR (B AND C) is A with the children B and C. Times are ISO 8601. */
export const criteriaSchema = z
  .array(z.strictObject({ ...leaf, children: z.array(inner).max(20).optional() }))
  .min(1)
  .max(20);

type Leaf = z.output<typeof inner>;
type Criterion = z.output<typeof criteriaSchema>[number];

const TIME = /(_time|_date|_on)$/;

/** As the vendor takes them: one object for one, a list whose later items say how they join. Throws `GH_INVALID_INPUT`. */
export function criteriaOf(given: readonly Criterion[]): Item | readonly Item[] | undefined {
  const list = given.map((criterion, index) => {
    const children = criterion.children?.map(child => one(child, child.operator ?? 'AND'));
    const joins = index === 0 ? undefined : (criterion.operator ?? 'AND');
    return { ...one(criterion, joins), ...(children === undefined ? {} : { children }) };
  });
  return list.length === 1 ? list[0] : list.length === 0 ? undefined : list;
}

function one(criterion: Leaf, joins: 'AND' | 'OR' | undefined): Item {
  const { field, condition } = criterion;
  const values = (criterion.values ?? (criterion.value === undefined ? [] : [criterion.value])).map(each =>
    typed(field, each),
  );
  const several = condition === 'between' || condition === 'not between';
  if (several && values.length !== 2)
    throw new Fault('GH_INVALID_INPUT', `${field}: "${condition}" needs values with two of them.`);
  if (!several && values.length === 0 && criterion.values === undefined)
    throw new Fault('GH_INVALID_INPUT', `${field}: value or values is missing.`);
  return {
    field,
    condition,
    ...(values.length === 1 && !several ? { value: values[0] } : { values }),
    ...(joins === undefined ? {} : { logical_operator: joins }),
  };
}

/** §2.3: times as milliseconds in text, addresses in lower case, display ids as numbers. */
function typed(field: string, given: string | number | boolean): unknown {
  if (field === 'display_id') return Number(String(given).replace(/^(#|[A-Za-z]+-)/, ''));
  if (field.endsWith('email_id')) return String(given).toLowerCase();
  if (TIME.test(field)) return String(typeof given === 'number' ? given : instantOf(String(given), field));
  return given;
}

/** What the short filters of a list mean; `undefined` ones do not count. */
export function filterBy(filters: readonly (Criterion | undefined)[]): Item | readonly Item[] | undefined {
  return criteriaOf(filters.filter(one => one !== undefined));
}

export function where(
  field: string,
  condition: Criterion['condition'],
  given: string | number | undefined,
): Criterion | undefined {
  return given === undefined ? undefined : { field, condition, value: given };
}

/** V15: two limits of one time are one criterion. */
export function within(field: string, from: string | undefined, to: string | undefined): Criterion | undefined {
  if (from !== undefined && to !== undefined) return { field, condition: 'between', values: [from, to] };
  return where(field, 'greater or equal', from) ?? where(field, 'lesser or equal', to);
}
