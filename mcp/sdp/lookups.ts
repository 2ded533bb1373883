import { Fault } from '../kit/index.ts';
import { ask, type Item, itemOf, type SdpCall } from './api.ts';
import { everyRow } from './lists.ts';
import { GROUP_ROUTES, REQUEST_TYPE_ROUTES, USUAL_STATUSES } from './unsure.ts';

/** The lists to choose from (fact sheet §3.10): where each stands, and under which names. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  priority: ['priorities'],
  status: ['statuses'],
  category: ['categories'],
  subcategory: ['subcategories'],
  item: ['items'],
  mode: ['modes'],
  urgency: ['urgencies'],
  impact: ['impacts'],
  level: ['levels'],
  request_type: REQUEST_TYPE_ROUTES,
  site: ['sites'],
  department: ['departments'],
  group: GROUP_ROUTES,
  template: ['request_templates'],
  closure_code: ['closure_codes'],
  worklog_type: ['worklog_types'],
  task_type: ['task_types'],
  change_type: ['change_types'],
};
export const KINDS = [...Object.keys(ROUTES), 'metainfo'] as const;

/** Lists change seldom, records often: only lists are kept. In ms. */
const LIFE_MS = 600_000;

interface Wanted {
  readonly kind: string;
  readonly parent?: string | undefined;
  readonly fresh?: boolean | undefined;
}

/** The entries of a list of this tenant. Throws what the vendor refuses. */
export function lookup(call: SdpCall, { kind, parent, fresh = false }: Wanted): Promise<readonly Item[]> {
  const key = `${kind}/${parent ?? ''}`;
  return call.state.cache.get(key, LIFE_MS, () => readList(call, kind, parent), fresh);
}

async function readList(call: SdpCall, kind: string, parent: string | undefined): Promise<readonly Item[]> {
  const names = ROUTES[kind] ?? [];
  const below = parent === undefined ? '' : parentPath(kind, parent);
  const purpose = `Reading the list of kind ${kind}`;
  for (const [index, name] of names.entries()) {
    try {
      const rows = await everyRow(call, { path: `${below}/${name}`, keys: [name, kind], purpose });
      return kind === 'closure_code' ? rows.filter(forRequests) : rows;
    } catch (error) {
      const last = index === names.length - 1;
      if (!(error instanceof Fault) || (last && kind !== 'status') || !closed(error)) throw error;
    }
  }
  return await statusesInUse(call);
}

const closed = ({ code }: Fault): boolean => code === 'GH_NOT_FOUND' || code === 'GH_VENDOR_SCOPE';

function parentPath(kind: string, parent: string): string {
  if (kind === 'subcategory') return `/categories/${parent}`;
  if (kind === 'item') return `/subcategories/${parent}`;
  throw new Fault('GH_INVALID_INPUT', `A list of kind ${kind} has no parent: only subcategory and item have.`);
}

function forRequests(code: Item): boolean {
  const module = itemOf(code.module).name;
  return module === undefined || module === 'request';
}

/** Some sites close the list of statuses: then those on recent requests, and the usual names. */
async function statusesInUse(call: SdpCall): Promise<readonly Item[]> {
  const paging = { path: '/requests', keys: ['requests'], purpose: 'Looking for statuses on requests' };
  const rows = await everyRow(call, paging);
  const seen = rows.map(row => itemOf(row.status)).filter(({ name }) => name !== undefined);
  const named = new Map(seen.map(status => [String(status.name), status]));
  for (const name of USUAL_STATUSES) if (!named.has(name)) named.set(name, { name, assumed: true });
  return [...named.values()];
}

/** §2.5: user-defined fields have their names and types here. */
export async function metainfo(call: SdpCall, module: string): Promise<Item> {
  const { body } = await ask(call, { path: `/${module}/_metainfo`, purpose: `Reading the fields of ${module}` });
  const fields = itemOf(itemOf(body.metainfo).fields);
  return { fields, user_defined: itemOf(itemOf(fields.udf_fields).fields) };
}

/** A field's own list, where it has one. */
export const LISTED = new Set(Object.keys(ROUTES));

/** What the named fields may be, as far as this tenant tells: for a refusal that names them. Never throws. */
export async function allowedFor(call: SdpCall, fields: readonly string[]): Promise<Item> {
  const known = fields.filter(name => LISTED.has(name)).slice(0, 4);
  const found = await Promise.all(
    known.map(async kind => {
      try {
        const names = (await lookup(call, { kind })).map(({ name }) => name);
        return [[kind, names.slice(0, 40)] as const];
      } catch {
        return [];
      }
    }),
  );
  return Object.fromEntries(found.flat());
}
