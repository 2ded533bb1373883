import type { SandboxRequest, Switches } from '../../kit/sandbox.ts';
import type { SdpSwitches } from './switches.ts';

/** A record as the vendor answers it. */
export type Row = Record<string, unknown>;

/** One portal: its records by table (`requests`, `priorities`, `requests/<id>/notes` …), each by id. */
export interface Tenant {
  readonly name: string;
  readonly portal: string;
  readonly dataCentre: string;
  readonly tables: Map<string, Map<string, Row>>;
  /** The bytes of attachments by id. */
  readonly files: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  /** Ids that were merged into another and answer no more. */
  readonly merged: Set<string>;
  /** A number of 18 digits that begins with the portal's own. */
  newId(): string;
  /** The next display id of a module. */
  nextDisplay(module: string): number;
  /** The technician on whose behalf the API works. */
  user: Row;
}

/** What all endpoints share. */
export interface Vendor {
  readonly switches: Switches<SdpSwitches>;
  now(): number;
}

/** One request that was let in. */
export interface Visit {
  readonly tenant: Tenant;
  readonly vendor: Vendor;
  readonly request: SandboxRequest;
  readonly params: Readonly<Record<string, string>>;
  /** What stood in `input_data`; `{}` when there was none. */
  readonly input: Row;
}

export function table(tenant: Tenant, name: string): Map<string, Row> {
  const known = tenant.tables.get(name);
  if (known !== undefined) return known;
  const fresh = new Map<string, Row>();
  tenant.tables.set(name, fresh);
  return fresh;
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** §2.5: milliseconds as text, and the short form of the United States. */
export function moment(time: number): Row {
  const date = new Date(time);
  const hours = date.getUTCHours();
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(hours % 12 === 0 ? 12 : hours % 12)}:${two(date.getUTCMinutes())} ${hours < 12 ? 'AM' : 'PM'}`;
  return {
    value: String(time),
    display_value: `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()} ${clock}`,
  };
}

/** What a record tells of another one. */
export function referenceTo(row: Row, ...further: readonly string[]): Row {
  return Object.fromEntries(['id', 'name', ...further].filter(key => key in row).map(key => [key, row[key]]));
}

export const userOf = (row: Row): Row => referenceTo(row, 'email_id', 'phone', 'is_technician', 'is_vip_user');
