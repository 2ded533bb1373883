/** Milliseconds since 1970; times without a zone are UTC (fact sheet §3.4, §5 row 17). NaN for what is no time. */
export function utcMs(time: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `7d`, `24h`, `1w`, a date or a time, as milliseconds since 1970; `undefined` for anything else. */
export function sinceMs(text: string, now: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : utcMs(text);
  return Number.isNaN(time) ? undefined : time;
}
