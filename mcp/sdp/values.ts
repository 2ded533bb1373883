import * as z from 'zod';
import { Fault } from '../kit/index.ts';
import type { Item } from './api.ts';
import { htmlOf } from './text.ts';

/** A long id: 15 to 19 digits as text, since a number would lose the last ones (fact sheet §0.2 row 10). */
const LONG_ID = /^\d{12,19}$/;
const SHORT_ID = /^(?:#|[A-Za-z]+-)?(\d{1,10})$/;

export const longId = z.string().regex(/^\d{1,19}$/, 'must be the digits of an id, as text');
export const displayOrLongId = z
  .string()
  .regex(/^(#|[A-Za-z]+-)?\d{1,19}$/, 'must be a long id or a display id such as 118, as text');

/** The number of a display id; `undefined` for a long id. */
export function displayNumber(id: string): number | undefined {
  const digits = SHORT_ID.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** V10: a reference is an object. A long id counts as an id, anything else as a name. */
export function referenceOf(text: string): Item {
  return LONG_ID.test(text) ? { id: text } : { name: text };
}

/** A person by e-mail (in lower case, V12), id or name. */
export function personOf(text: string): Item {
  return text.includes('@') ? { email_id: text.toLowerCase() } : referenceOf(text);
}

/** §2.5. Throws `GH_INVALID_INPUT` for a time without a zone: the vendor's server would guess one. */
export function timeOf(text: string, name: string): Item {
  return { value: String(instantOf(text, name)) };
}

/** Milliseconds since 1970 of an ISO 8601 time with its zone, of a date (its beginning in UTC), or of such a number. */
export function instantOf(text: string, name: string): number {
  if (/^\d{11,14}$/.test(text)) return Number(text);
  const zoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/.test(text);
  const time = zoned ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new Fault('GH_INVALID_INPUT', `${name} is not a time: ${text}.`, {
      hint: 'Use ISO 8601 with the zone, such as 2026-01-07T09:00:00Z.',
    });
  return time;
}

/** How one argument becomes members of the record. */
export interface Field {
  readonly schema: z.ZodType;
  readonly put: (value: never, name: string) => Item;
}

const as = (put: (value: string, name: string) => unknown) => (value: string, name: string) => ({
  [name]: put(value, name),
});
const field = <T>(schema: z.ZodType, put: (value: T, name: string) => Item): Field => ({ schema, put });

const text = z.string().min(1);
export const short = z.string().min(1).max(250);
const words = text.describe('text or HTML');
const isoTime = short.describe('ISO 8601 with zone');
const who = short.describe('e-mail, id or name');
const choice = short.describe('name or id');

export const email = z.string().regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address');

/** The kinds of arguments that records take. */
export const a = {
  text: field(
    text,
    as(value => value),
  ),
  short: field(
    short,
    as(value => value),
  ),
  html: field(words, as(htmlOf)),
  choice: field(choice, as(referenceOf)),
  person: field(who, as(personOf)),
  time: field(isoTime, as(timeOf)),
  flag: field<boolean>(z.boolean(), (value, name) => ({ [name]: value })),
  /** The vendor's own samples send numbers as text. */
  number: field<number>(z.number(), (value, name) => ({ [name]: String(value) })),
  udf: field<Item>(
    z.record(z.string(), z.unknown()).describe('user-defined fields; names and types: get_metadata, kind metainfo'),
    (value, name) => ({ [name]: value }),
  ),
  /** Records of which only ids count. */
  ids: field<string[]>(z.array(longId), (value, name) => ({ [name]: value.map(id => ({ id })) })),
  free: field<Item>(z.record(z.string(), z.unknown()), (value, name) => ({ [name]: value })),
};

/** A text that stands inside a group of the vendor's, such as `root_cause.root_cause_description`. */
export function grouped(group: string, member: string): Field {
  return field(words, (value: string) => ({ [group]: { [member]: htmlOf(value) } }));
}

/** The same argument under another name at the vendor's. */
export function named(name: string, { schema, put }: Field): Field {
  return { schema, put: (value: never) => put(value, name) };
}

export type FieldSet = Readonly<Record<string, Field>>;

/** The shape of a set of arguments, all optional but `required`. */
export function shapeOf(fields: FieldSet, required: readonly string[] = []): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { schema }]) => [name, required.includes(name) ? schema : schema.optional()]),
  );
}

/** The record that these arguments make: what was not given is not in it; groups are joined. */
export function recordFrom(fields: FieldSet, input: Item): Item {
  const record: Record<string, unknown> = {};
  for (const [name, { put }] of Object.entries(fields)) {
    const value = input[name];
    if (value === undefined) continue;
    for (const [key, inner] of Object.entries(put(value as never, name))) record[key] = joined(record[key], inner);
  }
  return record;
}

function joined(before: unknown, inner: unknown): unknown {
  const both = typeof before === 'object' && before !== null && typeof inner === 'object' && inner !== null;
  return both ? { ...before, ...inner } : inner;
}
