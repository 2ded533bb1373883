import { reply } from '../api.ts';
import { customersOf } from '../customers.ts';
import { single } from './shared.ts';

export const listCustomers = single({
  name: 'list_customers',
  title: 'Customers',
  description: 'Lists the customers (tenants) with their AWS account, role and regions, by name.',
  effect: 'read',
  input: {},
  async run(_input, call) {
    const customers = await customersOf(call);
    const names = customers.map(one => `${one.tenant_id} (${one.customer_name})`);
    return reply(call, `${customers.length} customers: ${names.join(', ') || 'none'}.`, {
      customers,
      count: customers.length,
    });
  },
});
