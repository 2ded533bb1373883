import { createHash, createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hmacSha256, sha256 } from './sha256.ts';

it('the small SHA-256 of the bridge gives what node:crypto gives, at every length around the borders of its blocks', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = randomBytes(length);
    expect(sha256(bytes).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
  const long = randomBytes(100_000);
  expect(sha256(long).equals(createHash('sha256').update(long).digest())).toBe(true);
});

it('and so does its HMAC', () => {
  for (let length = 0; length <= 64; length++) {
    const [key, message] = [randomBytes(length), randomBytes(length * 3)];
    expect(hmacSha256(key, message).equals(createHmac('sha256', key).update(message).digest())).toBe(true);
  }
});
