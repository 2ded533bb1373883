import * as z from 'zod';
import { type Item, itemOf } from '../api.ts';
import { hostname, read, write } from './shared.ts';

const record = z.object({
  type: z.string().regex(/^[A-Z]{1,10}$/),
  attributes: z.record(z.string(), z.unknown()).describe('name, value, ttl and more'),
});
const uid = z.string().regex(/^[\w-]{1,80}$/);

/** DNS Made Easy, an add-on: from public clients; the vendor's pages do not confirm these paths. */
export const dnsActions = {
  list_dns_domains: read({ description: 'Lists domains.', input: {}, path: '/dme/domains' }),
  add_dns_domains: write({
    description: 'Adds domains.',
    input: { names: z.array(hostname).min(1).max(50) },
    path: '/dme/domains',
    done: 'The domains are added.',
  }),
  delete_dns_domains: write({
    description: 'Deletes domains with their records.',
    effect: 'destructive',
    input: { ids: z.array(uid).min(1).max(50) },
    method: 'DELETE',
    path: '/dme/domains',
    done: 'The domains are deleted.',
  }),
  get_dns_domain_status: dnsRead('status', 'Shows whether a domain is active.', body => ({
    domain_status: itemOf(body).status,
  })),
  get_dns_domain_usage: dnsRead('usage', 'Shows the queries of this month.'),
  list_dns_records: dnsRead('records', 'Lists the records of a domain.'),
  add_dns_records: write({
    description: 'Adds records to a domain.',
    input: { domain_uid: uid, records: z.array(record).min(1).max(50) },
    path: ({ domain_uid }) => `/dme/domains/${domain_uid}/records`,
    fields: ({ domain_uid, records }) => ({ domain_id: domain_uid, records }),
    done: 'The records are added.',
  }),
  update_dns_record: write({
    description: 'Changes a record of a domain.',
    effect: 'destructive',
    input: { domain_uid: uid, record_uid: uid, record },
    method: 'PUT',
    path: ({ domain_uid, record_uid }) => `/dme/domains/${domain_uid}/records/${record_uid}`,
    fields: input => ({ record: input.record }),
    idempotent: true,
    done: 'The record is changed.',
  }),
  delete_dns_records: write({
    description: 'Deletes records of a domain.',
    effect: 'destructive',
    input: { domain_uid: uid, record_uids: z.array(uid).min(1).max(50) },
    method: 'DELETE',
    path: ({ domain_uid }) => `/dme/domains/${domain_uid}/records`,
    fields: ({ domain_uid, record_uids }) => ({ domain_id: domain_uid, records_id: record_uids }),
    done: 'The records are deleted.',
  }),
};

function dnsRead(kind: string, description: string, show?: (body: unknown) => Item) {
  return read({
    description,
    input: { domain_uid: uid },
    path: ({ domain_uid }) => `/dme/domains/${domain_uid}/${kind}`,
    fields: () => ({}),
    ...(show === undefined ? {} : { show }),
  });
}
