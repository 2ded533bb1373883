import { deny } from './answers.ts';
import { isRow, moment, type Row, referenceTo, type Tenant, table, userOf } from './world.ts';

/** What a field takes (§2.5). `ref:<table>`: an object with an id or a name; `person`, `technician`: also by `email_id`. */
export type Kind =
  | 'text'
  | 'short'
  | 'bool'
  | 'number'
  | 'time'
  | 'any'
  | 'list'
  | 'udf'
  | 'duration'
  | 'person'
  | 'technician'
  | `ref:${string}`
  /** An object that holds these texts. */
  | readonly string[];

export type Fields = Readonly<Record<string, Kind>>;

/** §4.1 of the sheet's limits: the longest of what is short. */
const SHORT = 250;

/** The given fields as a record keeps them. Refuses what the vendor refuses: extra keys, wrong types, names that do not exist. */
export function written(tenant: Tenant, given: Row, fields: Fields): Row {
  const row: Row = {};
  for (const [name, value] of Object.entries(given)) {
    const kind = fields[name];
    if (kind === undefined) return deny.saying(4001, 'Extra key found in JSON');
    row[name] = value === null ? null : kept(tenant, name, value, kind);
  }
  return row;
}

function kept(tenant: Tenant, name: string, value: unknown, kind: Kind): unknown {
  if (Array.isArray(kind)) return groupOf(name, value, kind);
  switch (kind) {
    case 'short':
      return typeof value === 'string' && value.length <= SHORT ? value : deny.value(name);
    case 'text':
      return typeof value === 'string' ? value : deny.type(name);
    case 'bool':
      return typeof value === 'boolean' ? value : deny.type(name);
    case 'number':
      return Number.isFinite(Number(value)) ? String(value) : deny.type(name);
    case 'time':
      return timeOf(name, value);
    case 'list':
      return Array.isArray(value) ? value : deny.type(name);
    case 'udf':
      return udfOf(name, value);
    case 'person':
    case 'technician':
      return userOf(personOf(tenant, name, value, kind));
    case 'duration':
      return durationOf(name, value);
    case 'any':
      return value;
    default:
      return referenceTo(
        found(tenant, String(kind).slice('ref:'.length), name, value),
        'internal_name',
        'in_progress',
        'stop_timer',
        'color',
      );
  }
}

function groupOf(name: string, value: unknown, members: readonly string[]): Row {
  if (!isRow(value) || Object.keys(value).some(key => !members.includes(key))) return deny.type(name);
  return value;
}

/** A number or a text of milliseconds. */
function timeOf(name: string, value: unknown): Row {
  const inner = isRow(value) ? value.value : undefined;
  return /^-?\d{1,15}$/.test(String(inner)) ? moment(Number(inner)) : deny.type(name);
}

function durationOf(name: string, value: unknown): Row {
  if (!isRow(value)) return deny.type(name);
  const { hours = '0', minutes = '0' } = value;
  return { hours, minutes, value: String((Number(hours) * 60 + Number(minutes)) * 60_000) };
}

const UDF = /^(udf_|txt_|num_|bool_|dt_)/;
function udfOf(name: string, value: unknown): Row {
  if (!isRow(value)) return deny.type(name);
  const wrong = Object.keys(value).find(key => !UDF.test(key));
  return wrong === undefined ? value : deny.value(wrong);
}

/** The row of a lookup table. Where both are given, the id wins (§2.5). */
function found(tenant: Tenant, name: string, field: string, value: unknown): Row {
  // V10: a bare text is no reference.
  if (!isRow(value)) return deny.value(field);
  const rows = [...table(tenant, name).values()];
  const row =
    value.id === undefined ? rows.find(one => one.name === value.name) : rows.find(one => one.id === value.id);
  return row ?? deny.value(field);
}

/** V12: the address must belong to someone, in lower case. */
export function personOf(tenant: Tenant, field: string, value: unknown, kind: 'person' | 'technician'): Row {
  if (!isRow(value)) return deny.value(field);
  const people = [...table(tenant, 'users').values()].filter(
    row => row.status === 'ACTIVE' && (kind === 'person' || row.is_technician === true),
  );
  const { id, email_id: email, name } = value;
  const who = people.find(row =>
    id !== undefined ? row.id === id : email !== undefined ? row.email_id === email : row.name === name,
  );
  return who ?? deny.value(field);
}

/** Refuses a record that lacks one of these. */
export function need(row: Row, fields: readonly string[]): void {
  const missing = fields.filter(name => row[name] === undefined || row[name] === null || row[name] === '');
  if (missing.length > 0) deny.missing(...missing);
}
