import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The first lines on the host's socket. Three messages, then the link belongs to the peer's role:
 *
 *   peer → host   {"gatehouse":1,"role":"client","client":"cursor","connection":"dpod/acme","nonce":N}
 *   host → peer   {"proof":HMAC(SHA-256(key), "host" N)}             or {"error":{code,message,hint}}
 *   peer → host   {"key":key}                                        checked against the kept SHA-256
 *
 * The host proves itself first, so a key is never shown to a program that squats the socket; and since the host keeps only
 * the hash, its database does not let anyone pose as a client.
 */
export interface Hello {
  readonly gatehouse: 1;
  readonly role: 'client' | 'cli';
  readonly client: string;
  /** `backend/name` or UUID; empty for the command line. */
  readonly connection: string;
  readonly nonce: string;
}

export function newKey(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

export function hostProof(keyHash: Uint8Array, nonce: string): string {
  return createHmac('sha256', keyHash).update(`host ${nonce}`).digest('base64url');
}

export function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
