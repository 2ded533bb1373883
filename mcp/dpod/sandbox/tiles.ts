import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson } from '../../kit/sandbox.ts';
import type { Guard } from './access.ts';
import { serviceCategories, serviceTypes } from './catalogue.ts';
import { orNotFound, pageAnswer, pathId, queryFlag, queryId } from './requests.ts';
import { subtreeOf, type Tile, type Vendor } from './world.ts';

/** The service catalogue: tiles, their plans, and the two lists that want no token (§3.1, §3.2). */
export function tileRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { tiles } = vendor.world;
  return [
    { method: 'GET', path: '/v1/service_categories', handle: () => jsonAnswer(200, serviceCategories()) },
    { method: 'GET', path: '/v1/service_types', handle: () => jsonAnswer(200, serviceTypes()) },
    {
      method: 'GET',
      path: '/v1/tiles',
      handle: guard('tiles', (request, caller) => {
        const type = request.query.get('serviceType');
        const provisionable = queryFlag(request, 'provisionable');
        const tenant = queryId(request, 'tenantId');
        if (tenant !== undefined && !subtreeOf(vendor.world, caller.tenantId).some(({ id }) => id === tenant)) {
          throw new Refusal(404, 'Tenant not found');
        }
        const found = [...tiles.values()].filter(
          tile =>
            (type === null || tile.shortCode === type) &&
            (provisionable === undefined || tile.provisionable === provisionable),
        );
        return pageAnswer(request, found, presentTile);
      }),
    },
    {
      method: 'GET',
      path: '/v1/tiles/{id}',
      handle: guard('tiles.details', request => {
        const provisionable = queryFlag(request, 'provisionable');
        const tile = orNotFound(tiles.get(pathId(request)), 'Tile');
        return jsonAnswer(200, presentTile(orNotFound(!(provisionable && !tile.provisionable) && tile, 'Tile')));
      }),
    },
    {
      method: 'GET',
      path: '/v1/tiles/{id}/plans',
      handle: guard('tiles.details', request => jsonAnswer(200, orNotFound(tiles.get(pathId(request)), 'Tile').plans)),
    },
    {
      method: 'PATCH',
      path: '/v1/tiles/{id}',
      handle: guard('tiles.update', request => {
        const [operation] = readJson(request, enablement, 'application/json-patch+json');
        const tile = orNotFound(tiles.get(pathId(request)), 'Tile');
        if (operation?.value !== true) throw new Refusal(403, 'A service provider may only enable a tile');
        const enabled = { ...tile, enabled: true };
        tiles.set(tile.id, enabled);
        return jsonAnswer(200, presentTile(enabled));
      }),
    },
  ];
}

const enablement = z
  .array(
    z.strictObject({
      op: z.enum(['replace', 'add']),
      path: z.literal('/enabled', 'only /enabled can be changed'),
      value: z.boolean(),
    }),
  )
  .length(1);

function presentTile({ plans: _, ...tile }: Tile): object {
  return tile;
}
