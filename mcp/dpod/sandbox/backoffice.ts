import * as z from 'zod';
import { jsonAnswer, Refusal, type Route, readJson, type SandboxRequest } from '../../kit/sandbox.ts';
import { type Caller, type Guard, SP } from './access.ts';
import { pricesOf, serviceTypeName } from './catalogue.ts';
import { orNotFound, pathId, queryId, timestamp } from './requests.ts';
import { type Agreement, subtreeOf, type Vendor } from './world.ts';

/** Subscriptions, products, prices and service agreements (§3.11 to §3.14). */
export function backofficeRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { world } = vendor;

  /** Refusal 404 unless it is the caller's tenant or, for a service provider, below it. */
  const checkTenant = (id: string, caller: Caller): string => {
    const known = caller.scopes.includes(SP)
      ? subtreeOf(world, caller.tenantId).some(tenant => tenant.id === id)
      : id === caller.tenantId;
    return orNotFound(known && id, 'Tenant');
  };
  const agreementOf = (request: SandboxRequest, caller: Caller): readonly [tenantId: string, agreement: Agreement] => {
    const id = checkTenant(pathId(request, 'tenantId'), caller);
    return [id, orNotFound(world.agreements.get(id), 'Service agreement')];
  };

  return [
    {
      method: 'GET',
      path: '/v1/backoffice/subscriptions',
      handle: guard('subscriptions', (request, caller) => {
        const tenant = checkTenant(queryId(request, 'tenantId') ?? caller.tenantId, caller);
        const type = request.query.get('serviceType');
        return jsonAnswer(
          200,
          world.subscriptions.filter(
            subscription => subscription.tenantId === tenant && (type === null || subscription.serviceType === type),
          ),
        );
      }),
    },
    {
      method: 'GET',
      path: '/v1/backoffice/products/{serviceType}',
      handle: guard('products', request => {
        const serviceType = request.params.serviceType ?? '';
        const name = orNotFound(serviceTypeName(serviceType), 'Product');
        return jsonAnswer(200, {
          serviceType,
          name,
          plans: [
            { name: 'Trial' },
            { name: 'Professional - Monthly' },
            { name: 'Professional - 12 Month Term' },
            { name: 'Professional - 36 Month Term' },
          ],
        });
      }),
    },
    {
      method: 'GET',
      path: '/v1/backoffice/pricing',
      handle: request => {
        const country = request.query.get('countryCode');
        if (country === null || !/^[A-Z]{2}$/.test(country) || ['XX', 'ZZ'].includes(country)) {
          throw new Refusal(400, 'countryCode: must be an ISO 3166-1 alpha-2 code');
        }
        return jsonAnswer(200, orNotFound(pricesOf(country), `Pricing for ${country}`));
      },
    },
    {
      method: 'GET',
      path: '/v1/backoffice/serviceAgreements/{tenantId}',
      handle: guard('agreements.get', (request, caller) => jsonAnswer(200, agreementOf(request, caller)[1])),
    },
    {
      method: 'PATCH',
      path: '/v1/backoffice/serviceAgreements/{tenantId}',
      handle: guard('agreements.decide', (request, caller) => {
        const [tenantId, agreement] = agreementOf(request, caller);
        readJson(request, z.strictObject({}));
        refuseUnlessWaiting(agreement);
        const now = vendor.clock();
        const end = new Date(now);
        end.setUTCMonth(end.getUTCMonth() + agreement.terms.duration);
        const approved: Agreement = {
          ...agreement,
          acceptance: { agreementDate: timestamp(now), endOfAgreementDate: timestamp(end) },
        };
        world.agreements.set(tenantId, approved);
        return jsonAnswer(200, approved);
      }),
    },
    {
      method: 'DELETE',
      path: '/v1/backoffice/serviceAgreements/{tenantId}',
      handle: guard('agreements.decide', (request, caller) => {
        const [tenantId, agreement] = agreementOf(request, caller);
        refuseUnlessWaiting(agreement);
        world.agreements.delete(tenantId);
        return { status: 204 };
      }),
    },
  ];
}

function refuseUnlessWaiting(agreement: Agreement): void {
  if (agreement.submission === null) throw new Refusal(409, 'The service agreement has not been submitted');
  if (agreement.acceptance.agreementDate !== null) throw new Refusal(409, 'The service agreement is approved already');
}
