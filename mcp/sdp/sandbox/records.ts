import { deny, done, one } from './answers.ts';
import { type Endpoint, routesOf } from './endpoints.ts';
import { type Fields, need, written } from './fields.ts';
import { unwrap } from './input.ts';
import { type Listing, listed } from './lists.ts';
import { moment, type Row, table, type Visit } from './world.ts';

/** A kind of record: its table is its path. */
export interface Kind {
  readonly path: string;
  /** The wrapper of one record, such as `problem`. */
  readonly name: string;
  /** The module of the scopes. */
  readonly module: string;
  readonly fields: Fields;
  readonly mandatory: readonly string[];
  /** What a new record has where nothing is given. */
  readonly start?: (visit: Visit) => Row;
  readonly list: Omit<Listing, 'key' | 'fields'> & { readonly key?: string } & { readonly also?: readonly string[] };
  /** Looks at a change before it is made. */
  readonly guard?: (before: Row, changes: Row, visit: Visit) => void;
  /** Fields that are looked at and not kept. */
  readonly passing?: readonly string[];
}

/** Where the rows of a request stand: the path with its ids. */
export function placeOf(path: string, params: Readonly<Record<string, string>>): string {
  return path.slice(1).replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}

/** The record of an id; V21: a missing one is answered as an unknown path. */
export function recordOf({ tenant }: Visit, place: string, id: string | undefined): Row {
  return table(tenant, place).get(id ?? '') ?? deny.unknown();
}

export function listingOf(kind: Kind): Listing {
  return {
    key: kind.path.split('/').at(-1) ?? '',
    fields: [
      ...Object.keys(kind.fields),
      'id',
      'display_id',
      'created_time',
      'last_updated_time',
      ...(kind.list.also ?? []),
    ],
    ...kind.list,
  };
}

export function created(visit: Visit, kind: Kind, place: string, given: Row): Row {
  const { tenant, vendor } = visit;
  const values = written(tenant, given, kind.fields);
  need(values, kind.mandatory);
  const passing = kind.passing ?? [];
  const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !passing.includes(name)));
  const blank = Object.fromEntries(
    Object.keys(kind.fields)
      .filter(name => !passing.includes(name))
      .map(name => [name, null]),
  );
  const row: Row = {
    id: tenant.newId(),
    ...blank,
    created_time: moment(vendor.now()),
    last_updated_time: null,
    ...kind.start?.(visit),
    ...kept,
  };
  table(tenant, place).set(String(row.id), row);
  return row;
}

export function changed(visit: Visit, kind: Kind, row: Row, given: Row): Row {
  const changes = written(visit.tenant, given, kind.fields);
  kind.guard?.(row, changes, visit);
  for (const [name, value] of Object.entries(changes)) if (!kind.passing?.includes(name)) row[name] = value;
  row.last_updated_time = moment(visit.vendor.now());
  return row;
}

/** List, get, create, update and delete. */
export function plain(kind: Kind): readonly Endpoint[] {
  const { get, post, put, remove } = routesOf(kind.module);
  const { path, name } = kind;
  const place = (visit: Visit): string => placeOf(path, visit.params);
  const record = (visit: Visit): Row => recordOf(visit, place(visit), visit.params.id);
  return [
    get(path, visit => listed(visit.input, alive(table(visit.tenant, place(visit)).values()), listingOf(kind))),
    get(`${path}/{id}`, visit => one({ [name]: record(visit) })),
    post(path, visit => one({ [name]: created(visit, kind, place(visit), unwrap(visit.input, name)) })),
    put(`${path}/{id}`, visit => one({ [name]: changed(visit, kind, record(visit), unwrap(visit.input, name)) })),
    remove(`${path}/{id}`, visit => {
      const row = record(visit);
      table(visit.tenant, place(visit)).delete(String(row.id));
      return done('Deleted successfully.');
    }),
  ];
}

/** Without what was thrown away. */
export function alive(rows: Iterable<Row>): readonly Row[] {
  return [...rows].filter(row => row.is_trashed !== true);
}
