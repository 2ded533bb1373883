import { Fault, type StandaloneDefaults } from '../kit/index.ts';

/** Variables of the original server (fact sheet §4) that mean nothing here, and why. */
const POINTLESS: Readonly<Record<string, string>> = {
  REDIS_POOL_SIZE: 'one connection to Redis carries all requests at once',
  HTTP_POOL_SIZE: 'eight requests at once are more than the vendor works on',
  AUTH_BASE_URL: 'the sign-in page has an address of its own, on this machine, for each sign-in',
  AUTH_POLL_INTERVAL: 'a sign-in is noticed at once',
};
const ENCRYPTION_KEY = /^[\w-]{43}=$/;

/** As the original ran: HTTP on port 7000, one tool for each operation. */
export const standalone: StandaloneDefaults = {
  transport: 'streamable-http',
  port: 7_000,
  presentation: 'flat',
  stores: ['redis'],
  review(env) {
    const { ENCRYPTION_KEY: key, REDIS_URL: redis } = env;
    if (key && !ENCRYPTION_KEY.test(key))
      throw new Fault('GH_INVALID_INPUT', 'ENCRYPTION_KEY must be 32 bytes in URL-safe base64: 44 characters.', {
        hint: 'Correct it, or leave it out: nothing is stored without REDIS_URL.',
      });
    return [
      ...Object.entries(POINTLESS).flatMap(([name, why]) => (env[name] ? [`${name} has no effect: ${why}.`] : [])),
      ...(key && !redis ? ['ENCRYPTION_KEY has no effect: without REDIS_URL nothing is stored.'] : []),
    ];
  },
};
