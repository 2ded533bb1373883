import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from './fault.ts';

/** AES-256-GCM under one key, and names that tell nothing of what they stand for. */
export interface Seal {
  /** `context` is bound to it: what is moved elsewhere does not open. The same text never looks the same twice. */
  seal(text: string, context: string): Buffer;
  /** `undefined` for what was sealed under another key, for another place, or was changed since. */
  open(sealed: Uint8Array, context: string): string | undefined;
  /** The same for the same text and key; without the key nobody can tell which text, nor try guesses. */
  name(text: string): string;
}

/** The first byte of what is sealed; it is bound to it as well. */
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `purpose` and `salt` lead to a key of their own: what one seals no other opens. */
export function createSeal(master: Uint8Array, purpose: string, salt: Uint8Array = new Uint8Array()): Seal {
  const derived = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', master, salt, `gatehouse/${purpose}/${use}/v${VERSION}`, 32));
  const [sealing, naming] = [derived('seal'), derived('name')];
  const bound = (context: string): Buffer => Buffer.from(`${VERSION}\0${context}`);
  return {
    seal(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(bound(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      if (sealed[0] !== VERSION || sealed.length < 1 + IV_BYTES + TAG_BYTES) return undefined;
      const [iv, rest] = [sealed.subarray(1, 1 + IV_BYTES), sealed.subarray(1 + IV_BYTES)];
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealing, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(bound(context)).setAuthTag(rest.subarray(0, TAG_BYTES));
        return decipher.update(rest.subarray(TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
    name: text => createHmac('sha256', naming).update(text).digest('base64url'),
  };
}

/** The variables that hold a key. */
type KeyVariable = 'ENCRYPTION_KEY' | 'ENCRYPTION_KEY_PREVIOUS';

/**
 * The key of a variable: 32 bytes in base64 (44 characters, URL-safe or not), or any text of 32 bytes and more, all of
 * which counts. Throws `GH_STORE_KEY`.
 */
export function keyIn(
  text: string | undefined,
  wantedFor: string,
  variable: KeyVariable = 'ENCRYPTION_KEY',
): Uint8Array {
  const hint = `Set ENCRYPTION_KEY to 32 random bytes in base64, the same for all instances: openssl rand -base64 32.`;
  if (!text)
    throw new Fault('GH_STORE_KEY', `${wantedFor} without ENCRYPTION_KEY: nothing may be stored there unsealed.`, {
      hint,
    });
  if (/^[\w+/-]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  if (Buffer.byteLength(text) >= 32) return Buffer.from(text);
  throw new Fault('GH_STORE_KEY', `${variable} is too short: it must be 32 bytes in base64.`, { hint });
}
