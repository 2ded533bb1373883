import { createRandom, stableId } from '../../kit/sandbox.ts';

/**
 * The made-up story of a day: checkout 2.4.2 goes to production five hours ago, errors rise, an hour later it is rolled back to
 * 2.4.1 and errors fall. Logs, metrics and the history of deployments all tell it.
 */
export const SERVICES = ['checkout', 'orders', 'payments'] as const;

export interface LogRow {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly status: string;
  readonly message: string;
  readonly service: string;
  readonly host: string;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly deployment_id: string;
  readonly service_name: string;
  readonly version: string;
  readonly environment: string;
  status: string;
  readonly timestamp: string;
  readonly deployed_by: string;
  readonly previous_version: string | null;
  rolled_back_by: string | null;
  updated_at: string;
  readonly idempotency_key: string | null;
}

export interface Rollback {
  readonly rollback_id: string;
  readonly deployment_id: string;
  status: string;
  readonly reason: string;
  readonly environment: string;
  readonly timestamp: string;
  readonly rolled_back_by: string;
  readonly previous_version: string;
  updated_at: string;
  readonly idempotency_key: string | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BROKEN_FOR = { from: 5 * HOUR, to: 4 * HOUR } as const;

export const isBroken = (ago: number): boolean => ago <= BROKEN_FOR.from && ago > BROKEN_FOR.to;

/** Every status that Datadog knows (§5.3), and one that it does not. */
const CALM = ['info', 'info', 'debug', 'ok', 'notice', 'info', 'warn', 'warning', 'info', 'trace'];
const BAD = ['error', 'error', 'critical', 'error', 'alert', 'error', 'emergency'];

/** Newest first. */
export function logsUntil(now: number): readonly LogRow[] {
  const random = createRandom('devops', 'logs');
  const rows = SERVICES.flatMap(service => {
    const step = service === 'checkout' ? MINUTE : 10 * MINUTE;
    return Array.from({ length: Math.floor(DAY / step) }, (_, index) =>
      rowOf(service, now, index * step, index, random),
    );
  });
  const old = [8, 9, 20].map((days, index) => rowOf('payments', now, days * DAY, index, random));
  return [...rows, ...old].sort((a, b) => b.time - a.time);
}

function rowOf(service: string, now: number, ago: number, index: number, random: () => number): LogRow {
  const bad = service === 'checkout' && isBroken(ago);
  const list = bad ? BAD : CALM;
  const status = list[index % list.length] ?? 'info';
  const message = bad
    ? 'payment provider timed out'
    : `handled request ${index} in ${Math.round(20 + random() * 60)} ms`;
  return {
    id: stableId('log', service, index, ago),
    time: now - ago - 500,
    status,
    message,
    service,
    host: `web-${(index % 3) + 1}`,
    tags: ['env:prod', 'source:nodejs'],
    attributes: {
      request_id: stableId('request', service, index).slice(0, 8),
      usr: { id: String(4_000 + (index % 50)) },
      // A custom attribute that contradicts the status: `@level` is not the level (§5.2).
      level: bad ? 'INFO' : 'ERROR',
    },
  };
}

export interface MetricKind {
  readonly name: string;
  readonly unit: string;
  value(broken: boolean, random: () => number): number;
}

/** `queue_size` and `database_connections` have no data, as in many real accounts. */
export const METRICS: readonly MetricKind[] = [
  { name: 'cpu_utilization', unit: 'percent', value: (broken, random) => (broken ? 82 : 38) + random() * 6 },
  { name: 'memory_usage', unit: 'percent', value: (_broken, random) => 61 + random() * 3 },
  { name: 'disk_usage', unit: 'percent', value: () => 47 },
  { name: 'network_in', unit: 'byte', value: (_broken, random) => Math.round(1e6 + random() * 1e5) },
  { name: 'network_out', unit: 'byte', value: (_broken, random) => Math.round(2e6 + random() * 1e5) },
  { name: 'response_time', unit: 'millisecond', value: (broken, random) => (broken ? 2_400 : 70) + random() * 20 },
  { name: 'request_count', unit: 'request', value: (_broken, random) => Math.round(900 + random() * 100) },
  { name: 'error_rate', unit: 'percent', value: (broken, random) => (broken ? 12 : 0.3) + random() * 0.2 },
  // The mapping of DATADOG_METRIC_QUERIES leads here.
  { name: 'system.cpu.user', unit: 'percent', value: (_broken, random) => 20 + random() },
];

/** Oldest first, one in five minutes. The last one has no value yet, as with real agents. */
export function pointsOf(kind: MetricKind, service: string, now: number, from: number, to: number) {
  const random = createRandom('devops', kind.name, service);
  const step = 5 * MINUTE;
  const last = Math.min(to, now);
  const times = Array.from({ length: Math.max(0, Math.ceil((last - from) / step)) }, (_, i) => from + i * step);
  return times.map((time, index): readonly [number, number | null] => {
    const broken = service === 'checkout' && isBroken(now - time);
    const value = Math.round(kind.value(broken, random) * 10) / 10;
    return [time, index === times.length - 1 ? null : value];
  });
}

export function historyUntil(now: number): { deployments: Deployment[]; rollbacks: Rollback[] } {
  const deployment = (service: string, version: string, environment: string, hours: number, before: string | null) => {
    const timestamp = new Date(now - hours * HOUR).toISOString();
    return {
      deployment_id: stableId('deployment', service, version, environment),
      service_name: service,
      version,
      environment,
      status: 'SUCCESS',
      timestamp,
      deployed_by: 'U2demoPaula',
      previous_version: before,
      rolled_back_by: null,
      updated_at: timestamp,
      idempotency_key: null,
    };
  };
  const bad: Deployment = deployment('checkout', '2.4.2', 'production', 5, '2.4.1');
  const timestamp = new Date(now - BROKEN_FOR.to).toISOString();
  const rollback: Rollback = {
    rollback_id: stableId('rollback', 'checkout', '2.4.2'),
    deployment_id: bad.deployment_id,
    status: 'SUCCESS',
    reason: 'error rate above 5 percent',
    environment: 'production',
    timestamp,
    rolled_back_by: 'U2demoPaula',
    previous_version: '2.4.1',
    updated_at: timestamp,
    idempotency_key: null,
  };
  bad.rolled_back_by = rollback.rollback_id;
  return {
    deployments: [
      bad,
      deployment('checkout', '2.4.2', 'staging', 8, '2.4.1'),
      deployment('checkout', '2.4.1', 'production', 26, '2.4.0'),
      deployment('orders', '1.8.1', 'staging', 30, '1.8.0'),
      deployment('orders', '1.8.0', 'production', 50, '1.7.9'),
      deployment('payments', '3.1.0', 'production', 70, null),
    ],
    rollbacks: [rollback],
  };
}
