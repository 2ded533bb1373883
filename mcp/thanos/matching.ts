import { type Item, isItem, itemsOf } from './api.ts';
import type { Finding } from './rows.ts';

/** What a person searches for, taken apart (fact sheet §4.4). */
export interface Term {
  /** With punctuation: looked for as it stands, too. */
  readonly literal: string | undefined;
  readonly words: readonly string[];
  readonly concepts: Concepts;
}

/** Words that mean a property of the configuration rather than a text. */
interface Concepts {
  readonly ports: readonly number[];
  readonly open: boolean;
  readonly exposed: boolean;
  readonly wildcard: boolean;
}

export interface Match {
  readonly matched_in: readonly string[];
  /** In a few words, for people. */
  readonly why: readonly string[];
  /** Higher is closer to what was meant. */
  readonly score: number;
}

const PORTS: Readonly<Record<string, number>> = { ssh: 22, rdp: 3389 };
const OPEN = ['open', 'internet', 'anywhere', 'world'];
const PUBLIC = ['public', 'publicly'];
const WILDCARD = ['wildcard', 'wildcards'];
const CONCEPT_WORDS = [...Object.keys(PORTS), ...OPEN, ...PUBLIC, ...WILDCARD];
const FILLERS = [
  'a',
  'all',
  'allow',
  'allowing',
  'an',
  'and',
  'by',
  'for',
  'from',
  'in',
  'is',
  'of',
  'on',
  'related',
  'that',
  'the',
  'to',
  'via',
  'with',
];
const ANYWHERE = /0\.0\.0\.0\/0|::\/0/g;

const FIELDS = {
  message: 4,
  rule_id: 4,
  differences: 3,
  category: 2,
  resource_type: 2,
  resource_arn: 2,
  observed: 1,
} as const;
type Field = keyof typeof FIELDS;
const FIELD_NAMES = Object.keys(FIELDS) as readonly Field[];
const BY_CONCEPT = 8;
const BY_LITERAL = 2;

export function termOf(text: string): Term {
  const all = normalised(text.replace(ANYWHERE, ' internet ')).split(' ').filter(Boolean);
  const meant = all.filter(word => !FILLERS.includes(word));
  const words = [...new Set(meant.length > 0 ? meant : all)];
  return {
    literal: /[^\w\s-]/.test(text) ? text.trim().toLowerCase() : undefined,
    words,
    concepts: {
      ports: words.flatMap(word => PORTS[word] ?? []),
      open: words.some(word => OPEN.includes(word)),
      exposed: words.some(word => PUBLIC.includes(word)),
      wildcard: words.some(word => WILDCARD.includes(word)),
    },
  };
}

/** How the finding fits, or `undefined`. */
export function matchOf(finding: Finding, term: Term): Match | undefined {
  const byMeaning = byWords(finding, term);
  const byText = byLiteral(finding, term);
  if (byMeaning === undefined || byText === undefined) return byMeaning ?? byText;
  return {
    matched_in: [...new Set([...byMeaning.matched_in, ...byText.matched_in])],
    why: [...byMeaning.why, ...byText.why],
    score: byMeaning.score + byText.score,
  };
}

/**
 * Every word must occur. Words with a meaning count when the configuration has the property, all of them in the same place (SSH
 * and the internet in one permission), or when the platform's own words say so; that a setting merely has such a name does not count.
 */
function byWords(finding: Finding, { words, concepts }: Term): Match | undefined {
  if (words.length === 0) return undefined;
  const texts = FIELD_NAMES.map(name => [name, normalised(textOf(finding, name))] as const);
  const reasons = reasonsIn(finding.observed, concepts);
  const found = new Map<Field, string[]>();
  for (const word of words) {
    const isConcept = CONCEPT_WORDS.includes(word);
    if (isConcept && reasons !== undefined) continue;
    const fields = texts.filter(([name, text]) => !(isConcept && name === 'observed') && has(text, word));
    if (fields.length === 0) return undefined;
    for (const [name] of fields) found.set(name, [...(found.get(name) ?? []), word]);
  }
  const why = [...found].map(([name, seen]) => `"${seen.join(' ')}" in ${name}`);
  return {
    matched_in: [...new Set([...(reasons?.length ? ['observed'] : []), ...found.keys()])],
    why: [...(reasons ?? []), ...why],
    score: (reasons?.length ? BY_CONCEPT : 0) + Math.max(0, ...[...found.keys()].map(name => FIELDS[name])),
  };
}

function byLiteral(finding: Finding, { literal }: Term): Match | undefined {
  if (literal === undefined) return undefined;
  const places = placesOf(finding, literal);
  if (places.length === 0) return undefined;
  return {
    matched_in: [...new Set(places.map(place => place.split(/[.[]/, 1).join('')))],
    why: places.slice(0, 3).map(place => `"${literal}" at ${place}`),
    score: BY_LITERAL,
  };
}

/** Paths of all values that hold the text. */
function placesOf(value: unknown, text: string, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => placesOf(inner, text, `${path}[${index}]`));
  if (isItem(value))
    return Object.entries(value).flatMap(([name, inner]) =>
      placesOf(inner, text, path === '' ? name : `${path}.${name}`),
    );
  return String(value).toLowerCase().includes(text) ? [path] : [];
}

function textOf(finding: Finding, field: Field): string {
  if (field === 'observed') return JSON.stringify(finding.observed ?? '');
  if (field === 'differences')
    return itemsOf(finding.differences)
      .map(({ path }) => String(path))
      .join(' ');
  return finding[field];
}

/** As words and as it is: `PublicAccessBlock` has "public access", and "publicaccessblock" too. */
function normalised(text: string): string {
  const split = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2');
  const clean = (one: string): string =>
    one
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim();
  return split === text ? clean(text) : `${clean(split)} ${clean(text)}`;
}

function has(text: string, word: string): boolean {
  return text.includes(word) || (word.length > 3 && word.endsWith('s') && text.includes(word.slice(0, -1)));
}

/** Why the configuration has all these properties; `undefined` where it lacks one. */
function reasonsIn(observed: unknown, { ports, open, exposed, wildcard }: Concepts): readonly string[] | undefined {
  const parts: (readonly string[])[] = [];
  if (ports.length > 0) parts.push(...ports.map(port => portReasons(observed, port, open)));
  else if (open) parts.push([...openReasons(observed), ...publicReasons(observed)]);
  if (exposed) parts.push(publicReasons(observed));
  if (wildcard) parts.push(wildcardReasons(observed));
  return parts.some(reasons => reasons.length === 0) ? undefined : [...new Set(parts.flat())];
}

/** Ingress only: what may go out is no way in. */
function permissionsOf(observed: unknown): readonly Item[] {
  return isItem(observed) ? itemsOf(observed.IpPermissions) : [];
}

/** Protocol -1 is all of them, with all ports (EC2 `IpPermission`). */
function covers({ IpProtocol: protocol, FromPort: from, ToPort: to }: Item, port: number): boolean {
  return protocol === '-1' || (Number(from) <= port && port <= Number(to));
}

function openTo({ IpRanges: v4, Ipv6Ranges: v6 }: Item): string | undefined {
  if (itemsOf(v4).some(({ CidrIp }) => CidrIp === '0.0.0.0/0')) return '0.0.0.0/0';
  return itemsOf(v6).some(({ CidrIpv6 }) => CidrIpv6 === '::/0') ? '::/0' : undefined;
}

function portReasons(observed: unknown, port: number, open: boolean): readonly string[] {
  return permissionsOf(observed)
    .filter(permission => covers(permission, port) && (!open || openTo(permission) !== undefined))
    .map(permission => `port ${port} is open to ${openTo(permission) ?? 'the named ranges'}`);
}

function openReasons(observed: unknown): readonly string[] {
  return permissionsOf(observed).flatMap(permission => {
    const { IpProtocol: protocol, FromPort: from, ToPort: to } = permission;
    const range = openTo(permission);
    const ports = protocol === '-1' ? 'every port' : from === to ? `port ${from}` : `ports ${from} to ${to}`;
    return range === undefined ? [] : [`${ports} open to ${range}`];
  });
}

/** A bucket whose public access is not blocked. */
function publicReasons(observed: unknown): readonly string[] {
  const block = isItem(observed) ? observed.PublicAccessBlockConfiguration : undefined;
  return isItem(block) ? Object.entries(block).flatMap(([name, on]) => (on === false ? [`${name} is false`] : [])) : [];
}

/** A statement that does not deny, with `*` alone as action or resource. */
function wildcardReasons(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(wildcardReasons);
  if (!isItem(value)) return [];
  const own = ['Action', 'Resource'].filter(name => [value[name]].flat().includes('*') && value.Effect !== 'Deny');
  return [...own.map(name => `${name} is *`), ...Object.values(value).flatMap(wildcardReasons)];
}
