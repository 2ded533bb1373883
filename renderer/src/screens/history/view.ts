import { useMemo } from 'react';
import type { InputOf } from '../../../../app/contract/index.ts';
import { useRoute } from '../../route.ts';

/** What the address filters by besides words and time. */
export const FACETS = ['kind', 'client', 'connection', 'tool', 'effect', 'decision', 'outcome'] as const;
export type Facet = (typeof FACETS)[number];
export const TIMES = ['hour', 'day', 'week', 'month', 'own'] as const;
export type Time = (typeof TIMES)[number];

const HOURS: Readonly<Record<Exclude<Time, 'own'>, number>> = { hour: 1, day: 24, week: 168, month: 720 };

export type Query = Pick<InputOf<'audit.list'>, 'text' | 'facets' | 'from' | 'to'>;

export interface View {
  readonly text: string;
  readonly facets: Partial<Readonly<Record<Facet, string>>>;
  readonly time: Time | '';
  readonly from: string;
  readonly to: string;
  /** The view as a query of the history; `undefined`: everything. */
  readonly query: Query | undefined;
}

/** The view that the address names. */
export function useView(): View {
  const { query: address } = useRoute();
  const key = JSON.stringify(address, ['q', 'time', 'from', 'to', ...FACETS]);
  return useMemo(() => viewOf(JSON.parse(key) as Record<string, string>, Date.now()), [key]);
}

export function viewOf(address: Readonly<Record<string, string>>, now: number): View {
  const { q = '', from = '', to = '' } = address;
  const time = TIMES.find(one => one === address.time) ?? '';
  const facets = Object.fromEntries(
    FACETS.flatMap(facet => (address[facet] === undefined || address[facet] === '' ? [] : [[facet, address[facet]]])),
  );
  const text = q.trim();
  const since = time === 'own' || time === '' ? undefined : new Date(now - HOURS[time] * 3_600_000).toISOString();
  const range = {
    ...(since === undefined ? {} : { from: since }),
    ...(time === 'own' && instant(from) !== undefined ? { from: instant(from) } : {}),
    ...(time === 'own' && instant(to) !== undefined ? { to: instant(to) } : {}),
  };
  const everything = text === '' && Object.keys(facets).length === 0 && Object.keys(range).length === 0;
  const query = { ...(text === '' ? {} : { text }), ...(Object.keys(facets).length === 0 ? {} : { facets }), ...range };
  return { text, facets, time, from, to, query: everything ? undefined : (query as Query) };
}

/** A local time without a zone, as the field of a form gives it. */
function instant(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
