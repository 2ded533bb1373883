import { createHash, createHmac, hash as hashOnce } from 'node:crypto';
import type { Migration } from '../storage/index.ts';

export const SCHEMA: readonly Migration[] = [
  `
  CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
  CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
  CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
  `,
];

/** The end of a chain: the number of its last entry (0: none) and that entry's hash. */
export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

export const GENESIS: Head = { seq: 0, hash: createHash('sha256').update('gatehouse history v1').digest() };

/** SHA-256 over the previous hash and the entry exactly as it is stored. */
export function link(previous: Buffer, body: string): Buffer {
  const bytes = Buffer.allocUnsafe(32 + Buffer.byteLength(body));
  previous.copy(bytes, 0);
  bytes.write(body, 32);
  return hashOnce('sha256', bytes, 'buffer');
}

/** HMAC of a head, so that only the holder of the vault key can say "this is where the history ends". */
export function macOf(key: Buffer, purpose: 'head' | 'checkpoint', head: Head): Buffer {
  return createHmac('sha256', key).update(`${purpose}:${head.seq}:`).update(head.hash).digest();
}
