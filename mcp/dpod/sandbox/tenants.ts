import * as z from 'zod';
import {
  contentTypeOf,
  jsonAnswer,
  Refusal,
  type Route,
  readJson,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../kit/sandbox.ts';
import { type Caller, type Guard, SP } from './access.ts';
import { LOGO_HEIGHT, LOGO_WIDTH, pngSize } from './png.ts';
import { given, orNotFound, pageAnswer, pathId, queryFlag, queryId } from './requests.ts';
import { subtreeOf, type Tenant, type Vendor, type World } from './world.ts';

/** Tenants of a service provider: themselves, their settings, quotas and logos (§3.5). */
export function tenantRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { world, switches } = vendor;
  const one = '/v1/tenants/{id}';

  /** The tenant of the path, if it is the caller's own or below it. */
  const tenantOf = (request: SandboxRequest, caller: Caller): Tenant => {
    const id = pathId(request);
    return orNotFound(
      subtreeOf(world, caller.tenantId).find(tenant => tenant.id === id),
      'Tenant',
    );
  };

  return [
    {
      method: 'GET',
      path: '/v1/tenants',
      handle: guard('tenants', (request, caller) => {
        const status = request.query.get('status');
        const parent = queryId(request, 'parentId');
        const below = subtreeOf(world, caller.tenantId).filter(
          tenant =>
            tenant.id !== caller.tenantId &&
            (status === null || tenant.accountStatus === status) &&
            (parent === undefined || tenant.parentId === parent),
        );
        return pageAnswer(request, below, presentTenant);
      }),
    },
    {
      method: 'POST',
      path: '/v1/tenants',
      handle: guard('tenants', (request, caller) => create(vendor, caller, readJson(request, creation))),
    },
    {
      method: 'GET',
      path: one,
      handle: guard('tenants', (request, caller) => jsonAnswer(200, presentTenant(tenantOf(request, caller)))),
    },
    {
      method: 'PATCH',
      path: one,
      handle: guard('tenants', (request, caller) => {
        const tenant = tenantOf(request, caller);
        const { description: _, configuration: __, ...changes } = readJson(request, update);
        if (changes.hostname !== undefined) refuseTakenHostname(vendor, changes.hostname, tenant.id);
        const changed: Tenant = { ...tenant, ...given(changes) };
        world.tenants.set(tenant.id, changed);
        return jsonAnswer(200, presentTenant(changed));
      }),
    },
    {
      method: 'DELETE',
      path: one,
      handle: guard('tenants', (request, caller) => {
        queryFlag(request, 'force');
        const tenant = tenantOf(request, caller);
        if (tenant.id === caller.tenantId) throw new Refusal(403, 'A tenant cannot delete itself');
        if (subtreeOf(world, tenant.id).length > 1) throw new Refusal(409, 'The tenant has tenants of its own');
        remove(vendor, tenant);
        return { status: 204 };
      }),
    },
    {
      method: 'GET',
      path: '/v1/tenants/settings',
      handle: guard('tenants', () => jsonAnswer(200, world.settings)),
    },
    {
      method: 'PATCH',
      path: '/v1/tenants/settings',
      handle: guard('tenants', request => {
        Object.assign(world.settings, readJson(request, settings));
        return jsonAnswer(200, world.settings);
      }),
    },
    {
      method: 'GET',
      path: '/v1/tenants/hierarchy',
      handle: guard('tenants', (_, caller) => {
        const tree = hierarchyOf(vendor, orNotFound(world.tenants.get(caller.tenantId), 'Tenant'));
        return jsonAnswer(200, switches.current.hierarchy === 'tree' ? tree : [tree]);
      }),
    },
    {
      method: 'GET',
      path: `${one}/admin`,
      handle: guard('tenants', (request, caller) => jsonAnswer(200, tenantOf(request, caller).admin)),
    },
    {
      method: 'GET',
      path: `${one}/children`,
      handle: guard('tenants', (request, caller) => {
        const { id } = tenantOf(request, caller);
        const children = [...world.tenants.values()].filter(tenant => tenant.parentId === id);
        return jsonAnswer(
          200,
          children.map(child => child.id),
        );
      }),
    },
    {
      method: 'GET',
      path: `${one}/hostname`,
      // A JSON text, quotes and all (§7, row 36).
      handle: guard('tenants', (request, caller) => jsonAnswer(200, tenantOf(request, caller).hostname)),
    },
    {
      method: 'GET',
      path: `${one}/quotas`,
      handle: guard('tenants.quotas', (request, caller) => {
        const tenant = tenantOf(request, caller);
        if (!caller.scopes.includes(SP) && tenant.id !== caller.tenantId) throw new Refusal(404, 'Tenant not found');
        const used = [...world.services.values()].filter(service => service.tenantId === tenant.id).length;
        return jsonAnswer(200, { serviceQuota: switches.current.serviceQuota ?? tenant.serviceQuota, used });
      }),
    },
    {
      method: 'GET',
      path: `${one}/logo`,
      handle: guard('tenants', (request, caller) => logoAnswer(tenantOf(request, caller))),
    },
    {
      method: 'PUT',
      path: `${one}/logo`,
      handle: guard('tenants', (request, caller) => {
        const tenant = tenantOf(request, caller);
        world.tenants.set(tenant.id, { ...tenant, logo: readLogo(request) });
        return { status: 200 };
      }),
    },
    {
      method: 'GET',
      path: '/v1/tenants/logo',
      handle: guard('tenants', (request, caller) => {
        const forwarded = request.headers['x-forwarded-host'];
        const label = typeof forwarded === 'string' ? forwarded.split('.', 1).join('').toLowerCase() : undefined;
        const tenant = subtreeOf(world, caller.tenantId).find(candidate =>
          label === undefined ? candidate.id === caller.tenantId : candidate.hostname === label,
        );
        return logoAnswer(orNotFound(tenant, 'Tenant'));
      }),
    },
  ];
}

const hostname = z
  .string()
  .min(2)
  .max(24)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'small letters, digits and -');
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^,]*$/, 'must not contain commas');
const companyName = z.string().min(3).max(255);
const departmentName = z.string().max(32);
/** The spelling of the other fields is not known. */
const billingAddress = z.looseObject({ country: z.string().min(2) });
const serviceQuota = z.int().min(0).max(2_147_483_647);

const creation = z.strictObject({
  name,
  companyName,
  departmentName: departmentName.optional(),
  billingAddress,
  accountType: z.enum(['subscriber', 'service provider']),
  serviceQuota: serviceQuota.optional(),
  hostname,
  admin: z.strictObject({
    givenName: z.string().min(1),
    familyName: z.string().min(1),
    email: z.email(),
    phoneNumber: z.string().min(1),
    password: z.string().min(1).optional(),
  }),
});

const update = z
  .strictObject({
    name,
    companyName,
    departmentName,
    billingAddress,
    serviceQuota,
    hostname,
    description: z.string(),
    configuration: z.record(z.string(), z.unknown()),
  })
  .partial();

const settings = z.strictObject({ automaticTenantOnboarding: z.boolean() });

/** At most three levels of service providers (§3.5). */
const MAX_PROVIDER_LEVELS = 3;

function create(vendor: Vendor, caller: Caller, body: z.output<typeof creation>): SandboxAnswer {
  const { world } = vendor;
  refuseTakenHostname(vendor, body.hostname, undefined);
  if (body.accountType === 'service provider' && levelOf(world, caller.tenantId) >= MAX_PROVIDER_LEVELS) {
    throw new Refusal(409, `At most ${MAX_PROVIDER_LEVELS} levels of service providers`);
  }
  const { password: _, ...admin } = body.admin;
  const tenant: Tenant = {
    id: vendor.newId(),
    name: body.name,
    companyName: body.companyName,
    departmentName: body.departmentName ?? null,
    accountType: body.accountType,
    accountStatus: 'active',
    hostname: body.hostname,
    // The vendor's defaults (§3.1).
    serviceQuota: body.serviceQuota ?? (body.accountType === 'subscriber' ? 2 : 5),
    parentId: caller.tenantId,
    billingAddress: body.billingAddress,
    admin,
    logo: null,
  };
  world.tenants.set(tenant.id, tenant);
  const userId = vendor.newId();
  world.users.set(userId, {
    id: userId,
    tenantId: tenant.id,
    username: admin.email,
    givenName: admin.givenName,
    familyName: admin.familyName,
    phoneNumber: admin.phoneNumber,
    accountRole: tenant.accountType === 'subscriber' ? 'admin' : 'spadmin',
    subscriberGroups: [],
    primary: true,
  });
  return jsonAnswer(201, presentTenant(tenant), { location: `${vendor.url}/v1/tenants/${tenant.id}` });
}

function levelOf(world: World, id: string): number {
  const parent = world.tenants.get(id)?.parentId ?? null;
  return parent === null ? 1 : 1 + levelOf(world, parent);
}

function refuseTakenHostname({ world }: Vendor, wanted: string, own: string | undefined): void {
  const taken = [...world.tenants.values()].some(tenant => tenant.hostname === wanted && tenant.id !== own);
  if (taken) throw new Refusal(409, `The hostname '${wanted}' is taken`);
}

function remove({ world }: Vendor, tenant: Tenant): void {
  world.tenants.delete(tenant.id);
  world.agreements.delete(tenant.id);
  for (const items of [world.services, world.users, world.groups, world.credentials]) {
    for (const [key, item] of items) if (item.tenantId === tenant.id) items.delete(key);
  }
}

/** Only tenants whose account is active or disabled (§3.5). */
function hierarchyOf(vendor: Vendor, tenant: Tenant): object {
  const children = [...vendor.world.tenants.values()].filter(
    child => child.parentId === tenant.id && child.accountStatus !== 'failed',
  );
  return { id: tenant.id, name: tenant.name, children: children.map(child => hierarchyOf(vendor, child)) };
}

const MAX_LOGO_BYTES = 512 * 1024;

function readLogo(request: SandboxRequest): Uint8Array {
  if (contentTypeOf(request) !== 'image/png') throw new Refusal(415, `A logo must be sent as 'image/png'`);
  if (request.body.length > MAX_LOGO_BYTES) throw new Refusal(413, 'A logo must not exceed 512 KB');
  const size = pngSize(request.body);
  if (!size) throw new Refusal(400, 'The logo is not a PNG');
  if (size.width !== LOGO_WIDTH || size.height !== LOGO_HEIGHT) {
    throw new Refusal(400, `A logo must be ${LOGO_WIDTH} by ${LOGO_HEIGHT} pixels`);
  }
  return request.body;
}

function logoAnswer(tenant: Tenant): SandboxAnswer {
  if (tenant.logo === null) throw new Refusal(404, 'The tenant has no logo');
  return { status: 200, headers: { 'content-type': 'image/png' }, body: tenant.logo };
}

function presentTenant({ admin: _, logo: __, ...tenant }: Tenant): object {
  return tenant;
}
