import { createHash, hash as hashOnce } from 'node:crypto';
import type { Migration } from '../storage/index.ts';

export const SCHEMA: readonly Migration[] = [
  `
  CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
  CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
  CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
  `,
  // What is put in place of seal and checkpoint when a rotation of the vault was interrupted after its key had changed.
  'CREATE TABLE next_seal (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL, floor_mac BLOB) STRICT;',
];

/** The end of a chain: the number of its last entry (0: none) and that entry's hash. */
export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

export const GENESIS: Head = { seq: 0, hash: createHash('sha256').update('gatehouse history v1').digest() };

export function headOf(row: Record<string, unknown> | undefined): Head | undefined {
  return row === undefined ? undefined : { seq: Number(row.seq), hash: Buffer.from(row.hash as Uint8Array) };
}

/** SHA-256. A digest taken as text costs a third of one taken as a buffer, which would get memory of its own. */
export function sha256(bytes: Buffer): Buffer {
  return Buffer.from(hashOnce('sha256', bytes, 'binary'), 'binary');
}

/** SHA-256 over the previous hash and the entry exactly as it is stored. */
export function link(previous: Buffer, body: string): Buffer {
  const bytes = Buffer.allocUnsafe(32 + Buffer.byteLength(body));
  previous.copy(bytes, 0);
  bytes.write(body, 32);
  return sha256(bytes);
}

/** Says, with the vault's key, "this is where the history ends" (or, after pruning, where it begins). */
export type Sealer = (purpose: 'head' | 'checkpoint', head: Head) => Buffer;

const BLOCK = 64;
const MESSAGE = 128;

/**
 * HMAC-SHA-256 (RFC 2104) over purpose, number and hash, with the padded keys prepared: a seal is made with every commit,
 * and `createHmac` costs several times as much.
 */
export function sealerOf(key: Uint8Array): Sealer {
  const inner = Buffer.alloc(BLOCK + MESSAGE, 0x36);
  const outer = Buffer.alloc(BLOCK + 32, 0x5c);
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  if (key.length > BLOCK) throw new RangeError('a key of at most 64 bytes');
  return (purpose, head) => {
    const end = BLOCK + inner.write(`${purpose}:${head.seq}:`, BLOCK, 'latin1');
    head.hash.copy(inner, end);
    sha256(inner.subarray(0, end + head.hash.length)).copy(outer, BLOCK);
    return sha256(outer);
  };
}
