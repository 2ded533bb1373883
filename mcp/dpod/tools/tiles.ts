import * as z from 'zod';
import { definesFor } from '../../kit/index.ts';
import {
  change,
  type Dpod,
  type DpodCall,
  getAll,
  getItem,
  getJson,
  getPage,
  given,
  type Item,
  page,
  pageFields,
  size,
  uuid,
} from '../api.ts';
import { AO, SP } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();
const tileId = uuid.describe('UUID of the tile');
const filters = {
  page,
  size,
  provisionable: z.boolean().default(false).describe('only tiles from which a service can be made'),
  tenant_id: uuid.optional(),
  service_type: z.string().max(255).optional(),
};

function query(input: {
  readonly provisionable: boolean;
  readonly tenant_id?: string | undefined;
  readonly service_type?: string | undefined;
}) {
  return {
    ...(input.provisionable ? { provisionable: true } : {}),
    tenantId: input.tenant_id,
    serviceType: input.service_type,
  };
}

/** §3.2: the filters on the wire are hearsay, so they are applied here too. */
function fits(
  tile: Item,
  input: { readonly provisionable: boolean; readonly service_type?: string | undefined },
): boolean {
  return (
    (!input.provisionable || tile.provisionable !== false) &&
    (input.service_type === undefined || [tile.shortCode, tile.serviceType].includes(input.service_type))
  );
}

export const tiles = tool({
  name: 'manage_tiles',
  title: 'Tiles',
  description: 'The catalogue of DPoD: what services can be made.',
  actions: {
    list_tiles: action({
      description: 'Lists tiles.',
      effect: 'read',
      scopes: [SP, AO],
      input: filters,
      async run(input, call) {
        const found = await getPage(call, '/v1/tiles', 'Listing tiles', {
          ...query(input),
          page: input.page,
          size: input.size,
        });
        return { tiles: found.items.filter(tile => fits(tile, input)), ...pageFields(found) };
      },
    }),
    search_tiles: action({
      description: 'Looks for a word in name, description, short code and category of all tiles.',
      effect: 'read',
      scopes: [SP, AO],
      input: { ...filters, search: z.string().min(1).max(100).describe('the word') },
      run: search,
    }),
    get_tile_details: action({
      description: 'Shows one tile.',
      effect: 'read',
      scopes: [AO],
      input: { tile_id: tileId, provisionable: filters.provisionable },
      run: async ({ tile_id, provisionable }, call) => ({
        tile: await getItem(call, `/v1/tiles/${tile_id}`, 'Reading the tile', provisionable ? { provisionable } : {}),
      }),
    }),
    get_tile_plans: action({
      description: 'Lists the plans of a tile.',
      effect: 'read',
      scopes: [AO],
      input: { tile_id: tileId },
      async run({ tile_id }, call) {
        const body = await getJson(call, `/v1/tiles/${tile_id}/plans`, 'Reading the plans');
        const plans = Array.isArray(body) ? body : [];
        return { tile_id, plans: Array.isArray(body) ? plans : body, total_plans: plans.length };
      },
    }),
    update_tile: action({
      description:
        'Enables a tile, for all sub-tenants too. A service provider may only enable; tenant administrators do the rest in the portal.',
      effect: 'write',
      scopes: [SP],
      input: { tile_id: tileId, enabled: z.boolean() },
      async run({ tile_id, enabled }, call) {
        const { body } = await change(call, 'PATCH', `/v1/tiles/${tile_id}`, 'Changing the tile', {
          headers: { 'content-type': 'application/json-patch+json' },
          body: Buffer.from(JSON.stringify([{ op: 'replace', path: '/enabled', value: enabled }])),
        });
        return { tile: body ?? null, message: `The tile is ${enabled ? 'enabled' : 'disabled'}.` };
      },
    }),
  },
});

async function search(
  input: {
    readonly page: number;
    readonly size: number;
    readonly provisionable: boolean;
    readonly tenant_id?: string | undefined;
    readonly service_type?: string | undefined;
    readonly search: string;
  },
  call: DpodCall,
) {
  const word = input.search.toLowerCase();
  const all = await getAll(call, '/v1/tiles', 'Searching tiles', query(input));
  const hits = all.filter(
    tile =>
      fits(tile, input) &&
      [tile.name, tile.description, tile.shortCode, tile.category].some(text =>
        String(text ?? '')
          .toLowerCase()
          .includes(word),
      ),
  );
  const from = input.page * input.size;
  return {
    tiles: hits.slice(from, from + input.size),
    ...pageFields({
      items: hits,
      number: input.page,
      size: input.size,
      totalElements: hits.length,
      totalPages: Math.ceil(hits.length / input.size),
    }),
    search_filters: given({
      search: input.search,
      service_type: input.service_type,
      tenant_id: input.tenant_id,
      provisionable: input.provisionable,
    }),
  };
}
