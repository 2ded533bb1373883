import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson, type SandboxRequest, stableId } from '../../kit/sandbox.ts';
import { type Caller, type Guard, SP } from './access.ts';
import { given, orNotFound, pageAnswer, pathId } from './requests.ts';
import type { Credential, Vendor } from './world.ts';

/** API credentials. Those made here sign in as any other does; a secret is shown at creation and reset only (§3.7). */
export function credentialRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { credentials } = vendor.world;
  const base = '/v1/credentials/clients';

  const visible = (caller: Caller): readonly Credential[] =>
    [...credentials.values()].filter(
      credential =>
        credential.tenantId === caller.tenantId && credential.role !== null && mayManage(caller, credential.role),
    );
  const credentialOf = (request: SandboxRequest, caller: Caller): Credential => {
    const id = pathId(request);
    return orNotFound(
      visible(caller).find(credential => credential.clientId === id),
      'Credential',
    );
  };

  return [
    {
      method: 'GET',
      path: base,
      handle: guard('credentials', (request, caller) => {
        const role = request.query.get('role');
        const services = request.query.getAll('serviceIds');
        const found = visible(caller).filter(
          credential =>
            (role === null || credential.role === role) &&
            (services.length === 0 || credential.serviceIds.some(id => services.includes(id))),
        );
        return pageAnswer(request, found, presentCredential);
      }),
    },
    {
      method: 'POST',
      path: base,
      handle: guard('credentials', (request, caller) => {
        const body = readJson(request, creation);
        if (!mayManage(caller, body.role)) throw new Refusal(403, `This credential may not create role '${body.role}'`);
        refuseUnknown(vendor, caller, body);
        const clientId = vendor.newId();
        const credential: Credential = {
          ...body,
          clientId,
          clientSecret: newSecret(vendor),
          tenantId: caller.tenantId,
          scopes: [`dpod.tenant.${body.role}`],
          opaque: false,
        };
        credentials.set(clientId, credential);
        return jsonAnswer(200, presentWithSecret(credential));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      handle: guard('credentials', (request, caller) =>
        jsonAnswer(200, presentCredential(credentialOf(request, caller))),
      ),
    },
    {
      method: 'PATCH',
      path: `${base}/{id}`,
      handle: guard('credentials', (request, caller) => {
        const changed = { ...credentialOf(request, caller), ...given(readJson(request, update)) };
        credentials.set(changed.clientId, changed);
        return jsonAnswer(200, presentCredential(changed));
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      handle: guard('credentials', (request, caller) => {
        credentials.delete(credentialOf(request, caller).clientId);
        return { status: 204 };
      }),
    },
    {
      method: 'POST',
      path: `${base}/{id}/resetSecret`,
      handle: guard('credentials', (request, caller) => {
        const changed = { ...credentialOf(request, caller), clientSecret: newSecret(vendor) };
        credentials.set(changed.clientId, changed);
        return jsonAnswer(200, presentWithSecret(changed));
      }),
    },
  ];
}

const role = z.enum(['api_spadmin', 'api_appowner', 'api_service']);

const creation = z
  .strictObject({
    name: z.string().min(1).max(64),
    role,
    serviceIds: z.array(z.uuid()).default([]),
    subscriberGroups: z.array(z.uuid()).default([]),
  })
  .refine(body => body.role !== 'api_service' || body.serviceIds.length > 0, 'api_service needs serviceIds');

const update = z.strictObject({ name: z.string().min(1).max(64) });

/** Those of a tenant manage its service credentials; platform credentials are the provider's (§3.7). */
function mayManage(caller: Caller, wanted: z.output<typeof role>): boolean {
  return caller.scopes.includes(SP) || wanted === 'api_service';
}

function refuseUnknown({ world }: Vendor, caller: Caller, body: z.output<typeof creation>): void {
  for (const id of body.serviceIds) {
    if (world.services.get(id)?.tenantId !== caller.tenantId) throw new Refusal(400, `serviceIds: no service ${id}`);
  }
  for (const id of body.subscriberGroups) {
    if (world.groups.get(id)?.tenantId !== caller.tenantId) throw new Refusal(400, `subscriberGroups: no group ${id}`);
  }
}

function newSecret(vendor: Vendor): string {
  return `sandbox-secret-${stableId('new secret', vendor.newId()).slice(0, 18)}`;
}

function presentCredential(credential: Credential): object {
  const { clientId, name, role, serviceIds, subscriberGroups } = credential;
  return { clientId, name, role, serviceIds, subscriberGroups };
}

function presentWithSecret(credential: Credential): object {
  return { ...presentCredential(credential), clientSecret: credential.clientSecret };
}
