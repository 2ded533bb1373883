import * as z from 'zod';
import { Fault } from '../kit/index.ts';

/** Filters of logs and metrics (fact sheet §3.2), as arguments of tools and for the platform's REST surface. */
export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type Level = (typeof LEVELS)[number];
export const RANGES = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720 } as const;

const upper = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toUpperCase() : value);
export const levelInput = z.preprocess(upper, z.enum(LEVELS)).optional().describe('this level exactly, not "at least"');
const service = z.string().trim().min(1).max(100).optional().describe('exact name');

export const logInput = {
  level: levelInput,
  limit: z.int().min(1).max(1_000).default(100).describe('rows, newest first'),
  since: z.string().optional().describe('ISO 8601; without an offset UTC; a week ago unless told'),
  service,
};

export const metricInput = {
  limit: z.int().min(1).max(1_000).default(50).describe('metrics'),
  service,
  metric_type: z.string().trim().min(1).max(100).optional().describe('part of a name, such as cpu'),
  time_range: z.enum(['1h', '6h', '24h', '7d', '30d']).default('1h'),
};

export interface LogFilters {
  readonly level: Level | undefined;
  readonly limit: number;
  readonly service: string | undefined;
  /** The bounds, in ms since 1970; `since` tells whether the lower one was asked for. */
  readonly from: number;
  readonly to: number;
  readonly since: boolean;
}

export type MetricFilters = z.output<z.ZodObject<typeof metricInput>>;

const WEEK_MS = 7 * 24 * 3_600_000;

/** Throws `GH_INVALID_INPUT` for a time that is none or is still to come. */
export function logFilters(
  given: z.output<z.ZodObject<typeof logInput>>,
  setting: string | undefined,
  now: number,
): LogFilters {
  const from = given.since === undefined ? now - WEEK_MS : timeOf(given.since);
  if (Number.isNaN(from) || from > now)
    throw new Fault(
      'GH_INVALID_INPUT',
      `since: ${Number.isNaN(from) ? 'not a time of ISO 8601' : 'it is in the future'}: ${given.since}.`,
      { fields: { reason: 'invalid_arguments' } },
    );
  const { level, limit, since } = given;
  return { level, limit, service: given.service ?? setting, from, to: now, since: since !== undefined };
}

/** A time without an offset is UTC (§7.5). */
function timeOf(text: string): number {
  const iso = /^\d{4}-\d{2}-\d{2}([T ][\d:.]+)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(text.trim());
  if (iso === null) return Number.NaN;
  return Date.parse(iso[1] === undefined || iso[2] !== undefined ? text.trim() : `${text.trim()}Z`);
}

/** The filters as they were applied (§7.5). */
export function shownFilters({ level, limit, service: of, from, since }: LogFilters) {
  return { level: level ?? null, limit, since: since ? new Date(from).toISOString() : null, service: of ?? null };
}
