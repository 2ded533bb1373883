import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson, type SandboxAnswer } from '../../kit/sandbox.ts';
import { AO, type Caller, type Guard, SP } from './access.ts';
import { isHsm, newPartitionSerial } from './catalogue.ts';
import { orNotFound, pageAnswer, pathId, queryFlag, timestamp } from './requests.ts';
import type { ServiceInstance, Tile, Vendor } from './world.ts';

/** Service instances: list, get, create with quota and provisioning, delete (§3.1). */
export function serviceInstanceRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { world } = vendor;
  const base = '/v1/service_instances';
  return [
    {
      method: 'GET',
      path: base,
      handle: guard('services', (request, caller) => {
        const status = request.query.get('status');
        const type = request.query.get('serviceType');
        const services = visibleServices(vendor, caller).filter(
          service => (status === null || service.status === status) && (type === null || service.serviceType === type),
        );
        return pageAnswer(request, services, presentService);
      }),
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      handle: guard('services.use', (request, caller) => {
        const service = poll(vendor, visibleService(vendor, caller, pathId(request)));
        return jsonAnswer(200, presentService(orNotFound(service, 'Service instance')));
      }),
    },
    {
      method: 'POST',
      path: base,
      handle: guard('services', (request, caller) => create(vendor, caller, readJson(request, creation))),
    },
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      handle: guard('services', (request, caller) => {
        queryFlag(request, 'force');
        const service = visibleService(vendor, caller, pathId(request));
        const { deletion, pollsUntilReady } = vendor.switches.current;
        if (deletion === 'now' || pollsUntilReady === 0) {
          remove(vendor, service);
          return { status: deletion === 'now' ? 204 : 202 };
        }
        world.services.set(service.id, { ...service, status: 'DELETING', pollsLeft: pollsUntilReady });
        return { status: 202 };
      }),
    },
  ];
}

const name = z
  .string()
  .min(4)
  .max(45)
  .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/, 'letters, digits, - and _, no - at either end');

const creation = z
  .strictObject({
    name,
    createParams: z.record(z.string(), z.unknown()).optional(),
    serviceType: z.string().min(1).optional(),
    servicePlan: z.string().min(1).max(255).optional(),
    tileId: z.uuid().optional(),
  })
  .refine(body => body.serviceType !== undefined || body.tileId !== undefined, 'serviceType or tileId is required');

const hsmParams = z.looseObject({
  deviceType: z.enum(['cryptovisor', 'cryptovisor_fips']).default('cryptovisor'),
});

const ctaasParams = z.strictObject({
  cluster: z.enum(['gcp-us-east1', 'gcp-europe-west3']),
  initial_admin_password: z.string().min(8),
  tenant_rot_anchor: z.enum(['hsmod', 'softkek']).default('hsmod'),
});

function create(vendor: Vendor, caller: Caller, body: z.output<typeof creation>): SandboxAnswer {
  const { world, switches } = vendor;
  const { pollsUntilReady, duplicateNames, quotaStatus } = switches.current;
  const tile = wantedTile(vendor, body);
  const servicePlan = wantedPlan(tile, body.servicePlan);
  const createParams = wantedParams(tile.shortCode, body.createParams ?? {});

  const own = [...world.services.values()].filter(service => service.tenantId === caller.tenantId);
  if (duplicateNames === 'refused' && own.some(service => service.name === body.name)) {
    throw new Refusal(409, `A service named '${body.name}' exists already`);
  }
  const quota = switches.current.serviceQuota ?? world.tenants.get(caller.tenantId)?.serviceQuota ?? 0;
  if (own.length >= quota) throw new Refusal(quotaStatus, `Service quota of ${quota} exceeded`);

  const id = vendor.newId();
  const pending: ServiceInstance = {
    id,
    tenantId: caller.tenantId,
    name: body.name,
    serviceType: tile.shortCode,
    servicePlan,
    status: 'PENDING',
    partitionSerial: null,
    createdAt: vendor.clock(),
    createParams,
    marketplaceName: 'DPoD',
    pollsLeft: pollsUntilReady,
  };
  const service = pollsUntilReady === 0 ? activated(pending) : pending;
  world.services.set(id, service);
  return jsonAnswer(201, presentService(service), { location: `${vendor.url}/v1/service_instances/${id}` });
}

function wantedTile(vendor: Vendor, body: z.output<typeof creation>): Tile {
  const tiles = [...vendor.world.tiles.values()];
  const tile = body.tileId
    ? vendor.world.tiles.get(body.tileId)
    : tiles.find(candidate => candidate.shortCode === body.serviceType);
  if (!tile) throw new Refusal(400, `Unknown service type '${body.serviceType ?? body.tileId}'`);
  if (body.serviceType !== undefined && body.serviceType !== tile.shortCode) {
    throw new Refusal(400, `serviceType '${body.serviceType}' is not the tile's '${tile.shortCode}'`);
  }
  if (!tile.enabled) throw new Refusal(403, `Service type '${tile.shortCode}' is not enabled`);
  return tile;
}

/** The plans of key_vault, hsm and ctaas are closed lists (§3.1); other types take any. */
function wantedPlan(tile: Tile, plan: string | undefined): string {
  if (plan === undefined) throw new Refusal(400, 'servicePlan is required');
  const closed = ['key_vault', 'hsm', 'ctaas'].includes(tile.shortCode);
  if (closed && !tile.plans.some(known => known.id === plan)) {
    throw new Refusal(400, `servicePlan: use one of ${tile.plans.map(known => known.id).join(', ')}`);
  }
  return plan;
}

function wantedParams(type: string, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const schema = type === 'ctaas' ? ctaasParams : isHsm(type) ? hsmParams : z.record(z.string(), z.unknown());
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => `createParams.${issue.path.join('.')}: ${issue.message}`);
    throw new Refusal(400, problems.join('; '));
  }
  // The initial password is taken, never given back.
  const { initial_admin_password: _, ...kept } = parsed.data as Record<string, unknown>;
  return kept;
}

function activated(service: ServiceInstance): ServiceInstance {
  const partitionSerial = isHsm(service.serviceType) ? newPartitionSerial(service.id) : null;
  return { ...service, status: 'ACTIVE', partitionSerial, pollsLeft: 0 };
}

/** Looking at an instance moves it on: time in the sandbox is counted in polls. `undefined`: gone now. */
function poll(vendor: Vendor, service: ServiceInstance): ServiceInstance | undefined {
  if (service.status !== 'PENDING' && service.status !== 'DELETING') return service;
  const pollsLeft = service.pollsLeft - 1;
  if (pollsLeft > 0) {
    const waiting = { ...service, pollsLeft };
    vendor.world.services.set(service.id, waiting);
    return waiting;
  }
  if (service.status === 'DELETING') {
    remove(vendor, service);
    return undefined;
  }
  const active = activated(service);
  vendor.world.services.set(service.id, active);
  return active;
}

/** Its clients go with it. */
function remove({ world }: Vendor, service: ServiceInstance): void {
  world.services.delete(service.id);
  for (const binding of world.bindings.values()) {
    if (binding.serviceId === service.id) world.bindings.delete(binding.id);
  }
}

/** A service credential knows its own services, everyone else those of the own tenant. */
function visibleServices({ world }: Vendor, caller: Caller): readonly ServiceInstance[] {
  const serviceOnly = !caller.scopes.includes(AO) && !caller.scopes.includes(SP);
  return [...world.services.values()].filter(
    service => service.tenantId === caller.tenantId && (!serviceOnly || caller.serviceIds.includes(service.id)),
  );
}

/** The instance, or Refusal 404. */
export function visibleService(vendor: Vendor, caller: Caller, id: string): ServiceInstance {
  return orNotFound(
    visibleServices(vendor, caller).find(service => service.id === id),
    'Service instance',
  );
}

function presentService(service: ServiceInstance): object {
  return {
    id: service.id,
    service_id: service.id,
    name: service.name,
    serviceType: service.serviceType,
    servicePlan: service.servicePlan,
    status: service.status,
    ...(service.partitionSerial === null ? {} : { partition_serial_number: service.partitionSerial }),
    createdAt: timestamp(service.createdAt),
    createParams: service.createParams,
  };
}
