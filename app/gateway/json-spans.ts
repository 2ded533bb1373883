import { chars, fromChars, type WireText } from './wire-text.ts';

/**
 * Reads the outline of a JSON object on the wire and rewrites single members of it, leaving every other byte as it was:
 * what passes through is neither decoded nor re-printed, so numbers, key order and unknown fields survive.
 */

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface Member {
  readonly key: string;
  /** Where the key starts. */
  readonly start: number;
  readonly value: Span;
}

export interface Outline extends Span {
  readonly members: readonly Member[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

export const EMPTY: Outline = { start: 0, end: 0, members: [] };

/** The members of the object that starts at or after `from`; `undefined` when there is no well-formed outline. */
export function outline(wire: WireText, from = 0): Outline | undefined {
  const bytes = chars(wire);
  const start = skipBlank(bytes, from);
  if (bytes.charCodeAt(start) !== OPEN_BRACE) return undefined;
  const members: Member[] = [];
  let at = skipBlank(bytes, start + 1);
  if (bytes.charCodeAt(at) === CLOSE_BRACE) return { start, end: at + 1, members };
  for (;;) {
    if (bytes.charCodeAt(at) !== QUOTE) return undefined;
    const keyEnd = skipString(bytes, at);
    if (keyEnd === -1) return undefined;
    const key = keyText(bytes, at, keyEnd);
    const colon = skipBlank(bytes, keyEnd);
    if (bytes.charCodeAt(colon) !== COLON) return undefined;
    const valueStart = skipBlank(bytes, colon + 1);
    const valueEnd = skipValue(bytes, valueStart);
    if (valueEnd === -1) return undefined;
    members.push({ key, start: at, value: { start: valueStart, end: valueEnd } });
    at = skipBlank(bytes, valueEnd);
    if (bytes.charCodeAt(at) === CLOSE_BRACE) return { start, end: at + 1, members };
    if (bytes.charCodeAt(at) !== COMMA) return undefined;
    at = skipBlank(bytes, at + 1);
  }
}

/** The value of a member; of a repeated key the last, as JSON.parse has it. */
export function valueAt(object: Outline | undefined, key: string): Span | undefined {
  if (object === undefined) return undefined;
  for (let at = object.members.length - 1; at >= 0; at--) {
    const member = object.members[at];
    if (member?.key === key) return member.value;
  }
  return undefined;
}

/** The outline of a member that is an object. */
export function inner(wire: WireText, parent: Outline | undefined, key: string): Outline | undefined {
  const span = valueAt(parent, key);
  return span === undefined ? undefined : outline(wire, span.start);
}

export function cut(wire: WireText, span: Span): WireText {
  return fromChars(chars(wire).slice(span.start, span.end));
}

/** What becomes of members of an object: another value, or (`undefined`) nothing. */
export type Changes = ReadonlyMap<string, WireText | undefined>;

/** The object with some members replaced, added (at the end) or removed. What stays is taken over in runs as long as can be, blanks and commas included. */
export function rewrite(wire: WireText, object: Outline, changes: Changes): WireText {
  const bytes = chars(wire);
  let text = '{';
  const written: string[] = [];
  let first = true;
  /** Where the run that is being taken over begins and ends; -1: there is none. */
  let from = -1;
  let to = -1;
  for (const { key, start, value } of object.members) {
    const change = changes.get(key);
    const goes = change === undefined ? changes.has(key) : written.includes(key);
    if (goes) {
      if (from !== -1) text += bytes.slice(from, to);
      from = -1;
      continue;
    }
    if (from === -1) {
      if (!first) text += ',';
      from = start;
    }
    first = false;
    to = value.end;
    if (change === undefined) continue;
    written.push(key);
    text += bytes.slice(from, value.start) + chars(change);
    from = value.end;
  }
  if (from !== -1) text += bytes.slice(from, to);
  for (const [key, change] of changes) {
    if (change === undefined || written.includes(key)) continue;
    text += `${first ? '' : ','}${JSON.stringify(key)}:${chars(change)}`;
    first = false;
  }
  return fromChars(`${text}}`);
}

/** Whether `rewrite` would make a difference. */
export function touches(object: Outline, changes: Changes): boolean {
  for (const [key, change] of changes) if (change !== undefined || valueAt(object, key) !== undefined) return true;
  return false;
}

function keyText(bytes: string, start: number, end: number): string {
  const text = bytes.slice(start + 1, end - 1);
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function skipBlank(bytes: string, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes.charCodeAt(at);
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return at;
    at += 1;
  }
}

/** From an opening quote to behind the closing one; -1 when there is none. */
function skipString(bytes: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const quote = bytes.indexOf('"', at);
    if (quote === -1) return -1;
    let slashes = 0;
    while (bytes.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipValue(bytes: string, from: number): number {
  const first = bytes.charCodeAt(from);
  if (first === QUOTE) return skipString(bytes, from);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipLiteral(bytes, from);
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes.charCodeAt(at);
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at === -1) return -1;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    at += 1;
  }
  return -1;
}

function skipLiteral(bytes: string, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes.charCodeAt(at);
    // digits, letters, + - .
    const literal =
      (byte >= 0x30 && byte <= 0x39) ||
      (byte >= 0x61 && byte <= 0x7a) ||
      byte === 0x45 ||
      byte === 0x2b ||
      byte === 0x2d ||
      byte === 0x2e;
    if (!literal) break;
    at += 1;
  }
  return at === from ? -1 : at;
}
