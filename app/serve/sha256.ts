/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) for the bridge alone: loading `node:crypto` would cost every start of a bridge
 * 5 ms, a sixth of its time, for three hashes of a hundred bytes. Everything else uses `node:crypto`.
 */
const BLOCK = 64;

/** The fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [ROUNDS, START] = constants();

export function sha256(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / BLOCK) * BLOCK);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeUInt32BE(Math.floor(message.length / 0x2000_0000), padded.length - 8);
  padded.writeUInt32BE((message.length << 3) >>> 0, padded.length - 4);
  const state = Int32Array.from(START);
  const words = new Int32Array(64);
  for (let at = 0; at < padded.length; at += BLOCK) compress(state, padded, at, words);
  const digest = Buffer.alloc(32);
  state.forEach((word, index) => {
    digest.writeInt32BE(word, index * 4);
  });
  return digest;
}

/** `key`: at most 64 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Buffer {
  const inner = Buffer.alloc(BLOCK, 0x36);
  const outer = Buffer.alloc(BLOCK, 0x5c);
  key.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, message]))]));
}

function compress(state: Int32Array, bytes: Buffer, from: number, w: Int32Array): void {
  const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
  const word = (at: number): number => w[at] as number;
  for (let t = 0; t < 16; t++) w[t] = bytes.readInt32BE(from + t * 4);
  for (let t = 16; t < 64; t++) {
    const near = word(t - 2);
    const far = word(t - 15);
    const s0 = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
    const s1 = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
    w[t] = (word(t - 16) + s0 + word(t - 7) + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[t] as number) + word(t)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries())
    state[index] = ((state[index] as number) + value) | 0;
}

function constants(): readonly [rounds: readonly number[], start: readonly number[]] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every(prime => n % prime !== 0)) primes.push(n);
  const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;
  return [primes.map(prime => fraction(Math.cbrt(prime))), primes.slice(0, 8).map(prime => fraction(Math.sqrt(prime)))];
}
