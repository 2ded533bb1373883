import type { Rules } from './requests.ts';
import type { Vendor, Visit } from './world.ts';

/** One call of the vendor's API: below `/api/v1` and `/api/v2` alike. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly rules: Rules;
  /** The body of the 200 answer. Throws `Denied`. */
  run(visit: Visit): unknown;
}

/** A family of endpoints over one vendor. */
export type Family = (vendor: Vendor) => readonly Endpoint[];

type Run = Endpoint['run'];
const of =
  (method: Endpoint['method']) =>
  (path: string, rules: Rules, run: Run): Endpoint => ({ method, path, rules, run });
export const get = of('GET');
export const post = of('POST');
export const put = of('PUT');
export const del = of('DELETE');

/** The fields of most requests: one server, or one application of it. */
export const S = { server_id: 'server' } as const;
export const SA = { server_id: 'server', app_id: 'app' } as const;

/** "Ok, nothing to say": an object, or the empty array that PHP makes of it (§1.6). */
export function nothing(vendor: Vendor): unknown {
  return vendor.switches.current.emptyAsList ? [] : {};
}
