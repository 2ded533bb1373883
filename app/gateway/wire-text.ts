/**
 * Text as it stands on the wire: a string with one character for each byte (Latin-1). V8 cuts, joins and searches such strings
 * for a fraction of what buffers cost it, and whatever passes through keeps every byte. The type is opaque, so that nobody
 * takes it for text that people read: that wants `decode`.
 */
export interface WireText {
  readonly [onWire]: true;
}
declare const onWire: unique symbol;

/** Its characters, one for each byte: for those who cut it. */
export function chars(wire: WireText): string {
  return wire as unknown as string;
}

/** A piece of what came from the wire; anything else goes through `encode`. */
export function fromChars(text: string): WireText {
  return text as unknown as WireText;
}

export function fromBytes(bytes: Buffer): WireText {
  return fromChars(bytes.toString('latin1'));
}

/** UTF-8, on its way out. */
export function encode(text: string): WireText {
  return fromChars(isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));
}

/** UTF-8, read. */
export function decode(wire: WireText): string {
  const text = chars(wire);
  return isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8');
}

export function print(value: unknown): WireText {
  return encode(JSON.stringify(value));
}

/** Throws a `SyntaxError`. */
export function parse(wire: WireText): unknown {
  return JSON.parse(decode(wire));
}

/** A template whose values are on the wire already; what stands between them is ASCII. */
export function wire(parts: TemplateStringsArray, ...values: readonly WireText[]): WireText {
  let text = parts[0] ?? '';
  for (let at = 0; at < values.length; at++) text += chars(values[at] ?? NOTHING) + (parts[at + 1] ?? '');
  return fromChars(text);
}

export function concat(pieces: readonly WireText[]): WireText {
  return fromChars(pieces.map(chars).join(''));
}

export function isEmpty(text: WireText): boolean {
  return chars(text) === '';
}

export const NOTHING: WireText = fromChars('');

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
