import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson, type SandboxRequest } from '../../kit/sandbox.ts';
import type { Caller, Guard } from './access.ts';
import { given, orNotFound, pageAnswer, pathId, queryId } from './requests.ts';
import { subtreeOf, type User, type Vendor } from './world.ts';

/** Users of the provider and of its tenants (§3.8). */
export function userRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { users } = vendor.world;

  const visible = (caller: Caller): readonly User[] => {
    const tenants = new Set(subtreeOf(vendor.world, caller.tenantId).map(tenant => tenant.id));
    return [...users.values()].filter(user => tenants.has(user.tenantId));
  };
  const userOf = (request: SandboxRequest, caller: Caller): User => {
    const id = pathId(request);
    return orNotFound(
      visible(caller).find(user => user.id === id),
      'User',
    );
  };
  const tenantOf = (id: string | undefined, caller: Caller): string => {
    if (id === undefined) return caller.tenantId;
    if (!subtreeOf(vendor.world, caller.tenantId).some(tenant => tenant.id === id)) {
      throw new Refusal(404, 'Tenant not found');
    }
    return id;
  };
  /** A client credential is nobody: there is no current user. */
  const nobody = guard('users', () => {
    throw new Refusal(403, 'A client credential has no user');
  });

  return [
    {
      method: 'GET',
      path: '/v1/users',
      handle: guard('users', (request, caller) => {
        const wanted = queryId(request, 'tenantId');
        const tenant = wanted === undefined ? undefined : tenantOf(wanted, caller);
        const found = visible(caller).filter(user => tenant === undefined || user.tenantId === tenant);
        return pageAnswer(request, found, presentUser);
      }),
    },
    {
      method: 'POST',
      path: '/v1/users',
      handle: guard('users', (request, caller) => {
        const body = readJson(request, creation);
        const tenantId = tenantOf(body.tenantId, caller);
        if ([...users.values()].some(user => user.username === body.username)) {
          throw new Refusal(409, `A user named '${body.username}' exists already`);
        }
        for (const id of body.subscriberGroups) {
          if (vendor.world.groups.get(id)?.tenantId !== tenantId) {
            throw new Refusal(400, `subscriberGroups: no group ${id}`);
          }
        }
        const user: User = {
          id: vendor.newId(),
          tenantId,
          username: body.username,
          givenName: body.givenName,
          familyName: body.familyName,
          phoneNumber: body.phoneNumber ?? null,
          accountRole: body.accountRole,
          subscriberGroups: body.subscriberGroups,
          primary: false,
        };
        users.set(user.id, user);
        return jsonAnswer(201, presentUser(user), { location: `${vendor.url}/v1/users/${user.id}` });
      }),
    },
    {
      method: 'GET',
      path: '/v1/users/{id}',
      handle: guard('users', (request, caller) => jsonAnswer(200, presentUser(userOf(request, caller)))),
    },
    {
      method: 'PATCH',
      path: '/v1/users/{id}',
      handle: guard('users', (request, caller) => {
        const changed = { ...userOf(request, caller), ...given(readJson(request, update)) };
        users.set(changed.id, changed);
        return jsonAnswer(200, presentUser(changed));
      }),
    },
    {
      method: 'DELETE',
      path: '/v1/users/{id}',
      handle: guard('users', (request, caller) => {
        const user = userOf(request, caller);
        if (user.primary) throw new Refusal(409, 'A primary administrator goes only with the tenant');
        users.delete(user.id);
        return { status: 204 };
      }),
    },
    { method: 'GET', path: '/v1/users/profile', handle: nobody },
    { method: 'PATCH', path: '/v1/users/changePassword', handle: nobody },
    {
      method: 'POST',
      path: '/v1/users/{id}/resetMfaToken',
      handle: guard('users', (request, caller) => {
        const user = userOf(request, caller);
        const tenant = queryId(request, 'tenantId');
        if (tenant !== undefined && tenant !== user.tenantId) throw new Refusal(404, 'User not found');
        return jsonAnswer(200, {});
      }),
    },
  ];
}

const personName = z.string().min(1).max(64);

const creation = z
  .strictObject({
    username: z.email(),
    givenName: personName,
    familyName: personName,
    accountRole: z.enum(['spadmin', 'admin', 'appowner']),
    emailHints: z.record(z.string(), z.unknown()),
    phoneNumber: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    subscriberGroups: z.array(z.uuid()).default([]),
    tenantId: z.uuid().optional(),
  })
  .refine(
    body => body.accountRole !== 'appowner' || body.subscriberGroups.length > 0,
    'An application owner must belong to a subscriber group',
  );

const update = z
  .strictObject({ givenName: personName, familyName: personName, phoneNumber: z.string().min(1) })
  .partial();

function presentUser({ primary: _, phoneNumber, ...user }: User): object {
  return phoneNumber === null ? user : { ...user, phoneNumber };
}
