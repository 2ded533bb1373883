import { Fault } from '../kit/index.ts';

const DAY_MS = 86_400_000;
/** §3.3: one export spans at most 31 days and reaches back at most 12 months. */
const SPAN_DAYS = 31;
const REACH_DAYS = 366;

/** `YYYY-MM-DD`, `YYYY/MM/DD` or a time with offset, as an instant. A plain day means its first or its last second, in UTC. */
export function instant(text: string, end: boolean, field: string): Date {
  const day = /^(\d{4})[-/](\d{2})[-/](\d{2})$/.exec(text.trim());
  const iso =
    day === null
      ? text.trim().replace(/^(\d{4})\/(\d{2})\/(\d{2})T/, '$1-$2-$3T')
      : `${day[1]}-${day[2]}-${day[3]}T${end ? '23:59:59' : '00:00:00'}Z`;
  const zoned = /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`;
  const date = new Date(zoned);
  // `Date` takes 30 February for 2 March.
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d{2})-(\d{2})T/.exec(iso) ?? [];
  const impossible =
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(dayOfMonth))).getUTCDate() !== Number(dayOfMonth);
  if (Number.isNaN(date.getTime()) || impossible)
    throw new Fault(
      'GH_INVALID_INPUT',
      `${field} "${text}" is not a date. Use YYYY-MM-DD, or a time such as 2026-01-31T10:00:00Z.`,
    );
  return date;
}

/** Checked range for audit exports. Throws `GH_INVALID_INPUT`. */
export function auditRange(start: string, end: string, now: number): { readonly from: string; readonly to: string } {
  const [from, to] = [instant(start, false, 'start_date'), instant(end, true, 'end_date')];
  if (from >= to) throw new Fault('GH_INVALID_INPUT', 'start_date must be before end_date.');
  if (to.getTime() - from.getTime() > SPAN_DAYS * DAY_MS)
    throw new Fault(
      'GH_INVALID_INPUT',
      `The range is longer than ${SPAN_DAYS} days, the most that DPoD exports at once.`,
      { hint: 'Ask month by month.' },
    );
  if (now - from.getTime() > REACH_DAYS * DAY_MS)
    throw new Fault('GH_INVALID_INPUT', 'start_date is more than 12 months ago; DPoD keeps audit logs for 12 months.');
  return { from: seconds(from), to: seconds(to) };
}

/** `YYYY-MM-DDTHH:MM:SSZ` (§2). */
function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Exactly 24 characters, with milliseconds (§3.4). */
export function billingRange(start: string, end: string): { readonly startDate: string; readonly endDate: string } {
  const [from, to] = [instant(start, false, 'start_date'), instant(end, true, 'end_date')];
  if (from >= to) throw new Fault('GH_INVALID_INPUT', 'start_date must be before end_date.');
  if (to.getTime() - from.getTime() > SPAN_DAYS * DAY_MS)
    throw new Fault('GH_INVALID_INPUT', `The range is longer than ${SPAN_DAYS} days.`);
  const last = /T/.test(end) ? to : new Date(to.getTime() + 999);
  return { startDate: from.toISOString(), endDate: last.toISOString() };
}
