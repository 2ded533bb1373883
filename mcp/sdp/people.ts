import { Fault } from '../kit/index.ts';
import { type Item, itemOf, type SdpCall } from './api.ts';
import { filterBy, where } from './criteria.ts';
import { everyRow, listAll } from './lists.ts';

/** By e-mail exactly, by id, or by a part of the name (fact sheet §3.9). */
export function personCriteria(search: string) {
  if (search.includes('@')) return filterBy([where('email_id', 'is', search)]);
  return filterBy([/^\d{12,19}$/.test(search) ? where('id', 'is', search) : where('name', 'contains', search)]);
}

/** One user. Throws `GH_NOT_FOUND`, and `GH_INVALID_INPUT` where several have the name (V24). */
export async function findPerson(
  call: SdpCall,
  search: string,
): Promise<{ readonly id: string; readonly name: unknown }> {
  const listing = {
    path: '/users',
    keys: ['users'],
    purpose: 'Looking for the user',
    criteria: personCriteria(search),
  };
  const { items } = await listAll(call, listing, { limit: 10, start_index: 1, all: false, include_total: false });
  const exact = items.filter(({ name }) => name === search);
  const found = exact.length > 0 ? exact : items;
  const [first] = found;
  if (first === undefined) throw new Fault('GH_NOT_FOUND', `There is no user "${search}".`);
  if (found.length > 1)
    throw new Fault('GH_INVALID_INPUT', `${found.length} users fit "${search}": use the e-mail or the id.`, {
      fields: { candidates: found.map(({ id, name, email_id }) => ({ id, name, email_id })) },
    });
  return { id: String(first.id), name: first.name };
}

export interface Technicians {
  readonly technician: Item | null;
  readonly alternatives: readonly Item[];
  readonly source: 'technicians' | 'users' | 'recent requests';
}

/** From the technicians; where they are closed, from the users; where those are too, from recent requests. */
export async function findTechnician(call: SdpCall, search: string): Promise<Technicians> {
  const paging = { limit: 25, start_index: 1, all: false, include_total: false };
  const criteria = personCriteria(search);
  const purpose = 'Looking for the technician';
  for (const source of ['technicians', 'users'] as const) {
    try {
      const { items } = await listAll(call, { path: `/${source}`, keys: [source], purpose, criteria }, paging);
      return ranked(
        source === 'users' ? items.filter(({ is_technician }) => is_technician === true) : items,
        search,
        source,
      );
    } catch (error) {
      if (!(error instanceof Fault) || !['GH_VENDOR_SCOPE', 'GH_NOT_FOUND', 'GH_SIGN_IN'].includes(error.code))
        throw error;
    }
  }
  const rows = await everyRow(call, { path: '/requests', keys: ['requests'], purpose });
  const seen = new Map(rows.map(row => itemOf(row.technician)).map(one => [String(one.id), one]));
  seen.delete('undefined');
  const low = search.toLowerCase();
  const fits = [...seen.values()].filter(({ name, email_id }) => `${name} ${email_id}`.toLowerCase().includes(low));
  return ranked(fits, search, 'recent requests');
}

/** Who has exactly that name or address comes first. */
function ranked(rows: readonly Item[], search: string, source: Technicians['source']): Technicians {
  const low = search.toLowerCase();
  const exact = ({ name, email_id }: Item): boolean =>
    [name, email_id].some(text => String(text).toLowerCase() === low);
  const [technician = null, ...alternatives] = [...rows.filter(exact), ...rows.filter(row => !exact(row))];
  return { technician, alternatives, source };
}
