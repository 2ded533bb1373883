import * as z from 'zod';
import { definesFor, Fault } from '../../kit/index.ts';
import { asPage, change, type Dpod, type DpodCall, getItem, getJson, getRows, given, type Item, uuid } from '../api.ts';
import { AO, SP, SV } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();

function countBy(rows: readonly Item[], field: (row: Item) => unknown): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const key = String(field(row) ?? 'unknown');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export const subscriptions = tool({
  name: 'manage_subscriptions',
  title: 'Subscriptions',
  description: 'Subscriptions of a tenant.',
  actions: {
    list_subscriptions: action({
      description: 'Lists subscriptions of the current tenant or of the given one.',
      effect: 'read',
      scopes: [SP, AO, SV],
      input: { tenant_id: uuid.optional(), service_type: z.string().max(255).optional() },
      async run(input, call) {
        const query = given({ tenantId: input.tenant_id, serviceType: input.service_type }) as Readonly<
          Record<string, string>
        >;
        const rows = await getRows(call, '/v1/backoffice/subscriptions', 'Listing subscriptions', query);
        const count = (test: (row: Item) => boolean): number => rows.filter(test).length;
        const state = (row: Item): string => String(row.state).toUpperCase();
        const plan = (row: Item): string => String(row.plan ?? '');
        return {
          subscriptions: rows,
          filters_applied: query,
          status_summary: {
            total_subscriptions: rows.length,
            active_subscriptions: count(row => state(row) === 'ACTIVE'),
            trial_subscriptions: count(row => String(row.type).toUpperCase() === 'TRIAL'),
            expired_subscriptions: count(row => state(row) === 'EXPIRED'),
            cancelled_subscriptions: count(row => state(row) === 'CANCELLED'),
            marketplace_breakdown: countBy(rows, row => row.marketplaceName),
            service_type_breakdown: countBy(rows, row => row.serviceType),
            plan_breakdown: countBy(rows, row => row.plan),
            billing_summary: {
              term_subscriptions: count(row => /term/i.test(plan(row))),
              monthly_subscriptions: count(row => /monthly/i.test(plan(row))),
              // §3.11: a boolean, or text with a stray comma
              auto_renewal: count(row => /^true/i.test(String(row.autoRenewal))),
            },
          },
          message: `${rows.length} subscriptions.`,
        };
      },
    }),
  },
});

export const products = tool({
  name: 'manage_products',
  title: 'Products',
  description: 'Plans that can be bought.',
  actions: {
    get_product_plans: action({
      description: 'Shows the plans of a type of service.',
      effect: 'read',
      scopes: [SP, AO, SV],
      input: { service_type: z.string().min(1).max(50) },
      async run({ service_type }, call) {
        const body = await getJson(
          call,
          `/v1/backoffice/products/${encodeURIComponent(service_type)}`,
          `Reading the plans of "${service_type}"`,
        );
        const plans = Array.isArray(body) ? body : ((body as Item | undefined)?.plans ?? []);
        const count = Array.isArray(plans) ? plans.length : Object.keys(plans as object).length;
        return { service_type, product: body, plans_data: plans, plans_count: count, message: `${count} plans.` };
      },
    }),
  },
});

export const pricing = tool({
  name: 'manage_pricing',
  title: 'Pricing',
  description: 'Public prices.',
  actions: {
    get_pricing_by_country: action({
      description: 'Shows the prices in a country.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: { country_code: z.string().regex(/^[A-Za-z]{2}$/, 'must be two letters (ISO 3166-1 alpha-2)') },
      async run(input, call) {
        const country = input.country_code.toUpperCase();
        const purpose = 'Reading the prices';
        const answer = await call.http.send({
          path: '/v1/backoffice/pricing',
          query: { countryCode: country },
          authorized: false,
          accept: [400, 404],
          purpose,
        });
        if (answer.status === 400)
          throw new Fault('GH_INVALID_INPUT', `DPoD does not know the country "${country}".`, { status: 400 });
        if (answer.status === 404)
          throw new Fault('GH_NOT_FOUND', `There are no prices for "${country}".`, { status: 404 });
        const rows = asPage(answer.json(), purpose).items;
        return {
          country_code: country,
          pricing: rows,
          pricing_summary: {
            total_services: rows.length,
            currency_breakdown: countBy(rows, row => (row.price as Item | undefined)?.currency),
            product_type_breakdown: countBy(rows, row => row.productType),
            service_type_breakdown: countBy(rows, row => row.serviceType),
            price_ranges: rangesOf(rows),
          },
          services_count: rows.length,
          message: `${rows.length} prices. Units differ from product to product, so sums and averages over them mean nothing.`,
        };
      },
    }),
  },
});

/** Lowest and highest price for each product type and currency: those are comparable; anything wider is not (§3.13). */
function rangesOf(rows: readonly Item[]) {
  const ranges: Record<string, { min: number; max: number }> = {};
  for (const row of rows) {
    const { value, currency } = (row.price ?? {}) as { readonly value?: unknown; readonly currency?: unknown };
    if (typeof value !== 'number') continue;
    const key = `${String(row.productType)} ${String(currency)}`;
    const known = ranges[key];
    ranges[key] = { min: Math.min(known?.min ?? value, value), max: Math.max(known?.max ?? value, value) };
  }
  return ranges;
}

const tenantId = uuid.describe('UUID of the tenant');
const path = (tenant: string): string => `/v1/backoffice/serviceAgreements/${tenant}`;

export const agreements = tool({
  name: 'manage_service_agreements',
  title: 'Service agreements',
  description: 'Agreements that tenants submitted.',
  actions: {
    get_agreement: action({
      description: 'Shows the agreement of a tenant and how far it is.',
      effect: 'read',
      scopes: [SP, AO, SV],
      input: { tenant_id: tenantId },
      async run({ tenant_id }, call) {
        const agreement = await getItem(call, path(tenant_id), 'Reading the agreement').catch(notSubmitted(tenant_id));
        return {
          tenant_id,
          agreement,
          tenant_status: statusOf(agreement, call.now()),
          message: 'The status by tenant is the older view: evaluation is counted by type of service now.',
        };
      },
    }),
    approve_agreement: action({
      description: 'Approves the agreement of a tenant, which commits it to pay.',
      effect: 'write',
      flags: ['costsMoney'],
      scopes: [SP],
      input: { tenant_id: tenantId },
      async run({ tenant_id }, call) {
        const { body } = await decide(call, 'PATCH', tenant_id, 'Approving the agreement');
        return { tenant_id, action: 'approved', message: 'The agreement is approved.', approval_data: body ?? null };
      },
    }),
    reject_agreement: action({
      description: 'Rejects the agreement of a tenant.',
      effect: 'destructive',
      scopes: [SP],
      input: { tenant_id: tenantId },
      async run({ tenant_id }, call) {
        await decide(call, 'DELETE', tenant_id, 'Rejecting the agreement');
        return { tenant_id, action: 'rejected', message: 'The agreement is rejected.' };
      },
    }),
  },
});

function notSubmitted(tenant: string): (error: unknown) => never {
  return error => {
    if (error instanceof Fault && error.status === 404)
      throw new Fault('GH_NOT_FOUND', `Tenant ${tenant} has submitted no agreement.`, { status: 404 });
    throw error;
  };
}

async function decide(call: DpodCall, method: 'PATCH' | 'DELETE', tenant: string, purpose: string) {
  return change(call, method, path(tenant), purpose, method === 'PATCH' ? { json: {} } : {}).catch((error: unknown) => {
    if (error instanceof Fault && error.status === 409)
      throw new Fault('GH_VENDOR_REFUSED', 'The agreement is not submitted, or it was approved already.', {
        status: 409,
        hint: 'Look at it with get_agreement.',
      });
    return notSubmitted(tenant)(error);
  });
}

/** Not submitted, submitted, approved or expired (§3.14). */
function statusOf(agreement: Item, now: number) {
  const acceptance = (agreement.acceptance ?? {}) as {
    readonly agreementDate?: unknown;
    readonly endOfAgreementDate?: unknown;
  };
  const submission = (agreement.submission ?? {}) as { readonly submittedDate?: unknown };
  const end =
    typeof acceptance.endOfAgreementDate === 'string' ? Date.parse(acceptance.endOfAgreementDate) : Number.NaN;
  const status =
    end < now
      ? 'expired'
      : acceptance.agreementDate
        ? 'approved'
        : submission.submittedDate
          ? 'submitted'
          : 'not submitted';
  return {
    status,
    submitted: submission.submittedDate ?? null,
    approved: acceptance.agreementDate ?? null,
    ends: acceptance.endOfAgreementDate ?? null,
  };
}
