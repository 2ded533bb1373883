import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { sealerOf } from './chain.ts';

it('a seal is the HMAC-SHA-256 of purpose, number and hash', () => {
  for (const seq of [0, 7, 1_234_567_890]) {
    const [key, hash] = [randomBytes(32), randomBytes(32)];
    const sealer = sealerOf(key);
    sealer('checkpoint', { seq: 99_999_999, hash });
    for (const purpose of ['head', 'checkpoint'] as const) {
      const expected = createHmac('sha256', key).update(`${purpose}:${seq}:`).update(hash).digest();
      expect(sealer(purpose, { seq, hash }).equals(expected)).toBe(true);
    }
  }
});
