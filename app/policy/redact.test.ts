import { describe, expect, it } from 'vitest';
import { MASK, redactArguments, redactText } from './redact.ts';

describe('redacted text', () => {
  it.each([
    ['Authorization: Bearer abcDEF123456.x-y_z', 'Bearer'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln ends', 'a JWT'],
    ['GET https://s3.test/f?X-Amz-Signature=deadbeefcafe&x=1', 'a signed address'],
    ['grant_type=client_credentials&client_secret=hunter2hunter2', 'a form'],
    ['{"password": "hunter2hunter2"}', 'JSON'],
    ['-----BEGIN PRIVATE KEY-----\nMIIhunter2\n-----END PRIVATE KEY-----', 'a key'],
  ])('%s', text => {
    const clean = redactText(text);
    expect(clean).toContain(MASK);
    expect(clean).not.toMatch(/abcDEF123456|eyJzdWIi|deadbeefcafe|hunter2/);
  });
  it('holds none of the known values, wherever they stand', () => {
    expect(redactText('see s3cr3t-value, or xs3cr3t-valuex', ['s3cr3t-value'])).toBe(`see ${MASK}, or x${MASK}x`);
  });
  it('leaves plain text alone', () => {
    const text = 'The token endpoint answered 401; 12 services in eu-west-1, password policy: strict';
    expect(redactText(text)).toBe(text);
  });
});

describe('redacted arguments', () => {
  it('mask declared paths, names that sound secret, and known values in any place', () => {
    const given = {
      action: 'create',
      configuration: { initial_admin_password: 'hunter22', cluster: 'eu' },
      users: [{ name: 'a', pin: 1234 }],
      deep: { anything: { at: 'x' } },
      note: 'my canary-1 is here',
      'canary-1': 1,
    };
    expect(redactArguments(given, ['deep.*.at'], ['canary-1'])).toEqual({
      action: 'create',
      configuration: { initial_admin_password: MASK, cluster: 'eu' },
      users: [{ name: 'a', pin: MASK }],
      deep: { anything: { at: MASK } },
      note: `my ${MASK} is here`,
      [MASK]: 1,
    });
  });
});
