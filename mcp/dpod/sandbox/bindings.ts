import * as z from 'zod';
import {
  jsonAnswer,
  Refusal,
  type Route,
  readJson,
  type SandboxAnswer,
  type SandboxRequest,
  stableId,
} from '../../kit/sandbox.ts';
import type { Caller, Guard } from './access.ts';
import { orNotFound, pageAnswer, pathId, timestamp } from './requests.ts';
import { visibleService } from './service-instances.ts';
import type { Binding, ServiceInstance, Vendor } from './world.ts';
import { zipFiles } from './zip.ts';

/** Service clients under their current path, and the one legacy path that also delivers the client's package (§3.1). */
export function bindingRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { world, switches } = vendor;
  const base = '/v1/service_instances/{id}/bindings';

  const clientOf = (service: ServiceInstance, request: SandboxRequest): Binding => {
    const binding = world.bindings.get(pathId(request, 'clientId'));
    return orNotFound(binding?.serviceId === service.id && binding, 'Service client');
  };

  const current: Route = {
    method: 'PUT',
    path: base,
    handle: guard('services.use', (request, caller) => {
      const { binding, secret, service } = bind(vendor, caller, pathId(request), readJson(request, currentBody));
      return switches.current.bindingAnswer === 'zip'
        ? packageAnswer('application/zip', service, binding, secret)
        : jsonAnswer(201, { ...presentBinding(binding), clientSecret: secret });
    }),
  };
  const missing: Route = {
    ...current,
    handle: request => {
      const { bindingEndpoint } = switches.current;
      if (bindingEndpoint === 'present') return current.handle(request);
      throw new Refusal(bindingEndpoint, bindingEndpoint === 404 ? 'No such resource' : 'Method not supported');
    },
  };

  return [
    missing,
    {
      method: 'GET',
      path: base,
      handle: guard('services.use', (request, caller) => {
        const service = visibleService(vendor, caller, pathId(request));
        const clients = [...world.bindings.values()].filter(binding => binding.serviceId === service.id);
        return pageAnswer(request, clients, presentBinding);
      }),
    },
    {
      method: 'GET',
      path: `${base}/{clientId}`,
      handle: guard('services.use', (request, caller) => {
        const service = visibleService(vendor, caller, pathId(request));
        return jsonAnswer(200, presentBinding(clientOf(service, request)));
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{clientId}`,
      handle: guard('services.deleteClient', (request, caller) => {
        const service = visibleService(vendor, caller, pathId(request));
        world.bindings.delete(clientOf(service, request).id);
        return { status: 204 };
      }),
    },
    {
      method: 'PUT',
      path: '/v1/services/{id}/client',
      handle: guard('services.use', (request, caller) => {
        const { binding, secret, service } = bind(vendor, caller, pathId(request), readJson(request, legacyBody));
        return packageAnswer('application/octet-stream', service, binding, secret);
      }),
    },
  ];
}

const clientName = z.string().min(1).max(64);
const os = z.enum(['linux', 'windows']);
/** The vendor's model of the new call is not known; `os` may be left out. */
const currentBody = z.strictObject({ name: clientName, os: os.default('linux') });
const legacyBody = z.strictObject({ name: clientName, os });

function bind(vendor: Vendor, caller: Caller, serviceId: string, body: z.output<typeof legacyBody>) {
  const { world } = vendor;
  const service = visibleService(vendor, caller, serviceId);
  if (service.status !== 'ACTIVE') throw new Refusal(409, `The service is ${service.status}, not ACTIVE`);
  for (const other of world.bindings.values()) {
    if (other.serviceId === service.id && other.name === body.name) {
      throw new Refusal(409, `A client named '${body.name}' exists already`);
    }
  }
  const binding: Binding = {
    id: vendor.newId(),
    serviceId: service.id,
    name: body.name,
    os: body.os,
    createdBy: caller.name,
    createdAt: vendor.clock(),
  };
  world.bindings.set(binding.id, binding);
  return { binding, service, secret: `sandbox-secret-${stableId('client secret', binding.id).slice(0, 18)}` };
}

/** The package with the client's configuration, whose REST section holds live credentials (§3.1). */
function packageAnswer(contentType: string, service: ServiceInstance, binding: Binding, secret: string): SandboxAnswer {
  const rest = [
    '[REST]',
    'ServerName=sandbox.dpod.test',
    'ServerPort=443',
    'AuthTokenConfigURI=https://sandbox.dpod.test/.well-known/openid-configuration',
    `AuthTokenClientId=${binding.id}`,
    `AuthTokenClientSecret=${secret}`,
    `PartitionSerialNumber=${service.partitionSerial ?? ''}`,
    '',
  ].join(binding.os === 'windows' ? '\r\n' : '\n');
  const body = zipFiles([
    { name: binding.os === 'windows' ? 'crystoki.ini' : 'Chrystoki.conf', text: rest },
    { name: 'README.txt', text: `Made-up client of ${service.name}: this package comes from a sandbox.\n` },
  ]);
  const fileName = `setup-${binding.name.replace(/[^A-Za-z0-9._-]/g, '_')}.zip`;
  return {
    status: 200,
    headers: { 'content-type': contentType, 'content-disposition': `attachment; filename="${fileName}"` },
    body,
  };
}

function presentBinding(binding: Binding): object {
  return {
    id: binding.id,
    clientId: binding.id,
    name: binding.name,
    os: binding.os,
    createdBy: binding.createdBy,
    createdAt: timestamp(binding.createdAt),
  };
}
