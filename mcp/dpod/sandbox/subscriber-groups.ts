import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson, type SandboxRequest } from '../../kit/sandbox.ts';
import type { Caller, Guard } from './access.ts';
import { given, orNotFound, pageAnswer, pathId } from './requests.ts';
import type { SubscriberGroup, Vendor } from './world.ts';

/** Subscriber groups of the caller's tenant (§3.10). */
export function subscriberGroupRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { world, switches } = vendor;
  const { groups } = world;
  const base = '/v1/subscriber_groups';

  const visible = (caller: Caller): readonly SubscriberGroup[] =>
    [...groups.values()].filter(group => group.tenantId === caller.tenantId);
  const groupOf = (request: SandboxRequest, caller: Caller): SubscriberGroup => {
    const id = pathId(request);
    return orNotFound(
      visible(caller).find(group => group.id === id),
      'Subscriber group',
    );
  };

  return [
    {
      method: 'GET',
      path: base,
      handle: guard('groups', (request, caller) => pageAnswer(request, visible(caller), presentGroup)),
    },
    {
      method: 'POST',
      path: base,
      handle: guard('groups', (request, caller) => {
        const body = readJson(request, creation);
        if (switches.current.duplicateNames === 'refused' && visible(caller).some(({ name }) => name === body.name)) {
          throw new Refusal(409, `A subscriber group named '${body.name}' exists already`);
        }
        const group: SubscriberGroup = {
          id: vendor.newId(),
          tenantId: caller.tenantId,
          name: body.name,
          description: body.description ?? null,
        };
        groups.set(group.id, group);
        return jsonAnswer(201, presentGroup(group), { location: `${vendor.url}${base}/${group.id}` });
      }),
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      handle: guard('groups.get', (request, caller) => jsonAnswer(200, presentGroup(groupOf(request, caller)))),
    },
    {
      method: 'PATCH',
      path: `${base}/{id}`,
      handle: guard('groups', (request, caller) => {
        const changed = { ...groupOf(request, caller), ...given(readJson(request, creation.partial())) };
        groups.set(changed.id, changed);
        return jsonAnswer(200, presentGroup(changed));
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      handle: guard('groups', (request, caller) => {
        const group = groupOf(request, caller);
        if ([...world.users.values()].some(user => user.subscriberGroups.includes(group.id))) {
          throw new Refusal(409, 'The subscriber group has members, who cannot move to another');
        }
        groups.delete(group.id);
        return { status: 204 };
      }),
    },
  ];
}

const creation = z.strictObject({ name: z.string().min(1).max(64), description: z.string().max(255).optional() });

function presentGroup({ tenantId: _, ...group }: SubscriberGroup): object {
  return group;
}
