import { stableId } from '../../kit/sandbox.ts';

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

/** Newest first; a row stays as it is when time goes on, and new ones come before it. */
export function logsUntil(now: number): readonly LogRow[] {
  const rows = SERVICES.flatMap(service => {
    const step = service === 'checkout' ? MINUTE : 10 * MINUTE;
    const newest = Math.floor((now - REST) / step);
    return Array.from({ length: Math.floor(DAY / step) }, (_, back) => rowOf(service, now, newest - back, step));
  });
  const old = [8, 9, 20].map(days => rowOf('payments', now, Math.floor((now - days * DAY) / HOUR), HOUR));
  return [...rows, ...old].sort((a, b) => b.time - a.time);
}

/** Logs are there half a second after they were written. */
const REST = 500;

/** Like chance, but the same for the same numbers. From 0 to 1. */
const noise = (index: number, salt = 0): number => Math.abs(Math.sin(index * 12.9898 + salt) * 43_758.5453) % 1;

function rowOf(service: string, now: number, index: number, step: number): LogRow {
  const time = index * step;
  const bad = service === 'checkout' && isBroken(now - time);
  const list = bad ? BAD : CALM;
  const status = list[index % list.length] ?? 'info';
  const message = bad
    ? 'payment provider timed out'
    : `handled request ${index % 10_000} in ${Math.round(20 + noise(index) * 60)} ms`;
  return {
    id: stableId('log', service, index),
    time,
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

/** A row that somebody wrote just now. */
export function writtenRow(time: number, service: string, message: string): LogRow {
  const id = stableId('log', service, message, time);
  return { id, time, status: 'info', message, service, host: 'web-1', tags: ['env:prod'], attributes: {} };
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
  const step = 5 * MINUTE;
  const [first, last] = [Math.ceil(from / step), Math.floor(Math.min(to, now) / step)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, back): readonly [number, number | null] => {
    const index = first + back;
    const time = index * step;
    const broken = service === 'checkout' && isBroken(now - time);
    const value = Math.round(kind.value(broken, () => noise(index, kind.name.length + service.length)) * 10) / 10;
    return [time, index === last ? null : value];
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
