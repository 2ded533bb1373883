import { deny, one } from './answers.ts';
import { type Endpoint, routesOf } from './endpoints.ts';
import { listed } from './lists.ts';
import { recordOf } from './records.ts';
import { type Row, table, type Visit } from './world.ts';

/** The lists of §3.10, each with the names by which it can be searched. */
const LOOKUPS = [
  'priorities',
  'categories',
  'modes',
  'urgencies',
  'impacts',
  'levels',
  'request_types',
  'sites',
  'departments',
  'request_templates',
  'closure_codes',
  'worklog_types',
  'task_types',
  'change_types',
  'subcategories',
  'support_groups',
];
const FIELDS = ['id', 'name', 'description', 'category', 'module', 'internal_name'];

const setup = routesOf('setup');
const rows = (visit: Visit, name: string): Row[] => [...table(visit.tenant, name).values()];

function lookup(name: string, from = name): Endpoint {
  return setup.get(`/${name}`, visit => {
    if (name === 'groups' || name === 'statuses')
      if (visit.vendor.switches.current.missingRoutes.includes(name)) deny.unknown();
    return listed(visit.input, rows(visit, from), { key: name, fields: FIELDS });
  });
}

function children(path: string, from: string, parent: string): Endpoint {
  return setup.get(path, visit => {
    const mine = rows(visit, from).filter(row => row[parent] === visit.params.id);
    return listed(visit.input, mine, { key: from, fields: FIELDS });
  });
}

const PERSON = ['id', 'name', 'first_name', 'last_name', 'email_id', 'is_technician', 'status', 'employee_id'];

/** Users, and the two kinds of them (§3.9). */
function people(path: string, name: string, keep: (row: Row) => boolean): readonly Endpoint[] {
  const users = { ...routesOf('users') };
  const scoped = (endpoint: Endpoint): Endpoint => ({ ...endpoint, scopes: [...endpoint.scopes, 'setup.READ'] });
  const known = (visit: Visit): void => {
    if (name === 'technician' && visit.vendor.switches.current.missingRoutes.includes('technicians')) deny.rights();
  };
  return [
    users.get(path, visit => {
      known(visit);
      return listed(visit.input, rows(visit, 'users').filter(keep), { key: path.slice(1), fields: PERSON });
    }),
    users.get(`${path}/{id}`, visit => {
      known(visit);
      const row = recordOf(visit, 'users', visit.params.id);
      return keep(row) ? one({ [name]: row }) : deny.unknown();
    }),
  ].map(endpoint => (name === 'technician' ? scoped(endpoint) : endpoint));
}

/** §7.10: where user-defined fields get their names from. */
function metainfo(module: string): Endpoint {
  return routesOf(module).get(`/${module}/_metainfo`, () =>
    one({
      metainfo: {
        fields: {
          [module === 'requests' ? 'subject' : 'title']: { type: 'string', mandatory: true },
          udf_fields: {
            type: 'udf',
            fields: {
              udf_char1: { type: 'string', display_name: 'Cost centre' },
              udf_date1: { type: 'datetime' },
              udf_ref1: { type: 'lookup', lookup_entity: 'user' },
            },
          },
        },
      },
    }),
  );
}

function products(name: string): Endpoint {
  const endpoint = routesOf('assets').get(`/${name}`, visit =>
    listed(visit.input, rows(visit, name), { key: name, fields: FIELDS }),
  );
  return { ...endpoint, scopes: [...endpoint.scopes, 'setup.READ'] };
}

export const setupRoutes: readonly Endpoint[] = [
  ...LOOKUPS.map(name => lookup(name, name === 'support_groups' ? 'groups' : name)),
  lookup('statuses'),
  lookup('groups'),
  children('/categories/{id}/subcategories', 'subcategories', 'category_id'),
  children('/subcategories/{id}/items', 'items', 'subcategory_id'),
  setup.get('/request_templates/{id}', visit =>
    one({ request_template: recordOf(visit, 'request_templates', visit.params.id) }),
  ),
  ...people('/users', 'user', () => true),
  ...people('/requesters', 'requester', row => row.is_technician !== true),
  ...people('/technicians', 'technician', row => row.is_technician === true),
  ...['requests', 'problems', 'changes', 'projects', 'assets', 'solutions'].map(metainfo),
  products('products'),
  products('product_types'),
];
