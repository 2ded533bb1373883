import * as z from 'zod';
import { type Item, isItem, itemsOf } from './api.ts';
import { utcMs } from './time.ts';

/** Rows as the platform has them (§3.4); what a row lacks is null, never a default that looks measured. */
const text = z.string().catch('');
const resourceRow = z.looseObject({
  arn: z.string(),
  resource_type: text,
  compliance_status: text,
  drift_score: z.coerce.number().nullable().catch(null),
  /** Serialised like `1.0`. */
  findings_count: z.coerce.number().transform(Math.trunc).nullable().catch(null),
  last_evaluated: text,
  snapshot_key: z.string().nullable().catch(null),
});
const findingRow = z.looseObject({
  finding_id: text,
  rule_id: text,
  resource_arn: text,
  resource_type: text,
  severity: text,
  message: text,
  category: text,
  timestamp: text,
  snapshot_key: z.string().nullable().catch(null),
});

export type Resource = z.output<typeof resourceRow>;
export type Finding = z.output<typeof findingRow>;

export function resourcesOf(body: Item): readonly Resource[] {
  return itemsOf(body.resources).flatMap(row => resourceRow.safeParse(row).data ?? []);
}

/** With each difference the right way round. */
export function findingsOf(items: unknown): readonly Finding[] {
  return itemsOf(items).flatMap(row => {
    const { data } = findingRow.safeParse(row);
    return data === undefined ? [] : { ...data, differences: differencesOf(data) };
  });
}

/**
 * §4.2: the platform hands out `actual` and `expected` of a difference swapped. They are turned only where they contradict
 * `observed` and `expected` of the finding, so that a platform that is mended is read rightly too.
 */
export function differencesOf(finding: Item): readonly Item[] {
  return itemsOf(finding.differences).map(difference => {
    const { path, actual, expected } = difference;
    const [seen, wanted] = [at(finding.observed, String(path)), at(finding.expected, String(path))];
    const fits = (is: unknown, should: unknown): boolean => same(seen, is) && same(wanted, should);
    return !fits(actual, expected) && fits(expected, actual)
      ? { ...difference, actual: expected, expected: actual }
      : difference;
  });
}

/** Nothing at the path says nothing about the value. */
function same(known: unknown, value: unknown): boolean {
  return known === undefined || JSON.stringify(known) === JSON.stringify(value);
}

function at(value: unknown, path: string): unknown {
  let inner = value;
  for (const name of path.split('.')) inner = isItem(inner) ? inner[name] : undefined;
  return inner;
}

/** The latest first; rows of one moment by ARN. */
export function newestFirst(a: Resource, b: Resource): number {
  return (utcMs(b.last_evaluated) || 0) - (utcMs(a.last_evaluated) || 0) || (a.arn < b.arn ? -1 : 1);
}

export interface Compliance {
  readonly total: number | null;
  readonly compliant: number | null;
  readonly non_compliant: number | null;
  readonly not_evaluated: number | null;
  /** Percent of all resources. */
  readonly rate: number | null;
  /** Percent of those that were evaluated. */
  readonly rate_evaluated: number | null;
}

export const UNKNOWN_COMPLIANCE: Compliance = {
  total: null,
  compliant: null,
  non_compliant: null,
  not_evaluated: null,
  rate: null,
  rate_evaluated: null,
};

/** Counted from the rows of one scan; all null where there are none. */
export function complianceOf(rows: readonly Resource[]): Compliance {
  if (rows.length === 0) return UNKNOWN_COMPLIANCE;
  const count = (status: string): number => rows.filter(row => row.compliance_status === status).length;
  const [compliant, broken] = [count('COMPLIANT'), count('NON_COMPLIANT')];
  return {
    total: rows.length,
    compliant,
    non_compliant: broken,
    not_evaluated: count('NOT_EVALUATED'),
    rate: percent(compliant, rows.length),
    rate_evaluated: compliant + broken === 0 ? null : percent(compliant, compliant + broken),
  };
}

/** To a tenth. */
export function percent(part: number, whole: number): number {
  return Math.round((1_000 * part) / whole) / 10;
}

export function countBy<T>(rows: readonly T[], key: (row: T) => string): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(rows, key)].map(([name, group]) => [name, group.length]));
}
