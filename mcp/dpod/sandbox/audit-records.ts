import { createRandom } from '../../kit/sandbox.ts';
import type { AuditFilter, ServiceInstance, Vendor } from './world.ts';

/** As it stands in the file: ids end in a capital D here, and in `Id` in requests (§3.3). */
export interface AuditRecord {
  readonly time: string;
  readonly source: string;
  readonly resourceID: string;
  readonly actorID: string;
  readonly tenantID: string;
  readonly action: string;
  readonly status: string;
  readonly traceID: string;
  readonly meta: Readonly<Record<string, string>>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The vendor forgets older records. */
const RETENTION_DAYS = 365;

/**
 * The records of a tenant that the filter lets through. They are made up per service and day, always the same for a
 * service and day: nothing is stored, and a record is there as soon as the clock has passed it.
 */
export function findRecords(vendor: Vendor, tenantId: string, filter: AuditFilter): readonly AuditRecord[] {
  const now = vendor.clock().getTime();
  const from = Math.max(filter.from.getTime(), now - RETENTION_DAYS * DAY_MS);
  const to = Math.min(filter.to.getTime(), now);
  if (filter.tenantId !== undefined && filter.tenantId !== tenantId) return [];

  const services = [...vendor.world.services.values()].filter(
    service =>
      service.tenantId === tenantId &&
      (filter.resourceId === undefined || service.id === filter.resourceId) &&
      (filter.source === undefined || sourceOf(service) === filter.source),
  );
  const found: { readonly at: number; readonly record: AuditRecord }[] = [];
  for (const service of services) {
    const actors = service.serviceType === 'ctaas' ? CDSP_USERS : clientsOf(vendor, service);
    for (let day = Math.floor(from / DAY_MS); day * DAY_MS <= to; day += 1) {
      for (const entry of recordsOfDay(service, actors, day)) {
        const { record } = entry;
        if (entry.at < from || entry.at > to) continue;
        if (filter.actorId !== undefined && record.actorID !== filter.actorId) continue;
        if (filter.action !== undefined && record.action !== filter.action) continue;
        if (filter.status !== undefined && record.status !== filter.status) continue;
        found.push(entry);
      }
    }
  }
  found.sort((a, b) => a.at - b.at);
  // The vendor promises no order inside a second, and files are known to be out of order: swap some neighbours.
  const records = found.map(entry => entry.record);
  for (let index = 7; index < records.length; index += 13) {
    records.splice(index - 1, 2, ...records.slice(index - 1, index + 1).reverse());
  }
  return records;
}

/** `undefined`: this service writes no audit records. */
function sourceOf(service: ServiceInstance): string | undefined {
  if (service.serviceType === 'ctaas') return 'cdsp';
  return service.partitionSerial === null ? undefined : `thales/cloudhsm/${service.partitionSerial}`;
}

interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly record: AuditRecord;
}

function recordsOfDay(service: ServiceInstance, actors: readonly Actor[], day: number): readonly Entry[] {
  const source = sourceOf(service);
  if (source === undefined || service.status === 'PENDING') return [];
  const random = createRandom('audit', service.id, day);
  const count = Math.round(busyness(service) * (0.5 + random()) * (isWeekend(day) ? 0.3 : 1));
  const choose = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() ** 1.6 * items.length)];

  return Array.from({ length: count }, (_, index): Entry | undefined => {
    // Work happens by day, with some of it at night.
    const hour = random() < 0.8 ? 7 + random() * 11 : random() * 24;
    const at = day * DAY_MS + Math.floor(hour * 3_600_000);
    const actor = choose(actors);
    const [action, failure] = choose(service.serviceType === 'ctaas' ? CDSP_ACTIONS : HSM_ACTIONS) ?? [];
    const failed = random() < 0.03;
    if (actor === undefined || action === undefined || failure === undefined) return undefined;
    if (at < service.createdAt.getTime() || at < actor.since) return undefined;
    return {
      at,
      record: {
        time: `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')} UTC`,
        source,
        resourceID: service.id,
        actorID: actor.id,
        tenantID: service.tenantId,
        action,
        status: service.serviceType === 'ctaas' ? (failed ? 'failure' : 'success') : failed ? failure : 'LUNA_RET_OK',
        traceID: `${day.toString(36)}${service.id.slice(0, 6)}${index.toString(36)}`,
        meta:
          service.serviceType === 'ctaas'
            ? {}
            : {
                clientip: actor.address,
                hsmid: `600${service.id.replace(/\D/g, '').slice(0, 3)}`,
                partid: service.partitionSerial ?? '',
                role: action.startsWith('LUNA_PARTITION') || action === 'LUNA_INIT_PIN' ? 'SO' : 'CO',
              },
      },
    };
  }).filter(entry => entry !== undefined);
}

/** Records on a working day: a few services carry most of the load. */
function busyness(service: ServiceInstance): number {
  if (service.status !== 'ACTIVE') return 0.4;
  if (service.serviceType === 'ctaas') return 12;
  if (service.name.startsWith('payroll-vault')) return 20;
  if (/^(card-issuing|instant-payments|ledger-signing|tokenization)-prod/.test(service.name)) return 30;
  return service.name.endsWith('-prod') ? 3 : 0.8;
}

/** Day 0, 1970-01-01, was a Thursday. */
function isWeekend(day: number): boolean {
  return day % 7 === 2 || day % 7 === 3;
}

interface Actor {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly address: string;
}

function clientsOf(vendor: Vendor, service: ServiceInstance): readonly Actor[] {
  return [...vendor.world.bindings.values()]
    .filter(binding => binding.serviceId === service.id)
    .map((binding, index) => ({
      id: binding.id,
      since: binding.createdAt.getTime(),
      address: `192.0.2.${10 + index}`,
    }));
}

const CDSP_USERS: readonly Actor[] = ['local|7788', 'local|7789', 'local|9001'].map(id => ({
  id,
  since: 0,
  address: '198.51.100.7',
}));

/** The usual ones first, each with the status of its failures. */
const HSM_ACTIONS: readonly (readonly [action: string, failure: string])[] = [
  ['LUNA_SIGN_SINGLEPART', 'LUNA_RET_CRYPTO_ERROR'],
  ['LUNA_DECRYPT_SINGLEPART', 'LUNA_RET_CRYPTO_ERROR'],
  ['LUNA_ENCRYPT_SINGLEPART', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_LOGIN', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_VERIFY_SINGLEPART', 'LUNA_RET_CRYPTO_ERROR'],
  ['LUNA_UNWRAP_KEY', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_WRAP_KEY', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_DERIVE_KEY', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_GENERATE_KEY_PAIR', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_GENERATE_KEY', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_CREATE_OBJECT', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_MODIFY_OBJECT', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_DESTROY_OBJECT', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_SET_PIN', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_INIT_PIN', 'LUNA_RET_BAD_PARAMETER'],
  ['LUNA_PARTITION_INIT', 'LUNA_RET_BAD_PARAMETER'],
];

const CDSP_ACTIONS: readonly (readonly [action: string, failure: string])[] = [
  ['Login', 'failure'],
  ['Create Key', 'failure'],
  ['Rotate Key', 'failure'],
  ['Update Policy', 'failure'],
  ['Create User', 'failure'],
  ['Delete Key', 'failure'],
  ['Delete User', 'failure'],
];
