import type { Language } from './language.ts';

/** The forms of a word that a language has: `{ one: 'entry', other: 'entries' }`. */
type Forms = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Numbers, counts, lists and times as one language writes them; of the person's own region, where the browser tells it. */
export interface Formats {
  number(value: number): string;
  /** Only the form of the word, for sentences that put the number elsewhere. */
  plural(value: number, forms: Forms): string;
  /** `1 entry`, `1,200 entries`. */
  count(value: number, forms: Forms): string;
  list(parts: readonly string[]): string;
  /** Short for today, with the day for anything older. */
  time(iso: string): string;
  /** To the second, with the zone: what stands behind a short time. */
  exactTime(iso: string): string;
  /** Hours and minutes. */
  clock(at: Date | string): string;
  day(at: Date | string): string;
  percent(share: number): string;
  /** `320 ms`, `4.2 s`. */
  duration(ms: number): string;
  /** `12 kB`. */
  bytes(size: number): string;
}

export function formatsOf(language: Language): Formats {
  const locale = localeOf(language);
  const rules = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const today = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const older = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', month: 'short', day: 'numeric' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const unit = (name: string): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short', maximumSignificantDigits: 3 });
  const units = {
    millisecond: unit('millisecond'),
    second: unit('second'),
    byte: unit('byte'),
    kilobyte: unit('kilobyte'),
    megabyte: unit('megabyte'),
  };
  const plural = (value: number, forms: Forms): string => forms[rules.select(value)] ?? forms.other;
  return {
    number: value => number.format(value),
    plural,
    count: (value, forms) => `${number.format(value)} ${plural(value, forms)}`,
    list: parts => list.format(parts),
    time(iso) {
      const date = new Date(iso);
      return (date.toDateString() === new Date().toDateString() ? today : older).format(date);
    },
    exactTime: iso => exact.format(new Date(iso)),
    clock: at => clock.format(new Date(at)),
    day: at => day.format(new Date(at)),
    percent: share => percent.format(share),
    duration: ms => (ms < 1_000 ? units.millisecond.format(Math.round(ms)) : units.second.format(ms / 1_000)),
    bytes: size =>
      size < 1_000
        ? units.byte.format(size)
        : size < 1e6
          ? units.kilobyte.format(size / 1_000)
          : units.megabyte.format(size / 1e6),
  };
}

/** `en-GB` for who reads English in Britain; plain `en` for who reads another language there. */
function localeOf(language: Language): string {
  return navigator.languages.find(wanted => wanted.split('-')[0] === language) ?? language;
}
