import * as z from 'zod';
import { get, itemsOf, type ThanosCall } from './api.ts';

const customer = z.looseObject({
  tenant_id: z.string(),
  customer_name: z.string().catch(''),
  role_arn: z.string().catch(''),
  account_id: z.coerce.string().catch(''),
  regions: z.array(z.string()).catch([]),
});
export type Customer = z.output<typeof customer>;

/** Sorted by name, whatever its case (§2.5). */
export async function customersOf(call: ThanosCall): Promise<readonly Customer[]> {
  const { body } = await get(call, { path: '/customers', purpose: 'Listing the customers' });
  const found = itemsOf(body.customers).flatMap(row => customer.safeParse(row).data ?? []);
  return found.sort((a, b) => a.customer_name.toLowerCase().localeCompare(b.customer_name.toLowerCase()));
}

/** Nothing came: whether that may be a wrong id. The platform answers an unknown tenant with nothing (§3.2). */
export async function unknownTenant(call: ThanosCall, tenant: string): Promise<readonly string[]> {
  const known = await customersOf(call).catch(() => undefined);
  if (known === undefined || known.some(({ tenant_id: id }) => id === tenant)) return [];
  return [
    `No customer is registered as ${tenant}. There are: ${known.map(({ tenant_id: id }) => id).join(', ') || 'none'}.`,
  ];
}
