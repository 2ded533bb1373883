import * as z from 'zod';
import { ask, type Item } from '../api.ts';
import { filterBy, where } from '../criteria.ts';
import { ASSET_USER, PRODUCT_SCOPES, WORKSTATION_ROUTE } from '../unsure.ts';
import { a, type FieldSet, named, recordFrom, shapeOf } from '../values.ts';
import {
  ASSETS,
  act,
  change,
  create,
  list,
  outcomeOf,
  partId,
  purposeOf,
  put,
  read,
  readOne,
  tool,
  word,
} from './shared.ts';

const FIELDS: FieldSet = {
  name: a.short,
  product: a.choice,
  state: a.choice,
  asset_tag: a.short,
  barcode: a.short,
  serial_number: a.short,
  site: a.choice,
  department: a.choice,
  user: named(ASSET_USER, a.person),
  vendor: a.choice,
  acquisition_date: a.time,
  expiry_date: a.time,
  warranty_expiry: a.time,
  purchase_cost: a.number,
  location: a.short,
  udf_fields: a.udf,
};
const CHANGES: FieldSet = { ...FIELDS, state_history_comments: a.text };

const changing = (description: string, fields: FieldSet, required: readonly string[] = []) =>
  change({
    description,
    scope: 'assets',
    op: 'UPDATE',
    idempotent: true,
    input: { asset_id: partId, ...shapeOf(fields, required) },
    run: async (input, call) =>
      outcomeOf(await put(call, ASSETS, input, recordFrom(fields, input), description), 'asset'),
  });

const listing = (description: string) =>
  list({
    description,
    scope: 'assets',
    input: {
      query: word.optional().describe('part of the name'),
      asset_tag: word.optional(),
      state: word.optional(),
      product_type: word.optional(),
      user_email: word.optional(),
      site: word.optional(),
    },
    sort: 'name',
    listing: input => ({
      path: ASSETS.path,
      keys: ['assets', 'asset_assets'],
      criteria: filterBy([
        where('name', 'contains', input.query),
        where('asset_tag', 'is', input.asset_tag),
        where('state.name', 'is', input.state),
        where('product_type.name', 'is', input.product_type),
        where(`${ASSET_USER}.email_id`, 'is', input.user_email),
        where('site.name', 'is', input.site),
      ]),
    }),
  });

const plain = (description: string, path: string) =>
  list({
    description,
    scope: path === 'workstations' ? 'assets' : PRODUCT_SCOPES,
    input: {},
    sort: 'name',
    listing: () => ({ path: path === 'workstations' ? WORKSTATION_ROUTE : `/${path}`, keys: [path] }),
  });

export const assets = tool({
  name: 'assets',
  title: 'Assets',
  description: 'Hardware and other things that people use.',
  actions: {
    list_assets: listing('Lists assets.'),
    search_assets: listing('Searches names.'),
    get_asset: read({
      description: 'Shows an asset.',
      scope: 'assets',
      input: { asset_id: partId },
      run: async ({ asset_id }, call) => ({
        asset: await readOne(call, `${ASSETS.path}/${asset_id}`, ['asset'], 'Reading the asset'),
      }),
    }),
    create_asset: create({
      description: 'Creates an asset.',
      module: ASSETS,
      fields: FIELDS,
      required: ['name', 'product'],
    }),
    update_asset: changing('Changes fields.', CHANGES),
    assign_asset: changing('Gives it to a user, department or site.', {
      user: named(ASSET_USER, a.person),
      department: a.choice,
      site: a.choice,
      state_history_comments: a.text,
    }),
    set_asset_state: changing('Sets the state.', { state: a.choice, state_history_comments: a.text }, ['state']),
    delete_asset: act(ASSETS, { description: 'Deletes it for good.', op: 'DELETE', method: 'DELETE', route: '' }),
    list_workstations: plain('Lists workstations.', 'workstations'),
    list_products: plain('Lists products.', 'products'),
    list_product_types: plain('Lists product types.', 'product_types'),
  },
});

const ciType = z
  .string()
  .regex(/^[a-z][a-z0-9_]{1,60}$/, 'must be an API name such as ci_workstation')
  .describe('API name such as ci_workstation');
const CI: FieldSet = { name: a.short, description: a.html, attributes: named('ci_attributes', a.free) };

const writing = (description: string, isNew: boolean) =>
  change({
    description,
    scope: 'cmdb',
    op: isNew ? 'CREATE' : 'UPDATE',
    idempotent: !isNew,
    input: { ci_type: ciType, ...(isNew ? {} : { ci_id: partId }), ...shapeOf(CI, isNew ? ['name'] : []) },
    async run(input, call) {
      const { ci_type: type, ci_id: id } = input as { ci_type: string; ci_id?: string };
      const said = await ask(call, {
        method: isNew ? 'POST' : 'PUT',
        path: `/cmdb/${type}${id === undefined ? '' : `/${id}`}`,
        input: { [type]: recordFrom(CI, input) },
        purpose: purposeOf(description),
      });
      return outcomeOf({ ...said, body: renamed(said.body, type) }, 'ci');
    },
  });

/** The member of a CI is called as its type. */
function renamed(body: Item, type: string): Item {
  const { [type]: ci, ...rest } = body;
  return ci === undefined ? body : { ...rest, ci };
}

export const cmdb = tool({
  name: 'cmdb',
  title: 'Configuration items',
  description: 'The CMDB, by type.',
  actions: {
    list_cis: list({
      description: 'Lists items of a type.',
      scope: 'cmdb',
      input: { ci_type: ciType, query: word.optional() },
      listing: ({ ci_type, query }) => ({
        path: `/cmdb/${ci_type}`,
        keys: [ci_type, `${ci_type}s`],
        criteria: filterBy([where('name', 'contains', query)]),
      }),
    }),
    get_ci: read({
      description: 'Shows an item.',
      scope: 'cmdb',
      input: { ci_type: ciType, ci_id: partId },
      run: async ({ ci_type, ci_id }, call) => ({
        ci: await readOne(call, `/cmdb/${ci_type}/${ci_id}`, [ci_type], 'Reading the item'),
      }),
    }),
    create_ci: writing('Creates an item.', true),
    update_ci: writing('Changes an item.', false),
  },
});
