import { GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition } from './definition.ts';

/** A file's text, and whether a byte order mark stands before it. */
export interface Decoded {
  readonly text: string;
  readonly bom: boolean;
}

const MARK = '\u{feff}';

/** UTF-8 without loss: what cannot be read as such is refused with `GH_CLIENT_ENCODING`, as is a mark that the client refuses. */
export function decode(definition: ClientDefinition, file: string, bytes: Buffer): Decoded {
  const refuse = (what: string): never => {
    throw new GatehouseError('GH_CLIENT_ENCODING', `${definition.title}: ${file} ${what}.`);
  };
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) refuse('is UTF-16');
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    refuse('is not UTF-8');
  }
  if (text.includes('\0')) refuse('holds zero bytes, as UTF-16 does');
  const bom = text.startsWith(MARK);
  if (bom && definition.bom === 'fatal') refuse('begins with a byte order mark, at which this assistant fails');
  return { text: bom ? text.slice(1) : text, bom };
}

export function encode({ text, bom }: Decoded): Buffer {
  return Buffer.from(bom ? MARK + text : text, 'utf8');
}
